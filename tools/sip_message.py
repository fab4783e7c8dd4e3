"""SIP text for the test peer: a strict reading of requests and answers of every shape.

Written from RFC 3261 and RFC 3581 alone, without a look at sipping's own encoder and decoder, so
that the two cannot share a mistake. Not a SIP stack: one message in, one message out.
"""

import re

ONCE = ("via", "max-forwards", "from", "to", "call-id", "cseq", "content-length")
COMPACT = {"via": "v", "from": "f", "to": "t", "call-id": "i", "contact": "m",
           "content-length": "l"}
REASONS = {100: "Trying", 180: "Ringing", 200: "OK", 403: "Forbidden", 404: "Not Found",
           486: "Busy Here", 501: "Not Implemented", 503: "Service Unavailable"}
DATAGRAM_LIMIT = 65507  # IPv4: 65,535 less IP and UDP headers
# What belongs to no probe, and what sipping should call it.
GARBAGE = {"no-call-id": "foreign", "headers-64k": "foreign", "nuls": "foreign",
           "escapes": "foreign", "other-call-id": "foreign", "echo": "echo", "empty": "empty",
           "crlf": "crlf", "nul": "nul", "stun": "stun", "text": "not-sip"}


class Request:
    """A request split into lines; `headers` keeps order, `get` gives the first value."""

    def __init__(self, data, source):
        self.data = data
        self.source = source
        head, _, self.body = data.partition(b"\r\n\r\n")
        lines = head.decode("utf-8", "replace").split("\r\n")
        self.first_line = lines[0]
        self.method = lines[0].split(" ")[0]
        self.headers = []
        for line in lines[1:]:
            if line[:1] in " \t" and self.headers:
                name, value = self.headers[-1]
                self.headers[-1] = (name, value + " " + line.strip())
            else:
                name, _, value = line.partition(":")
                self.headers.append((name.strip(), value.strip()))

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name):
        return next(iter(self.all(name)), "")

    @property
    def call_id(self):
        return self.get("call-id")

    @property
    def branch(self):
        match = re.search(r";\s*branch=([^;,\s]*)", self.get("via"))
        return match.group(1) if match else ""


def host_text(address):
    return f"[{address}]" if ":" in address else address


def violations(request):
    """What is wrong with an OPTIONS request, as a list of sentences; empty when nothing is."""
    wrong = []

    def check(good, sentence):
        if not good:
            wrong.append(sentence)

    head = request.data.partition(b"\r\n\r\n")[0]
    check(b"\r\n\r\n" in request.data, "the header block does not end with an empty line")
    check(b"\n" not in head.replace(b"\r\n", b"") and b"\r" not in head.replace(b"\r\n", b""),
          "a bare CR or LF")
    check(len(request.data) <= 1300, "more than 1300 bytes over UDP (section 18.1.1)")
    check(re.fullmatch(r"OPTIONS sips?:\S+ SIP/2\.0", request.first_line),
          f"request line: {request.first_line!r}")
    check(all(re.fullmatch(r"[A-Za-z0-9.!%*_+`'~-]+", name) for name, _ in request.headers),
          "a header name that is no token")
    for name in ONCE:
        check(len(request.all(name)) == 1, f"{name} stands {len(request.all(name))} times")
    address, port = request.source[:2]
    via = re.fullmatch(r"SIP/2\.0/UDP (\[[0-9a-fA-F:.]+\]|[^\s:;]+):(\d+)((?:;[^;\s]+)+)",
                       request.get("via"))
    check(via, f"Via: {request.get('via')!r}")
    if via:
        parameters = via.group(3).split(";")[1:]
        check(int(via.group(2)) == port, f"Via port {via.group(2)}, sent from {port}")
        check(via.group(1) == host_text(address), f"Via host {via.group(1)}, sent from {address}")
        check("rport" in parameters, "no ;rport without a value (RFC 3581)")
        check(re.fullmatch(r"z9hG4bK\S+", request.branch), f"branch: {request.branch!r}")
    check(re.fullmatch(r"\d{1,3}", request.get("max-forwards"))
          and int(request.get("max-forwards")) <= 255, "Max-Forwards is not 0..255")
    check(re.search(r">;(?:[^;]+;)*tag=[^;\s]+", request.get("from")), "From without a tag")
    check(";tag=" not in request.get("to").partition(">")[2], "To with a tag")
    cseq = re.fullmatch(r"(\d+) OPTIONS", request.get("cseq"))
    check(cseq and int(cseq.group(1)) < 2**31, f"CSeq: {request.get('cseq')!r}")
    check(re.fullmatch(r"\S+", request.call_id), f"Call-ID: {request.call_id!r}")
    if contact := request.get("contact"):
        ports = re.search(r"<sips?:[^>]*?:(\d+)[;>]", contact)
        check(ports and int(ports.group(1)) == port, f"Contact {contact!r}, sent from {port}")
    check(request.get("content-length") == str(len(request.body)), "a wrong Content-Length")
    return wrong


