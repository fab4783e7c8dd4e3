"""What a run gives away after its start, and that everything still works without."""

import os
import re
import signal
import time
import unittest

import dns_server
from support import SippingCase, with_dns


def status(pid):
    """Of all threads: {field: set of values}."""
    found = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status") as file:
            for name, value in re.findall(r"(?m)^(NoNewPrivs|Seccomp|CapEff|CapPrm):\s+(\w+)",
                                          file.read()):
                found.setdefault(name, set()).add(value)
    return found


class LockDown(SippingCase):
    def check(self, pid):
        found = status(pid)
        self.assertEqual(found["NoNewPrivs"], {"1"}, found)
        self.assertEqual(found["Seccomp"], {"2"}, found)
        for field in ("CapEff", "CapPrm"):
            for value in found[field]:
                self.assertEqual(int(value, 16) & ~(1 << 1 | 1 << 10), 0, found)

    def wait_for_requests(self, peer, count):
        deadline = time.monotonic() + 20
        while len(peer.requests) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertGreaterEqual(len(peer.requests), count)

    def test_a_prober_with_all_of_its_threads(self):
        for how in ("uring", "epoll"):
            with self.subTest(io=how):
                peer = self.peer()
                run = self.start(f"127.0.0.1:{peer.port}", "-I", "20", "-q", "--mine", "--io", how,
                                 "--rotate", "1s", "--compress", "--port-policy", "fresh",
                                 "--ports", "64", "-t", "100", "--late-window", "200ms")
                self.wait_for_requests(peer, 20)
                time.sleep(1.2)  # the thread that writes files follows with its next one
                self.check(run.process.pid)
                for path in (self.folder / "sipping-logs").glob("*.csv"):
                    path.rename(f"{path}.old")
                run.signal(signal.SIGHUP)  # logs are opened anew
                self.wait_for_requests(peer, 150)  # sockets, too, and files compressed
                self.check(run.process.pid)
                self.finish(run)
                self.assertNotIn("cannot", run.err)
                self.assertIn("local 0 + send-error 0", run.out)
                self.assertNotEqual(list((self.folder / "sipping-logs").glob("*.zst")), [])

    def test_threads_that_ask_a_dead_name_server_since_before(self):
        dns = dns_server.DnsServer()
        self.addCleanup(dns.stop)
        peer = self.peer()
        names = [f"dead{i}.example.test" for i in range(5)]
        for name in names:
            dns.names[name] = None
        run = self.start(f"127.0.0.1:{peer.port}", *names, "-I", "100", "-q",
                         wrapper=with_dns(dns))
        self.wait_for_requests(peer, 5)
        self.assertGreaterEqual(len(os.listdir(f"/proc/{run.process.pid}/task")), 6)
        self.check(run.process.pid)
        self.finish(run, code=2)

    def test_a_responder(self):
        port = self.free_port()
        run = self.start("respond", "-q", "--port", port)
        deadline = time.monotonic() + 10
        while "Answering" not in run.out_so_far() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.sipping(f"127.0.0.1:{port}", "-c", "2", "-I", "50", "-w", "*")
        self.check(run.process.pid)
        self.finish(run)

    def test_roots_log_in_the_folder_of_somebody_else(self):
        """CAP_DAC_OVERRIDE is kept, or a SIGHUP would end root's logging there."""
        for how in ("uring", "epoll"):
            with self.subTest(io=how):
                peer = self.peer()
                folder = self.folder / f"private-{how}"
                folder.mkdir(mode=0o700)
                os.chown(folder, 65534, 65534)
                log = folder / "log.csv"
                run = self.start(f"127.0.0.1:{peer.port}", "-I", "20", "-q", "--mine", "--io", how,
                                 "-w", log)
                self.wait_for_requests(peer, 50)
                log.rename(folder / "old.csv")
                run.signal(signal.SIGHUP)
                self.wait_for_requests(peer, len(peer.requests) + 50)
                self.check(run.process.pid)
                self.finish(run)
                self.assertNotIn("cannot write", run.err)
                rows = self.rows(folder / "old.csv") + self.rows(log)
                self.check_books(rows, peer)
                self.assertEqual(len([row for row in rows if row["kind"] == "reply"]),
                                 len(peer.requests))

    def test_ports_below_1024_that_are_opened_during_a_run(self):
        """CAP_NET_BIND_SERVICE is kept, and SO_BINDTODEVICE needs nothing: `fresh` opens its
        sockets under the lock-down."""
        peer = self.peer()
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "20", "-c", "120", "-q", "--mine",
                         "--port-policy", "fresh", "--ports", "16", "--port-range", "600-699",
                         "--device", "lo", "--dscp", "CS7", "-t", "100", "--late-window", "100ms")
        run.wait()
        self.assertEqual(run.code, 0, run)
        self.probes(peer, 120)
        self.assertEqual({seen.dscp for seen in peer.requests}, {56})
        self.assertLess(max(seen.port for seen in peer.requests), 700)
        self.assertGreater(len({seen.port for seen in peer.requests}), 16, "none was replaced")

    def test_an_ordinary_user_needs_nothing_special(self):
        """No capability, no group, no file of root's: the same run, from start to end."""
        self.folder.chmod(0o777)
        peer = self.peer()
        wrapper = ()
        if os.geteuid() == 0:
            wrapper = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                       "--bounding-set", "-all", "--no-new-privs")
        for how in ("uring", "epoll"):
            run = self.start(f"127.0.0.1:{peer.port}", "-I", "20", "-c", "50", "-q", "--mine",
                             "--io", how, wrapper=wrapper)
            run.wait()
            self.assertEqual(run.code, 0, run)
            note = "no CAP_NET_RAW: ICMP errors are read from the sockets' error queues"
            self.assertEqual(run.err, f"sipping: note: {note}\n", run)
            self.assertIn("+ local 0 + send-error 0", run.out)
        self.probes(peer, 100)


if __name__ == "__main__":
    unittest.main()
