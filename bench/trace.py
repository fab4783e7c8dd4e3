"""How long `sipping trace` takes over captures of a million packets of known losses, with a far
capture alone and with one of either end, and how much memory."""
import json
import pathlib
import random
import shutil
import socket
import statistics
import struct

import harness

HELP = "how long lost probes are looked for in captures of a million packets"
FOLDER = harness.ROOT / "build" / "trace"
BEGIN = 1_800_000_000
US, THEM = socket.inet_aton("10.0.0.1"), socket.inet_aton("10.0.0.2")
ETHERNET = bytes(12) + b"\x08\x00"
PCAP_NS = struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)


def add_arguments(parser):
    parser.add_argument("--packets", type=harness.positive, default=1_000_000,
                        help="of the far capture")
    parser.add_argument("--rounds", type=harness.positive, default=5)


def frame(at_us, payload, back):
    """A packet record of a pcap file."""
    ends = (THEM, US, 5060, 40000) if back else (US, THEM, 40000, 5060)
    packet = ETHERNET + struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 28 + len(payload), 1, 0, 64, 17,
                                    0, *ends, 8 + len(payload), 0) + payload
    return struct.pack("=IIII", at_us // 1_000_000, at_us % 1_000_000 * 1000, len(packet),
                       len(packet)) + packet


def texts(call_id, dice):
    """The request of one probe, and its answer."""
    same = (f"Via: SIP/2.0/UDP 10.0.0.1:40000;rport;branch=z9hG4bK{call_id}"
            f"{dice.getrandbits(64):016x}\r\nFrom: <sip:sipping@10.0.0.1>;tag="
            f"{dice.getrandbits(32):08x}\r\nTo: <sip:10.0.0.2>\r\nCall-ID: {call_id}\r\n"
            f"CSeq: {dice.getrandbits(31)} OPTIONS\r\n")
    return (f"OPTIONS sip:10.0.0.2 SIP/2.0\r\n{same}Max-Forwards: 70\r\nUser-Agent: sipping\r\n"
            "Accept: application/sdp\r\nContent-Length: 0\r\n\r\n".encode(),
            f"SIP/2.0 200 OK\r\n{same}Server: far end\r\nContent-Length: 0\r\n\r\n".encode())


def write(folder, probes, seed=4):
    """Log and captures; one in a thousand is lost on the way there, one on the way back."""
    dice = random.Random(seed)
    packets = {"near": 0, "far": 0}
    lost = {"lost-there": 0, "lost-back": 0}
    with open(folder / "near.pcap", "wb") as near, open(folder / "far.pcap", "wb") as far, \
            open(folder / "log.csv", "w", encoding="ascii") as log:
        files = {"near": near, "far": far}
        log.write("time,timestamp,host,latency,callid,response,target,source_port,kind,detail\n")
        for file in files.values():
            file.write(PCAP_NS)
        for number in range(probes):
            call_id = 1_000_000_000 + number * 17
            at = BEGIN * 1_000_000 + number * 1000
            asked, answer = texts(call_id, dice)
            there = dice.random() >= 0.001
            back = there and dice.random() >= 0.001
            for name, when, payload, leftwards, seen in (
                    ("near", at + 5, asked, False, True), ("far", at + 300, asked, False, there),
                    ("far", at + 500, answer, True, there), ("near", at + 795, answer, True, back)):
                if seen:
                    files[name].write(frame(when, payload, leftwards))
                    packets[name] += 1
            if not back:
                lost["lost-back" if there else "lost-there"] += 1
            said = (f"drop,{call_id},drop,gw,40000,timeout," if not back
                    else f"0.800,{call_id},SIP/2.0 200 OK,gw,40000,reply,")
            log.write(f"15/01/27 08:00:00:000000,{at / 1e6:.6f},10.0.0.2,{said}\n")
    return packets, lost


def main(arguments):
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    packets, lost = write(FOLDER, arguments.packets // 2)
    sides = {"far": ["--far", "far.pcap"], "both": ["--far", "far.pcap", "--near", "near.pcap"]}
    runs = {name: [] for name in sides}
    for number in range(arguments.rounds):
        for name in harness.alternating(sides, number):
            run = harness.measured([harness.SIPPING, "trace", "log.csv", *sides[name], "--json",
                                    "-q"], 120, folder=FOLDER)
            said = json.loads(run.text.splitlines()[-1])["verdicts"]
            if {key: count for key, count in said.items() if count} != lost:
                raise harness.Failure(f"wrong verdicts: {said} instead of {lost}")
            runs[name].append(run)
    print(f"{sum(lost.values())} lost probes of {arguments.packets // 2:,}, on one core; median of "
          f"{arguments.rounds} alternating rounds (min to max)")
    for name, done in runs.items():
        count = packets["far"] + (packets["near"] if name == "both" else 0)
        seconds = sorted(run.seconds for run in done)
        print(f"{name:5} {count:9,} packets  {statistics.median(seconds):5.2f} s "
              f"({seconds[0]:.2f} to {seconds[-1]:.2f})  "
              f"{max(run.rss_kib for run in done) / 1024:4.0f} MiB")
    shutil.rmtree(pathlib.Path(FOLDER))
