"""sipping trace: what captures prove, and what they do not; what was rewritten, whether anything
was lost or not; which of the files given are captures."""

import json
import random
import unittest

from captures import on_link, pcap, request, save
from trace_scenes import ARP, BEGIN, BOTH, FAR, SceneCase


def call_id_of(number):
    return f"{6000000000 + number}"


class Holes(SceneCase):
    def test_a_capture_that_lost_one_packet_in_a_hundred_accuses_nobody_wrongly(self):
        """600 probes, 161 of them lost: of these verdicts three were wrong."""
        for seed in range(6):
            dice = random.Random(seed)
            self.rows, self.near, self.far, truth = [], [], [], {}
            for number in range(600):
                fate = dice.choice(["there", "silent", "back"]) if dice.random() < 0.27 else "reply"
                self.probe(BEGIN + number / 10, call_id_of(number), fate)
                truth[call_id_of(number)] = {"there": "lost-there", "silent": "unanswered",
                                             "back": "lost-back"}.get(fate)
            self.far = [one for one in self.far if dice.random() >= 0.01]
            self.write()
            said = self.verdicts(*BOTH, code=1)
            wrong = {call_id: (verdict, truth[call_id]) for call_id, verdict in said.items()
                     if verdict not in (truth[call_id], "undecided")}
            self.assertEqual(wrong, {}, seed)
            self.assertGreater(sum(verdict == "lost-back" for verdict in said.values()), 30)
            self.assertIn("the far capture lacks probes that were answered",
                          self.details.values())

    def test_outside_of_a_hole_verdicts_are_as_ever(self):
        for number in range(600):
            self.probe(BEGIN + number / 10, call_id_of(number),
                       "there" if number % 50 == 25 else "reply")
        self.far = [one for one in self.far if not BEGIN + 20 < one[0] < BEGIN + 24]
        self.write()
        said = self.verdicts(*BOTH, code=1)
        in_hole = {call_id_of(225)}  # at 22.5 s
        self.assertEqual(said, {call_id_of(number): "undecided" if call_id_of(number) in in_hole
                                else "lost-there" for number in range(25, 600, 50)})

    def test_a_hole_that_another_target_shows(self):
        for number in range(100):
            self.probe(BEGIN + number, call_id_of(number), "there" if number == 50 else "reply")
        for number in range(1000):
            self.probe(BEGIN + number / 10, call_id_of(5000 + number), target="other")
        self.far = [one for one in self.far if not BEGIN + 49.9 < one[0] < BEGIN + 50.9]
        self.write()
        self.assertEqual(self.verdicts(*BOTH, code=1), {call_id_of(50): "undecided"})


class Rotated(SceneCase):
    def told(self, fate, first_ends, second_begins):
        """Of an outage from 93 s to 117 s, with a far capture of two files."""
        self.rows, self.near, self.far = [], [], []
        for number in range(240):
            self.probe(BEGIN + number, call_id_of(number), fate if 92 < number < 118 else "reply")
        self.write()
        frames = [(at, on_link(packet)) for at, packet in sorted(self.far)]
        for name, part in (("1.pcap", [one for one in frames if one[0] < BEGIN + first_ends]),
                           ("2.pcap", [one for one in frames if one[0] > BEGIN + second_begins])):
            save(self.folder / name, pcap(part))
        run = self.start("trace", "log.csv", "--csv", "--far", "1.pcap", "2.pcap", "--near",
                         "near.pcap").wait(30)
        return {row.split(",")[5] for row in run.out.splitlines()[1:]}

    def test_a_file_of_just_the_outage_that_is_missing_is_no_loss_on_the_way_there(self):
        self.assertEqual(self.told("back", 92.5, 117.5), {"undecided"})
        self.assertEqual(self.told("there", 92.5, 117.5), {"undecided"}, "nobody can know")

    def test_a_change_of_files_is_none(self):
        self.assertEqual(self.told("back", 100.2, 100.2), {"lost-back"})
        self.assertEqual(self.told("there", 60.2, 60.2), {"lost-there"})


