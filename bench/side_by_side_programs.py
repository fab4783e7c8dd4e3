"""The programs of `tools/bench speed`: how each one is started, and what it said about its run."""
import collections
import csv
import datetime
import json
import pathlib
import re
import sys
from dataclasses import dataclass

import harness

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
# sipp ends with 1 when a call failed, with 97 at the end of -timeout; its statistics say the rest.
SIPP_CODES = (0, 1, 97, 99)


@dataclass
class Job:
    """What a program is to do, and where."""
    host: str
    port: int
    folder: pathlib.Path
    seconds: int = 3
    rate: int = 0  # probes a second; 0 is flood: as fast as answered, `window` in flight
    window: int = 256
    ports: int = 1024
    prefix: tuple = ()
    count: int = 0  # so many instead of `seconds`

    def patience_s(self):
        return self.seconds + 30

    def run(self, *command, ok=(0,)):
        return harness.measured([*self.prefix, *command], self.patience_s(), ok=ok)


@dataclass
class Outcome:
    """CPU is of the whole process, its start and end included; `more` are answers that came but do
    not count as answered: late ones, second ones, strangers."""
    run: harness.Run
    sent: int
    answered: int
    lost: int
    seconds: float
    more: int = 0
    unsent: int = 0
    drops: int = 0  # answers the program says its receive queues lost
    made: int = 0   # answers the far end sent meanwhile; filled in by the place

    def per_answer_us(self, seconds):
        return seconds * 1e6 / max(self.answered, 1)

    def figures(self):
        return {"cpu_us": self.per_answer_us(self.run.cpu_s),
                "user_us": self.per_answer_us(self.run.user_s),
                "system_us": self.per_answer_us(self.run.system_s),
                "user_share": self.run.user_s / max(self.run.cpu_s, 1e-9),
                "answered_per_s": self.answered / max(self.seconds, 1e-9),
                "lost": self.lost, "unsent": self.unsent}


def of_json(run):
    said = json.loads(run.text)
    return Outcome(run, said["sent"], said["answered"], said["lost"], said["seconds"],
                   more=said["stray"], unsent=said["send_errors"] + said["skipped"])


def plain(name, job, *options):
    """`ceiling` and `mmsg` share their arguments."""
    pace = ["--rate", job.rate] if job.rate else ["--window", job.window]
    length = ["--count", job.count] if job.count else ["--duration", job.seconds]
    return of_json(job.run(harness.program(name), "--host", job.host, "--port", job.port, *pace,
                           *length, *options))


def ceiling(job, *variant):
    return plain("ceiling", job, "--ports", job.ports, *variant)


def mmsg(job):
    return plain("mmsg", job)


def sipping(io, job):
    log = job.folder / "probes.csv"
    log.unlink(missing_ok=True)
    pace = ["--rate", job.rate, "--no-spin"] if job.rate else ["--flood", "--window", job.window]
    length = ["-c", job.count] if job.count else ["--duration", f"{job.seconds}s"]
    run = job.run(harness.SIPPING, *pace, *length, "--mine", "--ports", job.ports, "-q", "--io",
                  io, job.host, "-p", job.port, "-w", log, ok=(0, 1))
    kinds, seconds = read_log(log)
    probes = kinds["reply"] + sum(kinds[kind] for kind in ("timeout", "icmp"))
    stray = kinds["late"] + kinds["duplicate"]
    return Outcome(run, probes, kinds["reply"], probes - kinds["reply"], seconds, more=stray,
                   unsent=said(run.text, r"skipped (\d+) \+ local (\d+) \+ send-error (\d+)"),
                   drops=said(run.text, r"receive-queue drops (\d+)"))


def said(text, pattern):
    """The sum of the numbers in what a program must have said."""
    found = re.search(pattern, text)
    if not found:
        raise harness.Failure(f"sipping did not say '{pattern}':\n{text[-2000:]}")
    return sum(map(int, found.groups()))


def read_log(path):
    """How many rows of each kind, and the seconds from the first sending to the last."""
    kinds = collections.Counter()
    first, last = float("inf"), 0.0
    with open(path, newline="") as file:
        rows = csv.reader(file)
        header = next(rows)
        kind, stamp = header.index("kind"), header.index("timestamp")
        for row in rows:
            kinds[row[kind]] += 1
            if row[kind] != "gap":
                sent = float(row[stamp])
                first, last = min(first, sent), max(last, sent)
    return kinds, last - first


def sipp(transport, job):
    """-t u1 is one socket, -t un one a call. One socket needs more than sipp's 64 KiB for 256
    answers; with the default it loses some."""
    statistics = job.folder / "sipp.csv"
    statistics.unlink(missing_ok=True)
    pace = ["-r", job.rate, "-l", 4000] if job.rate else ["-r", 200_000, "-l", job.window]
    length = ["-m", job.count] if job.count else ["-timeout", f"{job.seconds}s"]
    run = job.run("sipp", f"{job.host}:{job.port}", "-sf", PEERS / "options.xml", "-t", transport,
                  "-i", "127.0.0.1", *pace, *length, "-max_socket", 5000, "-nostdin", "-nd",
                  "-cid_str", "1000%u", "-buff_size", 4_000_000, "-trace_stat", "-stf", statistics,
                  "-fd", 1, ok=SIPP_CODES)
    try:
        with open(statistics, newline="") as file:
            last = list(csv.DictReader(file, delimiter=";"))[-1]
    except (OSError, IndexError):
        raise harness.Failure(f"sipp left no statistics:\n{run.text[-2000:]}")
    created, good = int(last["TotalCallCreated"]), int(last["SuccessfulCall(C)"])
    return Outcome(run, created, good, created - good,
                   sipp_time(last["CurrentTime"]) - sipp_time(last["StartTime"]))


def sipp_time(text):
    """Such as "2026-11-23\t00:14:34.254821\t1795392874.254821"."""
    return float(text.split()[-1])


def python_loop(job):
    length = ["--count", job.count] if job.count else ["--seconds", job.seconds]
    return of_json(job.run(sys.executable, PEERS / "python_loop.py", job.host, job.port,
                           job.folder / "loop.csv", *length))


PROGRAMS = {
    "ceiling": ceiling,
    "uring": lambda job: sipping("uring", job),
    "epoll": lambda job: sipping("epoll", job),
    "mmsg": mmsg,
    "sipp-u1": lambda job: sipp("u1", job),
    "sipp-un": lambda job: sipp("un", job),
    "python": python_loop,
}
