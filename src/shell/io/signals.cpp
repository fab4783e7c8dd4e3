#include "io/signals.hpp"

#include <poll.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace sipping::io {
namespace {

sigset_t handled_signals() noexcept {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP})
        sigaddset(&set, number);
    return set;
}

}  // namespace

Signals::Signals() {
    const sigset_t set = handled_signals();
    if (::sigprocmask(SIG_BLOCK, &set, &before_) != 0)
        throw std::system_error(errno, std::generic_category(), "sigprocmask");
    fd_ = Fd{::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)};
    if (!fd_) throw std::system_error(errno, std::generic_category(), "signalfd");
    // A closed pipe and a file at `ulimit -f` come back as errors of the write: EPIPE, EFBIG.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

Signals::~Signals() {
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> Signals::take_within(Duration patience) noexcept {
    if (patience > Duration::zero()) {
        pollfd readable{fd_.get(), POLLIN, 0};
        timespec time{};
        time.tv_sec = patience / 1s;
        time.tv_nsec = (patience % 1s).count();
        (void)::ppoll(&readable, 1, &time, nullptr);
    }
    return take();
}

std::optional<int> Signals::take() noexcept {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info))
        return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

}  // namespace sipping::io
