"""Answers of every form, time and number, over io_uring and over epoll."""

import sys
import unittest

from common import both
from support import DROPS, ROOT, details

NO_RAW = (sys.executable, str(ROOT / "tests/no_raw.py"))


class Answers:
    def test_all_answered(self):
        peer = self.peer()
        rows, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        self.check_table(run, peer, sent=5, received=5, lost=0, late=0, duplicate=0)
        for row in rows:
            self.assertEqual(details(row).keys() - {"reason", "count", "until", "from"}, set(), row)

    def test_v6(self):
        peer = self.peer("::1")
        run = self.sipping(f"[::1]:{peer.port}", "-c", "5", "-I", "40")
        self.assertEqual(peer.violations, [])
        rows = self.rows(self.folder / f"sipping-logs/::1_{peer.port}.csv")
        self.check_books(rows, peer)
        self.assertEqual(self.count_kinds(rows)["reply"], 5)
        self.check_table(run, peer, sent=5, received=5)

    def test_codes(self):
        for code, reason in ((200, "OK"), (403, "Forbidden"), (503, "Service Unavailable"),
                             (699, "Whatever"), (299, "")):
            with self.subTest(code=code):
                rows, kinds, _ = self.outcome(self.peer(code=code, reason=reason))
                self.assertEqual(kinds, {"reply": 5})
                replies = {row["response"] for row in rows if row["kind"] == "reply"}
                self.assertEqual({text.rstrip() for text in replies},
                                 {f"SIP/2.0 {code} {reason}".rstrip()})

    def test_latency_is_the_peers_delay(self):
        rows, kinds, _ = self.outcome(self.peer(delay_ms=60))
        self.assertEqual(kinds, {"reply": 5})
        latencies = sorted(float(r["latency"]) for r in rows if r["kind"] == "reply")
        self.assertGreaterEqual(latencies[0], 59.5)
        self.assertLess(latencies[2], 75)

    def test_lost(self):
        peer = self.peer(drop_every=2)
        _, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 3, "timeout": 2})
        self.check_table(run, peer, sent=5, received=3, lost=2)

    def test_lost_first_and_lost_after(self):
        _, kinds, _ = self.outcome(self.peer(drop_first=2))
        self.assertEqual(kinds, {"reply": 3, "timeout": 2})
        _, kinds, _ = self.outcome(self.peer(drop_after=1))
        self.assertEqual(kinds, {"reply": 1, "timeout": 4})

    def test_all_lost(self):
        peer = self.peer(silent=True)
        _, kinds, run = self.outcome(peer, code=1)
        self.assertEqual(kinds, {"timeout": 5})
        self.check_table(run, peer, sent=5, received=0, lost=5)

    def test_duplicates(self):
        peer = self.peer(copies=3)
        rows, kinds, run = self.outcome(peer)
        # The run ends with the last probe's first answer: its copies may come too late to be seen.
        duplicates = kinds.pop("duplicate")
        self.assertEqual(kinds, {"reply": 5})
        self.assertIn(duplicates, (8, 9, 10))
        self.check_table(run, peer, sent=5, received=5, lost=0, duplicate=duplicates)
        first = {r["callid"]: float(r["latency"]) for r in rows if r["kind"] == "reply"}
        for row in rows:
            if row["kind"] == "duplicate":
                self.assertGreaterEqual(float(row["latency"]), first[row["callid"]])

    def test_late(self):
        peer = self.peer(delays={2: 300})
        rows, kinds, run = self.outcome(peer, "-c", "12", "-I", "50", "-t", "200")
        self.assertEqual(kinds, {"reply": 11, "timeout": 1, "late": 1})
        self.check_table(run, peer, sent=12, received=11, lost=1, late=1)
        late, = (row for row in rows if row["kind"] == "late")
        self.assertAlmostEqual(float(late["latency"]), 300, delta=30)
        lost, = (row for row in rows if row["kind"] == "timeout")
        self.assertEqual((late["callid"], late["timestamp"]), (lost["callid"], lost["timestamp"]))

    def test_later_than_the_window_is_unknown(self):
        peer = self.peer(delays={1: 900})
        _, kinds, _ = self.outcome(peer, "-c", "30", "-I", "50", "-t", "100",
                                   "--late-window", "300ms")
        self.assertEqual(kinds, {"reply": 29, "timeout": 1, "unread": 1})

    def test_trying_then_ok(self):
        peer = self.peer(provisional="first", delay_ms=50)
        rows, kinds, _ = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        for row in rows:
            if row["kind"] == "reply":
                self.assertEqual(row["response"], "SIP/2.0 200 OK")
                self.assertGreater(float(row["latency"]), 49)

    def test_trying_only(self):
        peer = self.peer(provisional="only")
        rows, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"provisional": 5})
        self.assertEqual({r["response"] for r in rows if r["kind"] == "provisional"},
                         {"SIP/2.0 100 Trying"})
        self.check_table(run, peer, sent=5, lost=0)

    def test_shapes(self):
        for shape in ("compact", "folded", "lower", "upper"):
            with self.subTest(shape=shape):
                rows, kinds, _ = self.outcome(self.peer(shape=shape))
                self.assertEqual(kinds, {"reply": 5})
                self.assertFalse(any("mangled" in row["detail"] for row in rows))

    def test_sizes(self):
        for size in (1500, 9000, 60000, 65507):
            with self.subTest(size=size):
                peer = self.peer(size=size)
                _, kinds, _ = self.outcome(peer, "-c", "5", "-I", "100", "-t", "900")
                self.assertEqual(kinds, {"reply": 5})
                self.assertFalse(any("trunc" in row["detail"] for row in self.rows(peer)))

    def test_retry_after(self):
        peer = self.peer(code=503, retry_after=30)
        rows, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        self.assertEqual({details(r).get("retry_after") for r in rows if r["kind"] == "reply"},
                         {"30"})
        self.assertRegex(run.out + run.err, r"(?i)retry.after\D+30")

    def nobody_listens(self, **how):
        port = self.free_port()
        run = self.sipping(f"127.0.0.1:{port}", "-c", "5", "-I", "40", "-t", "200", code=1, **how)
        rows = self.rows(self.folder / f"sipping-logs/127.0.0.1_{port}.csv")
        self.check_books(rows)
        attempts = [row for row in rows if row["kind"] in DROPS]
        self.assertEqual([row["kind"] for row in attempts], ["icmp"] * 5)
        for row in attempts:
            self.assertEqual(details(row)["icmp"], "port-unreachable")
            self.assertEqual(details(row)["icmp_from"], "127.0.0.1")
        self.assertIn("port-unreachable", run.out.replace(" ", "-"))

    def hurts_no_other_target(self, **how):
        peer = self.peer()
        port = self.free_port()
        self.sipping(f"127.0.0.1:{port}", f"127.0.0.1:{peer.port}", "-c", "40", "-I", "20",
                     "-t", "200", "--ports", "8", code=1, **how)
        self.assertEqual(self.count_kinds(self.probes(peer, 40)), {"reply": 40})

    def test_nobody_listens(self):
        self.nobody_listens()

    def test_nobody_listens_without_a_raw_socket(self):
        self.nobody_listens(wrapper=NO_RAW)

    def test_an_icmp_error_hurts_no_other_target(self):
        self.hurts_no_other_target()

    def test_an_icmp_error_hurts_no_other_target_without_a_raw_socket(self):
        self.hurts_no_other_target(wrapper=NO_RAW)


globals().update(both(Answers))
del Answers

if __name__ == "__main__":
    unittest.main()
