"""Capture files made by hand, and the packets in them. Shares nothing with what reads them."""

import gzip
import ipaddress
import struct

ETHERNET, COOKED, COOKED2, RAW = 1, 113, 276, 101


def ip(payload, source="10.0.0.1", destination="10.0.0.2", protocol=17, **fragment):
    """An IPv4 or IPv6 packet. `fragment`: offset, more, ident (v4)."""
    ends = [ipaddress.ip_address(end) for end in (source, destination)]
    packed = b"".join(end.packed for end in ends)
    if ends[0].version == 6:
        return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + packed + payload
    flags = (0x2000 if fragment.get("more") else 0) | fragment.get("offset", 0) // 8
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), fragment.get("ident", 1), flags, 64,
                       protocol, 0) + packed + payload


def pieces(packet, size, ident):
    """The fragments of an IPv4 packet, of `size` bytes each (a multiple of 8)."""
    body, ends = packet[20:], (packet[12:16], packet[16:20])
    return [ip(body[at:at + size], *ends, packet[9], ident=ident, offset=at,
               more=at + size < len(body)) for at in range(0, len(body), size)]


def udp(text, source_port=40000, port=5060):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("!HHHH", source_port, port, 8 + len(data), 0) + data


def icmp(kind, code, quoted):
    return struct.pack("!BBHI", kind, code, 0, 0) + quoted


def on_link(packet, link=ETHERNET):
    kind = 0x0800 if packet[0] >> 4 == 4 else 0x86DD
    if link == ETHERNET:
        return bytes(12) + struct.pack("!H", kind) + packet
    if link == COOKED:
        return bytes(14) + struct.pack("!H", kind) + packet
    if link == COOKED2:
        return struct.pack("!H", kind) + bytes(18) + packet
    return packet


def request(call_id, via="10.0.0.1:40000", branch=None):
    branch = branch or f"z9hG4bK{call_id[:10]}0123456789abcdef"
    return (f"OPTIONS sip:10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP {via};rport;branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:sipping@x>;tag=0badcafe\r\nTo: <sip:10.0.0.2>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 1234567890 OPTIONS\r\nContent-Length: 0\r\n\r\n")


def answer(asked, status="200 OK"):
    return f"SIP/2.0 {status}\r\n" + asked.split("\r\n", 1)[1]


MICRO, NANO, MODIFIED = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34


def pcap(frames, link=ETHERNET, snap=262144, magic=NANO, order="=", version=(2, 4)):
    """The bytes of a file; frames are (seconds, bytes) or (seconds, bytes, bytes on the wire)."""
    data = struct.pack(order + "IHHiIII", magic, *version, 0, 0, snap, link)
    for at, frame, *length in frames:
        whole, part = divmod(round(at * 1e6) * 1000, 1_000_000_000)
        part = part if magic == NANO else part // 1000
        sizes = (len(frame), length[0] if length else len(frame))
        data += struct.pack(order + "IIII", whole, part,
                            *(reversed(sizes) if version < (2, 3) else sizes))
        data += (struct.pack(order + "IHBB", 2, 0x0800, 0, 0) if magic == MODIFIED else b"") + frame
    return data


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


class Pcapng:
    """A file block by block; `data` is what there is of it. Times are in ticks of the interface."""

    def __init__(self, order="=", section_length=-1):
        self.data = b""
        self.section(order, section_length)

    def block(self, kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack(self.order + "I", 12 + len(body))
        self.data += struct.pack(self.order + "I", kind) + size + body + size
        return self

    def options(self, *pairs):
        """(code, value) each, and the end of options."""
        return b"".join(option(self.order, *pair) for pair in pairs) + bytes(4) * bool(pairs)

    def section(self, order="=", length=-1):
        self.order = order
        return self.block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, length))

    def interface(self, link=ETHERNET, *options, snap=0):
        return self.block(1, struct.pack(self.order + "HHI", link, 0, snap) +
                          self.options(*options))

    def packet(self, interface, ticks, frame, *options, length=None):
        head = struct.pack(self.order + "IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF,
                           len(frame), length or len(frame))
        return self.block(6, head + frame + bytes(-len(frame) % 4) + self.options(*options))

    def old_packet(self, interface, ticks, frame, drops=0xFFFF):
        return self.block(2, struct.pack(self.order + "HHIIII", interface, drops, ticks >> 32,
                                         ticks & 0xFFFFFFFF, len(frame), len(frame)) + frame)

    def simple_packet(self, frame):
        return self.block(3, struct.pack(self.order + "I", len(frame)) + frame)

    def statistics(self, interface, ticks, *options):
        return self.block(5, struct.pack(self.order + "III", interface, ticks >> 32,
                                         ticks & 0xFFFFFFFF) + self.options(*options))

    def ticks(self, value):
        """A time as options have it."""
        return struct.pack(self.order + "II", value >> 32, value & 0xFFFFFFFF)

    def number(self, value):
        return struct.pack(self.order + "Q", value)


def micros(at):
    return round(at * 1e6)


def pcapng(frames, link=ETHERNET, dropped=None):
    file = Pcapng().interface(link)
    for at, frame in frames:
        file.packet(0, micros(at), frame)
    if dropped is not None:
        file.statistics(0, micros(frames[-1][0]), (4, file.number(len(frames))),
                        (5, file.number(dropped)))
    return file.data


def save(path, data):
    if str(path).endswith(".gz"):
        data = gzip.compress(data, 1)
    path.write_bytes(data)
    return path
