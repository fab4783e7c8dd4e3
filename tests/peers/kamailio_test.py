"""A real Kamailio on loopback."""

import re
import unittest

from kamailio import Kamailio
from support import SippingCase


class WithKamailio(SippingCase):
    def kamailio(self, address):
        kamailio = Kamailio(self.folder, address, self.free_port(address))
        self.addCleanup(kamailio.stop)
        return kamailio.start().port

    def check(self, address, name, *arguments):
        port = self.kamailio(address)
        run = self.sipping(f"{name}:{port}", "-c", "20", "-I", "50", *arguments)
        rows = self.rows(self.folder / f"sipping-logs/{address}_{port}.csv")
        self.check_books(rows)
        kinds = self.count_kinds(rows)
        kinds.pop("gap", None)
        self.assertEqual(kinds, {"reply": 20}, run)
        for row in rows:
            if row["kind"] == "reply":
                self.assertEqual(row["response"], "SIP/2.0 200 Kamailio is alive")
                self.assertEqual((row["host"], row["detail"]), (address, ""))
                self.assertLess(float(row["latency"]), 200)
        return run

    def test_twenty_probes(self):
        run = self.check("127.0.0.1", "127.0.0.1", "-X")
        raw = re.findall(r"(?m)^(?!< ).*SIP/2\.0 200 Kamailio is alive", run.out)
        self.assertEqual(len(raw), 20, run)

    def test_over_epoll(self):
        self.check("127.0.0.1", "127.0.0.1", "--io", "epoll")

    def test_v6(self):
        self.check("::1", "[::1]")


if __name__ == "__main__":
    unittest.main()
