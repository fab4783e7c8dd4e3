"""sipping trace against losses that are known: Kamailio behind a router that drops packets at
random, in both directions, with tcpdump at both ends. What really happened is read from two more
captures, one on each side of where packets are dropped, by a few lines of Python that share nothing
with the program. --losses=N: so many of each run.
"""

import collections
import csv
import io
import json
import re
import signal
import struct
import subprocess
import time
import unittest

from lab import SERVER, LabCase, run
from support import option

LOSSES = option("losses", 300)
RATE = option("rate", 100)
CALL_ID = re.compile(rb"\r\nCall-ID: (\d{10})", re.IGNORECASE)


class Capture:
    """tcpdump in a namespace, until stop()."""

    def __init__(self, case, name, device, file):
        self.path = case.folder / file
        self.err = open(case.folder / f"{file}.err", "w+b")
        case.addCleanup(self.err.close)
        self.process = subprocess.Popen(
            [*case.lab.command(name), "tcpdump", "-i", device, "-n", "-s", "0", "-B", "16384", "-U",
             "--immediate-mode", "-Z", "root", "-w", str(self.path), "udp or icmp"],
            stderr=self.err)
        case.addCleanup(self.process.wait)
        case.addCleanup(self.process.kill)
        deadline = time.monotonic() + 20
        while b"listening on" not in self.said():
            if time.monotonic() > deadline or self.process.poll() is not None:
                case.fail(f"tcpdump: {self.said()}")
            time.sleep(0.02)

    def said(self):
        self.err.seek(0)
        return self.err.read()

    def stop(self, case):
        time.sleep(0.3)  # until it has read them all
        self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        case.assertIn(b"\n0 packets dropped by kernel", self.said())

    def seen(self):
        """{Call-ID: (requests, answers)} by looking at each frame's bytes."""
        data = self.path.read_bytes()
        found = collections.defaultdict(lambda: [0, 0])
        at = 24
        while at < len(data):
            size = struct.unpack_from("=I", data, at + 8)[0]
            frame = data[at + 16:at + 16 + size]
            at += 16 + size
            call_id = CALL_ID.search(frame)
            if call_id and frame[23] == 17:
                found[call_id[1].decode()][b"SIP/2.0 " in frame[42:50]] += 1
        return found


class TraceCase(LabCase):
    def captures(self):
        """Both ends, and both sides of the place in the middle where packets are dropped."""
        lab = self.lab
        self.taken = {"near": Capture(self, lab.client, "client0", "near.pcap"),
                      "far": Capture(self, lab.server, "server0", "far.pcap"),
                      "inside": Capture(self, lab.nat, "inside0", "inside.pcap"),
                      "outside": Capture(self, lab.nat, "outside0", "outside.pcap")}

    def drop(self, there, back):
        """Per cent of the packets forwarded each way."""
        run(*self.lab.command(self.lab.nat), "nft", "-f", "-", text=f"""
            table ip losses {{
                chain path {{
                    type filter hook forward priority 0;
                    iifname "inside0" udp dport 5060 numgen random mod 100 < {there} drop
                    iifname "outside0" udp sport 5060 numgen random mod 100 < {back} drop
                }}
            }}""")

    def stop_dropping(self):
        run(*self.lab.command(self.lab.nat), "nft", "delete", "table", "ip", "losses")

    def probe(self, count, rate=RATE):
        """Probes, and before and after them some that are not lost."""
        for lossy in (False, True, False):
            if lossy:
                self.drop(20, 20)
            run_ = self.in_client(SERVER, "-c", count if lossy else 60, "-I", 1000 / rate, "-t",
                                  "400", "-q", "--mine", "-w", "log.csv", "--late-window", "1")
            run_.wait(60 + count * 3 / rate)
            self.assertIn(" + local 0 + send-error 0", run_.out, run_)
            if lossy:
                self.stop_dropping()
        self.end_captures()
        return [row for row in self.rows(self.folder / "log.csv") if row["kind"] != "gap"]

    def end_captures(self):
        """So much later that the far end's silence after the last probe means something; where a
        capture ends, is told by its last packet."""
        time.sleep(1.2)
        with self.lab.socket(self.lab.client) as last:
            last.sendto(b"end", (SERVER, 9))
        for capture in self.taken.values():
            capture.stop(self)

    def truth(self, rows):
        inside, outside = self.taken["inside"].seen(), self.taken["outside"].seen()
        verdicts = {}
        for row in rows:
            if row["kind"] != "timeout":
                continue
            call_id = row["callid"]
            if outside[call_id][0] == 0:
                verdicts[call_id] = "lost-there"
            elif outside[call_id][1] == 0:
                verdicts[call_id] = "unanswered"
            elif inside[call_id][1] == 0:
                verdicts[call_id] = "lost-back"
        return verdicts

    def trace(self, *options, code=0):
        done = self.sipping("trace", "log.csv", "--far", "far.pcap", *options, code=code,
                            timeout=60)
        return done.out


