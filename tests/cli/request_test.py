"""Options that change the request, seen at the peer; and --dry-run."""

import unittest

from sip_message import Request
from support import SippingCase


class Fields(SippingCase):
    def request(self, *arguments, host=None):
        """The first request of a run of one probe."""
        peer = self.peer()
        self.sipping(f"{host or '127.0.0.1'}:{peer.port}", "-c", "1", *arguments)
        seen, = peer.requests
        self.wrong, self.port = seen.wrong, peer.port
        return Request(seen.raw, (seen.address, seen.port))

    def test_defaults(self):
        request = self.request()
        self.assertEqual(self.wrong, [])
        self.assertEqual(request.first_line, f"OPTIONS sip:127.0.0.1:{self.port} SIP/2.0")
        self.assertEqual(request.get("max-forwards"), "70")
        self.assertIn("sip:sipping@sipping.invalid", request.get("from"))
        self.assertIn(f"sip:127.0.0.1:{self.port}", request.get("to"))
        self.assertIn("sip:sipping@127.0.0.1:", request.get("contact"))
        self.assertRegex(request.get("user-agent"), r"^sipping/\d")
        self.assertRegex(request.call_id, r"^[1-9]\d{9}$")

    def test_user_and_domain(self):
        for options in (("-u", "fred", "-d", "example.org"),
                        ("--user", "fred", "--domain", "example.org")):
            request = self.request(*options)
            self.assertIn("sip:fred@example.org", request.get("from"))
            self.assertIn("sip:fred@", request.get("contact"))

    def test_via_address(self):
        request = self.request("-i", "198.51.100.7")
        self.assertRegex(request.get("via"), r"^SIP/2\.0/UDP 198\.51\.100\.7:\d+;")

    def test_ttl(self):
        self.assertEqual(self.request("--ttl", "0").get("max-forwards"), "0")
        self.assertEqual(self.request("--ttl", "255").get("max-forwards"), "255")

    def test_port_option(self):
        peer = self.peer()
        self.sipping("127.0.0.1", "-p", peer.port, "-c", "1")
        self.assertEqual(len(peer.requests), 1)

    def test_user_agent_and_headers(self):
        request = self.request("--user-agent", "probe 9", "--header", "X-Site: Berlin",
                               "--header", "Accept: application/sdp")
        self.assertEqual(self.wrong, [])
        self.assertEqual(request.get("user-agent"), "probe 9")
        self.assertEqual(request.get("x-site"), "Berlin")
        self.assertEqual(request.get("accept"), "application/sdp")

    def test_a_header_takes_the_place_of_ours(self):
        request = self.request("--header", "Accept: */*", "--header", "max-forwards: 7",
                               "--header", "To: <sip:them@example.org>")
        self.assertEqual(self.wrong, [])
        self.assertEqual(request.all("accept"), ["*/*"])
        self.assertEqual(request.all("max-forwards"), ["7"])
        self.assertEqual(request.all("to"), ["<sip:them@example.org>"])

    def test_an_empty_header_takes_ours_out(self):
        request = self.request("--header", "Accept:", "--header", "User-Agent: ", "--header", "m:")
        self.assertEqual([request.all(name) for name in ("accept", "user-agent", "contact")],
                         [[], [], []])

    def test_domain_that_is_an_ipv6_address(self):
        self.assertIn("<sip:sipping@[2001:db8::7]>",
                      self.request("-d", "2001:DB8::7").get("from"))

    def test_no_user_agent(self):
        self.assertEqual(self.request("--user-agent", "").all("user-agent"), [])

    def test_uris(self):
        request = self.request("--request-uri", "sip:trunk@example.org", "--from",
                               "<sip:a@example.org>", "--to", "<sip:b@example.org>")
        self.assertEqual(self.wrong, [])
        self.assertEqual(request.first_line, "OPTIONS sip:trunk@example.org SIP/2.0")
        self.assertRegex(request.get("from"), r"^<sip:a@example\.org>;tag=\S+$")
        self.assertEqual(request.get("to"), "<sip:b@example.org>")

    def test_contact(self):
        self.assertEqual(self.request("--contact", "none").all("contact"), [])
        request = self.request("--contact", "<sip:sbc.example.org>")
        self.assertEqual(request.get("contact"), "<sip:sbc.example.org>")

    def test_user_in_the_target(self):
        peer = self.peer()
        self.sipping(f"sip:1001@127.0.0.1:{peer.port}", "-c", "1")
        request = Request(peer.requests[0].raw, ("127.0.0.1", peer.requests[0].port))
        self.assertEqual(request.first_line, f"OPTIONS sip:1001@127.0.0.1:{peer.port} SIP/2.0")
        self.assertIn("sip:1001@127.0.0.1", request.get("to"))

    def test_dscp(self):
        for address, host in (("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")):
            for options, value in (((), 0), (("--dscp", "46"), 46), (("--dscp", "8"), 8)):
                with self.subTest(address=address, value=value):
                    peer = self.peer(address)
                    self.sipping(f"{host}:{peer.port}", "-c", "1", *options)
                    self.assertEqual([seen.dscp for seen in peer.requests], [value])

    def test_no_identity_repeats_and_none_is_like_the_last(self):
        peer = self.peer()
        self.ping(peer, "-c", "200", "-I", "2")
        requests = peer.requests
        self.assertEqual(len({seen.call_id for seen in requests}), 200)
        self.assertEqual(len({seen.branch for seen in requests}), 200)
        steps = {int(b.call_id) - int(a.call_id) for a, b in zip(requests, requests[1:])}
        self.assertGreater(len(steps), 190, "Call-IDs can be guessed")
        self.assertEqual(peer.violations, [])


class DryRun(SippingCase):
    def test_prints_the_first_request_of_each_target_and_sends_nothing(self):
        one, two = self.peer(), self.peer()
        run = self.sipping(f"127.0.0.1:{one.port}", f"127.0.0.1:{two.port}", "--dry-run",
                           "-u", "fred")
        for peer in (one, two):
            self.assertEqual(peer.requests, [])
            self.assertEqual(run.out.count(f"OPTIONS sip:127.0.0.1:{peer.port} SIP/2.0"), 1)
        self.assertEqual(run.out.count("sip:fred@sipping.invalid"), 2)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_stands_on_a_port_of_the_range(self):
        # cases/wire/21: it printed 32768, whatever the range.
        run = self.sipping("127.0.0.1", "--dry-run", "--port-range", "5060-5060")
        self.assertIn("Via: SIP/2.0/UDP 127.0.0.1:5060;", run.out)
        self.assertIn("Contact: <sip:sipping@127.0.0.1:5060>", run.out)


if __name__ == "__main__":
    unittest.main()
