"""The code matters: every status is visible, and which ones refuse is the user's choice. Also what
is told at once: many targets that fall together, targets that cannot be asked, how we are seen."""

import re
import unittest

from support import SippingCase, json_events

TIME = r"\d\d/\d\d/\d\d \d\d:\d\d:\d\d:\d{6}"


class Codes(SippingCase):
    def test_every_status_is_in_the_table(self):
        peer = self.peer(code=503, only=(3, 4))
        run = self.ping(peer, "-c", "6", "-I", "50", "-t", "300")
        self.assertRegex(run.out, r" 200 x 4, 503 x 2  -\n")
        self.check_table(run, peer, sent=6, received=6, lost=0)
        self.assertNotIn("refused", run.out)

    def test_a_change_of_status_is_a_line_whatever_the_mode(self):
        for quiet in ((), ("-q",), ("-S",), ("-q", "-S")):
            with self.subTest(quiet=quiet):
                peer = self.peer(code=503, only=(3, 4, 5, 6))
                run = self.ping(peer, "-c", "6", "-I", "50", "-t", "300", *quiet)
                name = f"127.0.0.1:{peer.port}"
                self.assertRegex(run.out, rf"(?m)^STATUS {name} 200 OK -> 503 Service Unavailable "
                                          rf"at {TIME}$")

    def test_a_flapping_status_is_one_line_a_second(self):
        peer = self.peer(code=503, only=tuple(range(2, 60, 2)))
        run = self.ping(peer, "-c", "40", "-I", "40", "-t", "300")
        lines = re.findall(r"(?m)^STATUS .*$", run.out)
        self.assertLessEqual(len(lines), 4, lines)
        hidden = sum(int(n) for n in re.findall(r"\((\d+) changes? in between", run.out))
        self.assertEqual(hidden + len(lines), 39, lines)

    def test_the_line_a_second_names_unusual_codes(self):
        peer = self.peer(code=503, only=(45, 46, 47))
        run = self.ping(peer, "-c", "90", "-I", "30", "-t", "300", "--mine")
        self.assertRegex(run.out, r"own lateness p99 +[\d.]+ ms( \| skipped +\d+)? \| 503 x 3\n")

    def length(self, peer, first, answered):
        """From the sending of one probe to that of another, by their rows: "0.201"."""
        sent = sorted(float(row["timestamp"]) for row in self.probes(peer))
        return re.escape(f"{round(sent[answered] - sent[first], 3):g}")

    def test_down_codes_make_it_refusing(self):
        peer = self.peer(code=503, only=(3, 4, 5, 6))
        run = self.ping(peer, "-c", "8", "-I", "50", "-t", "300", "--down-codes", "408,500-504")
        name = f"127.0.0.1:{peer.port}"
        self.assertRegex(run.out, rf"(?m)^REFUSING {name} since {TIME} \(503\)$")
        length = self.length(peer, 2, 6)
        self.assertRegex(run.out,
                         rf"(?m)^UP {name} after {length} s, 0 lost, 4 refused, at {TIME}$")
        self.check_table(run, peer, sent=8, received=8, lost=0, refused=4)
        self.assertRegex(run.out, rf"503 x 4, 200 x 4  .*, {length} s, 4 refused\n")
        self.assertEqual({row["kind"] for row in self.probes(peer)}, {"reply"})

    def test_losses_and_refusals_count_in_one_run(self):
        peer = self.peer(code=503, drop_first=2, only=(1, 2, 3))
        run = self.ping(peer, "-c", "5", "-I", "50", "-t", "40", "--down-codes", "503")
        name = f"127.0.0.1:{peer.port}"
        self.assertRegex(run.out, rf"(?m)^REFUSING {name} since ")
        self.assertNotIn("DOWN", run.out)
        self.assertRegex(run.out, rf"(?m)^UP {name} after {self.length(peer, 0, 3)} s, "
                                  "2 lost, 1 refused, at ")

    def test_who_only_refused_has_not_answered(self):
        run = self.ping(self.peer(code=500), "-c", "2", "-I", "50", "--down-codes", "500", code=1)
        self.assertRegex(run.out, r"\b500 x 2\b")
        self.ping(self.peer(code=500, only=(1,)), "-c", "2", "-I", "50", "--down-codes", "500")
        self.ping(self.peer(code=500), "-c", "2", "-I", "50")  # any response is alive

    def test_maintenance(self):
        peer = self.peer(code=503)
        run = self.ping(peer, "-c", "4", "-I", "50", "--maintenance-codes", "503", "--down-codes",
                        "500-599")
        self.assertRegex(run.out, rf"(?m)^MAINTENANCE 127.0.0.1:{peer.port} since {TIME} \(503\)$")
        self.check_table(run, peer, received=4, maintenance=4)
        self.assertNotIn("REFUSING", run.out)

    def test_each_target_may_have_its_own(self):
        peers = [self.peer(code=503) for _ in range(4)]
        words = ("", " down-codes=", " maintenance-codes=503", " down-codes=408")
        run = self.sipping(*(f"127.0.0.1:{peer.port} name=gw{i}{word}"
                            for i, (peer, word) in enumerate(zip(peers, words))),
                        "-c", "4", "-I", "50", "-t", "300", "--down-codes", "503", code=1)
        self.assertEqual(re.findall(r"(?m)^(REFUSING|MAINTENANCE) (\w+) since", run.out),
                         [("REFUSING", "gw0"), ("MAINTENANCE", "gw2")])
        self.assertRegex(run.out, r"refused\s+maintenance")
        self.assertNotRegex(run.out, r"(?m)^(UP|DOWN) ")

    def test_codes_that_are_none_are_refused(self):
        for option in ("--down-codes", "--maintenance-codes"):
            for value in ("5xx", "99", "504-500", "180", "199-503", ""):
                self.check_refused("127.0.0.1", option, value, names=option)


