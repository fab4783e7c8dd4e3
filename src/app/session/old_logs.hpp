// Log files that rotation has left, on their way to FILE.zst. The work is done by a thread; this is
// where the loop posts it and hears of it.
#pragma once

#include <optional>
#include <string>

#include "io/worker.hpp"

namespace sipping::app {

class OldLogs {
public:
    void add(std::string path);
    /// Takes back what is done; cheap when nothing is.
    void collect();
    [[nodiscard]] bool idle() const noexcept { return !worker_ || worker_->pending() == 0; }
    /// What went wrong last, once; else empty.
    [[nodiscard]] std::string take_trouble();

private:
    std::optional<io::Worker> worker_;  ///< begins with the first file, after lock_down()
    std::string trouble_;
};

}  // namespace sipping::app
