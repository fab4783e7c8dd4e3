"""`sipping ports` without a host: what this box holds, what stops it, and the original played."""

import json
import os
import pathlib
import re
import socket
import sys
import time
import unittest

from support import ROOT, SippingCase

LOW = 12000  # below the ephemeral range and below the ports of SippingCase.free_port()
RANGE = ("--port-range", f"{LOW}-{LOW + 99}")
LEVELS = [10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 100]
SENTENCE = re.compile(
    r"This box holds ([\d,]+) source ports? at once, stopped by ([^.]*)\. With a timeout of "
    r"([\d.]+) s and a new port per probe that is ([\d,.]+) probes? a second; NATs and firewalls "
    r"that keep a mapping 30 s allow ([\d,.]+)\.")


def narrow(count):
    """A wrapper: a network namespace whose ephemeral range has `count` ports, none of them used."""
    user = () if os.geteuid() == 0 else ("--map-root-user",)
    script = (f"ip link set lo up; echo 40000 {40000 + count - 1} "
              '> /proc/sys/net/ipv4/ip_local_port_range; exec "$@"')
    return ("unshare", "--net", *user, "sh", "-ec", script, "sh")


def descriptors(soft, hard):
    return ("prlimit", f"--nofile={soft}:{hard}")


def number(text):
    return int(text.replace(",", ""))


