#include "sipping/wire/name_addr.hpp"

#include "sipping/wire/params.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr CharSet address_marks("<;\"");

}  // namespace

bool take_address(std::string_view& rest) noexcept {
    rest = trim_left(rest);
    if (rest.empty()) return false;
    std::size_t i = address_marks.find_in(rest);
    while (i < rest.size() && rest[i] == '"') {
        const std::size_t length = quoted_length(rest.substr(i));
        if (length == 0) return false;
        i += length;
        i += address_marks.find_in(rest.substr(i));
    }
    if (i < rest.size() && rest[i] == '<') {
        i = rest.find('>', i);
        if (i == std::string_view::npos) return false;
        ++i;
    } else if (i == 0) {
        return false;  // parameters without an address
    }
    rest.remove_prefix(i);
    return true;
}

bool parse_tag(std::string_view value, std::string_view& tag) noexcept {
    tag = {};
    if (!take_address(value)) return false;
    ParamReader params(value);
    Param param;
    while (params.next(param))
        if (tag.empty() && is_param(param, "tag")) tag = param.value;
    return params.rest().empty();
}

}  // namespace sipping::wire
