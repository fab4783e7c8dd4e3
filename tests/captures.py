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


def udp(text, source_port=40000, port=5060):
    data = text.encode() if isinstance(text, str) else text
    return struct.pack("!HHHH", source_port, port, 8 + len(data), 0) + data


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


def pcap(frames, link=ETHERNET, snap=262144, magic=0xA1B23C4D):
    """The bytes of a file; frames are (seconds, bytes), with nanoseconds as the magic says."""
    data = struct.pack("=IHHiIII", magic, 2, 4, 0, 0, snap, link)
    for at, frame in frames:
        whole, part = divmod(round(at * 1e6) * 1000, 1_000_000_000)
        part = part if magic == 0xA1B23C4D else part // 1000
        data += struct.pack("=IIII", whole, part, len(frame), len(frame)) + frame
    return data


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = struct.pack("=I", 12 + len(body))
    return struct.pack("=I", kind) + size + body + size


def pcapng(frames, link=ETHERNET, dropped=None):
    data = block(0x0A0D0D0A, struct.pack("=IHHq", 0x1A2B3C4D, 1, 0, -1))
    data += block(1, struct.pack("=HHI", link, 0, 262144))
    for at, frame in frames:
        micros = round(at * 1e6)
        data += block(6, struct.pack("=IIIII", 0, micros >> 32, micros & 0xFFFFFFFF, len(frame),
                                     len(frame)) + frame)
    if dropped is not None:
        options = struct.pack("=HHQ", 4, 8, len(frames)) + struct.pack("=HHQ", 5, 8, dropped)
        data += block(5, struct.pack("=III", 0, 0, 0) + options + struct.pack("=HH", 0, 0))
    return data


def save(path, data):
    if str(path).endswith(".gz"):
        data = gzip.compress(data, 1)
    path.write_bytes(data)
    return path
