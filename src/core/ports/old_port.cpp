#include "sipping/ports/old_port.hpp"

#include <utility>

namespace sipping::ports {

std::uint32_t OldPort::on_old(Instant sent, bool lost) noexcept {
    if (!lost) {
        if (old_lost_run_ > 0) silent_until_ = sent;
        old_lost_run_ = 0;
        old_answered_ = sent;
        return 0;
    }
    if (old_lost_run_++ > 0) return 0;
    silent_from_ = sent - every_;
    silent_until_ = never;
    if (run_ == 0 || run_began_ < silent_from_) return 0;
    return std::exchange(run_, 0);
}

OldPort::NewPort OldPort::on_new(Instant sent, bool lost) noexcept {
    if (!lost) {
        run_ = 0;
        return NewPort::answered;
    }
    if (old_was_silent(sent)) return NewPort::silent_with_old;
    if (run_++ == 0) run_began_ = sent;
    return NewPort::silent;
}

}  // namespace sipping::ports
