// The summary a second, the table and the prober's own health.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "screen.hpp"

namespace sipping::console {
namespace {

SecondSummary busy_second() {
    SecondSummary second;
    second.at = sent_wall;
    second.sent = 1000;
    second.received = 998;
    second.lost = 2;
    second.in_flight = 12;
    second.targets_down = 1;
    second.targets = 300;
    second.p50 = 412us;
    second.p99 = 1203us;
    second.worst = 4100us;
    second.lateness_p99 = 61us;
    return second;
}

TEST(ConsoleSummary, is_one_line_a_second) {
    ConsoleOptions options;
    options.summaries = true;
    Screen screen(options);
    screen.console.summary(busy_second(), screen.out);
    EXPECT_EQ(screen.printed(),
              "(15/05/26 02:08:07) sent 1000 | recd 998 | lost 2 (0.20%) | late 0 | "
              "p50/p99/max 0.412/1.203/4.100 ms | in flight 12 | down 1/300 | "
              "own lateness p99 0.061 ms\n");
}

TEST(ConsoleSummary, keeps_its_columns_aligned) {
    ConsoleOptions options;
    options.summaries = true;
    Screen screen(options);
    screen.console.summary(busy_second(), screen.out);
    const std::string first = screen.printed();
    SecondSummary calm;
    calm.at = a_second_later;
    calm.sent = 3;
    calm.lost = 3;
    calm.targets = 300;
    screen.console.summary(calm, screen.out);
    const std::string second = screen.printed();
    EXPECT_EQ(second,
              "(15/05/26 02:08:08) sent    3 | recd   0 | lost 3 (100.00%) | late 0 | "
              "p50/p99/max             -/-/- ms | in flight  0 | down 0/300 | "
              "own lateness p99 0.000 ms\n");
    EXPECT_EQ(first.find("| lost"), second.find("| lost"));
}

TEST(ConsoleSummary, shows_duplicates_and_skipped_probes_when_there_are_any) {
    ConsoleOptions options;
    options.summaries = true;
    Screen screen(options);
    SecondSummary second = busy_second();
    second.duplicate = 4;
    second.skipped = 7;
    screen.console.summary(second, screen.out);
    EXPECT_EQ(screen.printed(),
              "(15/05/26 02:08:07) sent 1000 | recd 998 | lost 2 (0.20%) | late 0 | duplicate 4 | "
              "p50/p99/max 0.412/1.203/4.100 ms | in flight 12 | down 1/300 | "
              "own lateness p99 0.061 ms | skipped 7\n");
    second.skipped = 0;
    second.not_sent = 31;
    EXPECT_TRUE((screen.console.summary(second, screen.out), screen.printed())
                    .ends_with("| own lateness p99 0.061 ms | not sent 31\n"));
    Screen without;
    without.console.summary(second, without.out);
    EXPECT_EQ(without.printed(), "");
}

TEST(ConsoleSummary, counts_targets_without_an_address) {
    ConsoleOptions options;
    options.summaries = true;
    Screen screen(options);
    SecondSummary second = busy_second();
    second.targets_unknown = 12;
    screen.console.summary(second, screen.out);
    EXPECT_NE(screen.printed().find(" | down 1/300 | unknown 12 | own lateness p99 "),
              std::string::npos);
}

stats::TargetStats steady_target() {
    stats::TargetStats stats;
    for (int i = 0; i < 100; ++i) {
        stats.on_sent();
        ProbeResult reply = result_of(Kind::reply);
        reply.latency = 2ms;
        (void)stats.on_result(reply, {});
    }
    return stats;
}

stats::TargetStats troubled_target() {
    stats::TargetStats stats;
    for (int i = 0; i < 182; ++i) {
        stats.on_sent();
        (void)stats.on_result(result_of(Kind::timeout), {});
        (void)stats.on_settled(settled(true, i * 1s), {});
    }
    (void)stats.on_settled(settled(false, 182s), {});
    (void)stats.on_result(result_of(Kind::late), {});
    return stats;
}

TEST(ConsoleTable, of_one_target_has_no_total) {
    const stats::TargetStats stats = steady_target();
    const std::vector<TableRow> rows{{"203.0.113.5", &stats}};
    Screen screen;
    screen.console.table(rows, screen.out);
    EXPECT_EQ(screen.printed(),
              "target       sent  received  lost  loss %  late  duplicate  min ms  avg ms  p50 ms  "
              "p95 ms  p99 ms  max ms  codes      longest outage\n"
              "203.0.113.5   100       100     0    0.00     0          0   2.000   2.000   2.000  "
              " 2.000   2.000   2.000  403 x 100  -\n");
}

TEST(ConsoleTable, of_several_targets_fits_its_columns_and_ends_with_a_total) {
    const stats::TargetStats steady = steady_target();
    const stats::TargetStats troubled = troubled_target();
    const std::vector<TableRow> rows{{"a", &steady}, {"pbx.example", &troubled}};
    Screen screen;
    screen.console.table(rows, screen.out);
    EXPECT_EQ(screen.printed(),
              "target       sent  received  lost  loss %  late  duplicate  min ms  avg ms  p50 ms  "
              "p95 ms  p99 ms  max ms  codes      longest outage\n"
              "a             100       100     0    0.00     0          0   2.000   2.000   2.000  "
              " 2.000   2.000   2.000  403 x 100  -\n"
              "pbx.example   182         0   182  100.00     1          0       -       -       -  "
              "     -       -       -  -          15/05/26 02:08:07 - 15/05/26 02:11:09, 182 s, "
              "182 lost\n"
              "total         282       100   182   64.54     1          0   2.000   2.000   2.000  "
              " 2.000   2.000   2.000  403 x 100  15/05/26 02:08:07 - 15/05/26 02:11:09, 182 s, "
              "182 lost\n");
}

TEST(ConsoleTable, of_a_target_without_an_address_says_so_where_its_longest_outage_would_be) {
    const stats::TargetStats steady = steady_target();
    const stats::TargetStats none;
    const std::vector<TableRow> rows{{"203.0.113.5", &steady}, {"gw7", &none, true}};
    Screen screen;
    screen.console.table(rows, screen.out);
    const std::string table = screen.printed();
    EXPECT_NE(
        table.find("\ngw7             0         0     0    0.00     0          0       -       "
                   "-       -       -       -       -  -          unknown: no address\n"),
        std::string::npos)
        << table;
}

TEST(ConsoleTable, cuts_long_names_by_what_is_visible) {
    const stats::TargetStats stats = steady_target();
    const auto name_column = [&](const std::string& name) {
        const std::vector<TableRow> rows{{name, &stats}};
        Screen screen;
        screen.console.table(rows, screen.out);
        std::string table = screen.printed();
        table = table.substr(table.find('\n') + 1);
        return table.substr(0, table.find("   100       100"));
    };
    const std::string forty = std::string(39, 'n') + "N";
    EXPECT_EQ(name_column(forty), forty);
    EXPECT_EQ(name_column(forty + "x"), std::string(37, 'n') + "...");
    std::string umlauts;
    for (int i = 0; i < 40; ++i)
        umlauts += "\u00fc";
    EXPECT_EQ(name_column(umlauts), umlauts) << "40 columns, 80 bytes";
    std::string wide;
    for (int i = 0; i < 21; ++i)
        wide += "\u65e5";
    EXPECT_EQ(name_column(wide), wide.substr(0, std::size_t{18} * 3) + "...");
    EXPECT_EQ(name_column("evil\x1b[2J\n"), R"(evil\x1b[2J\x0a)");
    EXPECT_EQ(name_column(std::string(300, '\x01')).size(), 40U);
}

stats::Health quiet_health() {
    stats::Health health;
    health.due = 100;
    health.sent = 100;
    health.lateness_max = 1200us;
    for (int i = 0; i < 100; ++i)
        health.lateness.record(61us);
    return health;
}

std::string shown(const stats::Health& health) {
    Screen screen;
    screen.console.health(health, screen.out);
    return screen.printed();
}

TEST(ConsoleHealth, of_a_good_run_is_three_lines) {
    const stats::Health health = quiet_health();
    EXPECT_EQ(shown(health),
              "Prober: lateness p99 0.061 ms, worst 1.200 ms; skipped 0; receive-queue drops 0\n"
              "Books: due 100 = sent 100 + skipped 0 + local 0 + send-error 0\n"
              "Nothing was lost.\n");
}

TEST(ConsoleHealth, says_of_how_many_losses_it_knows_a_reason) {
    stats::Health health = quiet_health();
    const auto verdict = [&] {
        const std::string text = shown(health);
        return text.substr(text.find('\n', text.find("Books:")) + 1);
    };
    health.losses = 5;
    EXPECT_EQ(verdict(), "Nothing on this side explains a loss.\n");
    health.losses_perhaps_own = 2;
    EXPECT_EQ(verdict(),
              "2 of 5 losses may be our own (self= in their rows).\n"
              "Nothing on this side explains the other 3 losses.\n");
    health.losses_beside_unread = 2;
    EXPECT_EQ(verdict(),
              "2 of 5 losses may be our own (self= in their rows).\n"
              "2 losses have something from the same target beside them that belongs to no probe "
              "(unread= in their rows): it may have been the answer.\n"
              "Nothing on this side explains the other 1 loss.\n");
    health.losses = health.losses_perhaps_own = 1;
    health.losses_beside_unread = 0;
    EXPECT_EQ(verdict(), "1 of 1 loss may be our own (self= in its row).\n");
    health.losses_perhaps_own = 0;
    health.stalls = 1;
    EXPECT_EQ(verdict(),
              "This side had trouble: 1 time this process did not run for a while: look for "
              "suspends, a busy hypervisor or CPU limits (cgroups).\n"
              "No loss is marked as perhaps our own (self= in its row).\n");
    health = {};
    EXPECT_EQ(verdict(), "Nothing was sent.\n");
}

TEST(ConsoleHealth, tells_what_was_wrong_and_what_to_do) {
    stats::Health health = quiet_health();
    health.sent = 98;
    health.skipped = 2;
    health.rx_queue_drops = 12;
    health.in_flight = 3;
    health.ports_shared = 5;
    health.log_rows_lost = 6;
    EXPECT_EQ(
        shown(health),
        "Prober: lateness p99 0.061 ms, worst 1.200 ms; skipped 2; receive-queue drops 12; "
        "5 sends from a port still in use for the same target; 6 log rows lost\n"
        "Books: due 100 = sent 98 + skipped 2 + local 0 + send-error 0; 3 still in flight\n"
        "This side had trouble: 12 datagrams lost in our receive queues (SO_RXQ_OVFL): raise "
        "net.core.rmem_default (sysctl), probe slower, or give this box more CPU.\n"
        "This side had trouble: 2 probes skipped because this box fell behind: probe slower, or "
        "give this box more CPU.\n"
        "Nothing was lost.\n");
}

TEST(ConsoleHealth, names_every_trouble) {
    const std::vector<std::pair<std::uint64_t stats::Health::*, std::string_view>> troubles{
        {&stats::Health::send_enobufs, "ENOBUFS"},
        {&stats::Health::send_error, "refused by the kernel"},
        {&stats::Health::no_free_port, "--ports"},
        {&stats::Health::no_identity, "raise --identities"},
        {&stats::Health::stalls, "did not run"},
        {&stats::Health::cq_overflows, "overflowed the ring"},
        {&stats::Health::truncated, "truncated=1"},
        {&stats::Health::early_forgotten, "raise --identities"},
    };
    for (const auto& [counter, words] : troubles) {
        stats::Health health = quiet_health();
        health.*counter = 7;
        const std::string text = shown(health);
        EXPECT_NE(text.find("This side had trouble: 7 "), std::string::npos) << text;
        EXPECT_NE(text.find(words), std::string::npos) << text;
        EXPECT_EQ(text.find("Nothing on this side"), std::string::npos) << text;
        health.*counter = 1;
        EXPECT_EQ(shown(health).find("1 probes"), std::string::npos) << shown(health);
    }
}

TEST(ConsoleHealth, tells_of_late_sending) {
    stats::Health health = quiet_health();
    for (int i = 0; i < 5; ++i)
        health.lateness.record(94491us);
    health.lateness_max = 94491us;  // below the middle of its bucket of the histogram
    const std::string text = shown(health);
    EXPECT_NE(
        text.find("This side had trouble: one probe in a hundred left 94.491 ms late or more"),
        std::string::npos)
        << text;
}

TEST(ConsoleHealth, looks_at_how_full_conntrack_is) {
    stats::Health health = quiet_health();
    health.conntrack_max = 262144;
    health.conntrack_count = 100;
    EXPECT_EQ(shown(health).find("conntrack"), std::string::npos);
    health.conntrack_count = 200000;
    EXPECT_NE(shown(health).find("; conntrack 200000 of 262144\n"), std::string::npos);
    EXPECT_EQ(shown(health).find("had trouble"), std::string::npos);
    health.conntrack_count = 262000;
    EXPECT_NE(shown(health).find("This side had trouble: the conntrack table holds 262000 of "
                                 "262144 flows: raise net.netfilter.nf_conntrack_max"),
              std::string::npos);
}

TEST(ConsoleHealth, shows_what_else_arrived) {
    stats::Health health = quiet_health();
    const auto count = [&](StrayReason reason, std::uint64_t number) {
        health.strays[static_cast<std::size_t>(reason)] = number;
    };
    count(StrayReason::foreign, 3);
    count(StrayReason::not_sip, 2);
    count(StrayReason::request, 4);
    count(StrayReason::stun, 5);
    EXPECT_NE(shown(health).find("Also received: 4 requests; 3 responses to no probe of ours; 2 "
                                 "datagrams that are not SIP; 5 STUN messages\n"),
              std::string::npos)
        << shown(health);
}

TEST(ConsoleHealth, is_not_innocent_of_a_loss_beside_which_something_unread_came) {
    stats::Health health = quiet_health();
    health.losses = health.losses_beside_unread = 2;
    EXPECT_NE(shown(health).find("2 losses have something from the same target beside them that "
                                 "belongs to no probe (unread= in their rows): it may have been "
                                 "the answer.\n"),
              std::string::npos);
    EXPECT_EQ(shown(health).find("Nothing on this side"), std::string::npos);
}

TEST(ConsoleHealth, admits_books_that_do_not_balance) {
    stats::Health health = quiet_health();
    health.sent = 99;
    EXPECT_NE(shown(health).find("Books: due 100 = sent 99 + skipped 0 + local 0 + send-error 0 "
                                 "(does not balance: please report this)\n"),
              std::string::npos);
}

}  // namespace
}  // namespace sipping::console
