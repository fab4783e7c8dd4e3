#include "session/health.hpp"

#include <fstream>

namespace sipping::app {
namespace {

std::int64_t read_number(const char* path) {
    std::int64_t value = -1;
    std::ifstream(path) >> value;
    return value;
}

}  // namespace

stats::Health collect_health(const probe::Engine& engine, probe::Transport& network,
                             const Reporter& reporter) {
    const probe::EngineCounts& counts = engine.counts();
    const probe::TransportHealth transport = network.health();
    stats::Health health;
    health.due = counts.due;
    health.sent = counts.sent;
    health.skipped = counts.skipped;
    health.local = counts.local;
    health.send_error = counts.send_error;
    health.in_flight = engine.in_flight();
    health.stalls = counts.stalls;
    health.rx_queue_drops = transport.queue_drops;
    health.send_enobufs = transport.send_enobufs;
    health.cq_overflows = transport.cq_overflows;
    health.buffer_shortages = transport.buffer_shortages;
    health.truncated = transport.truncated;
    health.no_free_port = counts.no_free_port;
    health.no_identity = counts.no_identity;
    health.ports_shared = counts.ports_shared;
    health.early_forgotten = engine.early_forgotten();
    health.clock_steps = transport.clock_steps;
    health.unstamped = transport.unstamped;
    health.estimated_sends = transport.estimated_sends;
    health.send_repeats = transport.send_repeats;
    health.conntrack_count = read_number("/proc/sys/net/netfilter/nf_conntrack_count");
    health.conntrack_max = read_number("/proc/sys/net/netfilter/nf_conntrack_max");
    health.strays = counts.strays;
    health.icmp_unmatched = counts.icmp_unmatched;
    reporter.fill(health);
    return health;
}

}  // namespace sipping::app
