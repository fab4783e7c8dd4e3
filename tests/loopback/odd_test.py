"""Answers that are mangled, from elsewhere, to elsewhere, or garbage; and requests of the peer."""

import itertools
import re
import socket
import unittest

from common import both
from sip_message import BREAKS, GARBAGE
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

    def test_two_mangled_with_the_branch_right_are_ours(self):
        # The branch is as hard to guess as the Call-ID (RFC 3261 section 17.1.3).
        for other in ("tag", "cseq"):
            with self.subTest(other=other):
                _, kinds, _ = self.outcome(self.peer(mangle=("call-id", other)))
                self.assertEqual(kinds, {"reply": 5})

    def test_call_id_and_branch_mangled_are_foreign(self):
        peer = self.peer(mangle=("call-id", "branch"), only=(2, 4))
        _, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 3, "timeout": 2, "unread": 2})
        self.assertIn("2 responses to no probe of ours", run.out)
        self.assertIn("2 losses have something from the same target beside them", run.out)
        self.assertNotIn("Nothing on this side explains", run.out)

    def test_all_but_the_call_id_from_elsewhere_is_foreign(self):
        # but it is no silence: another port of the host that was asked
        peer = self.peer(mangle=("branch", "tag"), reply_port=True, only=(2, 4))
        rows, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 3, "timeout": 2, "unread": 2})
        for row in rows:
            if row["kind"] == "timeout":
                self.assertIn(details(row)["unread"], ("1", "2"))  # the other one's, too
            if row["kind"] == "unread":
                self.assertEqual(details(row)["from"], f"127.0.0.1:{peer.elsewhere[1]}")
        self.assertNotIn("Nothing on this side explains", run.out)

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

    def test_garbage_changes_nothing_and_is_a_row(self):
        for kind, reason in GARBAGE.items():
            with self.subTest(kind=kind):
                peer = self.peer(garbage=(kind,))
                rows, kinds, run = self.outcome(peer, "-c", "5", "-I", "40", "-t", "200", "-X")
                # Also for another probe's Call-ID: it comes to a port that this probe did not
                # use and nothing else is right, so it is foreign and not a duplicate.
                self.assertEqual(kinds, {"reply": 5, "unread": 5})
                self.check_table(run, peer, sent=5, received=5, lost=0)
                for row in rows:
                    if row["kind"] == "unread":
                        self.assertEqual(details(row)["reason"], reason)
                        self.assertEqual(row["host"], "127.0.0.1")
                        self.assertLess(len(details(row)["bytes"]), 33)
                line = rf"(?m)^\? \(.*\) From 127.0.0.1:{peer.port} to port \d+: .*, \d+ bytes$"
                self.assertEqual(len(re.findall(line, run.out)), 5, run)
                self.assertIn("5 datagrams from it to no probe of ours", run.out)

    def test_garbage_alone_is_no_answer_and_no_silence(self):
        for kind in ("nuls", "other-call-id", "headers-64k", "text", "stun", "echo"):
            with self.subTest(kind=kind):
                peer = self.peer(garbage=(kind,), delays={3: 700}, only=(3,))
                rows, kinds, _ = self.outcome(peer, "-c", "4", "-I", "40", "-t", "200")
                self.assertEqual({k: n for k, n in kinds.items() if k != "late"},
                                 {"reply": 3, "timeout": 1, "unread": 1})
                lost, = [row for row in rows if row["kind"] == "timeout"]
                self.assertEqual(details(lost)["unread"], "1")
                peer.stop()  # its last answer must not reach a port of the next run

    def test_garbage_is_counted_by_its_name(self):
        peer = self.peer(garbage=("other-call-id", "text", "crlf", "stun", "nul", "empty", "echo"))
        _, kinds, run = self.outcome(peer)
        self.assertEqual(kinds["reply"], 5)
        self.assertIn("35 datagrams from it to no probe of ours", run.out)
        for text in ("5 responses to no probe of ours", "5 requests of ours that came back",
                     "5 datagrams that are not SIP", "5 CRLF keep-alives", "5 NUL keep-alives",
                     "5 empty datagrams", "5 STUN messages"):
            self.assertIn(text, run.out)

    def test_what_strangers_send_is_shown_but_is_no_row(self):
        peer = self.peer(delay_ms=100)
        run = self.start(f"127.0.0.1:{peer.port}", "-c", "1", "-t", "300", "-X")
        peer.wait_for(1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.77", 0))
            stranger.sendto(b"\x1b[31mhello", ("127.0.0.1", peer.requests[0].port))
            name = stranger.getsockname()[1]
            run.wait(5)
        self.assertIn(f"From 127.0.0.77:{name} to port {peer.requests[0].port}: not SIP, 10 bytes\n"
                      "    \\x1b[31mhello\n", run.out)
        self.assertEqual(self.count_kinds(self.rows(peer)), {"gap": 2, "reply": 1})

    def test_broken_answers_are_answers(self):
        for way, (syntax, _) in BREAKS.items():
            with self.subTest(way=way):
                peer = self.peer(broken=(way,))
                rows, kinds, run = self.outcome(peer, "-c", "3", "-I", "30", "-t", "200")
                self.assertEqual(kinds, {"reply": 3})
                self.assertEqual({details(r).get("syntax") for r in self.replies(rows)}, {syntax})
                note = f"responses that are not correct SIP, read all the same: {syntax} x 3\n"
                self.assertEqual(note in run.out, syntax is not None, run)

    def test_answers_broken_by_chance(self):
        peer = self.peer(broken=("any",), seed=20261128)
        rows, kinds, _ = self.outcome(peer, "-c", "100", "-I", "20", "-t", "900")
        self.assertEqual(set(kinds), {"reply"})
        self.assertGreater(kinds["reply"], 90)  # a busy box skips some
        for row in self.replies(rows):
            self.assertEqual(details(row).get("syntax"), BREAKS[peer.broke[row["callid"]]][0])

    def test_broken_answers_are_late_and_duplicate_too(self):
        peer = self.peer(broken=("no-colon",), delays={2: 300}, copies=2)
        rows, kinds, _ = self.outcome(peer, "-c", "9", "-I", "60", "-t", "200")
        duplicates = kinds.pop("duplicate")
        self.assertEqual(kinds, {"reply": 8, "timeout": 1, "late": 1})
        self.assertIn(duplicates, (8, 9), "the run may end before the last one")
        for row in rows:
            if row["kind"] in ("late", "duplicate"):
                self.assertEqual(details(row)["syntax"], "no-colon:server")

    def test_a_storm_of_garbage_fills_no_log(self):
        peer = self.peer(garbage=("text",) * 50)
        rows, kinds, run = self.outcome(peer, "-c", "10", "-I", "40", "-t", "200")
        self.assertEqual(kinds["reply"], 10)
        unread = [details(row) for row in rows if row["kind"] == "unread"]
        single = [row for row in unread if row["reason"] == "not-sip"]
        more = sum(int(row["count"]) for row in unread if row["reason"] == "more")
        self.assertLessEqual(len(single), 20, "ten a second, and the run takes one")
        self.assertEqual(len(single) + more, 500)
        self.assertIn("500 datagrams from it to no probe of ours", run.out)

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
        _, kinds, run = self.outcome(peer)
        self.assertEqual(kinds, {"reply": 5, "unread": 5})
        self.assertEqual(peer.answers, [])
        self.assertIn("5 requests from 127.0.0.1", run.out)

    def test_requests_are_answered_for_whom_it_is_asked(self):
        for answer, count in (("none", 0), ("asked", 5), ("all", 5)):
            with self.subTest(answer=answer):
                peer = self.peer(ask=("OPTIONS",), delay_ms=20)
                _, _, run = self.outcome(peer, "-c", "5", "-I", "40", "-t", "200", "--answer",
                                         answer)
                self.assertEqual(len(peer.answers), count)
                self.assertIn(f"5 requests from 127.0.0.1:{peer.port} (OPTIONS), {count} answered",
                              run.out)


globals().update(both(Odd))
del Odd

if __name__ == "__main__":
    unittest.main()
