"""sipping trace: what comes back and is no plain answer to a probe, and what it proves."""

import json
import unittest

from captures import answer, icmp, ip, pieces, request, udp
from trace_scenes import BEGIN, BOTH, FAR, SceneCase

LOST = "5479931704"


class AnswersCase(SceneCase):
    AT = BEGIN + 30.5

    def setUp(self):
        """60 answered ones, and LOST among them on its way to the far end."""
        super().setUp()
        for number in range(60):
            self.probe(BEGIN + number, f"{6000000000 + number}")

    def arrives(self, detail=""):
        self.probe(self.AT, LOST, "silent", detail=detail)

    def told(self, *captures, code=0):
        self.write()
        verdict = self.verdicts(*captures, code=code)[LOST]
        return f"{verdict}: {self.details[LOST]}"


class Elsewhere(AnswersCase):
    def test_rport_ignored(self):
        self.arrives()
        self.packet("far", self.AT + 0.001, answer(request(LOST)), us=40001)
        words = ("200 sent; it was sent to 10.0.0.1:40001, the request came from 10.0.0.1:40000: "
                 "rport ignored (RFC 3581 section 4)")
        for captures in (FAR, BOTH):
            self.assertEqual(self.told(*captures), f"misdirected: {words}")
        text = self.sipping("trace", "log.csv", *BOTH).out
        self.assertTrue(text.startswith("1 lost: 1 answered elsewhere\n"), text)
        self.assertIn(f"  5479931704  answer sent elsewhere  {words}\n", text)
        told = json.loads(self.sipping("trace", "log.csv", *BOTH, "--json").out.splitlines()[0])
        self.assertEqual((told["verdict"], told["detail"]), ("misdirected", words))
        run = self.sipping("trace", "log.csv", *BOTH, "--ladder", LOST, env={"LC_ALL": "C"})
        self.assertIn("|x--------- 200 ----------|  10.0.0.2:5060 to 10.0.0.1:40001\n", run.out)

    def test_from_another_port(self):
        self.arrives()
        self.packet("far", self.AT + 0.001, answer(request(LOST)), them=1024)
        self.assertEqual(self.told(*BOTH), (
            "lost-back: 200 sent; it was sent from 10.0.0.2:1024, the request went to "
            "10.0.0.2:5060: a NAT or firewall may have stopped it (RFC 3581 section 4)"))


class Icmp(AnswersCase):
    """Errors that quote the probe."""

    def error(self, side, source, code=3, quotes=None):
        quoted = ip(udp(request(LOST)), "10.0.0.1", "10.0.0.2")[:quotes]
        getattr(self, side).append((self.AT + 0.001, ip(icmp(3, code, quoted), source, "10.0.0.1",
                                                        protocol=1)))

    def test_closed_port_at_the_far_end(self):
        self.arrives()
        self.error("far", "10.0.0.2")
        told = ("rejected: ICMP port-unreachable from 10.0.0.2, the host asked, about the request "
                "(seen far{}, not in the log)")
        self.assertEqual(self.told(*FAR), told.format(""))
        self.assertEqual(self.told(*BOTH), told.format(", not near"))
        self.error("near", "10.0.0.2")
        self.assertEqual(self.told(*BOTH), told.format("").replace("seen far", "seen near and far"))
        run = self.sipping("trace", "log.csv", *BOTH)
        self.assertTrue(run.out.startswith("1 lost: 1 rejected by its host\n"), run.out)
        told = json.loads(self.sipping("trace", "log.csv", *BOTH, "--json").out.splitlines()[0])
        self.assertEqual((told["near"]["icmp_errors"], told["far"]["icmp_errors"]), (1, 1))

    def test_a_firewall_on_the_way(self):
        self.probe(self.AT, LOST, "there")
        self.error("near", "10.9.9.9", 13)
        self.assertEqual(self.told(*BOTH), (
            "turned-back: ICMP admin-prohibited from 10.9.9.9, a box on the way, about the request "
            "(seen near, not in the log)"))
        run = self.sipping("trace", "log.csv", *BOTH)
        self.assertTrue(run.out.startswith("1 lost: 1 turned back by a box on the way\n"), run.out)


    def test_that_quotes_eight_bytes(self):
        self.probe(self.AT, LOST, "there")
        self.error("near", "10.9.9.9", 13, quotes=28)
        self.assertEqual(self.told(*BOTH), (
            "turned-back: ICMP admin-prohibited from 10.9.9.9, a box on the way, about the request "
            "(seen near, not in the log)"))


