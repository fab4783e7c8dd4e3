// What a target's columns of the picture saw, small enough for a page of hundreds of targets.
#pragma once

#include <vector>

#include "sipping/report/periods.hpp"
#include "text/json_words.hpp"

namespace sipping::app {

/// {"sent": base64 of 16 bit numbers (little endian), each times "sent_unit"; "p50", "max": the
/// same, of latencies as codes; "lost": [[column, lost, longest run], ...]}. A code is 0 where
/// nothing was answered, else 1 + 2048 log2(microseconds).
[[nodiscard]] Json columns_json(const std::vector<report::Period>& periods, std::uint32_t count);

}  // namespace sipping::app
