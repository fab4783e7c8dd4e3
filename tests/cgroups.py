"""Commands in a cgroup of their own: with little CPU time, little memory, or no
process beside them. Needs root.

Knows cgroup v1 and v2, and mounts one where none is to be seen (in a chroot).
"""

import contextlib
import itertools
import os
import pathlib
import subprocess
import tempfile
import time

_numbers = itertools.count()


def mounts():
    """(folder, type, options) of the cgroup file systems that can be seen here."""
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, folder, kind, options = line.split()[:4]
        if kind in ("cgroup", "cgroup2") and os.access(folder, os.W_OK):
            yield pathlib.Path(folder), kind, options.split(",")


def has(controller, folder, kind, options):
    """Is the controller in this one?"""
    if kind == "cgroup":
        return controller in options
    try:
        return controller in (folder / "cgroup.controllers").read_text().split()
    except OSError:
        return False


def mount_one(controller, where):
    """Mounts v2, or where the controller is not there v1's, onto `where`; the type."""
    for kind, options in (("cgroup2", []), ("cgroup", ["-o", controller])):
        command = ["mount", "-t", kind, *options, "cgroup", where]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            continue
        if has(controller, pathlib.Path(where), kind, [controller]):
            return kind
        subprocess.run(["umount", where], check=False)
    raise OSError(f"no cgroup file system with a {controller} controller here, and none to mount")


@contextlib.contextmanager
def hierarchy(controller):
    """(folder, type) of a cgroup file system with the controller."""
    for folder, kind, options in mounts():
        if has(controller, folder, kind, options):
            yield folder, kind
            return
    with tempfile.TemporaryDirectory(prefix="sipping-cgroup-") as where:
        kind = mount_one(controller, where)
        try:
            yield pathlib.Path(where), kind
        finally:
            subprocess.run(["umount", where], check=True)


def remove(group):
    for _ in range(100):  # the kernel may need a moment to see that the last process has gone
        try:
            group.rmdir()
            return
        except OSError:
            time.sleep(0.02)
    raise OSError(f"{group} could not be removed: what runs in it?")


@contextlib.contextmanager
def limited(controller, settings):
    """A wrapper under which a command runs in a group with `settings(kind)`, (file, text) pairs.
    The pid stays that of the command, which must have ended when this does."""
    with hierarchy(controller) as (top, kind):
        group = top / f"sipping-{controller}-{os.getpid()}-{next(_numbers)}"
        if kind == "cgroup2":
            control = top / "cgroup.subtree_control"
            if controller not in control.read_text().split():
                control.write_text(f"+{controller}")
        group.mkdir()
        try:
            for name, text in settings(kind):
                (group / name).write_text(text)
            yield ("sh", "-ec", f'echo $$ >{group}/cgroup.procs; exec "$@"', "sh")
        finally:
            remove(group)


def cpu_quota(run_ms, period_ms):
    """At most `run_ms` in each `period_ms`, on one core."""
    def settings(kind):
        if kind == "cgroup2":
            return [("cpu.max", f"{run_ms * 1000} {period_ms * 1000}")]
        return [("cpu.cfs_period_us", str(period_ms * 1000)),
                ("cpu.cfs_quota_us", str(run_ms * 1000))]
    return limited("cpu", settings)


def memory_limit(size):
    """At most `size` bytes of memory, the kernel's for its sockets included, or it is killed."""
    def settings(kind):
        return [("memory.max" if kind == "cgroup2" else "memory.limit_in_bytes", str(size))]
    return limited("memory", settings)


def one_process():
    """The command alone: no thread, no process and no worker of io_uring beside it."""
    return limited("pids", lambda kind: [("pids.max", "1")])
