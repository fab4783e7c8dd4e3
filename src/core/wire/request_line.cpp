#include "sipping/wire/request_line.hpp"

#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr std::size_t version_size = 8;  // " SIP/2.0"

// Whether char has a sign or not, which differs between processors: ASCII alone.
bool is_uri_char(char c) noexcept {
    return c > ' ' && static_cast<unsigned char>(c) < 0x7f && c != '<' && c != '>' && c != '"';
}

}  // namespace

bool looks_like_request(std::string_view line) noexcept {
    line = trim(line);
    const std::string_view method = take_token(line);
    if (method.empty() || line.size() <= version_size || line.front() != ' ') return false;
    const std::string_view version = line.substr(line.size() - version_size);
    return equals_nocase(version.substr(0, 5), " sip/") && is_digit(version[5]) &&
           version[6] == '.' && is_digit(version[7]);
}

bool parse_request_line(std::string_view line, std::string_view& method,
                        std::string_view& uri) noexcept {
    method = take_token(line);
    if (method.empty() || line.size() <= version_size + 1 || line.front() != ' ') return false;
    if (!equals_nocase(line.substr(line.size() - version_size), " sip/2.0")) return false;
    uri = line.substr(1, line.size() - version_size - 1);
    for (const char c : uri)
        if (!is_uri_char(c)) return false;
    return true;
}

}  // namespace sipping::wire