class Tail(SceneCase):
    def scene(self, more):
        """Answered for 10 s, then lost on the way there until the end; `more` may go on."""
        for number in range(200):
            self.probe(BEGIN + number / 10, call_id_of(number),
                       "reply" if number < 100 else "there")
        more()
        self.write()
        return self.verdicts(*BOTH, code=None)

    def verdicts(self, *options, code=0):
        run = self.start("trace", "log.csv", "--csv", *options).wait(30)
        return [line.split(",")[5] for line in run.out.splitlines()[1:]]

    def test_nothing_shows_that_the_capture_went_on(self):
        said = self.scene(lambda: None)
        self.assertEqual(set(said), {"undecided"})

    def test_other_targets_show_it(self):
        def more():
            for number in range(210):
                self.probe(BEGIN + number / 10, call_id_of(5000 + number), target="other")
        self.assertEqual(self.scene(more), ["lost-there"] * 100)

    def test_any_other_traffic_shows_it(self):
        for packet in (ARP[14:], request("9999999999").encode()):
            self.rows, self.near, self.far = [], [], []
            with self.subTest(packet[:4]):
                self.assertEqual(self.scene(lambda p=packet: self.far.append((BEGIN + 21, p))),
                                 ["lost-there"] * 100)

    def test_arrived_and_the_capture_went_on_long_enough(self):
        for later, verdict in ((0.5, "undecided"), (2, "unanswered")):
            self.rows, self.near, self.far = [], [], []
            for number in range(100):
                self.probe(BEGIN + number / 10, call_id_of(number))
            self.probe(BEGIN + 10, call_id_of(100), "silent")
            self.far.append((BEGIN + 10 + later, ARP))
            self.write()
            self.assertEqual(self.verdicts(*BOTH), [verdict])


class Clocks(SceneCase):
    def test_a_capture_on_one_box_agrees_though_the_times_of_sending_are_estimates(self):
        dice = random.Random(1)
        for number in range(200):
            at = BEGIN + number / 10
            self.probe(at, call_id_of(number), "back" if number == 100 else "reply")
        # Stamped up to 0.4 ms before the time that the log says, and one far off.
        self.near = [(at - 0.00001 - dice.random() * 4e-4 if i % 2 == 0 else at, packet)
                     for i, (at, packet) in enumerate(self.near)]
        self.near[40] = (self.near[40][0] - 0.02, self.near[40][1])
        self.write()
        run = self.sipping("trace", "log.csv", *BOTH)
        self.assertRegex(run.out, r"\nClock: the near clock agrees with ours \(within \d+\.\d+ ms, "
                                  r"from 199 probes\)\n")

    def test_a_clock_that_was_set_is_told(self):
        for number in range(200):
            self.probe(BEGIN + number / 10, call_id_of(number), "back" if number == 50 else "reply")
        self.far = [(at + (3 if at > BEGIN + 15 else 0), packet) for at, packet in self.far]
        self.write()
        run = self.sipping("trace", "log.csv", *BOTH)
        self.assertIn("; it was set or drifts meanwhile)", run.out)


