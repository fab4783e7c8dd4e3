#include "sipping/stats/ban_watch.hpp"

#include <gtest/gtest.h>

namespace sipping::stats {
namespace {

/// One target that is probed in turn, and what is noted of it.
class Bed {
public:
    explicit Bed(std::uint32_t ports, Duration interval) : watch_(1, ports), interval_(interval) {}

    /// Returns how many notes there were.
    int probes(int count, bool lost, bool counts = true) {
        int notes = 0;
        for (int i = 0; i < count; ++i) {
            now_ += interval_;
            watch_.on_sent(0, now_);
            stats_.on_sent();
            const Settled settled{.counts = counts, .lost = lost, .sent = now_};
            static_cast<void>(stats_.on_settled(settled, {}));
            if (const auto note = watch_.on_settled(settled, stats_, interval_)) {
                last = *note;
                ++notes;
            }
        }
        return notes;
    }

    BanWatch::Note last;

private:
    BanWatch watch_;
    TargetStats stats_;
    Duration interval_;
    Instant now_{1s};
};

TEST(BanWatch, silence_after_a_burst_is_noted_once) {
    Bed bed(64, 100ms);
    EXPECT_EQ(bed.probes(20, false), 0);
    EXPECT_EQ(bed.probes(31, true), 0);
    EXPECT_EQ(bed.probes(1, true), 1);
    EXPECT_EQ(bed.last.ports, 32U);
    EXPECT_EQ(bed.last.answered, 20U);
    EXPECT_EQ(bed.last.burst, 2s);
    EXPECT_EQ(bed.probes(500, true), 0);
}

TEST(BanWatch, each_silence_has_its_own_burst) {
    Bed bed(64, 100ms);
    bed.probes(20, false);
    EXPECT_EQ(bed.probes(40, true), 1);
    bed.probes(5, false);
    EXPECT_EQ(bed.probes(40, true), 1);
    EXPECT_EQ(bed.last.answered, 5U);
    EXPECT_EQ(bed.last.burst, 500ms);
}

TEST(BanWatch, with_few_ports_ten_losses_are_a_silence) {
    Bed bed(1, 100ms);
    bed.probes(20, false);
    EXPECT_EQ(bed.probes(9, true), 0);
    EXPECT_EQ(bed.probes(1, true), 1);
    EXPECT_EQ(bed.last.ports, 1U);
}

TEST(BanWatch, nothing_that_never_answered_is_banned) {
    Bed bed(64, 100ms);
    EXPECT_EQ(bed.probes(500, true), 0);
}

TEST(BanWatch, no_burst_no_ban) {
    Bed slow(64, 201ms);
    slow.probes(20, false);
    EXPECT_EQ(slow.probes(100, true), 0);
    Bed at_the_limit(64, 200ms);
    at_the_limit.probes(20, false);
    EXPECT_EQ(at_the_limit.probes(100, true), 1);
    Bed long_before(64, 200ms);
    long_before.probes(601, false);  // 120.2 s
    EXPECT_EQ(long_before.probes(100, true), 0);
}

TEST(BanWatch, what_proves_nothing_neither_breaks_nor_makes_a_silence) {
    Bed bed(64, 100ms);
    bed.probes(20, false);
    bed.probes(20, true);
    EXPECT_EQ(bed.probes(50, true, false), 0);
    EXPECT_EQ(bed.probes(12, true), 1);
}

}  // namespace
}  // namespace sipping::stats