class Ports(SippingCase):
    def measure(self, *arguments, **how):
        """The object of --json; its sentence and its figures must agree."""
        run = self.sipping("ports", "--json", *arguments, **how)
        self.assertEqual(run.out.count("\n"), 1, run)
        self.assertEqual(run.err, "", run)
        found = json.loads(run.out)
        if found["stopped_by"] != "interrupted":
            said = SENTENCE.fullmatch(found["text"])
            self.assertIsNotNone(said, found["text"])
            self.assertEqual(number(said[1]), found["ports"])
            self.assertEqual(float(said[5].replace(",", "")) // 1, found["ports"] // 30)
        self.assertEqual(found["levels"][-1]["sockets"], found["ports"])
        return found

    def hold(self, count):
        sockets = []
        for port in range(LOW, LOW + count):
            sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            self.addCleanup(sockets[-1].close)
            sockets[-1].bind(("127.0.0.1", port))
        return sockets


class Filling(Ports):
    def test_a_range_is_used_up_and_given_back(self):
        for _ in range(2):  # what the first run left open the second one would miss
            found = self.measure(*RANGE)
            self.assertEqual((found["ports"], found["stopped_by"]), (100, "port-range"))
            self.assertEqual([level["percent"] for level in found["levels"]], LEVELS)
            self.assertEqual([level["sockets"] for level in found["levels"]], LEVELS)
            self.assertEqual(sum(level["bind"]["calls"] for level in found["levels"]), 100)
        self.hold(100)

    def test_the_table(self):
        run = self.sipping("ports", *RANGE, "-t", "500")
        lines = run.out.splitlines()
        self.assertEqual(lines[0], "Source ports of this box, IPv4")
        self.assertEqual(re.split(r"\s{2,}", lines[1].strip()),
                         ["fill", "sockets", "bind p50 us", "bind p99 us", "port 0 p50 us",
                          "port 0 p99 us", "port 0 refused", "bytes a socket"])
        rows = [line.split() for line in lines[2:15]]
        self.assertEqual([row[:3] for row in rows],
                         [[str(level), "%", str(level)] for level in LEVELS])
        self.assertEqual({len(line) for line in lines[1:15]}, {len(lines[1])}, "not aligned")
        for row in rows:
            self.assertLess(0, float(row[3]))
            self.assertLessEqual(float(row[3]), float(row[4]))
        self.assertIn(f"port range      {LOW}-{LOW + 99} (--port-range): 100 ports, 0 reserved, "
                      "0 held by others, 0 left free", run.out)
        self.assertIn(
            "This box holds 100 source ports at once, stopped by the port range. With a timeout of "
            "0.5 s and a new port per probe that is 200 probes a second; NATs and firewalls that "
            "keep a mapping 30 s allow 3.33.\n", run.out)
        self.assertNotIn("\x1b", run.out + run.err)
        self.assertEqual(run.err, "")

    def test_ports_of_others_are_counted_and_left_alone(self):
        self.hold(7)
        found = self.measure(*RANGE)
        self.assertEqual(found["limits"]["port_range"]["held_by_others"], 7)
        self.assertEqual(found["ports"], 93)
        elsewhere = self.measure(*RANGE, "--bind", "127.0.0.2")
        self.assertEqual(elsewhere["limits"]["port_range"]["held_by_others"], 0)
        self.assertEqual((elsewhere["ports"], elsewhere["bind"]), (100, "127.0.0.2"))

    def test_ipv6(self):
        found = self.measure(*RANGE, "-6")
        self.assertEqual((found["ports"], found["family"]), (100, "IPv6"))

    def test_descriptors_are_what_stops_it(self):
        found = self.measure(wrapper=descriptors(50, 300))
        limit = found["limits"]["rlimit_nofile"]
        self.assertEqual((limit["soft"], limit["hard"], limit["used"]), (50, 300, 300))
        self.assertEqual((found["stopped_by"], found["errno"]), ("rlimit-nofile", "EMFILE"))
        self.assertEqual(found["ports"] + limit["open_before"], 300)
        self.assertLess(limit["open_before"], 8)
        self.assertTrue(all(level["bind_port_0"]["refused"] == 0 for level in found["levels"]),
                        "a sample found no descriptor")
        self.assertEqual(found["levels"][-1]["percent"], 100)

    def test_the_table_of_the_ring(self):
        table = self.measure(*RANGE)["limits"]["io_uring"]
        self.assertEqual(table, {"refused": None, "table": 100, "table_refused": None})
        self.assertIsNone(self.measure(*RANGE, "--io", "epoll")["limits"]["io_uring"])
        without = (sys.executable, str(ROOT / "tests/no_uring.py"))
        run = self.sipping("ports", *RANGE, wrapper=without)
        self.assertRegex(run.out, r"io_uring table  .*io_uring.*; sipping would use epoll\n")
        self.check_refused("ports", *RANGE, "--io", "uring", wrapper=without, names="io_uring",
                           code=4)

    def test_ctrl_c_ends_it_with_what_is_known(self):
        early = ("env", "--block-signal=INT", "sh", "-c", 'kill -INT $$; exec "$@"', "sh")
        found = self.measure("--port-range", f"{LOW}-{LOW + 999}", wrapper=early)
        self.assertEqual(found["stopped_by"], "interrupted")
        self.assertLess(found["ports"], 999)
        self.assertIn(f"at least {found['ports']} source ports", found["text"])

    def test_nothing_can_be_opened(self):
        self.hold(1)
        self.check_refused("ports", "--port-range", f"{LOW}-{LOW}", names=str(LOW), code=4)
        self.check_refused("ports", "--bind", "192.0.2.1", names="192.0.2.1", code=4)


class Narrow(Ports):
    """With a kernel's range of 300 ports."""

    def test_64_ports_stay_free(self):
        found = self.measure(wrapper=narrow(300))
        self.assertEqual((found["ports"], found["stopped_by"]), (236, "port-range"))
        self.assertEqual(found["limits"]["port_range"]["left_free"], 64)
        self.assertIn("(64 more are left to other programs; --exhaust takes them too)",
                      found["text"])

    def test_exhaust_takes_all(self):
        found = self.measure("--exhaust", wrapper=narrow(300))
        self.assertEqual((found["ports"], found["stopped_by"]), (300, "port-range"))
        full = found["levels"][-1]["bind_port_0"]
        self.assertEqual((full["refused"], full["errno"]), (full["calls"], "EADDRINUSE"))
        self.assertGreater(full["calls"], 5)
        self.assertGreater(full["p50_us"], found["levels"][-1]["bind"]["p50_us"] * 5)

    def test_too_narrow_to_leave_any(self):
        self.check_refused("ports", wrapper=narrow(60), names="--exhaust", code=4)

    def test_the_original_runs_out_of_ports(self):
        played = self.measure("--exhaust", "--rate", "600", "--duration", "1",
                              wrapper=narrow(300))["simulation"]
        self.assertEqual(played["available"], 300)
        self.assertEqual(played["first_failure"]["errno"], "EAGAIN")
        self.assertEqual(played["first_failure"]["in_use"], 300)
        self.assertAlmostEqual(played["first_failure_predicted_s"], 0.5)
        self.assertAlmostEqual(played["first_failure"]["at_s"], 0.5, delta=0.25)
        self.assertIn("which means that no port was free", played["text"])

    def test_the_original_spares_the_last_ports(self):
        played = self.measure("--rate", "600", "--duration", "1", wrapper=narrow(300))["simulation"]
        self.assertTrue(played["spared"])
        self.assertIsNone(played["first_failure"])
        self.assertEqual(played["in_use_max"], 236)
        self.assertLess(played["duration_s"], 0.9)


class Original(Ports):
    def test_it_has_a_timeouts_worth_of_ports_in_use(self):
        found = self.measure(*RANGE, "-t", "200", "--rate", "400", "--duration", "1")
        played = found["simulation"]
        self.assertEqual(played["in_use_max_predicted"], 80)
        self.assertAlmostEqual(played["in_use_max"], 80, delta=25)
        self.assertEqual(played["failed"], 0)
        self.assertAlmostEqual(played["probes"], 400, delta=20)
        self.assertAlmostEqual(len(played["rows"]), 10, delta=2)
        self.assertEqual(sum(row["probes"] for row in played["rows"]), played["probes"])
        self.assertEqual(played["rows"][-1]["in_use_predicted"], 80)
        self.assertRegex(played["text"], r"^no failure: \d+ in use at most, 80 predicted$")

    def test_the_soft_limit_stops_it(self):
        played = self.measure(*RANGE, "--rate", "200", "--duration", "1",
                              wrapper=descriptors(100, 300))["simulation"]
        self.assertEqual(played["rlimit_nofile"], 100)
        self.assertEqual(played["first_failure"]["errno"], "EMFILE")
        self.assertEqual(played["first_failure"]["in_use"], played["available"])
        self.assertGreater(played["available"], 90)
        self.assertAlmostEqual(played["first_failure_predicted_s"], played["available"] / 200)
        self.assertAlmostEqual(played["first_failure"]["at_s"],
                               played["first_failure_predicted_s"], delta=0.25)

    def test_its_text(self):
        run = self.sipping("ports", *RANGE, "--rate", "100", "--duration", "0.5", "-t", "100")
        self.assertRegex(
            run.out, r"(?m)^The original at 100 probes a second: a new socket each, on a port of "
            r"\d+-\d+, closed after 0\.1 s, since nobody answers; with the soft RLIMIT_NOFILE of "
            r"[\d,]+, which it never raised\.$")
        self.assertRegex(run.out, r"(?m)^time s  probes  failed  ports predicted  ports seen")
        self.assertRegex(run.out, r"(?m)^no failure: \d+ in use at most, 10 predicted$")

    def test_ctrl_c_ends_it(self):
        run = self.start("ports", *RANGE, "--rate", "100", "--duration", "20")
        self.wait_until_open(run)
        self.finish(run)
        self.assertIn("Ended by Ctrl+C.\n", run.out)
        self.assertIn("no failure", run.out)

    def wait_until_open(self, run):
        """Until the fill is over and the simulation holds sockets (it has no other sign)."""
        own = pathlib.Path(f"/proc/{run.process.pid}/fd")
        deadline = time.monotonic() + 5
        time.sleep(0.5)
        while len(list(own.iterdir())) < 20 and time.monotonic() < deadline:
            time.sleep(0.02)


if __name__ == "__main__":
    unittest.main()
