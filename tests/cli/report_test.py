"""sipping report: logs made here, and what it tells of them."""

import csv
import gzip
import io
import json
import os
import random
import signal
import subprocess
import time
import unittest

from made_logs import HEADER, START, gap, log_of, row
from support import SippingCase

class Report(SippingCase):
    maxDiff = None

    def write(self, name, text, header=HEADER):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(header + text)
        return path

    def report(self, *arguments, code=0, **how):
        return self.sipping("report", *arguments, code=code, **how)

    def json(self, *arguments, code=0):
        return json.loads(self.report(*arguments, "--json", code=code).out)

    def test_text(self):
        self.write("log.csv", log_of("." * 60 + "xxxxx" + "." * 35 + "xx" + "." * 98))
        run = self.report("log.csv")
        self.assertEqual(run.err, "")
        self.assertEqual(run.out.splitlines(), [
            "2015-05-15 15:16:40.000 to 2015-05-15 15:19:59.000 (UTC0), 199 s: 1 log, 1 target, "
            "200 probes",
            "",
            "target  sent  recd  lost  loss %  own?  late    min    p50    p95    p99  max ms  "
            "longest run  outages  avail %  cover %  codes",
            "sbc      200   193     7    3.50     0     0  5.000  5.000  5.000  5.000   5.000  "
            "          5        1    97.48   100.00  200 x 193",
            "",
            "Outages (3 or more losses in a row): 1",
            "                  begin                      end  for     lost  late  first Call-ID  "
            "last Call-ID  target",
            "2015-05-15 15:17:40.000  2015-05-15 15:17:45.000  5.00 s     5     0     1000060000  "
            "  1000064000  sbc"])

    def test_outages_of_random_logs(self):
        """Against an account that is kept here, probe by probe; fast targets, all in one file, in
        pieces of it, compressed or not."""
        seed = random.randrange(1 << 32)
        print(f"seed {seed}")
        dice = random.Random(seed)
        fates = {f"t{i}": "".join(
            dice.choices(".xo", (98, 2, 1) if dice.random() < 0.99 else (5, 90, 5))[0]
            for _ in range(3000)) for i in range(5)}
        rows = []
        for name, fate in fates.items():
            text = log_of(fate, interval=0.1, target=name)
            rows += [(float(line.split(",")[1]) + (0.005 if ",reply," in line else 1), line)
                     for line in text.splitlines(keepends=True)]
        lines = [line for _, line in sorted(rows, key=lambda one: one[0])]
        cut = sorted(dice.sample(range(len(lines)), 3))
        pieces = [lines[a:b] for a, b in zip([0] + cut, cut + [len(lines)])]
        for i, piece in enumerate(pieces):
            path = self.write(f"logs/all.2015051{i}.csv", "".join(piece))
            if i % 2 == 0:
                subprocess.run(["zstd", "-q", "--rm", path], check=True)
        found = {target["target"]: target for target in self.json("logs")["targets"]}
        for name, fate in fates.items():
            expected, run = [], []
            for number, one in enumerate(fate + "."):
                if one == "x":
                    run.append(number)
                elif one == ".":
                    if len(run) >= 3:
                        end = number if number < len(fate) else run[-1]
                        expected.append((run[0], end, len(run), number >= len(fate)))
                    run = []
            seen = [(round((one["from"] - START) * 10), round((one["to"] - START) * 10),
                     one["lost"], one["open"]) for one in found[name]["outages"]]
            self.assertEqual(seen, expected, name)
            self.assertEqual(found[name]["sent"], len(fate))
            self.assertEqual(found[name]["lost"], len(fate) - fate.count("."))
            self.assertEqual(found[name]["perhaps_own"], fate.count("o"))

    def test_the_logs_of_the_original(self):
        """The rows of its document as they stand, double-spaced, as bytes, with CRLF."""
        rows = ["15/05/15 08:18:48:383775,1431703128.38,,3,0762101642,SIP/2.0 200 OK",
                "15/05/15 08:18:49:387328,1431703129.39,,drop,1257707506,drop",
                "15/05/15 08:18:50:390695,1431703130.39,,2,9081881016,SIP/2.0 200 OK"]
        for name, text in (("as it stands", "\n".join(rows) + "\n"),
                           ("CRLF", "\r\n".join(rows) + "\r\n"),
                           ("doubled", "\r\n\r\n".join(rows) + "\r\n\r\n"),
                           ("Windows", "\r\r\n".join(rows) + "\r\r\n"),
                           ("bytes", "\n".join(rows).replace("SIP/2.0 200 OK",
                                                             "b'SIP/2.0 200 OK'"))):
            with self.subTest(name):
                self.write("10.1.2.3.csv", text, header="")
                run = self.report("10.1.2.3.csv", "--json")
                self.assertEqual(run.err, "")
                target, = json.loads(run.out)["targets"]
                self.assertEqual((target["target"], target["sent"], target["lost"]),
                                 ("10.1.2.3", 3, 1))
                self.assertEqual(target["latency_ms"]["max"], 3)
        self.write("10.1.2.3.csv", "\n".join(rows) + "\n", header="")
        run = self.report("10.1.2.3.csv", "--at", "1431703129", "--around", "2")
        self.assertEqual(run.out, """\
2015-05-15 15:18:48.383  reply           3.000 ms  0762101642  10.1.2.3  SIP/2.0 200 OK
2015-05-15 15:18:49.387  timeout                   1257707506  10.1.2.3
2015-05-15 15:18:50.390  reply           2.000 ms  9081881016  10.1.2.3  SIP/2.0 200 OK
""")

    def test_classic_form(self):
        text = "".join(",".join(line.split(",")[:6]) + "\n"
                       for line in log_of("...xxxx...").splitlines())
        self.write("a.csv", text, header="time,timestamp,host,latency,callid,response\n")
        target, = self.json("a.csv")["targets"]
        self.assertEqual((target["target"], target["lost"], len(target["outages"])),
                         ("192.0.2.1", 4, 1))

    def test_what_cannot_be_read_is_told_and_passed_over(self):
        self.write("log.csv", log_of("..") + "garbage\n" + log_of("..", begin=START + 2)
                   + row(START + 4, kind="0") + log_of(".", begin=START + 5)
                   + row(START + 6)[:50])
        run = self.report("log.csv", "--json", code=1)
        self.assertEqual(json.loads(run.out)["targets"][0]["sent"], 5)
        self.assertEqual(run.err, "sipping: log.csv:4: not 6 or 10 fields\n"
                                  "sipping: log.csv:7: no kind in column 9\n"
                                  "sipping: note: log.csv:9: the last row is cut off, and left "
                                  "out\n")
        self.assertEqual(json.loads(run.out)["unread_lines"], 2)
        self.assertEqual(json.loads(run.out)["notes"], [
            {"file": "log.csv", "line": 9, "why": "the last row is cut off, and left out"}])

    def test_broken_compressed_files(self):
        plain = (HEADER + log_of("." * 20000)).encode()
        for name, data in (("a.csv.gz", gzip.compress(plain)[:-3000]),
                           ("a.csv.zst", subprocess.run(["zstd", "-c"], input=plain, check=True,
                                                        capture_output=True).stdout[:-3000])):
            (self.folder / name).write_bytes(data)
            run = self.report(name, "--json", code=1)
            self.assertIn(f"sipping: {name}:", run.err)
            self.assertIn("the compressed data end in the middle; read up to there\n", run.err)
            self.assertGreater(json.loads(run.out)["targets"][0]["sent"], 1000)
        (self.folder / "a.csv.zst").write_bytes(b"\x28\xb5\x2f\xfd" + b"no zstd at all" * 100)
        run = self.report("a.csv.zst", code=1)
        self.assertIn("broken zstd data", run.err)

    def test_gzip_zstd_and_standard_input_tell_the_same(self):
        text = log_of("." * 50 + "xxxx" + "." * 50)
        path = self.write("log.csv", text)
        expected = self.json("log.csv")["targets"]
        (self.folder / "log.csv.gz").write_bytes(gzip.compress(path.read_bytes()[:900])
                                                 + gzip.compress(path.read_bytes()[900:]))
        subprocess.run(["zstd", "-q", path], check=True)
        for name in ("log.csv.gz", "log.csv.zst"):
            self.assertEqual(self.json(name)["targets"], expected, name)
        run = self.report("-", "--json", stdin=path.read_text())
        self.assertEqual(json.loads(run.out)["targets"], expected)

    def test_folders(self):
        """What is being compressed is there twice; other files are not logs."""
        path = self.write("logs/deep/a.csv", log_of("." * 10))
        subprocess.run(["zstd", "-q", path], check=True)
        self.write("logs/b.csv.1", log_of("." * 10, target="b"))
        (self.folder / "logs/notes.txt").write_text("no log")
        targets = {one["target"]: one["sent"] for one in self.json("logs")["targets"]}
        self.assertEqual(targets, {"sbc": 10, "b": 10})

    def test_what_is_no_moment_and_no_zone(self):
        self.write("log", log_of("." * 3))
        for moment in "yesterday", "2015-02-31", "25:00", "2015-05-15 11:31 ", "12":
            self.check_refused("report", "log", "--at", moment, names="--at")
        for zone in "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "+25:00":
            self.check_refused("report", "log", "--tz", zone, names="--tz")

    def test_what_is_not_there(self):
        (self.folder / "empty").mkdir()
        self.check_refused("report", "empty", names="empty: no file with .csv in its name")
        self.check_refused("report", "nothere.csv", names="nothere.csv: No such file or directory")

    def test_long_timeouts(self):
        """Rows of a long timeout come long after those beside them, from a pipe too."""
        for timeout in 30, 400:
            fates = "." * 600 + "x" * 20 + "." * 1000
            path = self.write("log.csv", log_of(fates, timeout=timeout))
            target, = self.json("log.csv")["targets"]
            self.assertEqual([(one["lost"], one["from"]) for one in target["outages"]],
                             [(20, START + 600)])
            run = self.report("-", "--json", stdin=path.read_text())
            self.assertEqual(json.loads(run.out)["targets"][0]["outages"], target["outages"])

    def test_what_belongs_together(self):
        for number in range(17):
            self.write(f"logs/{number}.csv", log_of(
                "." * (100 + number // 10) + "xxxx" + "." * 50, begin=START + number * 0.005,
                target=f"gw{number:02}"))
        for number in range(17, 30):
            self.write(f"logs/{number}.csv", log_of("." * 100, target=f"gw{number:02}"))
        run = self.report("logs")
        self.assertIn("\nWhat belongs together\n"
                      "  10 of 30 targets lost within 45 ms at 2015-05-15 15:18:20.000: look on "
                      "our side (gw00, gw01, gw02 and 7 more)\n", run.out)

    def test_what_most_targets_had_comes_first(self):
        for number in range(5):
            self.write(f"logs/{number}.csv", log_of(
                ("xxxx" if number < 4 else "....") + "." * 50 + "xxxx" + "." * 50,
                begin=START + number * 0.005, target=f"gw{number}"))
        told = self.json("logs")["together"]
        self.assertEqual([(one["at"] - START, len(one["targets"])) for one in told],
                         [(54, 5), (0, 4)])

    def test_the_same_time_every_day(self):
        """A simulated two weeks, one probe in 20 s, three minutes lost from 11:31 on, in a zone."""
        text = ""
        begin = 1_431_640_800  # 15 May 2015, 00:00 in Berlin
        for number in range(14 * 4320):
            sent = begin + number * 20
            lost = 41_460 <= (sent - begin) % 86_400 < 41_640
            text += row(sent, kind="timeout" if lost else "reply")
        self.write("log.csv", text)
        run = self.report("log.csv", "--tz", "Europe/Berlin")
        self.assertIn("  every day (14 days) between 11:30 and 11:45: sbc\n", run.out)
        self.assertIn("2015-05-15 11:31:00.000  2015-05-15 11:34:00.000  180 s     9", run.out)
        run = self.report("log.csv", "--tz", "UTC")
        self.assertIn("between 09:30 and 09:45", run.out)
        per = self.report("log.csv", "--tz", "+02:00", "--per", "day", "--csv").out
        days = list(csv.DictReader(io.StringIO(per)))
        self.assertEqual([day["begin"] for day in days][:2], ["2015-05-15", "2015-05-16"])
        self.assertEqual({(day["sent"], day["lost"]) for day in days}, {("4320", "9")})
        hours = json.loads(self.report("log.csv", "--tz", "+02:00", "--per", "hour",
                                       "--json").out)
        self.assertEqual([hour["begin"] for hour in hours if hour["lost"]][0], "2015-05-15 11:00")
        self.assertEqual(len(hours), 14 * 24)

    def test_changes_gaps_and_own_losses(self):
        text = (gap(START, "start") + log_of("....oooo..")
                + "".join(row(START + 10 + i, status="SIP/2.0 503 Service Unavailable")
                          for i in range(5))
                + gap(START + 15, "stall", until=START + 17, count=2)
                + log_of("...", begin=START + 17) + gap(START + 20, "stop"))
        self.write("log.csv", text)
        run = self.report("log.csv")
        self.assertIn("No outage: never 3 or more losses in a row.\n", run.out)
        self.assertIn("""
Changes of status
  2015-05-15 15:16:50.000  SIP/2.0 200 OK -> SIP/2.0 503 Service Unavailable  [id: 1000010000]  sbc
  2015-05-15 15:16:57.000  SIP/2.0 503 Service Unavailable -> SIP/2.0 200 OK  [id: 1000017000]  sbc

Our own side
  4 losses that may be our own (self= in the log)
  stall: 1 gap, 2.00 s in all, 2 affected
""", run.out)

    def test_hostile_text_does_not_reach_the_terminal(self):
        evil = "SIP/2.0 200 \x1b[2J\u202e</script>=cmd|"
        self.write("log.csv", row(START, target="\x1b]0;x\x07sbc", status="SIP/2.0 503 x")
                   + row(START + 1, target="\x1b]0;x\x07sbc", status=evil))
        for arguments in ((), ("--json",), ("--csv",), ("--per", "day"),
                          ("--at", str(START), "--around", "5")):
            run = self.report("log.csv", *arguments)
            for bad in "\x1b", "\x07", "\u202e":
                self.assertNotIn(bad, run.out + run.err, arguments)

    def test_moments(self):
        self.write("log.csv", log_of("." * 100))
        expected = self.report("log.csv", "--at", "2015-05-15 15:17:00", "--around", "2").out
        self.assertEqual(expected.count("\n"), 4)
        for moment in ("2015-05-15T15:17", "15/05/15 15:17:00:000000", "15:17", "15:17:00.000",
                       "2015-05-15 15:17:00Z", "2015-05-15 17:17+02:00", "1431703020",
                       "1431703020.0"):
            self.assertEqual(self.report("log.csv", "--at", moment, "--around", "2").out, expected,
                             moment)
        self.assertEqual(self.report("log.csv", "--tz", "-05:00", "--at", "10:17",
                                     "--around", "2").out.count("\n"), 4)
        out = self.report("log.csv", "--from", "15:17", "--to", "15:17:10", "--json").out
        self.assertEqual(json.loads(out)["targets"][0]["sent"], 10)
        self.assertIn("No probe", self.report("log.csv", "--last", "24h").out)
        self.write("next.csv", log_of("." * 9, begin=START + 86400))
        out = self.report(".", "--from", "2015-05-15 15:17", "--to", "15:17:10", "--json").out
        self.assertEqual(json.loads(out)["targets"][0]["sent"], 10, "--to is of the day of --from")

    def test_a_moment_of_a_long_log_is_looked_up(self):
        """--at and --from read only a part of a plain file: not the lines far away from it that are
        no rows, which a look at all of it tells of."""
        fates = "".join(random.Random(7).choices(".x", (97, 3), k=300_000))
        lines = log_of(fates, interval=0.5).splitlines(keepends=True)
        for far in 60_000, 280_000:
            lines.insert(far, "no row\n")
        path = self.write("log.csv", "".join(lines))
        at = START + 100_000
        self.assertEqual(self.report("log.csv", code=1).err,
                         "sipping: log.csv:60002: not 6 or 10 fields\n"
                         "sipping: log.csv:280002: not 6 or 10 fields\n")
        run = self.report("log.csv", "--at", str(at), "--around", "30", "--csv")
        self.assertEqual(run.err, "")
        rows = list(csv.DictReader(io.StringIO(run.out)))
        self.assertEqual(len(rows), 120)
        with open(path, encoding="utf-8") as file:
            wanted = {line["callid"] for line in csv.DictReader(file)
                      if line["timestamp"] and at - 30 <= float(line["timestamp"]) < at + 30}
        self.assertEqual({one["callid"] for one in rows}, wanted)
        part = self.json("log.csv", "--from", str(at), "--to", str(at + 3600))
        self.assertEqual(part["targets"][0]["sent"], 7200)

    def test_a_real_run(self):
        """What sipping itself has logged, rotated and compressed, with an outage in it."""
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "10", "-t", "300", "-q", "--mine",
                         "--rotate", "1s", "--compress")
        self.assertTrue(peer.wait_for(150))
        os.kill(run.process.pid, 0)
        peer.behaviour.silent = True
        time.sleep(1)
        peer.behaviour.silent = False
        self.assertTrue(peer.wait_for(len(peer.requests) + 100))
        self.finish(run)
        target, = self.json("sipping-logs")["targets"]
        outage, = target["outages"]
        self.assertIn(f"UP 127.0.0.1:{peer.port} after ", run.out)
        # Of a busy box some losses may be its own: they are told apart.
        self.assertIn(f", {outage['lost'] + target['perhaps_own']} lost", run.out)
        self.assertEqual(target["sent"], len(peer.requests))

    def test_interrupted(self):
        path = self.write("log.csv", log_of("." * 1000))
        os.mkfifo(self.folder / "pipe.csv")
        run = self.start("report", "pipe.csv", "--json")
        with open(self.folder / "pipe.csv", "wb") as pipe:
            pipe.write(path.read_bytes())
            pipe.flush()
            time.sleep(0.5)
            run.signal(signal.SIGINT)
            run.wait()
        self.assertEqual(json.loads(run.out)["targets"][0]["sent"], 1000)
        self.assertEqual(run.code, 1, run)
        self.assertIn("interrupted: this is what had been read until then", run.err)
        self.assertTrue(json.loads(run.out)["interrupted"])


if __name__ == "__main__":
    unittest.main()
