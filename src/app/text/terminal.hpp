// What the terminal that we write to can do.
#pragma once

namespace sipping::app {

/// It is a terminal, and one that takes escape sequences: not TERM=dumb (editors, build logs).
[[nodiscard]] bool shows_escapes(int fd) noexcept;

}  // namespace sipping::app
