"""The wall clock is set, forwards and backwards, while probes are out. It happens to the program
alone (clock_shim.cpp), over epoll: io_uring gets its stamps without asking the C library."""

import os
import signal
import struct
import time
import unittest

from support import SippingCase

HOUR_NS = 3600 * 10 ** 9


class Clock(SippingCase):
    def test_set_by_an_hour_and_back_by_two(self):
        step = self.folder / "step"
        step.write_bytes(struct.pack("=qqq", 2 ** 62, 0, 0))
        peer = self.peer(delay_ms=30)
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "10", "-t", "300", "-q", "--mine",
                         "--io", "epoll", "-w", "log.csv",
                         env={"LD_PRELOAD": os.environ["CLOCK_SHIM"], "CLOCK_STEP": str(step)})
        began = time.monotonic()
        for before_ns, by_ns in ((0, HOUR_NS), (HOUR_NS, -HOUR_NS)):
            self.assertTrue(peer.wait_for(len(peer.requests) + 60))
            # It does not look for a moment, so that answers wait across the step.
            run.signal(signal.SIGSTOP)
            time.sleep(0.03)
            with open(step, "r+b") as file:
                file.write(struct.pack("=qqq", time.time_ns(), by_ns, before_ns))
            time.sleep(0.03)
            run.signal(signal.SIGCONT)
        self.assertTrue(peer.wait_for(len(peer.requests) + 60))
        self.finish(run)
        lasted = time.monotonic() - began
        rows = self.rows(self.folder / "log.csv")
        self.check_books(rows)
        probes = [row for row in rows if row["kind"] != "gap"]
        self.assertEqual({row["kind"] for row in probes}, {"reply"}, "somebody was accused")
        self.assertEqual(len(probes), len(peer.requests))
        latency = [float(row["latency"]) for row in probes]
        self.assertGreater(min(latency), 25)
        self.assertLess(max(latency), 250, "an hour got into a latency")
        # The rows carry the clock that people saw; what crossed a step has our own times.
        when = [float(row["timestamp"]) for row in probes]
        jumps = [after - before for before, after in zip(when, when[1:])
                 if abs(after - before) > 60]
        self.assertEqual(len(jumps), 2, jumps)
        self.assertAlmostEqual(jumps[0], 3600, delta=1)
        self.assertAlmostEqual(jumps[1], -7200, delta=1)
        touched = [row for row in probes if "rx=user" in row["detail"]]
        self.assertTrue(1 <= len(touched) <= 40, len(touched))
        self.assertLess(len(probes), lasted / 0.01 + 5, "a burst made up for it")
        self.assertIn("clock", run.out)
        print(f"set by +1 h and -2 h: {len(probes)} of {len(probes)} answered, latency "
              f"{min(latency):.1f} to {max(latency):.1f} ms, {len(touched)} rows say rx=user")


if __name__ == "__main__":
    unittest.main()
