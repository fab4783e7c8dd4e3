#include "sipping/wire/cseq.hpp"

#include "sipping/wire/text.hpp"

namespace sipping::wire {

bool parse_cseq(std::string_view value, std::uint32_t& number, std::string_view& method) noexcept {
    constexpr std::uint64_t limit = std::uint64_t{1} << 31;
    std::string_view rest = trim(value);
    std::size_t digits = 0;
    std::uint64_t wide = 0;
    for (; digits < rest.size() && is_digit(rest[digits]); ++digits) {
        wide = wide * 10 + static_cast<std::uint64_t>(rest[digits] - '0');
        if (wide >= limit) return false;
    }
    if (digits == 0) return false;
    rest.remove_prefix(digits);
    if (rest.empty() || !is_lws(rest.front())) return false;
    rest = trim_left(rest);
    if (rest != "OPTIONS" && !is_token(rest)) return false;
    number = static_cast<std::uint32_t>(wide);
    method = rest;
    return true;
}

}  // namespace sipping::wire
