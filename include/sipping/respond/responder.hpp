// The far end: answers SIP requests without keeping state (RFC 3261 sections 8.2.7 and 11.2), late
// or not at all when it was told to. Datagrams and the time come in, answers leave through an
// Outbox. Not a user agent: it knows no dialogs, transactions or registrations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sipping/base/instant.hpp"
#include "sipping/base/prng.hpp"
#include "sipping/probe/transport.hpp"
#include "sipping/respond/delay_queue.hpp"
#include "sipping/respond/source_limit.hpp"
#include "sipping/respond/token_bucket.hpp"
#include "sipping/wire/request.hpp"

namespace sipping::respond {

/// What a request beyond the capacity gets.
enum class Beyond : std::uint8_t { silence, unavailable /* 503 */ };

struct Options {
    std::uint16_t status = 200;  ///< for OPTIONS; REGISTER gets 200, every other method 501
    std::string reason{};        ///< empty: the RFC's phrase for `status`
    Duration delay{0};
    double drop_percent = 0;           ///< of the requests that would be answered
    Key drop_key{};                    ///< decides which ones: same key, same choice
    std::uint32_t capacity_per_s = 0;  ///< OPTIONS and REGISTER answered; 0: no limit
    Beyond beyond = Beyond::silence;
    std::optional<std::uint32_t> retry_after_s{};  ///< in the 503 (RFC 3261 section 20.33)
    std::uint32_t max_rate_per_s = 0;              ///< answers to one source; 0: no limit
    std::uint16_t port = 0;             ///< ours: what would be answered to it is not; 0: unknown
    Key source_key{};                   ///< of the table of sources
    std::uint32_t to_tag = 0;           ///< one for the whole run (RFC 3261 section 8.2.7)
    std::uint32_t max_waiting = 65536;  ///< answers waiting; further ones are dropped
};

/// What became of each datagram: received = answered + refused + over_capacity + over_rate +
/// own + dropped + overflowed + other() + waiting().
struct Counts {
    std::uint64_t received = 0;
    std::uint64_t answered = 0;
    std::uint64_t refused = 0;        ///< answered 503: beyond the capacity
    std::uint64_t over_capacity = 0;  ///< dropped: beyond the capacity
    std::uint64_t over_rate = 0;      ///< dropped: more than one source may have
    std::uint64_t own = 0;            ///< not answered: the answer would have come to ourselves
    std::uint64_t dropped = 0;        ///< by drop_percent
    std::uint64_t overflowed = 0;     ///< too many answers were waiting
    std::uint64_t acks = 0;
    std::uint64_t responses = 0;
    std::uint64_t keep_alives = 0;
    std::uint64_t malformed = 0;  ///< not SIP, or too broken, short or large to be answered

    [[nodiscard]] std::uint64_t other() const noexcept {
        return acks + responses + keep_alives + malformed;
    }
};

class Responder {
public:
    explicit Responder(const Options& options);

    /// Decides about one datagram; `now` never goes back. Its answer, if any, is handed out by
    /// due() after the delay.
    void on_arrival(const probe::Arrival& arrival, Instant now) noexcept;

    /// Adds the answers due at `now` to `outbox` until it is full. True when more are due: submit,
    /// clear, and call again.
    [[nodiscard]] bool due(Instant now, probe::Outbox& outbox) noexcept;

    /// When the next answer is due; `never` when none waits.
    [[nodiscard]] Instant next_deadline() const noexcept;
    [[nodiscard]] std::size_t waiting() const noexcept { return queue_.size(); }
    [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

private:
    void answer(const probe::Arrival& arrival, const wire::Request& request, Instant now) noexcept;
    [[nodiscard]] wire::AnswerFields answer_fields(wire::Method method) const noexcept;
    [[nodiscard]] wire::AnswerFields refusal_fields() const noexcept;
    [[nodiscard]] std::size_t encode(const probe::Arrival& arrival, const wire::Request& request,
                                     wire::AnswerFields fields, std::span<char> out) const noexcept;
    [[nodiscard]] bool beyond_capacity(const wire::Request& request, Instant came) noexcept;

    Options options_;
    std::optional<TokenBucket> capacity_;
    std::optional<SourceLimit> sources_;
    std::size_t reason_asked_;  ///< bytes of the reason that somebody wanted
    std::string retry_after_;   ///< the header line, or empty
    DelayQueue queue_;
    Prng drops_;
    Counts counts_;
};

}  // namespace sipping::respond
