// Random fates of many probes: the captures are made from them, and the verdicts must be them.
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "sipping/base/prng.hpp"
#include "two_ends.hpp"

namespace sipping::trace {
namespace {

struct Fate {
    Verdict verdict{};
    Duration sent{};
    Duration there{};
    Duration thinking{};
    Duration back{};
};

class Dice {
public:
    explicit Dice(std::uint64_t seed) : prng_(Key{seed, 0}) {}
    std::uint64_t below(std::uint64_t limit) { return prng_.next() % limit; }
    Duration up_to(Duration limit) {
        return Duration{
            static_cast<std::int64_t>(below(static_cast<std::uint64_t>(limit.count())))};
    }

private:
    Prng prng_;
};

constexpr Duration timeout = 500ms;

Fate throw_for(Dice& dice, std::uint64_t number, bool has_near) {
    constexpr Verdict all[]{Verdict::answered,   Verdict::answered,    Verdict::lost_there,
                            Verdict::unanswered, Verdict::lost_back,   Verdict::too_late,
                            Verdict::never_left, Verdict::not_received};
    Fate fate{all[dice.below(has_near ? 8 : 6)], std::chrono::milliseconds{10 * number},
              100us + dice.up_to(30ms), dice.up_to(10ms), 100us + dice.up_to(30ms)};
    if (fate.verdict == Verdict::too_late) fate.thinking = timeout + dice.up_to(1s);
    return fate;
}

void log_rows(TwoEnds& ends, std::uint64_t call_id, const Fate& fate) {
    const Duration took =
        std::chrono::round<std::chrono::microseconds>(fate.there + fate.thinking + fate.back);
    if (fate.verdict == Verdict::answered) return ends.row(call_id, fate.sent, Kind::reply, took);
    ends.row(call_id, fate.sent, Kind::timeout);
    if (fate.verdict == Verdict::too_late) ends.row(call_id, fate.sent, Kind::late, took);
}

/// Which packets a capture has.
using Keeps = std::function<bool(Side, Duration)>;

void packets_of(TwoEnds& ends, std::uint64_t call_id, const Fate& fate, bool has_near,
                const Keeps& keeps) {
    const auto request = [&](Side side, Duration at) {
        if (keeps(side, at)) ends.request(side, at, call_id);
    };
    const auto answer = [&](Side side, Duration at) {
        if (keeps(side, at)) ends.answer(side, at, call_id);
    };
    if (fate.verdict == Verdict::never_left) return;
    if (has_near) request(Side::near, fate.sent);
    if (fate.verdict == Verdict::lost_there) return;
    request(Side::far, fate.sent + fate.there);
    if (fate.verdict == Verdict::unanswered) return;
    answer(Side::far, fate.sent + fate.there + fate.thinking);
    if (fate.verdict == Verdict::lost_back || !has_near) return;
    answer(Side::near, fate.sent + fate.there + fate.thinking + fate.back);
}

using Fates = std::map<std::uint64_t, Fate>;

constexpr std::uint64_t count = 3000;

/// Their rows, and what the captures have of them.
Fates live_through(TwoEnds& ends, Dice& dice, bool has_near, const Keeps& keeps) {
    ends.ahead = dice.up_to(2000s) - 1000s;
    Fates fates;
    const std::uint64_t base = 1'000'000'000 + dice.below(8'000'000'000);
    // Before and behind are answered ones, so that the captures' time is that of all others.
    for (std::uint64_t i = 0; i < count; ++i) {
        Fate fate = throw_for(dice, i, has_near);
        if (i < 100 || i + 300 > count)
            fate = {Verdict::answered, fate.sent, fate.there, 0ms, fate.back};
        // The last of them so slow that what is not received in time is known to be in time.
        if (i == 0) fate.thinking = 400ms;
        log_rows(ends, base + i, fate);
        fates.emplace(base + i, fate);
    }
    ends.rows_end();
    for (const auto& [call_id, fate] : fates)
        packets_of(ends, call_id, fate, has_near, keeps);
    ends.judge();
    return fates;
}

void check_run(std::uint64_t seed, bool has_near) {
    SCOPED_TRACE(testing::Message() << "seed " << seed << (has_near ? ", both captures" : ""));
    Dice dice(seed);
    TwoEnds ends(has_near);
    const Fates fates = live_through(ends, dice, has_near, [](Side, Duration) { return true; });
    const ClockOffset& clock = ends.judge().offset(Side::far);
    EXPECT_TRUE(clock.known && clock.steady);
    EXPECT_LE(std::chrono::abs(clock.offset - ends.ahead), clock.error);
    EXPECT_LT(clock.error, 5ms);
    for (const auto& [call_id, fate] : fates) {
        const Judgement judgement = ends.of(call_id);
        ASSERT_EQ(to_string(judgement.verdict), to_string(fate.verdict)) << ends.words(call_id);
        if (fate.verdict != Verdict::too_late) continue;
        ASSERT_TRUE(judgement.has_times);
        ASSERT_EQ(judgement.thinking, fate.thinking);
        ASSERT_LE(std::chrono::abs(judgement.network - fate.there - fate.back), 2us);
    }
}

TEST(Fates, each_probe_gets_the_verdict_of_what_became_of_it) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        check_run(seed, true);
        check_run(seed, false);
    }
}

/// What is said is what happened: of two places where it may have been lost, the other one with the
/// word "or". Returns how many were told.
std::uint64_t check_said(TwoEnds& ends, const Fates& fates) {
    std::uint64_t told = 0;
    for (const auto& [call_id, fate] : fates) {
        const Judgement judgement = ends.of(call_id);
        if (judgement.verdict == Verdict::undecided) continue;
        ++told;
        const bool other =
            judgement.maybe_ours &&
            ((fate.verdict == Verdict::never_left && judgement.verdict == Verdict::lost_there) ||
             (fate.verdict == Verdict::not_received && judgement.verdict == Verdict::lost_back));
        EXPECT_TRUE(other || judgement.verdict == fate.verdict)
            << to_string(fate.verdict) << " told as " << ends.words(call_id);
    }
    return told;
}

TEST(Fates, captures_that_lose_packets_here_and_there_accuse_nobody_wrongly) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        for (const std::uint64_t lost_of_1000 : {5U, 10U, 30U, 200U}) {
            for (const bool has_near : {false, true}) {
                SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << lost_of_1000
                                                << " of 1000, near " << has_near);
                Dice dice(seed);
                Dice losses(seed + 1000);
                TwoEnds ends(has_near);
                const Fates fates = live_through(ends, dice, has_near, [&](Side, Duration) {
                    return losses.below(1000) >= lost_of_1000;
                });
                check_said(ends, fates);
            }
        }
    }
}

TEST(Fates, a_capture_with_holes_accuses_nobody_in_them_and_tells_of_the_others) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        for (const bool has_near : {false, true}) {
            SCOPED_TRACE(testing::Message() << "seed " << seed << ", near " << has_near);
            Dice dice(seed);
            Dice losses(seed + 1000);
            TwoEnds ends(has_near);
            // Of 30 s: two in which nothing was kept, one in which most was.
            const auto keeps = [&](Side side, Duration at) {
                if (side == Side::near) return at < 20s || at > 21s;
                if (at > 15s && at < 16s) return losses.below(10) < 6;
                return (at < 5s || at > 6500ms) && (at < 12s || at > 12400ms);
            };
            const Fates fates = live_through(ends, dice, has_near, keeps);
            EXPECT_GT(check_said(ends, fates), count * 8 / 10);
        }
    }
}

}  // namespace
}  // namespace sipping::trace
