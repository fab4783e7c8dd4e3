// Signals as a readable descriptor: SIGINT, SIGTERM, SIGQUIT, SIGHUP are blocked and queued.
#pragma once

#include <csignal>
#include <optional>

#include "io/fd.hpp"

namespace sipping::io {

class Signals {
public:
    /// Blocks the four signals and opens a signalfd; ignores SIGPIPE and SIGXFSZ. Throws
    /// std::system_error.
    Signals();
    ~Signals();  ///< restores the mask
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// The next queued signal number, without waiting.
    [[nodiscard]] std::optional<int> take() noexcept;

private:
    Fd fd_;
    sigset_t before_{};
};

}  // namespace sipping::io
