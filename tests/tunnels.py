"""What packets are wrapped in on their way, one function a header. Shares nothing with what reads
them; tests/cli/trace_tunnels_test.py holds both against tshark."""

import struct

from captures import ETHERNET, ip, on_link, udp

OUTER = ("192.0.2.1", "192.0.2.2")
OUTER6 = ("2001:db8::1", "2001:db8::2")
MAC = bytes.fromhex("020000000002020000000001")


def ether_type(packet):
    return 0x0800 if packet[0] >> 4 == 4 else 0x86DD


def ethernet(payload, kind=None, mac=MAC):
    """`payload` is an IP packet, or what `kind` says."""
    return mac + struct.pack("!H", ether_type(payload) if kind is None else kind) + payload


def tagged(packet, *kinds):
    """VLAN tags, outermost first."""
    kind, data = ether_type(packet), packet
    for tag in reversed(kinds):
        data = struct.pack("!HH", 0x2005, kind) + data
        kind = tag
    return ethernet(data, kind)


def labels(payload, *numbers):
    """MPLS; the last number is the bottom of the stack."""
    return b"".join(struct.pack("!I", number << 12 | (i == len(numbers) - 1) << 8 | 64)
                    for i, number in enumerate(numbers)) + payload


def mpls(payload, *numbers):
    return ethernet(labels(payload, *(numbers or (100,))), 0x8847)


PSEUDOWIRE, PLAIN_PSEUDOWIRE = 200, 300  # labels that Wireshark has to be told


def pseudowire(frame, control_word=True):
    return mpls(bytes(4 * control_word) + frame,
                PSEUDOWIRE if control_word else PLAIN_PSEUDOWIRE)


def ppp(packet, framed=False, short=False):
    kind = 0x0021 if packet[0] >> 4 == 4 else 0x0057
    number = bytes([kind]) if short else struct.pack("!H", kind)
    return (b"\xff\x03" if framed else b"") + number + packet


def pppoe(packet):
    data = ppp(packet)
    return ethernet(struct.pack("!BBHH", 0x11, 0, 7, len(data)) + data, 0x8864)


def gre(payload, kind, *, key=False, number=False, checksum=False):
    flags = (0x2000 if key else 0) | (0x1000 if number else 0) | (0x8000 if checksum else 0)
    header = struct.pack("!HH", flags, kind) + bytes(4 * checksum)
    header += struct.pack("!I", 42) if key else b""
    return header + (struct.pack("!I", 9) if number else b"") + payload


def in_ip(payload, protocol, ends=OUTER):
    return ethernet(ip(payload, *ends, protocol=protocol))


def over_gre(packet, **fields):
    return in_ip(gre(packet, ether_type(packet), **fields), 47)


def over_pptp(packet):
    data = ppp(packet)
    header = struct.pack("!HHHHII", 0x3081, 0x880B, len(data), 5, 8, 7)  # with an acknowledgement
    return in_ip(header + data, 47)


def erspan(frame, kind):
    if kind == 1:
        return in_ip(gre(frame, 0x88BE), 47)
    if kind == 2:
        header = struct.pack("!HHI", 0x1005, 0x0064, 3)
        return in_ip(gre(header + frame, 0x88BE, number=True), 47)
    header = struct.pack("!HHIHH", 0x2005, 0x0064, 12345, 0, 0)
    return in_ip(gre(header + frame, 0x22EB, number=True), 47)


def over_udp(payload, port, source=50000, ends=OUTER):
    return ethernet(ip(udp(payload, source, port), *ends))


def vxlan(frame, port=4789, flags=0x08):
    return over_udp(struct.pack("!II", flags << 24, 100 << 8) + frame, port)


def vxlan_gpe(packet):
    kind = 1 if packet[0] >> 4 == 4 else 2
    return over_udp(struct.pack("!BHBI", 0x0C, 0, kind, 100 << 8) + packet, 4790)