class Together(SippingCase):
    def test_many_that_fall_at_once_are_said_to(self):
        peers = [self.peer(drop_after=20) for _ in range(4)]
        names = [f"127.0.0.1:{peer.port}" for peer in peers]
        run = self.sipping(*names, "-c", "40", "-I", "50", "-t", "100", "-q", "-S")
        self.assertEqual(len(re.findall(r"(?m)^DOWN ", run.out)), 4, run)
        self.assertRegex(run.out, rf"(?m)^4 of 4 lost contact within \d+ ms, since {TIME}: look on "
                                  "our side$")

    def test_two_of_four_are_not_many(self):
        peers = [self.peer(drop_after=20 if i < 2 else 0) for i in range(4)]
        names = [f"127.0.0.1:{peer.port}" for peer in peers]
        run = self.sipping(*names, "-c", "40", "-I", "50", "-t", "100", "-q", "-S")
        self.assertNotIn("our side", run.out)

    def test_being_unable_to_send_is_a_state(self):
        for quiet in ((), ("-q", "-S")):
            run = self.sipping("192.0.2.1", "192.0.2.2", "192.0.2.3", "-c", "5", "-I", "50", "-t",
                               "100", *quiet, code=1, wrapper=["unshare", "-n"])
            self.assertRegex(run.out, rf"(?m)^UNKNOWN 192.0.2.1 since {TIME}: cannot send "
                                      r"\(ENETUNREACH\)$")
            self.assertRegex(run.out, rf"(?m)^3 of 3 cannot be asked, all within \d+ ms, since "
                                      rf"{TIME}: look on our side$")
        run = self.sipping("192.0.2.1", "-c", "5", "-I", "50", "-t", "100", "--json", code=1,
                           wrapper=["unshare", "-n"])
        unknown, = json_events(run.out, "UNKNOWN")
        self.assertEqual((unknown["errno"], unknown["unsent"]), ("ENETUNREACH", 3))


class Seen(SippingCase):
    def test_how_the_far_end_sees_us_is_told_once(self):
        peer = self.peer()
        run = self.ping(peer, "-c", "4", "-I", "50")
        name = f"127.0.0.1:{peer.port}"
        self.assertEqual(run.out.count(f"\n{name} sees us as 127.0.0.1, as we are: no NAT\n"), 1)
        run = self.ping(peer, "-c", "4", "-I", "50", "-i", "192.0.2.77")
        self.assertIn(f"\n{name} sees us as 127.0.0.1, our Via says 192.0.2.77: NAT, ports are "
                      "kept\n", run.out)

    def test_alike_targets_are_one_line(self):
        peers = [self.peer() for _ in range(3)]
        run = self.sipping(*[f"127.0.0.1:{peer.port}" for peer in peers], "-c", "3", "-I", "50")
        self.assertEqual(run.out.count(" sees us as "), 1)


if __name__ == "__main__":
    unittest.main()
