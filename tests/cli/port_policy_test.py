"""--port-policy, --ports, --port-range: which source port each probe leaves from, in the CSV."""

import random
import re
import socket
import time
import unittest

from support import SippingCase, details

OTHERS = 5  # so many ports of a range may another program take while a test runs
TIMEOUT, LATE_WINDOW = 0.1, 0.3
QUICK = ("-t", "100", "--late-window", str(LATE_WINDOW), "-q")


def free_range(size):
    """(low, high) of a range whose ports are all free at this moment, below the ephemeral ones."""
    while True:
        low = random.randrange(20000, 32000 - size)
        sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(size)]
        try:
            for port, one in enumerate(sockets, low):
                one.bind(("", port))
            return low, low + size - 1
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()


class Ports(SippingCase):
    def responder(self):
        port = self.free_port()
        self.start("respond", "--bind", "127.0.0.1", "-p", port, "-q")
        return f"127.0.0.1:{port}"

    def read(self, name):
        """The attempts in the order of sending."""
        rows = self.rows(self.folder / name)
        self.check_books(rows)
        rows = [row for row in rows if row["kind"] not in ("gap", "late", "duplicate")]
        return sorted(rows, key=lambda row: row["timestamp"])


class TwoProbers(Ports):
    def test_share_a_range_and_never_a_socket(self):
        target = self.responder()
        low, high = free_range(200)
        common = (target, "-I", "10", "--ports", "150", "--port-range", f"{low}-{high}",
                  "--duration", "3", *QUICK)
        first = self.start(*common, "-w", "first.csv")
        self.until_it_logs(first, "first.csv")
        second = self.start(*common, "-w", "second.csv").wait()
        first.wait()
        self.assertEqual((first.code, second.code), (0, 0), f"{first}\n{second}")
        self.assertNotIn("pool made smaller", first.err)
        # Its sockets are still open when the second one begins: fifty are left of the range.
        smaller = re.search(r"pool made smaller: (\d+) source ports instead of 150 "
                            rf"\(no more are free in {low}-{high}\)", second.err)
        self.assertIsNotNone(smaller, second)
        size = int(smaller.group(1))
        self.assertTrue(50 - OTHERS <= size <= 50, second)
        ports = [{int(row["source_port"]) for row in self.read(name)}
                 for name in ("first.csv", "second.csv")]
        self.assertEqual(ports[0] & ports[1], set(), "a port of both")
        self.assertEqual((len(ports[0]), len(ports[1])), (150, size))
        self.assertLessEqual(ports[0] | ports[1], set(range(low, high + 1)))

    def until_it_logs(self, run, name):
        path = self.folder / name
        deadline = time.monotonic() + 10
        while not (path.exists() and ",reply," in path.read_text()):
            self.assertIsNone(run.process.poll(), run)
            self.assertLess(time.monotonic(), deadline, run)
            time.sleep(0.02)


class Fresh(Ports):
    def fresh(self, ports, size, *pace):
        target = self.responder()
        low, high = free_range(size)
        run = self.sipping(target, "--port-policy", "fresh", "--ports", ports,
                           "--port-range", f"{low}-{high}", "-w", "fresh.csv", *QUICK, *pace)
        return run, self.read("fresh.csv")

    def test_a_port_comes_again_after_all_others(self):
        """500 a second rest in 200 sockets of the 400: there is always a rested one."""
        run, rows = self.fresh(400, 1000, "-I", "2", "--duration", "5")
        self.assertEqual({row["kind"] for row in rows} - {"reply", "timeout"}, set(), run)
        self.check_rest(rows, 1000)

    def check_rest(self, rows, size):
        used = [int(row["source_port"]) for row in rows if row["kind"] != "local"]
        times = [float(row["timestamp"]) for row in rows if row["kind"] != "local"]
        last = {}
        again = 0
        for place, (port, at) in enumerate(zip(used, times)):
            if port in last:
                again += 1
                before = last[port]
                between = len(set(used[before + 1:place]))
                self.assertGreaterEqual(between, size - 1 - OTHERS, f"port {port}, probe {place}")
                self.assertGreaterEqual(at - times[before], TIMEOUT + LATE_WINDOW)
            last[port] = place
        self.assertGreaterEqual(len(last), size - OTHERS)
        self.assertGreater(again, 100, "nothing was used twice, so nothing was tested")

    def test_without_a_rested_port_a_probe_is_local(self):
        """500 a second for 0.4 s each need 200 sockets; there are 100."""
        run, rows = self.fresh(100, 100, "-I", "2", "--duration", "3")
        local = [row for row in rows if row["kind"] == "local"]
        self.assertEqual({details(row)["reason"] for row in local}, {"no-free-port"})
        self.check_rest(rows, 100)
        books = re.search(r"Books: due (\d+) = sent (\d+) \+ skipped (\d+) \+ local (\d+) "
                          r"\+ send-error (\d+)", run.out)
        self.assertIsNotNone(books, run)
        due, sent, skipped, in_table, errors = map(int, books.groups())
        self.assertEqual(in_table, len(local))
        self.assertEqual(sent, len(rows) - len(local))
        self.assertEqual(due, sent + skipped + in_table + errors)
        # A hundred each 0.4 s and not one more; nor does the first shortage end the run.
        self.assertTrue(500 <= sent <= 100 * (3 / 0.4 + 1), sent)


class FreshOnEpoll(Fresh):
    io = "epoll"


if __name__ == "__main__":
    unittest.main()
