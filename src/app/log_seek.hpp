// Where in a plain log a moment is, by binary search.
#pragma once

#include <cstdint>

#include "sipping/base/instant.hpp"

namespace sipping::app {

/// Rows stand in order of completion, which is so much after the sending at most: the longest
/// timeout and late window, with room.
inline constexpr Duration completed_within = 10min;

/// The offset of a line such that all rows before it were sent before `at`. Throws
/// std::runtime_error when the file cannot be read.
[[nodiscard]] std::uint64_t offset_before(int fd, std::uint64_t size, WallTime at);

}  // namespace sipping::app
