"""A log and captures of both ends for tests of sipping trace, from what became of each probe."""

import csv
import io

import captures
from captures import answer, ip, on_link, pcap, request, save, udp
from support import KEYS, SippingCase

BEGIN = 1_800_000_000
ENDS = {"gw": "10.0.0.2", "other": "10.0.0.3"}


class SceneCase(SippingCase):
    def setUp(self):
        super().setUp()
        self.rows = []
        self.near = []  # (time, IP packet)
        self.far = []

    def row(self, at, call_id, kind, latency=None, target="gw", detail=""):
        self.rows.append(["15/01/27 09:00:00:000000", f"{at:.6f}", ENDS[target], latency or "drop",
                          call_id, "SIP/2.0 200 OK" if latency else "drop", target, 40000, kind,
                          detail])

    def packet(self, side, at, text, target="gw", us=40000, them=5060):
        """`us`, `them`: the ports."""
        ends = ("10.0.0.1", ENDS[target])
        if text.startswith("SIP/"):
            packet = ip(udp(text, them, us), *reversed(ends))
        else:
            packet = ip(udp(text, us, them), *ends)
        getattr(self, side).append((at, packet))

    def probe(self, at, call_id, fate="reply", target="gw", change=lambda text: text, detail=""):
        """`fate`: "reply", "there", "silent", "back" or "host", which is where it was lost.
        `change`: what the far end or something before it makes of a message."""
        asked = request(call_id)
        self.row(at, call_id, "reply" if fate == "reply" else "timeout",
                 "2.000" if fate == "reply" else None, target, detail)
        self.packet("near", at + 0.00001, asked, target)
        if fate == "there":
            return
        self.packet("far", at + 0.0005, change(asked), target)
        if fate == "silent":
            return
        self.packet("far", at + 0.001, change(answer(asked)), target)
        if fate != "back":
            self.packet("near", at + 0.002, answer(asked) if change(asked) != asked else
                        change(answer(asked)), target)

    def write(self):
        with open(self.folder / "log.csv", "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([KEYS, *sorted(
                self.rows, key=lambda row: row[1])])
        for side in ("near", "far"):
            frames = [(at, on_link(packet)) for at, packet in sorted(getattr(self, side))]
            save(self.folder / f"{side}.pcap", pcap(frames))

    def verdicts(self, *options, code=0):
        run = self.sipping("trace", "log.csv", "--csv", *options, code=code)
        rows = list(csv.DictReader(io.StringIO(run.out)))
        self.details = {row["callid"]: row["detail"] for row in rows}
        return {row["callid"]: row["verdict"] for row in rows}


FAR, BOTH = ("--far", "far.pcap"), ("--far", "far.pcap", "--near", "near.pcap")
ARP = bytes(12) + b"\x08\x06" + bytes(46)
__all__ = ["ARP", "BEGIN", "BOTH", "FAR", "SceneCase", "captures"]