def answer_headers(request, mangle=()):
    """What section 8.2.6.2 copies from the request; `mangle` spoils some of the four identities."""
    via = request.get("via")
    address, port = request.source[:2]
    via = re.sub(r";rport(?=;|$)", f";received={address};rport={port}", via)
    sender, call_id, cseq = request.get("from"), request.call_id, request.get("cseq")
    if "branch" in mangle:
        via = via.replace(request.branch, "z9hG4bKalg" + request.branch[-6:][::-1])
    if "tag" in mangle:
        sender = re.sub(r"tag=[^;\s]+", "tag=rewritten", sender)
    if "call-id" in mangle:
        call_id = "b2bua-" + call_id[::-1] + "@198.51.100.1"
    if "cseq" in mangle:
        cseq = f"{(int(cseq.split()[0]) + 7) % 2**31} OPTIONS"
    to = request.get("to")
    if ";tag=" not in to:
        to += ";tag=peer"
    return [("Via", via), ("From", sender), ("To", to), ("Call-ID", call_id), ("CSeq", cseq)]


def shaped(name, value, shape):
    """One header line in one of the shapes that section 7.3 allows."""
    if shape == "compact":
        return f"{COMPACT.get(name.lower(), name)}:{value}"
    if shape == "lower":
        return f"{name.lower()} :  {value}"
    if shape == "upper":
        return f"{name.upper()}: {value}"
    if shape == "folded":
        return f"{name}:\r\n  " + value.replace(";", "\r\n\t;", 1)
    return f"{name}: {value}"


def answer(request, code=200, reason=None, *, shape="plain", mangle=(), extra=(), size=0):
    """A response; `size` pads the body until the datagram has exactly that many bytes."""
    reason = REASONS.get(code, "Whatever") if reason is None else reason
    headers = answer_headers(request, mangle) + list(extra)
    head = f"SIP/2.0 {code} {reason}\r\n"
    head += "".join(shaped(name, value, shape) + "\r\n" for name, value in headers)
    body = b""
    end = shaped("Content-Length", "0", shape) + "\r\n\r\n"
    if size:
        for digits in range(1, 6):  # the length of Content-Length is part of the length
            room = size - len(head) - len(end) + 1 - digits
            if len(str(room)) == digits:
                body = b"v=0\r\n".ljust(room, b"x")[:room]
        end = shaped("Content-Length", str(len(body)), shape) + "\r\n\r\n"
    return (head + end).encode() + body


