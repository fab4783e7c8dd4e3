// A verdict in words for people. Texts may hold what others wrote: whoever prints them escapes.
#pragma once

#include <string>

#include "sipping/trace/verdict.hpp"

namespace sipping::trace {

/// "never left our host", "lost on the way there", ...
[[nodiscard]] std::string_view verdict_words(Verdict verdict) noexcept;
/// What more is known of it: "after the far capture ends; ICMP host-unreachable from 10.0.0.1".
[[nodiscard]] std::string detail_words(const Probe& probe, const Judgement& judgement,
                                       bool has_near);
/// "1.234 ms", "2.5 s"
[[nodiscard]] std::string time_words(Duration time);
/// "the far clock is 1.204 s ahead of ours (within 0.31 ms, from 981 answered probes)"
[[nodiscard]] std::string offset_words(Side side, const ClockOffset& clock);

}  // namespace sipping::trace
