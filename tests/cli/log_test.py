"""The CSV log: both forms, file names, -w, local time, quoting, gap rows."""

import csv
import datetime
import fcntl
import io
import pathlib
import shutil
import signal
import unittest

from support import CLASSIC_KEYS, KEYS, SippingCase, details, private_mounts, read_csv

FAST = ("-c", "4", "-I", "50", "-t", "200")


class Files(SippingCase):
    def test_default_name_with_port(self):
        peer = self.peer()
        self.ping(peer, *FAST)
        self.assertEqual([p.name for p in self.folder.rglob("*.csv")],
                         [f"127.0.0.1_{peer.port}.csv"])

    def test_default_name_without_port(self):
        peer = self.peer("127.0.0.77", port=5060)
        self.sipping("127.0.0.77", *FAST)
        rows = self.rows(self.folder / "sipping-logs/127.0.0.77.csv")
        self.check_books(rows, peer)
        self.assertEqual(self.count_kinds(rows)["reply"], 4)

    def test_v6(self):
        peer = self.peer("::1")
        self.sipping(f"[::1]:{peer.port}", *FAST)
        name, = (p.name for p in self.folder.rglob("*.csv"))
        self.assertEqual(name, f"::1_{peer.port}.csv")
        self.assertEqual(peer.violations, [])

    def test_named_file(self):
        one, two = self.peer(), self.peer()
        self.sipping(f"127.0.0.1:{one.port}", f"127.0.0.1:{two.port}", "-w", "mine.csv", *FAST)
        rows = self.rows(self.folder / "mine.csv")
        self.check_books(rows)
        self.assertEqual(self.count_kinds(rows)["reply"], 8)
        self.assertFalse((self.folder / "sipping-logs").exists())

    def test_star_disables(self):
        self.ping(self.peer(), "-w", "*", *FAST)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_second_run_appends_under_one_header(self):
        peer = self.peer()
        self.ping(peer, *FAST)
        self.ping(peer, *FAST)
        self.assertEqual(self.log_path(peer).read_text().count("time,timestamp"), 1)
        self.probes(peer, 8)

    def test_a_log_that_lost_its_header_goes_on(self):
        """Truncated by another program while a row was on its way."""
        peer = self.peer()
        self.ping(peer, *FAST)
        path = self.log_path(peer)
        path.write_text(path.read_text().split("\n", 1)[1])
        self.ping(peer, *FAST)
        self.assertIn(" 8 ", self.sipping("report", path).out)
        (self.folder / "other.csv").write_text("1,2,3\n")
        self.ping(peer, *FAST, "-w", "other.csv", code=4)

    def test_a_cut_last_line_is_not_glued_to_the_next_row(self):
        peer = self.peer()
        self.log_path(peer).parent.mkdir()
        self.log_path(peer).write_text(",".join(KEYS) + "\n22/11/26 10:00:00:000000,1795")
        self.ping(peer, *FAST)
        lines = self.log_path(peer).read_text().split("\n")
        self.assertEqual(lines[0], ",".join(KEYS))
        self.assertEqual({line.count(",") for line in lines[:-1]}, {9}, "a line is not whole")
        self.assertEqual(sum(",reply," in line for line in lines), 4)


