"""sipping report beside a second, independent reading of the same logs (tests/report_oracle.py).

    python3 tests/cli/report_oracle_test.py [--logs=200] [--seed=N]

With --seed one log is tried, and stays in /tmp/report-oracle to be looked at.
"""

import base64
import csv
import json
import pathlib
import re
import shutil
import struct
import unittest
import zoneinfo
from collections import Counter
from datetime import datetime, timedelta, timezone

from generated_logs import Files
from report_oracle import LOST, NOT_SENT, RECEIVED, Oracle, S
from support import SippingCase, option

LOGS = option("logs", 200)
SEED = option("seed", 0)
FIRST_SEED = 15_000


class ReportOracle(SippingCase):
    maxDiff = None

    def test_tells_what_the_oracle_tells(self):
        for seed in [SEED] if SEED else range(FIRST_SEED, FIRST_SEED + LOGS):
            with self.subTest(f"--seed={seed}"):
                folder = pathlib.Path("/tmp/report-oracle") if SEED else self.folder / "logs"
                shutil.rmtree(folder, ignore_errors=True)
                self.try_one(Files(seed, folder), folder, f"--seed={seed}")

    def try_one(self, files, folder, seed):
        story = f"{seed}: {' '.join(files.story)} {files.arguments}"
        oracle = Oracle(files.paths, files.options, files.shift)
        if not oracle.histories:
            return
        run = self.sipping("report", folder, "-q", "--json", "--html", "page.html",
                           *files.arguments)
        told = json.loads(run.out)
        self.assertEqual([line for line in run.err.splitlines() if ": note: " not in line], [])
        self.check_targets(oracle, told, files, story)
        self.check_sums(oracle, told, files, story)
        text = (self.folder / "page.html").read_text()
        page = json.loads(re.search(r' id="data"[^>]*>(.*?)</script>', text, re.S)[1])
        self.check_page(oracle, page, told, files, story)
        run = self.sipping("report", folder, "-q", "--csv", *files.arguments)
        self.check_csv(run.out, told, files.tz, story)

    def check_targets(self, oracle, told, files, story):
        ours = {(one.name, one.site): one for one in oracle.histories}
        theirs = {(one["target"], one["site"]): one for one in told["targets"]}
        self.assertEqual(sorted(ours), sorted(theirs), story)
        for key, one in ours.items():
            with self.subTest(key):
                self.check_target(one, theirs[key], files, story)

    def check_target(self, one, told, files, story):
        seen = {name: told[name] for name in (
            "sent", "received", "lost", "refused", "maintenance", "perhaps_own", "late",
            "duplicate", "not_sent", "pending", "unread", "lost_beside_unread", "longest_run")}
        self.assertEqual(seen, {
            "sent": one.sum((*RECEIVED, *LOST, "pending")), "received": one.sum(RECEIVED),
            "lost": one.sum(LOST), "refused": one.refused, "maintenance": one.maintenance,
            "perhaps_own": one.own, "late": one.counts["late"],
            "duplicate": one.counts["duplicate"], "not_sent": one.sum(NOT_SENT),
            "pending": one.counts["pending"], "unread": one.unread,
            "lost_beside_unread": one.beside_unread,
            "longest_run": max(map(len, one.loss_runs)) if files.exact else told["longest_run"],
        }, story)
        self.assertEqual(told["codes"], {str(code): n for code, n in one.codes.items()}, story)
        self.assertEqual(told["syntax"], one.syntax, story)
        sent = [row.sent for row in one.probes]
        self.assertEqual((micro(told["first"]), micro(told["last"])), (min(sent), max(sent)), story)
        self.check_latency(one, told["latency_ms"], story)
        for outage in told["outages"]:
            self.assertGreaterEqual(outage["seconds"], 0, story)
        self.assertTrue(0 <= told["coverage"] <= 1 and 0 <= (told["availability"] or 0) <= 1, story)
        if files.exact:
            self.check_order(one, told, files, story)

    def check_order(self, one, told, files, story):
        """What depends on the order in which things happened."""
        self.check_outages(one, told, files, story)
        delta = 1e-6
        if files.steps_back:  # told by the usual interval
            delta = 2 * files.world.interval / max(1, one.probes[-1].at - one.probes[0].at)
        self.assertAlmostEqual(told["coverage"], one.coverage(), delta=delta, msg=story)
        if one.availability() is not None:
            self.assertAlmostEqual(told["availability"], one.availability(), msg=story,
                                   delta=delta if delta == 1e-6 else delta / one.coverage())
        self.assertEqual([(micro(c["at"]), c["from"], c["to"], c["call_id"])
                          for c in told["changes"]], one.changes, story)

    def check_latency(self, one, told, story):
        if not one.latencies:
            return
        self.assertEqual((round(told["min"] * 1000), round(told["max"] * 1000)),
                         (min(one.latencies), max(one.latencies)), story)
        for share in 50, 95, 99:
            low, high = one.percentile(share / 100)
            value = told[f"p{share}"] * 1000
            self.assertTrue(low * 0.984 <= value <= high * 1.016, (share, low, value, high, story))

    def check_outages(self, one, told, files, story):
        ours = [dict(outage) for outage in one.outages]
        theirs = [dict(outage) for outage in told["outages"]]
        for outage in ours:
            outage["seconds"] /= S
            del outage["at"], outage["maintained"]
        for outage in theirs:
            outage["from"], outage["to"] = micro(outage["from"]), micro(outage["to"])
        if files.steps_back:
            for mine, other in zip(ours, theirs):
                self.assertAlmostEqual(mine["seconds"], other["seconds"],
                                       delta=files.world.interval / S, msg=story)
                other["seconds"] = mine["seconds"]
        self.assertEqual(theirs, ours, story)

    def check_sums(self, oracle, told, files, story):
        if files.options.begin is None:  # else a file that is all copies need not be read
            self.assertEqual(told["copies"], oracle.copies, story)
        self.assertEqual(told["other_runs"], oracle.other_runs, story)
        self.assertEqual(told["other_kinds"], oracle.other_kinds, story)
        self.assertEqual({one["reason"]: (round(one["seconds"] * S), one["count"], one["times"])
                          for one in told["gaps"]},
                         {reason: (one["seconds"], one["count"], one["times"])
                          for reason, one in oracle.gaps.items()}, story)
        if files.exact:
            for kind, right in (("pauses", oracle.pauses), ("holes", oracle.holes)):
                self.assertEqual([(micro(one["from"]), micro(one["to"])) for one in told[kind]],
                                 right, story)

    def check_page(self, oracle, page, told, files, story):
        begin, width = micro(page["bins_from"]), micro(page["bin_s"])
        histories = {(one.name, one.site): one for one in oracle.histories}
        for one in page["targets"]:
            history = histories[one["target"], one["site"]]
            bins = one.pop("bins")
            sent = [0] * page["bins"]
            lost = {}  # and the longest run of losses in the bin
            for row in history.probes:
                place = (row.sent - begin) // width
                if row.kind in (*RECEIVED, *LOST):
                    sent[place] += 1
                if row.kind in LOST:
                    lost.setdefault(place, [place, 0, 0])[1] += 1
            for run in history.loss_runs:
                places = Counter((row.sent - begin) // width for row in run)
                for place, count in places.items():
                    lost[place][2] = max(lost[place][2], count)
            data = base64.b64decode(bins["sent"])
            self.assertEqual(list(struct.unpack(f"<{len(data) // 2}H", data)), sent, story)
            if not files.steps_back:
                self.assertEqual(bins["lost"], [lost[place] for place in sorted(lost)], story)
        for key, value in told.items():
            if key != "made":
                self.assertEqual(page[key], value, (key, story))

    def check_csv(self, text, told, tz, story):
        zone = timezone(timedelta(hours=2)) if tz[0] == "+" else zoneinfo.ZoneInfo(tz)

        def clock(unix):
            micros = micro(unix)
            return datetime.fromtimestamp(micros // S, zone).strftime("%Y-%m-%d %H:%M:%S.") + \
                f"{micros % S // 1000:03}"

        rows = list(csv.DictReader(text.splitlines()))
        expected = [(one["target"], one["site"], one["host"], clock(outage["from"]),
                     f"{outage['from']:.6f}", clock(outage["to"]), f"{outage['to']:.6f}",
                     outage["sort"], *(str(outage[key]) for key in (
                         "lost", "late", "icmp", "refused", "maintenance", "unread",
                         "first_call_id", "last_call_id")),
                     *("yes" if outage[key] else "no" for key in (
                         "open", "clock_set_back", "open_begin")))
                    for one in told["targets"] for outage in one["outages"]]
        found = [tuple(row[key] for key in (
            "target", "site", "host", "begin", "begin_unix", "end", "end_unix", "sort", "lost",
            "late", "icmp", "refused", "maintenance", "unread", "first_callid", "last_callid",
            "open", "clock_set_back", "open_begin")) for row in rows]
        self.assertEqual(sorted(found), sorted(expected), story)


def micro(unix):
    return round(unix * S)


if __name__ == "__main__":
    unittest.main()
