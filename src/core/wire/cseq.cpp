#include "sipping/wire/cseq.hpp"

#include "sipping/wire/text.hpp"

namespace sipping::wire {

bool parse_cseq(std::string_view value, std::uint32_t& number, std::string_view& method) noexcept {
    std::string_view rest = trim(value);
    std::size_t digits = 0;
    while (digits < rest.size() && is_digit(rest[digits]))
        ++digits;
    std::uint64_t wide = 0;
    if (!read_number(rest.substr(0, digits), wide) || wide >= std::uint64_t{1} << 31) return false;
    rest.remove_prefix(digits);
    if (rest.empty() || !is_lws(rest.front())) return false;
    rest = trim_left(rest);
    if (!is_token(rest)) return false;
    number = static_cast<std::uint32_t>(wide);
    method = rest;
    return true;
}

}  // namespace sipping::wire
