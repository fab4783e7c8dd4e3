"""Hostile input over real sockets: the torture messages of RFC 4475, somebody off the path who
forges answers, somebody on it who puts anything into them."""

import json
import pathlib
import random
import re
import socket
import struct
import time
import unicodedata
import unittest

import raw_peer
from support import SippingCase, details

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "fuzz/corpus/rfc4475"
MESSAGES = {path.name: path.read_bytes() for path in sorted(CORPUS.glob("*.dat"))}
NASTY = {
    "escapes": b"\x1b[2J\x1b]0;title\x07\x1b[31m red",
    "lines": b"one\rtwo\x0bthree\x85four\xe2\x80\xa8five",
    "nul": b"a\x00b\x7fc",
    "quotes": b'say "hello", \'you\' \\ "',
    "formula": b"=cmd|'/C calc'!A0",
    "other formulas": b"+1+1, -1-1, @SUM(1)",
    "not UTF-8": b"\xff\xfe\xc3\x28\xed\xa0\x80 \xf0\x9f",
    "C1 controls": b"\xc2\x9b31m\xc2\x85\xc2\x90",
    "direction": "\u202egnp.exe\u2066 \u200f".encode(),
    "markup": b"<script>alert(1)</script>&amp;",
    "long": b"x" * 20000,
}


class Hostile(SippingCase):
    def raw_peer(self, answers):
        peer = raw_peer.RawPeer(answers)
        self.addCleanup(peer.stop)
        return peer

    def check_clean(self, text, where):
        """Nothing in it can steer a terminal or be a line of its own making."""
        for c in text:
            if c in "\n\t":
                continue
            self.assertNotIn(unicodedata.category(c), ("Cc", "Cf", "Cs", "Zl", "Zp"),
                             f"{where}: U+{ord(c):04X} in {text[:200]!r}")
        self.assertNotIn("\ufffd", text, f"{where}: bytes that are no UTF-8")


class Torture(Hostile):
    def test_all_messages_are_there(self):
        self.assertEqual(len(MESSAGES), 50)  # 49 of the RFC, and test.dat of its archive

    def test_at_a_prober(self):
        """All of them with each answer; the answers count, and nothing else does."""
        peer = self.raw_peer(lambda request, _: [*MESSAGES.values(), raw_peer.answer(request)])
        for how in ("uring", "epoll"):
            with self.subTest(io=how):
                run = self.start(f"127.0.0.1:{peer.port}", "-c", "40", "-I", "20", "-t", "1000",
                                 "-q", "--io", how, "-w", f"{how}.csv").wait()
                self.assertEqual(run.code, 0, run)
                rows = self.rows(self.folder / f"{how}.csv")
                self.check_books(rows)
                kinds = self.count_kinds(rows)
                self.assertEqual(set(kinds), {"reply", "gap"}, run)
                self.assertGreater(kinds["reply"], 5, "a box that busy proves nothing")
                self.check_clean(run.out, "stdout")

    def test_at_a_responder(self):
        port = self.free_port()
        run = self.start("respond", "-q", "--bind", "127.0.0.1", "--port", port)
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(client.close)
        client.bind(("127.0.0.1", 0))
        client.settimeout(0.3)
        deadline = time.monotonic() + 10
        while "Answering" not in run.out_so_far() and time.monotonic() < deadline:
            time.sleep(0.02)
        asked = b"".join((b"OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:%d;rport;"
                          b"branch=z9hG4bKx\r\n" % client.getsockname()[1],
                          b"From: <sip:a@b>;tag=1\r\nTo: <sip:b>\r\nCall-ID: after\r\n"
                          b"CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"))
        for name, message in MESSAGES.items():
            with self.subTest(name):
                client.sendto(message, ("127.0.0.1", port))
                client.sendto(asked, ("127.0.0.1", port))
                answers = []
                while not answers or b"Call-ID: after\r\n" not in answers[-1]:
                    answers.append(client.recv(65535))  # a timeout: it does not answer any more
                for text in answers:
                    self.assertTrue(text.startswith(b"SIP/2.0 "), text[:80])
                    self.assertLessEqual(len(text), 1.5 * max(len(message), len(asked)))
                if message.startswith(b"SIP/2.0"):
                    self.assertEqual(len(answers), 1, "an answer was answered")
        self.finish(run)


