"""An attacker on the path: hostile bytes in answers that are ours. None of them reaches a terminal
or the log raw, whatever the command and the form of its output."""

import csv
import json
import re
import signal
import time
import unittest

import sip_message
from hostile import HostileCase
from support import details

NASTY = {
    "escape sequences": b"\x1b[31mred\x1b]0;title\x07\x1b[2J\x1bP1$r\x1b\\",
    "carriage return": b"fine\rX (15/05/26) Timed out",
    "nul and backspace": b"a\0b\x08\x08\x7f\tc\x0b\x0c",
    "quotes": b'say "x", then ""y"" and \\ and \'z\'',
    "formula": b"=cmd|' /C calc'!A0",
    "invalid utf-8": b"\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82",
    "c1 controls": b"\x9b31mred\x9d0;t\x9c \xc2\x9b31mred\xc2\x85",
    "bidi": "\u202egpj.exe\u202c \u2066x\u2069 \u200f\u061c".encode(),
    "separators": "a\u2028b\u2029c".encode(),
    "good utf-8": "café ☎".encode(),
    "long": b"\x1b[1m" * 200 + b"x" * 500,
}


def nasty_answer(request, text, code=200, extra=()):
    """An answer with `text` in its reason phrase and in every place that carries no identity."""
    mark = b"NASTY"
    answer = sip_message.answer(request, code, reason="NASTY", extra=[
        ("Server", "NASTY"), ("Warning", '399 x "NASTY"'), ("X-NASTY", "x"), *extra]).replace(
            b";tag=peer", b';tag=peer;x="' + mark + b'"')
    # A quote would end the quoted string of the To, which is another attack.
    quoted = text.replace(b"\\", b"").replace(b'"', b"")
    answer = answer.replace(b'"' + mark + b'"', b'"' + quoted + b'"')
    return answer.replace(mark, text)


