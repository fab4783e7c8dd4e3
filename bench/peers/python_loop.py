"""The loop of a small script, as the original of this program is described: for every probe a new
socket and so a new source port, one at a time, a blocking wait for the answer, a row to a CSV.
Reads the clock after the send returned, as that one did. Prints one line of JSON.

Usage: python_loop.py HOST PORT LOG (--seconds N | --count N)"""
import json
import random
import socket
import sys
import time

TIMEOUT_S = 1

REQUEST = """OPTIONS sip:{host}:{port} SIP/2.0
Via: SIP/2.0/UDP {own}:{own_port};branch=z9hG4bK{call_id}{branch:016x};rport
Max-Forwards: 70
From: "SIP Ping" <sip:sipping@sipping.invalid>;tag={tag:08x}
To: <sip:{host}:{port}>
Call-ID: {call_id}
CSeq: {cseq} OPTIONS
Contact: <sip:sipping@{own}:{own_port}>
Accept: application/sdp
User-Agent: sipping/0.1.0
Content-Length: 0

""".replace("\n", "\r\n")


def probe(host, port, log):
    """True when the answer came in time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.settimeout(TIMEOUT_S)
        own.bind((host if host.startswith("127.") else "", 0))
        address, own_port = own.getsockname()
        call_id = str(random.randrange(10**9, 10**10))
        text = REQUEST.format(host=host, port=port, own=address, own_port=own_port,
                              call_id=call_id, branch=random.getrandbits(64),
                              tag=random.getrandbits(32), cseq=random.randrange(10**9, 2**31))
        at = time.time()
        own.sendto(text.encode(), (host, port))
        begun = time.time()
        try:
            answer = own.recv(65535).decode(errors="replace")
        except socket.timeout:
            answer = ""
        latency_ms = (time.time() - begun) * 1000
    ours = f"Call-ID: {call_id}\r\n" in answer
    what = answer.split("\r\n", 1)[0] if ours else "drop"
    stamp = time.strftime("%d/%m/%y %H:%M:%S", time.localtime(at))
    log.write(f"{stamp},{at:.6f},{host},{latency_ms if ours else 'drop'},{call_id},{what}\n")
    return ours


def main(host, port, log_path, limit, value):
    sent = answered = 0
    begun = time.monotonic()
    with open(log_path, "w") as log:
        while (sent < int(value) if limit == "--count"
               else time.monotonic() < begun + float(value)):
            sent += 1
            answered += probe(host, int(port), log)
    print(json.dumps({"sent": sent, "answered": answered, "lost": sent - answered, "stray": 0,
                      "send_errors": 0, "skipped": 0, "seconds": time.monotonic() - begun}))


if __name__ == "__main__":
    main(*sys.argv[1:])
