"""One run of sipping at a steady pace, looked at from outside while it lasts: CPU time per probe,
memory, allocations. Part of tools/bench growth."""
import contextlib
import mmap
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time

import harness

SETTLE_S = 0.5  # after start and first expiries, before the measurement begins
PRELOAD = harness.BUILD / "bench" / "liballocations.so"


class Silent:
    """A far end that never answers: a socket whose queue is full after a few requests, so that the
    kernel drops the others in the middle of the send."""

    def __enter__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.bind(("0.0.0.0", 0))
        self.port = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self._socket.close()

    def wait_for_first(self, patience_s):
        if not select.select([self._socket], [], [], patience_s)[0]:
            raise harness.Failure("no datagram arrived")


def cpu_ns(pid):
    """CPU time of all threads of `pid`, ended ones too, by its CPU-time clock
    (clock_getcpuclockid(3)): exact, where /proc/PID/stat counts hundredths of a second."""
    return time.clock_gettime_ns(~pid << 3 | 2)


def user_s(pid):
    """Of it outside of the kernel. Sampled by the kernel's tick, hence good for a look only."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    """Memory of its own that is in use, without program files and shared pages."""
    return 1024 * int(re.search(r"RssAnon:\s*(\d+)", status(pid))[1])


def mapped_bytes(pid):
    """Address space: any mmap, munmap, mremap or brk changes it."""
    return 1024 * int(re.search(r"VmSize:\s*(\d+)", status(pid))[1])


def status(pid):
    return pathlib.Path(f"/proc/{pid}/status").read_text()


def wait_until(condition, patience_s, child, what):
    end = time.monotonic() + patience_s
    while not condition():
        if child.poll() is not None:
            raise harness.Failure(f"sipping ended with {child.returncode} before {what}")
        if time.monotonic() > end:
            raise harness.Failure(f"{what} did not come within {patience_s} s")
        time.sleep(0.01)


def started_at(log):
    """Seconds since the epoch: the row that a log begins with, once it is there."""
    try:
        lines = log.read_text().split("\n", 2)
    except FileNotFoundError:
        return None
    return float(lines[1].split(",")[1]) if len(lines) > 2 else None


@contextlib.contextmanager
def running(command, output, environment=None):
    """A child on core 0 that is gone when the `with` ends: there is nothing more to learn from it,
    and a million answers still due would keep it."""
    with open(output, "w") as file:
        child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL,
                                 stdout=file, stderr=subprocess.STDOUT, preexec_fn=harness.pin(0),
                                 env=environment)
    try:
        yield child
    finally:
        child.kill()
        child.wait()


class Probe:
    """How to run sipping for one case: its options, and seconds until its pace is steady."""

    def __init__(self, rate_per_s, options, steady_after_s):
        self.rate_per_s = rate_per_s
        self.options = options
        self.steady_after_s = steady_after_s

    def command(self, port, folder):
        # It is ended from outside; the duration is for the case that nobody is left to do so.
        return [harness.SIPPING, "-q", "--no-spin", "--rate", self.rate_per_s, "-p", port, "-w",
                folder / "probes.csv", "--duration", f"{self.steady_after_s + 60:g}s",
                *self.options]


def measure(probe, port, seconds, folder):
    """CPU microseconds per probe over `seconds` of the steady pace, and what it holds then."""
    log, output = folder / "probes.csv", folder / "output"
    log.unlink(missing_ok=True)
    with running(probe.command(port, folder), output) as child:
        wait_until(lambda: started_at(log), 20, child, "the start row")
        time.sleep(max(0, started_at(log) + probe.steady_after_s + SETTLE_S - time.time()))
        begin_ns, begin_cpu_ns = time.monotonic_ns(), cpu_ns(child.pid)
        begin_user_s = user_s(child.pid)
        time.sleep(seconds)
        end_ns, end_cpu_ns = time.monotonic_ns(), cpu_ns(child.pid)
        used_user_s = user_s(child.pid) - begin_user_s
        resident = resident_bytes(child.pid)
        child.send_signal(signal.SIGQUIT)  # the table so far
        wait_until(lambda: "Books:" in output.read_text(), 20, child, "the books")
        said = output.read_text()
    log.unlink()
    due, sent = map(int, re.search(r"Books: due (\d+) = sent (\d+)", said).groups())
    flying = int((re.search(r"; (\d+) still in flight", said) or [0, 0])[1])
    probes = probe.rate_per_s * (end_ns - begin_ns) / 1e9 * sent / due
    return {"cpu_us": (end_cpu_ns - begin_cpu_ns) / 1e3 / probes,
            "user_us": used_user_s * 1e6 / probes, "resident": resident,
            "in_flight": flying, "unsent_percent": 100 * (1 - sent / due)}


def allocations(probe, port, seconds, folder):
    """Calls for memory, and bytes by which the address space changed, in `seconds` after start."""
    log, counter = folder / "probes.csv", folder / "allocations"
    log.unlink(missing_ok=True)
    counter.write_bytes(bytes(mmap.PAGESIZE))
    environment = {**os.environ, "LD_PRELOAD": str(PRELOAD), "SIPPING_ALLOCATIONS": str(counter)}

    def look(child):
        return int.from_bytes(counter.read_bytes()[:8], "little"), mapped_bytes(child.pid)

    with running(probe.command(port, folder), folder / "output", environment) as child:
        wait_until(lambda: started_at(log), 20, child, "the start row")
        time.sleep(SETTLE_S)
        begin_calls, begin_bytes = look(child)
        time.sleep(seconds)
        end_calls, end_bytes = look(child)
    log.unlink()
    if begin_calls == 0:
        raise harness.Failure("the allocations of the start were not counted: is "
                              f"{PRELOAD} in use?")
    return {"at_start": begin_calls, "calls": end_calls - begin_calls,
            "bytes": end_bytes - begin_bytes}


def start_seconds(options, folder):
    """From exec to the first datagram at the far end."""
    with Silent() as far:
        begin = time.monotonic()
        with running([harness.SIPPING, "-q", "-c", 1, "-p", far.port, "-w", "*", *options,
                      "127.0.0.1"], folder / "output"):
            far.wait_for_first(30)
            return time.monotonic() - begin
