"""-I, -c, --duration, --rate, --flood --window, --mine: how many probes, and when."""

import sys
import time
import unittest

from support import ROOT, SippingCase, final_table

ALONE = (sys.executable, str(ROOT / "tests/alone.py"))  # a network with nothing but loopback
ELSEWHERE = "192.0.2.1"


class Pace(SippingCase):
    def test_open_loop_whatever_the_answers_do(self):
        peer = self.peer(silent=True)
        self.ping(peer, "-c", "20", "-I", "25", "-t", "400", code=1)
        times = [float(row["timestamp"]) for row in self.probes(peer, 20)]
        self.assertAlmostEqual(max(times) - min(times), 19 * 0.025, delta=0.05)

    def test_every_probe_leaves_at_its_time(self):
        peer = self.peer()
        self.ping(peer, "-c", "50", "-I", "20")
        times = sorted(float(row["timestamp"]) for row in self.probes(peer, 50))
        late = [abs(at - times[0] - 0.02 * i) for i, at in enumerate(times)]
        self.assertLess(sorted(late)[25], 0.003, "half of them are off by more than 3 ms")

    def test_decimals_and_units(self):
        for interval in ("12.5", "12.5ms", "12500us", "0.0125s"):
            with self.subTest(interval=interval):
                peer = self.peer()
                self.ping(peer, "-c", "17", "-I", interval)
                times = [float(row["timestamp"]) for row in self.probes(peer, 17)]
                self.assertAlmostEqual(max(times) - min(times), 0.2, delta=0.04)

    def test_count_is_per_target(self):
        peers = [self.peer() for _ in range(3)]
        self.sipping(*(f"127.0.0.1:{peer.port}" for peer in peers), "-c", "7", "-I", "20")
        for peer in peers:
            self.assertEqual(len(peer.requests), 7)
            self.probes(peer, 7)

    def test_duration(self):
        for text in ("1s", "1000ms"):
            peer = self.peer()
            run = self.ping(peer, "-I", "50", "--duration", text)
            self.assertAlmostEqual(run.seconds, 1.0, delta=0.5)
            self.assertTrue(19 <= len(peer.requests) <= 21, len(peer.requests))
            self.probes(peer, len(peer.requests))

    def test_rate_is_for_all_targets_together(self):
        peers = [self.peer() for _ in range(4)]
        self.sipping(*(f"127.0.0.1:{peer.port}" for peer in peers), "--rate", "40",
                     "--duration", "2s")
        counts = [len(peer.requests) for peer in peers]
        self.assertTrue(76 <= sum(counts) <= 84, counts)
        self.assertLessEqual(max(counts) - min(counts), 2)

    def test_flood_keeps_a_window(self):
        peer = self.peer(delay_ms=20)
        self.ping(peer, "--flood", "--window", "8", "--duration", "1s")
        count = len(peer.requests)
        self.assertTrue(150 <= count <= 420, count)  # 8 each 20 ms: 400 at most
        self.assertEqual(self.count_kinds(self.probes(peer)), {"reply": count})

    def test_flood_waits_for_the_silent(self):
        peer = self.peer(silent=True)
        self.ping(peer, "--flood", "--window", "4", "-c", "12", "-t", "100", code=1)
        self.assertEqual(self.count_kinds(self.probes(peer)), {"timeout": 12})

    def test_a_target_of_1000_a_second(self):
        peer = self.peer()
        self.ping(peer, "-c", "1500", "-I", "1")
        rows = self.probes(peer)
        self.assertGreater(len(rows), 1300)
        self.assertGreater(self.count_kinds(rows)["reply"], 0.99 * len(rows))

    def test_end_waits_for_the_last_answer_only(self):
        peer = self.peer(delay_ms=50)
        start = time.monotonic()
        self.ping(peer, "-c", "3", "-I", "50", "-t", "5000")
        self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(self.count_kinds(self.probes(peer, 3)), {"reply": 3})


class Mine(SippingCase):
    """All of these run where nothing but loopback can be reached."""

    def test_more_than_50_a_second_elsewhere_needs_mine(self):
        for pace in (("-I", "19"), ("-I", "0.5"), ("--rate", "51"), ("--flood",)):
            with self.subTest(pace=pace):
                self.check_refused(ELSEWHERE, "-c", "1", *pace, names=["--mine", ELSEWHERE],
                                   wrapper=ALONE)

    def test_with_mine_it_goes_on(self):
        run = self.sipping(ELSEWHERE, "-c", "3", "-I", "10", "-t", "100", "--mine", code=1,
                           wrapper=ALONE)
        self.assertNotIn("--mine", run.err)

    def test_the_dry_run_says_the_same(self):
        self.check_refused(ELSEWHERE, "-I", "1", "--dry-run", names="--mine", wrapper=ALONE)

    def test_loopback_is_ours(self):
        self.ping(self.peer(), "-c", "20", "-I", "1")

    def test_more_than_5_a_second_prints_a_note(self):
        run = self.sipping(ELSEWHERE, "-c", "1", "-I", "100", "-t", "50", code=1, wrapper=ALONE)
        self.assertRegex(run.out + run.err, r"(?i)\bban")
        run = self.sipping(ELSEWHERE, "-c", "1", "-I", "500", "-t", "50", code=1, wrapper=ALONE)
        self.assertNotRegex(run.out + run.err, r"(?i)\bban")

    def test_one_loss_on_one_port_is_no_ban(self):
        """With fewer ports than losses it takes for a silence, each loss was called one."""
        peer = self.peer(drop_every=7)
        run = self.ping(peer, "-c", "40", "-I", "20", "-t", "50", "--ports", "1")
        self.assertEqual(self.count_kinds(self.probes(peer))["timeout"], 5)
        self.assertNotIn("rate-limited", run.out + run.err)

    def test_ports_return_by_the_pool_of_their_own_family(self):
        v4, v6 = self.peer(), self.peer("::1")
        run = self.sipping(f"127.0.0.1:{v4.port}", f"[::1]:{v6.port}", "-c", "1", "-I", "100",
                           "--ports", "50")
        self.assertIn("again for a target after 5.0 s", run.out)

    def test_what_the_kernel_refuses_is_a_send_error(self):
        run = self.sipping(ELSEWHERE, "-c", "2", "-I", "100", "-t", "50", code=1, wrapper=ALONE)
        rows = self.rows(self.folder / "sipping-logs" / f"{ELSEWHERE}.csv")
        self.check_books(rows)
        errors = [row for row in rows if row["kind"] == "send-error"]
        self.assertEqual([row["detail"] for row in errors], ["errno=ENETUNREACH"] * 2)
        self.assertEqual(final_table(run.out)[ELSEWHERE]["sent"], "0", run)


if __name__ == "__main__":
    unittest.main()
