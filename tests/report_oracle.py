"""A second reading of logs, small and slow, to hold `sipping report` against.

It shares nothing with the program: all rows of all files are taken into memory, copies fall out as
equal keys, the rest is sorted, and each target is gone through once. All times are microseconds.
What only who made the logs can know (when the wall clock was set) it is told.
"""

import csv
import dataclasses
import gzip
import io
import math
import pathlib
import re
import subprocess

from spans import Spans

S = 1_000_000
PAUSE = 10 * S  # and ten intervals
OVERLAP = 4 * S
RECEIVED = ("reply", "provisional")
LOST = ("timeout", "icmp")
NOT_SENT = ("send-error", "local")
PROBES = (*RECEIVED, *LOST, *NOT_SENT, "pending")
FURTHER = ("late", "duplicate")
UNLOOKED = ("stall", "skipped", "log-rows-lost", "unresolved", "unfinished")


@dataclasses.dataclass
class Options:
    outage_run: int = 3
    begin: int | None = None
    end: int | None = None
    targets: tuple = ()
    down: frozenset = frozenset()
    maintenance: frozenset = frozenset()
    runs: str = "monitor"


@dataclasses.dataclass
class Row:
    sent: int
    kind: str
    call_id: str = ""
    site: str = ""
    host: str = ""
    target: str = ""
    latency: int | None = None
    response: str = ""
    port: str = ""
    detail: dict = dataclasses.field(default_factory=dict)
    at: int = 0  # as if the clock had never been set back
    root: int = 0

    def code(self):
        found = re.match(r"SIP/2\.0 (\d{3})\b", self.response)
        return int(found[1]) if found else 0


def micro(text, decimals=6):
    whole, _, part = text.strip().partition(".")
    return int(whole) * 10**decimals + int((part + "0" * decimals)[:decimals])


def text_of(path):
    data = pathlib.Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        data = subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=True).stdout
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    return data.decode("utf-8-sig")


def is_whole(fields, columns):
    """A last row without a line end: is there nothing missing that would change what it says?"""
    if len(fields) < columns:
        return False
    if columns == 6:
        return True
    kind, detail = fields[8:]
    if kind == "gap":
        return detail.endswith(("count=0", "run=stress", "run=ports"))
    if kind in LOST:
        return detail == "" or detail.rpartition(";")[2].startswith("self=")
    return kind in (*PROBES, *FURTHER)


def rows_of(path):
    """Of one file; a header in it begins nothing new, as all files of the tests are of one log."""
    text = text_of(path)
    separator = re.match(r'"?time"?([,;\t])', text)[1]
    lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    columns = len(lines[0])
    if not text.endswith(("\n", "\r")):
        closed = text.endswith('"') and len(lines[-1]) == columns
        if not closed and not is_whole(lines[-1], columns):
            lines.pop()
        elif not closed and columns == 10 and lines[-1][8] not in (*LOST, "gap"):
            lines[-1][9] = lines[-1][9].rpartition(";")[0]  # the last pair may be cut
    for fields in lines:
        if fields[0] == "time":
            continue
        _, sent, host, latency, call_id, response, target, port, kind, detail = \
            fields + [""] * (10 - columns)
        if columns == 6:
            kind, target = ("timeout" if latency == "drop" else "reply"), ""
        site = call_id.partition("@")[2]
        took = None if latency in ("", "drop") else micro(latency, 3)
        sent = micro(sent)
        yield Row(sent, kind, call_id, site, host, target or host, took, response, port,
                  dict(pair.partition("=")[::2] for pair in detail.split(";") if pair), sent)


def probe_key(row):
    return row.target, row.site, row.call_id, row.sent


def row_key(row):
    if row.kind in PROBES:
        return probe_key(row)
    return (*probe_key(row), row.kind, row.latency, row.port, tuple(row.detail.items()))


def log_name(path):
    return re.sub(r"(\.\d{8}T\d{6}[+-]\d{4})?\.csv(\.\d+)?(\.gz|\.zst)?$", "", str(path))


def roots_of(files):
    """Of each file the number of its log: files of one name, and those that share a probe."""
    root = list(range(len(files)))
    seen = {}
    for number, (path, rows) in enumerate(files):
        for key in (log_name(path), *(probe_key(one) for one in rows if one.kind in PROBES)):
            other = seen.setdefault(key, number)
            if root[other] != root[number]:
                old, new = root[number], root[other]
                root = [new if one == old else one for one in root]
    return root


