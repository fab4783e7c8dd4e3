// The prober itself, pure: what is due goes into the outbox, what came in becomes results. It sees
// the world through arguments (time, inbox) and a ResultSink, so all of it runs in simulation.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sipping/base/instant.hpp"
#include "sipping/match/matcher.hpp"
#include "sipping/match/probe_table.hpp"
#include "sipping/probe/asked_endpoints.hpp"
#include "sipping/probe/endpoint_index.hpp"
#include "sipping/probe/port_pool.hpp"
#include "sipping/probe/recent_strays.hpp"
#include "sipping/probe/result_sink.hpp"
#include "sipping/probe/transport.hpp"
#include "sipping/schedule/lead.hpp"
#include "sipping/schedule/schedule.hpp"
#include "sipping/target/target_table.hpp"
#include "sipping/wire/identity.hpp"
#include "sipping/wire/request.hpp"
#include "sipping/wire/request_template.hpp"
#include "sipping/wire/response_shape.hpp"

namespace sipping::probe {

/// Whose requests to our ports are answered (--answer).
enum class AnswerTo : std::uint8_t { all, asked, none };

struct EngineOptions {
    std::uint64_t count = 0;              ///< probes per target; 0: endless
    Duration duration = Duration::max();  ///< no probe is due later than this after begin()
    Duration late_limit = 5ms;            ///< see schedule::Options
    bool lead = false;  ///< take probes so early that they leave when due: the loop must spin
    std::uint32_t flood_window = 0;  ///< > 0: flood mode, this many probes in flight
    PortPolicy port_policy = PortPolicy::rotate;
    std::vector<PortPolicy> port_policies;  ///< one per target, instead of the one for all
    std::uint32_t fresh_only = 0;           ///< ports that `rotate` targets leave to `fresh` ones
    Duration late_window = 32s;
    std::uint32_t identities = 1024;  ///< probes kept at most, in flight and resting
    std::string site;
    AnswerTo answer = AnswerTo::asked;  ///< `asked`: addresses that we ask, from whatever port
    std::vector<CodePolicy> policies;   ///< by Target::policy; missing ones: every code is fine
    Key key;                            ///< all of the run's randomness
};

/// How many probes the table must keep so that `rate_per_s` fits; at most `limit`.
[[nodiscard]] std::uint32_t identities_needed(double rate_per_s, Duration longest_timeout,
                                              Duration late_window, std::uint32_t limit) noexcept;

/// Cumulative. due = sent + skipped + local + send_error (a probe given to the transport counts as
/// sent until the kernel's refusal comes back).
struct EngineCounts {
    std::uint64_t due = 0;
    std::uint64_t sent = 0;
    std::uint64_t skipped = 0;
    std::uint64_t local = 0;
    std::uint64_t send_error = 0;
    std::uint64_t no_free_port = 0;
    std::uint64_t no_identity = 0;
    std::uint64_t ports_shared = 0;
    std::uint64_t stalls = 0;
    std::uint64_t icmp_unmatched = 0;
    std::array<std::uint64_t, stray_reason_count> strays{};  ///< by StrayReason
    std::uint64_t unread = 0;  ///< of the strays, those from hosts that we ask, less requests

    [[nodiscard]] std::uint64_t of(StrayReason reason) const noexcept {
        return strays[static_cast<std::size_t>(reason)];
    }
};

class Engine {
public:
    /// A deadline is judged this much later, so that a datagram stamped just before it has made its
    /// way into the socket queue.
    static constexpr Duration expiry_grace = 1ms;
    /// Waking this much later than asked means that the process did not run.
    static constexpr Duration stall_limit = 100ms;
    /// Sockets replaced in one turn. Each takes about 10 us, and after a pause the rest of
    /// thousands is over at once: the probes that are due must not wait for all of them.
    static constexpr std::uint32_t replacements_at_once = 16;

    /// `targets` and `requests` (one template per target) must outlive the engine.
    Engine(const EngineOptions& options, const target::TargetTable& targets,
           std::span<const wire::RequestTemplate> requests, std::span<const PoolPort> ports,
           ResultSink& sink);

    /// The first probe is due at `start`. (Apart from construction, which takes its time.) Targets
    /// that are unknown keep their place, but nothing is due of them until join().
    void begin(Instant start);
    /// After begin(): a target that was unknown has just got its address and its request. It is
    /// probed from now on, at its own place in the interval; the others go on as they were.
    void join(std::uint32_t target, Instant now);
    /// Instead of begin(), and as often as wanted: this target's probes are due at `first` and each
    /// `interval` after it, before `end`. Those that are out stay out. Not in flood mode.
    void plan(std::uint32_t target, Instant first, Duration interval, Instant end) noexcept {
        schedule_.plan(target, first, interval, end);
    }

    /// `targets[target].endpoint` and its request have just been changed, within the same family;
    /// `before` is where the target was. Probes that are out are still judged by that.
    void moved(std::uint32_t target, const Endpoint& before, Instant now) {
        asked_.moved(target, before, now, read_until_);
        endpoints_.moved(target, before, targets_[target].endpoint);
    }

    /// Nothing is left of what was planned.
    [[nodiscard]] bool idle() const noexcept { return schedule_.next() == never; }

    // The loop calls these in this order, again and again.

    /// Puts what is due at `reading.now` into the outbox, up to its capacity.
    void start_due(const ClockReading& reading, Outbox& outbox) noexcept;
    /// The outbox has left; its send times are filled in.
    void on_submitted(Outbox& outbox, const ClockReading& reading) noexcept;
    /// When start_due(), expiry or a replacement have something to do next; `never`: only arrivals.
    [[nodiscard]] Instant next_deadline(Instant now) noexcept;
    /// Everything that came in, then expiry of what was read past its deadline.
    void on_inbox(const Inbox& inbox, const ClockReading& reading) noexcept;
    /// A socket that is to be replaced now; no_socket when there is none, or when there were enough
    /// since start_due(). Ask until there is none.
    [[nodiscard]] std::uint32_t next_to_replace(Instant now) noexcept;

