"""--resolve-every: names that move, name servers that are slow, fail or stay silent."""

import signal
import time
import unittest

import dns_server
from support import SippingCase, details, with_dns, with_hosts

INTERVAL_MS = 20
NAME = "sbc.example.test"


class Names(SippingCase):
    def setUp(self):
        super().setUp()
        self.dns = dns_server.DnsServer()
        self.addCleanup(self.dns.stop)

    def start_run(self, *options, port, wrapper=None):
        return self.start(f"{NAME}:{port}", "-I", INTERVAL_MS, "-t", "300", "-w", "log.csv", "-q",
                          "--mine", *options, wrapper=wrapper or with_dns(self.dns))

    def wait_for(self, what, run, seconds=20):
        """Until `what()` is true; else the test fails with what the program said."""
        deadline = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), deadline, run.out_so_far())
            self.assertIsNone(run.process.poll(), "it ended by itself")
            time.sleep(0.02)

    def end(self, run, code=0):
        run.signal(signal.SIGINT)
        run.wait()
        self.assertEqual(run.code, code, run)
        return self.rows(self.folder / "log.csv")

    def check_cadence(self, run, rows):
        """Nobody waited for a name server: no probe left out, none late by a tenth of a second."""
        self.assertIn("skipped 0", run.out)
        self.assertEqual([row for row in rows if "stall" in row["detail"]], [])
        sent = sorted(float(row["timestamp"]) for row in rows if row["kind"] != "gap")
        gaps = [after - before for before, after in zip(sent, sent[1:])]
        self.assertLess(max(gaps), 0.1, "the cadence has a hole")

    def two_peers(self):
        old = self.peer("127.77.0.1", port=self.free_port("127.77.0.1"))
        new = self.peer("127.77.0.2", port=old.port)
        return old, new

    def test_an_address_change_is_a_line_and_a_gap_row(self):
        for how in ("uring", "epoll"):
            with self.subTest(io=how):
                old, new = self.two_peers()
                self.dns.names[NAME] = ["127.77.0.1"]
                run = self.start_run("--resolve-every", "1s", "--io", how, port=old.port)
                self.wait_for(lambda: len(old.requests) > 20, run)
                self.dns.names[NAME] = ["127.77.0.2"]
                self.wait_for(lambda: len(new.requests) > 20, run)
                rows = self.end(run)
                self.assertRegex(run.out, rf"(?m)^! \(\d\d/\d\d/\d\d [\d:]+\) {NAME}:{old.port} "
                                          r"is at 127\.77\.0\.2 now \(was 127\.77\.0\.1\)$")
                moved, = (row for row in rows if "reason=moved" in row["detail"])
                self.assertEqual((moved["kind"], moved["host"], details(moved)["was"]),
                                 ("gap", "127.77.0.2", "127.77.0.1"))
                self.check_books(rows)
                self.check_cadence(run, rows)
                probes = [row for row in rows if row["kind"] != "gap"]
                self.assertEqual({row["kind"] for row in probes}, {"reply"})
                for row in probes:
                    asked = old if float(row["timestamp"]) < float(moved["timestamp"]) else new
                    self.assertEqual(row["host"], asked.address, row)
                    self.assertNotIn("from=", row["detail"])
                self.assertEqual([*old.violations, *new.violations], [])
                old.stop()
                new.stop()
                (self.folder / "log.csv").unlink()

    def test_probes_that_are_out_belong_to_the_old_address(self):
        """Answers come 250 ms later: those asked before the change came from where they were sent,
        and those that were lost there are rows of the old host."""
        old = self.peer("127.77.0.1", port=self.free_port("127.77.0.1"), delay_ms=250)
        new = self.peer("127.77.0.2", port=old.port, drop_first=10 ** 9)
        self.dns.names[NAME] = ["127.77.0.1"]
        run = self.start_run("--resolve-every", "1s", port=old.port)
        self.wait_for(lambda: len(old.requests) > 20, run)
        self.dns.names[NAME] = ["127.77.0.2"]
        self.wait_for(lambda: len(new.requests) > 20, run)
        self.dns.names[NAME] = ["127.77.0.1"]
        seen = len(old.requests)
        self.wait_for(lambda: len(old.requests) > seen + 30, run)
        rows = self.end(run)
        asked = {request.call_id: "127.77.0.1" for request in old.requests}
        asked |= {request.call_id: "127.77.0.2" for request in new.requests}
        kinds = {"127.77.0.1": "reply", "127.77.0.2": "timeout"}
        for row in rows:
            if row["kind"] != "gap":
                host = asked[row["callid"]]
                self.assertEqual((row["host"], row["kind"]), (host, kinds[host]), row)
                self.assertNotIn("from=", row["detail"])
        self.assertEqual(sum("reason=moved" in row["detail"] for row in rows), 2)

    def test_an_address_that_is_still_one_of_several_is_kept(self):
        old, new = self.two_peers()
        self.dns.names[NAME] = ["127.77.0.1"]
        run = self.start_run("--resolve-every", "1s", port=old.port)
        self.wait_for(lambda: len(old.requests) > 5, run)
        self.dns.names[NAME] = ["127.77.0.2", "127.77.0.1"]
        asked = len(self.dns.queries)
        self.wait_for(lambda: len(self.dns.queries) > asked + 2, run)
        rows = self.end(run)
        self.assertEqual(new.requests, [])
        self.assertNotIn("moved", "".join(row["detail"] for row in rows))

    def test_a_failing_name_is_told_once_and_probed_on(self):
        old = self.peer("127.77.0.1", port=self.free_port("127.77.0.1"))
        self.dns.names[NAME] = ["127.77.0.1"]
        run = self.start_run("--resolve-every", "1s", port=old.port)
        self.wait_for(lambda: len(old.requests) > 5, run)
        self.dns.names[NAME] = dns_server.NXDOMAIN
        asked = len(self.dns.queries)
        self.wait_for(lambda: len(self.dns.queries) > asked + 2, run)
        self.dns.names[NAME] = ["127.77.0.1"]
        asked = len(self.dns.queries)
        self.wait_for(lambda: len(self.dns.queries) > asked + 1, run)
        time.sleep(0.3)
        rows = self.end(run)
        self.assertEqual(run.err.count(f"sipping: cannot resolve '{NAME}' any more: "), 1, run)
        self.assertIn("probing goes on at 127.77.0.1", run.err)
        self.assertEqual(run.err.count(f"sipping: '{NAME}' resolves again"), 1, run)
        self.check_cadence(run, rows)
        self.assertEqual({row["kind"] for row in rows} - {"gap"}, {"reply"})

    def test_slow_and_silent_name_servers_stall_nothing(self):
        for name, delay in (("slow", 3.0), ("silent", None)):
            with self.subTest(name):
                old, new = self.two_peers()
                self.dns.names[NAME] = ["127.77.0.1"]
                self.dns.delay = 0
                run = self.start_run("--resolve-every", "1s", port=old.port)
                self.wait_for(lambda: len(old.requests) > 5, run)
                self.dns.names[NAME] = None if delay is None else ["127.77.0.2"]
                self.dns.delay = delay or 0
                asked = len(self.dns.queries)
                self.wait_for(lambda: len(self.dns.queries) > asked, run)
                if delay is None:
                    time.sleep(2)
                else:
                    self.wait_for(lambda: len(new.requests) > 5, run)
                begin = time.monotonic()
                rows = self.end(run)
                self.assertLess(time.monotonic() - begin, 3, "it waited for the name server")
                self.check_cadence(run, rows)
                self.assertEqual({row["kind"] for row in rows} - {"gap"}, {"reply"})
                # One lookup at a time: glibc itself asks twice, 5 s apart.
                self.assertLess(len(self.dns.queries) - asked, 8)
                self.dns.queries.clear()
                old.stop()
                new.stop()
                (self.folder / "log.csv").unlink()

    def test_never_asks_once(self):
        old = self.peer("127.77.0.1", port=self.free_port("127.77.0.1"))
        self.dns.names[NAME] = ["127.77.0.1"]
        run = self.start_run("--resolve-every", "never", port=old.port)
        self.wait_for(lambda: len(old.requests) > 5, run)
        asked = len(self.dns.queries)
        time.sleep(1.5)
        self.end(run)
        self.assertEqual(len(self.dns.queries), asked)

    def test_a_hosts_file_counts_too(self):
        old, new = self.two_peers()
        run = self.start_run("--resolve-every", "1s", port=old.port,
                             wrapper=with_hosts(f"127.77.0.1 {NAME}\\n"))
        self.wait_for(lambda: len(old.requests) > 5, run)
        (self.folder / "etc-copy/hosts").write_text(f"127.77.0.2 {NAME}\n")
        self.wait_for(lambda: len(new.requests) > 5, run)
        self.end(run)

    def test_json_tells_it_in_the_gap_object(self):
        old, new = self.two_peers()
        self.dns.names[NAME] = ["127.77.0.1"]
        run = self.start_run("--resolve-every", "1s", "--json", port=old.port)
        self.wait_for(lambda: len(old.requests) > 5, run)
        self.dns.names[NAME] = ["127.77.0.2"]
        self.wait_for(lambda: len(new.requests) > 5, run)
        self.end(run)
        self.assertIn('"reason":"moved"', run.out)
        self.assertIn('"was":"127.77.0.1"', run.out)
        self.assertIn("is at 127.77.0.2 now", run.err)


if __name__ == "__main__":
    unittest.main()
