// The plain record of what became of a probe, and the words for it. One is handed over per CSV row.
// Views inside point into receive buffers: they are valid during the call that hands it over only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sipping/base/code_set.hpp"
#include "sipping/base/endpoint.hpp"
#include "sipping/base/instant.hpp"
#include "sipping/base/syntax_fault.hpp"

namespace sipping {

/// The outcome of a probe; the names are the words of the CSV column `kind`.
enum class Kind : std::uint8_t {
    reply,        ///< answered in time by a final response
    provisional,  ///< only 1xx came before the timeout
    timeout,      ///< nothing came
    icmp,         ///< nothing came, and an ICMP error named this probe
    late,         ///< further row: the answer to a probe already logged as a drop
    duplicate,    ///< further row: another answer to a probe already answered
    send_error,   ///< the kernel refused to send
    local,        ///< we could not send it (no free port, no room for its identity)
    pending,      ///< the run ended before the timeout
};
inline constexpr int kind_count = 9;
/// "reply", ..., "send-error", "pending".
[[nodiscard]] std::string_view to_string(Kind kind) noexcept;
/// reply, provisional, late, duplicate carry a latency and a status line; the others are drops.
[[nodiscard]] bool has_answer(Kind kind) noexcept;
/// A drop that counts as loss: timeout and icmp. (pending, local and send-error prove nothing.)
[[nodiscard]] bool is_loss(Kind kind) noexcept;

/// Fields of an answer that do not carry the probe's identity; bits of ProbeResult::mangled.
enum Mangled : std::uint8_t {
    mangled_call_id = 1,
    mangled_via = 2,  ///< the branch of the top Via
    mangled_from_tag = 4,
    mangled_cseq = 8,
};

/// Reasons why a loss may be our own; bits of ProbeResult::self.
enum SelfBlame : std::uint8_t {
    self_rx_drop = 1,    ///< the socket's receive queue overflowed (SO_RXQ_OVFL)
    self_stall = 2,      ///< this process did not run for a while
    self_enobufs = 4,    ///< the kernel had no buffers
    self_late_send = 8,  ///< the probe left late
};

/// Why a `local` row was not sent.
enum class LocalReason : std::uint8_t { none, no_free_port, no_identity };
[[nodiscard]] std::string_view to_string(LocalReason reason) noexcept;

/// An ICMP error as received; `type` and `code` are the ICMP (v4) or ICMPv6 numbers.
struct IcmpError {
    Family family = Family::v4;
    std::uint8_t type = 0;
    std::uint8_t code = 0;
    Address from;  ///< who sent the error
};
/// "port-unreachable", "host-unreachable", "ttl-exceeded", ... or "type-T-code-C".
/// (RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1, RFC 4443). The view is static or into `scratch`.
[[nodiscard]] std::string_view icmp_name(const IcmpError& error,
                                         std::span<char, 32> scratch) noexcept;

struct ProbeResult {
    Kind kind{};
    std::uint8_t mangled = 0;  ///< Mangled bits
    std::uint8_t self = 0;     ///< SelfBlame bits
    LocalReason local_reason{};
    bool rx_user = false;            ///< the receive time is ours, not the kernel's
    bool from_elsewhere = false;     ///< `from` is not the endpoint asked
    bool truncated = false;          ///< the datagram did not fit our buffer
    bool moved = false;              ///< the target has another address by now than it was asked at
    std::uint32_t target = 0;        ///< index in the TargetTable
    std::uint64_t call_id = 0;       ///< the ten digits
    std::uint16_t source_port = 0;   ///< port it was sent from; 0 when it never had one
    std::uint16_t arrival_port = 0;  ///< port the answer came to, when another; else 0
    std::uint16_t status = 0;  ///< as received, mostly 100..699; 0 without one that is a number
    Service service{};         ///< what the code says of the service; final answers only
    std::uint32_t unread = 0;  ///< of a loss: strays of its target while it was out
    SyntaxFault syntax;        ///< what was wrong with the answer, though it was read
    int error = 0;             ///< errno of a send_error
    Instant due{};             ///< when it should have left
    Instant sent{};            ///< when it left (for drops of ours: when it would have)
    WallTime sent_wall{};      ///< the same on the wall clock, as logged
    Duration latency{};        ///< answer received minus sent; has_answer() only
    std::int64_t retry_after_s = -1;  ///< Retry-After of the answer; -1 when absent
    Endpoint from;                    ///< where the answer came from; else the endpoint asked
    std::optional<IcmpError> icmp;    ///< the last one that named it; of what was not answered
    std::string_view via_received;    ///< where the far end saw us, as its Via says; hostile ...
    std::uint16_t via_rport = 0;      ///< ... and the port; 0: it says none (RFC 3581)
    std::string_view status_line;     ///< as received, hostile; has_answer() only
    std::string_view raw;             ///< the whole datagram, hostile; empty when not at hand
};

/// A probe's final word in sending order (rows come in order of completion): loss runs, outages and
/// DOWN/UP are made of these.
struct Settled {
    std::uint32_t target = 0;
    bool counts = true;  ///< false: pending, local, send-error: breaks no run and extends none
    bool lost = false;
    Service service{};      ///< of one that was answered
    std::uint8_t self = 0;  ///< SelfBlame bits of a lost one
    std::uint64_t call_id = 0;
    Instant sent{};
    WallTime sent_wall{};
};

/// A probe as it left; for `>` lines, -x and the statistics.
struct SentProbe {
    std::uint32_t target = 0;
    std::uint64_t call_id = 0;
    std::uint16_t source_port = 0;
    Endpoint to;
    Instant due{};
    Instant sent{};
    WallTime sent_wall{};
    std::string_view raw;  ///< the request's bytes
};

enum class GapReason : std::uint8_t {
    start,
    stop,
    stall,
    skipped,
    log_rows_lost,
    moved,
    unresolved,
    second_writer,
    unfinished,
};
/// "start", "stop", "stall", "skipped", "log-rows-lost", "moved", "unresolved", "second-writer",
/// "unfinished".
[[nodiscard]] std::string_view to_string(GapReason reason) noexcept;

inline constexpr std::uint32_t every_target = 0xffffffff;

/// A time in which this prober did not probe (or did not log); a `gap` row, never a loss.
struct Gap {
    std::uint32_t target = every_target;
    GapReason reason{};
    WallTime from{};
    WallTime until{};
    std::uint64_t count = 0;  ///< probes not sent, or rows lost
    Address was;              ///< with `moved`: where the target's name pointed before
};

}  // namespace sipping
