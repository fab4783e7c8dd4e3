"""sipping report: what is not known is not told as if it were."""

import gzip
import json
import re
import unittest

from made_logs import HEADER, START, gap, log_of, row
from support import SippingCase

DAY = 86_400


class ReportEdges(SippingCase):
    def report(self, *arguments, **how):
        return self.sipping("report", "log.csv", "--tz", "UTC", *arguments, **how)

    def json(self, *arguments):
        return json.loads(self.report(*arguments, "--json").out)

    def write(self, *texts, name="log.csv"):
        (self.folder / name).write_text(HEADER + "".join(texts))

    def told(self, *logs):
        return json.loads(self.sipping("report", *logs, "--json").out)

    def test_a_copy_with_fewer_decimals_is_a_copy(self):
        """Beside the log, also where the copy comes first, and where the log is a short one."""
        for fates in ("." * 40 + "xxxxxx" + "." * 40, "..xxx.."):
            log = log_of(fates, interval=0.2531, begin=START + 0.001234)
            for decimals in (0, 1, 2, 3, 5):
                for names in (("a.csv", "b.csv"), ("b.csv", "a.csv")):
                    copy = re.sub(r",(\d{10}\.\d{6}),",
                                  lambda one: f",{float(one[1]):.{decimals}f},", log)
                    (self.folder / names[0]).write_text(HEADER + log)
                    right = self.told(names[0])["targets"]
                    (self.folder / names[1]).write_text(HEADER + copy)
                    told = self.told("a.csv", "b.csv")
                    self.assertEqual(told["targets"], right)
                    self.assertEqual(told["copies"], len(fates))

    def test_a_time_alone_is_of_the_last_day(self):
        self.write(log_of("." * 20), log_of(".." + "x" * 5 + "." * 20, begin=START + 3 * DAY))
        out = self.report("--from", "15:16", "--to", "15:18").out
        self.assertIn("2015-05-18 15:16:40.000 to", out)
        self.assertIn("2015-05-18 15:16:42", self.report("--at", "15:16:42", "--around", "2s").out)
        # So it is in a long log, in a packed one and in one that is newest first.
        long = "".join(log_of("." * 3000, begin=START + day * DAY) for day in range(4))
        self.write(long)
        self.assertIn("2015-05-18 15:16:40.000 to", self.report("--from", "15:16").out)
        self.write("".join(reversed(long.splitlines(keepends=True))))
        self.assertIn("2015-05-18 15:16:40.000 to", self.report("--from", "15:16").out)

    def test_a_time_that_comes_twice_is_both(self):
        """25 October 2026: 02:30 in Berlin is 00:30 and 01:30 UTC."""
        hour = 1_792_888_200  # 00:30 UTC
        self.write(*(row(hour + 600 * i, target=f"at{i}") for i in range(13)))
        told = self.sipping("report", "log.csv", "--tz", "Europe/Berlin", "--at",
                            "2026-10-25 02:30", "--around", "11m").out
        self.assertEqual([line.split()[-4] for line in told.splitlines()],
                         [f"at{i}" for i in range(8)])
        both = self.sipping("report", "log.csv", "--tz", "Europe/Berlin", "--json", "--from",
                            "2026-10-25 02:30", "--to", "2026-10-25 02:31").out
        self.assertEqual(len(json.loads(both)["targets"]), 7)
        hours = self.sipping("report", "log.csv", "--tz", "Europe/Berlin", "--per", "hour").out
        self.assertEqual([" ".join(line.split()[:2]) for line in hours.splitlines()[1:]],
                         ["2026-10-25 02:00+02:00"] * 3 + ["2026-10-25 02:00+01:00"] * 6 +
                         ["2026-10-25 03:00"] * 4)
        one = self.sipping("report", "log.csv", "--json", "--from", "2026-10-25 02:30+01:00",
                           "--to", "2026-10-25 02:31+01:00").out
        self.assertEqual([one["target"] for one in json.loads(one)["targets"]], ["at6"])

    def test_a_part_that_begins_in_an_outage_says_so(self):
        self.write(log_of("." * 10 + "x" * 20 + "." * 10))
        whole = self.json()["targets"][0]["outages"][0]
        self.assertEqual((whole["open_begin"], whole["open"]), (False, False))
        part = self.report("--from", str(START + 15)).out
        self.assertIn("2015-05-15 15:16:55.000 or before  2015-05-15 15:17:10.000  15.0 s", part)
        self.assertTrue(self.json("--from", str(START + 15))["targets"][0]["outages"][0]
                        ["open_begin"])
        self.assertEqual(self.report("--csv", "--from", str(START + 15)).out.split(",")[-1],
                         "yes\n")

    def test_a_hole_that_no_row_explains_is_told(self):
        self.write(log_of("." * 20), log_of("." * 20, begin=START + 620))
        self.assertIn("  no rows, and none that says why: 1 hole, 10 min 1 s in all\n",
                      self.report().out)
        hole, = self.json()["holes"]
        self.assertEqual((hole["from"], hole["to"]), (START + 19, START + 620))
        self.write(log_of("." * 20), gap(START + 20, "log-rows-lost", START + 619, 600),
                   log_of("." * 20, begin=START + 620))
        self.assertEqual(self.json()["holes"], [])
        self.assertNotIn("no rows", self.report().out)

    def test_an_outage_beside_a_stress_run_says_so(self):
        load = "".join(row(START + 30 + i / 10, callid=str(5_000_000_000 + i), target="load",
                           detail="run=stress") for i in range(80))
        lines = (log_of("." * 10 + "xxx" + "." * 17 + "x" * 6 + "." * 20) + load).splitlines(True)
        self.write("".join(sorted(lines, key=lambda line: line.split(",")[1])))
        self.assertIn("  sbc: 1 of 2 outages while another run of ours (stress 80) put load on "
                      "192.0.2.1: perhaps that was why\n", self.report().out)
        self.assertEqual(self.json()["targets"][0]["outages_beside_other_runs"], 1)

    def test_rows_of_other_runs_alone_are_named(self):
        self.write(*(row(START + i, detail="run=ports") for i in range(7)))
        self.assertEqual(self.report().out,
                         "No probe of that time and those targets in these logs.\n"
                         "There are rows of other runs (ports 7): --runs all counts them.\n")

    def test_pending_probes_and_provisional_responses_are_seen(self):
        self.write(row(START), row(START + 1, kind="provisional", status="SIP/2.0 100 Trying"),
                   row(START + 2, kind="pending"))
        out = self.report().out
        self.assertIn("100 x 1, 200 x 1", out)
        self.assertIn("  1 probe still waited for when a run ended (pending)\n", out)

    def test_a_clock_set_back_as_one_file_of_a_log_ended(self):
        """Two files lie across each other: the losses of one are among the responses of the
        other, and an outage all the same."""
        old = log_of("." * 400 + "x" * 20 + "." * 180)
        new = log_of("." * 600, begin=START + 300.4)
        for names in (("log.csv.1", "log.csv"), ("log.csv.2.gz", "log.csv.1"),
                      ("log.20150515T151640+0000.csv", "log.csv")):
            folder = self.folder / names[0]
            folder.mkdir()
            for name, text in zip(names, (old, new)):
                data = (HEADER + text).encode()
                (folder / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
            told = json.loads(self.sipping("report", folder, "--json").out)
            target, = told["targets"]
            outage, = target["outages"]
            self.assertEqual((target["sent"], outage["lost"], outage["seconds"]), (1200, 20, 20))
            self.assertEqual(told["clock_set_back"], 1)

    def test_an_outage_that_ends_in_maintenance_was_one(self):
        """Ten seconds: three answered, four lost, one in maintenance."""
        self.write(log_of("..."), log_of("xxxx", begin=START + 3),
                   row(START + 7, status="SIP/2.0 503 Busy"), log_of("...", begin=START + 8))
        target, = self.json("--maintenance-codes", "503")["targets"]
        self.assertEqual(target["outages"][0]["sort"], "maintenance")
        self.assertAlmostEqual(target["availability"], 0.6)

    def test_a_row_of_another_time_ends_no_search(self):
        """Of a file that is long enough to be searched: one row is a day ahead, ten are of 1970."""
        for odd in (range(10_000, 10_001), range(9_990, 10_000)):
            shift = DAY if len(odd) == 1 else 3000 - START
            self.write(*(row(START + i + (shift if i in odd else 0),
                             kind="timeout" if 10_021 <= i < 10_081 else "reply",
                             callid=str(2_000_000_000 + i)) for i in range(20_000)))
            for options in (("--from", START + 10_010, "--to", START + 10_200),
                            ("--at", START + 10_100, "--around", "95s")):
                told = self.report(*map(str, options), "--json" if "--from" in options else
                                   "--csv").out
                if "--from" in options:
                    target, = json.loads(told)["targets"]
                    self.assertEqual((target["sent"], target["lost"]), (190, 60))
                else:
                    self.assertEqual(told.count(",timeout,"), 60)

    def test_a_clock_set_back_as_an_outage_ends(self):
        """The network is back, and sets the clock: the losses lie among later responses."""
        for step in (6, 30, 600, 3000):
            before = log_of("." * 1000 + "x" * 60, begin=START)
            after = log_of("." * 300, begin=START + 1060.25 - step)
            self.write(before, after)
            told = self.json()
            outage, = told["targets"][0]["outages"]
            self.assertEqual((outage["lost"], round(outage["seconds"])), (60, 60), step)
            self.assertEqual((told["clock_set_back"], told["pauses"]), (1, []), step)

    def test_what_was_answered_was_not_lost(self):
        def refusing(name, host):
            return log_of("." * 9, target=name).replace("192.0.2.1", host) + "".join(
                row(START + 9 + i, target=name, status="SIP/2.0 503 Busy")
                for i in range(5)).replace("192.0.2.1", host)

        self.write(*(refusing(name, f"192.0.2.{i}") for i, name in enumerate("abc")))
        self.assertIn("3 of 3 targets failed within 0 ms at 2015-05-15 15:16:49.000: look at what "
                      "they share (a, b, c)\n", self.report("--down-codes", "503").out)

    def test_where_to_look(self):
        def log(name, host, fates, site=""):
            return log_of(fates, target=name, site=site).replace("192.0.2.1", host)

        down = "." * 10 + "x" * 5 + "." * 10
        fine = "." * 25
        self.write(log("a", "192.0.2.1", down), log("b", "192.0.2.1", down),
                   log("c", "192.0.2.1", down), log("d", "192.0.2.4", fine))
        self.assertIn("look at their host, 192.0.2.1 (a, b, c)", self.report().out)
        self.write(log("a", "192.0.2.1", down), log("b", "192.0.2.2", down),
                   log("c", "192.0.2.3", down), log("d", "192.0.2.4", fine))
        self.assertIn("look on our side (a, b, c)", self.report().out)
        self.write(*(log(name, host, down, site) for name, host in
                     (("a", "192.0.2.1"), ("b", "192.0.2.2")) for site in ("muc", "fra")))
        self.assertIn("4 of 4 targets lost within 0 ms at 2015-05-15 15:16:50.000: look at what "
                      "they share (", self.report().out)
        self.write(log("a", "192.0.2.1", "x" * 9), log("b", "192.0.2.2", "x" * 9),
                   log("c", "192.0.2.3", "x" * 9))
        self.assertIn("3 of 3 targets failed from the first probe on, within 0 ms at 2015-05-15 "
                      "15:16:40.000: nobody saw when it began (a, b, c)", self.report().out)


if __name__ == "__main__":
    unittest.main()
