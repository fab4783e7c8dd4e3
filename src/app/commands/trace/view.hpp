// What all forms of a trace's result are made of.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "commands/trace/captures.hpp"
#include "history/log_input.hpp"
#include "sipping/config/trace_config.hpp"
#include "sipping/trace/verdict.hpp"

namespace sipping::app {

struct Judged {
    const trace::Probe* probe;
    trace::Judgement judgement;
};

struct TraceView {
    const config::TraceConfig& config;
    const trace::ProbeBook& book;
    const TraceCaptures& captures;
    const trace::Join& join;
    const trace::Judge& judge;
    std::vector<Judged> probes;  ///< those asked about, by time
    std::array<std::uint64_t, trace::verdict_count> counts{};

    [[nodiscard]] bool has_near() const noexcept { return !config.near.empty(); }
};

/// "Nothing lost: 1,200 probes in these logs";
/// "12 lost: 9 on the way back, 2 on the way there, 1 unanswered"
[[nodiscard]] std::string trace_summary(const TraceView& view);

// Nothing in these is raw that came from others.
[[nodiscard]] std::string trace_text(const TraceView& view);
[[nodiscard]] std::string trace_csv(const TraceView& view);
/// An object a line: of each probe, of each thing rewritten, of all.
[[nodiscard]] std::string trace_json(const TraceView& view);
/// The same where there is no probe to ask about; `text` says so.
[[nodiscard]] std::string trace_json_of_nothing(std::string_view text);
/// The message flow of one probe; `utf8`: with arrows that are not ASCII.
[[nodiscard]] std::string trace_ladder(const TraceView& view, const Judged& judged, bool utf8);

}  // namespace sipping::app
