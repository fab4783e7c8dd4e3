#!/usr/bin/python3
"""An independent SIP server for tests: strict about requests, as odd as asked in its answers.

Shares no code with sipping. As a program it runs until SIGTERM or SIGINT and then prints how many
requests came and what was wrong with them (exit 1 if anything was); as a class, `SipPeer` runs in
a thread of the test. Listens on one address and port, UDP only, and records every request.
"""

import argparse
import dataclasses
import heapq
import itertools
import random
import select
import signal
import socket
import sys
import threading
import time

import sip_message


@dataclasses.dataclass
class Behaviour:
    """What to do with a request; the n-th request is number 1, 2, ..."""

    code: int = 200
    reason: str | None = None
    delay_ms: float = 0.0
    delays: dict = dataclasses.field(default_factory=dict)  # n -> ms, instead of delay_ms
    silent: bool = False
    drop_every: int = 0     # every n-th
    drop_first: int = 0     # the first k
    drop_after: int = 0     # all after k (0: none)
    drop_percent: float = 0.0
    seed: int = 1
    copies: int = 1
    provisional: str = ""   # "first": 100 then the answer; "only": 100 alone
    shape: str = "plain"    # compact, folded, lower, upper
    mangle: tuple = ()      # of branch, tag, cseq, call-id
    reply_port: bool = False     # answer from another port
    reply_address: str = ""      # answer from another address (127.0.0.x)
    reply_last_port: bool = False  # answer to the port the previous request came from
    broken: tuple = ()      # of sip_message.BREAKS, or "any": each answer in one way, by the seed
    garbage: tuple = ()     # kinds of sip_message.GARBAGE, sent at once, before the answer
    size: int = 0           # bytes of the whole answer
    retry_after: int = 0
    ask: tuple = ()         # methods to send to the prober's port, "CRLF" for a keep-alive
    only: tuple = ()        # these requests only; the others get a plain 200

    def drops(self, number, percent):
        """Whether request `number` gets no answer; `percent` is a random figure in [0, 100)."""
        return bool(self.silent or number <= self.drop_first
                    or (self.drop_after and number > self.drop_after)
                    or (self.drop_every and number % self.drop_every == 0)
                    or percent < self.drop_percent)


@dataclasses.dataclass
class Seen:
    """One request as it came."""

    at: float
    address: str
    port: int
    call_id: str
    branch: str
    raw: bytes
    wrong: list
    dscp: int = 0
    answered: bool = True


