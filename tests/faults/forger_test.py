"""An attacker beside the path: forged answers with guessed identities, or requests, from the very
address and port asked to the very ports used, 20,000 a second, while a prober runs."""

import os
import statistics
import subprocess
import sys
import time
import unittest

import sip_message
from hostile import HostileCase, ROOT
from support import details

RATE = 20_000
SECONDS = float(os.environ.get("SIPPING_FORGER_SECONDS", "3"))
PORTS = 64
BLAMED = {"rx-drop", "stall"}  # what a busy box may do to us, if it is said


class Forger(HostileCase):
    def run_beside_a_forger(self, io, what="answers"):
        peer = self.script_peer(lambda peer, _, request: peer.socket.sendto(
            sip_message.answer(request), request.source))
        low = self.free_port()
        run = self.start(f"{peer.address}:{peer.port}", "-I", 10,
                         "-t", 1000, "-q", "--ports", PORTS,
                         "--port-range", f"{low}-{low + 4 * PORTS}", "--io", io)
        while len(peer.requests) < PORTS and run.process.poll() is None:
            time.sleep(0.01)
        # The ports are seen by who can count: that they are known is the worst case.
        ports = {request.source[1] for request in peer.requests}
        forger = subprocess.run(
            [sys.executable, ROOT / "tests/faults/forger.py", what, peer.address, str(peer.port),
             "127.0.0.1", ",".join(map(str, ports)), str(RATE), str(SECONDS)],
            capture_output=True, text=True, timeout=SECONDS + 30, check=True)
        sent, not_sent = map(int, forger.stdout.split())
        self.finish(run)

        rows = self.rows(self.log_of(peer))
        self.check_books(rows)
        attempts = [row for row in rows if row["kind"] not in ("gap", "unread")]
        told = [row for row in rows if row["kind"] == "unread"]
        self.assertLessEqual(len(told), 11 * (SECONDS + 4), "a forger fills the log")
        self.assertEqual(len(attempts), len(peer.requests))
        for row in attempts:
            blame = set(details(row).get("self", "").split(",")) & BLAMED
            if row["kind"] != "reply":
                self.assertTrue(row["kind"] == "timeout" and blame, row)
            self.assertNotIn("mangled", details(row))
            self.assertNotIn("retry_after", details(row))
        replies = [row for row in attempts if row["kind"] == "reply"]
        self.assertGreater(len(replies), 0.9 * len(attempts))
        # A forged answer would come at once: none of the times is made of one, nor spoiled by one.
        times = [float(row["latency"]) for row in replies]
        self.assertTrue(0.01 < statistics.median(times) < 20, statistics.median(times))
        foreign = self.received_count(run, "responses to no probe of ours" if what == "answers"
                                      else "requests")
        lost = self.received_count(run, "datagrams lost in our receive queues")
        print(f"{io}: {sent} forged {what}, {not_sent} not sent in time, {foreign} counted, "
              f"{lost} lost, "
              f"{len(replies)} of {len(attempts)} replies, median "
              f"{statistics.median(times):.3f} ms")
        self.assertGreater(sent, RATE * SECONDS / 4, "the box is too busy for this test")
        self.assertLessEqual(foreign, sent)
        if len(replies) == len(attempts) and lost == 0:
            self.assertEqual(foreign, sent)

    def test_on_uring(self):
        self.run_beside_a_forger("uring")

    def test_on_epoll(self):
        self.run_beside_a_forger("epoll")

    def test_requests(self):
        """Each is answered, or only counted when too many wait; no probe is late for them."""
        self.run_beside_a_forger("auto", "requests")


if __name__ == "__main__":
    unittest.main()
