"""Logs as probers write them and people keep them, from a seed, for report_oracle_test.

A world is some targets asked by some probers, with losses, refusals, stalls, restarts and a clock
that may be set; its rows go to files in some order, copied or cut, in some encoding. What is in the
rows is for the oracle to read; what they do not tell (by how much the clock was behind) is kept.
"""

import csv
import gzip
import io
import random
import subprocess
import zoneinfo
from datetime import datetime, timedelta, timezone

from report_oracle import Options, S

KEYS = "time timestamp host latency callid response target source_port kind detail".split()
START = 1_431_703_000
TARGETS = (("gw1.example.net", "192.0.2.1"), ("192.0.2.2", "192.0.2.2"),
           ("[2001:db8::1]:5070", "2001:db8::1"), ("Haus 4", "192.0.2.4"))
OK = "SIP/2.0 200 OK"
REFUSALS = ("SIP/2.0 503 Service Unavailable", "SIP/2.0 404 Not Found", "SIP/2.0 503",
            'SIP/2.0 486 Busy, "here"', "SIP/2.0 500 Ruhe; später")
FAULTS = ("no-colon:contact", "short-body", "bad-value:via", "leading-bytes")
GAPS = ("stall", "skipped", "log-rows-lost", "second-writer", "moved", "unresolved")
ORDERS = ("written", "sorted", "reversed", "shuffled", "blocks", "blocks")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "+02:00")


