"""What the suites about names share: a name server, a far end, and a run between the two."""

import time

import dns_server
from support import SippingCase, details, with_dns

NAME = "gw7.example.test"
NO_SUCH = "Name or service not known"
# Writes down when the program itself begins: what stands around it takes longer than its start.
CLOCK = ("sh", "-c", 'date +%s.%N > began; exec "$@"', "sh")


class NamesCase(SippingCase):
    def setUp(self):
        super().setUp()
        self.dns = dns_server.DnsServer()
        self.addCleanup(self.dns.stop)
        self.peer_ = self.peer()
        self.literal = f"127.0.0.1:{self.peer_.port}"
        self.named = f"{NAME}:{self.peer_.port}"

    def begin(self, *arguments, before=()):
        wrapper = (*with_dns(self.dns), *CLOCK, *before)
        return self.start(*arguments, "-w", "log.csv", "-t", "300", wrapper=wrapper)

    def whole(self, *arguments, code, **how):
        run = self.begin(*arguments, **how).wait()
        self.assertEqual(run.code, code, run)
        return run

    def rows_of(self, target, kind=None):
        return [row for row in self.rows(self.folder / "log.csv")
                if row["target"] == target and kind in (None, row["kind"])]

    def unresolved(self, target):
        """The one gap row of the time without an address."""
        row, = [row for row in self.rows_of(target, "gap")
                if details(row)["reason"] == "unresolved"]
        self.assertEqual((row["host"], row["callid"], row["response"], row["source_port"]),
                         ("", "", "", ""))
        self.assertEqual(details(row)["count"], "0")
        self.assertEqual(row["timestamp"], details(row)["from"])
        return float(details(row)["from"]), float(details(row)["until"])

    def wait_for(self, what, run, seconds=20):
        deadline = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), deadline, run.out_so_far())
            self.assertIsNone(run.process.poll(), "it ended by itself")
            time.sleep(0.01)

    def asked(self, name):
        return len({when for when, asked, kind in self.dns.queries if asked == name and kind == 1})
