// Gives away what the process will not need any more once its sockets and files are open, so that
// whoever gets hold of it by a hostile packet gets little. Never fatal: what the kernel refuses
// here (an old one, a container) stays as it was.
#pragma once

namespace sipping::io {

enum class Exec : bool { forbidden, allowed };

/// For the whole process, after its sockets are open: no new privileges (prctl(2)), no capabilities
/// but two (below), and a filter (seccomp(2)) that answers EPERM to what
/// neither probing nor logging does: other programs, other processes' memory, mounts, namespaces,
/// kernel modules, clocks, identities. A list of what is forbidden and not of what is allowed: a C
/// library that calls something new must not end a run of weeks.
void lock_down(Exec exec) noexcept;

/// Kept are, if held: CAP_DAC_OVERRIDE, without which root could not open its logs anew in somebody
/// else's folder, and CAP_NET_BIND_SERVICE, for source ports below 1024 that are opened during a
/// run. Capabilities belong to a thread (capabilities(7)): one that began before calls
/// follow_lock_down() now and then, those that begin later inherit.
void follow_lock_down() noexcept;

/// Gives away now what lock_down() will, for a thread that begins before it.
void drop_capabilities() noexcept;

}  // namespace sipping::io
