"""sipping trace: captures of every form, what is in them, and what cannot be read. The files are
made by tests/captures.py; real ones are tests/netns/trace_test.py's business."""

import csv
import io
import json
import pathlib
import struct
import subprocess
import unittest

import captures
from captures import answer, ip, on_link, pcap, pcapng, pieces, request, save, udp
from support import KEYS, SippingCase

BEGIN = 1_800_000_000
LOST_THERE, LOST_BACK, SILENT, LATE = "2222222222", "3333333333", "4444444444", "5555555555"
AHEAD = 3.25  # the far end's clock


class TraceCase(SippingCase):
    def setUp(self):
        super().setUp()
        self.log = []
        self.near = []  # (time, call id, direction, text)
        self.far = []

    def row(self, at, call_id, kind, latency="drop", target="gw", port=40000):
        response = "drop" if latency == "drop" else "SIP/2.0 200 OK"
        self.log.append(["15/01/27 09:00:00:000000", f"{at:.6f}", "10.0.0.2", latency, call_id,
                         response, target, port, kind, ""])

    def sees(self, side, at, text, back=False):
        packet = udp(text, 5060, 40000) if back else udp(text)
        ends = ("10.0.0.2", "10.0.0.1") if back else ("10.0.0.1", "10.0.0.2")
        (self.near if side == "near" else self.far).append((at, ip(packet, *ends)))

    def scene(self):
        """200 answered probes, 0.1 s apart, and one of each fate in the middle of them."""
        for i in range(200):
            at, call_id = BEGIN + i / 10, f"{6000000000 + i}"
            self.row(at, call_id, "reply", "10.500")
            asked = request(call_id)
            self.sees("near", at, asked)
            self.sees("far", at + AHEAD + 0.005, asked)
            self.sees("far", at + AHEAD + 0.0055, answer(asked), back=True)
            self.sees("near", at + 0.0105, answer(asked), back=True)
        for i, call_id in enumerate((LOST_THERE, LOST_BACK, SILENT, LATE)):
            at = BEGIN + 10.05 + i / 10
            asked = request(call_id)
            self.row(at, call_id, "timeout")
            self.sees("near", at, asked)
            if call_id == LOST_THERE:
                continue
            self.sees("far", at + AHEAD + 0.005, asked)
            if call_id == LOST_BACK:
                self.sees("far", at + AHEAD + 0.006, answer(asked), back=True)
            if call_id == LATE:
                self.row(at, call_id, "late", "2510.000")
                self.sees("far", at + AHEAD + 2.505, answer(asked), back=True)
                self.sees("near", at + 2.51, answer(asked), back=True)
        self.near.sort(key=lambda one: one[0])
        self.far.sort(key=lambda one: one[0])

    def write_log(self):
        with open(self.folder / "log.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerows([KEYS, *self.log])

    def frames(self, packets, link=captures.ETHERNET):
        return [(at, on_link(packet, link)) for at, packet in packets]

    def write_all(self):
        self.write_log()
        save(self.folder / "near.pcap", pcap(self.frames(self.near)))
        save(self.folder / "far.pcap", pcap(self.frames(self.far)))

    def verdicts(self, *options, code=0):
        run = self.sipping("trace", "log.csv", "--csv", *options, code=code)
        return {row["callid"]: row["verdict"] for row in csv.DictReader(io.StringIO(run.out))}


EXPECTED = {LOST_THERE: "lost-there", LOST_BACK: "lost-back", SILENT: "unanswered",
            LATE: "too-late"}


class Forms(TraceCase):
    def test_text(self):
        self.scene()
        self.write_all()
        run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--near", "near.pcap")
        self.assertEqual(run.err, "")
        lines = run.out.splitlines()
        self.assertEqual(lines[0], "4 lost: 1 on the way there, 1 unanswered, 1 on the way back, "
                                   "1 answered too late")
        self.assertEqual(lines[1], "Far capture: 2027-01-15 08:00:03.255 to 2027-01-15 "
                                   "08:00:23.155, 405 packets, 405 of them SIP")
        self.assertEqual(lines[2], "Clock: the far clock is 3.250 s ahead of ours (within 5.002 "
                                   "ms, from 201 probes)")
        self.assertEqual(lines[4], "Clock: the near clock agrees with ours (within 0.002 ms, from "
                                   "201 probes)")
        self.assertEqual(lines[6:], [
            "time                     target  Call-ID     verdict                      detail",
            "2027-01-15 08:00:10.050  gw      2222222222  lost on the way there        ",
            "2027-01-15 08:00:10.150  gw      3333333333  answer lost on the way back  200 sent",
            "2027-01-15 08:00:10.250  gw      4444444444  arrived, not answered        ",
            "2027-01-15 08:00:10.350  gw      5555555555  answered too late            network "
            "10.000 ms, far end 2.500 s",
            "", "Nothing rewritten on the way (203 requests, 201 responses compared)"])

    def test_every_kind_of_file_gives_the_same(self):
        self.scene()
        self.write_all()
        kinds = {"ns.pcap": pcap(self.frames(self.far)),
                 "us.pcap": pcap(self.frames(self.far), magic=0xA1B2C3D4),
                 "a.pcapng": pcapng(self.frames(self.far)),
                 "a.pcapng.gz": pcapng(self.frames(self.far)),
                 "cooked.pcap": pcap(self.frames(self.far, captures.COOKED), captures.COOKED),
                 "cooked2.pcap.gz": pcap(self.frames(self.far, captures.COOKED2),
                                         captures.COOKED2),
                 "raw.pcap": pcap(self.frames(self.far, captures.RAW), captures.RAW),
                 "4gb.pcap": pcap(self.frames(self.far), snap=0xFFFFFFFF)}
        for name, data in kinds.items():
            with self.subTest(name):
                save(self.folder / name, data)
                self.assertEqual(self.verdicts("--far", name, "--near", "near.pcap"), EXPECTED)
        subprocess.run(["zstd", "-q", self.folder / "ns.pcap"], check=True)
        self.assertEqual(self.verdicts("--far", "ns.pcap.zst", "--near", "near.pcap"), EXPECTED)
        run = self.start("trace", "log.csv", "--csv", "--far", "-", "--near", "near.pcap",
                         wrapper=("sh", "-c", 'exec "$@" < ns.pcap', "sh")).wait()
        self.assertEqual((run.code, run.out.count("lost-there")), (0, 1), run)

    def test_several_files_of_a_side_are_one(self):
        self.scene()
        self.write_all()
        half = len(self.far) // 2
        save(self.folder / "b.pcap", pcap(self.frames(self.far[half:])))
        save(self.folder / "a.pcap.gz", pcap(self.frames(self.far[:half])))
        for order in (("a.pcap.gz", "b.pcap"), ("b.pcap", "a.pcap.gz")):
            self.assertEqual(self.verdicts("--far", order[0], "--far", order[1], "--near",
                                           "near.pcap"), EXPECTED)

    def test_json(self):
        self.scene()
        self.write_all()
        run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--near", "near.pcap",
                           "--json")
        lines = [json.loads(line) for line in run.out.splitlines()]
        self.assertEqual([line["event"] for line in lines], ["probe"] * 4 + ["summary"])
        late = lines[3]
        self.assertEqual((late["verdict"], late["callid"], late["kind"]),
                         ("too-late", LATE, "timeout"))
        self.assertAlmostEqual(late["network_ms"], 10, 2)
        self.assertAlmostEqual(late["far_end_ms"], 2500, 2)
        self.assertAlmostEqual(lines[4]["far"]["clock"]["ahead_ms"], AHEAD * 1000, 0)
        self.assertEqual(lines[4]["verdicts"]["lost-back"], 1)

    def test_fragments(self):
        self.scene()
        whole = self.far
        self.far = [(at, piece) for ident, (at, packet) in enumerate(whole)
                    for piece in pieces(packet, 160, ident)]
        self.write_all()
        self.assertEqual(self.verdicts("--far", "far.pcap", "--near", "near.pcap"), EXPECTED)
        self.sipping("trace", "log.csv", "--far", "far.pcap", "--write-pcap", "out.pcap",
                     "--call-id", LOST_BACK)
        written = (self.folder / "out.pcap").read_bytes()
        mine = [at for at, packet in whole if LOST_BACK.encode() in packet]
        self.assertEqual(len(mine), 2)
        self.assertEqual(written.count(b"OPTIONS sip:"), 1, "the request's first piece")
        count = sum(-(-len(packet[20:]) // 160) for _, packet in whole
                    if LOST_BACK.encode() in packet)
        self.assertEqual(len(written), 24 + sum(
            16 + len(frame) for at, frame in self.frames(self.far) if at in mine), count)

    def test_write_pcap(self):
        self.scene()
        self.write_all()
        run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--near", "near.pcap",
                           "--write-pcap", "out.pcap")
        self.assertEqual(run.err, "sipping: 10 packets written to out.pcap\n")
        mine = [(at, packet) for at, packet in sorted(self.near + self.far, key=lambda one: one[0])
                if any(call_id.encode() in packet for call_id in EXPECTED)]
        self.assertEqual((self.folder / "out.pcap").read_bytes()[24:],
                         pcap(self.frames(mine))[24:])

    def test_write_pcap_writes_over_nothing_that_it_reads(self):
        self.scene()
        self.write_all()
        (self.folder / "link").symlink_to("near.pcap")
        for name in ("far.pcap", "./far.pcap", "link", "log.csv"):
            before = (self.folder / name).read_bytes()
            run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--near", "near.pcap",
                               "--write-pcap", name, code=3)
            self.assertIn("that is one of the files to be read", run.err)
            self.assertEqual((self.folder / name).read_bytes(), before)

    def test_ladder(self):
        self.scene()
        self.write_all()
        run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--near", "near.pcap",
                           "--ladder", LOST_BACK, env={"LC_ALL": "C"})
        self.assertEqual([line.rstrip() for line in run.out.splitlines()[:7]], [
            "Call-ID 3333333333 to gw, sent 2027-01-15 08:00:10.150",
            "     our clock  prober                    near                      far",
            "     +0.000 ms  | sent (log)",
            "     +0.000 ms  |------- OPTIONS -------->|                         |  10.0.0.1:40000 "
            "to 10.0.0.2:5060",
            "     +5.000 ms  |                         |------- OPTIONS -------->|  10.0.0.1:40000 "
            "to 10.0.0.2:5060",
            "     +6.000 ms  |                         |x--------- 200 ----------|  10.0.0.2:5060 "
            "to 10.0.0.1:40000",
            "                | timeout (log)"])
        self.assertIn("Verdict: answer lost on the way back; 200 sent\n", run.out)
        run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--ladder", LOST_BACK)
        self.assertIn("│─────── OPTIONS ────────▶│", run.out)


