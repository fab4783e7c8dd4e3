// A stress run in words: the table of its steps and the verdict. Text only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sipping/stress/stress.hpp"

namespace sipping::stress {

/// The table's heading, then a line a step, columns aligned; without line ends.
[[nodiscard]] std::string table_heading();
[[nodiscard]] std::string table_line(std::size_t number, const Measured& measured);

/// "drops", "503", "latency", "retry-after", "ban", "unreachable": the signs that are set.
[[nodiscard]] std::vector<std::string_view> sign_words(std::uint8_t signs);

/// One paragraph: the highest rate held, what happened beyond it, recovery, whose limit it is.
[[nodiscard]] std::string verdict(std::string_view target, const Stress& stress,
                                  const Options& options);

}  // namespace sipping::stress
