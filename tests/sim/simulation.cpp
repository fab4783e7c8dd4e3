#include "simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sipping::sim {
namespace {

std::vector<std::uint16_t> numbers(std::uint32_t count) {
    std::vector<std::uint16_t> ports;
    for (std::uint32_t i = 0; i < count; ++i)
        ports.push_back(static_cast<std::uint16_t>(40000 + i));
    return ports;
}

Address address_of(std::uint32_t target) {
    Address address = *parse_address("192.0.2.0");
    address.bytes[2] = static_cast<std::uint8_t>(target / 250);
    address.bytes[3] = static_cast<std::uint8_t>(1 + target % 250);
    return address;
}

}  // namespace

void Recorder::sent(const SentProbe& probe) noexcept {
    ++sent_count;
    if (also != nullptr) also->sent(probe);
    if (!keep) return;
    sent_probes[probe.call_id] = probe;
    sent_probes[probe.call_id].raw = {};
}

void Recorder::result(const ProbeResult& result) noexcept {
    ++count[static_cast<std::size_t>(result.kind)];
    if (also != nullptr) also->result(result);
    if (keep) rows.push_back({result, std::string(result.status_line)});
}

void Recorder::settled(const Settled& settled) noexcept {
    if (also != nullptr) also->settled(settled);
    if (keep) settled_probes.push_back(settled);
}

void Recorder::gap(const Gap& gap) noexcept {
    if (also != nullptr) also->gap(gap);
    if (keep) gaps.push_back(gap);
}

void Recorder::icmp(std::uint32_t, const Endpoint&, std::uint64_t call_id, const IcmpError&,
                    Instant) noexcept {
    if (keep) icmp_ids.push_back(call_id);
}

void Recorder::stray(const Stray& stray) noexcept {
    if (also != nullptr) also->stray(stray);
    if (keep) strays.push_back({stray, std::string(stray.raw), std::string(stray.user_agent)});
}

std::vector<Row> Recorder::rows_of(Kind kind) const {
    std::vector<Row> found;
    for (const Row& row : rows)
        if (row.result.kind == kind) found.push_back(row);
    return found;
}

Simulation::Simulation(SimOptions given)
    : options(std::move(given)), network(options.seed, options.link, numbers(options.ports)) {
    for (std::uint32_t i = 0; i < options.targets; ++i) {
        const Address address = address_of(i);
        targets.push_back({.endpoint = {address, 5060},
                           .interval = options.interval,
                           .timeout = options.timeout,
                           .name = to_string(address)});
        wire::RequestFields fields;
        fields.target_host = to_string(address);
        fields.via_host = "198.51.100.1";
        fields.site = options.engine.site;
        requests.emplace_back(fields);
    }
    for (const std::uint32_t target : options.unknown) {
        targets[target].unknown = true;
        targets[target].endpoint.address = Address{};
    }
    std::vector<probe::PoolPort> pool;
    for (const std::uint16_t port : network.ports)
        pool.push_back({Family::v4, port});
    options.engine.key = Key{options.seed, options.seed * 77};
    if (options.engine.identities == probe::EngineOptions{}.identities)
        options.engine.identities = probe::identities_needed(
            options.targets / std::chrono::duration<double>(options.interval).count(),
            options.timeout, options.engine.late_window, 1'000'000);
    engine = std::make_unique<probe::Engine>(options.engine, targets, requests, pool, recorder);
    if (options.begin) engine->begin(network.reading().now);
}

void Simulation::send_due() {
    engine->start_due(network.reading(), outbox);
    if (!outbox.empty()) {
        network.submit(outbox);
        engine->on_submitted(outbox, network.reading());
        outbox.clear();
    }
}

void Simulation::join(std::uint32_t target) {
    targets[target].endpoint.address = address_of(target);
    targets[target].unknown = false;
    engine->join(target, network.reading().now);
}

void Simulation::step(Instant wake) {
    send_due();
    const Instant now = network.reading().now;
    for (std::uint32_t socket = engine->next_to_replace(now); socket != probe::no_socket;
         socket = engine->next_to_replace(now))
        network.replace(socket);
    network.wait_until(std::min(engine->next_deadline(now), wake), inbox);
    engine->on_inbox(inbox, network.reading());
}

void Simulation::run(Duration limit) {
    const Instant until = network.reading().now + limit;
    while (!engine->finished(network.reading().now) && network.reading().now < until)
        step();
}

void Simulation::expect_books_balance() const {
    const probe::EngineCounts& counts = engine->counts();
    EXPECT_EQ(counts.due, counts.sent + counts.skipped + counts.local + counts.send_error);
    EXPECT_EQ(counts.sent, recorder.of(Kind::reply) + recorder.of(Kind::provisional) +
                               recorder.of(Kind::timeout) + recorder.of(Kind::icmp) +
                               recorder.of(Kind::pending) + engine->in_flight());
    EXPECT_EQ(counts.send_error, recorder.of(Kind::send_error));
    EXPECT_EQ(counts.local, recorder.of(Kind::local));
    std::set<std::uint64_t> ids;
    for (const Row& row : recorder.rows) {
        if (row.result.kind == Kind::late || row.result.kind == Kind::duplicate) continue;
        EXPECT_TRUE(ids.insert(row.result.call_id).second) << "two rows for " << row.result.call_id;
    }
}

}  // namespace sipping::sim