class OnPath(HostileCase):
    def attacker(self, code=200, only=None, extra=()):
        texts = list(NASTY.values())
        return self.script_peer(lambda peer, number, request: peer.socket.sendto(
            nasty_answer(request, NASTY[only] if only else texts[number % len(texts)], code, extra),
            request.source))

    def check_log(self, path):
        text = self.check_harmless(path.read_bytes(), "CSV")
        for row in csv.reader(text.splitlines(), strict=True):
            self.assertEqual(len(row), 10, row)
            for field in row:
                self.assertFalse(field.startswith(("=", "+", "-", "@")), row)
        return text

    def test_console_with_raw_output(self):
        for io in ("uring", "epoll"):
            for options in (("-v",), ("-v", "-X", "-x"), ("-q", "-X"), ("--color", "never")):
                with self.subTest(io=io, options=options):
                    peer = self.attacker(code=403)
                    run = self.probe_until(peer, 22, "-I", 10, "--io", io, *options)
                    rows = [row for row in self.rows(self.log_of(peer)) if row["kind"] != "gap"]
                    self.assertEqual(self.kinds_of(rows), {"reply": len(peer.requests)})
                    self.assertEqual({row["detail"] for row in rows}, {""})
                    out = self.raw_output(run)
                    self.check_log(self.log_of(peer))
                    if "-v" in options:
                        self.assertIn(b"\\x1b[31mred\\x1b]0;title\\x07", out)
                        self.assertIn("café ☎".encode(), out)

    def test_colour_is_ours_alone(self):
        peer = self.attacker()
        run = self.probe_until(peer, 22, "-I", 10, "-v", "-X", "--color", "always")
        run._keep_out.seek(0)
        out = re.sub(rb"\x1b\[[0-9;]*m", b"", run._keep_out.read())  # what we write ourselves
        self.check_harmless(out, "stdout")
        self.assertIn(b"\\x1b[2J", out)
        self.assertNotIn(b"red\x1b", out)

    def test_json(self):
        peer = self.attacker()
        run = self.probe_until(peer, 22, "-I", 10, "--json")
        self.raw_output(run)
        lines = [json.loads(line) for line in run.out.splitlines() if line.startswith("{")]
        replies = [line for line in lines if line.get("kind") == "reply"]
        self.assertEqual(len(replies), len(peer.requests))
        for line in replies:
            self.assertTrue(line["response"].startswith("SIP/2.0 200 "))

    def test_a_name_of_the_users_own(self):
        """Names come from files that others may have filled."""
        peer = self.attacker()
        names = ("=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(1)", "a'b,c", "é☎x")
        for name in names:
            with self.subTest(name=name):
                (self.folder / "targets").write_text(
                    f'{peer.address}:{peer.port} name="{name}"\n', encoding="utf-8")
                run = self.sipping("-f", "targets", "-c", 2, "-I", 10, "-v")
                self.raw_output(run)
                text = self.check_log(self.log_of(peer))
                self.log_of(peer).unlink()
                self.assertIn(name[1:4], text)

    def test_what_is_wrong_with_a_file_is_told_harmlessly(self):
        for line in ("name=\u202egpj.exe", 'na\u2066me="x"', "host \x9b31m\u0085=1", "\u202e"):
            (self.folder / "targets").write_text(line + "\n", encoding="utf-8")
            run = self.sipping("-f", "targets", code=3)
            self.raw_output(run)
            self.assertEqual(len(run.err.splitlines()), 1, str(run))
        run = self.sipping("--code\u202e", code=3)
        self.raw_output(run)

    def test_down_up_and_icmp_lines(self):
        def answer(peer, number, request):
            if number <= 3 or number > 8:
                peer.socket.sendto(nasty_answer(request, NASTY["escape sequences"]),
                                   request.source)

        peer = self.script_peer(answer)
        run = self.probe_until(peer, 14, "-I", 20, "-t", 30)
        self.assertIn("DOWN ", run.out)
        self.assertIn("UP ", run.out)
        self.raw_output(run)

    def test_stress(self):
        peer = self.attacker(code=503, extra=[("Retry-After", "5 (\x1b[31mred)")])
        run = self.start("stress", f"{peer.address}:{peer.port}", "--rate", "20..40", "--steps",
                         2, "--step-time", 1, "--ports", 50, "--recovery-time", 1).wait(60)
        self.raw_output(run)
        self.assertIn("503", run.out, str(run))
        for path in self.folder.rglob("*.csv"):
            self.check_log(path)

    def test_ports_host(self):
        peer = self.attacker(code=403)
        run = self.start("ports", f"{peer.address}:{peer.port}", "--max", 60, "--rate", 50)
        run.wait(60)
        self.raw_output(run)
        self.assertEqual(run.code, 0, str(run))
        for path in self.folder.rglob("*.csv"):
            self.check_log(path)

    def test_requests_to_the_prober_show_nothing(self):
        def answer(peer, number, request):
            asked = sip_message.request("OPTIONS", request.source[0], request.source[1], number)
            peer.socket.sendto(asked.replace(b"peer@peer.invalid", b"\x1b[31m@\x9b"),
                               request.source)
            peer.socket.sendto(sip_message.answer(request), request.source)

        peer = self.script_peer(answer)
        run = self.probe_until(peer, 5, "-I", 20, "-v", "-X", "-x")
        self.raw_output(run)

    def test_sigquit_table(self):
        peer = self.attacker()
        run = self.start(f"{peer.address}:{peer.port}", "-I", 20, "-X")
        while len(peer.requests) < 20 and run.process.poll() is None:
            time.sleep(0.01)
        run.signal(signal.SIGQUIT)
        time.sleep(0.2)
        self.finish(run)
        self.raw_output(run)
        self.assertEqual({details(row).get("mangled") for row in self.rows(self.log_of(peer))},
                         {None})


if __name__ == "__main__":
    unittest.main()
