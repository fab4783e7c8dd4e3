"""sipping trace: everything that SIP is wrapped in, by itself, within each other and in fragments.
The same file is read by tshark, and both must find the same messages."""

import csv
import io
import subprocess
import unittest

import captures
import tunnels
from captures import ETHERNET, answer, ip, pcap, pcapng, request, save, udp
from support import KEYS, SippingCase

BEGIN = 1_800_000_000
ENDS = {4: ("10.0.0.1", "10.0.0.2"), 6: ("2001:db8:1::1", "2001:db8:1::2")}
TSHARK = ["-d", "udp.port==8472,vxlan",
          "-d", f"mpls.label=={tunnels.PSEUDOWIRE},pwethcw",
          "-d", f"mpls.label=={tunnels.PLAIN_PSEUDOWIRE},pwethnocw",
          "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE"]


def message(call_id, version=4, back=False):
    """An IP packet."""
    asked = request(call_id)
    ends = ENDS[version]
    if back:
        return ip(udp(answer(asked), 5060, 40000), *reversed(ends))
    return ip(udp(asked), *ends)


class TunnelCase(SippingCase):
    def write_log(self, rows):
        """Rows: (time, Call-ID, latency or None)."""
        with open(self.folder / "log.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(KEYS)
            for at, call_id, latency in rows:
                writer.writerow(["15/01/27 09:00:00:000000", f"{at:.6f}", "10.0.0.2",
                                 latency or "drop", call_id,
                                 "SIP/2.0 200 OK" if latency else "drop", "gw", 40000,
                                 "reply" if latency else "timeout", ""])

    def found(self, name):
        """{Call-ID: (time of its request, of its response)} by sipping."""
        run = self.start("trace", "log.csv", "--csv", "--far", name).wait(30)
        return {row["callid"]: (row["far_request"], row["far_answer"])
                for row in csv.DictReader(io.StringIO(run.out))}

    def tshark(self, name):
        """The same by tshark."""
        run = subprocess.run(
            ["tshark", "-r", self.folder / name, *TSHARK, "-Y", "sip", "-T", "fields", "-e",
             "frame.time_epoch", "-e", "sip.Call-ID", "-e", "sip.Status-Code", "-E",
             "occurrence=l"], capture_output=True, text=True, check=True, timeout=100)
        times = {}
        for line in run.stdout.splitlines():
            at, call_id, status = (line.split("\t") + ["", ""])[:3]
            pair = times.setdefault(call_id, ["", ""])
            place = 1 if status else 0
            pair[place] = pair[place] or f"{float(at):.6f}"
        return {call_id: tuple(pair) for call_id, pair in times.items()}

    def check_against_tshark(self, name, count):
        ours = self.found(name)
        self.assertEqual(len(ours), count)
        missing = [call_id for call_id, times in ours.items() if "" in times]
        self.assertEqual([self.names[call_id] for call_id in missing], [], "not read")
        theirs = self.tshark(name)
        different = {self.names[call_id]: (times, theirs.get(call_id))
                     for call_id, times in ours.items() if times != theirs.get(call_id)}
        self.assertEqual(different, {}, "ours, tshark's")


class Each(TunnelCase):
    def all_of(self, wrapped):
        """(time, frame) of a request and a response each, and the log of them; `wrapped`: name and
        function that makes frames of a packet, version of IP."""
        self.names, rows, frames = {}, [], []
        for number, (name, wrap, version) in enumerate(wrapped):
            call_id, at = f"{7000000000 + number}", BEGIN + number
            self.names[call_id] = name
            rows.append((at, call_id, None))
            for later, back in ((0.001, False), (0.002, True)):
                made = wrap(message(call_id, version, back))
                for piece, frame in enumerate(made if isinstance(made, list) else [made]):
                    frames.append((at + later + piece / 1e5, frame))
        self.write_log(rows)
        return frames

    def test_each_encapsulation_is_read_as_tshark_reads_it(self):
        both = [(f"{name}, IPv{version}", wrap, version)
                for name, wrap in tunnels.WRAPPERS.items() for version in (4, 6)]
        both.append(("teredo, IPv6", tunnels.teredo, 6))
        frames = self.all_of(both)
        save(self.folder / "all.pcap", pcap(frames))
        self.check_against_tshark("all.pcap", len(both))

    def test_fragments_within_and_of_the_tunnel(self):
        def inner(wrap):
            def wrapped(packet):
                pieces = tunnels.in_fragments(tunnels.ethernet(packet), ident=71)
                return [wrap(piece[14:]) for piece in pieces]
            return wrapped

        def outer(wrap):
            return lambda packet: tunnels.in_fragments(wrap(packet), 232, ident=72)

        def both(wrap):
            def wrapped(packet):
                frames = inner(wrap)(packet)
                return [piece for number, frame in enumerate(frames)
                        for piece in tunnels.in_fragments(frame, 96, ident=80 + number)]
            return wrapped
        wrapped = []
        for name in ("gre", "gre ethernet", "vxlan", "geneve", "gtp", "ip in ip", "ip in ipv6",
                     "erspan 2", "l2tp", "vxlan in gre in ip"):
            wrap = tunnels.WRAPPERS[name]
            for version in (4, 6):
                for kind, function in (("inner", inner), ("outer", outer), ("both", both)):
                    wrapped.append((f"{name}, IPv{version}, {kind}", function(wrap), version))
        for name in ("mpls", "pppoe", "qinq", "pseudowire"):
            wrapped.append((name, inner(tunnels.WRAPPERS[name]), 4))
        frames = self.all_of(wrapped)
        save(self.folder / "fragments.pcap", pcap(frames))
        self.check_against_tshark("fragments.pcap", len(wrapped))

    def test_each_link_type(self):
        for version in (4, 6):
            for name, (link, wrap) in tunnels.LINKS.items():
                with self.subTest(name, version=version):
                    frames = self.all_of([(name, wrap, version)])
                    save(self.folder / "link.pcap", pcap(frames, link))
                    if link == 166:  # which tshark does not read
                        self.assertEqual(self.found("link.pcap"), {
                            "7000000000": ("1800000000.001000", "1800000000.002000")})
                    else:
                        self.check_against_tshark("link.pcap", 1)

    def test_written_packets_are_those_captured(self):
        frames = self.all_of([("vxlan", lambda packet: tunnels.in_fragments(
            tunnels.WRAPPERS["vxlan"](packet), 232), 4)])
        others = [(BEGIN + 0.5, tunnels.ethernet(message("9999999999")))]
        save(self.folder / "all.pcap", pcap(frames + others))
        self.sipping("trace", "log.csv", "--far", "all.pcap", "--write-pcap", "out.pcap")
        self.assertEqual((self.folder / "out.pcap").read_bytes()[24:], pcap(frames)[24:])


class Same(TunnelCase):
    def test_a_tunnelled_capture_gives_the_verdicts_of_the_plain_one(self):
        rows, packets = [], []
        for number in range(60):
            call_id, at = f"{6000000000 + number}", BEGIN + number / 10
            fate = number % 6 if 10 < number < 50 else 0
            rows.append((at, call_id, None if fate in (1, 2, 3) else "1.500"))
            if fate != 1:
                packets.append((at + 0.0005, message(call_id)))
            if fate not in (1, 2):
                packets.append((at + 0.001, message(call_id, back=True)))
        self.write_log(rows)
        expected = None
        for name, wrap in tunnels.WRAPPERS.items():
            save(self.folder / "far.pcap", pcap([(at, wrap(packet)) for at, packet in packets]))
            run = self.sipping("trace", "log.csv", "--csv", "--far", "far.pcap")
            verdicts = [row["verdict"] for row in csv.DictReader(io.StringIO(run.out))]
            self.assertEqual((run.err, len(verdicts)), ("", 19), name)
            self.assertNotIn("undecided", verdicts)
            expected = expected or run.out
            self.assertEqual(run.out, expected, name)


class NotRead(TunnelCase):
    def told(self, frames, link=ETHERNET):
        self.write_log([(BEGIN + 0.5, "7000000000", None)])
        save(self.folder / "far.pcap", pcap(
            [(BEGIN + number / 10, frame) for number, frame in enumerate(frames)], link))
        return self.sipping("trace", "log.csv", "--far", "far.pcap", code=1)

    def test_what_is_not_read_is_named_with_its_count(self):
        tcp = udp(b"")[:4] + bytes(8) + b"\x50" + bytes(7)
        tls = b"\x9c\x40\x13\xc5" + bytes(8) + b"\x50" + bytes(7) + b"\x17\x03\x03\x00\x05hello"
        sctp = bytes(12) + b"\0\3" + bytes(14)
        asked = request("7000000000").encode()
        for what, packet in (
                ("SIP over TCP", ip(tcp + asked, protocol=6)),
                ("SIP over TCP", ip(tcp + answer(asked.decode()).encode(), protocol=6)),
                ("TLS on port 5061", ip(tls, protocol=6)),
                ("SIP over SCTP", ip(sctp + asked, protocol=132)),
                ("encrypted IPsec (ESP)", ip(bytes(range(64)), protocol=50)),
                ("encrypted IPsec (ESP)", ip(udp(b"\1\2\3\4" + bytes(60), 4500, 4500))),
                ("compressed IP (IPComp)", ip(bytes(range(64)), protocol=108)),
                ("WireGuard", ip(udp(b"\4\0\0\0" + bytes(60), 51820, 51820))),
                ("CAPWAP", ip(udp(bytes(60), 5000, 5247))),
                ("HEP (Homer)", ip(udp(b"HEP3" + bytes(60), 5000, 9060)))):
            with self.subTest(what):
                run = self.told([tunnels.ethernet(packet)] * 7)
                self.assertEqual(run.err, "sipping: the far captures have no SIP over UDP, but 7 "
                                          f"packets of {what}\n")
                self.assertIn(f"7 packets, 0 of them SIP; 7 packets of {what} are not read\n",
                              run.out)
                self.assertIn("the far capture has 7 packets of this target's address, none that "
                              "can be read", run.out)
        for what, frame in (
                ("encrypted MACsec", tunnels.ethernet(b"\x0c\0\0\0\0\1" + bytes(60), 0x88E5)),
                ("TRILL", tunnels.ethernet(bytes(60), 0x22F3)),
                ("GRE with other protocols", tunnels.in_ip(tunnels.gre(bytes(40), 0x1234), 47)),
                ("MPLS with other payloads", tunnels.mpls(b"\xf0" * 60)),
                ("compressed, encrypted or multilink PPP",
                 tunnels.ethernet(b"\x11\0\0\1\0\x20\0\xfd" + bytes(30), 0x8864))):
            with self.subTest(what):
                run = self.told([frame] * 7)
                self.assertIn(f"7 packets, 0 of them SIP; 7 packets of {what} are not read\n",
                              run.out)

    def test_nothing_nested_without_end_is_followed(self):
        packet = message("7000000000")
        for _ in range(30):
            packet = ip(packet, protocol=4)
        deep = self.told([tunnels.ethernet(packet)])
        self.assertIn("1 packets of more than 32 layers are not read", deep.out)
        packet = message("7000000000")
        for _ in range(28):
            packet = ip(packet, protocol=4)
        self.assertNotIn("layers", self.told([tunnels.ethernet(packet)]).out)

    def test_a_link_type_that_is_not_read_is_named(self):
        self.write_log([(BEGIN, "7000000000", None)])
        for link, name in ((105, r"802\.11 \(link type 105\)"), (4711, "link type 4711")):
            save(self.folder / "far.pcap", pcap([(BEGIN, bytes(60))], link))
            run = self.sipping("trace", "log.csv", "--far", "far.pcap", code=3)
            self.assertRegex(run.err, rf"^sipping: far.pcap: {name} is not read \(")


if __name__ == "__main__":
    unittest.main()
