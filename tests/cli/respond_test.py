"""`sipping respond`, asked by a client of our own that shares no code with it."""

import re
import signal
import socket
import struct
import time
import unittest

from support import SippingCase


def request(method, port, number, extra=""):
    return (f"{method} sip:127.0.0.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKtest{number};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:a@example.org>;tag=f{number}\r\n"
            f"To: <sip:127.0.0.1>\r\nCall-ID: call-{number}\r\nCSeq: {number} {method}\r\n"
            f"{extra}Content-Length: 0\r\n\r\n").encode()


class Respond(SippingCase):
    def respond(self, *arguments, bind="127.0.0.1"):
        """Starts it on a free port; returns (run, a client socket, where to send)."""
        family = socket.AF_INET6 if ":" in bind else socket.AF_INET
        port = self.free_port(bind)
        run = self.start("respond", "--bind", bind, "--port", port, *arguments)
        client = socket.socket(family, socket.SOCK_DGRAM)
        self.addCleanup(client.close)
        client.bind((bind, 0))
        client.settimeout(0.1)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:  # wait until it listens
            try:
                client.connect((bind, port))
                client.send(b"\r\n\r\n")
                time.sleep(0.02)
                client.send(b"\r\n\r\n")
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        return run, client, port

    def ask(self, client, method="OPTIONS", number=1, extra="", wait=2.0):
        client.settimeout(wait)
        client.send(request(method, client.getsockname()[1], number, extra))
        try:
            return client.recv(65535).decode()
        except TimeoutError:
            return ""

    def test_answers(self):
        _, client, _ = self.respond("-q")
        port = client.getsockname()[1]
        for number, (method, code) in enumerate(
                (("OPTIONS", 200), ("REGISTER", 200), ("INVITE", 501), ("NOTIFY", 501)), 1):
            answer = self.ask(client, method, number)
            self.assertTrue(answer.startswith(f"SIP/2.0 {code} "), answer)
            self.assertTrue(answer.endswith("\r\n\r\n"))
            via = re.search(r"(?mi)^Via: (.*)\r$", answer).group(1)
            self.assertIn(f"branch=z9hG4bKtest{number}", via)
            self.assertIn(f"rport={port}", via)
            self.assertIn("received=127.0.0.1", via)
            self.assertIn(f"\r\nCall-ID: call-{number}\r\n", answer)
            self.assertIn(f"\r\nCSeq: {number} {method}\r\n", answer)
            self.assertIn(f";tag=f{number}\r\n", answer)
            self.assertRegex(answer, r"\r\nTo: <sip:127\.0\.0\.1>;tag=\S+\r\n")

    def test_never_answers_an_ack_nor_a_response_nor_noise(self):
        _, client, _ = self.respond("-q")
        self.assertEqual(self.ask(client, "ACK", 1, wait=0.3), "")
        for noise in (b"SIP/2.0 200 OK\r\nCall-ID: 1\r\n\r\n", b"\r\n\r\n", b"", b"\0" * 99, b"hi"):
            client.send(noise)
        self.assertEqual(self.ask(client, "ACK", 2, wait=0.3), "")
        self.assertIn("200", self.ask(client, "OPTIONS", 3))

    def test_code(self):
        _, client, _ = self.respond("-q", "--code", "403")
        self.assertTrue(self.ask(client).startswith("SIP/2.0 403 Forbidden"))

    def test_delay(self):
        _, client, _ = self.respond("-q", "--delay", "200ms")
        begin = time.monotonic()
        self.assertIn("200", self.ask(client))
        self.assertAlmostEqual(time.monotonic() - begin, 0.2, delta=0.06)

    def drops(self, *arguments):
        run, client, _ = self.respond("-q", *arguments)
        answered = [bool(self.ask(client, number=n, wait=0.05)) for n in range(60)]
        self.finish(run)
        return answered

    def test_drop_and_seed(self):
        first = self.drops("--drop", "30", "--seed", "7")
        self.assertTrue(30 <= sum(first) <= 54, sum(first))
        self.assertEqual(first, self.drops("--drop", "30", "--seed", "7"))
        self.assertNotEqual(first, self.drops("--drop", "30", "--seed", "8"))

    def test_drop_all(self):
        self.assertEqual(sum(self.drops("--drop", "100")), 0)

    def burst(self, *arguments, count=40):
        """(run, first lines of the answers, one whole answer) to requests that come at once."""
        run, client, _ = self.respond(*arguments)
        port = client.getsockname()[1]
        for number in range(count):
            client.send(request("OPTIONS", port, number))
        answers = []
        client.settimeout(0.5)
        while True:
            try:
                answers.append(client.recv(65535).decode())
            except TimeoutError:
                break
        self.finish(run)
        return run, [answer.partition("\r\n")[0] for answer in answers], answers[-1]

    def test_capacity(self):
        run, lines, _ = self.burst("-q", "--capacity", "1000")
        self.assertIn("At most 1000 a second, the rest is dropped\n", run.out)
        self.assertEqual(set(lines), {"SIP/2.0 200 OK"})
        # The bucket holds 10; forty take a few milliseconds, or more where the box is busy.
        self.assertTrue(10 <= len(lines) < 40, lines)
        self.assertRegex(run.out, rf"answered {len(lines)} dropped 0 .*, "
                                  rf"{40 - len(lines)} beyond capacity")

    def test_beyond_503(self):
        run, lines, last = self.burst("--capacity", "500", "--beyond", "503", "--retry-after", "7")
        self.assertIn("At most 500 a second, the rest is answered 503 with Retry-After: 7\n",
                      run.out)
        refused = lines.count("SIP/2.0 503 Service Unavailable")
        self.assertEqual(refused + lines.count("SIP/2.0 200 OK"), 40)
        self.assertTrue(0 < refused <= 35, refused)
        self.assertIn("\r\nRetry-After: 7\r\n", last)
        self.assertRegex(run.out, rf"answered {40 - refused} dropped 0 .*, "
                                  rf"{refused} beyond capacity")

    def test_max_rate_is_for_each_source(self):
        run, client, port = self.respond("-q", "--max-rate", "100", bind="127.0.0.1")
        other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(other.close)
        other.bind(("127.0.0.99", 0))
        other.connect(("127.0.0.1", port))
        answered = {}
        for name, source in (("flood", client), ("calm", other)):
            source.settimeout(0.5)
            count = 300 if name == "flood" else 5
            for number in range(count):
                source.send(request("OPTIONS", source.getsockname()[1], number, ""))
            answered[name] = 0
            try:
                while source.recv(65535):
                    answered[name] += 1
            except TimeoutError:
                pass
        self.finish(run)
        # Ten at once, and what a slow box's second lets pass on top.
        self.assertTrue(10 <= answered["flood"] < 200, answered)
        self.assertEqual(answered["calm"], 5)
        self.assertIn(f", {300 - answered['flood']} over --max-rate 100", run.out)

    def test_its_own_address_as_the_source_is_no_loop(self):
        """A request that seems to come from the responder itself gets no answer. Two responders
        that are set on one another stop after one."""
        port, other_port = self.free_port(), self.free_port()
        runs = [self.start("respond", "-q", "--bind", "127.0.0.1", "--port", str(number))
                for number in (port, other_port)]
        time.sleep(0.5)
        for source, to in ((port, port), (port, other_port)):
            packet = request("OPTIONS", source, 1, "")
            header = struct.pack(">HHHH", source, to, 8 + len(packet), 0)
            with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP) as raw:
                raw.bind(("127.0.0.1", 0))
                raw.sendto(header + packet, ("127.0.0.1", 0))
        time.sleep(0.5)
        for run in runs:
            self.finish(run)
        # The request in its own name, and the other one's answer to "its" request.
        self.assertRegex(runs[0].out, r"received 2 answered 0 dropped 0 other 1 .*"
                                      r", 1 in our own name")
        self.assertRegex(runs[1].out, r"received 1 answered 1 dropped 0 other 0 ")

    def test_capacity_is_what_is_answered_a_second(self):
        _, _, port = self.respond("-q", "--capacity", "200")
        self.sipping(f"127.0.0.1:{port}", "-c", "1000", "-I", "2", "-t", "200", "-q")
        rows = self.rows(self.folder / f"sipping-logs/127.0.0.1_{port}.csv")
        kinds = self.count_kinds(rows)
        # Two seconds, and the two that the bucket held; fewer where this box did not send evenly.
        self.assertTrue(350 <= kinds["reply"] <= 403, kinds)
        self.assertGreater(kinds["timeout"], 400)

    def test_capacity_refuses_what_it_does_not_understand(self):
        self.check_refused("respond", "--capacity", "0", names="--capacity")
        self.check_refused("respond", "--capacity", "1000001", names="--capacity")
        self.check_refused("respond", "--capacity", "5", "--beyond", "404", names="--beyond")
        self.check_refused("respond", "--beyond", "503", names=["--beyond", "--capacity"])
        self.check_refused("respond", "--capacity", "5", "--retry-after", "2",
                           names=["--retry-after", "--beyond 503"])
        self.check_refused("respond", "--capacity", "5", "--beyond", "503",
                           "--retry-after", "86401", names="--retry-after")

    def test_answers_from_the_address_it_was_asked_at(self):
        _, _, port = self.respond("-q", bind="0.0.0.0")
        for address in ("127.0.0.1", "127.0.0.9", "127.3.2.1"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(2)
                client.bind(("127.0.0.1", 0))
                client.sendto(request("OPTIONS", client.getsockname()[1], 1), (address, port))
                self.assertEqual(client.recvfrom(4096)[1], (address, port))

    def test_v6(self):
        _, client, _ = self.respond("-q", bind="::1")
        self.assertIn("SIP/2.0 200", self.ask(client))

    def test_counts_once_a_second(self):
        run, client, _ = self.respond()
        for number in range(30):
            self.assertIn("200", self.ask(client, number=number))
        time.sleep(1.3)
        self.finish(run, signal.SIGTERM)
        self.assertRegex(run.out, r"(?i)received\D+\d+.*answered\D+\d+|\d+ received.*\d+ answered")

    def test_quiet(self):
        run, client, _ = self.respond("-q")
        self.assertIn("200", self.ask(client))
        time.sleep(1.2)
        self.finish(run)
        self.assertNotRegex(run.out, r"(?im)^.*received.*\n.*received.*\n.*received")

    def test_port_in_use(self):
        peer = self.peer()
        run = self.sipping("respond", "--bind", "127.0.0.1", "--port", peer.port, code=4)
        self.assertRegex(run.err, rf"^sipping: .*{peer.port}")

    def test_sipping_and_respond_together(self):
        _, _, port = self.respond("-q")
        self.sipping(f"127.0.0.1:{port}", "-c", "50", "-I", "5")
        rows = self.rows(self.folder / f"sipping-logs/127.0.0.1_{port}.csv")
        self.check_books(rows)
        self.assertEqual(self.count_kinds(rows)["reply"], 50)


if __name__ == "__main__":
    unittest.main()