class Rows(SippingCase):
    def test_full_form(self):
        peer = self.peer(code=403, drop_first=1)
        self.ping(peer, *FAST)
        drop, *replies = sorted(self.probes(peer, 4), key=lambda row: row["timestamp"])
        self.assertEqual(drop["kind"], "timeout")
        self.assertEqual(drop["host"], "127.0.0.1")
        for row in replies:
            self.assertEqual((row["kind"], row["response"], row["host"], row["target"]),
                             ("reply", "SIP/2.0 403 Forbidden", "127.0.0.1",
                              f"127.0.0.1:{peer.port}"))
            self.assertLess(float(row["latency"]), 100)

    def test_rows_stand_in_order_of_completion(self):
        peer = self.peer(delays={1: 180})
        self.ping(peer, *FAST)
        rows = self.probes(peer, 4)
        self.assertEqual(rows[-1]["callid"], peer.requests[0].call_id)

    def test_gap_rows_at_start_and_stop(self):
        peer = self.peer()
        self.ping(peer, *FAST)
        gaps = [details(row)["reason"] for row in self.rows(peer) if row["kind"] == "gap"]
        self.assertEqual((gaps[0], gaps[-1]), ("start", "stop"))

    def test_rows_of_stress_and_ports_say_so(self):
        """They were the gateway's outages in the next report."""
        peer = self.peer()
        target = f"127.0.0.1:{peer.port}"
        for command in (("stress", target, "--rate", "20..40", "--steps", "2", "--step-time", "1"),
                        ("ports", target, "--max", "10")):
            self.sipping(*command)
            rows = self.rows(peer)
            self.assertEqual({details(row).get("run") for row in rows}, {command[0]})
            self.assertIn("gap", {row["kind"] for row in rows})
            self.log_path(peer).unlink()
        self.ping(peer, *FAST)
        self.assertEqual({details(row).get("run") for row in self.rows(peer)}, {None})

    def test_classic_form(self):
        peer = self.peer(copies=2, drop_first=1)
        self.ping(peer, *FAST, "--csv", "classic")
        rows = self.rows(peer, CLASSIC_KEYS)
        self.assertEqual({row["callid"] for row in rows},
                         {seen.call_id for seen in peer.requests})
        self.assertEqual(len(rows), 4)
        self.assertEqual(sum(row["latency"] == "drop" for row in rows), 1)

    def test_local_time_and_unix_time_say_the_same(self):
        peer = self.peer()
        self.ping(peer, *FAST, env={"TZ": "XYZ-5:30"})
        for row in self.probes(peer, 4):
            moment = datetime.datetime.fromtimestamp(
                float(row["timestamp"]), datetime.timezone(datetime.timedelta(hours=5.5)))
            self.assertEqual(row["time"][:17], moment.strftime("%d/%m/%y %H:%M:%S"))
            self.assertEqual(row["time"][18:], row["timestamp"][-6:])

    def test_source_ports_rotate(self):
        peer = self.peer()
        self.ping(peer, "-c", "40", "-I", "10", "--ports", "64")
        self.assertEqual(len({row["source_port"] for row in self.probes(peer, 40)}), 40)

    def test_a_small_pool_is_walked_in_turn(self):
        peer = self.peer()
        self.ping(peer, "-c", "16", "-I", "20", "--ports", "4")
        ports = [seen.port for seen in peer.requests]
        self.assertEqual(len(set(ports)), 4)
        self.assertEqual(ports, ports[:4] * 4)
        self.probes(peer, 16)

    def test_fixed_port(self):
        peer = self.peer()
        self.ping(peer, *FAST, "--port-policy", "fixed")
        self.assertEqual(len({seen.port for seen in peer.requests}), 1)
        self.probes(peer, 4)

    def test_fresh_ports(self):
        peer = self.peer()
        self.ping(peer, "-c", "12", "-I", "30", "--port-policy", "fresh", "--ports", "32")
        self.assertEqual(len({row["source_port"] for row in self.probes(peer, 12)}), 12)

    def test_port_range(self):
        peer = self.peer()
        self.ping(peer, *FAST, "--port-range", "21000-21063", "--ports", "16")
        for seen in peer.requests:
            self.assertTrue(21000 <= seen.port <= 21063, seen.port)

    def test_target_names_are_quoted(self):
        peer = self.peer(reason='OK, "really"')
        (self.folder / "t").write_text(f'127.0.0.1:{peer.port} name="Berlin, 1"\n')
        self.sipping("-f", "t", *FAST)
        row = self.probes(peer, 4)[0]
        self.assertEqual(row["target"], "Berlin, 1")
        self.assertEqual(row["response"], 'SIP/2.0 200 OK, "really"')
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(row.values())
        self.assertIn(out.getvalue(), self.log_path(peer).read_text())

    def test_site(self):
        peer = self.peer()
        self.ping(peer, *FAST, "--site", "berlin-1")
        for row in read_csv(self.log_path(peer)):
            if row["kind"] != "gap":
                self.assertRegex(row["callid"], r"^[1-9]\d{9}@berlin-1$")
        self.probes(peer, 4)


# Runs a command with a file system of 16 KiB in sipping-logs, of which 12 are taken.
SMALL_DISK = private_mounts(
    "mkdir sipping-logs && mount -t tmpfs -o size=64k none sipping-logs && "
    "head -c 61440 /dev/zero > sipping-logs/filler")



