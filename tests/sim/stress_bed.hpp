// The bed of the tests of `stress`: a whole run in virtual time, the engine and the judge.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "simulation.hpp"
#include "sipping/respond/token_bucket.hpp"
#include "sipping/stress/stress.hpp"
#include "sipping/stress/words.hpp"

namespace sipping::sim {

class StressSink final : public probe::ResultSink {
public:
    explicit StressSink(stress::Stress& run) : run_(run) {}
    void sent(const SentProbe& probe) noexcept override { run_.on_sent(probe); }
    void result(const ProbeResult& result) noexcept override { run_.on_result(result); }
    void settled(const Settled& settled) noexcept override { run_.on_settled(settled); }
    void gap(const Gap& gap) noexcept override { run_.on_gap(gap); }
    void icmp(std::uint32_t, const Endpoint&, std::uint64_t, const IcmpError&,
              Instant) noexcept override {}
    void stray(const Stray& stray) noexcept override { run_.on_stray(stray); }

private:
    stress::Stress& run_;
};

struct StressBed {
    explicit StressBed(stress::Options given, Link link = {})
        : options(given), run(given), sink(run) {
        SimOptions sim_options;
        sim_options.link = link;
        sim_options.timeout = options.timeout;
        sim_options.interval = Duration{static_cast<std::int64_t>(1e9 / options.rate_high)};
        sim_options.begin = false;
        sim_options.targets = stress::target_count;
        sim_options.ports = 1024;
        sim_options.engine.port_policies = {probe::PortPolicy::rotate, probe::PortPolicy::fixed,
                                            probe::PortPolicy::fresh};
        sim_options.engine.fresh_only = 24;
        sim_options.engine.identities = 1'000'000;
        simulation = std::make_unique<Simulation>(sim_options);
        simulation->recorder.also = &sink;
    }

    [[nodiscard]] Instant now() const { return simulation->network.reading().now; }

    /// Runs it to its end; `each_turn` may disturb.
    void go(const std::function<void()>& each_turn = {}) {
        run.begin(now());
        for (;;) {
            run.tick(now(), simulation->engine->idle());
            stress::Pace pace;
            for (std::uint32_t target = 0; target < stress::target_count; ++target)
                if (run.take_change(target, pace))
                    simulation->engine->plan(target, pace.first, pace.interval, pace.end);
            if (each_turn) each_turn();
            if (run.over()) simulation->engine->stop();
            if (simulation->engine->finished(now()) && run.over()) break;
            simulation->step(run.next_tick());
        }
        simulation->expect_books_balance();
        for (const stress::Measured& measured : run.measured())
            EXPECT_EQ(measured.step.undecided(), 0U);
    }

    [[nodiscard]] stress::Outcome outcome() const { return run.outcome(); }
    [[nodiscard]] std::string text() const { return stress::verdict("sbc", run, options); }

    stress::Options options;
    stress::Stress run;
    StressSink sink;
    std::unique_ptr<Simulation> simulation;
};

inline stress::Options asked(double low, double high, std::uint32_t steps) {
    return {.rate_low = low,
            .rate_high = high,
            .steps = steps,
            .step_time = 1s,
            .timeout = 200ms,
            .recovery_time = 20s};
}

/// Answers `per_s`; beyond it says `beyond`, or nothing when that is empty.
inline SimNetwork::Peer with_capacity(std::uint32_t per_s, std::string beyond,
                                      std::string headers = "") {
    return [bucket = respond::TokenBucket(per_s), beyond,
            headers](const SeenRequest& request) mutable -> std::vector<std::string> {
        if (bucket.take(request.sent)) return {answer_to(request, "200 OK")};
        if (beyond.empty()) return {};
        std::string answer = answer_to(request, beyond);
        answer.insert(answer.find("\r\n") + 2, headers);
        return {answer};
    };
}

}  // namespace sipping::sim
