"""Commands that get little CPU time, by a cgroup: a box too small for its work. Needs root.

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


def has_cpu(folder, kind, options):
    """Is the cpu controller in this one?"""
    if kind == "cgroup":
        return "cpu" in options
    try:
        return "cpu" in (folder / "cgroup.controllers").read_text().split()
    except OSError:
        return False


def mount_one(where):
    """Mounts v2, or where the cpu controller is not there v1's, onto `where`; the type."""
    for kind, options in (("cgroup2", []), ("cgroup", ["-o", "cpu"])):
        command = ["mount", "-t", kind, *options, "cgroup", where]
        if subprocess.run(command, capture_output=True, check=False).returncode != 0:
            continue
        if has_cpu(pathlib.Path(where), kind, options):
            return kind
        subprocess.run(["umount", where], check=False)
    raise OSError("no cgroup file system with a cpu controller here, and none to mount")


@contextlib.contextmanager
def hierarchy():
    """(folder, type) of a cgroup file system with the cpu controller."""
    for folder, kind, options in mounts():
        if has_cpu(folder, kind, options):
            yield folder, kind
            return
    with tempfile.TemporaryDirectory(prefix="sipping-cgroup-") as where:
        kind = mount_one(where)
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
def cpu_quota(run_ms, period_ms):
    """A wrapper under which a command runs for at most `run_ms` in each `period_ms`, on one core.
    The pid stays that of the command, which must have ended when this does."""
    with hierarchy() as (top, kind):
        group = top / f"sipping-quota-{os.getpid()}-{next(_numbers)}"
        if kind == "cgroup2" and "cpu" not in (top / "cgroup.subtree_control").read_text().split():
            (top / "cgroup.subtree_control").write_text("+cpu")
        group.mkdir()
        try:
            if kind == "cgroup2":
                (group / "cpu.max").write_text(f"{run_ms * 1000} {period_ms * 1000}")
            else:
                (group / "cpu.cfs_period_us").write_text(str(period_ms * 1000))
                (group / "cpu.cfs_quota_us").write_text(str(run_ms * 1000))
            yield ("sh", "-ec", f'echo $$ >{group}/cgroup.procs; exec "$@"', "sh")
        finally:
            remove(group)