def geneve(payload, kind=0x6558, options=b""):
    header = struct.pack("!BBHI", len(options) // 4, 0, kind, 100 << 8)
    return over_udp(header + options + payload, 6081)


def gtp(packet, number=False, extension=False):
    more = b""
    if number or extension:
        more = struct.pack("!HBB", 3, 0, 0x85 if extension else 0)
    if extension:
        more += bytes([1, 0x10, 1, 0])  # a PDU session container, and nothing behind it
    flags = 0x30 | (2 if number else 0) | (4 if extension else 0)
    return over_udp(struct.pack("!BBHI", flags, 255, len(more) + len(packet), 77) + more + packet,
                    2152, 2152)


def l2tp(packet, numbers=False):
    flags = 0x0002 | (0x0800 if numbers else 0)
    return over_udp(struct.pack("!HHH", flags, 1, 2) + bytes(4 * numbers) + ppp(packet, True),
                    1701, 1701)


def tzsp(frame):
    return over_udp(struct.pack("!BBH", 1, 0, 1) + bytes([0, 41, 1, 7, 1]) + frame, 37008)


def teredo(packet):
    return over_udp(bytes(2) + bytes(6) + packet, 3544, 3544)


def lisp(packet):
    return over_udp(struct.pack("!II", 0x80000001, 1) + packet, 4341)


def ip_in_ip(packet, ends=OUTER):
    return in_ip(packet, 4 if packet[0] >> 4 == 4 else 41, ends)


def ether_ip(frame):
    return in_ip(b"\x30\x00" + frame, 97)


def backbone(frame):
    """MAC in MAC (802.1ah)."""
    return ethernet(struct.pack("!I", 0x1234) + frame, 0x88E7)


def nsh(packet):
    kind = 1 if packet[0] >> 4 == 4 else 2
    return ethernet(struct.pack("!HBBI", 0x0FC2, 2, kind, 5 << 8 | 255), 0x894F) + packet


def vn_tag(packet):
    return ethernet(struct.pack("!IH", 0x00640003, ether_type(packet)) + packet, 0x8926)


def e_tag(packet):
    return ethernet(struct.pack("!HHHH", 0, 0x1005, 0, ether_type(packet)) + packet, 0x893F)


def snap(packet):
    data = b"\xaa\xaa\x03\x00\x00\x00" + struct.pack("!H", ether_type(packet)) + packet
    return ethernet(data, len(data))


def in_fragments(frame, size=176, ident=7):
    """An Ethernet frame with IP in it, as several."""
    packet = frame[14:]
    if packet[0] >> 4 == 6:
        body, source, destination = packet[40:], packet[8:24], packet[24:40]
        pieces = []
        for at in range(0, len(body), size):
            more = at + size < len(body)
            header = struct.pack("!BBHI", packet[6], 0, at | more, ident)
            piece = header + body[at:at + size]
            pieces.append(frame[:14] + packet[:4] + struct.pack("!HBB", len(piece), 44, 64) +
                          source + destination + piece)
        return pieces
    body = packet[20:]
    pieces = []
    for at in range(0, len(body), size):
        flags = (0x2000 if at + size < len(body) else 0) | at // 8
        head = packet[:2] + struct.pack("!HHH", 20 + len(body[at:at + size]), ident, flags)
        pieces.append(frame[:14] + head + packet[8:20] + body[at:at + size])
    return pieces


# Each makes an Ethernet frame of an IP packet.
WRAPPERS = {
    "plain": ethernet,
    "vlan": lambda packet: tagged(packet, 0x8100),
    "qinq": lambda packet: tagged(packet, 0x88A8, 0x8100),
    "old qinq, three tags": lambda packet: tagged(packet, 0x9100, 0x8100, 0x8100),
    "802.2 snap": snap,
    "mpls": mpls,
    "mpls, three labels": lambda packet: mpls(packet, 100, 101, 102),
    "mpls in vlan": lambda packet: ethernet(struct.pack("!HH", 5, 0x8847) + labels(packet, 9),
                                            0x8100),
    "pseudowire": lambda packet: pseudowire(ethernet(packet)),
    "pseudowire without control word": lambda packet: pseudowire(ethernet(packet), False),
    "pseudowire with tags": lambda packet: pseudowire(tagged(packet, 0x8100)),
    "pppoe": pppoe,
    "gre": over_gre,
    "gre with key": lambda packet: over_gre(packet, key=True),
    "gre with all": lambda packet: over_gre(packet, key=True, number=True, checksum=True),
    "gre over ipv6": lambda packet: in_ip(gre(packet, ether_type(packet)), 47, OUTER6),
    "gre ethernet": lambda packet: in_ip(gre(ethernet(packet), 0x6558), 47),
    "gre mpls": lambda packet: in_ip(gre(labels(packet, 50), 0x8847), 47),
    "pptp": over_pptp,
    "erspan 1": lambda packet: erspan(ethernet(packet), 1),
    "erspan 2": lambda packet: erspan(ethernet(packet), 2),
    "erspan 2 with vlan": lambda packet: erspan(tagged(packet, 0x8100), 2),
    "erspan 3": lambda packet: erspan(ethernet(packet), 3),
    "vxlan": lambda packet: vxlan(ethernet(packet)),
    "vxlan, linux port": lambda packet: vxlan(ethernet(packet), 8472),
    "vxlan with policy": lambda packet: vxlan(ethernet(packet), flags=0x88),
    "vxlan gpe": vxlan_gpe,
    "geneve": lambda packet: geneve(ethernet(packet)),
    "geneve with options": lambda packet: geneve(
        ethernet(packet), options=struct.pack("!HBBI", 0x0102, 3, 1, 5) * 2),
    "geneve ip": lambda packet: geneve(packet, ether_type(packet)),
    "gtp": gtp,
    "gtp with number": lambda packet: gtp(packet, number=True),
    "gtp with extension": lambda packet: gtp(packet, extension=True),
    "l2tp": l2tp,
    "l2tp with numbers": lambda packet: l2tp(packet, True),
    "tzsp": lambda packet: tzsp(ethernet(packet)),
    "lisp": lisp,
    "mpls over udp": lambda packet: over_udp(labels(packet, 50), 6635),
    "gre over udp": lambda packet: over_udp(gre(packet, ether_type(packet), key=True), 4754),
    "mpls in ip": lambda packet: in_ip(labels(packet, 50), 137),
    "ip in ip": ip_in_ip,
    "ip in ipv6": lambda packet: ip_in_ip(packet, OUTER6),
    "ethernet in ip": lambda packet: ether_ip(ethernet(packet)),
    "mac in mac": lambda packet: backbone(ethernet(packet)),
    "nsh": nsh,
    "vn tag": vn_tag,
    "e tag": e_tag,
    "vlan, mpls, pseudowire, vlan": lambda packet: ethernet(
        struct.pack("!HH", 5, 0x8847) + labels(bytes(4) + tagged(packet, 0x8100), 1, PSEUDOWIRE),
        0x8100),
    "vxlan in gre in ip": lambda packet: in_ip(
        gre(ip(gre(vxlan(ethernet(packet))[14:], 0x0800), *OUTER, protocol=47), 0x0800), 47),
    "gtp in vlan": lambda packet: tagged(gtp(packet)[14:], 0x8100),
    "pppoe in qinq": lambda packet: ethernet(
        struct.pack("!HHHH", 5, 0x8100, 6, 0x8864) + pppoe(packet)[14:], 0x88A8),
    "erspan of vxlan": lambda packet: erspan(vxlan(ethernet(packet)), 2),
}

LINKS = {
    "raw ip": (101, lambda packet: packet),
    "loopback": (0, lambda packet: struct.pack("=I", 2 if packet[0] >> 4 == 4 else 30) + packet),
    "cooked": (113, lambda packet: on_link(packet, 113)),
    "cooked 2": (276, lambda packet: on_link(packet, 276)),
    "ppp": (9, ppp),
    "ppp, framed": (9, lambda packet: ppp(packet, True)),
    "ppp, short": (50, lambda packet: ppp(packet, True, True)),
    "ppp hdlc of cisco": (50, lambda packet: b"\x0f\0" + struct.pack("!H", ether_type(packet)) +
                          packet),
    "pppoe": (51, lambda packet: pppoe(packet)[14:]),
    "ppp of pppd": (166, lambda packet: b"\1\3" + ppp(packet)),
    "ppp with direction": (204, lambda packet: b"\1" + ppp(packet, True)),
    "cisco hdlc": (104, lambda packet: b"\x0f\0" + struct.pack("!H", ether_type(packet)) + packet),
    "netfilter log": (239, lambda packet: bytes([2, 0, 0, 0]) + struct.pack("=HHI", 8, 2, 0) +
                      struct.pack("=HH", 4 + len(packet), 9) + packet + bytes(-len(packet) % 4)),
    "ethernet": (ETHERNET, ethernet),
}
