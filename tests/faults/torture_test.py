"""The 50 messages of RFC 4475 over real sockets: at a running prober as answers, at a running
responder as requests."""

import re
import socket
import time
import unittest

import sip_message
from hostile import HostileCase, TORTURE
from support import details

REPEATS = 3  # of all 50
FOREIGN = {"bcast", "noreason", "unreason", "bigcode", "scalarlg"}  # responses
NOT_SIP = {"test"}


class AtTheProber(HostileCase):
    def run_all(self, io):
        self.assertEqual(len(TORTURE), 50)
        messages = [path.read_bytes() for path in TORTURE]

        def answer(peer, number, request):
            # Before the genuine answer and behind it.
            peer.socket.sendto(messages[number % 50], request.source)
            peer.socket.sendto(sip_message.answer(request, 403), request.source)
            peer.socket.sendto(messages[(number + 25) % 50], request.source)

        peer = self.script_peer(answer)
        run = self.probe_until(peer, 50 * REPEATS, "-I", 10, "-t", 1000, "-X", "-v", "--io", io)
        count = len(peer.requests)
        thrown = [TORTURE[(number + more) % 50].stem for number in range(1, count + 1)
                  for more in (0, 25)]
        rows = self.rows(self.log_of(peer))
        kinds = self.kinds_of(rows)
        self.assertGreater(kinds.pop("unread"), 10)
        self.assertEqual(kinds, {"reply": count})
        for row in rows:
            if row["kind"] == "reply":
                self.assertEqual(row["response"], "SIP/2.0 403 Forbidden")
                self.assertEqual(set(details(row)) - {"rx"}, set())
        self.check_table(run, peer, sent=count, received=count, lost=0)
        self.raw_output(run)
        self.check_harmless(self.log_of(peer).read_bytes(), "CSV")
        counted = {words: self.received_count(run, words) for words in (
            "responses to no probe of ours", "datagrams that are not SIP", "requests",
            "unreadable requests", "CRLF keep-alives")}
        counted["requests"] += counted.pop("unreadable requests")
        # Five of the 50 are responses; "test" is neither. All others are requests, however odd.
        self.assertEqual(counted, {
            "responses to no probe of ours": sum(name in FOREIGN for name in thrown),
            "datagrams that are not SIP": sum(name in NOT_SIP for name in thrown),
            "requests": sum(name not in FOREIGN | NOT_SIP for name in thrown),
            "CRLF keep-alives": 0})

    def test_on_uring(self):
        self.run_all("uring")

    def test_on_epoll(self):
        self.run_all("epoll")


class AtTheResponder(HostileCase):
    # An answer needs these; what is odd elsewhere is not the responder's business.
    ANSWERED = {"cparam01": 200, "cparam02": 200, "semiuri": 200, "unkscm": 200, "unksm2": 200,
                "escnull": 200, "zeromf": 200, "transports": 200, "intmeth": 501, "longreq": 501,
                "dblreq": 200, "esc01": 501, "wsinv": 501, "regbadct": 200}
    REFUSED = {"insuf", "mismatch01", "mismatch02", "mcl01", "ncl", "clerr", "badvers", "ltgtruri",
               "lwsstart", "trws", "test", "bcast", "bigcode", "noreason", "scalarlg", "unreason"}

    def run_all(self, io):
        port = self.free_port()
        run = self.start("respond", "-q", "--bind", "127.0.0.1", "-p", port, "--io", io)
        # Most of these ask for an answer to port 5060 of where they come from.
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(client.close)
        client.bind((f"127.44.75.{len(io)}", 5060))
        self.wait_until_it_listens(run)
        answers = {}
        for path in TORTURE:
            answers[path.stem] = self.ask(client, port, path.read_bytes())
        for name, code in self.ANSWERED.items():
            self.assertRegex(answers[name].decode("utf-8", "replace"), rf"^SIP/2\.0 {code} ", name)
        for name in self.REFUSED:
            self.assertEqual(answers[name], b"", name)
        answered = sum(bool(answer) for answer in answers.values())
        self.finish(run)
        counts = [int(n) for n in re.search(r"received (\d+) answered (\d+) dropped (\d+) "
                                            r"other (\d+)", run.out).groups()]
        # After each message a genuine request was answered.
        self.assertEqual(counts[0], 100, run.out)
        self.assertEqual(counts[1] + counts[3], 100, run.out)
        self.assertGreaterEqual(counts[1], 50 + answered, run.out)
        self.raw_output(run)

    def wait_until_it_listens(self, run):
        deadline = time.monotonic() + 10
        while "Answering" not in run.out_so_far() and time.monotonic() < deadline:
            time.sleep(0.02)

    def ask(self, client, port, message):
        """The answer to `message`, or nothing; it is there before that to a genuine request."""
        address = client.getsockname()[0]
        genuine = sip_message.request("OPTIONS", "127.0.0.1", port, 1).replace(
            b"127.0.0.1:5060;branch", address.encode() + b":5060;branch")
        client.sendto(message, ("127.0.0.1", port))
        client.sendto(genuine, ("127.0.0.1", port))
        client.settimeout(5)
        before = b""
        while True:
            answer = client.recv(65535)
            if b"\r\nCall-ID: peer-asks-1\r\n" in answer:
                self.assertTrue(answer.startswith(b"SIP/2.0 200 OK\r\n"), answer)
                return before
            before = answer
            self.assertTrue(answer.startswith(b"SIP/2.0 "), answer)
            self.assertTrue(answer.endswith(b"\r\n\r\n"), answer)
            self.assertLessEqual(len(answer), 1.5 * len(message))

    def test_on_uring(self):
        self.run_all("uring")

    def test_on_epoll(self):
        self.run_all("epoll")


if __name__ == "__main__":
    unittest.main()
