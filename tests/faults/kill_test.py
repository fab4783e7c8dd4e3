"""kill -9 at random moments, again and again, into the same log: every file holds whole lines, no
row is missing whose probe ended more than a second before, and the next start goes on cleanly.

--kills=N says how often (20); --seed=N makes a run come again."""

import collections
import random
import subprocess
import time
import unittest

from support import SippingCase, details, option, read_csv

KILLS = option("kills", 20)
SEED = option("seed", random.SystemRandom().randrange(1 << 32))
ANSWERED_AFTER_S = 0.2  # the peer's answer must reach a prober on a busy box
PROMISE_S = 1.0


class Killed(SippingCase):
    """Half of the runs on io_uring, half on epoll; a run in three rotates and compresses."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.seen = {}    # Call-ID -> when the peer answered it
        self.repeated = set()
        self.due = set()  # those that must be in the logs
        self.begun = 0    # runs whose `start` row must be there, too

    def one_life(self, peers, number):
        arguments = [f"127.0.0.1:{peer.port}" for peer in peers]
        arguments += ["-I", "10", "-t", "500", "-q", "--mine", "-w", "log.csv",
                      "--io", ("uring", "epoll")[number % 2]]
        if number % 3 == 2:
            arguments[arguments.index("log.csv")] = "dated.csv"
            arguments += ["--rotate", "1s", "--compress"]
        before = [len(peer.requests) for peer in peers]
        run = self.start(*arguments)
        time.sleep(self.random.uniform(0.05, 2.5))
        killed = time.time()
        run.process.kill()
        run.process.wait()
        due_before = len(self.due)
        for peer, count in zip(peers, before):
            for request in peer.requests[count:]:
                # No run repeats one, but of 50,000 in 200 runs two may well be the same.
                if request.call_id in self.seen:
                    self.repeated.add(request.call_id)
                self.seen[request.call_id] = request.at
                if request.at + ANSWERED_AFTER_S < killed - PROMISE_S:
                    self.due.add(request.call_id)
        self.begun += len(self.due) > due_before
        self.assertEqual(run.process.returncode, -9, "it had ended by itself")

    def files(self):
        """All logs as CSV: where both FILE and FILE.zst are there, the kill came in between."""
        for path in sorted(self.folder.glob("dated.*.csv.zst")):
            plain = path.with_suffix("")
            if not plain.exists():
                subprocess.run(["zstd", "-q", "-d", "--rm", path], check=True, timeout=60)
        return [self.folder / "log.csv", *sorted(self.folder.glob("dated.*.csv"))]

    def test_kill_9_at_any_moment(self):
        peers = [self.peer(delay_ms=5), self.peer(delay_ms=5)]
        for number in range(KILLS):
            with self.subTest(kill=number, seed=SEED):
                self.one_life(peers, number)
                log = self.folder / "log.csv"
                if number % 3 != 2 and log.exists() and log.stat().st_size > 0:
                    read_csv(log)
        # Killed between the creation of a file and its header, it has no line, which is whole, too.
        files = [path for path in self.files() if path.exists() and path.stat().st_size > 0]
        rows = [row for path in files for row in read_csv(path)
                if row["callid"] not in self.repeated]
        self.assertLess(len(self.repeated), 5, self.repeated)
        self.due -= self.repeated
        self.check_books(rows)  # a second header would be a row of no kind
        logged = collections.Counter(row["callid"] for row in rows if row["kind"] == "reply")
        self.assertEqual([one for one, count in logged.items() if count > 1], [])
        self.assertFalse(set(logged) - set(self.seen), "rows of probes nobody saw")
        missing = self.due - set(logged)
        self.assertFalse(missing, f"{len(missing)} of {len(self.due)} rows, seed {SEED}")
        self.assertGreater(len(self.due), KILLS * 20, "too little was due to prove anything")
        # Whoever reads the log sees that nobody probed between two runs: a start without a stop.
        marks = [details(row)["reason"] for row in rows if row["kind"] == "gap"]
        self.assertNotIn("stop", marks)
        self.assertTrue(self.begun <= marks.count("start") <= KILLS, (self.begun, marks))
        print(f"{KILLS} kills, seed {SEED}: {len(self.seen)} probes answered, {len(self.due)} of "
              f"them more than {PROMISE_S} s before the kill, {len(logged)} in the logs, 0 missing")


if __name__ == "__main__":
    unittest.main()
