"""What the tests with hostile input share: a peer that says what a function says, datagrams whose
source is forged, and the bytes that must never reach a terminal."""

import pathlib
import re
import socket
import struct
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
import sip_message  # noqa: E402
from support import SippingCase  # noqa: E402

TORTURE = sorted((ROOT / "tests/fuzz/corpus/rfc4475").glob("*.dat"))

# C0 but the line feed, DEL, C1, bidirectional controls, line and paragraph separators.
HARMFUL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class ScriptPeer:
    """Calls `script(peer, number, request)` for each request, from 1; the script sends."""

    def __init__(self, script, address="127.0.0.1"):
        self.address = address
        self.script = script
        self.requests = []
        self.received = []  # whatever is no request: answers to what the script asked
        self.socket = self.open(address)
        self.port = self.socket.getsockname()[1]
        self._running = True
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._others = [self.socket]

    @staticmethod
    def open(address, port=0):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.bind((address, port))
        made.settimeout(0.1)
        return made

    def another(self, address, port=0):
        """A further socket to answer from, closed with the peer."""
        made = self.open(address, port)
        self._others.append(made)
        return made

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        self._running = False
        self._thread.join(5)
        for made in self._others:
            made.close()

    def _loop(self):
        while self._running:
            try:
                data, source = self.socket.recvfrom(65535)
            except TimeoutError:
                continue
            if data.startswith(b"OPTIONS "):
                self.requests.append(sip_message.Request(data, source))
                self.script(self, len(self.requests), self.requests[-1])
            else:
                self.received.append(data)


class HostileCase(SippingCase):
    def script_peer(self, script, address="127.0.0.1"):
        peer = ScriptPeer(script, address).start()
        self.addCleanup(peer.stop)
        return peer

    def probe_until(self, peer, count, *arguments, timeout=60):
        """Probes until the peer saw `count` requests: a busy box skips some that were due."""
        run = self.start(f"{peer.address}:{peer.port}", *arguments)
        deadline = time.monotonic() + timeout
        while len(peer.requests) < count and run.process.poll() is None:
            self.assertLess(time.monotonic(), deadline, "too few requests")
            time.sleep(0.01)
        return self.finish(run)

    def log_of(self, peer):
        return self.folder / "sipping-logs" / f"{peer.address}_{peer.port}.csv"

    def check_harmless(self, data, what=""):
        """Bytes that a terminal, a spreadsheet or a pager can be given."""
        text = data.decode("utf-8")  # strictly
        found = HARMFUL.search(text)
        if found:
            self.fail(f"{what}: {text[max(0, found.start() - 60):found.end() + 20]!r}")
        return text

    def raw_output(self, run):
        """stdout and stderr as they were written, checked."""
        both = b""
        for file in (run._keep_out, run._keep_err):
            file.seek(0)
            both += file.read()
        self.check_harmless(both, "output")
        return both

    def received_count(self, run, words):
        """The number before these words in the final report; 0 when they are not there."""
        report = run.out[run.out.rindex("\nProber: "):]
        found = re.findall(rf"([\d,]+) {words}", report)
        return int(found[-1].replace(",", "")) if found else 0

    def kinds_of(self, rows):
        kinds = self.count_kinds(rows)
        kinds.pop("gap", None)
        return kinds


def forge(source, to, payload, sender=None):
    """Sends a UDP datagram with a source that is not ours. Needs CAP_NET_RAW."""
    made = sender or raw_socket()
    made.sendto(packet(source, to, payload), (to[0], 0))
    if sender is None:
        made.close()


def raw_socket():
    return socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)


def packet(source, to, payload):
    """An IPv4 packet with a UDP datagram in it; the kernel fills in the IP checksum, and a UDP
    checksum of 0 is none (RFC 768)."""
    udp = struct.pack("!HHHH", source[1], to[1], 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, socket.IPPROTO_UDP, 0,
                       socket.inet_aton(source[0]), socket.inet_aton(to[0]))
    return head + udp
