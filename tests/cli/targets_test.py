"""Naming targets: on the command line, in a file, on standard input, with words behind them."""

import unittest

from sip_message import Request
from support import SippingCase, final_table, with_hosts

FAST = ("-c", "3", "-I", "50", "-t", "200")


class Targets(SippingCase):
    def test_every_spelling(self):
        peer = self.peer()
        for text in (f"127.0.0.1:{peer.port}", f"sip:127.0.0.1:{peer.port}",
                     f"sip:bob@127.0.0.1:{peer.port}"):
            with self.subTest(text=text):
                before = len(peer.requests)
                self.sipping(text, *FAST, "-4")
                self.assertEqual(len(peer.requests) - before, 3)
        self.sipping(f"gateway:{peer.port}", *FAST, wrapper=with_hosts("127.0.0.1 gateway\\n"))
        self.assertEqual(len(peer.requests), 12)
        self.assertEqual(peer.violations, [])

    def test_v6_spellings(self):
        peer = self.peer("::1")
        self.sipping(f"[::1]:{peer.port}", *FAST)
        self.sipping("::1", "-p", peer.port, *FAST)
        self.sipping(f"sip:bob@[::1]:{peer.port}", *FAST)
        self.assertEqual(len(peer.requests), 9)
        self.assertEqual(peer.violations, [])

    def test_both_families_in_one_run(self):
        four, six = self.peer(), self.peer("::1")
        run = self.sipping(f"127.0.0.1:{four.port}", f"[::1]:{six.port}", *FAST)
        self.assertEqual((len(four.requests), len(six.requests)), (3, 3))
        self.check_table(run, four, sent=3, received=3, lost=0)
        self.check_table(run, six, sent=3, received=3, lost=0)

    def test_file(self):
        one, two = self.peer(), self.peer()
        (self.folder / "gateways").write_text(
            f"# two gateways\r\n\r\n127.0.0.1:{one.port}   # the first\r\n"
            f"  sip:bob@127.0.0.1:{two.port}\r\n")
        self.sipping("-f", "gateways", *FAST)
        self.assertEqual((len(one.requests), len(two.requests)), (3, 3))

    def test_standard_input_and_arguments_together(self):
        one, two = self.peer(), self.peer()
        self.sipping(f"127.0.0.1:{one.port}", "-f", "-", *FAST,
                     stdin=f"127.0.0.1:{two.port}\n")
        self.assertEqual((len(one.requests), len(two.requests)), (3, 3))

    def test_words_behind_a_target(self):
        one, two = self.peer(), self.peer()
        self.folder.joinpath("gateways").write_text(
            f"127.0.0.1:{one.port} name=Berlin user=fred domain=example.org\n"
            f"127.0.0.1:{two.port} name=Bonn interval=100ms timeout=80 "
            "request-uri=sip:trunk@example.org\n")
        run = self.sipping("-f", "gateways", "-c", "3", "-I", "20", "-t", "500")
        first = Request(one.requests[0].raw, ("127.0.0.1", one.requests[0].port))
        self.assertIn("sip:fred@example.org", first.get("from"))
        second = Request(two.requests[0].raw, ("127.0.0.1", two.requests[0].port))
        self.assertEqual(second.first_line, "OPTIONS sip:trunk@example.org SIP/2.0")
        self.assertEqual({"Berlin", "Bonn"} & set(final_table(run.out)), {"Berlin", "Bonn"})
        self.assertEqual({row["target"] for row in self.probes(one, 3)}, {"Berlin"})
        fast = one.requests[-1].at - one.requests[0].at
        slow = two.requests[-1].at - two.requests[0].at
        self.assertAlmostEqual(fast, 0.04, delta=0.03)
        self.assertAlmostEqual(slow, 0.20, delta=0.04)

    def test_own_timeout(self):
        peer = self.peer(delay_ms=150)
        (self.folder / "gateways").write_text(f"127.0.0.1:{peer.port} timeout=80\n")
        self.sipping("-f", "gateways", "-c", "3", "-I", "20", code=1)
        self.assertEqual(self.count_kinds(self.probes(peer, 3)), {"timeout": 3})

    def test_two_hundred_addresses(self):
        port = self.peer("127.0.1.0").port
        peers = [self.peer(f"127.0.1.{i}", port=port) for i in range(1, 200)]
        (self.folder / "gateways").write_text(
            "".join(f"127.0.1.{i}:{port}\n" for i in range(1, 200)))
        self.sipping("-f", "gateways", "-c", "5", "-I", "200")
        for peer in peers:
            self.assertEqual(self.count_kinds(self.probes(peer, 5)), {"reply": 5})

    def test_above_512_targets_there_is_one_log(self):
        port = self.free_port("0.0.0.0")
        self.start("respond", "--bind", "0.0.0.0", "--port", port, "-q")
        (self.folder / "gateways").write_text(
            "".join(f"127.2.{i // 250}.{i % 250 + 1}:{port}\n" for i in range(513)))
        self.sipping("-f", "gateways", "-c", "2", "-I", "500")
        self.assertEqual([p.name for p in self.folder.rglob("*.csv")], ["all.csv"])
        rows = self.rows(self.folder / "sipping-logs/all.csv")
        self.check_books(rows)
        self.assertEqual(self.count_kinds(rows)["reply"], 1026)
        self.assertEqual(len({row["target"] for row in rows if row["kind"] == "reply"}), 513)

    def test_all_addresses(self):
        four = self.peer()
        try:
            six = self.peer("::1", port=four.port)
        except OSError as error:
            self.fail(f"port {four.port} is taken on ::1, try again: {error}")
        self.sipping(f"gateway:{four.port}", "--all-addresses", *FAST,
                     wrapper=with_hosts("127.0.0.1 gateway\\n::1 gateway\\n"))
        self.assertEqual(len(four.requests), 3)
        self.assertEqual(len(six.requests), 3)
        self.assertEqual(sorted(p.name for p in (self.folder / "sipping-logs").iterdir()),
                         [f"127.0.0.1_{four.port}.csv", f"::1_{four.port}.csv"])


if __name__ == "__main__":
    unittest.main()
