// What an errno means, for people.
#pragma once

#include <string>

namespace sipping {

/// "EMFILE (Too many open files)"; never translated (strerrorname_np(3)).
[[nodiscard]] std::string error_words(int error);

}  // namespace sipping