class SipPeer:
    def __init__(self, address="127.0.0.1", port=0, **behaviour):
        self.behaviour = Behaviour(**behaviour)
        self.address = address
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._main = self._open(family, address, port)
        self.port = self._main.getsockname()[1]
        self._elsewhere = self._main
        if self.behaviour.reply_port or self.behaviour.reply_address:
            self._elsewhere = self._open(family, self.behaviour.reply_address or address,
                                         0 if self.behaviour.reply_port else self.port)
        self.elsewhere = self._elsewhere.getsockname()[:2]
        self._wake, self._woken = socket.socketpair()
        self._lock = threading.Condition()
        self._requests = []
        self._used = set()
        self._answers_to_us = []
        self._malformed = []
        self._due = []
        self._order = itertools.count()
        self._random = random.Random(self.behaviour.seed)
        self.broke = {}  # Call-ID -> how its response was broken
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._running = True

    @staticmethod
    def _open(family, address, port):
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        if family == socket.AF_INET:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        else:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        made.bind((address, port))
        return made

    # What tests ask.
    @property
    def requests(self):
        with self._lock:
            return list(self._requests)

    @property
    def answers(self):
        """Answers to the requests that this peer sent itself, as text."""
        with self._lock:
            return list(self._answers_to_us)

    @property
    def violations(self):
        """Everything that was wrong with the requests, each once."""
        with self._lock:
            wrong = {sentence for seen in self._requests for sentence in seen.wrong}
            return sorted(wrong) + self._malformed

    def wait_for(self, count, timeout=10.0):
        """Blocks until `count` requests came; False when time ran out."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self._requests) >= count, timeout)

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        if not self._running:
            return
        self._running = False
        self._wake.send(b"x")
        self._thread.join(5)
        for made in {self._main, self._elsewhere, self._wake, self._woken}:
            made.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # The thread.
    def _loop(self):
        while self._running:
            pause = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            ready, _, _ = select.select([self._main, self._woken], [], [], pause)
            if self._main in ready:
                data, extra, _, source = self._main.recvmsg(65535, 64)
                traffic_class = extra[0][2][0] if extra else 0  # its own type, or an int of 4
                self._receive(data, source, traffic_class >> 2)
            while self._due and self._due[0][0] <= time.monotonic():
                _, _, sender, datagram, to = heapq.heappop(self._due)
                try:
                    sender.sendto(datagram, to)
                except OSError as error:  # the prober has gone: no reason to stop
                    print(f"sip_peer: {error}", file=sys.stderr)

    def _receive(self, data, source, dscp):
        at = time.time()
        if data.startswith(b"SIP/2.0 "):
            with self._lock:
                self._answers_to_us.append(data.decode("utf-8", "replace"))
                self._lock.notify_all()
            return
        if not data.strip(b"\r\n\0 "):
            return
        request = sip_message.Request(data, source)
        if not request.call_id or not request.branch:
            with self._lock:
                self._malformed.append(f"no SIP request: {data[:60]!r}")
            return
        wrong = sip_message.violations(request)
        for name, text in (("Call-ID", request.call_id), ("branch", request.branch)):
            if (name, text) in self._used:
                wrong.append(f"a {name} was used twice")
            self._used.add((name, text))
        seen = Seen(at, *source[:2], request.call_id, request.branch, data, wrong, dscp)
        past = self._requests  # only this thread adds to it
        seen.answered = self._answer(request, len(past) + 1, past)
        with self._lock:
            self._requests.append(seen)
            self._lock.notify_all()

    def _answer(self, request, number, past):
        """Puts what this request gets into the queue; False when it gets no answer."""
        how = self.behaviour
        if how.only and number not in how.only:
            how = Behaviour()
        elif how.drops(number, self._random.random() * 100):
            return False
        now = time.monotonic()
        at = now + how.delays.get(number, how.delay_ms) / 1000
        sender = self._elsewhere if how.reply_port or how.reply_address else self._main
        to = request.source
        if how.reply_last_port and past:
            to = (to[0], past[-1].port, *to[2:])

        def queue(when, datagram, socket_used=sender):
            heapq.heappush(self._due, (when, next(self._order), socket_used, datagram, to))

        for method in how.ask:
            own = b"\r\n\r\n" if method == "CRLF" else sip_message.request(
                method, request.source[0], request.source[1], number)
            queue(now, own, self._main)
        for kind in how.garbage:
            queue(now, sip_message.garbage(kind, request, past[0].call_id if past else ""),
                  self._main)
        if how.provisional:
            queue(now, sip_message.answer(request, 100))
        if how.provisional == "only":
            return True
        extra = [("Retry-After", str(how.retry_after))] if how.retry_after else []
        datagram = sip_message.answer(request, how.code, how.reason, shape=how.shape,
                                      mangle=how.mangle, extra=extra, size=how.size)
        if how.broken:
            ways = sorted(sip_message.BREAKS) if "any" in how.broken else how.broken
            way = self._random.choice(ways)
            self.broke[request.call_id] = way
            datagram = sip_message.BREAKS[way][1](datagram)
        for _ in range(how.copies):
            queue(at, datagram)
        return True


def words(text):
    return tuple(text.split(",")) if text else ()


def numbers(text):
    return tuple(int(word) for word in words(text))


def delays(text):
    return {int(n): float(ms) for n, _, ms in (word.partition("=") for word in words(text))}


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--address", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5060, help="0: any free one")
    readers = {"delays": delays, "mangle": words, "garbage": words, "broken": words, "ask": words,
               "only": numbers, "reason": str}
    for field in dataclasses.fields(Behaviour):
        name = "--" + field.name.replace("_", "-")
        if field.type is bool:
            parser.add_argument(name, action="store_true")
        else:
            parser.add_argument(name, type=readers.get(field.name, field.type),
                                default=argparse.SUPPRESS)
    return vars(parser.parse_args(arguments))


def main(arguments):
    peer = SipPeer(**parse_arguments(arguments))
    signals = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with peer:
        print(f"listening on {peer.address} port {peer.port}", flush=True)
        signal.sigwait(signals)
    answered = sum(seen.answered for seen in peer.requests)
    print(f"{len(peer.requests)} requests, {answered} answered")
    for sentence in peer.violations:
        print(f"wrong: {sentence}")
    return 1 if peer.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
