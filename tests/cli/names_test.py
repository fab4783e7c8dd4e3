"""--resolve-every: names that move, name servers that are slow, fail or stay silent."""

import re
import signal
import sys
import time
import unittest

import dns_server
from support import ROOT, SippingCase, details, with_dns, with_hosts

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

    def check_cadence(self, rows):
        """Nobody waited for a name server, which takes three seconds or for ever. (A busy box may
        leave out a probe now and then, which takes no second.)"""
        sent = sorted(float(row["timestamp"]) for row in rows if row["kind"] != "gap")
        gaps = [after - before for before, after in zip(sent, sent[1:])]
        self.assertLess(max(gaps), 1, "the cadence has a hole")
        left_out = sum(int(details(row)["count"]) for row in rows
                       if row["kind"] == "gap" and details(row)["reason"] in ("stall", "skipped"))
        self.assertLess(left_out, len(sent) / 5)

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
                self.check_cadence(rows)
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
        # The last one has an address, but of the other family, for which there are no ports.
        for answer in (dns_server.NXDOMAIN, dns_server.SERVFAIL, ["::1"]):
            self.dns.names[NAME] = answer
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
        self.check_cadence(rows)
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
                self.check_cadence(rows)
                self.assertEqual({row["kind"] for row in rows} - {"gap"}, {"reply"})
                # One lookup at a time: glibc itself asks twice, 5 s apart.
                self.assertLess(len(self.dns.queries) - asked, 8)
                self.dns.queries.clear()
                old.stop()
                new.stop()
                (self.folder / "log.csv").unlink()

    def test_a_refused_move_is_told_once(self):
        """Found in a review: it was told again each time the name was looked up."""
        old = self.peer("127.77.0.1", port=self.free_port("127.77.0.1"))
        self.dns.names[NAME] = ["127.77.0.1"]
        run = self.start(f"{NAME}:{old.port}", "-I", 10, "-t", "300", "-w", "log.csv", "-q",
                         "--resolve-every", "1s", wrapper=with_dns(self.dns))
        self.wait_for(lambda: len(old.requests) > 5, run)

        def answer(address):
            self.dns.names[NAME] = [address]
            asked = len(self.dns.queries)
            self.wait_for(lambda: len(self.dns.queries) > asked + 1, run)

        answer("192.0.2.1")
        answer("192.0.2.2")
        answer("127.77.0.1")
        answer("192.0.2.2")
        rows = self.end(run)
        refused = re.findall(rf"(?m)^sipping: '{NAME}' points to (\S+) now; probing goes on at "
                             r"127\.77\.0\.1: 100 probes a second to \1 need --mine", run.err)
        self.assertEqual(refused, ["192.0.2.1", "192.0.2.2", "192.0.2.2"], run)
        self.assertEqual({row["host"] for row in rows}, {"127.77.0.1"})

    def test_without_a_thread_names_stay_where_they_are(self):
        """Found in a review: the run ended at once with exit code 4."""
        old = self.peer("127.77.0.1", port=self.free_port("127.77.0.1"))
        self.dns.names[NAME] = ["127.77.0.1"]
        wrapper = (*with_dns(self.dns), sys.executable, str(ROOT / "tests/no_threads.py"))
        run = self.start_run("--resolve-every", "1s", "--io", "uring", port=old.port,
                             wrapper=wrapper)
        self.wait_for(lambda: len(old.requests) > 60, run)
        self.end(run)
        self.assertEqual(run.err.count("sipping: note: names are not looked up again, a thread "
                                       "cannot be started: "), 1, run)

    def test_a_flood_says_in_its_via_where_its_ports_are_bound(self):
        """Found in a review: after a move the Via had the address of a route not taken."""
        net = ("unshare", "--net", "sh", "-ec", "ip link set lo up; ip addr add 192.0.2.1/32 dev "
               'lo; ip addr add 192.0.2.2/32 dev lo; exec "$@"', "sh")
        run = self.start(NAME, "--flood", "--window", 1, "--mine", "-t", "100", "-x", "-w",
                         "log.csv", "--resolve-every", "1s",
                         wrapper=(*net, *with_hosts(f"192.0.2.1 {NAME}\\n")))
        self.wait_for(lambda: "OPTIONS sip:" in run.out_so_far(), run)
        (self.folder / "etc-copy/hosts").write_text(f"192.0.2.2 {NAME}\n")
        self.wait_for(lambda: "OPTIONS sip:" in run.out_so_far().partition("is at 192.0.2.2")[2],
                      run)
        self.end(run, code=1)  # nobody answers there
        self.assertEqual(set(re.findall(r"Via: SIP/2\.0/UDP ([\d.]+):", run.out)), {"192.0.2.1"})

    def test_a_target_that_moved_keeps_its_file(self):
        old, new = self.two_peers()
        self.dns.names[NAME] = ["127.77.0.1"]
        run = self.start(f"{NAME}:{old.port}", "-I", INTERVAL_MS, "-q", "--resolve-every", "1s",
                         wrapper=with_dns(self.dns))
        self.wait_for(lambda: len(old.requests) > 5, run)
        self.dns.names[NAME] = ["127.77.0.2"]
        self.wait_for(lambda: len(new.requests) > 5, run)
        self.finish(run)
        file, = (self.folder / "sipping-logs").iterdir()
        self.assertEqual(file, self.log_path(old))
        rows = [row for row in self.rows(file) if row["kind"] != "gap"]
        self.assertEqual({row["host"] for row in rows}, {"127.77.0.1", "127.77.0.2"})

    def test_another_name_server_in_resolv_conf_is_asked(self):
        old, new = self.two_peers()
        other = dns_server.DnsServer()
        self.addCleanup(other.stop)
        self.dns.names[NAME] = ["127.77.0.1"]
        other.names[NAME] = ["127.77.0.2"]
        run = self.start_run("--resolve-every", "1s", port=old.port)
        self.wait_for(lambda: len(old.requests) > 5, run)
        (self.folder / "etc-copy/resolv.conf").write_text(f"nameserver {other.address}\n")
        self.wait_for(lambda: len(new.requests) > 5, run)
        self.end(run)

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
