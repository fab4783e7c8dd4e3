// What the prober itself did wrong: printed beside every loss figure, so nobody is accused unheard.
#pragma once

#include <array>
#include <cstdint>

#include "sipping/base/instant.hpp"
#include "sipping/result/stray.hpp"
#include "sipping/stats/histogram.hpp"

namespace sipping::stats {

/// Filled by the app from the engine's and the transport's counters. All cumulative.
struct Health {
    // The books: due = sent + skipped + local + send_error.
    std::uint64_t due = 0;
    std::uint64_t sent = 0;
    std::uint64_t skipped = 0;
    std::uint64_t local = 0;
    std::uint64_t send_error = 0;
    // sent = reply + provisional + timeout + icmp + pending (+ in flight while running).
    std::uint64_t in_flight = 0;

    Histogram lateness;  ///< sent minus due
    Duration lateness_max{};
    std::uint64_t stalls = 0;

    std::uint64_t rx_queue_drops = 0;
    std::uint64_t send_enobufs = 0;
    std::uint64_t cq_overflows = 0;
    std::uint64_t buffer_shortages = 0;
    std::uint64_t truncated = 0;
    std::uint64_t no_free_port = 0;
    std::uint64_t no_identity = 0;
    std::uint64_t ports_shared = 0;  ///< a port was used while another probe of its target was out
    std::uint64_t early_forgotten = 0;  ///< identities given up before the late window was over
    std::uint64_t clock_steps = 0;
    std::uint64_t unstamped = 0;
    std::uint64_t estimated_sends = 0;  ///< interrupted while sending: their send times are guesses
    std::uint64_t send_repeats = 0;
    std::uint64_t log_rows_lost = 0;
    std::uint64_t console_lines_lost = 0;
    std::int64_t conntrack_count = -1;  ///< -1: no conntrack on this box
    std::int64_t conntrack_max = -1;

    // Losses, each in one of them at most: it may be our own doing (self=); else something came
    // from its target that belongs to no probe (unread=), and may have been the answer.
    std::uint64_t losses = 0;
    std::uint64_t losses_perhaps_own = 0;
    std::uint64_t losses_beside_unread = 0;

    // Not ours to answer for, but counted.
    std::array<std::uint64_t, stray_reason_count> strays{};  ///< by StrayReason
    std::uint64_t icmp_unmatched = 0;

    [[nodiscard]] std::uint64_t losses_unexplained() const noexcept {
        return losses - losses_perhaps_own - losses_beside_unread;
    }
    [[nodiscard]] bool books_balance() const noexcept {
        return due == sent + skipped + local + send_error;
    }
};

}  // namespace sipping::stats