    /// No new probes; those out are still waited for.
    void stop() noexcept { stopping_ = true; }
    [[nodiscard]] bool stopping() const noexcept { return stopping_; }
    /// Ends every probe that is still out as `pending`.
    void abandon() noexcept;
    /// Nothing left to send or to wait for.
    [[nodiscard]] bool finished(Instant now) const noexcept;

    [[nodiscard]] const EngineCounts& counts() const noexcept { return counts_; }
    [[nodiscard]] std::uint32_t in_flight() const noexcept { return table_.in_flight(); }
    [[nodiscard]] std::uint64_t early_forgotten() const noexcept {
        return table_.early_forgotten();
    }

private:
    struct Answer {  ///< to a request that came to a probe port
        std::uint32_t socket = 0;
        Endpoint to;
        std::uint32_t length = 0;
        std::array<char, wire::request_capacity> bytes;
    };
    static constexpr std::size_t answer_limit = 16;  ///< waiting at a time; more are only counted

    // engine.cpp: sending
    void note_time(Instant now) noexcept;
    void send_answers(Outbox& outbox) noexcept;
    void start_flood(Instant now, Outbox& outbox) noexcept;
    [[nodiscard]] bool flood_is_blocked() const noexcept;
    /// False when it could not be sent and became a `local` row.
    bool start_probe(std::uint32_t target, Instant due, Instant now, Outbox& outbox) noexcept;
    void refuse_locally(std::uint32_t target, Instant due, const ClockReading& reading,
                        LocalReason reason) noexcept;
    void report_skips(const schedule::Due& due) noexcept;
    [[nodiscard]] bool is_out(std::uint32_t socket, std::uint32_t target) const noexcept;
    [[nodiscard]] std::uint32_t take_socket(std::uint32_t target, Instant now) noexcept;
    [[nodiscard]] bool all_started(Instant now) const noexcept;

    // arrivals.cpp: receiving
    void on_arrival(const Arrival& arrival) noexcept;
    [[nodiscard]] wire::DecodeError decode(const Arrival& arrival, wire::Response& response,
                                           SyntaxFault& syntax, bool& by_shape) noexcept;
    void on_answer(const match::Match& match, const wire::Response& response,
                   const SyntaxFault& syntax, const Arrival& arrival) noexcept;
    void keep_provisional(const match::Match& match, const wire::Response& response,
                          const SyntaxFault& syntax, const Arrival& arrival) noexcept;
    [[nodiscard]] match::Match match_of(const wire::Response& response,
                                        const Arrival& arrival) const noexcept;
    [[nodiscard]] Service judge(std::uint32_t target, std::uint16_t status) const noexcept;
    void on_send_failure(const SendFailure& failure) noexcept;
    void on_icmp(const IcmpArrival& arrival) noexcept;
    [[nodiscard]] const Endpoint& asked(const match::Slot& slot) const noexcept {
        return asked_.of(slot.target, slot.generation);
    }
    [[nodiscard]] std::uint32_t probe_quoted(const IcmpArrival& arrival) noexcept;
    void blame_queue_drop(std::uint32_t socket) noexcept;

    // strays.cpp: what belongs to no probe
    void on_request(const Arrival& arrival) noexcept;
    [[nodiscard]] bool answer(const wire::Request& request, const Arrival& arrival) noexcept;
    void on_stray(StrayReason reason, const Arrival& arrival) noexcept;
    void tell(Stray stray, const Arrival& arrival) noexcept;

    // outcome.cpp: ending
    void expire(Instant read_until, Instant now) noexcept;
    void end_unanswered(std::uint32_t slot) noexcept;
    [[nodiscard]] ProbeResult result_of(std::uint32_t slot, Kind kind) noexcept;
    void describe_answer(ProbeResult& result, const match::Match& match,
                         const wire::Response& response, const SyntaxFault& syntax,
                         const Arrival& arrival) noexcept;
    [[nodiscard]] std::uint32_t unread_beside(const match::Slot& slot) const noexcept;
    void finish(std::uint32_t slot, match::State state) noexcept;

    EngineOptions options_;
    const target::TargetTable& targets_;
    std::span<const wire::RequestTemplate> requests_;
    ResultSink& sink_;
    wire::IdentitySource identities_;
    match::ProbeTable table_;
    match::Matcher matcher_;
    PortPool pool_;
    AskedEndpoints asked_;
    EndpointIndex endpoints_;
    RecentStrays strays_;
    wire::ResponseShapes shapes_;
    std::vector<std::uint8_t> shape_of_;  ///< by target
    Instant end_ = never;
    schedule::Schedule schedule_;
    schedule::Flood flood_;
    schedule::Lead lead_;
    std::vector<Answer> answers_;
    std::size_t answers_waiting_ = 0;
    std::uint32_t to_tag_;  ///< of our answers to requests
    /// Which socket has this port, by family; empty when the family is not in use.
    std::array<std::vector<std::uint32_t>, 2> socket_by_port_;
    ClockReading reading_;  ///< the newest one
    Instant promised_wake_ = never;
    Instant stall_from_{};
    Instant stall_until_{};
    Instant read_until_{};                ///< of the last inbox
    std::uint32_t replaced_in_turn_ = 0;  ///< asked for since start_due()
    bool stopping_ = false;
    bool flood_refused_ = false;  ///< its last turn found no port or no identity
    EngineCounts counts_;
};

}  // namespace sipping::probe
