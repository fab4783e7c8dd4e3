#include "sipping/report/findings.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>

#include "sipping/report/floor_div.hpp"

namespace sipping::report {
namespace {

constexpr Duration together_within = 1s;
constexpr Duration interval_max = 10min;  // of one that says anything about a moment
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t quarter_s = 900;
constexpr std::int64_t apart_s = 600;        // between two days' times, to be the same
constexpr std::int64_t window_max_s = 7200;  // a longer one is no time of day
constexpr std::size_t days_min = 3;

/// When an outage began, as a time of the day.
struct TimeOfDay {
    std::int64_t at_s = 0;  ///< of the day
    std::int64_t end_s = 0;
    std::int64_t day = 0;
};

std::int64_t local_second(WallTime at, UtcOffset offset) {
    const auto unix_s = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
    return unix_s + offset(unix_s);
}

/// Local seconds since 1970, of the first and the last probe.
struct Probed {
    std::int64_t from_s = 0;
    std::int64_t to_s = 0;

    /// Days on which that second of the day was among them.
    [[nodiscard]] std::int64_t days_with(std::int64_t second) const noexcept {
        return floor_div(to_s - second, day_s) - floor_div(from_s - second - 1, day_s);
    }
};

std::vector<TimeOfDay> times_of_day(const Series& series, UtcOffset offset) {
    std::vector<TimeOfDay> times;
    for (const Outage& outage : series.outages()) {
        const std::int64_t local_s = local_second(outage.begin, offset);
        const std::int64_t day = floor_div(local_s, day_s);
        const std::int64_t at_s = local_s - day * day_s;
        const auto length_s = std::chrono::ceil<std::chrono::seconds>(outage.length).count();
        times.push_back({at_s, at_s + length_s, day});
    }
    std::sort(times.begin(), times.end(),
              [](const TimeOfDay& a, const TimeOfDay& b) { return a.at_s < b.at_s; });
    return times;
}

/// Midnight is no border: the circle is cut open where it is emptiest.
void cut_open(std::vector<TimeOfDay>& times) {
    std::size_t first = 0;
    std::int64_t widest = times.front().at_s + day_s - times.back().at_s;
    for (std::size_t i = 1; i < times.size(); ++i)
        if (times[i].at_s - times[i - 1].at_s > widest) {
            widest = times[i].at_s - times[i - 1].at_s;
            first = i;
        }
    for (std::size_t i = 0; i < first; ++i) {
        times[i].at_s += day_s;
        times[i].end_s += day_s;
    }
    std::rotate(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(first), times.end());
}

/// [begin, end) began within minutes of each other: is it a habit?
std::optional<Daily> judge(const TimeOfDay* begin, const TimeOfDay* end, const Probed& probed) {
    std::set<std::int64_t> days;
    std::int64_t to_s = 0;
    for (const TimeOfDay* one = begin; one != end; ++one) {
        days.insert(one->day);
        to_s = std::max(to_s, one->end_s);
    }
    const std::int64_t from_s = begin->at_s;
    if (days.size() < days_min || to_s - from_s > window_max_s) return std::nullopt;
    const auto of = static_cast<std::size_t>(*days.rbegin() - *days.begin() + 1);
    if (days.size() * 10 < of * 6) return std::nullopt;
    const std::int64_t from_quarter = from_s / quarter_s * quarter_s;
    const std::int64_t to_quarter = (to_s + quarter_s - 1) / quarter_s * quarter_s;
    return Daily{.from_s = static_cast<std::int32_t>(from_quarter % day_s),
                 .to_s = static_cast<std::int32_t>(to_quarter % day_s),
                 .days = static_cast<std::uint32_t>(days.size()),
                 .of = static_cast<std::uint32_t>(of),
                 .first_day = *days.begin(),
                 .all_days = std::ssize(days) >= probed.days_with(from_s % day_s),
                 .targets = {}};
}

/// An outage of a history.
struct Begun {
    const Outage* outage = nullptr;
    std::uint32_t target = 0;
};

/// Its clock was set back by so much until then: moments can be compared.
Duration shift_of(const Outage& outage) noexcept {
    return outage.at - outage.begin;
}

LookAt look_at(const std::deque<TargetHistory>& targets, std::span<const Begun> group,
               std::size_t histories) {
    const TargetHistory& first = targets[group.front().target];
    const auto all = [&](const auto& same) {
        return std::ranges::all_of(group,
                                   [&](const Begun& one) { return same(targets[one.target]); });
    };
    const auto of_its_host = [&](const TargetHistory& one) { return one.host == first.host; };
    if (all([&](const TargetHistory& one) { return one.target == first.target; }))
        return LookAt::target;
    if (!first.host.empty() && all(of_its_host) && !std::ranges::all_of(targets, of_its_host))
        return LookAt::host;
    const bool one_prober = all(
        [&](const TargetHistory& one) { return one.site == first.site && one.target == one.name; });
    const bool silent = std::ranges::any_of(
        group, [](const Begun& one) { return one.outage->lost > one.outage->late; });
    return histories > 2 && one_prober && silent ? LookAt::our_side : LookAt::shared;
}

/// May it have begun when the first one of the group did?
bool belongs_to(const Outage& outage, const Outage& first) noexcept {
    if (shift_of(outage) != shift_of(first)) return false;
    const bool since = !outage.open_begin && outage.good_before < first.begin;
    return outage.begin - first.begin <= together_within ||
           (since && outage.begin - outage.good_before <= interval_max);
}

/// Of several histories, from the first on as many as belong to it.
void find_together(const std::deque<TargetHistory>& targets, bool open_begin,
                   std::vector<Together>& found) {
    std::vector<Begun> begun;
    for (std::uint32_t i = 0; i < targets.size(); ++i)
        for (const Outage& outage : targets[i].series.outages())
            if (outage.open_begin == open_begin) begun.push_back({&outage, i});
    std::ranges::sort(begun, {}, [](const Begun& one) {
        return std::tuple(one.outage->begin, shift_of(*one.outage), one.target);
    });
    for (std::size_t i = 0; i < begun.size();) {
        std::size_t end = i;
        while (end < begun.size() && belongs_to(*begun[end].outage, *begun[i].outage))
            ++end;
        const std::span group{&begun[i], end - i};
        std::set<std::uint32_t> who;
        for (const Begun& one : group)
            who.insert(one.target);
        if (who.size() > 1)
            found.push_back(
                {.begin = begun[i].outage->begin,
                 .spread = begun[end - 1].outage->begin - begun[i].outage->begin,
                 .targets = {who.begin(), who.end()},
                 .look_at = open_begin ? LookAt::start : look_at(targets, group, who.size()),
                 .lost = std::ranges::all_of(
                     group, [](const Begun& one) { return one.outage->lost > 0; })});
        i = end;
    }
}

}  // namespace

std::string_view to_string(LookAt look_at) noexcept {
    static constexpr std::array<std::string_view, 5> words{"our-side", "shared", "host", "target",
                                                           "start"};
    return words[static_cast<std::size_t>(look_at)];
}

std::vector<Together> find_together(const std::deque<TargetHistory>& targets) {
    std::vector<Together> found;
    for (const bool open_begin : {false, true})
        find_together(targets, open_begin, found);
    std::ranges::stable_sort(found, {}, &Together::begin);
    return found;
}

std::vector<Daily> find_daily(const std::deque<TargetHistory>& targets, UtcOffset offset) {
    using Same = std::tuple<std::int32_t, std::int32_t, std::int64_t, std::uint32_t, std::uint32_t>;
    std::map<Same, Daily> found;
    for (std::uint32_t i = 0; i < targets.size(); ++i) {
        std::vector<TimeOfDay> times = times_of_day(targets[i].series, offset);
        if (times.size() < days_min) continue;
        cut_open(times);
        const Series& series = targets[i].series;
        const Probed probed{local_second(series.first(), offset),
                            local_second(series.last(), offset)};
        for (std::size_t begin = 0, end = 1; end <= times.size(); ++end) {
            if (end < times.size() && times[end].at_s - times[end - 1].at_s <= apart_s) continue;
            if (auto habit = judge(&times[begin], times.data() + end, probed)) {
                const Same same{habit->from_s, habit->to_s, habit->first_day, habit->days,
                                habit->of};
                found.try_emplace(same, *habit).first->second.targets.push_back(i);
            }
            begin = end;
        }
    }
    std::vector<Daily> all;
    for (auto& [window, daily] : found)
        all.push_back(std::move(daily));
    return all;
}

}  // namespace sipping::report
