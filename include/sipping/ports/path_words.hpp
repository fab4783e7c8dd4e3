// What was found out about a path, in words that can be copied into a ticket.
#pragma once

#include <string>
#include <string_view>

#include "sipping/ports/path.hpp"

namespace sipping::ports {

/// What the user asked for beside PathOptions.
struct PathQuestion {
    std::string_view target;
    std::uint32_t asked = 0;  ///< --max; 0: what the rate can show
};

/// The verdict with its evidence, one paragraph.
[[nodiscard]] std::string path_words(const Path& path, const PathQuestion& question);
/// Whether port numbers are kept, and the public addresses; empty when the host did not say.
[[nodiscard]] std::string public_words(const Path& path);

}  // namespace sipping::ports
