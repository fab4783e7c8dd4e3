#include "io/signals.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace sipping::io {
namespace {

bool is_blocked(int number) {
    sigset_t mask;
    ::sigprocmask(SIG_BLOCK, nullptr, &mask);
    return sigismember(&mask, number) == 1;
}

TEST(Signals, come_as_numbers_from_a_readable_descriptor) {
    Signals signals;
    EXPECT_EQ(signals.take(), std::nullopt);
    ::raise(SIGHUP);
    pollfd ready{.fd = signals.fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&ready, 1, 0), 1);
    EXPECT_EQ(signals.take(), SIGHUP);
    EXPECT_EQ(signals.take(), std::nullopt);
    for (const int number : {SIGINT, SIGTERM, SIGQUIT}) {
        ::raise(number);
        EXPECT_EQ(signals.take(), number);
    }
}

TEST(Signals, leave_the_mask_as_it_was) {
    sigset_t hup;
    sigemptyset(&hup);
    sigaddset(&hup, SIGHUP);
    ::sigprocmask(SIG_BLOCK, &hup, nullptr);
    {
        Signals signals;
        EXPECT_TRUE(is_blocked(SIGINT));
    }
    EXPECT_FALSE(is_blocked(SIGINT));
    EXPECT_TRUE(is_blocked(SIGHUP));
    ::sigprocmask(SIG_UNBLOCK, &hup, nullptr);
}

TEST(Signals, a_closed_pipe_is_an_error_and_no_signal) {
    Signals signals;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    ::close(ends[0]);
    EXPECT_EQ(::write(ends[1], "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
    ::close(ends[1]);
}

}  // namespace
}  // namespace sipping::io
