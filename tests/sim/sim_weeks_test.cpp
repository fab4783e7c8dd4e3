// Four weeks of one target in virtual time, asked once a second: what the log says in the end.
// Outages at known times, single losses and pauses of our own must all be found in the rows, to the
// probe, by somebody who has nothing but the rows.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "simulation.hpp"
#include "sipping/base/text_buffer.hpp"
#include "sipping/record/rows.hpp"

namespace sipping::sim {
namespace {

constexpr std::int64_t first_midnight_s = 1'793'577'600;  // 2026-11-02 00:00:00 UTC, a Monday
constexpr std::int64_t weeks_s = 28 * 86'400;
constexpr std::int64_t daily_s = 11 * 3600 + 31 * 60 + 43;  // 11:31:43, as in the original's story
constexpr std::int64_t apart_s = 120;

struct Span {
    std::int64_t from_s;  ///< UNIX time, whole seconds
    std::int64_t until_s;

    friend bool operator==(const Span&, const Span&) = default;
};

/// Three minutes a day, and forty more of 3 s to half an hour, never close to one another.
std::vector<Span> known_outages(Prng& prng) {
    std::vector<Span> outages;
    for (std::int64_t day = 0; day < 28; ++day) {
        const std::int64_t from = first_midnight_s + day * 86'400 + daily_s;
        outages.push_back({from, from + 180});
    }
    const auto is_apart = [&](const Span& span) {
        return std::ranges::none_of(outages, [&](const Span& other) {
            return span.from_s - apart_s < other.until_s && other.from_s < span.until_s + apart_s;
        });
    };
    while (outages.size() < 68) {
        const auto from =
            first_midnight_s + apart_s + static_cast<std::int64_t>(prng.below(weeks_s - 4000));
        const Span span{from, from + 3 + static_cast<std::int64_t>(prng.below(1798))};
        if (is_apart(span)) outages.push_back(span);
    }
    std::ranges::sort(outages, {}, &Span::from_s);
    return outages;
}

/// Single losses and pauses of ours stay away from all of `outages`.
std::vector<std::int64_t> moments(Prng& prng, std::size_t count, const std::vector<Span>& outages) {
    std::vector<std::int64_t> found;
    while (found.size() < count) {
        const auto at = first_midnight_s + apart_s +
                        static_cast<std::int64_t>(prng.below(weeks_s - 2 * apart_s));
        const bool apart = std::ranges::none_of(outages,
                                                [&](const Span& span) {
                                                    return at > span.from_s - apart_s &&
                                                           at < span.until_s + apart_s;
                                                }) &&
                           std::ranges::none_of(found, [&](std::int64_t other) {
                               return std::abs(other - at) < apart_s;
                           });
        if (apart) found.push_back(at);
    }
    std::ranges::sort(found);
    return found;
}

std::int32_t utc(std::int64_t) noexcept {
    return 0;
}

/// The log of the run, and what can be read from it: only text comes in.
class Log final : public probe::ResultSink {
public:
    void sent(const SentProbe&) noexcept override {}
    void settled(const Settled&) noexcept override {}
    void icmp(std::uint32_t, const Endpoint&, std::uint64_t, const IcmpError&,
              Instant) noexcept override {}
    void result(const ProbeResult& result) noexcept override {
        writer_.csv(result, context, line_);
        read();
    }
    void gap(const Gap& gap) noexcept override {
        writer_.csv(gap, context, line_);
        read();
    }

    struct Probe {
        std::int64_t sent_us;
        bool lost;
    };
    std::vector<Probe> probes;
    std::vector<std::string> gaps;
    std::uint64_t others = 0;

private:
    void read() {
        std::vector<std::string> fields(1);
        for (const char c : line_.view())
            if (c == ',')
                fields.emplace_back();
            else if (c != '\n')
                fields.back() += c;
        line_.clear();
        ASSERT_EQ(fields.size(), 10U);
        const std::string& kind = fields[8];
        if (kind == "gap") {
            gaps.push_back(fields[9]);
        } else if (kind == "reply" || kind == "timeout") {
            std::string digits = fields[1];
            digits.erase(digits.find('.'), 1);
            probes.push_back({std::stoll(digits), kind == "timeout"});
        } else {
            ++others;
        }
    }

