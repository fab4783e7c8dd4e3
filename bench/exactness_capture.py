"""What was on the wire, for bench/exactness.py: tcpdump at the near end of a pair of namespaces,
and the times of each request and its reply by Call-ID. The kernel stamps a datagram that leaves
when it is handed to the device, and one that arrives when the device hands it up."""
import pathlib
import re
import select
import signal
import struct
import subprocess
import time

import harness

SNAP_LENGTH = 400   # bytes of a packet that are kept: the Call-ID of all programs here is within
RING_KIB = 262144   # between the kernel and tcpdump: 5 s at 50,000 probes a second
FLUSH_S = 1.5       # the ring's last block is handed over within a second
NANO_MAGIC = 0xa1b23c4d
ETHERNET, IP_MIN, UDP = 14, 20, 8


class Capture:
    """tcpdump on the responder's core, of lower priority than it; runs while the `with` lasts."""

    def __init__(self, pair, path):
        self.path = pathlib.Path(path)
        self.command = [*pair.in_near(), "nice", "-n", "5", "tcpdump", "-i", "near0", "-n", "-p",
                        "-Z", "root", "--time-stamp-precision=nano", "-B", str(RING_KIB),
                        "-s", str(SNAP_LENGTH), "-w", str(self.path), "udp"]
        self.dropped = 0  # packets the kernel could not hand to tcpdump

    def __enter__(self):
        try:
            self.child = subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True,
                                          preexec_fn=harness.pin(1))
        except FileNotFoundError:
            raise harness.Failure("tcpdump is not installed")
        ready, _, _ = select.select([self.child.stderr], [], [], 10)
        line = self.child.stderr.readline() if ready else ""
        if "listening on" not in line:
            self.__exit__()
            raise harness.Failure(f"tcpdump did not start: {line}")
        return self

    def __exit__(self, *_):
        time.sleep(FLUSH_S)
        self.child.send_signal(signal.SIGINT)
        try:
            text = self.child.communicate(timeout=30)[1]
        except subprocess.TimeoutExpired:
            self.child.kill()
            text = self.child.communicate()[1]
        found = re.search(r"(\d+) packets? dropped by kernel", text)
        self.dropped = int(found[1]) if found else 0


class Exchanges:
    """The first request and the first final reply of each Call-ID, as nanoseconds of wall time."""

    def __init__(self, path):
        self.requests, self.replies = {}, {}
        self.without_call_id = 0
        for time_ns, packet in packets(path):
            payload = packet[ETHERNET + (packet[ETHERNET] & 15) * 4 + UDP:]
            call_id = call_id_of(payload)
            if call_id is None:
                self.without_call_id += 1
            elif payload.startswith(b"SIP/2.0 "):
                if payload[8:9] != b"1":
                    self.replies.setdefault(call_id, time_ns)
            else:
                self.requests.setdefault(call_id, time_ns)


def call_id_of(payload):
    begin = payload.find(b"\r\nCall-ID:")
    end = payload.find(b"\r\n", begin + 10)
    if begin < 0 or end < 0:
        return None
    return payload[begin + 10:end].strip().decode("ascii", "replace")


def packets(path):
    """(nanoseconds, bytes) of each IPv4 packet of an Ethernet pcap with nanoseconds."""
    data = pathlib.Path(path).read_bytes()
    if len(data) < 24 or struct.unpack_from("<I", data)[0] != NANO_MAGIC:
        raise harness.Failure(f"{path} is no capture with nanoseconds")
    header = struct.Struct("<IIII")
    at = 24
    while at + header.size <= len(data):
        seconds, nanoseconds, length, _ = header.unpack_from(data, at)
        at += header.size
        packet = data[at:at + length]
        at += length
        if len(packet) > ETHERNET + IP_MIN + UDP and packet[12:14] == b"\x08\x00":
            yield seconds * 1_000_000_000 + nanoseconds, packet
