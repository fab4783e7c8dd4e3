#include <array>
#include <cassert>
#include <charconv>
#include <cstring>

#include "sipping/wire/request_template.hpp"
#include "sipping/wire/response.hpp"

namespace sipping::wire {
namespace {

constexpr std::string_view magic_cookie = "z9hG4bK";  // RFC 3261 section 8.1.1.7
constexpr std::size_t proof_digits = 16;
static_assert(branch_size == magic_cookie.size() + call_id_digits + proof_digits);

constexpr std::uint8_t no_digit = 0x80;
constexpr std::uint8_t upper_case = 0x40;

/// What each byte is worth as a hex digit, perhaps with upper_case; or no_digit.
constexpr std::array<std::uint8_t, 256> hex_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::uint8_t i = 0; i < 10; ++i)
        values[static_cast<std::size_t>('0' + i)] = i;
    for (std::uint8_t i = 0; i < 6; ++i)
        values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
    for (std::uint8_t i = 0; i < 6; ++i)
        values[static_cast<std::size_t>('A' + i)] =
            static_cast<std::uint8_t>(upper_case | (10 + i));
    return values;
}();

/// At most 16 characters; false when one is no hex digit, or has a mark of `refused`.
bool read_hex(std::string_view text, std::uint8_t refused, std::uint64_t& value) noexcept {
    std::uint8_t seen = 0;
    value = 0;
    for (const char c : text) {
        const std::uint8_t digit = hex_values[static_cast<unsigned char>(c)];
        seen |= digit;
        value = value << 4 | (digit & 0xf);
    }
    return (seen & (no_digit | refused)) == 0;
}

/// Five digits; the highest bit of `seen` tells that one was none.
std::uint64_t read_five(const char* text, std::uint8_t& seen) noexcept {
    std::uint64_t value = 0;
    for (int i = 0; i < 5; ++i) {
        const auto digit = static_cast<std::uint8_t>(text[i] - '0');
        seen |= digit > 9 ? no_digit : digit;
        value = value * 10 + digit;
    }
    return value;
}

}  // namespace

void write_branch(const Identity& identity, std::span<char, branch_size> out) noexcept {
    assert(identity.call_id >= call_id_first && identity.call_id < call_id_first + call_id_count);
    char* cursor = out.data();
    std::memcpy(cursor, magic_cookie.data(), magic_cookie.size());
    cursor += magic_cookie.size();
    cursor = std::to_chars(cursor, cursor + call_id_digits, identity.call_id).ptr;
    for (int shift = 60; shift >= 0; shift -= 4)
        *cursor++ = "0123456789abcdef"[identity.branch >> shift & 0xf];
}

bool parse_branch(std::string_view branch, std::uint64_t& call_id, std::uint64_t& proof) noexcept {
    if (branch.size() != branch_size || !branch.starts_with(magic_cookie)) return false;
    call_id = call_id_number(branch.substr(magic_cookie.size(), call_id_digits));
    return call_id != 0 &&
           read_hex(branch.substr(magic_cookie.size() + call_id_digits), upper_case, proof);
}

std::uint64_t call_id_number(std::string_view call_id) noexcept {
    if (call_id.size() < call_id_digits) return 0;
    if (call_id.size() > call_id_digits && call_id[call_id_digits] != '@') return 0;
    std::uint8_t seen = 0;
    const std::uint64_t high = read_five(call_id.data(), seen);
    const std::uint64_t low = read_five(call_id.data() + 5, seen);
    const std::uint64_t number = high * 100'000 + low;
    return (seen & no_digit) == 0 && number >= call_id_first ? number : 0;
}

bool parse_from_tag(std::string_view tag, std::uint32_t& value) noexcept {
    std::uint64_t number = 0;
    if (tag.size() != 8 || !read_hex(tag, 0, number)) return false;
    value = static_cast<std::uint32_t>(number);
    return true;
}

}  // namespace sipping::wire
