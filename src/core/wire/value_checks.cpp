#include "sipping/wire/value_checks.hpp"

#include <algorithm>

#include "sipping/base/values.hpp"
#include "sipping/wire/name_addr.hpp"

namespace sipping::wire {
namespace {

constexpr const char* zone_told = "has a zone ('%'), which means something on this box only";

}  // namespace

std::string check_line(std::string_view text) {
    return has_control(text) ? "has a line break or another control character" : "";
}

std::string check_part(std::string_view text) {
    if (std::string wrong = check_line(text); !wrong.empty()) return wrong;
    if (text.find_first_of(" <>\"") != std::string_view::npos)
        return "has a blank, quote or angle bracket";
    return has_zone(text) ? zone_told : "";
}

std::string check_address(std::string_view text) {
    if (std::string wrong = check_line(text); !wrong.empty()) return wrong;
    std::string_view tag;
    // Without a scheme it is a name at best, and many a SIP stack drops such a request unseen.
    const bool has_scheme = text.find(':') != std::string_view::npos;
    if (!has_scheme || !parse_tag(text, tag)) return "is not an address";
    if (!tag.empty()) return "must not carry a tag";
    return has_zone(text) ? zone_told : "";
}

std::string check_contact(std::string_view text) {
    if (std::string wrong = check_line(text); !wrong.empty()) return wrong;
    return has_zone(text) ? zone_told : "";
}

}  // namespace sipping::wire