class Forger(Hostile):
    def flood(self, peer, target, seconds, rate):
        """Answers with guessed identities, from the peer's own address and port."""
        rng = random.Random(4)
        sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        self.addCleanup(sender.close)
        sender.bind((peer.address, 0))
        sent = 0
        begin = time.monotonic()
        while (now := time.monotonic()) < begin + seconds:
            while sent < (now - begin) * rate:
                digits = b"%d" % rng.randrange(10 ** 9, 10 ** 10)
                text = (b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK%s%08x\r\n"
                        b"From: <sip:a@b>;tag=%08x\r\nTo: <sip:b>;tag=c\r\nCall-ID: %s\r\n"
                        b"CSeq: %d OPTIONS\r\n\r\n" % (digits, rng.getrandbits(32),
                                                     rng.getrandbits(32), digits,
                                                     rng.getrandbits(31)))
                sender.sendto(struct.pack(">HHHH", peer.port, target, 8 + len(text), 0) + text,
                              ("127.0.0.1", 0))
                sent += 1
            time.sleep(0.0005)
        return sent

    def test_off_the_path_with_everything_right_but_the_identity(self):
        """The right source address, both ports right, 20,000 a second: no result changes."""
        peer = self.raw_peer(lambda request, _: [raw_peer.answer(request)])
        run = self.start(f"127.0.0.1:{peer.port}", "-I", "10", "-t", "1000", "-q", "--mine",
                         "-w", "log.csv", "--port-policy", "fixed")
        deadline = time.monotonic() + 10
        while len(peer.requests) < 10 and time.monotonic() < deadline:
            time.sleep(0.02)
        sent = self.flood(peer, peer.requests[0][1][1], seconds=3, rate=20_000)
        self.finish(run)
        rows = self.rows(self.folder / "log.csv")
        self.check_books(rows)
        foreign = int(re.search(r"(\d+) responses to no probe of ours", run.out)[1])
        drops = int(re.search(r"receive-queue drops (\d+)", run.out)[1])
        self.assertGreater(sent, 30_000)
        self.assertEqual(foreign + drops, sent, run)
        kinds = self.count_kinds(rows)
        self.assertLessEqual(set(kinds), {"reply", "gap", "timeout"}, kinds)
        # A full receive queue takes an answer now and then: our own, and marked so.
        for row in rows:
            if row["kind"] == "timeout":
                self.assertIn("self=", row["detail"])
        self.assertGreater(kinds["reply"], 250)
        print(f"{sent} forged answers in 3 s: {foreign} foreign, {drops} dropped by the kernel; "
              f"{kinds}")

    def test_three_of_four_exactly(self):
        """Every set of identity fields right, from the very path asked and from elsewhere."""
        elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(elsewhere.close)
        elsewhere.bind(("127.0.0.66", 0))
        fields = (b"Call-ID", b"Via", b"From", b"CSeq")
        words = ("call-id", "via", "from-tag", "cseq")
        spoil = {b"Call-ID": lambda v: b"1" + v[:9], b"Via": lambda v: v.replace(b"z9hG4bK", b"zz"),
                 b"From": lambda v: v.replace(b"tag=", b"tag=f"), b"CSeq": lambda v: b"1 OPTIONS"}

        def answers(request, number):
            changes = {field: spoil[field](raw_peer.header(request, field))
                       for bit, field in enumerate(fields) if number >> bit & 1}
            text = raw_peer.answer(request, changes=changes)
            if number & 16:
                source = int(re.search(rb"Via: SIP/2.0/UDP [^:]+:(\d+)", request)[1])
                elsewhere.sendto(text, ("127.0.0.1", source))
                return []
            return [text]
        peer = self.raw_peer(answers)
        self.start(f"127.0.0.1:{peer.port}", "-c", "32", "-I", "20", "-t", "300", "-q",
                   "-w", "log.csv").wait()
        rows = {row["callid"]: row for row in self.rows(self.folder / "log.csv")
                if row["kind"] != "gap"}
        self.assertEqual(len(rows), 32)
        for number, (request, _) in enumerate(peer.requests):
            row = rows[raw_peer.header(request, b"Call-ID").decode()]
            spoiled = [words[bit] for bit in range(4) if number >> bit & 1]
            ours = len(spoiled) <= 1 or (not number & 1 and not number & 16)
            with self.subTest(spoiled=spoiled, elsewhere=bool(number & 16)):
                self.assertEqual(row["kind"], "reply" if ours else "timeout", row)
                if ours:
                    self.assertEqual(details(row).get("mangled", ""), ",".join(spoiled))
                    self.assertEqual("from" in details(row), bool(number & 16))


class OnPath(Hostile):
    """Everything that is shown or logged of an answer, with anything in it."""

    def answers(self, request, number):
        name = list(NASTY)[number % len(NASTY)]
        text = NASTY[name]
        code = b"180" if number % 4 == 3 else b"503" if number % 4 == 2 else b"200"
        more = b"Retry-After: %s\r\nServer: %s\r\nWarning: %s\r\n" % ((text[:300],) * 3)
        return [raw_peer.answer(request, b"SIP/2.0 %s %s" % (code, text), more=more)]

    def outputs(self, *arguments, codes=(0, 1)):
        peer = self.raw_peer(self.answers)
        run = self.start(*(peer.port if word == "PORT" else f"127.0.0.1:{peer.port}"
                           if word == "PEER" else word for word in arguments)).wait(60)
        self.assertIn(run.code, codes, run)
        self.assertGreater(len(peer.requests), 5)
        self.check_clean(run.out, "stdout")
        self.check_clean(run.err, "stderr")
        return run

    def test_console_and_csv(self):
        for how in (("-v",), ("-v", "-X"), ("-q", "-x"), ("-S",), ("--color", "never", "-v")):
            with self.subTest(options=how):
                log = self.folder / "log.csv"
                log.unlink(missing_ok=True)
                self.outputs("PEER", "-c", "44", "-I", "10", "-t", "300", "-w", "log.csv", *how)
                self.check_clean(log.read_bytes().decode("utf-8"), "CSV")
                for row in self.rows(log):
                    for field in row.values():
                        self.assertNotRegex(field, r"^[=+@\t\r-]", "a formula for a spreadsheet")
                    self.assertNotIn("\n", row["response"])

    def test_json(self):
        run = self.outputs("PEER", "-c", "44", "-I", "10", "-t", "300", "--json", "-w", "*")
        rows = [json.loads(line) for line in run.out.splitlines()]
        self.assertGreater(sum(row["kind"] != "gap" for row in rows), 11)
        # As it came, within JSON's own escapes: what a program makes of it is its business.
        self.assertTrue(any("\x1b[2J" in (row["response"] or "") for row in rows))

    def test_ports_and_stress(self):
        self.outputs("ports", "PEER", "--max", "40", "--rate", "200", "--mine", "-w", "*",
                     codes=(0, 1))
        self.outputs("stress", "PEER", "--rate", "20..40", "--steps", "2", "--step-time", "300ms",
                     "--recovery-time", "2", "--ignore-retry-after", "--mine", "-w", "*",
                     codes=(0, 1))


if __name__ == "__main__":
    unittest.main()