class Rewriting(SceneCase):
    @staticmethod
    def alg(text):
        return text.replace("UDP 10.0.0.1:40000", "UDP 198.51.100.7:1024") if text.startswith(
            "OPTIONS") else text

    def test_is_told_though_nothing_was_lost(self):
        for number in range(20):
            self.probe(BEGIN + number, call_id_of(number), change=self.alg)
        self.write()
        run = self.sipping("trace", "log.csv", *BOTH)
        lines = run.out.splitlines()
        self.assertEqual(lines[0], "Nothing lost: 20 probes in these logs")
        self.assertRegex(lines[1], r"^Far capture: .*, 40 packets, 40 of them SIP$")
        self.assertEqual(lines[5:9], [
            "", "Rewritten on the way there (requests, near to far)",
            "  Via, in 20 of 20, first in 6000000000",
            "    - SIP/2.0/UDP 10.0.0.1:40000;rport;branch=z9hG4bK60000000000123456789abcdef"])
        alone = self.sipping("trace", "log.csv", *FAR)
        self.assertIn("\nRewritten on the way there (requests, log to far)\n", alone.out)
        told = [json.loads(line) for line in
                self.sipping("trace", "log.csv", *BOTH, "--json").out.splitlines()]
        self.assertEqual([one["event"] for one in told], ["rewritten", "summary"])
        self.assertEqual((told[0]["header"], told[0]["count"]), ("Via", 20))
        self.assertEqual((told[1]["text"], told[1]["probes"], told[1]["compared"]),
                         ("Nothing lost: 20 probes in these logs", 0,
                          {"requests": 20, "answers": 20}))
        table = self.sipping("trace", "log.csv", *BOTH, "--csv")
        self.assertEqual(len(table.out.splitlines()), 1, "the names of the columns")
        self.assertEqual(table.err, "sipping: Nothing lost: 20 probes in these logs\n")

    def test_nothing_lost_and_nothing_rewritten(self):
        for number in range(20):
            self.probe(BEGIN + number, call_id_of(number))
        self.write()
        both = self.sipping("trace", "log.csv", *BOTH)
        self.assertTrue(both.out.endswith(
            "\n\nNothing rewritten on the way (20 requests, 20 responses compared)\n"), both.out)
        far = self.sipping("trace", "log.csv", *FAR)
        self.assertTrue(far.out.endswith("\n\nNothing rewritten on the way there, as far as the "
                                         "log tells (20 requests compared)\n"), far.out)

    def test_json_is_there_though_there_is_nothing_to_ask_about(self):
        self.probe(BEGIN, call_id_of(0))
        self.write()
        for options, text in (
                (("--call-id", "9999999999"), "no probe with that Call-ID in these logs"),
                (("--from", "2027-02-01 00:00"),
                 "no probe of that time and those targets in these logs")):
            run = self.sipping("trace", "log.csv", *FAR, *options, "--json", code=1)
            told = json.loads(run.out)
            self.assertEqual((told["event"], told["text"], told["probes"]), ("summary", text, 0))
            self.assertEqual(run.err, f"sipping: {text}\n")


class Refused(SceneCase):
    """Responses that the strict reader of an earlier version did not take (cases/wire/20)."""
    FAULTS = {
        "no-colon:server": lambda text: text.replace("CSeq:", "Server Foo\r\nCSeq:"),
        "short-body": lambda text: text.replace("Content-Length: 0", "Content-Length: 449"),
        "": lambda text: text.replace("0123456789abcdef", "0123456789abcdef;"),
    }

    def scene(self, change, detail=""):
        for number in range(60):
            broken = 20 <= number < 30
            self.probe(BEGIN + number, call_id_of(number), "host" if broken else "reply",
                       change=lambda text, broken=broken: change(text) if broken and
                       text.startswith("SIP/") else text)
        self.probe(BEGIN + 40.5, call_id_of(900), "there")
        if detail:
            self.rows[5][9] = detail
        self.write()

    def test_path_and_host_are_not_blamed(self):
        for fault, change in self.FAULTS.items():
            with self.subTest(fault):
                self.rows, self.near, self.far = [], [], []
                self.scene(change)
                expected = {call_id_of(number): "refused" for number in range(20, 30)}
                expected[call_id_of(900)] = "lost-there"
                named = f"200 sent, not correct SIP{f' ({fault})' if fault else ''}"
                self.assertEqual(self.verdicts(*BOTH), expected)
                self.assertEqual(self.details[call_id_of(20)],
                                 f"network 1.490 ms, far end 0.500 ms; {named}")
                self.assertEqual(self.verdicts(*FAR), expected)
                self.assertEqual(self.details[call_id_of(20)], f"{named}; or lost on the way back: "
                                                               "a near capture would tell")
                run = self.sipping("trace", "log.csv", *BOTH)
                self.assertIn("11 lost: 10 refused by a strict reader, 1 on the way there\n",
                              run.out)
                self.assertIn("  arrived, refused by a strict reader  ", run.out)

    def test_lost_on_the_way_back_is_that_still(self):
        change = self.FAULTS["no-colon:server"]
        self.scene(change)
        self.near = [one for one in self.near if b"Server Foo" not in one[1]]
        self.write()
        self.assertEqual(self.verdicts(*BOTH)[call_id_of(20)], "lost-back")

    def test_a_log_of_a_prober_that_takes_them_tells_of_real_losses(self):
        self.scene(self.FAULTS["no-colon:server"], "syntax=no-colon:server")
        self.assertEqual(self.verdicts(*BOTH)[call_id_of(20)], "not-received")

    def test_what_the_log_could_put_to_no_probe_is_no_accusation(self):
        for number in range(60):
            fate = {20: "there", 21: "silent", 22: "host"}.get(number, "reply")
            self.probe(BEGIN + number, call_id_of(number), fate,
                       detail="" if fate == "reply" else "unread=1")
        self.write()
        self.assertEqual(self.verdicts(*BOTH), {
            call_id_of(20): "lost-there", call_id_of(21): "unanswered", call_id_of(22): "refused"})
        self.assertEqual(self.details[call_id_of(20)], "unread datagrams meanwhile: 1 (in the log)")
        self.assertEqual(self.verdicts(*FAR, code=1), {
            call_id_of(20): "undecided", call_id_of(21): "unanswered",
            call_id_of(22): "undecided"})
        self.assertEqual(self.details[call_id_of(20)],
                         "what came from its target meanwhile belongs to no probe: perhaps its "
                         "response; unread datagrams meanwhile: 1 (in the log)")


