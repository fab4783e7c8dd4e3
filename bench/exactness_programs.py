"""The programs of bench/exactness.py: how each is started at the near end, and the latencies it
printed. Each function returns Printed entries by Call-ID."""
import csv
import pathlib
import re
import subprocess
import sys
import time
import typing

import harness
import namespaces

PORT = 5060
PORTS = 4096  # of sipping: at 50,000 probes a second a port comes again after 82 ms
TIMED_LOOP = pathlib.Path(__file__).resolve().parent / "peers" / "original_timed.py"


class Printed(typing.NamedTuple):
    latency_ns: int
    sent_ns: typing.Optional[int] = None  # wall time of sending, where the program prints it


def milliseconds(text):
    return round(float(text) * 1e6)


def read_log(log):
    """Of sipping: whole microseconds, both for the time of sending and for the latency."""
    printed = {}
    with open(log, newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] == "reply":
                printed[row["callid"]] = Printed(milliseconds(row["latency"]),
                                                 int(row["timestamp"].replace(".", "")) * 1000)
    return printed


def run_sipping(pair, case, folder, io):
    log = folder / "sipping.csv"
    done = harness.measured(
        [*pair.in_near(), harness.SIPPING, "--rate", case.rate_per_s, "--mine", "--duration",
         f"{case.seconds}s", "--ports", PORTS, "--io", io, "-q", "-S", "-w", log,
         f"{namespaces.FAR_ADDRESS}:{PORT}"], case.seconds + 30, ok=(0, 1))
    health = [line for line in done.text.splitlines()
              if line.startswith(("Prober:", "This side had trouble"))]
    return read_log(log), health


def run_sipsak(pair, case, _folder, _io):
    """One process per probe, as sipsak makes one probe a run."""
    command = [*pair.in_near(), "sipsak", "-vv", "-s",
               f"sip:ping@{namespaces.FAR_ADDRESS}:{PORT}"]
    printed, odd = {}, 0
    begun = time.monotonic()
    for number in range(case.rate_per_s * case.seconds):
        time.sleep(max(0, begun + number / case.rate_per_s - time.monotonic()))
        text = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, preexec_fn=harness.pin(0)).stdout
        call_id = re.search(r"^Call-ID: (\S+)", text, re.M)
        latency = re.search(r"reply received after ([\d.]+) ms", text)
        if call_id and latency:
            printed[call_id[1]] = Printed(milliseconds(latency[1]))
        else:
            odd += 1
    return printed, [f"{odd} runs of sipsak printed no latency"] if odd else []


SIPP_SCENARIO = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="OPTIONS">
<send start_rtd="1"><![CDATA[
OPTIONS sip:ping@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
To: <sip:ping@[remote_ip]:[remote_port]>
From: <sip:sipp@[local_ip]>;tag=[call_number]
Call-ID: [call_id]
CSeq: 1 OPTIONS
Contact: <sip:sipp@[local_ip]:[local_port]>
Content-Length: 0

]]></send>
<recv response="200" rtd="1"><action><log message="[call_id]"/></action></recv>
</scenario>
"""


def run_sipp(pair, case, folder, _io):
    """sipp's table of response times has no Call-ID; a <log> beside it, written for the same
    replies in the same order, has. Whole milliseconds."""
    (folder / "exact.xml").write_text(SIPP_SCENARIO)
    done = harness.measured(
        [*pair.in_near(), "sipp", f"{namespaces.FAR_ADDRESS}:{PORT}", "-sf", "exact.xml", "-m",
         case.rate_per_s * case.seconds, "-r", case.rate_per_s, "-i", namespaces.NEAR_ADDRESS,
         "-trace_rtt", "-rtt_freq", 1, "-trace_logs", "-nostdin"],
        case.seconds + 30, ok=(0, 1), folder=folder)
    times = only_file(folder, "exact_*_rtt.csv", done).read_text().splitlines()[1:]
    call_ids = only_file(folder, "exact_*_logs.log", done).read_text().split()
    if len(times) != len(call_ids):
        raise harness.Failure(f"sipp wrote {len(times)} times but {len(call_ids)} Call-IDs")
    return {call_id: Printed(milliseconds(line.split(";")[1]))
            for call_id, line in zip(call_ids, times)}, []


def only_file(folder, pattern, run):
    found = list(folder.glob(pattern))
    if len(found) != 1:
        raise harness.Failure(f"no {pattern} from sipp:\n{run.text[-2000:]}")
    return found[0]


def run_loop(pair, case, _folder, _io):
    done = harness.measured(
        [*pair.in_near(), sys.executable, TIMED_LOOP, namespaces.FAR_ADDRESS, PORT,
         case.rate_per_s, case.rate_per_s * case.seconds], 4 * case.seconds + 30)
    rows = (line.split(",") for line in done.text.splitlines())
    return {call_id: Printed(milliseconds(latency)) for call_id, latency in rows}, []


RUNS = {"sipping": run_sipping, "sipsak": run_sipsak, "sipp": run_sipp, "python-loop": run_loop}
