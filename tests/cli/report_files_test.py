"""sipping report: logs as people have them, in any order, copied, cut off, from spreadsheets."""

import bz2
import gzip
import json
import lzma
import random
import re
import subprocess
import time
import unittest
import zipfile

from made_logs import HEADER, START, gap, log_of, row
from support import ROOT, SippingCase

CASES = ROOT / "tests/cases/logs"
FORMS = ((), ("--json",), ("--csv",), ("--per", "hour", "--csv"))


def rows_of(path):
    header, *rows = path.read_text().splitlines(keepends=True)
    return header, rows


class ReportFiles(SippingCase):
    maxDiff = None

    def report(self, *arguments, code=0, **how):
        return self.sipping("report", *arguments, code=code, **how)

    def json(self, *arguments, code=0, **how):
        return json.loads(self.report(*arguments, "--json", code=code, **how).out)

    def page(self, *arguments):
        self.report(*arguments, "--html", "page.html")
        text = (self.folder / "page.html").read_text()
        return json.loads(re.search(r' id="data"[^>]*>(.*?)</script>', text, re.S).group(1))

    def all_forms(self, path, *more):
        """What is told in each form, but for when it was."""
        told = [re.sub(r'"made":[^,]*,', "", self.report(path, *form, *more).out)
                for form in FORMS]
        page = self.page(path, *more)
        page.pop("made")
        return told + [page]

    def test_rows_in_any_order_tell_what_the_sorted_log_tells(self):
        right = CASES / "rows-not-in-time-order/right.csv"
        moment = ("--at", "2026-11-27 21:00", "--around", "35m")
        part = ("--from", "2026-11-27 20:00", "--to", "22:00")
        expected = self.all_forms(right), self.report(right, *moment).out, self.json(right, *part)
        outage, = expected[2]["targets"][0]["outages"]
        self.assertEqual((outage["lost"], round(outage["seconds"])), (6, 3600))
        header, rows = rows_of(right)
        orders = {"newest first": (CASES / "rows-not-in-time-order/newest-first.csv").read_text(),
                  "the second half first": header + "".join(rows[20:] + rows[:20]),
                  "sorted by kind": header + "".join(sorted(rows, key=lambda one: "drop" in one)),
                  "header at the end": "".join(rows[::-1]) + header}
        for seed in range(3):
            random.Random(seed).shuffle(rows)
            orders[f"shuffled, seed {seed}"] = header + "".join(rows)
        for order, text in orders.items():
            with self.subTest(order):
                (self.folder / "log.csv").write_text(text)
                self.assertEqual(self.all_forms("log.csv"), expected[0])
                self.assertEqual(self.report("log.csv", *moment).out, expected[1])
                told = self.json("log.csv", *part)
                self.assertEqual(told["targets"], expected[2]["targets"])
                piped = self.json("-", stdin=text)
                self.assertEqual(piped["targets"], json.loads(
                    self.report(right, "--json").out)["targets"])

    def test_a_long_log_in_disorder_is_found_at_a_moment(self):
        """Longer than what is looked at of its begin; parts that are in order by themselves."""
        lines = log_of("." * 40_000).splitlines(keepends=True)
        (self.folder / "right.csv").write_text(HEADER + "".join(lines))
        arguments = "--at", str(START + 100), "--around", "20"
        expected = self.report("right.csv", *arguments).out
        self.assertEqual(expected.count("\n"), 40)
        for name, text in (("swapped", lines[20_000:] + lines[:20_000]), ("reversed", lines[::-1])):
            (self.folder / "log.csv").write_text(HEADER + "".join(text))
            self.assertEqual(self.report("log.csv", *arguments).out, expected, name)
            with gzip.open(self.folder / "log.csv.gz", "wt", 1) as file:
                file.write(HEADER + "".join(text))
            self.assertEqual(self.report("log.csv.gz", *arguments).out, expected, name)

    def test_a_clock_set_back_in_an_outage(self):
        path = CASES / "rows-not-in-time-order/clock-set-back-in-an-outage.csv"
        told = self.json(path)
        outage, = told["targets"][0]["outages"]
        self.assertEqual((outage["lost"], outage["first_call_id"], outage["last_call_id"]),
                         (20, "9201142722", "6835736135"))
        self.assertAlmostEqual(outage["seconds"], 20, delta=0.01)
        self.assertTrue(outage["clock_set_back"])
        self.assertEqual(told["clock_set_back"], 1)
        text = self.report(path).out
        self.assertIn("2026-11-27 20:21:35.000  2026-11-27 17:21:55.000  20.0 s    20 ", text)
        self.assertIn("  the clock was set back 1 time: lengths across that are told by the order "
                      "of the rows\n", text)
        self.assertNotRegex(text, r" -\d")

    def test_ends_on_a_start_row_behind_later_rows(self):
        """files/report-never-ends."""
        began = time.monotonic()
        target, = self.json(CASES / "report-never-ends/hang-minimal.csv")["targets"]
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual((target["sent"], target["received"]), (3, 3))

    def test_a_copy_of_a_log_counts_once(self):
        logs = CASES / "copy-of-a-log/logs"
        told = self.json(logs)
        target, = told["targets"]
        alone = self.json(logs / "192.0.2.1.csv")
        self.assertEqual(told["targets"], alone["targets"])
        self.assertEqual((told["copies"], alone["copies"]), (90, 0))
        text = self.report(logs).out
        self.assertIn("  90 rows left out: others say the same (a copy, logs that overlap)\n", text)
        self.assertNotIn("2 probers", text)
        run = self.report(logs, "--at", "17:20:00", "--around", "3")
        self.assertEqual(run.out.count("\n"), 3)
        self.assertEqual(run.err, "sipping: note: 3 rows left out: others say the same\n")

    def test_a_log_beside_its_compressed_copy_counts_once(self):
        path = self.folder / "logs/a.csv"
        path.parent.mkdir()
        path.write_text(HEADER + log_of("....xxxx...."))
        subprocess.run(["zstd", "-q", path], check=True)
        (self.folder / "logs/a.csv.zst.part").write_bytes(b"\x28\xb5\x2f\xfdtorn")
        told = self.json("logs")
        self.assertEqual((told["targets"][0]["sent"], told["copies"]), (12, 12))
        with open(path, "a", encoding="ascii") as file:  # the run goes on
            file.write(log_of("..", begin=START + 12))
        self.assertEqual(self.json("logs")["targets"][0]["sent"], 14)

    def test_from_reads_a_log_beside_an_old_packed_copy(self):
        """Packed when it was half as long; what came later is in the log alone."""
        (self.folder / "a.csv").write_text(HEADER + log_of("." * 60))
        with gzip.open(self.folder / "a.csv.gz", "wt") as file:
            file.write(HEADER + log_of("." * 30))
        (self.folder / "a.csv.1").write_text(HEADER + log_of("." * 10, begin=START + 20))
        told = self.json(".", "--from", START + 45)
        self.assertEqual(told["targets"][0]["sent"], 15)

    def test_rotated_logs_that_overlap(self):
        lines = log_of("." * 30 + "xxxx" + "." * 30).splitlines(keepends=True)
        (self.folder / "a.csv").write_text(HEADER + "".join(lines[28:]))
        (self.folder / "a.csv.1").write_text(HEADER + "".join(lines[:40]))
        told = self.json(".")
        self.assertEqual((told["targets"][0]["sent"], told["copies"]), (64, 12))
        self.assertEqual([one["lost"] for one in told["targets"][0]["outages"]], [4])

    def test_two_sets_of_call_ids_are_two_probers(self):
        for number, name in enumerate(("a.csv", "b.csv")):
            (self.folder / name).write_text(HEADER + "".join(
                row(START + i, callid=str(1_000_000_000 + number * 500 + i),
                    kind="timeout" if number and 20 <= i < 30 else "reply") for i in range(60)))
        told = self.json("a.csv", "b.csv")
        self.assertEqual([(one["target"], one["sent"], one["lost"]) for one in told["targets"]],
                         [("sbc (2)", 60, 10), ("sbc", 60, 0)])
        self.assertEqual(told["copies"], 0)

    def test_classic_logs_copied(self):
        text = "".join(",".join(line.split(",")[:6]) + "\n"
                       for line in log_of("...xxxx...").splitlines())
        for name in "a.csv", "b.csv":
            (self.folder / name).write_text("time,timestamp,host,latency,callid,response\n" + text)
        told = self.json("a.csv", "b.csv")
        self.assertEqual([(one["sent"], one["lost"]) for one in told["targets"]], [(10, 4)])
        self.assertEqual(told["copies"], 10)

    def test_the_last_row_without_a_line_end_counts(self):
        path = CASES / "last-row-without-line-end/original-running.csv"
        run = self.report(path, "--json")
        self.assertEqual(run.err, "")
        target, = json.loads(run.out)["targets"]
        self.assertEqual((target["sent"], target["lost"]), (103, 45))
        last = target["outages"][-1]
        self.assertEqual([last[key] for key in ("lost", "open", "last_call_id")],
                         [3, True, "3860204577"])

    def test_of_a_last_row_cut_anywhere_no_wrong_value_is_taken(self):
        whole = HEADER + log_of("....") + row(START + 4, kind="timeout", detail="self=stall")[:-1]
        begin = len(HEADER + log_of("...."))
        # Behind its last comma nothing tells whether there was a detail, and mostly there is none.
        sizes = {*range(begin + 1, len(whole), 5), len(whole)} - {whole.index("timeout,") + 8}
        for size in sorted(sizes):
            (self.folder / "log.csv").write_text(whole[:size])
            run = self.report("log.csv", "--json")
            target, = json.loads(run.out)["targets"]
            if target["sent"] == 4:
                self.assertEqual(run.err, "sipping: note: log.csv:6: the last row is cut off, and "
                                          "left out\n", whole[begin:size])
            else:
                self.assertEqual(target["perhaps_own"], 1, whole[begin:size])
        self.assertEqual(target["sent"], 5)

    def test_resaved_by_spreadsheets(self):
        folder = CASES / "resaved-by-spreadsheet"
        right = self.json(folder / "as-written.csv")["targets"]
        self.assertEqual([one["lost"] for one in right[0]["outages"]], [30])
        text = (folder / "as-written.csv").read_text()
        semicolons = text.replace(",", ";")
        half = text.index("\n", 10_000) + 1
        quoted = "".join(",".join(f'"{field}"' for field in line.split(",")) + "\n"
                         for line in text.splitlines())
        forms = {"utf-16le": text.encode("utf-16"),
                 "utf-16be": b"\xfe\xff" + text.encode("utf-16-be"),
                 "bom": b"\xef\xbb\xbf" + text.encode(),
                 "crlf": text.replace("\n", "\r\n").encode(),
                 "cr": text.replace("\n", "\r").encode(), "tab": text.replace(",", "\t").encode(),
                 "sep": b"sep=;\r\n" + semicolons.replace("\n", "\r\n").encode(),
                 "comma": re.sub(r";(\d+)\.(\d+);", r";\1,\2;", semicolons).encode(),
                 "quoted": quoted.encode(), "quoted bom": b"\xef\xbb\xbf" + quoted.encode(),
                 "floats": re.sub(r",(\d{10}),SIP", r",\1.0,SIP", text).encode(),
                 "half of each": (text[:half] + semicolons[half:]).encode(),
                 "utf-16 in gzip": gzip.compress(text.encode("utf-16"))}
        for name in "excel-semicolon.csv", "resaved-gnumeric.csv":
            forms[name] = (folder / name).read_bytes()
        for name, data in forms.items():
            with self.subTest(name):
                (self.folder / "log.csv").write_bytes(data)
                run = self.report("log.csv", "--json")
                self.assertEqual(json.loads(run.out)["targets"], right)
                self.assertEqual(run.err, "")

    def test_resaved_and_as_written_are_copies(self):
        folder = CASES / "resaved-by-spreadsheet"
        told = self.json(folder)
        self.assertEqual((len(told["targets"]), told["targets"][0]["sent"], told["copies"]),
                         (1, 200, 400))

    def test_what_a_spreadsheet_has_lost_is_told(self):
        lines = log_of("...." ).splitlines(keepends=True)
        lines[1] = re.sub(r",\d{10},", ",1.00000E+09,", lines[1])
        lines[2] = re.sub(r",\d{10}\.\d{6},", ",1.4317E+09,", lines[2])
        (self.folder / "log.csv").write_text(HEADER + "".join(lines))
        run = self.report("log.csv", "--json", code=1)
        self.assertEqual(run.err,
                         "sipping: log.csv:3: changed by a spreadsheet: the Call-ID in column 5 "
                         "has lost digits\n"
                         "sipping: log.csv:4: changed by a spreadsheet: the time in column 2 is no "
                         "number any more\n")
        self.assertEqual(json.loads(run.out)["targets"][0]["sent"], 2)
        (self.folder / "log.csv").write_text(HEADER + re.sub(
            r"(?m)^(\d\d)/(\d\d)/(\d\d) (\d\d:\d\d:\d\d):\d+", r"20\3-\2-\1 \4", log_of("....")))
        run = self.report("log.csv", "--json")
        self.assertEqual(run.err, "sipping: note: log.csv:2: column 1 was changed by a "
                                  "spreadsheet; the times of column 2 count\n")
        self.assertEqual(json.loads(run.out)["targets"][0]["sent"], 4)

    def test_what_cannot_be_read_below_a_folder_is_told_and_the_rest_is_read(self):
        self.folder.chmod(0o755)
        (self.folder / "d" / "closed").mkdir(parents=True)
        for name in ("d/A.CSV", "d/b.csv", "d/closed/c.csv"):
            (self.folder / name).write_text(HEADER + log_of("....", target=name))
        (self.folder / "d/b.csv").chmod(0)
        (self.folder / "d/closed").chmod(0)
        nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        run = self.report("d", "--json", code=1, wrapper=nobody)
        self.assertEqual([one["target"] for one in json.loads(run.out)["targets"]], ["d/A.CSV"])
        self.assertEqual(sorted(run.err.splitlines()), ["sipping: d/b.csv: Permission denied",
                                                        "sipping: d/closed: Permission denied"])
        self.report("d/b.csv", code=3, wrapper=nobody)  # one that was asked for

    def test_losses_picked_out_of_a_log_are_told_to_be_perhaps_that(self):
        picked = "".join(line + "\n" for line in log_of("..x..x..x..").splitlines()
                         if "timeout" in line)
        note = "  sbc: nothing but losses, and no start of a run: if they were picked out of a log"
        for text, told in ((picked, True), (gap(START, "start") + picked, False),
                           (log_of("..x..x..x.."), False)):
            (self.folder / "log.csv").write_text(HEADER + text)
            self.assertEqual(note in self.report("log.csv").out, told)

    def test_files_that_are_none_are_named(self):
        text = (HEADER + log_of("....")).encode()
        (self.folder / "a.csv.xz").write_bytes(lzma.compress(text))
        (self.folder / "b.csv").write_bytes(bz2.compress(text))
        with zipfile.ZipFile(self.folder / "c.csv.xlsx", "w") as file:
            file.writestr("xl/workbook.xml", "x")
        (self.folder / "d.csv.zst").write_bytes(gzip.compress(text))  # its content decides
        run = self.report(".", "--json", code=1)
        self.assertEqual(json.loads(run.out)["targets"][0]["sent"], 4)
        self.assertEqual(run.err, """\
sipping: ./a.csv.xz: an xz file: unpack it first (xz -d)
sipping: ./b.csv: a bzip2 file: unpack it first (bzip2 -d)
sipping: ./c.csv.xlsx: a zip file: unpack it first (a spreadsheet, .xlsx or .ods, is one: save it \
as CSV)
""")

    def test_a_mistyped_target_is_an_error_that_lists_near_ones(self):
        log = CASES / "mistyped-target/log.csv"
        for name in "gw1.example.net", "GW1.EXAMPLE.NET", "2001:DB8:0:0::1", "[2001:db8::1]":
            self.assertEqual(self.json(log, "--target", name)["targets"][0]["sent"], 60, name)
        for form in (), ("--json",), ("--per", "day"), ("--at", "17:20:30"):
            run = self.report(log, "--target", "gw1.exmaple.net", *form, code=3)
            self.assertEqual(run.out, "")
            self.assertRegex(run.err, r"^sipping: --target 'gw1\.exmaple\.net': no such target in "
                                      r"these logs( at that time)? \(there is GW1\.example\.net, "
                                      r"2001:db8::1\)\n$")
        run = self.report(log, "--target", "gw1.example.net", "--target", "other", code=3)
        self.assertIn("--target 'other'", run.err)
        self.assertEqual(self.report(log, "--target", "other", "--from", "2020-01-01", "--to",
                                     "2020-01-02").out,
                         "No probe of that time and those targets in these logs.\n")

    def test_a_full_folder_for_temporary_files_is_named(self):
        lines = log_of("." * 300_000).splitlines(keepends=True)
        (self.folder / "log.csv").write_text(HEADER + "".join(lines[::-1]))
        nowhere = {"TMPDIR": "/not/there"}
        run = self.report("log.csv", code=4, env=nowhere)
        self.assertEqual(run.err, "sipping: cannot write a temporary file in /not/there (TMPDIR "
                                  "names another folder): No such file or directory\n")
        self.assertEqual(self.report("log.csv", "--from", START, "--to", START + 9,
                                     env=nowhere).err, "", "what is little is sorted in memory")

    def test_stalls_and_pauses_are_told_once(self):
        names = [f"gw{i:02}" for i in range(20)]
        text = gap(START, "start")
        for second in range(10):
            if second == 5:
                text += "".join(gap(START + 5, "stall", until=START + 8, count=2, target=name)
                                for name in names)
            if second not in (5, 6):
                text += "".join(row(START + second + i * 0.05, target=name)
                                for i, name in enumerate(names))
        text += gap(START + 10, "stop") + gap(START + 100, "start")
        text += "".join(row(START + 100 + i * 0.05, target=name) for i, name in enumerate(names))
        (self.folder / "all.csv").write_text(HEADER + text)
        self.assertIn("Our own side\n"
                      "  stall: 1 gap, 3.00 s in all, 40 affected\n"
                      "  not running: 1 pause, 90.0 s in all\n", self.report("all.csv").out)
        told = self.json("all.csv")
        self.assertEqual(told["gaps"],
                         [{"reason": "stall", "times": 1, "seconds": 3.0, "count": 40}])
        self.assertEqual(told["pauses"], [{"from": START + 10.0, "to": START + 100.0}])
        self.assertAlmostEqual(told["targets"][0]["coverage"], 0.07, delta=0.002)

    def test_codes_that_count_as_down(self):
        text = "".join(row(START + i, status="SIP/2.0 503 Busy" if 20 <= i < 30 or i == 40
                           else "SIP/2.0 200 OK", kind="timeout" if 30 <= i < 33 else "reply")
                       for i in range(100))
        (self.folder / "log.csv").write_text(HEADER + text)
        plain = self.json("log.csv")["targets"][0]
        self.assertEqual(plain["codes"], {"200": 86, "503": 11})
        self.assertEqual([(one["sort"], one["lost"]) for one in plain["outages"]], [("lost", 3)])
        down = self.json("log.csv", "--down-codes", "500-503")["targets"][0]
        self.assertEqual([(one["sort"], one["lost"], one["refused"], one["seconds"])
                          for one in down["outages"]], [("lost", 3, 10, 13)])
        self.assertEqual((down["lost"], down["refused"], down["received"]), (3, 11, 97))
        care = self.json("log.csv", "--maintenance-codes", "503", "--down-codes", "503",
                         "--outage-run", "1")["targets"][0]
        self.assertEqual([(one["sort"], one["maintenance"]) for one in care["outages"]],
                         [("lost", 10), ("maintenance", 1)])
        self.assertEqual((care["outage_seconds"], care["maintenance_seconds"]), (13, 1))
        run = self.report("log.csv", "--down-codes", "503")
        self.assertEqual(run.out.splitlines()[2:7], [
            "target  sent  recd  lost  loss %  own?  late  refused    min    p50    p95    p99  "
            "max ms  longest run  outages  avail %  cover %  codes",
            "sbc      100    97     3    3.00     0     0       11  5.000  5.000  5.000  5.000   "
            "5.000            3        1    86.86   100.00  200 x 86, 503 x 11",
            "",
            "Outages (3 or more failures in a row): 1",
            "                  begin                      end  for     lost  refused  maint  sort  "
            "late  first Call-ID  last Call-ID  target"])
        self.assertIn("--down-codes", self.report("log.csv", "--down-codes", "50", code=3).err)

    def test_what_came_and_which_runs(self):
        text = (log_of("....") + row(START + 4, kind="timeout", detail="unread=2")
                + row(START + 5, detail="syntax=no-colon:contact")
                + f"x,{START + 4.5:.6f},192.0.2.1,,,,sbc,40000,unread,"
                  "reason=stun;length=20;bytes=..\n"
                + f"x,{START + 4.6:.6f},192.0.2.1,,,,sbc,,unread,reason=more;count=500\n"
                + f"x,{START + 4.7:.6f},192.0.2.1,drop,1,drop,sbc,,way,way=back\n"
                + log_of("xxxx", begin=START + 6).replace("timeout,", "timeout,run=stress"))
        (self.folder / "log.csv").write_text(HEADER + text)
        self.assertTrue(self.report("log.csv").out.endswith("""
What the targets sent
  sbc: responses that are not correct SIP: 1 no-colon:contact
  sbc: 501 datagrams of no probe (kind unread)
  sbc: 1 loss beside which such a datagram came (unread=)

Our own side
  4 rows of other runs left out (stress 4): --runs all counts them too
  1 row of kinds that are no probe and not known here (way 1)
"""))
        told = self.json("log.csv")
        target, = told["targets"]
        self.assertEqual((target["sent"], target["unread"], target["lost_beside_unread"],
                          target["syntax"], told["other_runs"], told["other_kinds"]),
                         (6, 501, 1, {"no-colon:contact": 1}, {"stress": 4}, {"way": 1}))
        self.assertEqual(self.json("log.csv", "--runs", "all")["targets"][0]["sent"], 10)
        self.assertEqual(self.json("log.csv", "--runs", "stress")["targets"][0]["sent"], 4)
        self.assertIn("--runs", self.report("log.csv", "--runs", "some", code=3).err)


if __name__ == "__main__":
    unittest.main()