class History:
    """What became of one target, asked by one prober."""

    def __init__(self, name, site, rows, gaps, options):
        self.name, self.site, self.options = name, site, options
        self.counts = dict.fromkeys((*PROBES, *FURTHER), 0)
        self.codes, self.syntax, self.latencies = {}, {}, []
        self.own = self.refused = self.maintenance = self.unread = self.beside_unread = 0
        self.loss_runs = [[]]  # each of losses in a row
        self.outages, self.changes, self.unlooked, self.pauses = [], [], Spans(), Spans()
        self.run, self.holes = [], []
        self.late_ids = {(one.call_id, one.sent) for one in rows if one.kind == "late"}
        probes = sorted((one for one in rows if one.kind in PROBES),
                        key=lambda one: (one.at, one.call_id))
        self.probes = probes
        self.rows = rows
        for one in rows:
            if one.kind == "unread":
                self.unread += int(one.detail.get("count", 1))
            else:
                self.counts[one.kind] += 1
                if fault := one.detail.get("syntax"):
                    self.syntax[fault] = self.syntax.get(fault, 0) + 1
        explained = Spans()
        for one in gaps:
            reason = one.detail["reason"]
            explained.add(micro(one.detail["from"]), micro(one.detail["until"]))
            if reason not in ("start", "stop"):
                begin, end = micro(one.detail["from"]), micro(one.detail["until"])
                if reason in UNLOOKED:
                    self.unlooked.add(begin + one.at - one.sent, end + one.at - one.sent)
        self.go_through(probes, [one for one in gaps if one.detail["reason"] in ("start", "stop")])
        self.holes = [(begin, end) for begin, end in self.holes
                      if explained.within(begin, end) * 2 < end - begin]

    def go_through(self, probes, marks):
        order = {"start": 0, "stop": 2}
        events = [(one.at, 1, one.call_id, one) for one in probes]
        events += [(one.at, order[one.detail["reason"]], "", one) for one in marks]
        before = stop = interval = answered = None
        self.good_seen = False  # since somebody looks
        for at, order, _, one in sorted(events, key=lambda event: event[:3]):
            if order == 0:
                if before:
                    self.end_run(None)
                    looked_until = max(stop, before.at) if stop else before.at + (interval or 0)
                    if at > looked_until and (stop or at - before.at > 2 * (interval or 0)):
                        self.pauses.add(looked_until - one.at + one.sent, one.sent)
                        self.unlooked.add(looked_until, at)
                stop = interval = None
                self.good_seen = False
                continue
            if order == 2:
                stop = at
                continue
            if before:
                took = at - before.at
                if interval and took > max(PAUSE, 10 * interval):
                    self.unlooked.add(before.at + interval, at)
                    self.end_run(None)
                    self.good_seen = False
                    self.holes.append((min(before.sent, one.sent), one.sent))
                if not self.proves(before):
                    self.unlooked.add(before.at, at)
                interval = took
            self.probe(one)
            if one.kind == "reply":
                if answered and answered.code() != one.code():
                    self.changes.append((one.sent, answered.response, one.response, one.call_id))
                answered = one
            before = one
        self.end_run(None)

    @staticmethod
    def proves(row):
        return row.kind in (*RECEIVED, *LOST) and "self" not in row.detail

    def probe(self, row):
        if row.kind in RECEIVED:
            self.latencies.append(row.latency)
            self.loss_runs.append([])
            code = row.code()
            if row.kind in ("reply", "provisional"):
                self.codes[code] = self.codes.get(code, 0) + 1
            if row.kind == "reply" and code in self.options.maintenance:
                self.maintenance += 1
                self.run.append((row, "maintenance"))
            elif row.kind == "reply" and code in self.options.down:
                self.refused += 1
                self.run.append((row, "refused"))
            else:
                self.end_run(row)
        elif row.kind in LOST:
            self.beside_unread += "unread" in row.detail
            if "self" in row.detail:
                self.own += 1
            else:
                self.loss_runs[-1].append(row)
                self.run.append((row, "lost"))

    def end_run(self, good):
        run, self.run = self.run, []
        self.loss_runs.append([])
        open_begin = not self.good_seen
        self.good_seen = self.good_seen or good is not None
        if len(run) < self.options.outage_run:
            return
        lost = [row for row, sort in run if sort == "lost"]
        first, last, end = run[0][0], run[-1][0], good or run[-1][0]
        count = [sort for _, sort in run].count
        self.outages.append({
            "from": first.sent, "to": end.sent, "seconds": end.at - first.at, "sort": run[-1][1],
            "lost": len(lost), "refused": count("refused"), "maintenance": count("maintenance"),
            "late": sum((one.call_id, one.sent) in self.late_ids for one in lost),
            "icmp": sum(one.kind == "icmp" for one in lost),
            "unread": sum("unread" in one.detail for one in lost),
            "first_call_id": first.call_id, "last_call_id": last.call_id, "open": good is None,
            "open_begin": open_begin,
            "clock_set_back": first.at - first.sent != end.at - end.sent,
            "maintained": sum(after.at - row.at for (row, sort), after in zip(
                run, [row for row, _ in run[1:]] + [end]) if sort == "maintenance"),
            "at": (first.at, end.at)})

    def sum(self, kinds):
        return sum(self.counts[kind] for kind in kinds)

    def looked(self, begin, end):
        return end - begin - self.unlooked.within(begin, end)

    def coverage(self):
        first, last = self.probes[0].at, self.probes[-1].at
        return self.looked(first, last) / (last - first) if last > first else 1

    def availability(self):
        all_of_it = self.looked(self.probes[0].at, self.probes[-1].at)
        down = sum(max(0, self.looked(*one["at"]) - one["maintained"]) for one in self.outages)
        return 1 - down / all_of_it if all_of_it else None

    def percentile(self, share):
        """The smallest and the largest of what may be called so: neighbours count."""
        values = sorted(self.latencies)
        rank = share * len(values)
        return (values[max(0, math.floor(rank) - 1)], values[min(len(values) - 1, math.ceil(rank))])


