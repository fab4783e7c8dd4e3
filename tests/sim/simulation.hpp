// An engine, a simulated network and a recorder, turned by the same loop as the program's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim_network.hpp"
#include "sipping/probe/engine.hpp"
#include "sipping/probe/result_sink.hpp"

namespace sipping::sim {

/// A ProbeResult that outlives the call, and its texts.
struct Row {
    ProbeResult result;
    std::string status_line;
};

/// A Stray that outlives the call.
struct StrayCopy {
    Stray stray;
    std::string raw, user_agent;
};

class Recorder final : public probe::ResultSink {
public:
    bool keep = true;                   ///< false: only count
    probe::ResultSink* also = nullptr;  ///< hears everything first
    std::vector<Row> rows;
    std::vector<Settled> settled_probes;
    std::vector<Gap> gaps;
    std::vector<StrayCopy> strays;
    std::vector<std::uint64_t> icmp_ids;
    std::map<std::uint64_t, SentProbe> sent_probes;
    std::array<std::uint64_t, kind_count> count{};
    std::uint64_t sent_count = 0;

    void sent(const SentProbe& probe) noexcept override;
    void result(const ProbeResult& result) noexcept override;
    void settled(const Settled& settled) noexcept override;
    void gap(const Gap& gap) noexcept override;
    void icmp(std::uint32_t target, const Endpoint& asked, std::uint64_t call_id,
              const IcmpError& error, Instant at) noexcept override;
    void stray(const Stray& stray) noexcept override;

    [[nodiscard]] std::uint64_t of(Kind kind) const {
        return count[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] std::vector<Row> rows_of(Kind kind) const;
};

struct SimOptions {
    std::uint64_t seed = 1;
    Link link;
    std::uint32_t targets = 1;
    Duration interval = 1s;
    Duration timeout = 1s;
    std::uint32_t ports = 64;
    bool begin = true;                   ///< false: nothing is due until the test plans it
    std::vector<std::uint32_t> unknown;  ///< targets without an address until join()
    probe::EngineOptions engine;
};

class Simulation {
public:
    explicit Simulation(SimOptions options);

    /// Runs until the engine is finished, or `limit` of virtual time has passed.
    void run(Duration limit = 400h);
    /// One turn of the loop: send_due(), then wait, until `wake` at the latest.
    void step(Instant wake = never);
    void send_due();
    /// One of `options.unknown` gets its address now.
    void join(std::uint32_t target);

    /// due = sent + skipped + local + send_error; sent = reply + ... + pending; ids unique.
    void expect_books_balance() const;

    SimOptions options;
    target::TargetTable targets;
    std::vector<wire::RequestTemplate> requests;
    SimNetwork network;
    Recorder recorder;
    std::unique_ptr<probe::Engine> engine;
    probe::Outbox outbox;
    probe::Inbox inbox;
};

}  // namespace sipping::sim
