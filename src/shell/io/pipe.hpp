// Who reads from a pipe that we write to. Also true of FIFOs; of other files nothing is ever said.
#pragma once

namespace sipping::io {

/// It is a pipe, and nobody will ever read from it again.
[[nodiscard]] bool has_no_reader(int fd) noexcept;
/// It is a pipe, and something that was written to it has not been read yet.
[[nodiscard]] bool has_unread_bytes(int fd) noexcept;

}  // namespace sipping::io
