"""One run of sipping with a port policy: its cost while it lasts, and what its log says about the
ports afterwards. Part of tools/bench policies."""
import collections
import os
import re
import signal
import time

import cadence_read
import growth_run
import harness

TIMEOUT_MS, LATE_WINDOW_S = 100, 0.4
REST_S = TIMEOUT_MS / 1000 + LATE_WINDOW_S  # of a fresh port after its use
PAUSE_S = 0.45  # shorter than the rest, so that ports rest when it ends; longer than a stall
AFTER_PAUSE_S = 1.0
UNSENT = {"local", "send-error"}
FURTHER = {"late", "duplicate"}  # a second row of a probe that has one
EARLIER_US = 1  # two times cut to microseconds


class Log:
    """`sent`: (time, port, latency or None) of each probe that left, in order of sending;
    `refused`: times of the `local` rows. Times are microseconds since the epoch."""

    def __init__(self, path):
        self.sent, self.refused = [], []
        self.reasons, self.kinds = collections.Counter(), collections.Counter()
        self.skipped = 0
        with open(path) as file:
            next(file)
            for line in file:
                self._read(*line.rstrip("\n").split(",", 9))
        self.sent.sort(key=lambda probe: probe[0])

    def _read(self, _time, sent, _host, latency, _call_id, _response, _target, port, kind, detail):
        details = dict(pair.split("=") for pair in detail.split(";")) if detail else {}
        if kind == "gap":
            self.skipped += int(details.get("count", 0))
            return
        self.kinds[kind] += 1
        if kind == "local":
            self.refused.append(cadence_read.microseconds(sent))
            self.reasons[details["reason"]] += 1
        elif kind not in UNSENT | FURTHER:
            self.sent.append((cadence_read.microseconds(sent), int(port),
                              float(latency) * 1000 if kind == "reply" else None))


def broken_promises(sent, rest_us):
    """Of fresh ports, `sent` in order: what was not as promised, in words, and how soon a port came
    again at the soonest (None: never). A port may come again after all others that were ever used,
    and `rest_us` later. Of probes with the same microsecond nobody knows which one was first."""
    last_use = collections.OrderedDict()  # of each port, the one longest ago in front
    broken, soonest, came_again = [], None, False
    place = 0
    while place < len(sent):
        now = sent[place][0]
        ports = []
        while place < len(sent) and sent[place][0] == now:
            ports.append(sent[place][1])
            place += 1
        before = {port: last_use.pop(port, None) for port in ports}
        oldest = next(iter(last_use.items()), (None, now))
        for port, used in before.items():
            if used is None:
                if came_again:
                    broken.append(f"port {port} was new when others had come again")
                continue
            soonest = min(now - used, soonest or now)
            if used > oldest[1]:
                broken.append(f"port {port} came again before port {oldest[0]}")
            if now - used < rest_us - EARLIER_US:
                broken.append(f"port {port} came again after {now - used} us")
        broken += [f"port {port} was used twice within a microsecond"
                   for port, times in collections.Counter(ports).items() if times > 1]
        came_again = came_again or any(used is not None for used in before.values())
        last_use.update((port, now) for port in ports)
    return broken, soonest


def measure(case, port, seconds, folder):
    """Runs `case` and looks at `seconds` of it, from when ports have begun to be replaced."""
    log, output = folder / "probes.csv", folder / "output"
    log.unlink(missing_ok=True)
    begin_s = REST_S + growth_run.SETTLE_S
    command = [harness.SIPPING, "-q", "--no-spin", "--rate", case.rate_per_s, "-p", port, "-w",
               log, "-t", TIMEOUT_MS, "--late-window", LATE_WINDOW_S, "--duration",
               f"{begin_s + seconds + 0.2:g}s", *case.options, "127.0.0.1"]
    with growth_run.running(command, output) as child:
        growth_run.wait_until(lambda: growth_run.started_at(log), 20, child, "the start row")
        time.sleep(max(0, growth_run.started_at(log) + begin_s - time.time()))
        begin_ns, begin_cpu_ns = time.time_ns(), growth_run.cpu_ns(child.pid)
        if case.paused:
            os.kill(child.pid, signal.SIGSTOP)
            time.sleep(PAUSE_S)
            begin_ns = time.time_ns()
            os.kill(child.pid, signal.SIGCONT)
        time.sleep(seconds - (PAUSE_S if case.paused else 0))
        end_ns, end_cpu_ns = time.time_ns(), growth_run.cpu_ns(child.pid)
        child.wait(30)
    said, read = output.read_text(), Log(log)
    log.unlink()
    skipped_by_pause = check_books(said, read)
    figures = of_window(read, begin_ns // 1000, end_ns // 1000)
    probes = figures["sent"] + figures["refused"]
    late = re.search(r"lateness p99 ([\d.]+) ms, worst ([\d.]+) ms", said)
    broken, soonest_us = broken_promises(read.sent, REST_S * 1e6)
    return {**figures, "cpu_us": (end_cpu_ns - begin_cpu_ns) / 1e3 / probes,
            "late_p99_us": 1000 * float(late[1]), "late_worst_us": 1000 * float(late[2]),
            "skipped": skipped_by_pause, "local": len(read.refused), "due": due(said),
            "reasons": set(read.reasons), "unanswered": len(read.sent) - read.kinds["reply"],
            "answers": sum(read.kinds[kind] for kind in ("reply", *FURTHER)),
            "broken": broken, "soonest_us": soonest_us}


def of_window(read, begin_us, end_us):
    sent = [probe for probe in read.sent if begin_us <= probe[0] < end_us]
    latencies = sorted(latency for _, _, latency in sent if latency is not None)
    if not latencies:
        raise harness.Failure("no probe was answered")
    times = [time_us for time_us, _, _ in sent if time_us < begin_us + AFTER_PAUSE_S * 1e6]
    return {"sent": len(sent),
            "refused": sum(begin_us <= time_us < end_us for time_us in read.refused),
            "p50_us": cadence_read.quantile(latencies, 0.5),
            "p99_us": cadence_read.quantile(latencies, 0.99),
            "longest_gap_us": max(later - earlier for earlier, later in zip(times, times[1:]))}


def due(said):
    return int(re.search(r"Books: due (\d+)", said)[1])


def check_books(said, read):
    """What sipping says of itself against its log; how many probes were skipped."""
    books = re.search(r"Books: due \d+ = sent (\d+) \+ skipped (\d+) \+ local (\d+) \+ send-error "
                      r"(\d+)", said)
    if not books:
        raise harness.Failure(f"no books in what sipping said:\n{said[-2000:]}")
    ours = (len(read.sent), read.skipped, len(read.refused), read.kinds["send-error"])
    if ours != tuple(map(int, books.groups())) or due(said) != sum(ours):
        raise harness.Failure("sent, skipped, local and send-error are "
                              f"{ours} in the log, but sipping says:\n{books[0]}")
    return read.skipped
