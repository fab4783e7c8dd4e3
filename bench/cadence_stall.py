"""The cadence while the log's disk stalls: the log is a FIFO whose reader stops for seconds, so
that the pipe fills and no write ends. Part of tools/bench cadence."""
import os
import pathlib
import re
import threading
import time

import cadence_read
import harness

FULL_PIPE_BYTES = 60_000  # of 65,536: a page that is not quite full counts as a whole one
MARGIN_US = 500_000  # until the stopped pipe is full: this belongs to neither part


class Reader(threading.Thread):
    """Copies a FIFO to a file, but for a pause of `pause_s` after `after_s`; on core 1."""

    def __init__(self, fifo, copy, after_s, pause_s):
        super().__init__(daemon=True)  # a run that fails must not be waited for
        self._source = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(self._source, True)
        self._copy = copy
        self._after_s, self._pause_s = after_s, pause_s
        self.paused = self.resumed = 0  # wall-clock microseconds
        self.in_pipe = 0  # bytes read at once after the pause

    def run(self):
        harness.pin(1)()
        with open(self._copy, "wb") as copy, os.fdopen(self._source, "rb", buffering=0) as source:
            first = None
            while True:
                chunk = source.read(1 << 20)
                if not chunk:
                    if first is not None:
                        return
                    time.sleep(0.01)  # the writer has not opened it yet
                    continue
                first = first or time.monotonic()
                copy.write(chunk)
                if self.paused == 0 and time.monotonic() > first + self._after_s:
                    self.paused = time.time_ns() // 1000
                    time.sleep(self._pause_s)
                    self.resumed = time.time_ns() // 1000
                    chunk = source.read(1 << 20)
                    self.in_pipe = len(chunk)
                    copy.write(chunk)


def run(case, mode, option, port, folder, quick):
    """One run with a stall in the middle; lateness in the stall and outside of it."""
    before_s, pause_s, after_s = (1, 2, 1) if quick else (3, 5, 3)
    fifo, copy = pathlib.Path(folder) / "fifo", pathlib.Path(folder) / "copy.csv"
    fifo.unlink(missing_ok=True)
    os.mkfifo(fifo)
    reader = Reader(fifo, copy, before_s, pause_s)
    reader.start()
    seconds = before_s + pause_s + after_s
    done = harness.measured(
        [harness.SIPPING, "-q", *case.targets, "-p", port, "-I", f"{case.interval_us}us",
         "--duration", seconds, option, "-w", fifo], seconds + 30, ok=(0, 1))
    reader.join()
    if reader.in_pipe < FULL_PIPE_BYTES:
        raise harness.Failure(f"the log did not stall: {reader.in_pipe} bytes were in the pipe")
    read = cadence_read.Log(copy, case.targets, case.interval_us)
    sent = int(re.search(r"Books: due \d+ = sent (\d+)", done.text)[1])
    inside, outside = [], []
    for at, late in read.lateness:
        if reader.paused + MARGIN_US <= at < reader.resumed:
            inside.append(late)
        elif not reader.paused <= at < reader.resumed + MARGIN_US:
            outside.append(late)
    due_inside = (reader.resumed - reader.paused - MARGIN_US) / case.interval_us
    result = {"in": cadence_read.summary(inside), "out": cadence_read.summary(outside),
              "missing": sent - len(read.lateness), "skipped": read.skipped,
              "unsent_percent": 100 * (1 - len(inside) / due_inside),
              "unsent_overall_percent": 100 * read.skipped / (read.skipped + sent)}
    print(f"  log stalled for {(reader.resumed - reader.paused) / 1e6:.1f} s, {mode}: "
          f"p50 {result['in']['p50']:.1f} us in the stall, {result['out']['p50']:.1f} outside; "
          f"p99 {result['in']['p99']:.1f} and {result['out']['p99']:.1f}; "
          f"{result['missing']} of {sent} rows missing, skipped {read.skipped}", flush=True)
    return result


def print_spread(stalls):
    rows = []
    for mode, runs in stalls.items():
        for figure in ("p50", "p99", "max"):
            for part, label in [("out", "outside"), ("in", "in the stall")]:
                values = harness.spread([run[part][figure] for run in runs])
                rows.append([f"{mode}: {figure} us, {label}", *(f"{v:,.1f}" for v in values)])
    print("\nA log that stalls, 1 target at 1 ms")
    harness.print_table(["", "min", "median", "max"], rows)


def verdicts(stalls):
    """Same cadence: as good as outside of the stall but for the noise between parts of one run."""
    for mode, runs in stalls.items():
        worse_p50 = harness.spread([run["in"]["p50"] - run["out"]["p50"] for run in runs])[1]
        ratio = harness.spread([run["in"]["p99"] / max(1, run["out"]["p99"]) for run in runs])[1]
        yield f"log stalled, {mode}: p50 us above that outside", worse_p50, 2
        yield f"log stalled, {mode}: p99 / p99 outside", ratio, 1.5
        more_unsent = harness.spread(
            [run["unsent_percent"] - run["unsent_overall_percent"] for run in runs])[1]
        yield f"log stalled, {mode}: % not sent in the stall above that of the run", more_unsent, 1
        yield f"log stalled, {mode}: rows missing at the end", sum(
            abs(run["missing"]) for run in runs), 0