    const record::RowContext context{.target_name = "sbc", .host = "192.0.2.1", .site = ""};
    record::RowWriter writer_{utc, false};
    TextBuffer line_{record::row_size_max};
};

/// Runs of at least three losses, in order of sending: from the first lost probe's second to that
/// of the first one answered.
std::vector<Span> outages_in(std::vector<Log::Probe> probes) {
    std::ranges::sort(probes, {}, &Log::Probe::sent_us);
    std::vector<Span> found;
    std::size_t run = 0;
    for (std::size_t i = 0; i < probes.size(); ++i) {
        if (probes[i].lost) {
            ++run;
            continue;
        }
        if (run >= 3)
            found.push_back({probes[i - run].sent_us / 1'000'000, probes[i].sent_us / 1'000'000});
        run = 0;
    }
    return found;
}

TEST(SimWeeks, four_weeks_of_rows_tell_every_outage_loss_and_pause) {
    Prng prng(Key{2026, 11});
    const std::vector<Span> outages = known_outages(prng);
    const std::vector<std::int64_t> singles = moments(prng, 500, outages);
    std::vector<Span> taken = outages;
    for (const std::int64_t at : singles)
        taken.push_back({at, at + 1});
    const std::vector<std::int64_t> pauses = moments(prng, 12, taken);

    SimOptions options;
    options.seed = 28;
    options.link = {.delay = 20ms, .jitter = 30ms};
    options.engine.duration = std::chrono::seconds{weeks_s};
    Simulation sim(options);
    sim.network.wall_offset =
        std::chrono::seconds{first_midnight_s} - sim.network.reading().now.time_since_epoch();
    sim.network.record = sim.recorder.keep = false;
    Log log;
    sim.recorder.also = &log;
    auto outage = outages.begin();
    auto single = singles.begin();
    sim.network.peer = [&](const SeenRequest& request) -> std::vector<std::string> {
        // The k-th probe leaves k seconds after midnight.
        const auto at_s = std::chrono::floor<std::chrono::seconds>(
                              sim.network.reading().wall(request.sent).time_since_epoch())
                              .count();
        while (outage != outages.end() && outage->until_s <= at_s)
            ++outage;
        while (single != singles.end() && *single < at_s)
            ++single;
        const bool lost = (outage != outages.end() && outage->from_s <= at_s) ||
                          (single != singles.end() && *single == at_s);
        if (lost) return {};
        return {answer_to(request, "200 OK")};
    };
    auto pause = pauses.begin();
    while (!sim.engine->finished(sim.network.reading().now)) {
        const WallTime now = sim.network.reading().wall();
        if (pause != pauses.end() && now >= WallTime{std::chrono::seconds{*pause}}) {
            sim.network.stall(40s);
            ++pause;
        }
        sim.step();
    }

    EXPECT_EQ(outages_in(log.probes), outages);
    std::int64_t lost_s = static_cast<std::int64_t>(singles.size());
    for (const Span& span : outages)
        lost_s += span.until_s - span.from_s;
    EXPECT_EQ(std::ranges::count_if(log.probes, &Log::Probe::lost), lost_s);
    EXPECT_EQ(log.others, 0U);

    // A pause is a gap row of 40 probes, less what the limit of 5 ms or a second lets pass.
    ASSERT_EQ(log.gaps.size(), pauses.size());
    for (std::size_t i = 0; i < pauses.size(); ++i) {
        SCOPED_TRACE(log.gaps[i]);
        const auto from = log.gaps[i].find("from=") + 5;
        EXPECT_NEAR(std::stod(log.gaps[i].substr(from)), static_cast<double>(pauses[i]), 2);
        EXPECT_NE(log.gaps[i].find("reason=stall"), std::string::npos);
    }
    const probe::EngineCounts& counts = sim.engine->counts();
    EXPECT_EQ(counts.due, static_cast<std::uint64_t>(weeks_s));
    EXPECT_EQ(counts.sent, log.probes.size());
    EXPECT_EQ(counts.sent + counts.skipped, counts.due);
    EXPECT_NEAR(static_cast<double>(counts.skipped), 12 * 39, 12 * 2);
    sim.expect_books_balance();
}

}  // namespace
}  // namespace sipping::sim