class Verdicts(TraceCase):
    def test_each_of_many_losses_with_a_nat_and_a_far_end_that_drops(self):
        self.lab.nat_to(20000, 40000)
        self.far_end("--drop", "5", "--seed", "11")
        self.captures()
        rows = self.probe(round(LOSSES / 0.36))
        truth = self.truth(rows)
        self.assertGreater(len(truth), LOSSES * 0.85)
        self.assertEqual(set(truth), {row["callid"] for row in rows if row["kind"] == "timeout"},
                         "losses that nobody injected")
        counts = collections.Counter(truth.values())
        self.assertGreater(min(counts.values()), LOSSES / 60, counts)
        self.assertEqual(len(counts), 3)
        for options in (("--near", "near.pcap"), ()):
            said = csv.DictReader(io.StringIO(self.trace("--csv", *options)))
            verdicts = {row["callid"]: row["verdict"] for row in said}
            wrong = {call_id: (truth.get(call_id), verdict) for call_id, verdict in
                     verdicts.items() if truth.get(call_id) != verdict}
            self.assertEqual(wrong, {}, f"of {len(verdicts)}")
            self.assertEqual(set(verdicts), set(truth))
        summary = json.loads(self.trace("--json", "--near", "near.pcap").splitlines()[-1])
        for side in ("near", "far"):
            self.assertTrue(summary[side]["clock"]["known"])
            self.assertLess(abs(summary[side]["clock"]["ahead_ms"]),
                            summary[side]["clock"]["within_ms"], "it is one box")
        self.assertEqual(summary["probes"], len(truth))
        print(f"{len(truth)} losses: {dict(counts)}")

    def test_kamailio(self):
        self.kamailio()
        self.captures()
        rows = self.probe(round(LOSSES / 0.36))
        truth = self.truth(rows)
        said = csv.DictReader(io.StringIO(self.trace("--csv", "--near", "near.pcap")))
        self.assertEqual({row["callid"]: row["verdict"] for row in said}, truth)
        self.assertGreater(len(truth), LOSSES * 0.85)
        print(f"{len(truth)} losses: {dict(collections.Counter(truth.values()))}")

    def test_a_host_that_refuses_and_says_so(self):
        """Nobody listens at the far end: its kernel says so, and the error is in the captures."""
        self.captures()
        run_ = self.in_client(SERVER, "-c", 40, "-I", "50", "-t", "400", "-q", "-w", "log.csv")
        run_.wait(60)
        self.end_captures()
        told = [json.loads(line) for line in self.trace("--json").splitlines()]
        self.assertEqual(len(told), 41)
        # It says so no more than some times a second (icmp(7): icmp_ratelimit).
        for one in told[:-1]:
            refused = one["kind"] == "icmp"
            self.assertEqual(one["verdict"], "rejected" if refused else "unanswered")
            self.assertEqual(one["detail"], refused * (
                "ICMP port-unreachable from 10.84.2.2, the host asked, about the request (seen "
                "far, in the log)"))
        self.assertEqual(told[0]["kind"], "icmp")


class Rewriting(TraceCase):
    def test_the_kernels_alg_is_named(self):
        """nf_nat_sip rewrites Via on the way there and restores it on the way back."""
        run(*self.lab.command(self.lab.nat), "nft", "-f", "-", text="""
            table ip alg {
                ct helper sip5060 { type "sip" protocol udp; }
                chain helpers {
                    type filter hook prerouting priority 0;
                    udp dport 5060 ct helper set "sip5060"
                }
                chain out {
                    type nat hook postrouting priority srcnat;
                    oifname "outside0" meta l4proto udp masquerade to :30000-39999
                }
            }""")
        self.kamailio()
        self.captures()
        self.probe(60)
        out = self.trace("--near", "near.pcap")
        there = out[out.index("\nRewritten on the way there (requests, near to far)\n"):]
        self.assertRegex(there, r"\n  Via, in \d+ of \d+, first in \d{10}\n"
                                r"    - SIP/2\.0/UDP 10\.84\.1\.2:\d+;.*\n"
                                r"    \+ SIP/2\.0/UDP 10\.84\.2\.1:\d+;")
        lines = [json.loads(line) for line in
                 self.trace("--near", "near.pcap", "--json").splitlines()]
        via = [one for one in lines if one["event"] == "rewritten" and one["header"] == "Via"]
        self.assertEqual(via[0]["message"], "request")
        self.assertEqual(via[0]["count"], via[0]["compared"])
        alone = self.trace()
        self.assertRegex(alone, r"\n    - \(sent from port \d+\)\n"
                                r"    \+ SIP/2\.0/UDP 10\.84\.2\.1:")


if __name__ == "__main__":
    unittest.main()
