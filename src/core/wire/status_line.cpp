#include "sipping/wire/status_line.hpp"

#include "sipping/wire/text.hpp"

namespace sipping::wire {

bool parse_status_line(std::string_view line, std::uint16_t& status,
                       std::string_view& reason) noexcept {
    constexpr std::string_view version = "SIP/2.0 ";
    constexpr std::size_t code_begin = version.size();
    constexpr std::size_t code_end = code_begin + 3;
    if (line.size() < code_end) return false;
    if (!line.starts_with(version) && !equals_nocase(line.substr(0, code_begin), "sip/2.0 "))
        return false;
    if (line.size() > code_end && line[code_end] != ' ') return false;
    unsigned code = 0;
    for (std::size_t i = code_begin; i < code_end; ++i) {
        if (!is_digit(line[i])) return false;
        code = code * 10 + static_cast<unsigned>(line[i] - '0');
    }
    if (code < 100 || code > 699) return false;
    status = static_cast<std::uint16_t>(code);
    reason = line.size() > code_end ? line.substr(code_end + 1) : std::string_view{};
    return true;
}

}  // namespace sipping::wire
