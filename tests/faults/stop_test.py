"""SIGSTOP and SIGCONT: a process that does not run accuses nobody and makes up for nothing.

--seconds=N says for how long (2)."""

import signal
import time
import unittest

from support import SippingCase, details, option

STOP_S = option("seconds", 2)
INTERVAL_S = 0.02


class Stopped(SippingCase):
    def test_stopped_and_continued(self):
        for how in ("uring", "epoll"):
            with self.subTest(io=how):
                self.stop_and_continue(how)

    def stop_and_continue(self, how):
        # Answers come 60 ms later: three or four probes are out when it is stopped, and what
        # answers them comes to a process that does not look.
        peer = self.peer(delay_ms=60)
        losing = self.peer(delay_ms=60, drop_every=2)
        run = self.start(f"127.0.0.1:{peer.port}", f"127.0.0.1:{losing.port}", "-I",
                         INTERVAL_S * 1000, "-t", "400", "-v", "--io", how)
        self.assertTrue(peer.wait_for(50))
        run.signal(signal.SIGSTOP)
        stopped = time.time()
        time.sleep(STOP_S)
        continued = time.time()
        run.signal(signal.SIGCONT)
        self.assertTrue(peer.wait_for(len(peer.requests) + 50))
        self.finish(run)
        rows = self.rows(peer)
        self.check_books(rows, peer)
        probes = [row for row in rows if row["kind"] != "gap"]
        self.assertEqual({row["kind"] for row in probes}, {"reply"}, "somebody was accused")
        self.assertNotIn("DOWN", run.out)
        # Kernel stamps: what came while it was stopped took 60 ms, not the time of the stop.
        self.assertLess(max(float(row["latency"]) for row in probes), 200)
        out = [row for row in probes if stopped - 0.06 < float(row["timestamp"]) < stopped]
        self.assertGreaterEqual(len(out), 1, "no probe was out when it was stopped")

        gap, = (row for row in rows if "reason=stall" in row["detail"])
        told = details(gap)
        self.assertLess(abs(float(told["from"]) - stopped), 0.3, gap)
        self.assertLess(abs(float(told["until"]) - continued), 0.3, gap)
        self.assertLess(abs(int(told["count"]) - STOP_S / INTERVAL_S), 0.3 / INTERVAL_S, gap)

        self.check_losses(self.rows(losing), stopped, continued)
        # No burst: after it probes keep to the grid that they had before.
        sent = sorted(float(row["timestamp"]) for row in probes)
        during = [at for at in sent if stopped + 0.05 < at < continued - 0.05]
        self.assertEqual(during, [])
        after = [at for at in sent if at >= continued - 0.05]
        pairs = [b - a for a, b in zip(after, after[1:])]
        self.assertLess(sum(pair < INTERVAL_S / 4 for pair in pairs), 3, "a burst")
        self.assertLess(len(after), (sent[-1] - continued) / INTERVAL_S + 3)

    def check_losses(self, rows, stopped, continued):
        """Those of a target that answers every second probe: what was out when the process was
        stopped is perhaps its own loss, what had ended before and began after is not."""
        lost = [row for row in rows if row["kind"] == "timeout"]
        across = [row for row in lost if stopped - 0.3 < float(row["timestamp"]) < stopped - 0.02]
        self.assertGreater(len(across), 3)
        for row in across:
            self.assertIn("stall", details(row).get("self", ""), row)
        far = [row for row in lost if float(row["timestamp"]) < stopped - 0.6
               or float(row["timestamp"]) > continued + 0.3]
        self.assertGreater(len(far), 10)
        accused = [row for row in far if "stall" not in row["detail"]]
        self.assertGreater(len(accused), len(far) / 2, "everything was excused")


if __name__ == "__main__":
    unittest.main()
