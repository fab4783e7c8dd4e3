// Tells what changed as soon as it is known (stats/event.hpp): a line on the console, or an object
// among the JSON lines. Which changes are told, and how often, is decided in stats.
#pragma once

#include <cstdint>
#include <span>

#include "session/output_lines.hpp"
#include "sipping/console/console.hpp"
#include "sipping/record/event_json.hpp"
#include "sipping/stats/common_fall.hpp"
#include "sipping/stats/request_sources.hpp"
#include "sipping/stats/seen_as.hpp"
#include "sipping/stats/status_watch.hpp"
#include "sipping/target/target_table.hpp"
#include "sipping/wire/request_template.hpp"

namespace sipping::app {

class EventReporter {
public:
    /// All references must outlive this. `json`: objects instead of lines.
    EventReporter(const target::TargetTable& targets,
                  std::span<const wire::RequestTemplate> requests, console::Console& console,
                  OutputLines& out, bool json);

    void set_time(const ClockReading& reading) noexcept { reading_ = reading; }

    void state(std::uint32_t target, stats::State state, const stats::TargetStats& stats) noexcept;
    /// A name has no address; it has one now.
    void unresolved(const stats::UnresolvedEvent& event) noexcept;
    void resolved(const stats::ResolvedEvent& event) noexcept;
    /// A reply in time: its status, and how it saw us.
    void reply(const ProbeResult& result) noexcept;
    void request(const Stray& stray) noexcept;

    /// Tells what had to wait; at the end of the run, all of it.
    void tick(bool at_end) noexcept;
    [[nodiscard]] Instant next_tick() const noexcept;

    /// The end of the run, among the JSON lines: each target's figures, and who sent requests.
    void summarize(std::span<const stats::TargetStats> stats) noexcept;
    [[nodiscard]] const stats::RequestSources& sources() const noexcept { return sources_; }

private:
    template <class Event, class... Name>
    void tell(const Event& event, Name... name) noexcept;

    const target::TargetTable& targets_;
    std::span<const wire::RequestTemplate> requests_;
    console::Console& console_;
    record::EventWriter json_;
    OutputLines& out_;
    bool as_json_;
    ClockReading reading_;
    stats::StatusWatch statuses_;
    stats::CommonFall down_;
    stats::CommonFall unknown_;
    stats::SeenAs seen_as_;
    stats::RequestSources sources_;
};

}  // namespace sipping::app