class Words(SceneCase):
    """A shell makes several words of `--far pbx.pcap*`."""

    def setUp(self):
        super().setUp()
        for number in range(60):
            self.probe(BEGIN + number, call_id_of(number), "back" if number == 30 else "reply")
        self.write()
        (self.folder / "logs").mkdir()
        (self.folder / "logs" / "gw.csv").write_bytes((self.folder / "log.csv").read_bytes())
        for side in ("near", "far"):
            frames = [(at, on_link(packet)) for at, packet in sorted(getattr(self, side))]
            third = len(frames) // 3
            for place, name in enumerate(("pcap", "pcap1", "pcap2.gz")):
                save(self.folder / f"{side}er.{name}",
                     pcap(frames[place * third:(place + 1) * third if place < 2 else None]))
        self.expected = self.sipping("trace", "log.csv", *BOTH).out

    def test_all_files_of_a_pattern_are_captures_of_that_side(self):
        far = ["farer.pcap", "farer.pcap1", "farer.pcap2.gz"]
        near = ["nearer.pcap", "nearer.pcap1", "nearer.pcap2.gz"]
        for words in (["log.csv", "--far", *far, "--near", *near],
                      ["--far", *far, "--near", *near, "log.csv"],
                      ["--near", *near, "log.csv", "--far", *far],
                      ["logs", "--far", *reversed(far), "--near", *near],
                      ["--far", "log.csv", *far, "--near", *near],
                      ["--far", "logs", *far, "--near", *near],
                      [f"--far={far[0]}", *far[1:], "--near", *near, "--", "log.csv"],
                      ["--far", far[0], far[1], "--target", "gw", far[2], "--near", *near,
                       "log.csv"]):
            with self.subTest(words):
                self.assertEqual(self.sipping("trace", *words).out, self.expected)

    def test_a_capture_before_either_option(self):
        run = self.sipping("trace", "farer.pcap", "log.csv", "--far", "farer.pcap1", code=3)
        self.assertEqual(run.err, "sipping: farer.pcap is a capture: name it behind --far or "
                                  "--near, not before\n")

    def test_captures_alone(self):
        run = self.sipping("trace", "--far", "farer.pcap", "farer.pcap1", code=3)
        self.assertEqual(run.err, "sipping: trace needs a log: sipping trace sipping-logs --far "
                                  "FAR.pcap\n")

    def test_what_is_no_capture_is_said_to_be_none(self):
        run = self.sipping("trace", "logs", "--far", "log.csv", code=3)
        self.assertEqual(run.err, "sipping: log.csv: no capture: it begins neither as pcap nor as "
                                  "pcapng\n")


if __name__ == "__main__":
    unittest.main()
