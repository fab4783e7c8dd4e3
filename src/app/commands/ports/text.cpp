#include <fmt/format.h>

#include "commands/ports/report.hpp"
#include "io/ring.hpp"
#include "sipping/base/error_words.hpp"
#include "sipping/base/grouped.hpp"
#include "sipping/ports/words.hpp"
#include "text/table.hpp"

namespace sipping::app {
namespace {

constexpr std::uint64_t crowded_slots = 8;  // sockets a slot from which on look-ups get slow

std::string microseconds(Duration time, std::uint64_t calls) {
    if (calls == 0) return "-";
    return fmt::format("{:.1f}", std::chrono::duration<double, std::micro>(time).count());
}

std::string refused_share(const ports::FillRow& row) {
    if (row.any_refused == 0) return "0";
    return fmt::format("{} of {}", row.any_refused, row.any_bind.calls);
}

std::string fill_table(const LocalReport& report) {
    Table table{{"fill", "sockets", "bind p50 us", "bind p99 us", "port 0 p50 us", "port 0 p99 us",
                 "port 0 refused", "bytes a socket"}};
    for (const ports::FillRow& row : report.rows)
        table.add({fmt::format("{} %", row.percent), grouped(row.held),
                   microseconds(row.bind.p50, row.bind.calls),
                   microseconds(row.bind.p99, row.bind.calls),
                   microseconds(row.any_bind.p50, row.any_bind.calls),
                   microseconds(row.any_bind.p99, row.any_bind.calls), refused_share(row),
                   row.bytes_per_socket ? grouped(*row.bytes_per_socket) : "-"});
    return table.text();
}

std::string range_line(const LocalReport& report) {
    const net::BoxLimits& limits = report.limits;
    const net::PortRange range = limits.ports.range;
    return fmt::format("{}-{} ({}): {} ports, {} reserved, {} held by others, {} left free",
                       range.low, range.high,
                       limits.ports.own_range ? "--port-range" : "ip_local_port_range",
                       grouped(std::size_t{range.high} - range.low + 1), grouped(limits.reserved()),
                       grouped(limits.held_by_others()), grouped(report.left_free));
}

std::string descriptor_line(const LocalReport& report) {
    const net::DescriptorLimit& given = report.limits.descriptors;
    return fmt::format("soft {}, hard {}; used: {}, of which {} were open before",
                       grouped(given.soft), grouped(given.hard), grouped(report.descriptor_limit),
                       grouped(report.descriptors_open));
}

std::string memory_line(const LocalReport& report) {
    const bool reached = report.stopped_by == ports::Limit::memory;
    std::string text = reached ? "reached: " + error_words(report.error) : "not reached";
    if (!report.memory) return text + "; not to be measured here";
    return text + (*report.memory == net::MemorySource::slabinfo
                       ? "; measured in /proc/slabinfo (UDP, sock_inode_cache, filp, dentry)"
                       : "; measured as Slab of /proc/meminfo, other programs' included");
}

std::string uring_line(const net::UringTable& table) {
    if (table.ring_error != 0)
        return io::explain_refusal(table.ring_error) + "; sipping would use epoll";
    if (table.table_error == 0)
        return fmt::format("holds them all ({} entries)", grouped(table.entries));
    return fmt::format("holds {}, more are refused: {}", grouped(table.entries),
                       error_words(table.table_error));
}

std::string hash_line(const LocalReport& report, std::uint64_t slots) {
    const double crowd = static_cast<double>(report.ports) / static_cast<double>(slots);
    std::string text =
        fmt::format("{} slots, {:.1f} of these sockets in each", grouped(slots), crowd);
    if (report.ports > slots * crowded_slots)
        text += ": each datagram takes longer to find its socket (boot with uhash_entries=)";
    return text;
}

std::string limits_block(const LocalReport& report) {
    std::string text = "Limits\n";
    const auto line = [&](std::string_view name, const std::string& what) {
        text += fmt::format("  {:<14}  {}\n", name, what);
    };
    line("port range", range_line(report));
    line("RLIMIT_NOFILE", descriptor_line(report));
    line("memory", memory_line(report));
    if (report.table) line("io_uring table", uring_line(*report.table));
    const net::BoxLimits& limits = report.limits;
    if (limits.hash_slots && *limits.hash_slots > 0)
        line("UDP hash", hash_line(report, *limits.hash_slots));
    if (limits.conntrack_count && limits.conntrack_max)
        line("conntrack",
             fmt::format("{} of {} flows; each port and target is one",
                         grouped(*limits.conntrack_count), grouped(*limits.conntrack_max)));
    return text;
}

std::string simulation_block(const SimulationReport& simulation) {
    const ports::OriginalPlan& plan = simulation.record.plan();
    std::string text = fmt::format(
        "The original at {:g} probes a second: a new socket each, on a port of {}-{}, closed after "
        "{}, since nobody answers; with the soft RLIMIT_NOFILE of {}, which it never raised.\n",
        plan.rate_per_s, simulation.range.low, simulation.range.high,
        ports::in_seconds(plan.timeout), grouped(simulation.soft_limit));
    Table table{{"time s", "probes", "failed", "ports predicted", "ports seen", "new port p50 us",
                 "new port p99 us"}};
    for (const ports::OriginalRow& row : simulation.record.rows())
        table.add({fmt::format("{:.2f}", std::chrono::duration<double>(row.at).count()),
                   grouped(row.probes), grouped(row.failed), grouped(row.predicted),
                   grouped(row.seen), microseconds(row.cost.p50, row.cost.calls),
                   microseconds(row.cost.p99, row.cost.calls)});
    text += table.text();
    text += simulation.words + '\n';
    const std::uint64_t played = simulation.record.probes();
    if (played + played / 100 < simulation.due)
        text += fmt::format("This box did not keep up: {} probes were due, {} were played.\n",
                            grouped(simulation.due), grouped(played));
    if (simulation.interrupted) text += "Ended by Ctrl+C.\n";
    return text;
}

}  // namespace

std::string ports_text(const LocalReport& report) {
    std::string text = fmt::format("Source ports of this box, {}\n",
                                   report.family == Family::v4 ? "IPv4" : "IPv6");
    text += fill_table(report) + limits_block(report) + report.words + '\n';
    if (report.simulation) text += "\n" + simulation_block(*report.simulation);
    return text;
}

}  // namespace sipping::app