class What(TraceCase):
    def test_what_was_rewritten_is_named(self):
        self.scene()
        self.far = [(at, packet.replace(b"UDP 10.0.0.1:40000", b"UDP 198.51.1.1:1024"[:18]))
                    for at, packet in self.far]
        self.write_all()
        run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--near", "near.pcap")
        self.assertIn("\nRewritten on the way there (requests, near to far)\n"
                      "  Via, in 203 of 203, first in 6000000000\n"
                      "    - SIP/2.0/UDP 10.0.0.1:40000;rport;branch=z9hG4bK6000000000", run.out)
        self.assertIn("    + SIP/2.0/UDP 198.51.1.1:102;rport;", run.out)
        alone = self.sipping("trace", "log.csv", "--far", "far.pcap")
        self.assertIn("\nRewritten on the way there (requests, log to far)\n"
                      "  Via, in 203 of 203, first in 6000000000\n"
                      "    - (sent from port 40000)\n    + SIP/2.0/UDP 198.51.1.1:102;", alone.out)

    def test_which_probes(self):
        self.scene()
        self.row(BEGIN + 11, "7777777777", "timeout", target="other")
        self.write_all()
        both = ("--far", "far.pcap", "--near", "near.pcap")
        self.assertEqual(self.verdicts(*both, code=1), EXPECTED | {"7777777777": "undecided"})
        self.assertEqual(self.verdicts(*both, "--target", "gw"), EXPECTED)
        self.assertEqual(self.verdicts(*both, "--target", "gw", "--from", "2027-01-15 08:00:10.2",
                                       "--to", "2027-01-15T08:00:10.3Z"), {SILENT: "unanswered"})
        self.assertEqual(self.verdicts(*both, "--call-id", "6000000007"),
                         {"6000000007": "answered"})
        run = self.sipping("trace", "log.csv", *both, "--call-id", "9999999999", code=1)
        self.assertEqual(run.err, "sipping: no probe with that Call-ID in these logs\n")

    def test_a_capture_that_lost_packets_says_so(self):
        self.scene()
        self.write_all()
        save(self.folder / "drops.pcapng", pcapng(self.frames(self.far), dropped=7))
        self.assertEqual(self.verdicts("--far", "drops.pcapng", "--near", "near.pcap", code=1),
                         EXPECTED | {LOST_THERE: "undecided", SILENT: "undecided"})
        run = self.sipping("trace", "log.csv", "--far", "drops.pcapng", code=1)
        self.assertIn("; it lost 7 packets itself\n", run.out)

    def test_nothing_of_others_reaches_the_terminal_raw(self):
        self.scene()
        evil = b"X-Evil: \x1b]0;owned\x07\x9b31m\xff\r\n"
        self.far = [(at, ip(udp(packet[28:].replace(b"Max-", evil + b"Max-"),
                                *struct.unpack("!HH", packet[20:24])), packet[12:16],
                            packet[16:20])) for at, packet in self.far]
        self.write_all()
        for form in ([], ["--json"], ["--csv"], ["--ladder", LOST_BACK]):
            run = self.sipping("trace", "log.csv", "--far", "far.pcap", "--near", "near.pcap",
                               *form)
            self.assertNotRegex(run.out, "[\x00-\x08\x0b-\x1f\x7f-\x9f]", form)


