"""Answers that are mangled, from elsewhere, to elsewhere, or garbage; and requests of the peer."""

import itertools
import unittest

from common import both
from support import details

FIELDS = {"branch": "via", "tag": "from-tag", "cseq": "cseq", "call-id": "call-id"}


class Odd:
    def replies(self, rows):
        return [row for row in rows if row["kind"] == "reply"]

    def test_one_field_mangled_is_named(self):
        for field, word in FIELDS.items():
            with self.subTest(field=field):
                rows, kinds, _ = self.outcome(self.peer(mangle=(field,)))
                self.assertEqual(kinds, {"reply": 5})
                self.assertEqual({details(r).get("mangled") for r in self.replies(rows)}, {word})

    def test_two_mangled_with_the_call_id_right_are_ours(self):
        # from the very address asked to the very port used
        for pair in itertools.combinations(("branch", "tag", "cseq"), 2):
            with self.subTest(pair=pair):
                rows, kinds, _ = self.outcome(self.peer(mangle=pair))
                self.assertEqual(kinds, {"reply": 5})
                for row in self.replies(rows):
                    self.assertEqual(set(details(row)["mangled"].split(",")),
                                     {FIELDS[field] for field in pair})

    def test_two_mangled_without_the_call_id_are_foreign(self):
        for other in ("branch", "tag", "cseq"):
            with self.subTest(other=other):
                peer = self.peer(mangle=("call-id", other), only=(2, 4))
                _, kinds, run = self.outcome(peer)
                self.assertEqual(kinds, {"reply": 3, "timeout": 2})
                self.assertIn("2 responses to no probe of ours", run.out)

    def test_all_but_the_call_id_from_elsewhere_is_foreign(self):
        peer = self.peer(mangle=("branch", "tag"), reply_port=True, only=(2, 4))
        _, kinds, _ = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 3, "timeout": 2})

    def test_from_another_port(self):
        peer = self.peer(reply_port=True)
        rows, kinds, _ = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        self.assertEqual({details(row).get("from") for row in self.replies(rows)},
                         {f"127.0.0.1:{peer.elsewhere[1]}"})

    def test_from_another_address(self):
        peer = self.peer(reply_address="127.0.0.99")
        rows, kinds, _ = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        for row in self.replies(rows):
            self.assertEqual(details(row).get("from"), f"127.0.0.99:{peer.port}")
            self.assertEqual(row["host"], "127.0.0.99")

    def test_to_another_of_our_ports(self):
        peer = self.peer(reply_last_port=True)
        rows, kinds, _ = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        rows = sorted(self.replies(rows), key=lambda row: row["timestamp"])
        self.assertNotIn("port", details(rows[0]))
        for before, row in zip(rows, rows[1:]):
            self.assertEqual(details(row).get("port"), before["source_port"])

    def test_garbage_changes_nothing(self):
        for kind in ("no-call-id", "headers-64k", "nuls", "escapes", "wrong-length",
                     "other-call-id", "empty", "crlf", "text"):
            with self.subTest(kind=kind):
                peer = self.peer(garbage=(kind,))
                _, kinds, run = self.outcome(peer, "-c", "5", "-I", "40", "-t", "200", "-X")
                # Also for another probe's Call-ID: it comes to a port that this probe did not
                # use and nothing else is right, so it is foreign and not a duplicate.
                self.assertEqual(kinds, {"reply": 5})
                self.check_table(run, peer, sent=5, received=5, lost=0)

    def test_garbage_alone_is_no_answer(self):
        for kind in ("wrong-length", "nuls", "other-call-id", "headers-64k"):
            with self.subTest(kind=kind):
                peer = self.peer(garbage=(kind,), delays={3: 700}, only=(3,))
                _, kinds, _ = self.outcome(peer, "-c", "4", "-I", "40", "-t", "200")
                self.assertEqual({k: n for k, n in kinds.items() if k != "late"},
                                 {"reply": 3, "timeout": 1})

    def test_garbage_is_counted(self):
        peer = self.peer(garbage=("other-call-id", "nuls", "crlf", "wrong-length"))
        _, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        for text in ("5 responses to no probe of ours", "10 malformed datagrams", "5 keep-alives"):
            self.assertIn(text, run.out)

    def test_escape_sequences_in_an_answer_never_reach_the_terminal(self):
        peer = self.peer(reason="\x1b[31mred\x1b]0;title\x07 \x9b5m caf\u00e9")
        rows, kinds, run = self.outcome(peer, "-c", "3", "-I", "60", "-X", "-v")
        self.assertEqual(kinds, {"reply": 3})
        self.assertIn("red", run.out)
        for row in self.replies(rows):
            self.assertNotIn("\x1b", row["response"])

    def test_requests_of_the_peer(self):
        for method, code in (("OPTIONS", "200"), ("NOTIFY", "501"), ("MESSAGE", "501")):
            with self.subTest(method=method):
                peer = self.peer(ask=(method,), delay_ms=20)
                _, kinds, _ = self.outcome(peer)
                self.assertEqual(kinds, {"reply": 5})
                self.assertEqual(len(peer.answers), 5)
                for text in peer.answers:
                    self.assertTrue(text.startswith(f"SIP/2.0 {code} "), text)
                    self.assertIn("peer-asks-", text)
                    self.assertIn(f" {method}\r\n", text)

    def test_ack_and_keep_alive_get_no_answer(self):
        peer = self.peer(ask=("ACK", "CRLF"), delay_ms=20)
        _, kinds, _ = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5})
        self.assertEqual(peer.answers, [])


globals().update(both(Odd))
del Odd

if __name__ == "__main__":
    unittest.main()
