#include "io/lock_down.hpp"

#include <seccomp.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>

namespace sipping::io {
namespace {

constexpr std::array<cap_value_t, 2> kept{CAP_DAC_OVERRIDE, CAP_NET_BIND_SERVICE};

/// Starting one, and what one does with itself first: gnuplot, for one, sets its user to the one it
/// already is, and refuses to run when it may not.
constexpr int other_programs[] = {SCMP_SYS(execve),    SCMP_SYS(execveat),  SCMP_SYS(setuid),
                                  SCMP_SYS(setgid),    SCMP_SYS(setreuid),  SCMP_SYS(setregid),
                                  SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setgroups),
                                  SCMP_SYS(setfsuid),  SCMP_SYS(setfsgid)};
constexpr int never_needed[] = {
    // Other processes.
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kcmp), SCMP_SYS(pidfd_getfd),
#if !defined(__SANITIZE_ADDRESS__)  // whose leak check stops the threads in this way
    SCMP_SYS(ptrace),
#endif
    // The file system's shape, namespaces.
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(setns),
    SCMP_SYS(unshare), SCMP_SYS(open_by_handle_at), SCMP_SYS(open_tree), SCMP_SYS(move_mount),
    SCMP_SYS(fsopen), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(quotactl), SCMP_SYS(acct),
    // The kernel itself.
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(keyctl),
    SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(personality),
    // Clocks and names of the box.
    SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex),
    SCMP_SYS(sethostname), SCMP_SYS(setdomainname),
    // Connections: all of this is UDP.
    SCMP_SYS(listen), SCMP_SYS(accept), SCMP_SYS(accept4)};

struct FilterDeleter {
    void operator()(void* filter) const noexcept { seccomp_release(filter); }
};
struct CapabilitiesDeleter {
    void operator()(void* capabilities) const noexcept { ::cap_free(capabilities); }
};

/// An unknown name on this architecture is passed over: it cannot be called then.
template <std::size_t count>
void forbid(void* filter, const int (&calls)[count]) noexcept {
    for (const int call : calls)
        static_cast<void>(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0));
}

void filter_calls(Exec exec) noexcept {
    const std::unique_ptr<void, FilterDeleter> filter{seccomp_init(SCMP_ACT_ALLOW)};
    if (!filter) return;
    // All threads, also those that were started before.
    static_cast<void>(seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1));
    forbid(filter.get(), never_needed);
    if (exec == Exec::forbidden) forbid(filter.get(), other_programs);
    static_cast<void>(seccomp_load(filter.get()));
}

std::atomic<bool> locked_down = false;

}  // namespace

void drop_capabilities() noexcept {
    const std::unique_ptr<_cap_struct, CapabilitiesDeleter> held{::cap_get_proc()};
    const std::unique_ptr<_cap_struct, CapabilitiesDeleter> wanted{::cap_init()};
    if (!held || !wanted) return;
    for (const cap_value_t capability : kept) {
        cap_flag_value_t has = CAP_CLEAR;
        if (::cap_get_flag(held.get(), capability, CAP_PERMITTED, &has) != 0 || has != CAP_SET)
            continue;
        ::cap_set_flag(wanted.get(), CAP_PERMITTED, 1, &capability, CAP_SET);
        ::cap_set_flag(wanted.get(), CAP_EFFECTIVE, 1, &capability, CAP_SET);
    }
    static_cast<void>(::cap_set_proc(wanted.get()));
}

void follow_lock_down() noexcept {
    thread_local bool followed = false;
    if (followed || !locked_down.load(std::memory_order_relaxed)) return;
    followed = true;
    drop_capabilities();
}

void lock_down(Exec exec) noexcept {
    static_cast<void>(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    drop_capabilities();
    filter_calls(exec);
    locked_down = true;
}

}  // namespace sipping::io
