// A file that nobody writes any more becomes FILE.zst. Until that is whole and on the disk, FILE
// stays. May take long: for a Worker.
#pragma once

#include <atomic>
#include <string>

namespace sipping::io {

/// Empty when it is done, when `path` is not there or was renamed meanwhile (logrotate), or when
/// `stop` became true (nothing is left of the attempt); else what went wrong, in words that name
/// the file. An existing FILE.zst is never touched.
[[nodiscard]] std::string compress_file(const std::string& path, const std::atomic<bool>& stop);

}  // namespace sipping::io
