// Opens a log file at the start of a run, when waiting and throwing are still allowed. Reopening
// during the run is the Appender's business.
#pragma once

#include <fcntl.h>

#include <string>
#include <string_view>

#include "io/fd.hpp"

namespace sipping::io {

/// A FIFO is opened for both ways, so that it neither waits for a reader nor loses its last one.
inline constexpr int fifo_open_flags = O_RDWR | O_APPEND | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
inline constexpr int log_open_flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY;

/// Opens `path` for appending, making it and its parent directories. A regular file that ends in a
/// torn line is cut back to its last whole line. Throws std::system_error naming the path.
[[nodiscard]] Fd open_log(const std::string& path, std::string_view header);

}  // namespace sipping::io
