"""A name server for tests (RFC 1035, UDP, A and AAAA only), on port 53 of an address of its own in
127.0.0.0/8. What it says of a name can be changed while it runs: addresses, an error, silence, and
how long it thinks."""

import random
import socket
import struct
import threading
import time

A, AAAA = 1, 28
SERVFAIL, NXDOMAIN = 2, 3


def _name(query):
    """The name asked about, and where it ends."""
    name, at = [], 12
    while query[at]:
        name.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(name).lower(), at


class DnsServer:
    def __init__(self):
        self.names = {}  # name -> list of address texts, or an error code, or None for silence
        self.delay = 0.0
        self.delays = {}  # name -> seconds, instead of `delay`
        self.queries = []  # (time.monotonic(), name, type)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.address = f"127.53.{random.randrange(1, 255)}.{random.randrange(1, 255)}"
        self._socket.bind((self.address, 53))
        self._socket.settimeout(0.1)
        self._running = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        self._running = False
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while self._running:
            try:
                query, peer = self._socket.recvfrom(1500)
            except socket.timeout:
                continue
            delay = self.delays.get(_name(query)[0], self.delay)
            if delay:
                timer = threading.Timer(delay, self._answer, (query, peer))
                timer.daemon = True
                timer.start()
            else:
                self._answer(query, peer)

    def _answer(self, query, peer):
        name, at = _name(query)
        kind, = struct.unpack_from(">H", query, at + 1)
        question = query[12:at + 5]
        self.queries.append((time.monotonic(), name, kind))
        known = self.names.get(name, NXDOMAIN)
        if known is None:
            return
        code = known if isinstance(known, int) else 0
        family = socket.AF_INET6 if kind == AAAA else socket.AF_INET
        records = b""
        count = 0
        for text in known if code == 0 else []:
            if (":" in text) == (kind == AAAA):
                data = socket.inet_pton(family, text)
                records += struct.pack(">HHHIH", 0xC00C, kind, 1, 0, len(data)) + data
                count += 1
        header = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, count, 0, 0)
        try:
            self._socket.sendto(header + question + records, peer)
        except OSError:
            pass  # stopped meanwhile