def garbage(kind, request, other_call_id=""):
    """A datagram that must change nothing; `other_call_id` is that of an earlier request."""
    foreign = Request(request.data, request.source)
    foreign.headers = [(name, {"call-id": "77", "cseq": "1 OPTIONS"}.get(name.lower(), value)
                        .replace(request.branch or "none", "z9hG4bKnot-yours"))
                       for name, value in request.headers]
    foreign.headers = [(n, re.sub(r"tag=.*", "tag=nobody", v) if n.lower() == "from" else v)
                       for n, v in foreign.headers]
    stray = answer(foreign)
    if kind == "no-call-id":
        return re.sub(rb"Call-ID:[^\r]*\r\n", b"", stray)
    if kind == "headers-64k":
        head, _, _ = stray.partition(b"\r\n\r\n")
        pad = b"\r\nX-Pad: " + b"y" * 500
        head += pad * ((DATAGRAM_LIMIT - len(head) - 4) // len(pad))
        return head + b"\r\n\r\n"
    if kind == "nuls":
        return b"\0" * 400 + b"SIP/2.0 200 OK\r\n\0\0: \0\r\n"
    if kind == "escapes":
        return stray.replace(b"200 OK", b"200 \x1b[31mred\x1b]0;owned\x07\x1b[2J\x9b1m")
    if kind == "echo":
        return request.data
    if kind == "other-call-id":
        other = (other_call_id or "1234567890").encode()
        return re.sub(rb"Call-ID: [^\r]*", b"Call-ID: " + other, stray)
    return {"empty": b"", "crlf": b"\r\n\r\n", "nul": b"\0\0\0\0",
            "stun": b"\0\1\0\0\x21\x12\xa4\x42" + b"transactions"[:12],
            "text": b"hello, is this thing on?\n"}[kind]


# How devices break responses: what it is called, what is done to the bytes, and what sipping should
# call it (None: nothing worth a word).
BREAKS = {
    "no-colon": ("no-colon:server",
                 lambda text: text.replace(b"\r\nTo:", b"\r\nServer Foo\r\nTo:")),
    "fold-lost": ("no-colon:options",
                  lambda text: text.replace(b"\r\nTo:", b"\r\nAllow: INVITE,\r\nOPTIONS\r\nTo:")),
    "no-name": ("no-name", lambda text: text.replace(b"\r\nTo:", b"\r\n: x\r\nTo:")),
    "no-colon-call-id": ("no-colon:call-id",
                         lambda text: text.replace(b"Call-ID: ", b"Call-ID ")),
    "length-no-number": ("bad-value:content-length",
                         lambda text: text.replace(b"Length: 0", b"Length: none")),
    "length-too-large": ("short-body", lambda text: text.replace(b"Length: 0", b"Length: 449")),
    "length-missing": (None, lambda text: text.replace(b"Content-Length: 0\r\n", b"")),
    "empty-parameters": (None, lambda text: text.replace(b";branch=", b";;branch=", 1)
                         .replace(b"\r\nFrom:", b";\r\nFrom:", 1)),
    "quote-open": ("bad-value:from",
                   lambda text: re.sub(rb'"(\s*<sip:[^>]*>;tag)', rb"\1", text, count=1)),
    "port-too-large": ("bad-value:via",
                       lambda text: re.sub(rb"(Via: [^;]*?:)\d+;", rb"\g<1>99999;", text,
                                           count=1)),
    "no-empty-line": ("no-end", lambda text: text[:-2]),
    "cut-off": ("no-end", lambda text: text[:-9]),
    "nuls-in-front": ("leading-bytes", lambda text: b"\0\0\0\0" + text),
    "blanks-in-front": ("leading-bytes", lambda text: b"  " + text),
    "lines-in-front": (None, lambda text: b"\r\n\r\n" + text),
    "two-blanks": ("status-line", lambda text: text.replace(b"SIP/2.0 ", b"SIP/2.0  ", 1)),
    "no-reason": (None, lambda text: re.sub(rb"\A(SIP/2.0 \d+) [^\r]*", rb"\1", text)),
    "code-700": ("status-code", lambda text: re.sub(rb"\ASIP/2.0 \d+", b"SIP/2.0 700", text)),
    "code-missing": ("status-code", lambda text: re.sub(rb"\ASIP/2.0 \d+", b"SIP/2.0", text)),
    "cr-alone": ("line-end", lambda text: text.replace(b"\n", b"")),
    "cr-doubled": ("line-end", lambda text: text.replace(b"\r", b"\r\r")),
}


def request(method, to_address, port, number):
    """A request of the peer's own, as an SBC would send one to a prober's port."""
    there = f"{host_text(to_address)}:{port}"
    return (f"{method} sip:sipping@{there} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKpeer{number};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:peer@peer.invalid>;tag=p{number}\r\n"
            f"To: <sip:sipping@{there}>\r\nCall-ID: peer-asks-{number}\r\n"
            f"CSeq: {number} {method}\r\nContent-Length: 0\r\n\r\n").encode()
