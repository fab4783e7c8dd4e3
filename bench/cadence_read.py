"""What a log of ours says about cadence: how late each probe left, and how they lie in time. Part
of tools/bench cadence."""
import bisect
import collections

import harness

LATE_LIMIT_US = 5000  # overdue by more than this and its interval, a probe is skipped


def microseconds(text):
    """A timestamp as whole microseconds: a float would not hold them."""
    seconds, fraction = text.split(".")
    return int(seconds) * 1_000_000 + int(fraction)


class Log:
    """`lateness`: (sent, microseconds after its due time) of each probe that left, in order of
    sending. `skipped` probes were never sent, for lateness; `refused` ones for another reason."""

    def __init__(self, path, targets, interval_us):
        """`targets` are addresses in the order in which they were given. Due times are those of
        docs/ARCHITECTURE.md: probe k of target i of n at start + i/n interval + k interval."""
        self.skipped = self.refused = self.rows = 0
        self._place = {name: place for place, name in enumerate(targets)}
        self._interval = interval_us
        self._start = None
        self._attempts = collections.defaultdict(list)  # by target: (time of the try, has left)
        self._holes = collections.defaultdict(set)  # by target: numbers of skipped probes
        self._read(path)
        self.lateness = sorted(self._pair())

    def _read(self, path):
        with open(path) as file:
            if not file.readline().startswith("time,timestamp,host,latency,callid,response,target"):
                raise harness.Failure(f"{path} is not a log of sipping")
            for line in file:
                if not line.endswith("\n"):
                    raise harness.Failure(f"{path} ends within a line")
                self.rows += 1
                # Nothing in these runs has a comma within a field.
                _, sent, _, _, _, _, target, _, kind, detail = line.rstrip("\n").split(",", 9)
                if kind == "gap":
                    self._gap(target, dict(pair.split("=") for pair in detail.split(";")))
                elif kind in ("local", "send-error"):
                    self.refused += 1
                    self._attempts[target].append((microseconds(sent), False))
                elif kind not in ("late", "duplicate"):
                    self._attempts[target].append((microseconds(sent), True))
        if self._start is None:
            raise harness.Failure(f"{path} has no row of the start")

    def _gap(self, target, gap):
        if gap["reason"] == "start":
            self._start = microseconds(gap["from"])
        elif gap["reason"] in ("skipped", "stall"):
            count = int(gap["count"])
            self.skipped += count
            first = round((microseconds(gap["from"]) - self._first_due(target)) / self._interval)
            self._holes[target].update(range(first, first + count))

    def _first_due(self, target):
        return self._start + self._interval * self._place[target] / len(self._place)

    def _pair(self):
        """The tries of a target, in order, are its probes 0, 1, 2 ... but for the skipped ones."""
        for target, attempts in self._attempts.items():
            due, holes, number = self._first_due(target), self._holes[target], 0
            for sent, left in sorted(attempts):
                while number in holes:
                    number += 1
                if left:
                    yield sent, sent - due - number * self._interval
                number += 1

    def least_lateness_of_skipped(self):
        """A prober must not look punctual for leaving its latest probes out."""
        return [max(LATE_LIMIT_US, self._interval)] * self.skipped


def quantile(ordered, share):
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def summary(lateness):
    """Quantiles of how far from its due time a probe left. Too early counts as much as too late."""
    ordered = sorted(abs(late) for late in lateness)
    if not ordered:
        raise harness.Failure("no probe left at all")
    return {"p50": quantile(ordered, 0.5), "p99": quantile(ordered, 0.99),
            "p999": quantile(ordered, 0.999), "max": ordered[-1]}


def crowding(times, window_us=1000):
    """Of ordered times: for each, how many lie in the window that begins with it."""
    return [bisect.bisect_left(times, time + window_us, place) - place
            for place, time in enumerate(times)]
