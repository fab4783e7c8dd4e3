// JSON as all commands print it: keys in the order of the documentation, times as numbers.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sipping/base/instant.hpp"

namespace sipping::app {

using Json = nlohmann::ordered_json;

[[nodiscard]] inline double in_ms(Duration value) noexcept {
    return static_cast<double>(value.count()) / 1e6;
}
[[nodiscard]] inline double in_s(Duration value) noexcept {
    return std::chrono::duration<double>(value).count();
}

/// UNIX time, to the microsecond.
[[nodiscard]] inline double unix_s(WallTime at) noexcept {
    const auto us = std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch());
    return static_cast<double>(us.count()) / 1e6;
}

enum class Letters : bool { all, ascii };

/// On one line, without its end. Names that came from outside may be no UTF-8, and JSON has no way
/// to hold that: such bytes are replaced. `ascii`: all beyond it is written as \uXXXX.
[[nodiscard]] inline std::string json_line(const Json& json, Letters letters = Letters::all) {
    return json.dump(-1, ' ', letters == Letters::ascii, Json::error_handler_t::replace);
}

}  // namespace sipping::app
