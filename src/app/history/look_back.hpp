// What the commands that read logs have in common.
#pragma once

#include <string>
#include <vector>

#include "history/log_input.hpp"
#include "sipping/record/target_names.hpp"
#include "text/time_words.hpp"

namespace sipping::app {

/// --tz: the zone of all times read and shown, unless it is empty. Throws UsageError.
void use_zone(const std::string& zone);

/// The value of an option. A time alone is of `day`, or where that is nothing of the logs' last
/// day. Throws UsageError.
[[nodiscard]] Moments read_moment(const char* option, const std::string& text, LogInput& logs,
                                  std::optional<WallTime> day = std::nullopt);

/// A file that is to be written must not be one that is read. Throws UsageError.
void refuse_input(const char* option, const std::string& path,
                  const std::vector<std::string>& inputs);
[[nodiscard]] std::vector<std::string> paths_of(const std::vector<LogFile>& files);

/// Throws UsageError when one of the targets asked for is nowhere in the logs; `part`: in that part
/// of them that was asked for.
void refuse_mistyped(const record::TargetNames& names, bool part);

/// What could not be read, and that it was interrupted; on stderr.
void tell_unread(const Unread& unread);

}  // namespace sipping::app
