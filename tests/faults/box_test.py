"""A box that is short of something: disk, descriptors, memory, receive buffers, io_uring. Probing
goes on, the user is told, the books balance."""

import os
import pathlib
import re
import signal
import sys
import time
import unittest

import cgroups
from support import SippingCase

TESTS = pathlib.Path(__file__).resolve().parents[1]
AS_NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


def limited(name, value):
    """A wrapper with a resource limit, soft and hard."""
    return ("prlimit", f"--{name}={value}:{value}")


class Box(SippingCase):
    def wait_for_text(self, run, text, seconds=15):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            run._keep_err.seek(0)
            if text in run._keep_err.read().decode():
                return
            time.sleep(0.05)
        self.fail(f"never said {text!r}: {run.out_so_far()}")

    # The log.

    def test_a_log_made_read_only(self):
        """An ordinary user's log that cannot be opened any more, until it can."""
        self.folder.chmod(0o777)
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "10", "-q", "--mine", "-w", "log.csv",
                         wrapper=AS_NOBODY)
        self.assertTrue(peer.wait_for(100))
        log = self.folder / "log.csv"
        os.chown(log, 0, 0)
        log.chmod(0o444)
        run.signal(signal.SIGHUP)
        self.wait_for_text(run, "cannot write log 'log.csv': Permission denied; probing goes on, "
                                "rows wait in memory")
        self.assertTrue(peer.wait_for(len(peer.requests) + 100))
        log.chmod(0o666)
        self.wait_for_text(run, "log 'log.csv' is written again (0 rows were lost)")
        self.finish(run)
        rows = self.rows(log)
        self.check_books(rows, peer)
        self.assertEqual(self.count_kinds(rows)["reply"], len(peer.requests))
        self.check_undisturbed(run, peer)

    def test_a_log_on_a_fifo_that_stalls(self):
        """The reader sleeps: its pipe fills up, rows wait; when it wakes up it gets all of them."""
        peer = self.peer()
        fifo = self.folder / "fifo"
        os.mkfifo(fifo)
        reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "2", "-c", "1500", "-q", "--mine",
                         "-w", "fifo")
        self.assertTrue(peer.wait_for(1200))  # 64 KiB are full long before
        text = b""
        while run.process.poll() is None or text[-1:] != b"\n":
            try:
                part = os.read(reader, 1 << 16)
            except BlockingIOError:
                time.sleep(0.01)
                continue
            if not part and run.process.poll() is not None:
                break
            text += part
        run.wait()
        self.assertEqual(run.code, 0, run)
        lines = text.decode().splitlines()
        self.assertEqual({line.count(",") for line in lines}, {9}, "a line is not whole")
        ids = {line.split(",")[4] for line in lines if ",reply," in line}
        self.assertEqual(ids, {seen.call_id for seen in peer.requests})
        self.check_undisturbed(run, peer)

    # Limits.

    def test_64_descriptors(self):
        peer = self.peer()
        run = self.ping(peer, "-c", "100", "-I", "10", "-q", "--mine",
                        wrapper=limited("nofile", 64))
        self.assertRegex(run.err, r"^sipping: note: pool made smaller: \d\d source ports instead "
                                  r"of 1024 \(RLIMIT_NOFILE is 64; raise it with `ulimit -n`\)\n$")
        rows = self.probes(peer, 100)
        self.assertEqual({row["kind"] for row in rows}, {"reply"})

    def test_no_lockable_memory_as_an_ordinary_user(self):
        self.folder.chmod(0o777)
        peer = self.peer()
        run = self.ping(peer, "-c", "50", "-I", "10", "-q", "--mine",
                        wrapper=(*limited("memlock", 0), *AS_NOBODY))
        self.assertEqual({row["kind"] for row in self.probes(peer, 50)}, {"reply"}, run)

    def test_a_memory_cgroup(self):
        """Little more than it needs: the 64 MiB that rows may take are not there, and a run that
        does not take them goes on."""
        peer = self.peer()
        with cgroups.memory_limit(24 << 20) as wrapper:
            run = self.ping(peer, "-c", "200", "-I", "5", "-q", "--mine", wrapper=wrapper)
        rows = self.probes(peer)
        self.assertEqual({row["kind"] for row in rows}, {"reply"}, run)
        self.assertGreater(len(rows), 190)  # a busy box skips some

    def test_no_thread_nor_kernel_worker(self):
        """pids.max 1: files are written between the probes, nothing is lost, and it is said."""
        for io in "uring", "epoll":
            with self.subTest(io), cgroups.one_process() as wrapper:
                peer = self.peer()
                run = self.ping(peer, "-c", "200", "-I", "5", "-v", "--mine", "--io", io,
                                wrapper=wrapper)
                self.assertEqual(run.err, "sipping: no thread and no kernel worker can be started "
                                 "here (RLIMIT_NPROC, pids.max): files are written between the "
                                 "probes, which a slow disk delays\n")
                rows = self.probes(peer)
                self.assertEqual({row["kind"] for row in rows}, {"reply"}, run)
                self.assertGreater(len(rows), 190)  # a busy box skips some
                self.assertEqual(run.out.count("Reply from"), len(rows))
                self.check_table(run, peer, sent=len(rows), received=len(rows))

    def test_receive_buffers_that_overflow(self):
        """One port, its process stopped while thousands of duplicates come: the kernel drops, we
        say so, and what was lost meanwhile is marked as possibly our own."""
        peer = self.peer(delay_ms=100, copies=400)
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "20", "-t", "300", "-q", "--mine",
                         "--port-policy", "fixed")
        self.assertTrue(peer.wait_for(20))
        run.signal(signal.SIGSTOP)
        time.sleep(0.6)
        run.signal(signal.SIGCONT)
        self.assertTrue(peer.wait_for(len(peer.requests) + 20))
        self.finish(run)
        drops = int(re.search(r"receive-queue drops (\d+)", run.out)[1])
        self.assertGreater(drops, 0, run)
        self.check_books(self.rows(peer))
        lost = [row for row in self.rows(peer) if row["kind"] == "timeout"]
        self.assertGreater(len(lost), 0, "the answers behind those that filled the queue")
        for row in lost:
            self.assertIn("self=", row["detail"], row)
        self.assertTrue(any("rx-drop" in row["detail"] for row in lost), lost)
        self.assertIn(f"This side had trouble: {drops} datagrams lost in our receive queues "
                      "(SO_RXQ_OVFL): raise net.core.rmem_default (sysctl), probe slower", run.out)
        if down := re.search("(?m)^DOWN .*$", run.out):
            self.assertRegex(down[0], r"\[perhaps our own: [a-z,-]*rx-drop[a-z,-]*\]$")

    # io_uring.

    def test_io_uring_forbidden_by_sysctl(self):
        path = pathlib.Path("/proc/sys/kernel/io_uring_disabled")
        if not path.exists() or not os.access(path, os.W_OK):
            # An older kernel has no such switch; the filter of tests/no_uring.py is the same fault.
            wrapper, before = (sys.executable, TESTS / "no_uring.py"), None
        else:
            wrapper, before = (), path.read_text()
        peer = self.peer()
        try:
            if before is not None:
                path.write_text("2")
            run = self.ping(peer, "-c", "20", "-I", "10", "-q", wrapper=wrapper)
        finally:
            if before is not None:
                path.write_text(before)
        self.assertRegex(run.err, r"^sipping: note: io_uring .*; using epoll\n$")
        self.assertEqual({row["kind"] for row in self.probes(peer, 20)}, {"reply"})


if __name__ == "__main__":
    # Out of time, it still puts io_uring back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main()
