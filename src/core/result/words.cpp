#include "sipping/result/words.hpp"

#include <cstring>

#include <array>
#include <span>

#include "sipping/base/escape.hpp"

namespace sipping {
namespace {

void write_bits(LineWriter& writer, std::uint8_t bits,
                std::span<const std::string_view> names) noexcept {
    bool first = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if ((bits >> i & 1U) == 0) continue;
        if (!first) writer.put(',');
        first = false;
        writer.put(names[i]);
    }
}

}  // namespace

void write_mangled(LineWriter& writer, std::uint8_t bits) noexcept {
    static constexpr std::array<std::string_view, 4> names{"call-id", "via", "from-tag", "cseq"};
    write_bits(writer, bits, names);
}

void write_syntax(LineWriter& writer, const SyntaxFault& fault) noexcept {
    writer.put(to_string(fault.fault));
    if (fault.header().empty()) return;
    writer.put(':');
    writer.put(fault.header());
}

void write_code_count(LineWriter& writer, std::uint16_t code, std::uint64_t count) noexcept {
    if (code == 0)
        writer.put("no code");
    else
        writer.number(code);
    writer.put(" x ");
    writer.number(count);
}

void write_self(LineWriter& writer, std::uint8_t bits) noexcept {
    static constexpr std::array<std::string_view, 4> names{"rx-drop", "stall", "enobufs",
                                                           "late-send"};
    write_bits(writer, bits, names);
}

void write_errno(LineWriter& writer, int error) noexcept {
    const char* name = error > 0 ? strerrorname_np(error) : nullptr;
    if (name != nullptr)
        writer.put(std::string_view{name});
    else
        writer.print("{}", error);
}

void write_icmp(LineWriter& writer, const IcmpError& error) noexcept {
    std::array<char, 32> scratch{};
    writer.put(icmp_name(error, scratch));
}

void write_call_id(LineWriter& writer, std::uint64_t call_id, std::string_view site) noexcept {
    if (call_id == 0) return;
    writer.number(call_id);
    if (site.empty()) return;
    writer.put('@');
    write_escaped(writer, site);
}

}  // namespace sipping
