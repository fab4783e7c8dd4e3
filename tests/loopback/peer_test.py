"""The test peer itself: it must see what is wrong with a request, and answer as asked."""

import socket
import unittest

import sip_message
from support import SippingCase, sip_peer

GOOD = ("OPTIONS sip:127.0.0.1:{to} SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKabc{n};rport\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:a@sipping.invalid>;tag=t{n}\r\n"
        "To: <sip:127.0.0.1:{to}>\r\nCall-ID: 100000000{n}\r\nCSeq: {n} OPTIONS\r\n"
        "Contact: <sip:a@127.0.0.1:{port}>\r\nContent-Length: 0\r\n\r\n")
SPOILED = {
    "bare CR or LF": ("\r\n", "\n"), "branch": ("z9hG4bK", "branch"), "rport": (";rport", ""),
    "Via port": ("127.0.0.1:{port};", "127.0.0.1:1;"), "Via host": ("UDP 127.0.0.1", "UDP box"),
    "max-forwards": ("Max-Forwards: 70\r\n", ""), "Max-Forwards": ("70", "700"),
    "From": (";tag=t{n}", ""), "To with a tag": ("{to}>\r\nCall", "{to}>;tag=x\r\nCall"),
    "CSeq": ("{n} OPTIONS", "{n} INVITE"), "Contact": ("a@127.0.0.1:{port}", "a@127.0.0.1:2"),
    "Content-Length": ("Content-Length: 0", "Content-Length: 4"),
    "content-length": ("Content-Length: 0\r\n", ""),
    "request line": ("SIP/2.0\r\nVia", "SIP/1\r\nVia"),
    "cseq stands 2": ("CSeq: {n} OPTIONS\r\n", "CSeq: {n} OPTIONS\r\n" * 2),
}


class Strict(SippingCase):
    def setUp(self):
        super().setUp()
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.client.close)
        self.client.bind(("127.0.0.1", 0))
        self.client.settimeout(2)

    def ask(self, peer, text=GOOD, number=1):
        port = self.client.getsockname()[1]
        text = text.format(to=peer.port, port=port, n=number)
        self.client.sendto(text.encode(), ("127.0.0.1", peer.port))
        return self.client.recv(65535)

    def test_a_good_request(self):
        peer = self.peer()
        self.assertTrue(self.ask(peer).startswith(b"SIP/2.0 200 OK\r\n"))
        self.assertTrue(peer.wait_for(1))
        self.assertEqual(peer.violations, [])

    def test_what_is_wrong_is_named(self):
        for word, (old, new) in SPOILED.items():
            with self.subTest(word=word):
                self.assertIn(old, GOOD)
                text = GOOD.replace(old, new) if "bare" in word else GOOD.replace(old, new, 1)
                request = sip_message.Request(text.format(to=1, port=5, n=1).encode(),
                                              ("127.0.0.1", 5))
                wrong = sip_message.violations(request)
                self.assertTrue(any(word in sentence for sentence in wrong), (word, wrong))

    def test_a_call_id_used_twice(self):
        peer = self.peer()
        self.ask(peer)
        self.ask(peer)
        self.assertTrue(peer.wait_for(2))
        self.assertIn("a Call-ID was used twice", peer.violations)

    def test_sizes_are_exact(self):
        for size in (1500, 9000, 60000, 65507):
            peer = self.peer(size=size)
            answer = self.ask(peer)
            self.assertEqual(len(answer), size)
            head, _, body = answer.partition(b"\r\n\r\n")
            self.assertIn(b"Content-Length: %d" % len(body), head)

    def test_mangling_changes_that_field_alone(self):
        fields = {"branch": "via", "tag": "from", "call-id": "call-id", "cseq": "cseq"}
        plain = sip_message.Request(self.ask(self.peer()), ("", 0))
        for field, header in fields.items():
            odd = sip_message.Request(self.ask(self.peer(mangle=(field,))), ("", 0))
            changed = {name for name, _ in plain.headers
                       if plain.get(name.lower()) != odd.get(name.lower())}
            self.assertEqual({name.lower() for name in changed} - {"to"}, {header})

    def test_garbage_kinds_all_work(self):
        request = sip_message.Request(GOOD.format(to=1, port=5, n=1).encode(), ("127.0.0.1", 5))
        for kind in sip_message.GARBAGE:
            self.assertLessEqual(len(sip_message.garbage(kind, request, "77")),
                                 sip_message.DATAGRAM_LIMIT)
        self.assertGreater(len(sip_message.garbage("headers-64k", request)), 64_900)
        self.assertIn(b"Call-ID: 77\r\n", sip_message.garbage("other-call-id", request, "77"))

    def test_drops_and_only(self):
        peer = self.peer(only=(2,), code=503)
        codes = [self.ask(peer, number=n).split()[1] for n in (1, 2, 3)]
        self.assertEqual(codes, [b"200", b"503", b"200"])
        how = sip_peer.Behaviour(drop_every=3, drop_first=1, drop_after=7)
        self.assertEqual([n for n in range(1, 10) if not how.drops(n, 0)], [2, 4, 5, 7])


if __name__ == "__main__":
    unittest.main()
