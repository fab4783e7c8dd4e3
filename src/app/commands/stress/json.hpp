// A stress run as JSON lines: an object a step, one with the verdict.
#pragma once

#include <string>
#include <string_view>

#include "sipping/stress/stress.hpp"

namespace sipping::app {

[[nodiscard]] std::string step_json(std::size_t number, const stress::Measured& measured);
/// `text` is the verdict in words.
[[nodiscard]] std::string verdict_json(std::string_view target, const stress::Stress& stress,
                                       std::string_view text);

}  // namespace sipping::app
