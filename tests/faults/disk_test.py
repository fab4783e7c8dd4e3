"""What can happen to the disk under the logs of a run: full, read-only, another one on top of it,
gone. Each in a mount namespace of its own, so that the box's disks stay as they are. Needs root."""

import array
import collections
import fcntl
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import unittest

from support import SippingCase, details, final_table, private_mounts, read_csv

FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, FS_IMMUTABLE_FL = 0x80086601, 0x40086602, 0x10


def own_disk(size):
    """A wrapper: sipping-logs is a disk of its own."""
    return private_mounts(f"mkdir sipping-logs && mount -t tmpfs -o size={size} none sipping-logs")


def immutable(path, wanted):
    """chattr +i, -i."""
    with open(path, "rb") as file:
        flags = array.array("l", [0])
        fcntl.ioctl(file, FS_IOC_GETFLAGS, flags)
        flags[0] = flags[0] | FS_IMMUTABLE_FL if wanted else flags[0] & ~FS_IMMUTABLE_FL
        fcntl.ioctl(file, FS_IOC_SETFLAGS, flags)


class Disk(SippingCase):
    def start_on_own_disk(self, port, *arguments, size="64m"):
        """The run, and its log's path as seen from here, also when the run has ended."""
        run = self.start(f"127.0.0.1:{port}", "-q", "--mine", *arguments, wrapper=own_disk(size))
        self.wait_until(lambda: "Press Ctrl+C" in run.out_so_far())
        folder = os.open(f"/proc/{run.process.pid}/root{self.folder}/sipping-logs", os.O_DIRECTORY)
        self.addCleanup(os.close, folder)
        return run, pathlib.Path(f"/proc/self/fd/{folder}/127.0.0.1_{port}.csv")

    def wait_until(self, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "waited in vain")
            time.sleep(0.02)

    def wait_for_text(self, run, text):
        def said():
            run._keep_err.seek(0)
            return text in run._keep_err.read().decode()
        self.wait_until(said)

    def mount(self, run, *command):
        """In the run's mount namespace."""
        subprocess.run(["nsenter", "-t", str(run.process.pid), "-m", "-r", *command], check=True,
                       cwd="/", timeout=20)

    def check_complete(self, run, rows, peer):
        """Nothing was lost, nobody was kept from probing."""
        self.check_books(rows, peer)
        self.assertEqual({row["callid"] for row in rows if row["kind"] == "reply"},
                         {seen.call_id for seen in peer.requests})
        self.check_undisturbed(run, peer)
        self.assertNotIn("log rows lost", run.out)
        self.assertNotIn("log-rows-lost", "".join(row["detail"] for row in rows))

    def test_full_for_so_long_that_rows_are_lost(self):
        """Rows are made faster than memory has room for: which are lost is said while it lasts, at
        the end, and in the log, and the three agree with what is missing there."""
        port = self.free_port()
        responder = self.start("respond", "-q", "--bind", "127.0.0.1", "--port", port,
                               "--reason", "a long reason " * 9)
        self.wait_until(lambda: "Answering" in responder.out_so_far())
        run, log = self.start_on_own_disk(port, "--flood", "--window", "64", size="1m")
        self.wait_for_text(run, f"cannot write log 'sipping-logs/{log.name}': No space left on "
                                "device; probing goes on, rows wait in memory")

        def loss_is_shown():
            run.signal(signal.SIGQUIT)
            time.sleep(0.3)
            return re.search(r"[1-9][\d,]* log rows lost", run.out_so_far())
        self.wait_until(loss_is_shown, seconds=60)
        self.mount(run, "mount", "-o", "remount,size=1g", str(self.folder / "sipping-logs"))
        self.wait_for_text(run, f"log 'sipping-logs/{log.name}' is written again (")
        time.sleep(0.5)  # probes whose rows are after the gap
        self.finish(run, timeout=30, code=4)
        self.finish(responder)

        kinds = collections.Counter()
        gaps = []
        for row in read_csv(log):
            kinds[row["kind"]] += 1
            if "reason=log-rows-lost" in row["detail"]:
                gaps.append(details(row))
            last = row
        self.assertIn("reason=stop", last["detail"])
        lost = sum(int(gap["count"]) for gap in gaps)
        self.assertGreater(lost, 0)
        said = int(re.findall(r"([\d,]+) log rows lost", run.out)[-1].replace(",", ""))
        self.assertEqual(lost, said)
        line, = final_table(run.out).values()
        made = sum(int(line[column].replace(",", "")) for column in ("sent", "late", "duplicate"))
        self.assertEqual(made, sum(kinds.values()) - kinds["gap"] + lost, (kinds, gaps, line))
        for gap in gaps:
            self.assertLess(float(gap["from"]), float(gap["until"]))
        print(f"{made} rows, of them {lost} lost while the disk was full: so say the log "
              f"({len(gaps)} gap rows), the report and the count of the others")

    def test_full_until_the_end(self):
        """What waits is given up after two seconds, and said; the table is whole all the same."""
        peer = self.peer()
        run, log = self.start_on_own_disk(peer.port, "-I", "5", "-c", "400", size="16k")
        run.wait()
        self.assertEqual(run.code, 4, run)
        self.check_undisturbed(run, peer)
        self.assertEqual(run.err, f"sipping: cannot write log 'sipping-logs/{log.name}': No space "
                                  "left on device; probing goes on, rows wait in memory\n")
        self.check_table(run, peer, sent=len(peer.requests), received=len(peer.requests))
        gaps = 2 + ("skipped 0" not in run.out)  # start, stop and what a busy box skips
        lost = int(re.search(r"(\d+) log rows lost", run.out)[1])
        rows = read_csv(log)
        self.assertGreaterEqual(lost + len(rows), len(peer.requests) + gaps)
        self.assertLess(lost + len(rows), len(peer.requests) + gaps + 40)
        self.assertEqual(len({row["callid"] for row in rows} - {""}
                             - {seen.call_id for seen in peer.requests}), 0)

    def test_made_immutable(self):
        """chattr +i, then SIGHUP: the file cannot be opened again until it is mutable."""
        peer = self.peer()
        run, log = self.start_on_own_disk(peer.port, "-I", "10")
        self.wait_until(log.exists)
        immutable(log, True)
        self.addCleanup(immutable, log, False)
        run.signal(signal.SIGHUP)
        self.wait_for_text(run, f"cannot write log 'sipping-logs/{log.name}': Operation not "
                                "permitted; probing goes on, rows wait in memory")
        self.assertTrue(peer.wait_for(len(peer.requests) + 100))
        immutable(log, False)
        self.wait_for_text(run, f"log 'sipping-logs/{log.name}' is written again (0 rows were "
                                "lost)")
        self.finish(run)
        self.check_complete(run, read_csv(log), peer)

    def test_another_disk_on_top_that_is_read_only(self):
        peer = self.peer()
        run, log = self.start_on_own_disk(peer.port, "-I", "10")
        self.assertTrue(peer.wait_for(50))
        folder = str(self.folder / "sipping-logs")
        self.mount(run, "mount", "-t", "tmpfs", "-o", "ro", "none", folder)
        self.wait_for_text(run, f"cannot write log 'sipping-logs/{log.name}': Read-only file "
                                "system; probing goes on, rows wait in memory")
        self.assertTrue(peer.wait_for(len(peer.requests) + 100))
        self.mount(run, "umount", folder)
        self.wait_for_text(run, f"log 'sipping-logs/{log.name}' is written again (0 rows were "
                                "lost)")
        self.finish(run)
        self.check_complete(run, read_csv(log), peer)

    def test_a_removed_folder_takes_rows_along(self):
        """What was written to a file that had been removed is lost: as many rows as the log says,
        which begins anew, with a header."""
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "10", "-q", "--mine")
        self.assertTrue(peer.wait_for(150))
        with open(self.log_path(peer), encoding="utf-8") as old:
            before = len(self.rows(peer))
            shutil.rmtree(self.folder / "sipping-logs")
            removed = time.time()
            self.wait_until(lambda: self.log_path(peer).exists())
            self.assertTrue(peer.wait_for(len(peer.requests) + 100))
            self.finish(run, code=4)
            (self.folder / "old.csv").write_text(old.read())
        before, after = self.rows(self.folder / "old.csv"), self.rows(peer)
        self.check_books(before + after, peer)  # none is missing in both
        gap, = (details(row) for row in after if "reason=log-rows-lost" in row["detail"])
        since = [row for row in before if float(row["timestamp"]) >= removed]
        checked = [row for row in before if float(row["timestamp"]) >= removed - 3]
        self.assertGreaterEqual(int(gap["count"]), len(since), gap)
        self.assertLessEqual(int(gap["count"]), len(checked), gap)
        self.assertIn(f"{gap['count']} log rows lost", run.out)
        self.check_undisturbed(run, peer)


if __name__ == "__main__":
    unittest.main()