class Unreadable(TraceCase):
    def test_truncated_is_read_so_far(self):
        self.scene()
        self.write_all()
        whole = (self.folder / "far.pcap").read_bytes()
        (self.folder / "cut.pcap").write_bytes(whole[:-100])
        run = self.sipping("trace", "log.csv", "--far", "cut.pcap", "--near", "near.pcap", code=1)
        self.assertIn("4 lost: 1 on the way there", run.out)
        self.assertRegex(run.err, r"^sipping: cut.pcap: packet 405: the file ends within it; "
                                  "read up to there\n$")
        packed = save(self.folder / "far.pcap.gz", whole).read_bytes()
        (self.folder / "cut.pcap.gz").write_bytes(packed[:-100])
        run = self.sipping("trace", "log.csv", "--far", "cut.pcap.gz", code=1)
        self.assertRegex(run.err, r"^sipping: cut.pcap.gz: packet \d+: .*in the middle; read up "
                                  "to there\n$")

    def test_garbage_in_the_middle(self):
        self.scene()
        self.write_all()
        whole = (self.folder / "far.pcap").read_bytes()
        (self.folder / "bad.pcap").write_bytes(whole[:20000] + b"\xff" * 5000 + whole[25000:])
        run = self.sipping("trace", "log.csv", "--far", "bad.pcap", code=1)
        self.assertRegex(run.err, r"^sipping: bad.pcap: packet \d+: it says that it has 4294967295 "
                                  "bytes, so the file is damaged; read up to there\n$")

    def test_what_is_no_capture(self):
        self.scene()
        self.write_all()
        (self.folder / "text.pcap").write_text("no capture\n" * 100)
        (self.folder / "empty.pcap").write_bytes(b"")
        (self.folder / "wifi.pcap").write_bytes(pcap([], link=105))
        for name in ("text.pcap", "empty.pcap", "wifi.pcap", "nowhere.pcap", "."):
            run = self.sipping("trace", "log.csv", "--far", name, code=3)
            self.assertRegex(run.err, rf"^sipping: {name}: [^\n]+\n$")

    def test_a_capture_of_nothing(self):
        self.scene()
        self.write_all()
        (self.folder / "none.pcap").write_bytes(pcap([]))
        run = self.sipping("trace", "log.csv", "--far", "none.pcap", code=1)
        self.assertIn("4 lost: 3 undecided, 1 answered too late\nFar capture: empty\n", run.out)
        self.assertEqual(run.err, "sipping: none.pcap: no packet in it\n")
        (self.folder / "tcp.pcap").write_bytes(pcap([(BEGIN, on_link(ip(bytes(40), protocol=6)))]))
        run = self.sipping("trace", "log.csv", "--far", "tcp.pcap", code=1)
        self.assertEqual(run.err, "sipping: the far captures have no SIP over UDP\n")

    def test_bad_usage(self):
        self.scene()
        self.write_all()
        for words, names in ((["log.csv"], "--far"), (["--far", "far.pcap"], "trace needs a log"),
                             (["-", "--far", "-"], "standard input"),
                             (["log.csv", "--far", "far.pcap", "--call-id", "7"], "--call-id"),
                             (["log.csv", "--far", "far.pcap", "--json", "--csv"], "--json"),
                             (["log.csv", "--far", "far.pcap", "--from", "noon"], "--from"),
                             (["no.csv", "--far", "far.pcap"], "no.csv")):
            run = self.sipping("trace", *words, code=3)
            self.assertIn(names, run.err)
            self.assertEqual(len(run.err.splitlines()), 1)


class TheOriginal(TraceCase):
    def test_its_log_is_read_and_a_leading_zero_kept(self):
        (self.folder / "old.csv").write_text(
            "time,timestamp,host,latency,callid,response\n"
            "15/01/27 08:00:00:000000,1800000000.0,10.0.0.2,drop,0762101642,drop\n"
            "15/01/27 08:00:01:000000,1800000001.0,10.0.0.2,12.5,0762101643,SIP/2.0 200 OK\n")
        asked = request("0762101643")
        first = request("0762101642", branch="z9hG4bK-none")
        save(self.folder / "far.pcap", pcap([
            (BEGIN - 2, on_link(ip(bytes(30), protocol=47))), (BEGIN, on_link(ip(udp(first)))),
            (BEGIN + 1, on_link(ip(udp(asked)))),
            (BEGIN + 1.001, on_link(ip(udp(answer(asked))))),
            (BEGIN + 2, on_link(ip(bytes(30), protocol=47)))]))
        run = self.sipping("trace", "old.csv", "--far", "far.pcap", "--csv")
        self.assertIn(",0762101642,timeout,unanswered,", run.out)


if __name__ == "__main__":
    unittest.main()
