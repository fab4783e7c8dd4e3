#include "session/event_reporter.hpp"

#include <algorithm>

#include "text/local_offset.hpp"

namespace sipping::app {
namespace {

constexpr std::size_t line_room = 8 * 1024;

}  // namespace

EventReporter::EventReporter(const target::TargetTable& targets,
                             std::span<const wire::RequestTemplate> requests,
                             console::Console& console, OutputLines& out, bool json)
    : targets_(targets),
      requests_(requests),
      console_(console),
      json_(local_utc_offset),
      out_(out),
      as_json_(json),
      statuses_(targets.size()),
      down_(stats::State::down, targets.size()),
      unknown_(stats::State::unknown, targets.size()),
      seen_as_(targets.size()) {}

template <class Event, class... Name>
void EventReporter::tell(const Event& event, Name... name) noexcept {
    if (as_json_)
        json_.write(event, name..., out_.data(record::event_size_max));
    else
        console_.event(event, name..., out_.text(line_room));
}

void EventReporter::state(std::uint32_t target, stats::State state,
                          const stats::TargetStats& stats) noexcept {
    const bool by_code = state == stats::State::refusing || state == stats::State::maintenance;
    const std::string_view name = targets_[target].name;
    tell(stats::StateEvent{.target = target,
                           .state = state,
                           .stats = &stats,
                           .code = by_code ? statuses_.code(target) : std::uint16_t{0},
                           .at = reading_.wall()},
         name);
    const stats::Outage& outage = stats.current_outage();
    if (state == stats::State::down)
        down_.on_fall(target, outage.begin_at, outage.begin, reading_.now);
    if (state == stats::State::unknown)
        unknown_.on_fall(target, stats.unsent_begin(), stats.since(), reading_.now);
}

void EventReporter::unresolved(const stats::UnresolvedEvent& event) noexcept {
    tell(event, std::string_view(targets_[event.target].name));
}

void EventReporter::resolved(const stats::ResolvedEvent& event) noexcept {
    tell(event, std::string_view(targets_[event.target].name));
}

void EventReporter::reply(const ProbeResult& result) noexcept {
    const std::string_view name = targets_[result.target].name;
    if (const auto changed =
            statuses_.on_reply(result.target, result.status, result.status_line, reading_))
        tell(*changed, name);
    if (const auto seen =
            seen_as_.on_reply(result.target, result.via_received, result.via_rport,
                              result.source_port, requests_[result.target].via_host(), reading_))
        tell(*seen, name);
}

void EventReporter::request(const Stray& stray) noexcept {
    if (const auto first = sources_.add(stray)) tell(*first);
}

void EventReporter::tick(bool at_end) noexcept {
    while (const auto changed = statuses_.due(reading_, at_end))
        tell(*changed, std::string_view(targets_[changed->target].name));
    for (stats::CommonFall* fall : {&down_, &unknown_}) {
        const auto common = fall->due(reading_.now, at_end);
        if (!common) continue;
        if (as_json_)
            json_.write(*common, reading_.wall(), out_.data(record::event_size_max));
        else
            console_.event(*common, out_.text(line_room));
    }
}

Instant EventReporter::next_tick() const noexcept {
    return std::min({statuses_.next(), down_.next(), unknown_.next()});
}

void EventReporter::summarize(std::span<const stats::TargetStats> stats) noexcept {
    if (!as_json_) return;
    for (std::size_t i = 0; i < stats.size(); ++i)
        json_.summary(stats[i], targets_[i].name, reading_.wall(),
                      out_.data(record::event_size_max));
    if (!sources_.sources().empty())
        json_.sources(sources_, reading_.wall(), out_.data(record::event_size_max));
}

}  // namespace sipping::app
