"""Names at the start of a run: dead ones, slow ones, many; who waits for them and who does not."""

import json
import re
import signal
import sys
import time
import unittest

import dns_server
from names_bed import NAME, NO_SUCH, NamesCase
from support import ROOT, details, final_table, with_dns


class NamesAtTheStart(NamesCase):
    def test_twelve_dead_names_do_not_delay_the_first_probe_of_the_others(self):
        """It began twelve seconds late: one name was looked up after the other."""
        dead = [f"dead{i}.example.test" for i in range(12)]
        for name in dead:
            self.dns.names[name] = None
        run = self.whole(self.literal, *dead, "-I", "200", "--duration", "1.5s", code=2)
        began = float((self.folder / "began").read_text())
        first = min(request.at for request in self.peer_.requests) - began
        # Usually 0.07 s; the box may be busy.
        self.assertLess(first, 0.5, run)
        self.assertEqual(len(self.rows_of(self.literal, "reply")), 8)
        self.assertLess(run.seconds, 4, "it waited for the name server")
        table = final_table(run.out)
        self.assertEqual(table[self.literal]["longest outage"], "-")
        self.assertIn(" | down 0/13 | unknown 12 | ", run.out)
        for name in dead:
            self.assertEqual((table[name]["sent"], table[name]["longest outage"]),
                             ("0", "unknown: no address"))
            self.assertRegex(run.out, rf"(?m)^UNKNOWN {name} since [\d/]+ [\d:]+: no name server "
                                      rf"has answered about '{name}' yet$")
            since, until = self.unresolved(name)
            self.assertAlmostEqual(until - since, 1.5, delta=0.4)

    def test_a_name_that_fails_at_the_start_is_a_line_a_row_and_unknown(self):
        """It was told once on stderr and then forgotten: no row, no line in the table."""
        run = self.whole("-f", "-", self.literal, "-I", "100", "--duration", "2s", "-q", code=2,
                         before=("sh", "-c", f'echo "{self.named} name=gw7" | "$@"', "sh"))
        self.assertIn(f"sipping: cannot resolve '{NAME}': {NO_SUCH}\n", run.err)
        told = re.findall(r"(?m)^UNKNOWN .*", run.out)
        self.assertEqual(len(told), 1, run)
        self.assertRegex(told[0], rf"^UNKNOWN gw7 since [\d/]+ [\d:]+: cannot resolve '{NAME}': "
                                  rf"{NO_SUCH}; asking again in 5 s, later every 300 s$")
        self.assertEqual(final_table(run.out)["gw7"]["longest outage"], "unknown: no address")
        since, until = self.unresolved("gw7")
        start, = [row for row in self.rows(self.folder / "log.csv")
                  if "reason=start" in row["detail"]]
        self.assertEqual(f"{since:.6f}", start["timestamp"])
        self.assertAlmostEqual(until - since, 2, delta=0.4)
        self.assertEqual(len(self.rows_of("gw7")), 1, "it was never probed")

    def test_json_has_the_event_and_the_gap_object(self):
        run = self.whole(self.literal, self.named, "-I", "100", "--duration", "1s", "--json",
                         code=2)
        lines = [json.loads(line) for line in run.out.splitlines()]
        gap, = [row for row in lines if row.get("detail", {}).get("reason") == "unresolved"]
        self.assertEqual((gap["target"], gap["host"], gap["kind"]), (self.named, "", "gap"))
        unknown, = [event for event in lines if event.get("event") == "UNKNOWN"]
        self.assertEqual(unknown["target"], self.named)
        self.assertEqual(unknown["reason"], f"cannot resolve '{NAME}': {NO_SUCH}; asking again in "
                         "5 s, later every 300 s")
        summary, = [event for event in lines if event.get("event") == "SUMMARY"
                    and event["target"] == self.named]
        self.assertEqual((summary["state"], summary["sent"]), ("UNKNOWN", 0))
        self.assertNotIn("UNKNOWN", run.err)

    def test_without_any_address_a_run_ends_unless_it_is_a_monitor(self):
        other = "gw8.example.test"
        self.dns.names[other] = dns_server.NXDOMAIN
        (self.folder / "list.txt").write_text(f"{NAME}\n{other}\n")
        ends = [(NAME,), (NAME, "--duration", "30s"), (NAME, other), (NAME, other, "-c", "5"),
                ("-f", "list.txt", "-c", "5"), ("-f", "list.txt", "--resolve-every", "never")]
        for arguments in ends:
            with self.subTest(arguments):
                run = self.whole(*arguments, code=2)
                self.assertLess(run.seconds, 10)
                self.assertEqual((run.out, run.err.count(NO_SUCH)),
                                 ("", 1 if arguments[0] == NAME and other not in arguments else 2))
                self.assertFalse((self.folder / "log.csv").exists())
        for arguments in (("-f", "list.txt"), (NAME, other, "--duration", "30s")):
            with self.subTest(arguments):
                self.dns.names[NAME] = dns_server.NXDOMAIN
                run = self.begin(*arguments, "-p", self.peer_.port, "-I", "100", "-q",
                                 "--resolve-every", "1s")
                self.wait_for(lambda: "UNKNOWN gw8" in run.out_so_far(), run)
                seen = len(self.peer_.requests)
                self.dns.names[NAME] = ["127.0.0.1"]
                self.wait_for(lambda: len(self.peer_.requests) > seen + 5, run)
                self.finish(run, code=2)
                (self.folder / "log.csv").unlink()

    def test_a_monitor_without_any_address_ends_with_its_duration(self):
        (self.folder / "list.txt").write_text(NAME)
        run = self.whole("-f", "list.txt", "--duration", "2s", "-q", code=2)
        self.assertNotIn("one is used again", run.out)
        since, until = self.unresolved(NAME)
        self.assertAlmostEqual(until - since, 2, delta=0.4)

    def test_ctrl_c_ends_slow_lookups_at_once(self):
        dead = [f"dead{i}.example.test" for i in range(40)]
        for name in dead:
            self.dns.names[name] = None
        for arguments, code in (((dead[0],), -signal.SIGINT), ((self.literal, *dead), 2)):
            with self.subTest(arguments[0]):
                asked = len(self.dns.queries)
                run = self.begin(*arguments, "-I", "200", "-q")
                self.wait_for(lambda: len(self.dns.queries) > asked, run)
                time.sleep(0.7)
                begin = time.monotonic()
                run.signal(signal.SIGINT)
                run.wait()
                self.assertLess(time.monotonic() - begin, 2)
                self.assertEqual(run.code, code, run)

    def test_who_waits_for_a_dead_name_server_is_told_so(self):
        self.dns.names[NAME] = None
        run = self.begin(self.named)
        time.sleep(3.5)
        run.signal(signal.SIGINT)
        run.wait()
        self.assertEqual(run.err, "sipping: waiting for the name server (1 name)\n")

    def test_many_names_begin_together(self):
        names = [f"good{i}.example.test" for i in range(300)]
        for name in names:
            self.dns.names[name] = ["127.0.0.1"]
        (self.folder / "list.txt").write_text(
            "\n".join(f"{name}:{self.peer_.port}" for name in names))
        run = self.whole("-f", "list.txt", "-c", "2", "-q", "--mine", code=0)
        at = sorted(request.at for request in self.peer_.requests)
        self.assertEqual(len(at), 600)
        self.assertAlmostEqual(at[-1] - at[0], 2, delta=0.3)
        self.assertNotIn("UNKNOWN", run.out)
        self.assertRegex(run.out, r"(?m)^Source ports: \d+ in the pool", run)

    def test_a_screen_is_not_flooded_by_a_dead_name_server(self):
        names = [f"dead{i}.example.test" for i in range(50)]
        run = self.whole(self.literal, *names, "-I", "200", "--duration", "2500ms", "-q", code=2)
        self.assertEqual(len(re.findall("(?m)^UNKNOWN dead", run.out)), 20, run)
        self.assertIn("\nUNKNOWN 30 more targets, not shown\n", run.out)
        self.assertEqual(run.err.count(NO_SUCH), 20)
        self.assertIn("sipping: and 30 more names do not resolve\n", run.err)
        self.assertEqual(len(final_table(run.out)), 51)

    def test_without_threads_names_are_looked_up_one_after_the_other_and_once(self):
        self.dns.names["good.example.test"] = ["127.0.0.1"]
        run = self.whole(f"good.example.test:{self.peer_.port}", self.named, "-c", "20",
                         "-I", "100", "-q", "--io", "uring", "--resolve-every", "1s", code=2,
                         before=(sys.executable, str(ROOT / "tests/no_threads.py")))
        self.assertIn("note: names are not looked up again, a thread cannot be started: ", run.err)
        self.assertRegex(run.out, r"(?m)^UNKNOWN .*; not asking again$")
        self.assertEqual(self.asked(NAME), 1)
        self.assertEqual(len(self.peer_.requests), 20)

    def test_an_unknown_target_has_a_file_by_its_name(self):
        self.dns.names[NAME] = dns_server.SERVFAIL
        (self.folder / "list.txt").write_text(
            f"{self.literal}\n{self.named}\n{NAME}:1 name=\"../a b/.c\"\n{NAME}:2 name=..\n")
        run = self.start("-f", "list.txt", "-I", "100", "--duration", "1s", "-q",
                         wrapper=with_dns(self.dns)).wait()
        self.assertEqual(run.code, 2, run)
        names = sorted(path.name for path in (self.folder / "sipping-logs").iterdir())
        self.assertEqual(names, sorted([f"127.0.0.1_{self.peer_.port}.csv",
                                        f"{NAME}_{self.peer_.port}.csv", "_._a_b_.c.csv",
                                        "_..csv"]))

    def test_what_is_wrong_is_told_before_a_name_server_is_waited_for(self):
        self.dns.names[NAME] = None
        run = self.whole(self.named, "--header", "x", code=3)
        self.assertIn("--header", run.err)
        run = self.whole(self.named, "--user-agent", "x" * 5000, code=3)
        self.assertEqual(self.dns.queries, [])

    def test_commands_about_one_host_end_with_2(self):
        for command in (("stress", NAME, "--rate", "10..20"), ("ports", NAME),
                        ("ping", NAME, "--dry-run")):
            with self.subTest(command[0]):
                run = self.start(*command, wrapper=with_dns(self.dns)).wait()
                self.assertEqual((run.code, run.out), (2, ""), run)
                self.assertEqual(run.err, f"sipping: cannot resolve '{NAME}': {NO_SUCH}\n")

    def test_a_dry_run_shows_those_that_resolve_however_slowly(self):
        self.dns.names["slow.example.test"] = ["127.0.0.1"]
        self.dns.delays["slow.example.test"] = 0.5
        run = self.whole(self.literal, NAME, "slow.example.test", "--dry-run", code=2)
        self.assertEqual(re.findall(r"(?m)^--- (\S+)", run.out),
                         [self.literal, "slow.example.test"])


if __name__ == "__main__":
    unittest.main()