class Trouble(SippingCase):
    def test_a_disk_that_is_full_for_a_while(self):
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-c", "250", "-I", "20", wrapper=SMALL_DISK)
        self.assertTrue(peer.wait_for(120))
        inside = f"/proc/{run.process.pid}/root{self.folder}/sipping-logs"
        log = open(f"{inside}/127.0.0.1_{peer.port}.csv", encoding="utf-8")  # outlives the run
        self.addCleanup(log.close)
        pathlib.Path(inside, "filler").unlink()
        run.wait()
        self.check_code(run)
        self.assertEqual(len(peer.requests), 250)
        lines = log.read().split("\n")
        self.assertEqual(lines[0], ",".join(KEYS))
        self.assertEqual(lines[-1], "")
        self.assertEqual({line.count(",") for line in lines[:-1]}, {9}, "a line is not whole")
        known = {seen.call_id for seen in peer.requests}
        logged = {line.split(",")[4] for line in lines[1:-1]} & known
        self.assertIn(peer.requests[-1].call_id, logged, "logging did not resume")
        self.assertRegex(run.err, r"(?m)^sipping: .*(No space|ENOSPC)")
        if len(logged) < 250:
            self.assertRegex(run.out, rf"{250 - len(logged)} log rows lost")
            self.assertIn("reason=log-rows-lost", "\n".join(lines))

    def check_code(self, run):
        """All is well, and the exit code says whether the log lacks rows."""
        self.assertEqual(run.code, 4 if "log rows lost" in run.out else 0, run)

    def test_a_removed_folder(self):
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-c", "80", "-I", "50")
        self.assertTrue(peer.wait_for(20))
        shutil.rmtree(self.folder / "sipping-logs")
        run.wait()
        self.check_code(run)
        self.assertEqual(len(peer.requests), 80)
        logged = {row["callid"] for row in self.rows(peer)}
        self.assertIn(peer.requests[-1].call_id, logged, "logging did not resume")

    def test_a_full_disk_stops_no_probe_and_says_so(self):
        peer = self.peer()
        run = self.ping(peer, "-c", "8", "-I", "50", "-w", "/dev/full", code=4)
        self.assertEqual(len(peer.requests), 8)
        self.assertRegex(run.out + run.err, r"(?i)(No space|ENOSPC|rows.*lost|lost.*rows)")

    def test_kill_9_loses_at_most_a_second(self):
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "50")
        self.assertTrue(peer.wait_for(60))
        run.process.kill()
        run.process.wait()
        rows = [row for row in self.rows(peer) if row["kind"] == "reply"]
        self.assertGreaterEqual(len(rows), 35)
        self.ping(peer, *FAST)
        gap, = self.gaps(self.log_path(peer), "unfinished")
        self.assertAlmostEqual(float(gap["from"]), float(rows[-1]["timestamp"]), places=1)
        report = self.sipping("report", self.log_path(peer))
        self.assertIn("  unfinished: 1 gap, ", report.out)

    def test_a_run_that_ended_as_it_should_is_no_unfinished_one(self):
        peer = self.peer()
        for _ in range(3):
            self.ping(peer, *FAST)
        self.assertEqual(self.gaps(self.log_path(peer), "unfinished"), [])

    def gaps(self, path, reason):
        return [details(row) for row in self.rows(path) if f"reason={reason};" in row["detail"]]


class SecondWriter(SippingCase):
    def test_is_told_at_its_start_and_in_the_log(self):
        peer = self.peer()
        first = self.start(f"127.0.0.1:{peer.port}", "-w", "a.csv", "-q", "-I", "50")
        self.assertTrue(peer.wait_for(3))
        second = self.ping(peer, "-w", "a.csv", "-q", *FAST)
        self.assertIn("sipping: note: another program is writing a.csv too: the rows of both are "
                      "in it\n", second.err)
        self.finish(first)
        self.assertNotIn("another program", first.err)
        rows = self.rows(self.folder / "a.csv")
        self.check_books(rows, peer)
        self.assertEqual(sum("reason=second-writer" in row["detail"] for row in rows), 1)
        report = self.sipping("report", "a.csv")
        self.assertIn("  second-writer: 1 gap, two programs wrote one log: what one of them "
                      "lost may be no outage here\n", report.out)

    def test_neither_its_torn_line_nor_its_end_is_ours(self):
        """What another program has written so far may be half a line."""
        peer = self.peer()
        with open(self.folder / "a.csv", "w", encoding="utf-8") as other:
            other.write(",".join(KEYS) + "\n28/11/26 10:00:00:000000,1795")
            other.flush()
            fcntl.flock(other, fcntl.LOCK_EX)
            self.ping(peer, "-w", "a.csv", *FAST)
        self.assertIn("\n28/11/26 10:00:00:000000,1795",
                      (self.folder / "a.csv").read_text(encoding="utf-8"))

    def test_other_logs_of_one_folder_are_nobody_s_business(self):
        one, two = self.peer(), self.peer()
        first = self.start(f"127.0.0.1:{one.port}", "-q", "-I", "50")
        self.assertTrue(one.wait_for(3))
        self.assertEqual(self.ping(two, *FAST).err, "")
        self.finish(first)
        self.assertEqual(self.ping(one, *FAST).err, "", "the first one has ended")

    def test_a_log_that_was_rotated_stays_claimed(self):
        """logrotate moves the file away: the new one is claimed as well."""
        for signal_number in (None, signal.SIGHUP):
            with self.subTest(signal=signal_number):
                peer = self.peer()
                name = f"{peer.port}.csv"
                first = self.start(f"127.0.0.1:{peer.port}", "-w", name, "-q", "-I", "50")
                self.assertTrue(peer.wait_for(3))
                path = self.folder / name
                path.rename(f"{path}.1")
                if signal_number:
                    first.signal(signal_number)
                self.assertTrue(peer.wait_for(len(peer.requests) + 50))
                self.assertTrue(path.exists())
                self.assertIn("another program", self.ping(peer, "-w", name, *FAST).err)
                self.finish(first)


if __name__ == "__main__":
    unittest.main()
