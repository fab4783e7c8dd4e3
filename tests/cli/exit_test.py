"""Exit codes 0, 1 and 2, and --max-loss. 3 is in usage_test, 4 in usage_test and io_test."""

import unittest

from support import SippingCase

NOWHERE = "no-such-host.invalid"
FAST = ("-c", "4", "-I", "50", "-t", "200")


class Exit(SippingCase):
    def test_0_every_target_answered(self):
        self.ping(self.peer(), *FAST, code=0)

    def test_0_when_any_code_came(self):
        for code in (200, 403, 404, 486, 501, 503, 699):
            with self.subTest(code=code):
                self.ping(self.peer(code=code), "-c", "1", code=0)

    def test_0_when_one_of_many_came(self):
        self.ping(self.peer(drop_first=3), *FAST, code=0)

    def test_1_when_a_target_never_answered(self):
        good, silent = self.peer(), self.peer(silent=True)
        self.sipping(f"127.0.0.1:{good.port}", f"127.0.0.1:{silent.port}", *FAST, code=1)
        self.assertEqual(self.count_kinds(self.probes(good, 4)), {"reply": 4})
        self.assertEqual(self.count_kinds(self.probes(silent, 4)), {"timeout": 4})

    def test_max_loss(self):
        for limit, code in (("10", 1), ("24.9", 1), ("25", 0), ("60", 0)):
            with self.subTest(limit=limit):
                self.ping(self.peer(drop_first=1), *FAST, "--max-loss", limit, code=code)

    def test_2_when_a_name_did_not_resolve_and_the_others_ran(self):
        peer = self.peer()
        run = self.sipping(NOWHERE, f"127.0.0.1:{peer.port}", *FAST, code=2)
        self.assertRegex(run.err, rf"(?m)^sipping: .*{NOWHERE}")
        self.assertEqual(self.count_kinds(self.probes(peer, 4)), {"reply": 4})

    def test_2_when_no_name_resolved(self):
        run = self.sipping(NOWHERE, *FAST, code=2)
        self.assertRegex(run.err, rf"(?m)^sipping: .*{NOWHERE}")
        self.assertEqual(list(self.folder.rglob("*.csv")), [])

    def test_ping_makes_a_reserved_word_a_host(self):
        run = self.sipping("ping", "report.invalid", *FAST, code=2)
        self.assertIn("report.invalid", run.err)

    def test_ping_is_the_default(self):
        peer = self.peer()
        self.sipping("ping", f"127.0.0.1:{peer.port}", *FAST)
        self.assertEqual(len(peer.requests), 4)


if __name__ == "__main__":
    unittest.main()
