// A message for people, as it is printed on stderr.
#pragma once

#include <string>
#include <string_view>

namespace sipping::app {

/// "sipping: TEXT" and a line end. Messages quote arguments, file lines and names, which others may
/// have filled: what could harm a terminal is escaped, as everywhere (sink/escape.hpp).
[[nodiscard]] std::string message_line(std::string_view text);

}  // namespace sipping::app
