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

struct OpenedLog {
    Fd fd;
    bool has_other_writer = false;  ///< another program has it open to write its log to it
    std::string last_line;          ///< of a regular file, without its line end; what ends it
};

/// Opens `path` for appending, making it and its parent directories, and claims it. A regular file
/// that ends in a torn line is cut back to its last whole line, unless somebody else is writing.
/// Throws std::system_error naming the path.
[[nodiscard]] OpenedLog open_log(const std::string& path, std::string_view header);

/// Marks a regular file as being written by us until it is closed (flock(2)); false: another
/// program has done so. True too where files cannot be marked, and then nobody is told.
[[nodiscard]] bool claim_log(int fd) noexcept;

}  // namespace sipping::io
