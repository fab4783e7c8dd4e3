"""--io where io_uring is forbidden (seccomp, as in containers) and where it is not."""

import sys
import unittest

from support import ROOT, SippingCase

FORBIDDEN = (sys.executable, str(ROOT / "tests/no_uring.py"))
FAST = ("-c", "5", "-I", "50", "-t", "200")


class Forbidden(SippingCase):
    def test_uring_is_an_error(self):
        peer = self.peer()
        run = self.ping(peer, *FAST, "--io", "uring", code=4, wrapper=FORBIDDEN)
        self.assertEqual(len(run.err.splitlines()), 1, run)
        self.assertRegex(run.err, r"^sipping: .*io_uring")
        self.assertEqual(peer.requests, [])
        self.assertEqual(list(self.folder.rglob("*.csv")), [])

    def test_auto_runs_on_epoll_and_says_so_once(self):
        for choice in ((), ("--io", "auto")):
            with self.subTest(choice=choice):
                peer = self.peer(drop_every=5)
                run = self.ping(peer, *FAST, *choice, wrapper=FORBIDDEN)
                notes = [line for line in run.err.splitlines() if "epoll" in line]
                self.assertEqual(len(notes), 1, run)
                self.assertRegex(notes[0], r"^sipping: .*io_uring")
                self.assertEqual(self.count_kinds(self.probes(peer)), {"reply": 4, "timeout": 1})
                self.check_table(run, peer, sent=5, received=4, lost=1)

    def test_respond_too(self):
        port = self.free_port()
        run = self.start("respond", "--bind", "127.0.0.1", "--port", port, wrapper=FORBIDDEN)
        self.sipping(f"127.0.0.1:{port}", *FAST, "-w", "*")
        self.finish(run)
        self.assertIn("epoll", run.err)


class Allowed(SippingCase):
    def test_each_choice_gives_the_same(self):
        for choice in ("uring", "epoll", "auto"):
            with self.subTest(choice=choice):
                peer = self.peer(drop_every=5)
                run = self.ping(peer, *FAST, "--io", choice)
                self.assertEqual(run.err, "")
                self.assertEqual(self.count_kinds(self.probes(peer)), {"reply": 4, "timeout": 1})


class FewFiles(SippingCase):
    def test_the_pool_is_made_smaller_and_it_says_so(self):
        for choice in ("uring", "epoll"):
            with self.subTest(choice=choice):
                peer = self.peer()
                run = self.ping(peer, "-c", "60", "-I", "10", "--io", choice,
                                wrapper=("prlimit", "--nofile=64:64"))
                self.assertRegex(run.out + run.err, r"(?i)\b\d+ (source )?ports\b")
                self.assertRegex(run.out + run.err, r"(?i)nofile|open files|descriptors")
                self.assertEqual(self.count_kinds(self.probes(peer)), {"reply": 60})
                self.assertLess(len({seen.port for seen in peer.requests}), 64)


if __name__ == "__main__":
    unittest.main()
