// Where in a plain log a moment is, by binary search; and whether a log looks as if it were in
// order of time, without which that finds nothing.
#pragma once

#include <cstdint>

#include "history/log_rows.hpp"
#include "sipping/base/instant.hpp"

namespace sipping::app {

/// Rows stand in order of completion, which is so much after the sending at most: the longest
/// timeout and late window, with room.
inline constexpr Duration completed_within = 10min;

/// Its first rows are, and where it is plain (`fd` is not -1), those at places all over it. Throws
/// std::runtime_error when it cannot be read.
[[nodiscard]] bool looks_in_order(LogRows& rows, int fd, std::uint64_t size);

/// Rows of another time that looks_in_order() may not have seen are fewer bytes than this.
[[nodiscard]] std::uint64_t unseen_bytes(int fd, std::uint64_t size);

/// The offset of a line such that all rows before it were sent before `at`, but for unseen ones of
/// another time. Throws std::runtime_error when the file cannot be read.
[[nodiscard]] std::uint64_t offset_before(int fd, std::uint64_t size, WallTime at);

}  // namespace sipping::app