class Oracle:
    def __init__(self, paths, options, shift):
        """`shift(row)`: by how much the clock was behind when the row was written."""
        files = [(path, list(rows_of(path))) for path in paths]
        roots = roots_of(files)
        self.other_runs, self.other_kinds = {}, {}
        self.copies = 0
        told, kept, others = set(), [], []
        for (_, rows), root in zip(files, roots):
            for row in rows:
                row.root = root
                row.at = row.sent + shift(row)
                if not self.wanted(row, options):
                    continue
                key = row_key(row) if row.kind in PROBES else (*row_key(row), root)
                if key in told:
                    self.copies += 1
                    continue
                told.add(key)
                if self.is_of_other(row, options):
                    others.append(row)
                    continue
                kept.append(row)
        self.options = options
        self.histories = self.sort_out(kept, others)
        self.gaps = self.sum_up([one for one in kept if one.kind == "gap"])
        pauses, holes = Spans(), Spans()
        for one in self.histories:
            pauses.all += one.pauses.all
            holes.all += one.holes
        self.pauses, self.holes = pauses.merged(), holes.merged()

    def wanted(self, row, options):
        if options.begin is not None and row.sent < options.begin:
            return False
        if options.end is not None and row.sent >= options.end:
            return False
        return not options.targets or row.target in (*options.targets, "*")

    def is_of_other(self, row, options):
        run = row.detail.get("run", "monitor")
        if options.runs not in ("all", run):
            self.other_runs[run] = self.other_runs.get(run, 0) + 1
            return True
        if row.kind not in (*PROBES, *FURTHER, "gap", "unread"):
            self.other_kinds[row.kind] = self.other_kinds.get(row.kind, 0) + 1
            return True
        return False

    def sort_out(self, rows, others):
        """`others` tell of probers too."""
        by_key = {}
        site_of = {}  # what came without a Call-ID is of the target in the same log
        for row in rows:
            if row.kind not in ("gap", "unread"):
                known = site_of.setdefault((row.target, row.root), row.site)
                site_of[row.target, row.root] = min(known, row.site)
        for row in rows:
            if row.kind == "unread":
                row.site = site_of.get((row.target, row.root), "")
            if row.kind != "gap":
                by_key.setdefault((row.target, row.site), {}).setdefault(row.root, []).append(row)
        histories = []
        sent = {}
        for row in (*rows, *others):
            if row.kind in PROBES:
                by_root = sent.setdefault((row.target, row.site), {})
                by_root.setdefault(row.root, []).append(row.sent)
        for (target, site), by_root in by_key.items():
            probers = []  # each the roots whose logs do not overlap in time
            bounds = {root: (min(all), max(all)) for root, all in sent[target, site].items()}
            for root in sorted(bounds, key=bounds.get):
                for prober in probers:
                    if all(bounds[one][1] - OVERLAP <= bounds[root][0] for one in prober):
                        prober.append(root)
                        break
                else:
                    probers.append([root])
            for number, prober in enumerate(probers):
                prober = [root for root in prober if root in by_root]
                if not prober:
                    continue
                gaps = [one for one in rows if one.kind == "gap" and one.root in prober
                        and one.target in (target, "*")]
                histories.append(History(
                    target + (f" ({number + 1})" if number else ""), site,
                    [one for root in prober for one in by_root[root]], gaps, self.options))
        return histories

    @staticmethod
    def sum_up(rows):
        gaps = {}
        for row in rows:
            reason = row.detail["reason"]
            if reason in ("start", "stop"):
                continue
            spans, counts = gaps.setdefault(reason, (Spans(), []))
            begin, end = micro(row.detail["from"]), micro(row.detail["until"])
            spans.add(begin, end)
            counts.append(int(row.detail["count"]))
        return {reason: {"seconds": sum(b - a for a, b in spans.merged()), "count": sum(counts),
                         "times": len(spans.merged())}
                for reason, (spans, counts) in gaps.items()}
