"""The responder as a tool of others: forged sources, forged loops, requests that are shorter than
their answers. It gives nobody more than was put in, and never talks to itself."""

import re
import socket
import time
import unittest

import sip_message
from hostile import HostileCase, forge, raw_socket

SHORTEST = (b"OPTIONS a SIP/2.0\r\nv:SIP/2.0/UDP a;rport\r\nf:a\r\nt:a\r\ni:a\r\n"
            b"CSeq:1 OPTIONS\r\n\r\n")


class Amplifier(HostileCase):
    def responder(self, *arguments, address="127.0.0.1"):
        """A running responder and its port."""
        port = self.free_port(address)
        run = self.start("respond", "-q", "--bind", address, "-p", port, *arguments)
        deadline = time.monotonic() + 10
        while "Answering" not in run.out_so_far() and time.monotonic() < deadline:
            time.sleep(0.02)
        return run, port

    def client(self, address="127.0.0.1"):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(made.close)
        made.bind((address, 0))
        made.settimeout(0.2)
        return made

    def counts(self, run):
        self.finish(run)
        names = ("received", "answered", "dropped", "other")
        return dict(zip(names, map(int, re.search(
            r"received (\d+) answered (\d+) dropped (\d+) other (\d+)", run.out).groups())))

    def test_no_answer_is_more_than_one_and_a_half_requests(self):
        run, port = self.responder()
        client = self.client()
        answered = 0
        requests = [SHORTEST[:-2] + b"X:" + b"x" * size + b"\r\n\r\n" for size in range(0, 200, 10)]
        requests += [SHORTEST.replace(b"OPTIONS", method) for method in (b"INVITE", b"FOO")]
        requests += [sip_message.request(method, "127.0.0.1", port, 1)
                     for method in ("OPTIONS", "REGISTER", "INVITE", "BYE")]
        requests += [SHORTEST.replace(b"f:a", b"f:a" + b"\r\nv: SIP/2.0/UDP a" * vias)
                     for vias in (1, 20, 60)]
        for request in requests:
            client.sendto(request, ("127.0.0.1", port))
            try:
                answer = client.recv(65535)
            except TimeoutError:
                continue
            answered += 1
            self.assertLessEqual(len(answer), 1.5 * len(request), answer)
        counts = self.counts(run)
        self.assertEqual(counts["answered"], answered)
        self.assertTrue(10 < answered < len(requests), answered)
        self.assertEqual(counts["other"], len(requests) - answered)

    def test_what_is_asked_for_may_be_longer(self):
        run, port = self.responder("--reason", "x" * 128)
        client = self.client()
        client.sendto(sip_message.request("OPTIONS", "127.0.0.1", port, 1), ("127.0.0.1", port))
        self.assertIn(b"SIP/2.0 200 " + b"x" * 128 + b"\r\n", client.recv(65535))
        self.finish(run)

    def test_it_does_not_answer_itself(self):
        run, port = self.responder()
        own = ("127.0.0.1", port)
        request = sip_message.request("OPTIONS", *own, 1)
        for _ in range(10):
            forge(own, own, request)
        # Without rport the Via names the port: the source need not even be right.
        no_rport = request.replace(b";rport", b"").replace(b"127.0.0.1:5060;", b"127.0.0.1:%d;" %
                                                           port)
        for _ in range(10):
            forge(("127.0.0.1", 9), own, no_rport)
        time.sleep(0.3)
        self.assertEqual(self.counts(run),
                         {"received": 20, "answered": 0, "dropped": 0, "other": 0})
        self.assertIn(", 20 in our own name", run.out)

    def test_two_responders_do_not_loop(self):
        (one, one_port), (two, two_port) = self.responder(), self.responder(address="127.0.0.2")
        request = sip_message.request("OPTIONS", "127.0.0.1", one_port, 1)
        for _ in range(10):
            forge(("127.0.0.2", two_port), ("127.0.0.1", one_port), request)
        time.sleep(0.3)
        self.assertEqual(self.counts(one),
                         {"received": 10, "answered": 10, "dropped": 0, "other": 0})
        self.assertEqual(self.counts(two),
                         {"received": 10, "answered": 0, "dropped": 0, "other": 10})

    def test_a_prober_and_a_responder_do_not_loop(self):
        """A responder's request port and a prober's: each answers requests, none answers."""
        peer = self.script_peer(lambda peer, number, request: [
            forge(("127.0.0.2", port), request.source, sip_message.request(
                "OPTIONS", *request.source, number)),
            peer.socket.sendto(sip_message.answer(request), request.source)])
        run, port = self.responder(address="127.0.0.2")
        self.probe_until(peer, 5, "-I", 20, "--answer", "all")
        count = len(peer.requests)
        self.assertEqual(self.kinds_of(self.rows(self.log_of(peer))), {"reply": count})
        time.sleep(0.2)
        self.assertEqual(self.counts(run),
                         {"received": count, "answered": 0, "dropped": 0, "other": count})

    def test_max_rate_protects_a_forged_source(self):
        """Thousands of forged sources beside it do not free the victim's place."""
        run, port = self.responder("--max-rate", "50")
        victim = self.client("127.0.0.50")
        sender = raw_socket()
        self.addCleanup(sender.close)
        request = sip_message.request("OPTIONS", "127.0.0.1", port, 1)
        begin = time.monotonic()
        for number in range(8000):
            forge(("127.1.%d.%d" % divmod(number % 4000, 250), 9), ("127.0.0.1", port), request,
                  sender)
            forge(victim.getsockname(), ("127.0.0.1", port), request, sender)
            if number % 8 == 7:
                time.sleep(0.001)
        seconds = time.monotonic() - begin
        got = 0
        try:
            while victim.recv(65535):
                got += 1
        except TimeoutError:
            pass
        counts = self.counts(run)
        self.assertLessEqual(got, 50 * (seconds + 0.5) + 5)
        self.assertGreater(got, 20)
        self.assertGreater(counts["answered"], 4000)
        self.assertRegex(run.out.splitlines()[-1], r", \d{4,} over --max-rate 50")


if __name__ == "__main__":
    unittest.main()