class Strays(AnswersCase):
    """Responses of the far end that belong to no probe."""
    FOREIGN = answer(request("foreign@pbx", branch="z9hG4bKother"))
    SEEN = "what came back to its port belongs to no probe (seen {})"

    def test_in_place_of_an_answer(self):
        self.arrives("unread=1")
        self.packet("far", self.AT + 0.001, self.FOREIGN)
        self.packet("near", self.AT + 0.002, self.FOREIGN)
        logged = "; unread datagrams meanwhile: 1 (in the log)"
        self.assertEqual(self.told(*BOTH),
                         f"unanswered: {self.SEEN.format('near and far')}{logged}")
        self.assertEqual(self.told(*FAR), f"unanswered: {self.SEEN.format('far')}{logged}")

    def test_of_a_box_before_the_far_end(self):
        self.probe(self.AT, LOST, "there")
        self.packet("near", self.AT + 0.002, self.FOREIGN)
        self.assertEqual(self.told(*BOTH, code=1), (
            "undecided: what came from its target meanwhile belongs to no probe: perhaps its "
            f"response; {self.SEEN.format('near')}"))


class InPart(AnswersCase):
    """Datagrams in fragments, of which not all are in a capture."""

    def split(self, side, keeps):
        setattr(self, side, [
            (at, piece) for ident, (at, packet) in enumerate(getattr(self, side))
            for number, piece in enumerate(pieces(packet, 160, ident))
            if keeps(packet, number)])

    @staticmethod
    def is_answer(packet):
        return LOST.encode() in packet and packet[28:32] == b"SIP/"

    def test_a_request_of_which_a_fragment_was_lost_there(self):
        self.arrives()
        self.split("far", lambda packet, number: LOST.encode() not in packet or number == 0)
        self.assertEqual(self.told(*BOTH), "lost-there: request in part (seen far)")

    def test_an_answer_of_which_the_far_capture_lacks_a_fragment_has_left(self):
        self.probe(self.AT, LOST, "back")
        self.split("far", lambda packet, number: not self.is_answer(packet) or number == 0)
        self.assertEqual(self.told(*BOTH), "lost-back: answer in part (seen far)")

    def test_an_answer_of_which_a_fragment_was_lost_on_the_way_back(self):
        self.probe(self.AT, LOST, "host")
        self.split("near", lambda packet, number: not self.is_answer(packet) or number == 0)
        self.assertEqual(self.told(*BOTH), "lost-back: 200 sent; answer in part (seen near)")

    def test_a_request_of_which_the_near_capture_lacks_a_fragment_has_left(self):
        self.probe(self.AT, LOST, "there")
        self.split("near", lambda packet, number: LOST.encode() not in packet or number == 0)
        self.assertEqual(self.told(*BOTH), "lost-there: request in part (seen near)")

    def test_a_filter_by_port_lets_only_the_first_ones_through(self):
        self.arrives()
        self.split("far", lambda packet, number: number == 0)
        self.assertEqual(self.told(*BOTH, code=1),
                         "undecided: the far capture has a fragment of it, not all")
        self.probe(self.AT, LOST.replace("1", "2"), "there")
        self.write()
        run = self.sipping("trace", "log.csv", *BOTH, code=1)
        self.assertIn("; 121 packets of IP with fragments missing are not read\n", run.out)
        self.assertIn("  undecided  the far capture has 121 packets of this target's address, none "
                      "that can be read\n", run.out)


if __name__ == "__main__":
    unittest.main()
