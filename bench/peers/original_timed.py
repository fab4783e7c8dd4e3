#!/usr/bin/python3
"""The original as it is described: for each probe a new socket and so a new source port, one
blocking call after the other, and a clock that starts when the send has returned. Prints a line
`callid,latency in ms` per answer. Other than the original it keeps to a rate, so that it can be
compared: a probe leaves at the next multiple of 1/RATE after the answer to the one before."""
import random
import socket
import sys
import time

TIMEOUT_S = 1.0
REQUEST = """OPTIONS sip:{host}:{port} SIP/2.0\r
Via: SIP/2.0/UDP {own}:{own_port};branch=z9hG4bK.{call_id};rport\r
Max-Forwards: 70\r
To: <sip:{host}:{port}>\r
From: <sip:sipping@{own}>;tag={call_id}\r
Call-ID: {call_id}\r
CSeq: 1 OPTIONS\r
Contact: <sip:sipping@{own}:{own_port}>\r
Accept: application/sdp\r
Content-Length: 0\r
\r
"""


def probe(host, port):
    """Call-ID and milliseconds, or None when no answer came in time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.settimeout(TIMEOUT_S)
        own.connect((host, port))
        address, own_port = own.getsockname()
        call_id = str(random.randrange(10**9, 10**10))
        own.send(REQUEST.format(host=host, port=port, own=address, own_port=own_port,
                                call_id=call_id).encode())
        begun = time.time()
        try:
            own.recv(4096)
        except OSError:
            return None
        return call_id, (time.time() - begun) * 1000


def main(host, port, rate_per_s, count):
    begun = time.monotonic()
    for _ in range(count):
        answer = probe(host, port)
        if answer:
            print(f"{answer[0]},{answer[1]:.4f}", flush=False)
        passed_s = time.monotonic() - begun
        time.sleep((int(passed_s * rate_per_s) + 1) / rate_per_s - passed_s)


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit("usage: original_timed.py HOST PORT RATE COUNT")
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
