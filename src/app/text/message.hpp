// Messages for people, as they are printed on stderr.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sipping::app {

/// "sipping: TEXT" and a line end. Messages quote arguments, file lines and names, which others may
/// have filled: what could harm a terminal is escaped, as everywhere (base/escape.hpp).
[[nodiscard]] std::string message_line(std::string_view text);

/// Something the user has to put right; main prints it and exits with 3.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A line for people; stderr, so that stdout stays data. Before and after a run: within one use
/// Prober::tell().
void tell(std::string_view text);

}  // namespace sipping::app
