#include "sipping/wire/status_line.hpp"

#include "sipping/wire/text.hpp"

namespace sipping::wire {

bool parse_status_line(std::string_view line, std::uint16_t& status,
                       std::string_view& reason) noexcept {
    constexpr std::string_view version = "sip/2.0 ";
    constexpr std::size_t code_end = version.size() + 3;
    if (line.size() < code_end || !equals_nocase(line.substr(0, version.size()), version))
        return false;
    if (line.size() > code_end && line[code_end] != ' ') return false;
    std::uint64_t code = 0;
    if (!read_number(line.substr(version.size(), 3), code) || code < 100 || code > 699)
        return false;
    status = static_cast<std::uint16_t>(code);
    reason = line.size() > code_end ? line.substr(code_end + 1) : std::string_view{};
    return true;
}

}  // namespace sipping::wire
