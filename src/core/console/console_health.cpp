#include <algorithm>
#include <array>

#include "sipping/base/grouped.hpp"
#include "sipping/console/console.hpp"
#include "sipping/console/console_line.hpp"

namespace sipping::console {
namespace {

/// Above this p99 the times at which we probe are not the ones that were asked for.
constexpr Duration lateness_limit = 5ms;
/// Percent of the conntrack table: from here on it is shown, and from there on about to refuse
/// flows.
constexpr std::int64_t conntrack_shown_percent = 50;
constexpr std::int64_t conntrack_limit_percent = 90;

struct Counted {
    std::uint64_t count;
    std::string_view one;
    std::string_view many;
    std::string_view advice;  ///< non-empty: it may explain losses, and this is what to do

    [[nodiscard]] std::string_view what() const noexcept { return for_count(count, one, many); }
};

bool conntrack_fuller_than(const stats::Health& health, std::int64_t percent) noexcept {
    return health.conntrack_max > 0 &&
           health.conntrack_count * 100 >= health.conntrack_max * percent;
}

/// The middle of a histogram bucket may lie beyond the exact worst value.
Duration lateness_p99(const stats::Health& health) noexcept {
    return std::min(health.lateness.quantile(0.99), health.lateness_max);
}

void write_items(LineWriter& line, std::span<const Counted> items, std::string_view glue) noexcept {
    for (const Counted& item : items) {
        if (item.count == 0) continue;
        line.print("{}{} {}", glue, item.count, item.what());
        glue = "; ";
    }
}

using Troubles = std::array<Counted, 10>;

Troubles troubles_of(const stats::Health& health) noexcept {
    return {{
        {health.rx_queue_drops, "datagram lost in our receive queues (SO_RXQ_OVFL)",
         "datagrams lost in our receive queues (SO_RXQ_OVFL)",
         "raise net.core.rmem_default (sysctl), probe slower, or give this box more CPU"},
        {health.send_enobufs, "send met full kernel buffers (ENOBUFS)",
         "sends met full kernel buffers (ENOBUFS)",
         "probe slower, or raise net.core.wmem_max and the interface's txqueuelen"},
        {health.send_error, "probe refused by the kernel", "probes refused by the kernel",
         "the rows of kind send-error name the errno: check routes, local firewall and conntrack"},
        {health.no_free_port, "probe not sent for want of a free source port",
         "probes not sent for want of a free source port",
         "raise --ports and the limit of open files (ulimit -n), or use --port-policy rotate"},
        {health.no_identity, "probe not sent for want of room in the identity table",
         "probes not sent for want of room in the identity table",
         "raise --identities, shorten --timeout, or probe slower"},
        {health.skipped, "probe skipped because this box fell behind",
         "probes skipped because this box fell behind", "probe slower, or give this box more CPU"},
        {health.stalls, "time this process did not run for a while",
         "times this process did not run for a while",
         "look for suspends, a busy hypervisor or CPU limits (cgroups)"},
        {health.cq_overflows, "completion overflowed the ring", "completions overflowed the ring",
         "probe slower, or give this box more CPU"},
        {health.truncated, "datagram larger than our buffer was cut",
         "datagrams larger than our buffer were cut", "see which rows say truncated=1"},
        {health.early_forgotten, "identity forgotten before the late window was over",
         "identities forgotten before the late window was over",
         "late answers may have been missed: shorten --late-window, or raise --identities"},
    }};
}

}  // namespace

void Console::write_strays(const stats::Health& health, TextBuffer& out) noexcept {
    std::array<Counted, stray_reason_count + 1> items{};
    std::uint64_t all = health.icmp_unmatched;
    for (std::size_t i = 0; i < stray_reason_count; ++i) {
        const std::string_view words = stray_words(StrayReason(i), health.strays[i]);
        items[i] = {health.strays[i], words, words, {}};
        all += health.strays[i];
    }
    items.back() = {health.icmp_unmatched,
                    "ICMP error about no probe of ours",
                    "ICMP errors about no probe of ours",
                    {}};
    if (all > 0)
        print_line(out, {}, [&](LineWriter& line) { write_items(line, items, "Also received: "); });
}

void Console::health(const stats::Health& health, TextBuffer& out) noexcept {
    print_line(out, {}, [&](LineWriter& line) {
        line.put("Prober: lateness p99 ");
        line.milliseconds(lateness_p99(health));
        line.put(" ms, worst ");
        line.milliseconds(health.lateness_max);
        line.print(" ms; skipped {}; receive-queue drops {}", health.skipped,
                   health.rx_queue_drops);
        if (conntrack_fuller_than(health, conntrack_shown_percent))
            line.print("; conntrack {} of {}", health.conntrack_count, health.conntrack_max);
        const std::array<Counted, 8> minor{{
            {health.buffer_shortages, "receive-buffer shortage", "receive-buffer shortages", {}},
            {health.ports_shared,
             "send from a port still in use for the same target",
             "sends from a port still in use for the same target",
             {}},
            {health.clock_steps, "step of the wall clock", "steps of the wall clock", {}},
            {health.unstamped,
             "arrival without a kernel timestamp",
             "arrivals without a kernel timestamp",
             {}},
            {health.estimated_sends,
             "send time estimated (interrupted while sending)",
             "send times estimated (interrupted while sending)",
             {}},
            {health.send_repeats,
             "send repeated after an ICMP error",
             "sends repeated after an ICMP error",
             {}},
            {health.log_rows_lost, "log row lost", "log rows lost", {}},
            {health.console_lines_lost, "console line lost", "console lines lost", {}},
        }};
        write_items(line, minor, "; ");
    });

    write_strays(health, out);
    print_line(out, {}, [&](LineWriter& line) {
        line.print("Books: due {} = sent {} + skipped {} + local {} + send-error {}", health.due,
                   health.sent, health.skipped, health.local, health.send_error);
        if (health.in_flight > 0) line.print("; {} still in flight", health.in_flight);
        if (!health.books_balance()) line.put(" (does not balance: please report this)");
    });
    verdict(health, out);
}

void Console::verdict(const stats::Health& health, TextBuffer& out) noexcept {
    bool trouble = false;
    const auto tell = [&](auto&& render) {
        trouble = true;
        print_line(out, {}, [&](LineWriter& line) {
            line.put("This side had trouble: ");
            render(line);
        });
    };
    for (const Counted& item : troubles_of(health)) {
        if (item.count == 0) continue;
        tell([&](LineWriter& line) {
            line.print("{} {}: {}.", item.count, item.what(), item.advice);
        });
    }
    if (const Duration p99 = lateness_p99(health); p99 > lateness_limit)
        tell([&](LineWriter& line) {
            line.put("one probe in a hundred left ");
            line.milliseconds(p99);
            line.put(" ms late or more: probe slower, or give this box more CPU.");
        });
    if (conntrack_fuller_than(health, conntrack_limit_percent))
        tell([&](LineWriter& line) {
            line.print(
                "the conntrack table holds {} of {} flows: raise "
                "net.netfilter.nf_conntrack_max (sysctl), or use fewer --ports.",
                health.conntrack_count, health.conntrack_max);
        });
    losses(health, trouble, out);
}

/// How many of them anything here may explain.
void Console::losses(const stats::Health& health, bool trouble, TextBuffer& out) noexcept {
    const auto say = [&](auto&& render) { print_line(out, {}, render); };
    if (health.losses == 0)
        return say([&](LineWriter& line) {
            line.put(health.sent == 0 ? "Nothing was sent." : "Nothing was lost.");
        });
    if (const std::uint64_t own = health.losses_perhaps_own; own > 0)
        say([&](LineWriter& line) {
            line.print("{} of {} {} may be our own (self= in {}).", own, health.losses,
                       for_count(health.losses, "loss", "losses"),
                       for_count(own, "its row", "their rows"));
        });
    if (const std::uint64_t beside = health.losses_beside_unread; beside > 0)
        say([&](LineWriter& line) {
            line.print(
                "{} {} something from the same target beside {} that belongs to no probe "
                "(unread= in {}): it may have been the answer.",
                beside, for_count(beside, "loss has", "losses have"),
                for_count(beside, "it", "them"), for_count(beside, "its row", "their rows"));
        });
    const std::uint64_t left = health.losses_unexplained();
    if (left == 0) return;
    say([&](LineWriter& line) {
        if (left < health.losses)
            line.print("Nothing on this side explains the other {} {}.", left,
                       for_count(left, "loss", "losses"));
        else if (trouble)
            line.put("No loss is marked as perhaps our own (self= in its row).");
        else
            line.put("Nothing on this side explains a loss.");
    });
}

}  // namespace sipping::console
