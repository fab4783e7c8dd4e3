// What lock_down() takes away is really refused, for every thread; what a run needs is not. All of
// it in children: there is no way back.
#include "io/lock_down.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/capability.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <functional>
#include <future>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace sipping::io {
namespace {

/// What `function` returns (0 to 255), run in a child; -1 when that died of a signal.
int in_child(const std::function<int()>& function) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(function());
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
    return WEXITSTATUS(status);
}

/// errno of a call that fails, 0 of one that does not.
int error_of(long result) {
    return result < 0 ? errno : 0;
}

int run_true() {
    char name[] = "/bin/true";
    std::array<char*, 2> arguments{name, nullptr};
    return error_of(::execv(name, arguments.data()));
}

bool holds(cap_value_t capability) {
    cap_t held = ::cap_get_proc();
    cap_flag_value_t has = CAP_CLEAR;
    const bool found = ::cap_get_flag(held, capability, CAP_PERMITTED, &has) == 0;
    ::cap_free(held);
    return found && has == CAP_SET;
}

TEST(LockDown, refuses_with_eperm_what_no_run_needs) {
    // Arguments that would be harmless, and that give another error than EPERM, or none, without
    // the filter, also to an ordinary user.
    const std::pair<const char*, int (*)()> calls[] = {
        {"execve", run_true},
        {"setuid", [] { return error_of(::setuid(::getuid())); }},
        {"setgid", [] { return error_of(::setgid(::getgid())); }},
        {"unshare", [] { return error_of(::unshare(0)); }},
        {"setns", [] { return error_of(::setns(-1, 0)); }},
        {"ptrace", [] { return error_of(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }},
        {"process_vm_readv",
         [] { return error_of(::syscall(SYS_process_vm_readv, ::getpid(), 0, 0, 0, 0, 0)); }},
        {"keyctl", [] { return error_of(::syscall(SYS_keyctl, 0, -4, 0)); }},
        {"personality", [] { return error_of(::syscall(SYS_personality, 0xffffffff)); }},
        {"listen", [] { return error_of(::listen(-1, 1)); }},
        {"accept4", [] { return error_of(::accept4(-1, nullptr, nullptr, 0)); }},
    };
    for (const auto& [name, call] : calls) {
        SCOPED_TRACE(name);
#if defined(__SANITIZE_ADDRESS__)  // its leak check needs this one
        if (std::string_view{name} == "ptrace") continue;
#endif
        EXPECT_NE(in_child(call), EPERM) << "refused without us: this test shows nothing here";
        EXPECT_EQ(in_child([call = call] {
                      lock_down(Exec::forbidden);
                      return call();
                  }),
                  EPERM);
    }
}

TEST(LockDown, other_programs_run_where_that_is_asked_for) {
    EXPECT_EQ(in_child([] {
                  lock_down(Exec::allowed);
                  return run_true();
              }),
              0);
}

TEST(LockDown, sockets_files_threads_and_a_second_time_are_no_matter) {
    EXPECT_EQ(in_child([] {
                  lock_down(Exec::allowed);
                  lock_down(Exec::forbidden);
                  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
                  if (fd < 0 || ::close(fd) != 0) return 1;
                  if (FILE* file = ::tmpfile(); file == nullptr || ::fclose(file) != 0) return 2;
                  int seen = 0;
                  std::thread{[&] { seen = 1; }}.join();
                  return seen == 1 ? run_true() : 3;
              }),
              EPERM);
}

TEST(LockDown, holds_for_a_thread_that_began_before) {
    EXPECT_EQ(in_child([] {
                  std::promise<void> locked;
                  int answer = 0;
                  bool kept_nothing = false;
                  std::thread before{[&] {
                      locked.get_future().wait();
                      answer = error_of(::unshare(0));
                      follow_lock_down();
                      kept_nothing = !holds(CAP_SYS_ADMIN) && !holds(CAP_NET_RAW);
                  }};
                  lock_down(Exec::forbidden);
                  locked.set_value();
                  before.join();
                  return kept_nothing ? answer : 1 + EPERM;
              }),
              EPERM);
}

TEST(LockDown, keeps_what_logs_and_low_ports_need_and_nothing_that_was_not_held) {
    const int low_ports = holds(CAP_NET_BIND_SERVICE) ? 1 : 0;
    const int logs = holds(CAP_DAC_OVERRIDE) ? 2 : 0;
    EXPECT_EQ(in_child([] {
                  lock_down(Exec::forbidden);
                  int kept = 0;
                  for (cap_value_t one = 0; one <= CAP_LAST_CAP; ++one) {
                      if (!holds(one)) continue;
                      kept |= one == CAP_NET_BIND_SERVICE ? 1 : one == CAP_DAC_OVERRIDE ? 2 : 4;
                  }
                  return kept;
              }),
              low_ports | logs);
}

/// It is part of every start. The limit is generous: what it takes is printed.
TEST(LockDown, takes_little_time) {
    constexpr int starts = 20;
    const auto each_ms = [](const std::function<int()>& what) {
        const auto began = std::chrono::steady_clock::now();
        for (int i = 0; i < starts; ++i)
            EXPECT_EQ(in_child(what), 0);
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - began;
        return took.count() / starts;
    };
    const double nothing = each_ms([] { return 0; });
    const double locked = each_ms([] {
        lock_down(Exec::forbidden);
        return 0;
    });
    std::printf("a child that is locked down: %.2f ms; one that is not: %.2f ms\n", locked,
                nothing);
    EXPECT_LT(locked, 250);
}

}  // namespace
}  // namespace sipping::io
