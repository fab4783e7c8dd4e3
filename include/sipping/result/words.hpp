// The words for a result's flags and errors, shared by rows and console so that both say the same.
#pragma once

#include <cstdint>
#include <string_view>

#include "sipping/base/line_writer.hpp"
#include "sipping/result/probe_result.hpp"

namespace sipping {

/// Mangled bits, comma-joined: "call-id,via,from-tag,cseq".
void write_mangled(LineWriter& writer, std::uint8_t bits) noexcept;
/// "no-colon:server", "no-end".
void write_syntax(LineWriter& writer, const SyntaxFault& fault) noexcept;
/// "503 x 5"; a status line without a number: "no code x 5".
void write_code_count(LineWriter& writer, std::uint16_t code, std::uint64_t count) noexcept;
/// SelfBlame bits, comma-joined: "rx-drop,stall,enobufs,late-send".
void write_self(LineWriter& writer, std::uint8_t bits) noexcept;
/// "ENETUNREACH", or the number where the C library has no name for it.
void write_errno(LineWriter& writer, int error) noexcept;
/// "port-unreachable", see icmp_name().
void write_icmp(LineWriter& writer, const IcmpError& error) noexcept;
/// The ten digits, and "@site" when there is one; nothing for Call-ID 0.
void write_call_id(LineWriter& writer, std::uint64_t call_id, std::string_view site) noexcept;

}  // namespace sipping