def seconds(micro, decimals=6, strip=False):
    text = f"{micro // S}.{micro % S:06}"[:len(str(micro // S)) + 1 + decimals]
    return text.rstrip("0").rstrip(".") if strip else text


class Target:
    def __init__(self, name, host, phase, usual):
        self.name, self.host, self.phase, self.usual = name, host, phase, usual


class World:
    """The rows: of each prober and target, with when they were written."""

    def __init__(self, dice):
        self.dice = dice
        self.interval = dice.choice((200_000, S, S, S, 2 * S, 15 * S))
        self.timeout = min(S, self.interval * 3)
        self.grain = dice.choice((1, 1, 1, 1000, 10_000))
        self.classic = dice.random() < 0.1
        self.zone = dice.choice(ZONES[:4])
        self.shifts = {}
        self.used = set()
        self.order = dice.choice(ORDERS)
        self.step_at = None
        self.step = 0
        if dice.random() < 0.25:  # the clock is set back, or forth
            # Less than the rows of one turn of the loop may be in disorder, nobody sees.
            self.step = max(dice.choice((4, 7, 30, 300, 3700)) * S, 3 * self.interval)
            if dice.random() < 0.6:
                self.step = -self.step
                if dice.random() < 0.8:
                    self.order = "written"
        targets = [Target(name, host, 0, dice.choice((OK, OK, "SIP/2.0 403 Forbidden")))
                   for name, host in TARGETS[:dice.choice((1, 1, 2, 3, 4))]]
        for number, one in enumerate(targets):
            one.phase = self.interval * number // len(targets)
        self.targets = targets
        self.length = dice.choice((30, 100, 300 // len(targets)))
        probers = [("a", ""), ("a", ""), ("b", "site-1")] if dice.random() < 0.2 else [("a", "")]
        if dice.random() < 0.1:
            probers += [("c", "")]
        self.exact = self.step >= 0 or self.order == "written"
        self.rows = {}  # by prober's folder, then target: [(written, row)]
        for folder, site in dict(probers).items():
            self.site = site
            self.rows[folder] = {one.name: [] for one in targets}
            self.probe_all(self.rows[folder])

    def stepped(self, now):
        return self.step_at is not None and now >= self.step_at

    def write(self, rows, written, sent, target, kind, **fields):
        """`sent` is of a clock that was never set."""
        dice, step = self.dice, self.step if self.stepped(sent) else 0
        sent = (sent + step) // self.grain * self.grain
        answered = kind in ("reply", "provisional", "late", "duplicate")
        drop = "" if kind in ("gap", "unread") else "drop"
        row = {"sent": sent, "host": target.host, "latency": drop, "callid": "", "response": drop,
               "target": target.name, "source_port": str(dice.randrange(32768, 61000)),
               "kind": kind, "detail": ""} | fields
        if not answered:
            row["latency"] = drop
        if step < 0:
            self.shifts[row["callid"], sent] = -step
        rows[target.name].append((written, row))
        return row

    def call_id(self):
        while (one := str(self.dice.randrange(10**9, 10**10))) in self.used:
            pass
        self.used.add(one)
        return one + ("@" + self.site if self.site else "")

    def gap(self, rows, written, begin, end, reason, count=0, target=None):
        step = self.step if self.stepped(begin) else 0
        end = max(begin, end)
        begin, end = ((one + step) // self.grain * self.grain for one in (begin, end))
        for one in [target] if target else self.targets:
            detail = f"from={seconds(begin)};until={seconds(end)};reason={reason};count={count}"
            row = self.write(rows, written, begin - step, one, "gap", detail=detail)
            row["source_port"] = ""
            row["of_all"] = target is None

    def probe_all(self, rows):
        dice = self.dice
        now = START * S + dice.randrange(10 * S)
        number_of_runs = dice.choice((1, 1, 1, 2, 3))
        for run in range(number_of_runs):
            begin = now
            if self.step and self.step_at is None:
                before = dice.randrange(self.length // 4, self.length * 3 // 4)
                self.step_at = begin + self.interval * before + self.interval // 3
                # Further back than where the log begins, nothing shows that the clock was set.
                self.exact &= self.step > 0 or -self.step <= self.interval * (before - 3)
            self.gap(rows, begin, begin - 1000, 0, "start")
            stalls = self.stalls(rows, begin)
            end = begin + self.interval * self.length
            aborted = dice.random() < 0.2
            for one in self.targets:
                self.probe(rows, one, begin + one.phase, end, stalls, aborted)
            if run + 1 == number_of_runs or dice.random() < 0.7:
                end = end if aborted else end + self.timeout
                self.gap(rows, end, end, 0, "stop")
            now = end + dice.choice((2, 8, 40, 3000)) * S + self.timeout
        if dice.random() < 0.15 and not self.step:
            for one in self.targets[:1]:  # another command in the same log
                sent = now + 20 * S
                for _ in range(dice.randrange(3, 30)):
                    sent += 10_000
                    run = dice.choice(("run=stress", "run=ports"))
                    self.write(rows, sent + S, sent, one, dice.choice(("timeout", "icmp")),
                               callid=self.call_id(), detail=run)

    def stalls(self, rows, begin):
        """Times in which nothing was sent; told by each target, or of all."""
        found = []
        while self.dice.random() < 0.3 and len(found) < 3:
            at = begin + self.interval * self.dice.randrange(2, self.length) + 1234
            if any(abs(at - other) < self.interval * 60 for other, _ in found) or self.step:
                continue
            end = at + self.interval * self.dice.randrange(2, 25)
            found.append((at, end))
            reason = self.dice.choice(GAPS[:2])
            for one in (None,) if self.dice.random() < 0.5 else self.targets:
                self.gap(rows, end, at, end, reason, (end - at) // self.interval, one)
        return found

    def fates(self, target):
        dice = self.dice
        while True:
            for _ in range(dice.choice((3, 10, 40))):
                yield "reply", target.usual
            trouble = dice.choice(("lost", "lost", "lost", "icmp", "refused", "refused", "own",
                                   "send-error", "local", "provisional", "mixed"))
            response = dice.choice(REFUSALS)
            for _ in range(dice.choice((1, 2, 3, 4, 10, 25))):
                kind = dice.choice(("lost", "refused", "own", "local", "icmp")) \
                    if trouble == "mixed" else trouble
                yield ("reply", response) if kind == "refused" else (kind, "SIP/2.0 100 Trying")

    def probe(self, rows, target, sent, end, stalls, aborted):
        dice = self.dice
        slow = dice.random() < 0.3
        usual = last = "reply", target.usual
        for kind, response in self.fates(target):
            sent += self.interval
            if self.step < 0 and abs(sent - self.step_at) < self.interval * 4:
                # Losses that begin with a step back look as if they took longer to be given up.
                kind, response = last if last[0] in ("reply", "lost", "icmp") else usual
            last = kind, response
            if sent >= end:
                return
            now = sent + dice.randrange(300)
            if any(begin <= now < until for begin, until in stalls):
                continue
            more = {"callid": self.call_id()}
            latency = dice.randrange(100, self.timeout * 9 // 10) if dice.random() < 0.1 \
                else dice.randrange(4000, 30_000)
            if aborted and now + self.timeout > end and dice.random() < 0.7:
                self.write(rows, end, now, target, "pending", **more)
            elif kind in ("send-error", "local"):
                detail = "errno=ENETUNREACH" if kind == "send-error" else "reason=no-free-port"
                self.write(rows, now, now, target, kind, detail=detail, **more)
            elif kind in ("reply", "provisional"):
                detail = "syntax=" + dice.choice(FAULTS) if dice.random() < 0.03 else \
                    "mangled=via,from-tag" if dice.random() < 0.03 else ""
                answer = dict(more, response=response, latency=f"{latency // 1000}."
                              f"{latency % 1000:03}", detail=detail)
                done = now + (latency if kind == "reply" else self.timeout)
                row = self.write(rows, done, now, target, kind, **answer)
                if kind == "reply" and dice.random() < 0.02:
                    again = dict(row, latency=f"{latency // 1000 + 7}.{latency % 1000:03}",
                                 kind="duplicate", detail="")
                    rows[target.name].append((done + 7000, again))
            else:
                self.lose(rows, target, now, kind, slow, more)
            if dice.random() < 0.01:
                detail = dice.choice(("reason=stun;length=20;bytes=..", "reason=more;count=57"))
                self.write(rows, now + 900, now + 900, target, "unread", detail=detail)
            if dice.random() < 0.005:
                self.write(rows, now + 950, now + 950, target, "way", latency="drop",
                           callid=more["callid"], response="drop", detail="way=back")
            if dice.random() < 0.005 and not self.step:
                self.gap(rows, now + 60, now + 50, 0, "moved", target=target)

    def lose(self, rows, target, now, kind, slow, more):
        words = ["icmp=port-unreachable", "icmp_from=192.0.2.9"] if kind == "icmp" else []
        words += ["self=stall,rx-drop"] if kind == "own" else []
        words += ["unread=2"] if self.dice.random() < 0.1 else []
        row = self.write(rows, now + self.timeout, now, target,
                         "icmp" if kind == "icmp" else "timeout", detail=";".join(words), **more)
        if slow and self.dice.random() < 0.5:
            took = self.timeout + self.dice.randrange(1000, 3 * S)
            rows[target.name].append((now + took, dict(
                row, kind="late", latency=f"{took // 1000}.{took % 1000:03}", response=target.usual,
                detail="")))


class Files:
    """A world's rows in files below `folder`; `options` choose what of it is asked for."""

    def __init__(self, seed, folder):
        self.dice = dice = random.Random(seed)
        self.world = world = World(dice)
        self.paths, self.story = [], [world.order, f"step {world.step / S}"]
        for prober, by_target in world.rows.items():
            if dice.random() < 0.5:
                logs = {one.host.replace(":", "-"): by_target[one.name] for one in world.targets}
            else:
                logs = {"all": self.together(by_target)}
            for name, rows in logs.items():
                self.write_log(folder / prober / name, [row for _, row in sorted(
                    rows, key=lambda one: one[0])])
        self.paths.sort()
        self.choose()

    def shift(self, row):
        return self.world.shifts.get((row.call_id, row.sent), 0)

    @property
    def steps_back(self):
        return self.world.step < 0

    @property
    def exact(self):
        """Whether the logs tell in which order things happened."""
        return self.world.exact

    def together(self, by_target):
        out, told = [], set()
        for rows in by_target.values():
            for written, row in rows:
                if row.get("of_all") and len(by_target) > 1:
                    if (row["sent"], row["detail"]) in told:
                        continue
                    told.add((row["sent"], row["detail"]))
                    row = dict(row, target="*")
                out.append((written, row))
        return out

    def write_log(self, base, rows):
        dice = self.dice
        base.parent.mkdir(parents=True, exist_ok=True)
        copies = dice.choice(("none", "none", "none", "twice", "beside", "overlap", "rotated"))
        self.story.append(copies)
        # Of a clock that is set near the end of a file, that file may not tell.
        self.world.exact &= not self.steps_back or copies not in ("overlap", "rotated")
        if copies in ("overlap", "rotated"):
            half = dice.randrange(len(rows) // 4, len(rows) * 3 // 4)
            more = dice.randrange(30, 90) if copies == "overlap" else 0
            self.write_file(base.with_name(base.name + ".csv.1"), rows[:half + more])
            self.write_file(base.with_name(base.name + ".csv"), rows[half:])
            return
        pack = dice.choice((".gz", ".zst")) if dice.random() < 0.2 or copies == "beside" else ""
        text = self.write_file(base.with_name(base.name + ".csv" + pack), rows, copies == "twice")
        if copies == "beside":
            self.write_file(base.with_name(base.name + ".csv"), rows)
        return text

    def reorder(self, rows):
        dice = self.dice
        rows = list(rows)
        if self.world.order == "sorted":
            rows.sort(key=lambda one: one["sent"])
        elif self.world.order == "reversed":
            rows.reverse()
        elif self.world.order == "shuffled":
            dice.shuffle(rows)
        elif self.world.order == "blocks":
            cuts = sorted(dice.randrange(len(rows) + 1) for _ in range(dice.choice((1, 1, 2, 5))))
            blocks = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)])]
            dice.shuffle(blocks)
            rows = sum(blocks, [])
        return rows

    def clock(self, sent):
        zone = timezone(timedelta(hours=2)) if self.world.zone[0] == "+" else \
            zoneinfo.ZoneInfo(self.world.zone)
        return datetime.fromtimestamp(sent // S, zone).strftime("%d/%m/%y %H:%M:%S") + \
            f":{sent % S:06}"

    def write_file(self, path, rows, twice=False):
        dice = self.dice
        rows = self.reorder(rows)
        strip = dice.random() < 0.2
        delimiter = dice.choice(",,,,;\t")
        end = dice.choice(("\n", "\n", "\n", "\r\n"))
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=delimiter, lineterminator=end,
                            quoting=csv.QUOTE_ALL if dice.random() < 0.2 else csv.QUOTE_MINIMAL)
        columns = 6 if self.world.classic else 10
        for _ in range(2 if twice else 1):
            writer.writerow(KEYS[:columns])
            for row in rows:
                if columns == 6 and row["kind"] in ("late", "duplicate", "gap", "unread", "way"):
                    continue
                latency = row["latency"]
                if strip and "." in latency:
                    latency = latency.rstrip("0").rstrip(".")
                writer.writerow([self.clock(row["sent"]), seconds(row["sent"], strip=strip),
                                 row["host"], latency, *(row[key] for key in KEYS[4:])][:columns])
        text = out.getvalue()
        if (how := dice.random()) < 0.3:
            text = text[:-len(end)]
        if how < 0.15:
            last = text.rpartition(end)[2]
            text += end + last[:dice.randrange(1, len(last.rsplit(delimiter, columns - 4)[0]))]
        data = dice.choice((text.encode(), text.encode(), text.encode(), text.encode("utf-8-sig"),
                            text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be")))
        if path.suffix == ".gz":
            data = gzip.compress(data, 1)
        elif path.suffix == ".zst":
            data = subprocess.run(["zstd", "-cq1"], input=data, capture_output=True,
                                  check=True).stdout
        path.write_bytes(data)
        self.paths.append(path)

    def choose(self):
        """The options of a report, for it and for the oracle."""
        dice, chosen = self.dice, Options()
        self.arguments = []
        if dice.random() < 0.3:
            chosen.outage_run = dice.choice((1, 2, 5))
            self.arguments += ["--outage-run", chosen.outage_run]
        if dice.random() < 0.4:
            chosen.down = frozenset((500, 503, 486))
            self.arguments += ["--down-codes", "486,500-503"]
        if dice.random() < 0.2:
            chosen.maintenance = frozenset((503,))
            self.arguments += ["--maintenance-codes", "503"]
        if dice.random() < 0.2:
            chosen.runs = dice.choice(("all", "stress", "ports"))
            self.arguments += ["--runs", chosen.runs]
        if dice.random() < 0.15:
            one = self.world.targets[-1]
            name = one.host if self.world.classic else one.name
            chosen.targets = (name,)
            self.arguments += ["--target", name]
        if dice.random() < 0.2 and not self.steps_back:
            length = self.world.interval * self.world.length
            chosen.begin = START * S + length // 3 + 77
            self.arguments += ["--from", seconds(chosen.begin)]
            if dice.random() < 0.7:
                chosen.end = START * S + length * 4 // 5 + 77
                self.arguments += ["--to", seconds(chosen.end)]
        self.tz = dice.choice(ZONES)
        self.arguments += ["--tz", self.tz]
        self.options = chosen
