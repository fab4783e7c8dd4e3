#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "sipping/base/digits.hpp"
#include "sipping/wire/request_template.hpp"
#include "sipping/wire/response.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr std::string_view magic_cookie = "z9hG4bK";  // RFC 3261 section 8.1.1.7
constexpr std::size_t proof_digits = 16;
static_assert(call_id_in_branch == magic_cookie.size());
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

/// Eight decimal digits at once: pairs, then fours, then all, each with one multiplication.
bool read_eight(const char* text, std::uint64_t& value) noexcept {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, sizeof bytes);
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    // Digits are 0x30 to 0x39: the high halves are 3, and stay it when 6 is added.
    constexpr std::uint64_t high = 0xf0f0f0f0f0f0f0f0U;
    if (((bytes & high) | ((bytes + 0x0606060606060606U) & high) >> 4) != 0x3333333333333333U)
        return false;
    bytes &= ~high;
    bytes = (bytes * 10 + (bytes >> 8)) & 0x00ff00ff00ff00ffU;
    bytes = (bytes * 100 + (bytes >> 16)) & 0x0000ffff0000ffffU;
    value = (bytes * 10'000 + (bytes >> 32)) & 0xffffffffU;
    return true;
}

}  // namespace

void write_branch(const Identity& identity, std::span<char, branch_size> out) noexcept {
    assert(identity.call_id >= call_id_first && identity.call_id < call_id_first + call_id_count);
    char* cursor = out.data();
    std::memcpy(cursor, magic_cookie.data(), magic_cookie.size());
    cursor += magic_cookie.size();
    // Halves: divisions of 32 bits are the faster ones.
    cursor = write_digits<5>(cursor, static_cast<std::uint32_t>(identity.call_id / 100'000));
    cursor = write_digits<5>(cursor, static_cast<std::uint32_t>(identity.call_id % 100'000));
    write_hex_digits(cursor, identity.branch);
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
    std::uint64_t high = 0;
    if (!read_eight(call_id.data(), high) || !is_digit(call_id[8]) || !is_digit(call_id[9]))
        return 0;
    const std::uint64_t number = high * 100 + static_cast<std::uint64_t>(call_id[8] - '0') * 10 +
                                 static_cast<std::uint64_t>(call_id[9] - '0');
    return number >= call_id_first ? number : 0;
}

bool parse_from_tag(std::string_view tag, std::uint32_t& value) noexcept {
    std::uint64_t number = 0;
    if (tag.size() != 8 || !read_hex(tag, 0, number)) return false;
    value = static_cast<std::uint32_t>(number);
    return true;
}

}  // namespace sipping::wire
