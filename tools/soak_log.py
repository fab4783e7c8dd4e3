"""What the log files of a soak say: rows by kind, Call-IDs, lateness on the cadence, outages.

Reads the CSV alone (plain or .zst), and shares no code with the program. One process per core, one
target at a time; memory is bounded by the number of probes (8 bytes each, for their Call-IDs).
"""

import array
import collections
import multiprocessing
import re
import subprocess

HEADER = b"time,timestamp,host,latency,callid,response,target,source_port,kind,detail"
PROBES = {"reply", "provisional", "timeout", "icmp", "send-error", "local", "pending"}
LOST = {"timeout", "icmp"}
WINDOW_S = 600  # figures are kept per ten minutes
OUTAGE_RUN = 3


def lines_of(path):
    """The whole lines of a file less its header; a torn or foreign line raises ValueError."""
    if path.suffix == ".zst":
        data = subprocess.run(["zstd", "-q", "-dc", path], check=True, capture_output=True).stdout
    else:
        data = path.read_bytes()
    if not data.endswith(b"\n"):
        raise ValueError(f"{path}: the last line is torn")
    lines = data.split(b"\n")
    if lines[0] != HEADER:
        raise ValueError(f"{path}: another header")
    return lines[1:-1]


class Window:
    """Ten minutes of one target, or of many added up."""

    def __init__(self):
        self.probes = 0
        self.kinds = collections.Counter()
        self.late_us = collections.Counter()      # send later than the cadence, whole us
        self.latency_us = collections.Counter()   # answers in time, whole us

    def add(self, other):
        self.probes += other.probes
        self.kinds.update(other.kinds)
        self.late_us.update(other.late_us)
        self.latency_us.update(other.latency_us)


def quantile(counter, share):
    """Of a Counter of values; None when there are none."""
    wanted = share * sum(counter.values())
    seen = 0
    for value in sorted(counter):
        seen += counter[value]
        if seen >= wanted and seen > 0:
            return value
    return None


def outages(probes):
    """[begin, end, probes lost] of runs of losses, from (sent at, lost) in order of sending; `end`
    is the first answered probe, or None."""
    found, run = [], []
    for at, lost in probes:
        if lost:
            run.append(at)
            continue
        if len(run) >= OUTAGE_RUN:
            found.append((run[0], at, len(run)))
        run = []
    if len(run) >= OUTAGE_RUN:
        found.append((run[0], None, len(run)))
    return found


class Target:
    """All of one target's rows. `interval_s` is the cadence that they are held against."""

    def __init__(self, begin, interval_s):
        self.begin = begin
        self.interval_us = round(interval_s * 1e6)
        self.rows = collections.Counter()
        self.gaps = []
        self.ids = array.array("Q")
        self.sent = []
        self.windows = collections.defaultdict(Window)
        self.outages = []

    def read(self, path):
        for line in lines_of(path):
            fields = line.split(b",", 9)  # the last one may hold commas, in quotes
            if len(fields) != 10:
                raise ValueError(f"{path}: not ten fields: {line[:200]!r}")
            self.take(fields)

    def take(self, fields):
        kind = fields[8].decode()
        self.rows[kind] += 1
        if kind == "gap":
            self.gaps.append(fields[9].decode())
        if kind not in PROBES:
            return
        self.ids.append(int(fields[4]))
        at_us = int(fields[1][:10]) * 1_000_000 + int(fields[1][11:])
        self.sent.append((at_us, kind in LOST))
        window = self.windows[int((at_us / 1e6 - self.begin) // WINDOW_S)]
        window.probes += 1
        window.kinds[kind] += 1
        if kind == "reply":
            window.latency_us[round(float(fields[3]) * 1000)] += 1

    def conclude(self):
        """Rows are in order of completion; the cadence and runs are in order of sending."""
        self.sent.sort()
        phases = collections.defaultdict(list)
        first = self.sent[0][0] if self.sent else 0
        half = self.interval_us // 2
        for at_us, _ in self.sent:
            window = int((at_us / 1e6 - self.begin) // WINDOW_S)
            phases[window].append((at_us - first + half) % self.interval_us - half)
        for window, found in phases.items():
            # Against the early ones of ten minutes: the wall clock is slewed, the cadence not.
            # One that is late by more than half of an interval would look like the earliest of all.
            base = sorted(found)[len(found) // 20]
            slack = self.interval_us // 10
            self.windows[window].late_us.update(
                max((phase - base + slack) % self.interval_us - slack, 0) for phase in found)
        self.outages = [(begin / 1e6, end and end / 1e6, count)
                        for begin, end, count in outages(self.sent)]
        self.sent = []
        return self


def read_target(job):
    name, paths, begin, interval_s = job
    target = Target(begin, interval_s)
    for path in paths:
        target.read(path)
    return name, target.conclude()


def read_all(folder, begin, interval_s):
    """{"127.1.0.1_15070": Target} of all log files in `folder`."""
    by_target = collections.defaultdict(list)
    for path in sorted(folder.iterdir()):
        match = re.match(r"^(.+?)\.\d{8}T\d{6}[+-]\d{4}\.csv(?:\.\d+)?(\.zst)?$", path.name)
        if not match:
            raise ValueError(f"{path}: what is this?")
        by_target[match[1]].append(path)
    jobs = [(name, paths, begin, interval_s) for name, paths in by_target.items()]
    with multiprocessing.Pool() as pool:
        return dict(pool.imap_unordered(read_target, jobs))


def repeated_ids(targets):
    """How many Call-IDs stand in more than one row of a probe, all targets together."""
    parts = [array.array("Q") for _ in range(64)]
    for target in targets:
        for call_id in target.ids:
            parts[call_id & 63].append(call_id)
    return sum(len(part) - len(set(part)) for part in parts)
