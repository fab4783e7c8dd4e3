"""--rotate and --compress: file names, no row lost or twice, logrotate beside it."""

import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

from support import ROOT, SippingCase, details, read_csv

NAME = re.compile(r"^127\.0\.0\.1_\d+\.(\d{8}T\d{6}[+-]\d{4})\.csv(\.zst)?$")


class Rotation(SippingCase):
    def files(self):
        return sorted((self.folder / "sipping-logs").iterdir())

    def unpack(self):
        for path in self.files():
            if path.suffix == ".zst":
                subprocess.run(["zstd", "-q", "-d", "--rm", path], check=True, timeout=60)

    def all_rows(self, paths):
        """Rows of all files; each begins with the header (read_csv looks)."""
        return [row for path in paths for row in read_csv(path)]

    def check_complete(self, rows, count):
        probes = [row for row in rows if row["kind"] != "gap"]
        # Those that a busy box left out have rows of their own.
        left_out = sum(int(details(row)["count"]) for row in rows
                       if row["kind"] == "gap" and details(row)["reason"] in ("stall", "skipped"))
        self.assertEqual(len(probes) + left_out, count)
        self.assertEqual(len({row["callid"] for row in probes}), len(probes))
        self.assertEqual({row["kind"] for row in probes}, {"reply"})
        reasons = [row["detail"] for row in rows if row["kind"] == "gap"]
        self.assertEqual([reason for reason in reasons if "log-rows-lost" in reason], [])

    def run_for(self, seconds, *options, **more):
        return self.ping(self.peer(), "-c", seconds * 100, "-I", "10", "-q", "--mine", *options,
                         **more)

    def start_run(self, count, *options):
        peer = self.peer()
        return self.start(f"{peer.address}:{peer.port}", "-c", count, "-I", "10", "-q", "--mine",
                          *options)

    def test_by_time_on_whole_seconds_of_the_clock(self):
        run = self.run_for(4, "--rotate", "2s")
        files = self.files()
        self.assertGreaterEqual(len(files), 2)
        for path in files[1:]:
            second = int(NAME.match(path.name)[1][13:15])
            # A busy box may be late, never early.
            self.assertIn(second % 2, (0, 1), path.name)
            first = next(row for row in read_csv(path) if row["kind"] != "gap")
            stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(float(first["timestamp"]) + 1.1))
            self.assertGreaterEqual(stamp + "+0000", NAME.match(path.name)[1])
        self.check_complete(self.all_rows(files), 400)
        self.assertIn(files[-1].name, run.out)

    def test_names_carry_local_time(self):
        self.run_for(1, "--rotate", "1h", env={"TZ": "XYZ-5:45"})
        name, = (path.name for path in self.files())
        begun = time.mktime(time.strptime(NAME.match(name)[1][:15], "%Y%m%dT%H%M%S"))
        self.assertTrue(NAME.match(name)[1].endswith("+0545"), name)
        self.assertLess(abs(begun - 5.75 * 3600 - time.mktime(time.gmtime())), 60)

    def test_by_size(self):
        self.run_for(4, "--rotate", "10kB")
        files = self.files()
        self.assertGreaterEqual(len(files), 3)
        for path in files[:-1]:
            self.assertGreaterEqual(path.stat().st_size, 10_000, path.name)
        self.check_complete(self.all_rows(files), 400)

    def test_compressed(self):
        for io in ("uring", "epoll"):
            with self.subTest(io=io):
                self.run_for(3, "--rotate", "1s", "--compress", "--io", io)
                files = self.files()
                self.assertEqual([path.suffix for path in files][-1], ".csv", "the open one")
                self.assertEqual({path.suffix for path in files[:-1]}, {".zst"})
                self.unpack()
                self.check_complete(self.all_rows(self.files()), 300)
                shutil.rmtree(self.folder / "sipping-logs")

    def test_a_file_that_cannot_be_compressed_stays_and_is_named(self):
        log = self.folder / "sipping-logs"
        log.mkdir()
        run = self.start_run(400, "--rotate", "2s", "--compress")
        deadline = time.monotonic() + 10
        while not list(log.glob("*.csv")) and time.monotonic() < deadline:
            time.sleep(0.02)
        first, = log.glob("*.csv")
        pathlib.Path(f"{first}.zst").write_text("somebody's")
        run.wait()
        self.assertIn(f"sipping: cannot compress log 'sipping-logs/{first.name}': File exists; it "
                      "stays as it is", run.err)
        self.assertEqual(pathlib.Path(f"{first}.zst").read_text(), "somebody's")
        pathlib.Path(f"{first}.zst").unlink()
        self.unpack()
        self.check_complete(self.all_rows(self.files()), 400)

    def test_sighup_opens_a_renamed_file_anew(self):
        log = self.folder / "sipping-logs"
        run = self.start_run(200, "--rotate", "24h")
        time.sleep(0.7)
        first, = log.glob("*.csv")
        first.rename(f"{first}.1")
        run.signal(signal.SIGHUP)
        run.wait()
        self.assertTrue(first.exists())
        self.check_complete(self.all_rows([f"{first}.1", first]), 200)

    def test_a_log_of_one_name_gets_dates_too(self):
        self.run_for(1, "--rotate", "1h", "--log", "all.csv")
        name, = (path.name for path in self.folder.glob("*.csv"))
        self.assertRegex(name, r"^all\.\d{8}T\d{6}\+0000\.csv$")

    def test_without_a_thread_old_files_stay_as_they_are(self):
        """Found in a review: the first rotation ended the run with exit code 4."""
        run = self.run_for(3, "--rotate", "1s", "--compress", "--io", "uring",
                           wrapper=(sys.executable, str(ROOT / "tests/no_threads.py")))
        files = self.files()
        self.assertEqual({path.suffix for path in files}, {".csv"})
        for path in files[:-1]:
            self.assertIn(f"sipping: log 'sipping-logs/{path.name}' stays as it is, a thread "
                          "cannot be started: ", run.err)
        self.check_complete(self.all_rows(files), 300)


if __name__ == "__main__":
    unittest.main()
