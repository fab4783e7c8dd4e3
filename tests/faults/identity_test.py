"""The rule of three of four on the wire: answers of which some identities are altered, from the
endpoint asked or another one, to the port used or another one of ours."""

import itertools
import re
import unittest

import sip_message
from hostile import HostileCase
from support import details

FIELDS = ("call-id", "branch", "tag", "cseq")
WORDS = {"call-id": "call-id", "branch": "via", "tag": "from-tag", "cseq": "cseq"}


def altered(text, field, how, request):
    """The answer with one of its identities guessed (right form, wrong value), junk, or missing."""
    if field == "call-id":
        new = {"guess": "Call-ID: 9876543210", "junk": "Call-ID: x-" + request.call_id}.get(how)
        return re.sub(r"Call-ID: [^\r]*\r\n", new + "\r\n" if new else "", text)
    if field == "branch":
        new = {"guess": request.branch[:-8] + "0badc0de", "junk": "z9hG4bK"}.get(how)
        return text.replace(";branch=" + request.branch, ";branch=" + new if new else "")
    if field == "tag":
        new = {"guess": "0badc0de", "junk": "rewritten"}.get(how)
        return re.sub(r"(From: [^\r]*?);tag=[^;\r]*", rf"\1;tag={new}" if new else r"\1", text)
    number = int(request.get("cseq").split()[0])
    new = {"guess": f"CSeq: {number ^ 1} OPTIONS", "junk": f"CSeq: {number} INVITE"}.get(how)
    return re.sub(r"CSeq: [^\r]*\r\n", new + "\r\n" if new else "", text)


def cases():
    for how in ("guess", "junk", "missing"):
        for count in range(5):
            for fields in itertools.combinations(FIELDS, count):
                for sender in ("asked", "port", "address"):
                    for port in ("used", "another"):
                        if fields or how == "guess":
                            yield how, fields, sender, port


def is_ours(fields, sender, port):
    if len(fields) <= 1:
        return True
    proof = "call-id" not in fields or "branch" not in fields
    return proof and sender == "asked" and port == "used"


class Identity(HostileCase):
    def run_all(self, io):
        table = list(cases())
        senders = {}

        def answer(peer, number, request):
            if number > len(table):  # on its way when all had been tried
                peer.socket.sendto(sip_message.answer(request), request.source)
                return
            how, fields, sender, port = table[number - 1]
            text = sip_message.answer(request).decode()
            for field in fields:
                text = altered(text, field, how, request)
            to = request.source
            if port == "another":
                to = peer.requests[number - 2].source if number > 1 else (to[0], to[1])
            senders[sender].sendto(text.encode(), to)

        peer = self.script_peer(answer)
        senders["asked"] = peer.socket
        senders["port"] = peer.another(peer.address)
        senders["address"] = peer.another("127.0.0.99", peer.port)
        # The first case has no earlier probe to be sent to; it is none that needs one.
        self.assertEqual(table[0][3], "used")
        run = self.probe_until(peer, len(table), "-I", 5, "-t", 400, "--ports", 400, "--io", io,
                               "--late-window", "2s", "-q")
        rows = {row["callid"]: row for row in self.probes(peer)}
        kinds = self.kinds_of(self.rows(self.log_of(peer)))
        kinds.pop("unread", 0)
        self.assertEqual(sum(kinds.values()), len(peer.requests), kinds)  # none late, none twice
        foreign = 0
        for case, request in zip(table, peer.requests):
            how, fields, sender, port = case
            row = rows[request.call_id]
            with self.subTest(case=case):
                if not is_ours(fields, sender, port):
                    foreign += 1
                    self.assertEqual(row["kind"], "timeout")
                    # `self` of a busy box; `unread` are the foreign ones of the asked endpoint.
                    self.assertLessEqual(set(details(row)), {"self", "unread"})
                    if sender == "asked":
                        self.assertIn("unread", details(row))
                    continue
                self.assertEqual(row["kind"], "reply")
                told = details(row)
                self.assertEqual(told.pop("mangled", ""), ",".join(WORDS[f] for f in fields))
                self.assertEqual("from" in told, sender != "asked")
                self.assertEqual("port" in told, port == "another")
        self.assertEqual(self.received_count(run, "responses to no probe of ours"), foreign)
        self.assertGreater(foreign, 140)

    def probes(self, peer, count=None):
        return [row for row in self.rows(self.log_of(peer)) if row["kind"] in ("reply", "timeout")]

    def test_on_uring(self):
        self.run_all("uring")

    def test_on_epoll(self):
        self.run_all("epoll")


if __name__ == "__main__":
    unittest.main()
