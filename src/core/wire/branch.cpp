#include <cassert>
#include <charconv>
#include <cstring>

#include "sipping/wire/request_template.hpp"
#include "sipping/wire/response.hpp"
#include "sipping/wire/text.hpp"

namespace sipping::wire {
namespace {

constexpr std::string_view magic_cookie = "z9hG4bK";  // RFC 3261 section 8.1.1.7
constexpr std::size_t call_id_digits = 10;
constexpr std::size_t proof_digits = 16;
static_assert(branch_size == magic_cookie.size() + call_id_digits + proof_digits);

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
    const std::uint64_t digits = call_id_number(branch.substr(magic_cookie.size(), call_id_digits));
    if (digits == 0) return false;
    std::uint64_t bits = 0;
    for (const char c : branch.substr(magic_cookie.size() + call_id_digits)) {
        if (!is_digit(c) && (c < 'a' || c > 'f')) return false;
        bits = bits << 4 | static_cast<std::uint64_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
    }
    call_id = digits;
    proof = bits;
    return true;
}

std::uint64_t call_id_number(std::string_view call_id) noexcept {
    if (call_id.size() < call_id_digits) return 0;
    if (call_id.size() > call_id_digits && call_id[call_id_digits] != '@') return 0;
    std::uint64_t number = 0;
    if (!read_number(call_id.substr(0, call_id_digits), number)) return 0;
    return number >= call_id_first ? number : 0;
}

}  // namespace sipping::wire
