"""sipping trace: capture files in all their forms, whole, broken and hostile. What is in frames is
the business of trace_test.py and trace_tunnels_test.py."""

import csv
import io
import struct
import subprocess
import unittest

import captures
import tunnels
from captures import MICRO, MODIFIED, NANO, Pcapng, answer, ip, micros, pcap, request, save, udp
from support import KEYS, SippingCase

BEGIN = 1_800_000_000
ETHERNET, COOKED, RAW = captures.ETHERNET, captures.COOKED, captures.RAW
COUNT = 40
LOST = {7: "lost-there", 17: "unanswered", 27: "lost-back"}
EXPECTED = {f"{6000000000 + number}": verdict for number, verdict in LOST.items()}
TSRESOL, TSOFFSET = 9, 14
STARTTIME, ENDTIME, IFDROP, OSDROP = 2, 3, 5, 7
DROPCOUNT = 4


class FileCase(SippingCase):
    def setUp(self):
        super().setUp()
        self.packets = []  # (time, IP packet)
        rows = []
        for number in range(COUNT):
            at, call_id = BEGIN + number / 4, f"{6000000000 + number}"
            lost = LOST.get(number)
            rows.append(["15/01/27 09:00:00:000000", f"{at:.6f}", "10.0.0.2",
                         "drop" if lost else "1.500", call_id,
                         "drop" if lost else "SIP/2.0 200 OK", "gw", 40000,
                         "timeout" if lost else "reply", ""])
            asked = request(call_id)
            if lost != "lost-there":
                self.packets.append((at + 0.0005, ip(udp(asked))))
            if lost not in ("lost-there", "unanswered"):
                self.packets.append((at + 0.001, ip(udp(answer(asked), 5060, 40000), "10.0.0.2",
                                                    "10.0.0.1")))
        with open(self.folder / "log.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([KEYS, *rows])

    def frames(self, link=ETHERNET):
        return [(at, captures.on_link(packet, link)) for at, packet in self.packets]

    def verdicts(self, name, *options, code=0):
        run = self.sipping("trace", "log.csv", "--csv", "--far", name, *options, code=code)
        self.said = run.err
        self.times = {row["callid"]: (row["far_request"], row["far_answer"])
                      for row in csv.DictReader(io.StringIO(run.out))}
        return {row["callid"]: row["verdict"] for row in csv.DictReader(io.StringIO(run.out))}

    def check(self, data, name="far.cap"):
        save(self.folder / name, data)
        self.assertEqual(self.verdicts(name), EXPECTED)
        self.assertEqual(self.said, "")
        self.assertEqual(self.times["6000000027"], ("1800000006.750500", "1800000006.751000"))


class Pcap(FileCase):
    def test_either_byte_order_and_all_units_and_versions(self):
        for order in "<>":
            for magic in (MICRO, NANO, MODIFIED):
                with self.subTest(order=order, magic=hex(magic)):
                    self.check(pcap(self.frames(), magic=magic, order=order))
        self.check(pcap(self.frames(), version=(2, 2)))
        self.check(pcap(self.frames(), version=(2, 3)))

    def test_the_length_of_check_sums_beside_the_link_type(self):
        frames = [(at, frame + b"\xde\xad\xbe\xef") for at, frame in self.frames()]
        self.check(pcap(frames, ETHERNET | 0x24000000))

    def test_cut_by_a_snap_length(self):
        short = [(at, frame[:100], len(frame)) for at, frame in self.frames()]
        save(self.folder / "far.cap", pcap(short, snap=100))
        run = self.sipping("trace", "log.csv", "--far", "far.cap", code=1)
        self.assertIn(f"; {len(short)} packets are cut at 100 bytes, "
                      f"{len(short)} SIP messages before their Call-ID\n", run.out)
        self.assertEqual(run.out.count("undecided  the far capture has its packets cut at 100 "
                                       "bytes, before their Call-ID\n"), 3)
        shorter = [(at, frame[:50], len(frame)) for at, frame in self.frames()]
        save(self.folder / "far.cap", pcap(shorter, snap=50))
        run = self.sipping("trace", "log.csv", "--far", "far.cap", code=1)
        self.assertEqual(run.out.count("packets cut at 50 bytes, before their Call-ID\n"), 3)

    def test_cut_behind_the_call_id_is_as_good_as_whole(self):
        short = [(at, frame[:len(frame) - 30], len(frame)) for at, frame in self.frames()]
        self.check(pcap(short))


class TwoInterfaces(FileCase):
    def mixed(self, file, first=0):
        """Packets in turn by Ethernet and by Linux cooked."""
        for number, (at, packet) in enumerate(self.packets):
            link = (ETHERNET, COOKED)[number % 2]
            file.packet(first + number % 2, micros(at), captures.on_link(packet, link))
        return file

    def test_of_different_link_types(self):
        for order in "<>":
            self.check(self.mixed(Pcapng(order).interface(ETHERNET).interface(COOKED)).data)

    def test_of_different_snap_lengths(self):
        file = Pcapng().interface(ETHERNET, snap=65535).interface(COOKED, snap=2000)
        self.check(self.mixed(file).data)

    def test_an_interface_that_comes_late(self):
        file = Pcapng().interface(RAW)
        half = len(self.packets) // 2
        for at, packet in self.packets[:half]:
            file.packet(0, micros(at), packet)
        file.interface(ETHERNET)
        for at, packet in self.packets[half:]:
            file.packet(1, micros(at), tunnels.ethernet(packet))
        self.check(file.data)

    def test_one_that_is_not_read_beside_one_that_is(self):
        file = Pcapng().interface(ETHERNET).interface(105)
        for at, frame in self.frames():
            file.packet(0, micros(at), frame).packet(1, micros(at), bytes(40))
        save(self.folder / "far.cap", file.data)
        self.assertEqual(self.verdicts("far.cap"), EXPECTED)
        run = self.sipping("trace", "log.csv", "--far", "far.cap")
        self.assertIn(f"; {len(self.packets)} packets of 802.11 (link type 105) are not read\n",
                      run.out)
        only = Pcapng().interface(105).interface(127).packet(0, 1, bytes(9))
        save(self.folder / "far.cap", only.data)
        run = self.sipping("trace", "log.csv", "--far", "far.cap", code=3)
        self.assertRegex(run.err, r"^sipping: far.cap: 802\.11 \(link type 105\) is not read \(")

    def test_written_packets_keep_their_link_types(self):
        save(self.folder / "far.cap",
             self.mixed(Pcapng().interface(ETHERNET).interface(COOKED)).data)
        self.sipping("trace", "log.csv", "--far", "far.cap", "--write-pcap", "out.cap")
        run = subprocess.run(["tshark", "-r", self.folder / "out.cap", "-Y", "sip", "-T", "fields",
                              "-e", "sip.Call-ID", "-e", "frame.time_epoch", "-e",
                              "frame.encap_type"], capture_output=True, text=True, check=True,
                             timeout=60)
        self.assertEqual(run.stdout.splitlines(), [
            "6000000017\t1800000004.250500000\t1", "6000000027\t1800000006.750500000\t25",
            "6000000027\t1800000006.751000000\t1"])
        self.sipping("trace", "log.csv", "--far", "out.cap", code=1)

    def test_two_captures_of_different_link_types_are_written_into_one(self):
        half = len(self.packets) // 2
        save(self.folder / "a.pcap", pcap(self.frames()[:half]))
        save(self.folder / "b.pcap", pcap(self.frames(RAW)[half:], RAW))
        run = self.sipping("trace", "log.csv", "--far", "a.pcap", "--far", "b.pcap",
                           "--write-pcap", "out.cap")
        self.assertEqual(run.err, "sipping: 3 packets written to out.cap\n")
        self.assertEqual((self.folder / "out.cap").read_bytes()[:4], b"\x0a\x0d\x0d\x0a")


class Times(FileCase):
    def test_each_resolution_and_offset(self):
        for options, ticks in (
                ((), micros),
                (((TSRESOL, b"\x09"),), lambda at: micros(at) * 1000),
                (((TSRESOL, b"\x03"),), lambda at: micros(at) // 1000),
                (((TSRESOL, b"\x0a"),), lambda at: micros(at) * 10_000),
                (((TSRESOL, b"\x94"),), lambda at: -(-(micros(at) << 20) // 1_000_000)),
                (((TSRESOL, b"\x9e"),), lambda at: -(-(micros(at) << 30) // 1_000_000))):
            for order in "<>":
                with self.subTest(options=options, order=order):
                    file = Pcapng(order).interface(ETHERNET, *options)
                    for at, frame in self.frames():
                        file.packet(0, ticks(at), frame)
                    save(self.folder / "far.cap", file.data)
                    self.assertEqual(self.verdicts("far.cap"), EXPECTED)
                    if options != ((TSRESOL, b"\x03"),):
                        self.assertEqual(self.times["6000000027"],
                                         ("1800000006.750500", "1800000006.751000"))
        for offset in (BEGIN, -1000):
            file = Pcapng()
            file.interface(ETHERNET, (TSOFFSET, struct.pack("=q", offset)))
            for at, frame in self.frames():
                file.packet(0, micros(at - offset), frame)
            self.check(file.data)

    def test_each_interface_has_its_own(self):
        file = Pcapng().interface(ETHERNET).interface(ETHERNET, (TSRESOL, b"\x09"))
        for number, (at, frame) in enumerate(self.frames()):
            file.packet(number % 2, micros(at) * (1000 if number % 2 else 1), frame)
        self.check(file.data)


class Blocks(FileCase):
    def test_several_sections_of_either_byte_order(self):
        file, third = Pcapng("<"), len(self.packets) // 3
        file.interface(ETHERNET)
        for at, frame in self.frames()[:third]:
            file.packet(0, micros(at), frame)
        file.section(">").interface(COOKED)
        for at, packet in self.packets[third:2 * third]:
            file.packet(0, micros(at), captures.on_link(packet, COOKED))
        file.section("<").interface(RAW, (TSRESOL, b"\x09"))
        for at, packet in self.packets[2 * third:]:
            file.packet(0, micros(at) * 1000, packet)
        self.check(file.data)

    def test_old_packet_blocks(self):
        file = Pcapng().interface()
        for at, frame in self.frames():
            file.old_packet(0, micros(at), frame)
        self.check(file.data)

    def test_all_else_is_gone_over(self):
        file = Pcapng().interface(ETHERNET, (2, b"eth0"), (3, b"an interface"))
        for at, frame in self.frames():
            file.block(4, b"\1\0\x08\0\x0a\0\0\2gw\0\0\0\0\0\0")  # names
            file.block(0x0A, b"TLSK" + bytes(100))                # secrets
            file.block(0xBAD, b"custom" + bytes(2000))
            file.block(0x40000BAD, b"custom, not to be copied")
            file.block(9, b"journal")
            file.packet(0, micros(at), frame, (1, b"a comment"), (2, bytes(4)))
        self.check(file.data)

    def test_packets_without_a_time_are_told(self):
        file = Pcapng().interface()
        for at, frame in self.frames():
            file.packet(0, micros(at), frame).simple_packet(frame)
        save(self.folder / "far.cap", file.data)
        self.assertEqual(self.verdicts("far.cap"), EXPECTED)
        run = self.sipping("trace", "log.csv", "--far", "far.cap")
        self.assertIn(f"; {len(self.packets)} packets of pcapng's simple kind (without a time) are "
                      "not read\n", run.out)


class Losses(FileCase):
    ABSENT = EXPECTED | {"6000000007": "undecided", "6000000017": "undecided"}

    def with_packets(self, file, until=None):
        for at, frame in self.frames():
            if until is None or at < until:
                file.packet(0, micros(at), frame)
        return file

    def test_statistics_at_the_end_are_of_any_time(self):
        for code in (IFDROP, OSDROP):
            file = self.with_packets(Pcapng().interface())
            file.statistics(0, micros(BEGIN + 10), (code, file.number(3)))
            save(self.folder / "far.cap", file.data)
            self.assertEqual(self.verdicts("far.cap", code=1), self.ABSENT)
        file = self.with_packets(Pcapng().interface())
        file.statistics(0, micros(BEGIN + 10), (IFDROP, file.number(0)), (OSDROP, file.number(0)))
        self.check(file.data)

    def test_statistics_in_between_tell_when(self):
        file = Pcapng().interface()
        for number, (at, frame) in enumerate(self.frames()):
            file.packet(0, micros(at), frame)
            # Lost between 3 s and 5 s: the second of the lost probes was sent at 4.25 s.
            lost = 0 if at < BEGIN + 4.9 else 12
            if number % 4 == 0:
                file.statistics(0, micros(at + 0.0001), (OSDROP, file.number(lost)))
        save(self.folder / "far.cap", file.data)
        self.assertEqual(self.verdicts("far.cap", code=1),
                         EXPECTED | {"6000000017": "undecided"})

    def test_a_packet_says_how_many_were_lost_before_it(self):
        for old in (False, True):
            file = Pcapng().interface()
            for at, frame in self.frames():
                lost = 5 if BEGIN + 1.8 < at < BEGIN + 2.0006 else 0  # the first was sent at 1.75
                if old:
                    file.old_packet(0, micros(at), frame, lost)
                else:
                    file.packet(0, micros(at), frame, (DROPCOUNT, file.number(lost)))
            save(self.folder / "far.cap", file.data)
            self.assertEqual(self.verdicts("far.cap", code=1),
                             EXPECTED | {"6000000007": "undecided"})

    def test_statistics_say_that_the_capture_went_on(self):
        """Nothing came any more: only a capture that was still running proves it."""
        until = BEGIN + 7
        self.packets = [one for one in self.packets if one[0] < until]
        rows = (self.folder / "log.csv").read_text().splitlines()
        lost = [row if float(row.split(",")[1]) < until else
                row.replace("1.500", "drop").replace("SIP/2.0 200 OK", "drop").replace(
                    ",reply,", ",timeout,") for row in rows[1:]]
        (self.folder / "log.csv").write_text("\n".join([rows[0], *lost]) + "\n")
        expected = EXPECTED | {f"{6000000000 + number}": "undecided" for number in range(28, 40)}
        plain = self.with_packets(Pcapng().interface())
        save(self.folder / "far.cap", plain.data)
        self.assertEqual(self.verdicts("far.cap", code=1), expected)
        end = micros(BEGIN + 12)
        plain.statistics(0, end, (STARTTIME, plain.ticks(micros(BEGIN))),
                         (ENDTIME, plain.ticks(end)))
        save(self.folder / "far.cap", plain.data)
        self.assertEqual(self.verdicts("far.cap"),
                         {call_id: "lost-there" if verdict == "undecided" else verdict
                          for call_id, verdict in expected.items()})

    def test_times_of_statistics_that_cannot_be_are_not_believed(self):
        file = self.with_packets(Pcapng().interface(ETHERNET, (TSRESOL, b"\x09")), 0)
        for at, frame in self.frames():
            file.packet(0, micros(at) * 1000, frame)
        file.statistics(0, micros(BEGIN + 9))  # microseconds, as some versions of dumpcap wrote
        save(self.folder / "far.cap", file.data)
        run = self.sipping("trace", "log.csv", "--far", "far.cap")
        self.assertIn("Far capture: 2027-01-15 08:00:00.000 to 2027-01-15 08:00:09.751, ", run.out)


class Broken(FileCase):
    def broken(self, data, why, code=1):
        save(self.folder / "far.cap", data)
        run = self.sipping("trace", "log.csv", "--far", "far.cap", code=code)
        self.assertRegex(run.err, f"^sipping: far.cap: {why}\n$")
        return run

    def test_a_last_block_that_is_cut_off(self):
        file = Pcapng().interface()
        for at, frame in self.frames():
            file.packet(0, micros(at), frame)
        count = len(self.packets)
        for size in range(1, 300, 7):
            run = self.broken(file.data[:-size],
                              f"packet {count}: the file ends within its block; read up to there")
            self.assertIn(f"{count - 1} packets, {count - 1} of them SIP", run.out)
        whole = pcap(self.frames())
        for size in range(1, 300, 7):
            self.broken(whole[:-size],
                        f"packet {count}: the file ends within it; read up to there")

    def test_lengths_that_cannot_be(self):
        start = Pcapng().interface().packet(0, micros(BEGIN), self.frames()[0][1]).data
        damaged = "so the file is damaged; read up to there"
        for block, why in (
                (struct.pack("=II", 6, 0),
                 f"packet 2: a block says that it has 0 bytes, {damaged}"),
                (struct.pack("=III", 6, 8, 8), f"packet 2: .* 8 bytes, {damaged}"),
                (struct.pack("=II", 6, 0xFFFFFFFF), f"packet 2: .* 4294967295 bytes, {damaged}"),
                (struct.pack("=II", 0xBAD, 0xFFFFFFFF),
                 "packet 2: the file ends within its block; read up to there"),
                (struct.pack("=IIII", 6, 16, 0, 16), f"packet 2: it is cut, {damaged}"),
                (struct.pack("=IIIIIIIII", 6, 36, 0, 0, 0, 5, 5, 0, 36),
                 f"packet 2: it says that it has 5 bytes, {damaged}"),
                (struct.pack("=IIIIIIIII", 6, 36, 7, 0, 0, 4, 4, 0, 36),
                 "packet 2: it is of interface 7, of which nothing was said; read up to there"),
                (struct.pack("=IIIIIIIII", 6, 36, 0, 0, 0, 4, 4, 0, 40),
                 f"packet 2: its block has two lengths, {damaged}"),
                (struct.pack("=IIII", 1, 16, 1, 16), f"packet 2: an interface is cut, {damaged}"),
                (struct.pack("=III", 0x0A0D0D0A, 28, 0x11111111),
                 f"packet 2: a section says no byte order, {damaged}")):
            with self.subTest(block=block):
                self.broken(start + block, why)

    def test_what_begins_as_a_capture_and_is_none(self):
        self.broken(struct.pack("=IHH", NANO, 2, 4), "no capture that can be read: its header is "
                    "cut", 3)
        self.broken(struct.pack("=IHHiIII", NANO, 3, 0, 0, 0, 9, 1), "no capture that can be read: "
                    "version 3 of pcap is not read", 3)
        self.broken(b"no capture at all", "no capture: it begins neither as pcap nor as pcapng", 3)

    def test_a_capture_of_unknown_interfaces_only(self):
        self.broken(Pcapng().packet(0, 5, bytes(40)).data, "packet 1: it is of interface 0, of "
                    "which nothing was said; read up to there")


if __name__ == "__main__":
    unittest.main()
