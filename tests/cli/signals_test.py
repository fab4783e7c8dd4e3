"""SIGINT once and twice, SIGTERM, SIGQUIT, SIGHUP."""

import signal
import time
import unittest

from support import SippingCase, final_table, read_csv


class Signals(SippingCase):
    def running(self, peer, *arguments, after=5):
        run = self.start(f"127.0.0.1:{peer.port}", *arguments)
        self.assertTrue(peer.wait_for(after), "no probes came")
        return run

    def test_sigint_waits_for_answers_still_due(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                peer = self.peer(delay_ms=400)
                run = self.running(peer, "-I", "50", "-t", "2000", after=10)
                self.finish(run, number)
                time.sleep(0.1)
                count = len(peer.requests)
                self.assertEqual(self.count_kinds(self.probes(peer)), {"reply": count})
                self.check_table(run, peer, sent=count, received=count, lost=0)

    def test_sigint_waits_one_timeout_at_most(self):
        peer = self.peer(silent=True)
        run = self.running(peer, "-I", "50", "-t", "600")
        begin = time.monotonic()
        self.finish(run, code=1)
        self.assertAlmostEqual(time.monotonic() - begin, 0.6, delta=0.35)
        self.assertEqual(set(self.count_kinds(self.probes(peer))), {"timeout"})

    def test_second_sigint_leaves_at_once(self):
        peer = self.peer(delays={1: 0, 2: 0}, delay_ms=20000)
        run = self.running(peer, "-I", "50", "-t", "10000", after=6)
        run.signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(run.process.poll(), "the first one did not wait")
        begin = time.monotonic()
        self.finish(run)
        self.assertLess(time.monotonic() - begin, 1.0)
        count = len(peer.requests)
        self.assertEqual(self.count_kinds(self.probes(peer)), {"reply": 2, "pending": count - 2})
        self.check_table(run, peer, sent=count, received=2, lost=0)

    def test_sigquit_prints_the_table_and_goes_on(self):
        peer = self.peer()
        run = self.running(peer, "-I", "60")
        run.signal(signal.SIGQUIT)
        seen = len(peer.requests)
        self.assertTrue(peer.wait_for(seen + 5), "probing ended")
        table = final_table(run.out_so_far())
        self.assertEqual(len(table), 1)
        self.finish(run)
        self.assertGreaterEqual(run.out.lower().count("received"), 2, "no second table at the end")

    def test_sighup_reopens_the_log(self):
        peer = self.peer()
        run = self.running(peer, "-I", "50")
        log = self.log_path(peer)
        old = log.with_suffix(".1")
        deadline = time.monotonic() + 3
        while not log.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        log.rename(old)
        run.signal(signal.SIGHUP)
        self.assertTrue(peer.wait_for(len(peer.requests) + 10))
        self.finish(run)
        before, after = read_csv(old), read_csv(log)
        ids = [row["callid"] for row in before + after if row["kind"] == "reply"]
        self.assertEqual(sorted(ids), sorted(seen.call_id for seen in peer.requests))
        self.assertGreaterEqual(len(after), 9)

    def test_a_prober_that_was_stopped_accuses_nobody(self):
        peer = self.peer(delay_ms=30)
        run = self.running(peer, "-I", "50", "-t", "300", after=10)
        run.signal(signal.SIGSTOP)
        time.sleep(1.0)
        run.signal(signal.SIGCONT)
        self.assertTrue(peer.wait_for(len(peer.requests) + 5))
        self.finish(run)
        self.assertEqual(set(self.count_kinds(self.probes(peer))), {"reply"})
        gaps = [row["detail"] for row in self.rows(peer) if row["kind"] == "gap"]
        self.assertRegex(" ".join(gaps), "reason=(stall|skipped)")
        self.assertLess(len(peer.requests), 60, "skipped probes were sent as a burst")


if __name__ == "__main__":
    unittest.main()
