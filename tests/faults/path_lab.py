"""The relay of relay.cpp between the namespaces of lab.py, and what its decisions promise: for each
Call-ID the rows that must stand in the log."""

import collections
import os
import subprocess
import time

from lab import NAT_OUTSIDE, SERVER, LabCase
from support import details

RELAY = os.environ["RELAY"]
TIMEOUT_MS = 500
IN_TIME_NS, LATE_NS = 420e6, 580e6  # the relay keeps away from what lies between
MANGLED = {"call-id": "call-id", "via+from-tag": "via,from-tag"}
AT_THE_END = "at the end"
OURS = {"plain", "elsewhere", "other-port", *MANGLED}


class PathCase(LabCase):
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
        with open(self.decided, encoding="ascii") as file:
            for line in file:
                call_id, way, what, since = line.rstrip("\n").split(",")
                decisions[call_id].append((way, what, int(since)))
        return rows, decisions

    def check_balance(self, rows):
        """The books as they are printed, and the rows that they stand for."""
        kinds = collections.Counter(row["kind"] for row in rows)
        books = self.run_.out.split("Books: due ")[1].split("\n")[0].replace("=", "+").split(" + ")
        due, *parts = (int(part.split()[-1]) for part in books)
        self.assertEqual(due, sum(parts), books)
        sent = int(self.run_.out.split("= sent ")[1].split()[0])
        self.assertEqual(sent, sum(kinds[kind] for kind in
                                   ("reply", "provisional", "timeout", "icmp", "pending")))
        ids = [row["callid"] for row in rows if row["kind"] not in ("gap", "late", "duplicate")]
        self.assertEqual(len(ids), len(set(ids)))

    def check_decisions(self, rows, decisions):
        """Each row against what the relay did to its Call-ID; how many of each kind there were."""
        by_id = collections.defaultdict(list)
        for row in rows:
            if row["kind"] != "gap":
                by_id[row["callid"]].append(row)
        wrong = []
        told = collections.Counter()
        end = max(float(row["timestamp"]) for row in rows if "reason=stop" in row["detail"])
        for call_id, mine in by_id.items():
            mine.sort(key=lambda row: row["kind"] in ("late", "duplicate"))
            made = decisions.get(call_id)
            left = end - float(mine[0]["timestamp"])
            expected = self.expected(made, left) if made else None
            told["never reached the relay"] += made is None
            seen = [self.seen(row) for row in mine]
            if expected == AT_THE_END:
                told["answered at the very end"] += 1
            elif expected is None or sorted(seen) != sorted(expected):
                wrong.append((call_id, made, seen, expected))
            for row in mine:
                told[row["kind"]] += 1
        unknown = set(decisions) - set(by_id)
        self.assertEqual(unknown, set(), "the relay saw probes of which there is no row")
        self.assertEqual(wrong[:5], [], f"{len(wrong)} of {len(by_id)} disagree; {dict(told)}")
        return told

    @staticmethod
    def seen(row):
        """(kind, detail that the relay can have caused) of a row."""
        told = details(row)
        return row["kind"], ";".join(key if key in ("from", "port") else f"{key}={told[key]}"
                                     for key in ("mangled", "from", "port") if key in told)

    @staticmethod
    def expected(made, left):
        """The same, from the decisions about one Call-ID: [(way, what, ns)]. The run ended `left`
        seconds after it was sent, with its last timeout: nobody waited for what came later."""
        answers = []
        for way, what, since in sorted(made, key=lambda one: one[2]):
            name = what.removeprefix("send-")
            if way != "r" or name not in OURS:
                continue
            if IN_TIME_NS < since < LATE_NS:
                return None  # the box was too busy to tell which side of the timeout it was
            if abs(since - left * 1e9) < 50e6:
                return AT_THE_END
            if since > left * 1e9:
                continue
            detail = f"mangled={MANGLED[name]}" if name in MANGLED else (
                {"elsewhere": "from", "other-port": "port"}.get(name, ""))
            answers.append((since < IN_TIME_NS, detail))
        if not answers:
            return [("timeout", "")]
        in_time, detail = answers[0]
        first = [("reply", detail)] if in_time else [("timeout", ""), ("late", detail)]
        return first + [("duplicate", detail) for _, detail in answers[1:]]


__all__ = ["NAT_OUTSIDE", "SERVER", "PathCase"]
