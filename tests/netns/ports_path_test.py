"""`sipping ports HOST`: how many ports the path carries, against NATs whose size is known."""

import json
import signal
import threading
import time
import unittest

from kamailio import pike
from lab import CLIENT, NAT_OUTSIDE, SECOND_OUTSIDE, SERVER, LabCase


class MostMappings(threading.Thread):
    """The highest count of the NAT's mappings while a run goes on: they are forgotten soon."""

    def __init__(self, lab):
        super().__init__()
        self.lab, self.most, self.ended = lab, 0, threading.Event()

    def run(self):
        while not self.ended.wait(0.05):
            self.most = max(self.most, self.lab.mappings())

    def stop(self):
        self.ended.set()
        self.join()
        return self.most


class PortsPath(LabCase):
    def begin(self, *arguments):
        return self.in_client("ports", SERVER, "--json", "--mine", "-w", "ports.csv", *arguments)

    def end(self, run, codes=(0,)):
        """What it found. One object is all there is on stdout."""
        run.wait(120)
        self.assertIn(run.code, codes, run)
        lines = run.out.splitlines()
        self.assertEqual(len(lines), 1, run)
        found = json.loads(lines[0])
        self.assertEqual(found["command"], "ports")
        self.assertEqual(found["address"], f"{SERVER}:5060")
        self.assertLessEqual(found["ports_answered"], found["ports_tried"])
        self.assertTrue(found["text"])
        return found

    def ports(self, *arguments, codes=(0,)):
        return self.end(self.begin(*arguments), codes)

    def check_rows(self, found):
        """As many ports have an answer in the CSV as it says, give or take the canary's."""
        rows = self.rows(self.folder / "ports.csv")
        self.check_books(rows)
        answered = {row["source_port"] for row in rows if row["kind"] in ("reply", "late")}
        self.assertAlmostEqual(len(answered), found["ports_answered"], delta=1)

    def check_limit(self, size, *arguments):
        self.far_end()
        self.lab.nat_to(10000, 10000 + size - 1)
        mappings = MostMappings(self.lab)
        mappings.start()
        try:
            found = self.ports(*arguments)
        finally:
            most = mappings.stop()
        self.assertEqual(found["verdict"], "limit", found)
        self.assertAlmostEqual(found["ports_answered"], size, delta=0.02 * size, msg=found)
        self.assertAlmostEqual(found["ports_answered"], most, delta=0.02 * size, msg=found)
        self.assertIs(found["keeps_ports"], False)
        self.assertEqual(found["public_addresses"], [NAT_OUTSIDE])
        self.check_rows(found)

    def test_256_ports(self):
        self.check_limit(256, "--max", "400", "--rate", "100")

    def test_1000_ports(self):
        self.check_limit(1000, "--max", "1300", "--rate", "300")

    def test_5000_ports(self):
        """The edge is soft: the kernel tries 240 ports at most, so that some new ones fall silent
        from 4,400 mappings on, and only past 5,000 all do."""
        self.check_limit(5000, "--max", "6000", "--rate", "600")

    def test_no_nat_no_limit(self):
        self.far_end()
        found = self.ports("--max", "400", "--rate", "200")
        self.assertEqual(found["verdict"], "no-limit", found)
        self.assertEqual((found["ports_answered"], found["ports_tried"]), (400, 400))
        self.assertIn("no limit found up to 400", found["text"])
        self.assertIs(found["keeps_ports"], True)
        self.assertEqual(found["public_addresses"], [CLIENT])
        self.check_rows(found)

    def test_a_nat_that_is_larger_is_no_limit(self):
        self.far_end()
        self.lab.nat_to(10000, 10999)
        found = self.ports("--max", "400", "--rate", "200")
        self.assertEqual(found["verdict"], "no-limit", found)
        self.assertEqual(found["ports_answered"], 400)
        self.assertIs(found["keeps_ports"], False)

    def test_two_public_addresses(self):
        self.far_end()
        self.lab.masquerade_to_addresses()
        found = self.ports("--max", "60", "--rate", "50")
        self.assertEqual(sorted(found["public_addresses"]), [NAT_OUTSIDE, SECOND_OUTSIDE])

    def test_a_rate_too_low_claims_no_more_than_can_be_seen(self):
        """50 a second and 4 s: never more than 200 mappings, so the limit of 256 is not seen."""
        self.far_end()
        self.lab.nat_to(10000, 10255)
        self.lab.mapping_time(4)
        found = self.ports("--max", "400", "--rate", "50", "--mapping-time", "4s", codes=(0, 1))
        self.assertEqual(found["ports_visible"], 200, found)
        self.assertNotEqual(found["verdict"], "limit", found)
        self.assertRegex(found["text"], r"\b200\b")
        self.assertNotRegex(found["text"], "up to (?!200)[0-9]")

    def test_pike_is_a_ban_and_no_limit(self):
        self.kamailio(pike(100))
        found = self.ports("--max", "600", "--rate", "200", codes=(0, 1))
        self.assertEqual(found["verdict"], "banned", found)
        self.assertIn("looks banned", found["text"])
        self.assertNotIn("carries", found["text"])

    def stop_the_far_end_meanwhile(self, number):
        far = self.far_end()
        run = self.begin("--max", "800", "--rate", "200")
        time.sleep(2)
        if run.process.poll() is not None:
            self.fail(f"it has ended: {run.wait(1)}")
        far.signal(number)
        found = self.end(run, codes=(0, 1))
        self.assertIn(found["verdict"], ("outage", "banned"), found)
        self.assertLess(found["ports_answered"], 800)

    def test_a_far_end_that_dies_is_no_limit(self):
        self.stop_the_far_end_meanwhile(signal.SIGKILL)

    def test_a_far_end_that_falls_silent_is_no_limit(self):
        self.stop_the_far_end_meanwhile(signal.SIGSTOP)

    def test_a_closed_port_is_no_silence(self):
        found = self.ports("--max", "40", "--rate", "40", "-t", "200", codes=(1,))
        self.assertEqual((found["verdict"], found["ports_answered"]), ("no-answer", 0), found)
        self.assertGreaterEqual(found["icmp_errors"], 1, found)
        self.assertIn("port-unreachable", found["text"])

    def test_prose_says_the_same(self):
        self.far_end()
        run = self.in_client("ports", SERVER, "--max", "60", "--rate", "50", "-w", "*").wait(60)
        self.assertEqual(run.code, 0, run)
        self.assertIn("no limit found up to 60", run.out)
        self.assertNotIn("{", run.out)


class Refused(LabCase):
    def test_more_than_50_a_second_needs_mine(self):
        self.check_refused("ports", SERVER, "--rate", "51", names="--mine",
                           wrapper=self.lab.command(self.lab.client))


if __name__ == "__main__":
    unittest.main()
