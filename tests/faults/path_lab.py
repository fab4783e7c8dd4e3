"""The relay of relay.cpp between the namespaces of lab.py, and what its decisions promise: for each
Call-ID the rows that must stand in the log."""

import collections
import os
import re
import statistics
import subprocess
import time

from lab import NAT_OUTSIDE, SERVER, LabCase
from support import details, final_table

RELAY = os.environ["RELAY"]
TIMEOUT_MS = 500
# No answer leaves the relay between these: it saw the request after it was sent, never before.
IN_TIME_NS, LATE_NS = 400e6, 500e6
TAIL_S = {False: 1.4, True: 3.0}  # what is held back longest; when both ways are late
FIELDS = ("call-id", "via", "from-tag", "cseq")


class PathCase(LabCase):
    maxDiff = None

    def relay(self, **decisions):
        """Everything between client and server goes through the relay from now on."""
        self.decided = self.folder / "relay.log"
        options = [f"{key}={value}" for key, value in decisions.items()]
        nat = self.lab.nat
        self.relay_ = subprocess.Popen([*self.lab.command(nat), RELAY, "relay0", self.decided,
                                        *options], stdout=subprocess.PIPE)
        self.addCleanup(self.relay_.stdout.close)
        self.addCleanup(self.relay_.wait)
        self.addCleanup(self.relay_.kill)
        self.assertEqual(self.relay_.stdout.readline(), b"ready\n")
        self.lab._ip(nat, "link", "set", "relay0", "txqueuelen", "20000", "mtu", "1500", "up")
        self.lab.set(nat, "net/ipv4/conf/all/rp_filter", 0)
        self.lab.set(nat, "net/ipv4/conf/relay0/rp_filter", 0)
        # To the relay what comes from either side; on its way what comes from the relay.
        self.lab._ip(nat, "route", "add", "default", "dev", "relay0", "table", "101")
        for device in ("inside0", "outside0"):
            self.lab._ip(nat, "rule", "add", "iif", device, "lookup", "101")
        # Addresses are asked for with the first packets, and not all of those survive it.
        with self.lab.socket(self.lab.client) as warm:
            for _ in range(10):
                warm.sendto(b"no SIP", (SERVER, 9))
                time.sleep(0.05)

    def probe(self, count, interval_ms, *options, codes=(0,)):
        """A run to its end; the rows, books checked, and the relay's decisions as
        {Call-ID: [(way, what, ns)]}."""
        self.run_ = self.in_client(SERVER, "-c", count, "-I", interval_ms, "-t", TIMEOUT_MS, "-q",
                                   "--mine", "-w", "log.csv", "--late-window", "5", *options)
        self.run_.wait(60 + count * interval_ms / 500)
        self.assertIn(self.run_.code, codes, self.run_)
        self.relay_.terminate()
        self.relay_.wait()
        rows = self.rows(self.folder / "log.csv")
        self.check_balance(rows)
        decisions = collections.defaultdict(list)
        self.first_seen = {}
        with open(self.decided, encoding="ascii") as file:
            for line in file:
                call_id, way, what, since, wall = line.rstrip("\n").split(",")
                decisions[call_id].append((way, what, int(since)))
                self.first_seen[call_id] = int(wall) / 1e9
        return rows, decisions

    def check_balance(self, rows):
        """The books as they are printed, each account against the rows that it stands for."""
        kinds = collections.Counter(row["kind"] for row in rows)
        due, sent, skipped, local, refused = (int(n) for n in re.search(
            r"Books: due (\d+) = sent (\d+) \+ skipped (\d+) \+ local (\d+) \+ send-error (\d+)\n",
            self.run_.out).groups())
        self.assertEqual(due, sent + skipped + local + refused)
        self.assertEqual((local, refused), (kinds["local"], kinds["send-error"]))
        left_out = sum(int(details(row).get("count", 0)) for row in rows if row["kind"] == "gap")
        self.assertEqual(skipped, left_out)
        lost = sum(kinds[kind] for kind in ("provisional", "timeout", "icmp"))
        self.assertEqual(sent, kinds["reply"] + lost + kinds["pending"])
        table = final_table(self.run_.out)[SERVER]
        shown = [int(table[name]) for name in ("sent", "received", "lost", "late", "duplicate")]
        self.assertEqual(shown, [sent, kinds["reply"], lost, kinds["late"], kinds["duplicate"]])
        further = ("gap", "late", "duplicate", "unread")
        ids = [row["callid"] for row in rows if row["kind"] not in further]
        self.assertEqual(len(ids), len(set(ids)))

    def check_decisions(self, rows, decisions):
        """Each row against what the relay did to its Call-ID; how many of each kind there were."""
        by_id = collections.defaultdict(list)
        for row in rows:
            if row["kind"] not in ("gap", "unread"):
                by_id[row["callid"]].append(row)
        self.assertEqual(set(by_id), set(decisions), "probes of which only one of us knows")
        wrong = []
        self.arrived_after = []  # ms
        told = collections.Counter()
        for call_id, mine in by_id.items():
            made = sorted(decisions[call_id], key=lambda one: one[2])
            told["foreign"] += sum(way == "r" and is_foreign(what) for way, what, _ in made)
            told["malformed"] += sum(way == "r" and is_garbage(what) for way, what, _ in made)
            expected = self.expected(made)
            if expected is None or sorted(map(self.seen, mine)) != sorted(
                    one[:2] for one in expected) or not self.latencies_fit(mine, expected):
                wrong.append((call_id, made, mine, expected))
            for row in mine:
                told[row["kind"]] += 1
        self.assertEqual(wrong[:10], [], f"{len(wrong)} of {len(by_id)} disagree; {dict(told)}")
        if self.arrived_after:
            self.assertLess(abs(statistics.median(self.arrived_after)), 10, "latencies are off")
        for name, words in (("foreign", "responses to no probe of ours"),
                            ("malformed", "datagrams that are not SIP")):
            counted = re.search(rf"Also received:.*?(\d+) {words}", self.run_.out)
            self.assertEqual(int(counted[1]) if counted else 0, told[name], self.run_.out[-2000:])
        return told

    @staticmethod
    def seen(row):
        """(kind, what the relay can have caused in the detail) of a row."""
        told = details(row)
        return row["kind"], ";".join(key if key in ("from", "port") else f"{key}={told[key]}"
                                     for key in ("mangled", "from", "port") if key in told)

    def latencies_fit(self, rows, expected):
        """No answer was quicker than the relay let it be. How long after the relay wrote it each
        arrived is kept for a judgement of all: either may be off the CPU for a moment."""
        shown = sorted((float(row["latency"]), float(row["timestamp"])) for row in rows
                       if row["latency"] != "drop")
        made = sorted(since / 1e6 for *_, since in expected if since is not None)
        first_seen = self.first_seen[rows[0]["callid"]] if rows else 0
        self.arrived_after += [(sent - first_seen) * 1e3 + ours - relays
                               for (ours, sent), relays in zip(shown, made)]
        return all(ours - relays >= -0.02 for (ours, _), relays in zip(shown, made))

    @staticmethod
    def expected(made):
        """[(kind, detail, ns)] from the decisions about one Call-ID, in order of time."""
        answers = []
        for way, what, since in made:
            if way != "r" or not what.startswith("send") or is_lost(what) \
                    or is_garbage(what) or is_foreign(what):
                continue
            if IN_TIME_NS < since < LATE_NS:
                return None  # the box was too busy to tell which side of the timeout it was
            damages = what.split(":")
            mangled = ",".join(field for field in FIELDS if field in damages)
            from_elsewhere = {"elsewhere", "their-port"} & set(damages)
            detail = [f"mangled={mangled}"] * bool(mangled) + ["from"] * bool(from_elsewhere)
            answers.append((since, ";".join(detail + ["port"] * ("other-port" in damages))))
        if not answers:
            return [("timeout", "", None)]
        first, detail = answers[0]
        rows = ([("reply", detail, first)] if first < IN_TIME_NS else
                [("timeout", "", None), ("late", detail, first)])
        return rows + [("duplicate", detail, since) for since, detail in answers[1:]]


def is_garbage(what):
    return "garbage" in what.split(":") and not is_lost(what)


def is_lost(what):
    """The kernel drops what has a bad checksum; what is no SIP is no answer."""
    return what in ("drop", "held") or "bits" in what.split(":")


def is_foreign(what):
    """The rule of the product, from what the relay did: three of four, or the Call-ID
    or the branch and the path."""
    damages = what.split(":")
    if is_lost(what) or is_garbage(what):
        return False
    wrong = sum(field in damages for field in FIELDS)
    right_path = not {"elsewhere", "their-port", "other-port"} & set(damages)
    proof = "call-id" not in damages or "via" not in damages
    return wrong > 1 and not (proof and right_path)


__all__ = ["NAT_OUTSIDE", "SERVER", "TAIL_S", "PathCase"]
