"""What every benchmark here needs: the build, pinned and measured children, the responder, the
spread of paired runs, and result files. Not a benchmark itself."""
import contextlib
import csv
import datetime
import os
import pathlib
import select
import signal
import socket
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
RESULTS = ROOT / "bench" / "results"
SIPPING = BUILD / "src" / "app" / "sipping"


class Failure(Exception):
    """Something the user has to know about; ends the run with exit code 1."""


def program(name):
    """One of the programs of bench/ in the benchmark build."""
    return BUILD / "bench" / name


def build():
    """A release build with the benchmarks, apart from the one people work in."""
    if not (BUILD / "build.ninja").exists():
        run_quietly(["python3", str(ROOT / "tools/fetch_uplot.py")])
        run_quietly(["meson", "setup", str(BUILD), str(ROOT), "--buildtype=release",
                     "-Dbenchmarks=true", "-Dtests=false"])
    run_quietly(["ninja", "-C", str(BUILD)])


def run_quietly(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed (bench/README.md names the packages)")
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))} failed:\n{done.stdout[-4000:]}")
    return done.stdout


def pin(core):
    """For preexec_fn: keeps the child on one core; a single core leaves no choice."""
    cores = sorted(os.sched_getaffinity(0))
    return lambda: os.sched_setaffinity(0, {cores[core % len(cores)]})


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as scratch:
        scratch.bind(("127.0.0.1", 0))
        return scratch.getsockname()[1]


class Responder:
    """`sipping respond` on core 1 for as long as the `with` lasts. `prefix` starts it elsewhere,
    for example in a network namespace; `options` are further options of `sipping respond`."""

    def __init__(self, port, host="127.0.0.1", options=(), prefix=()):
        self.port = port
        self.last_words = ""
        self.command = [*map(str, prefix), str(SIPPING), "respond", "-q", "--bind", host,
                        "--port", str(port), *options]

    def __enter__(self):
        self.child = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True,
                                      preexec_fn=pin(1))
        ready, _, _ = select.select([self.child.stdout], [], [], 10)
        if not ready or not self.child.stdout.readline().startswith("Answering"):
            self.__exit__()
            raise Failure("the responder did not start")
        return self

    def __exit__(self, *_):
        self.last_words = end(self.child)


def end(child, sign=signal.SIGTERM):
    """Ends a child that was started here; what it still had to say."""
    child.send_signal(sign)
    try:
        return (child.communicate(timeout=10)[0] or "").strip()
    except subprocess.TimeoutExpired:
        child.kill()
        return (child.communicate()[0] or "").strip()


class Run:
    """A finished child: what it printed and the CPU seconds it took."""

    def __init__(self, text, usage, seconds, code):
        self.text = text
        self.user_s = usage.ru_utime
        self.system_s = usage.ru_stime
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.rss_kib = usage.ru_maxrss
        self.seconds = seconds
        self.code = code


def measured(command, patience_s, core=0, ok=(0,), environment=None, folder=None):
    """Runs `command` on `core`; it must end by itself within `patience_s` with a code of `ok`."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile("w+") as output:
        begun = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                 stderr=subprocess.STDOUT, preexec_fn=pin(core), env=environment,
                                 cwd=folder)
        try:
            while True:
                pid, status, usage = os.wait4(child.pid, os.WNOHANG)
                if pid != 0:
                    break
                if time.monotonic() > begun + patience_s:
                    child.kill()
                    _, status, usage = os.wait4(child.pid, 0)
                    break
                time.sleep(0.02)
        except BaseException:  # an interrupt may have reached this process alone
            child.kill()
            child.wait()
            raise
        seconds = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if child.returncode not in ok:
        raise Failure(f"{' '.join(command)} ended with {child.returncode}:\n{text[-4000:]}")
    return Run(text, usage, seconds, child.returncode)


def positive(text):
    """For argparse: a whole number above 0."""
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def alternating(names, number):
    """The order of round `number`: every other one backwards, so that a drift favours nobody."""
    return list(names) if number % 2 == 0 else list(reversed(names))


def spread(values):
    return min(values), statistics.median(values), max(values)


def print_table(header, rows):
    """The first column to the left, the others to the right, each as wide as it needs to be."""
    texts = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in texts) for i in range(len(header))]
    for row in texts:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())


@contextlib.contextmanager
def results(name, columns):
    """A CSV in bench/results, which begins with what it was measured on; replaces the old one only
    when the `with` ends without an exception. Gives a function that takes one row."""
    RESULTS.mkdir(exist_ok=True)
    draft = RESULTS / f".{name}.new"
    with open(draft, "w", newline="") as file:
        file.write(f"# {provenance()}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        yield lambda *row: (writer.writerow(row), file.flush())
    draft.rename(RESULTS / f"{name}.csv")


def provenance():
    """Date, commit and machine, for the first line of a result file."""
    commit = run_quietly(["git", "-C", str(ROOT), "describe", "--always", "--dirty",
                          "--exclude=*"]).strip()
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file
                      if line.startswith("model name")), "unknown processor")
    return (f"{datetime.date.today()}, commit {commit}, {os.cpu_count()} cores of {model}, "
            f"kernel {os.uname().release}")
