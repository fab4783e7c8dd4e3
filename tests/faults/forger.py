"""Sends forged datagrams at a steady rate from the right source to the right ports: answers with
guessed identities, or requests. Prints how many left, and how many not because the box was busy.
Usage: forger.py answers|requests SOURCE SOURCE_PORT TO PORT,PORT,... RATE SECONDS"""

import random
import sys
import time

import hostile
import sip_message

KINDS = ("200 OK", "403 Forbidden", "100 Trying", "503 Service Unavailable\r\nRetry-After: 999")


def guess(random_source, to, port):
    """An answer in our own form whose identities are made up."""
    call_id = random_source.randrange(10**9, 10**10)
    branch = f"z9hG4bK{call_id}{random_source.getrandbits(64):016x}"
    return (f"SIP/2.0 {random_source.choice(KINDS)}\r\n"
            f"Via: SIP/2.0/UDP {to}:{port};branch={branch};received={to};rport={port}\r\n"
            f"From: \"SIP Ping\" <sip:sipping@sipping.invalid>;"
            f"tag={random_source.getrandbits(32):08x}\r\n"
            f"To: <sip:{to}>;tag=x\r\nCall-ID: {call_id}\r\n"
            f"CSeq: {random_source.randrange(2**31)} OPTIONS\r\nContent-Length: 0\r\n\r\n").encode()


def main():
    what, source, source_port, to, ports, rate, seconds = sys.argv[1:]
    ports = [int(port) for port in ports.split(",")]
    random_source = random.Random(2026)
    packets = [hostile.packet((source, int(source_port)), (to, port),
                              guess(random_source, to, port) if what == "answers" else
                              sip_message.request("OPTIONS", to, port, number))
               for port in ports for number in range(max(1, 5000 // len(ports)))]
    random_source.shuffle(packets)
    sender = hostile.raw_socket()
    sent = late = 0
    begin = time.monotonic()
    while (elapsed := time.monotonic() - begin) < float(seconds):
        due = int(elapsed * float(rate)) - late
        if due - sent > 200:  # this box was busy: no burst afterwards
            late += due - sent - 200
            due = sent + 200
        for _ in range(due - sent):
            sender.sendto(packets[sent % len(packets)], (to, 0))
            sent += 1
        time.sleep(0.0005)
    print(sent, late)


if __name__ == "__main__":
    main()
