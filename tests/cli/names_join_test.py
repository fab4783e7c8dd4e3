"""Targets whose names resolve during the run: how they are asked for, and how they join it."""

import re
import signal
import time
import unittest

import dns_server
from names_bed import NAME, NamesCase
from support import final_table


class NamesThatJoin(NamesCase):
    def test_a_name_that_resolves_later_joins_the_run(self):
        for how in ("uring", "epoll"):
            with self.subTest(io=how):
                self.dns.names[NAME] = dns_server.SERVFAIL
                run = self.begin(self.literal, self.named, "-I", "50", "-q", "--resolve-every",
                                 "1s", "--io", how)
                self.wait_for(lambda: self.asked(NAME) > 2, run)
                self.dns.names[NAME] = ["127.0.0.1"]
                self.wait_for(lambda: "is at 127.0.0.1 now" in run.out_so_far(), run)
                time.sleep(1)
                self.finish(run)
                self.assertRegex(run.out, rf"(?m)^UNKNOWN {self.named} since .*: cannot resolve "
                                          rf"'{NAME}': .*; asking again every 1 s$")
                known = re.search(rf"(?m)^! \([\d/]+ [\d:]+\) {self.named} is at 127\.0\.0\.1 now "
                                  r"\(UNKNOWN for ([\d.]+) s\)$", run.out)
                since, until = self.unresolved(self.named)
                self.assertAlmostEqual(until - since, float(known[1]), delta=0.1)
                rows = self.rows_of(self.named)
                self.check_books(self.rows(self.folder / "log.csv"), self.peer_)
                replies = [float(row["timestamp"]) for row in rows if row["kind"] == "reply"]
                self.assertGreater(len(replies), 10)
                self.assertGreaterEqual(min(replies), until)
                self.assertLess(min(replies), until + 0.5)
                self.assertEqual({row["host"] for row in rows if row["kind"] == "reply"},
                                 {"127.0.0.1"})
                # The other one went on as it was, and the new one comes halfway between its probes.
                others = [float(row["timestamp"]) for row in self.rows_of(self.literal, "reply")]
                phase = sorted((at - others[0]) % 0.05 for at in replies)
                self.assertAlmostEqual(phase[len(phase) // 2], 0.025, delta=0.01)
                self.assertNotIn("moved", "".join(row["detail"] for row in rows))
                (self.folder / "log.csv").unlink()
                self.dns.queries.clear()
                self.peer_.stop()
                self.peer_ = self.peer()
                self.literal = f"127.0.0.1:{self.peer_.port}"
                self.named = f"{NAME}:{self.peer_.port}"

    def test_one_that_joined_may_move_like_any_other(self):
        old = self.peer("127.77.0.1", port=self.free_port("127.77.0.1"))
        new = self.peer("127.77.0.2", port=old.port)
        run = self.begin(self.literal, f"{NAME}:{old.port}", "-I", "100", "-q", "--resolve-every",
                         "1s")
        self.wait_for(lambda: self.asked(NAME) > 1, run)
        self.dns.names[NAME] = ["127.77.0.1"]
        self.wait_for(lambda: len(old.requests) > 5, run)
        self.dns.names[NAME] = ["127.77.0.2"]
        self.wait_for(lambda: len(new.requests) > 5, run)
        self.finish(run)
        self.assertIn("is at 127.77.0.2 now (was 127.77.0.1)", run.out)
        self.check_books(self.rows(self.folder / "log.csv"))

    def test_a_name_that_takes_a_moment_joins_without_a_word(self):
        self.dns.names[NAME] = ["127.0.0.1"]
        self.dns.delays[NAME] = 0.4
        run = self.whole(self.literal, self.named, "-c", "8", "-I", "50", code=0)
        for target in (self.literal, self.named):
            self.assertEqual(len(self.rows_of(target, "reply")), 8)
        self.assertNotIn(NAME, run.err)
        self.assertNotIn("UNKNOWN", run.out)
        self.assertNotIn("unresolved", "".join(row["detail"] for row in self.rows_of(self.named)))

    def test_a_count_waits_for_first_lookups_and_is_counted_from_joining(self):
        self.dns.names[NAME] = ["127.0.0.1"]
        self.dns.delays[NAME] = 2.5
        run = self.whole(self.literal, self.named, "-c", "4", "-I", "50", code=0)
        self.assertEqual(len(self.rows_of(self.named, "reply")), 4)
        self.assertIn("no name server has answered", run.out)
        since, until = self.unresolved(self.named)
        self.assertAlmostEqual(until - since, 2.5, delta=0.7)

    def test_pauses_between_lookups_grow_up_to_resolve_every(self):
        run = self.begin(self.literal, self.named, "-I", "200", "-q", "--resolve-every", "7s")
        self.wait_for(lambda: self.asked(NAME) >= 4, run, seconds=40)
        run.signal(signal.SIGINT)
        self.assertEqual(run.wait().code, 2)
        times = sorted(when for when, asked, kind in self.dns.queries
                       if asked == NAME and kind == 1)
        first, second, third = (after - before for before, after in zip(times, times[1:4]))
        self.assertAlmostEqual(first, 5, delta=1)
        self.assertAlmostEqual(second, 7, delta=1)
        self.assertAlmostEqual(third, 7, delta=1)

    def test_never_means_once(self):
        run = self.begin(self.literal, self.named, "-I", "200", "-q", "--resolve-every", "never")
        time.sleep(7)
        run.signal(signal.SIGINT)
        self.assertEqual(run.wait().code, 2)
        self.assertEqual(self.asked(NAME), 1)
        self.assertIn("not asking again (--resolve-every never)", run.out)

    def test_an_address_of_either_family_will_do(self):
        peer = self.peer("::1")
        self.dns.names[NAME] = dns_server.SERVFAIL
        run = self.begin(self.literal, f"{NAME}:{peer.port}", "-I", "100", "-q", "--resolve-every",
                         "1s")
        self.wait_for(lambda: self.asked(NAME) > 1, run)
        self.dns.names[NAME] = ["::1"]
        self.wait_for(lambda: len(peer.requests) > 5, run)
        self.finish(run)
        self.assertEqual({row["host"] for row in self.rows_of(f"{NAME}:{peer.port}", "reply")},
                         {"::1"})

    def test_the_family_asked_for_is_looked_up_later_too(self):
        self.dns.names[NAME] = ["::1"]
        run = self.begin(self.literal, self.named, "-4", "-I", "100", "-q", "--resolve-every", "1s")
        self.wait_for(lambda: f"cannot resolve '{NAME}' to IPv4, which -4 asks for: "
                      in run.out_so_far(), run)
        self.dns.names[NAME] = ["::1", "127.0.0.1"]
        self.wait_for(lambda: "is at 127.0.0.1 now" in run.out_so_far(), run)
        time.sleep(0.5)
        self.finish(run)
        self.assertNotIn(28, {kind for _, asked, kind in self.dns.queries if asked == NAME})

    def test_all_addresses_are_awaited_and_later_it_is_one(self):
        second = self.peer("127.77.0.2", port=self.peer_.port)
        self.dns.names[NAME] = ["127.0.0.1", "127.77.0.2"]
        self.dns.delays[NAME] = 1.0
        self.whole(self.literal, self.named, "--all-addresses", "-c", "3", "-I", "50", code=0)
        self.assertEqual(len(second.requests), 3)
        self.assertEqual(len(self.rows_of(f"{self.named} (127.77.0.2)", "reply")), 3)

        self.dns.names[NAME] = dns_server.SERVFAIL
        self.dns.delays.clear()
        run = self.begin(self.literal, self.named, "--all-addresses", "-I", "100", "-q",
                         "--resolve-every", "1s")
        self.wait_for(lambda: "UNKNOWN" in run.out_so_far(), run)
        self.dns.names[NAME] = ["127.0.0.1", "127.77.0.2"]
        self.wait_for(lambda: "is at 127.0.0.1 now" in run.out_so_far(), run)
        time.sleep(0.5)
        self.finish(run)
        self.assertIn(f"sipping: note: of the 2 addresses of '{NAME}' only 127.0.0.1 is probed",
                      run.err)

    def test_a_rate_that_needs_mine_is_refused_to_who_joins(self):
        run = self.begin(self.literal, self.named, "-I", "10", "-q", "--resolve-every", "1s")
        self.wait_for(lambda: self.asked(NAME) > 1, run)
        self.dns.names[NAME] = ["192.0.2.1"]
        self.wait_for(lambda: "need --mine" in run.out_so_far(), run)
        asked = self.asked(NAME)
        self.wait_for(lambda: self.asked(NAME) > asked + 1, run)
        self.dns.names[NAME] = ["127.0.0.1"]
        self.wait_for(lambda: "is at 127.0.0.1 now" in run.out_so_far(), run)
        time.sleep(0.2)
        self.finish(run)
        self.assertEqual(run.out.count(f": '{NAME}' is at 192.0.2.1, where it is not probed: "
                                       "100 probes a second to 192.0.2.1 need --mine"), 1, run)
        self.assertEqual({row["host"] for row in self.rows_of(self.named)} - {""}, {"127.0.0.1"})

    def test_a_flood_takes_in_who_joins(self):
        run = self.begin(self.literal, self.named, "--flood", "--window", "2", "-q",
                         "--resolve-every", "1s")
        self.wait_for(lambda: self.asked(NAME) > 1, run)
        self.dns.names[NAME] = ["127.0.0.1"]
        self.wait_for(lambda: "is at 127.0.0.1 now" in run.out_so_far(), run)
        time.sleep(0.5)
        self.finish(run)
        table = final_table(run.out)
        self.assertGreater(int(table[self.named]["received"]), 10)
        self.assertGreater(int(table[self.literal]["received"]), int(table[self.named]["received"]))


if __name__ == "__main__":
    unittest.main()
