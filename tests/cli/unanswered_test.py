"""Who does not answer, but is not silent: a closed port, what cannot be read. It is told."""

import json
import re
import signal
import socket
import time
import unittest

from support import SippingCase

ICMP = r"(?m)^! \(.*\) ICMP port-unreachable from 127\.0\.0\.1 for 127\.0\.0\.1:\d+ \[id: \d+\]"


class Unanswered(SippingCase):
    def closed(self):
        """A port that nobody has, nor will have: the kernel gives none below 32768 by itself."""
        for port in range(21000, 32000):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                try:
                    one.bind(("127.0.0.1", port))
                    return f"127.0.0.1:{port}"
                except OSError:
                    continue
        return self.fail("no free port")

    def test_quiet_tells_the_first_icmp_error_and_the_last_with_their_number(self):
        run = self.sipping(self.closed(), "-c", "12", "-I", "50", "-t", "100", "-q", "-S", code=1)
        lines = re.findall(ICMP + r"(.*)$", run.out)
        self.assertEqual(len(lines), 2, run)
        self.assertEqual(lines[0], "")
        self.assertRegex(lines[1], r"^, the last of \d+$")

    def test_a_second_ctrl_c_keeps_the_icmp_error(self):
        run = self.start(self.closed(), "-I", "100", "-t", "20s")
        deadline = time.monotonic() + 15
        while "ICMP port-unreachable" not in run.out_so_far() and time.monotonic() < deadline:
            time.sleep(0.02)
        run.signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(run.process.poll(), "the first one did not wait")
        self.finish(run, code=1)
        self.assertRegex(run.out, r"(?m)^\? .* Ended while waiting .* \(ICMP port-unreachable ")

    def test_that_nothing_was_lost_is_said(self):
        peer = self.peer()
        run = self.ping(peer, "-c", "3", "-I", "50")
        self.assertIn("\nNothing was lost.\n", run.out)
        self.assertNotIn("Nothing on this side", run.out)

    def test_stress_and_ports_say_what_came(self):
        for command in (("stress", "--rate", "5..10", "--steps", "2"), ("ports",)):
            with self.subTest(command=command[0]):
                run = self.sipping(*command[:1], self.closed(), *command[1:], "-t", "200", code=1)
                self.assertRegex(run.out, r"Nothing that came from .* was an answer.*"
                                          r" ICMP errors named \d+ probes \(the last: "
                                          r"port-unreachable from 127\.0\.0\.1\)")
                peer = self.peer(garbage=("text",), delay_ms=60000)
                run = self.sipping(*command[:1], f"127.0.0.1:{peer.port}", *command[1:], "-t",
                                   "200", "--json", code=1)
                verdict = json.loads(run.out.splitlines()[-1])
                self.assertGreaterEqual(verdict["unread"], 3)
                self.assertIn("Its host sent something else", verdict["text"])


if __name__ == "__main__":
    unittest.main()
