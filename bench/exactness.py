"""tools/bench exactness: is the printed latency the one on the wire? The error is the printed
latency less the time between request and reply in a capture at the sender's own end."""
import array
import contextlib
import pathlib
import shutil
import tempfile
import typing

import harness
import namespaces
from exactness_capture import Capture, Exchanges
from exactness_programs import PORT, RUNS, read_log

HELP = "is the printed latency the one on the wire?"

SECONDS = {10: 10, 1_000: 5, 10_000: 5, 50_000: 3}
QUICK_SECONDS = {10: 1, 1_000: 1, 10_000: 1, 50_000: 1}
DELAYS_MS = [0, 1, 20]
# What each program can do: sipsak is one process per probe; the loop waits for each answer, so
# 1,000 a second are possible without delay only; sipp is not asked for more than it can pace.
RATES = {"sipping": {rate: DELAYS_MS for rate in SECONDS},
         "sipsak": {10: DELAYS_MS},
         "sipp": {10: DELAYS_MS, 1_000: DELAYS_MS},
         "python-loop": {10: DELAYS_MS, 1_000: [0]}}
P50_GOAL_US, P99_GOAL_US, P99_GOAL_50K_US = 3, 30, 100
QUANTILES = [0.001, *(i / 200 for i in range(1, 200)), 0.999]


class Case(typing.NamedTuple):
    program: str
    rate_per_s: int
    delay_ms: int
    seconds: int


class Outcome:
    """What the rounds of one case brought together; all errors in microseconds."""

    def __init__(self):
        self.error_us, self.send_us, self.receive_us = (array.array("d") for _ in range(3))
        self.round_p50_us, self.round_p99_us = [], []
        self.capture_dropped = 0


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=3, help="how often each case is run (3)")
    parser.add_argument("--only", action="append", choices=list(RUNS), help="this program")
    parser.add_argument("--rate", action="append", type=int, choices=list(SECONDS))
    parser.add_argument("--delay", action="append", type=int, choices=DELAYS_MS)
    parser.add_argument("--io", choices=["uring", "epoll"], default="uring", help="of sipping")
    parser.add_argument("--split", action="store_true",
                        help="also the errors of sipping's times of sending and of receiving")
    parser.add_argument("--quick", action="store_true",
                        help="one round of 1 s each: shows that this benchmark works, no more")
    parser.add_argument("--keep", help="a folder that keeps captures and logs")
    parser.add_argument("--join", nargs=2, metavar=("LOG", "PCAP"),
                        help="run nothing; a log and a capture that are there already")


def chosen_cases(options):
    seconds = QUICK_SECONDS if options.quick else SECONDS
    return [Case(program, rate, delay, seconds[rate])
            for program in options.only or RATES
            for rate, delays in RATES[program].items() if rate in (options.rate or SECONDS)
            for delay in delays if delay in (options.delay or DELAYS_MS)]


def main(options):
    if options.join:
        return print_join(*options.join)
    cases = chosen_cases(options)
    if not cases:
        raise harness.Failure("no case is left; see bench/README.md for what each program can do")
    check_installed(cases)
    rounds = 1 if options.quick else max(1, options.rounds)
    minutes = rounds * sum(case.seconds + 5 for case in cases) / 60
    print(f"{len(cases)} cases, {rounds} rounds, about {minutes:.0f} minutes; programs on core 0; "
          "responder and capture on core 1", flush=True)
    outcomes = {case: Outcome() for case in cases}
    with namespaces.Pair() as pair:
        for number in range(rounds):
            for case in harness.alternating(cases, number):
                print(f"round {number + 1}: {name(case)}: ", end="", flush=True)
                with folder_for(options, case, number) as folder:
                    run_case(pair, case, pathlib.Path(folder), options.io, outcomes[case])
    write_results(outcomes, result_name(options))
    print()
    print_outcomes(outcomes)
    if options.split:
        print()
        print_split(outcomes)
    print()
    print_goals(outcomes)


def check_installed(cases):
    needed = {"tcpdump", *(case.program for case in cases)} & {"tcpdump", "sipsak", "sipp"}
    missing = sorted(program for program in needed if shutil.which(program) is None)
    if missing:
        raise harness.Failure(f"not installed: {', '.join(missing)} (bench/README.md names the "
                              "packages; --only leaves programs out)")


def name(case):
    return f"{case.program} {case.rate_per_s:,}/s, {case.delay_ms} ms"


def folder_for(options, case, number):
    if not options.keep:
        return tempfile.TemporaryDirectory()
    folder = (pathlib.Path(options.keep) /
              f"{case.program}-{case.rate_per_s}-{case.delay_ms}ms-{number + 1}")
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise harness.Failure(f"{folder} is there already")
    return contextlib.nullcontext(folder)


def run_case(pair, case, folder, io, outcome):
    capture = Capture(pair, folder / "near.pcap")
    with harness.Responder(PORT, host=namespaces.FAR_ADDRESS, prefix=pair.in_far(),
                           options=["--delay", str(case.delay_ms)]) as responder:
        with capture:
            printed, notes = RUNS[case.program](pair, case, folder, io)
    wire = Exchanges(folder / "near.pcap")
    errors_us, send_us, receive_us = join(printed, wire)
    if not errors_us:
        raise harness.Failure(f"{name(case)}: nothing to compare; {len(printed)} latencies "
                              f"printed, {len(wire.requests)} requests captured")
    outcome.error_us.extend(errors_us)
    outcome.send_us.extend(send_us)
    outcome.receive_us.extend(receive_us)
    outcome.round_p50_us.append(quantile(sorted(errors_us), 0.5))
    outcome.round_p99_us.append(quantile(sorted(errors_us), 0.99))
    outcome.capture_dropped += capture.dropped
    print(f"{len(errors_us)} joined, p50 {outcome.round_p50_us[-1]:.1f} us, "
          f"p99 {outcome.round_p99_us[-1]:.1f} us", flush=True)
    report_trouble(case, printed, wire, capture, responder.last_words, notes, len(errors_us))


def print_join(log, pcap):
    """For a run on a real network, where somebody else has started both."""
    columns = join(read_log(log), Exchanges(pcap))
    if not columns[0]:
        raise harness.Failure(f"no Call-ID is a reply in {log} and answered in {pcap} too")
    print(f"{len(columns[0])} joined; time in the log - time in the capture, in us")
    harness.print_table(["", "min", "p1", "p50", "p99", "max", "p99 of |error|"],
                        [[label, *error_cells(values)] for label, values in
                         zip(("latency", "sending", "receiving"), columns)])


def join(printed, wire):
    """Errors of latency, time of sending and time of receiving of what is in both, in us."""
    errors_us, send_us, receive_us = [], [], []
    for call_id, entry in printed.items():
        request_ns, reply_ns = wire.requests.get(call_id), wire.replies.get(call_id)
        if request_ns is None or reply_ns is None:
            continue
        errors_us.append((entry.latency_ns - (reply_ns - request_ns)) / 1000)
        if entry.sent_ns is not None:
            send_us.append((entry.sent_ns - request_ns) / 1000)
            receive_us.append((entry.sent_ns + entry.latency_ns - reply_ns) / 1000)
    return errors_us, send_us, receive_us


def report_trouble(case, printed, wire, capture, responder_words, notes, joined):
    """What was lost and where, when something was."""
    asked = case.rate_per_s * case.seconds
    lost = [f"capture: {capture.dropped} packets dropped by the kernel"] if capture.dropped else []
    if joined < len(printed):
        lost.append(f"{len(printed) - joined} printed latencies are not in the capture")
    if min(len(wire.requests), len(wire.replies), len(printed)) < asked:
        lost.append(f"asked for {asked} probes: {len(wire.requests)} requests and "
                    f"{len(wire.replies)} replies on the wire, {len(printed)} latencies printed; "
                    f"responder: {responder_words}")
        lost += notes
    for line in lost:
        print(f"    {line}", flush=True)


def result_name(options):
    """Only a full run replaces the full tables."""
    if options.quick:
        return "exactness-quick"
    chosen = options.only or options.rate or options.delay or options.io != "uring"
    return "exactness-part" if chosen else "exactness"


def quantile(ordered, share):
    """The smallest value that `share` of all do not exceed."""
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def write_results(outcomes, file_name):
    with harness.results(file_name, ["program", "rate_per_s", "delay_ms", "joined", "p1_us",
                                     "p50_us", "p99_us", "max_us", "capture_dropped"]) as row, \
            harness.results(f"{file_name}-cdf", ["program", "rate_per_s", "delay_ms", "quantile",
                                                 "error_us"]) as cdf_row:
        for case, outcome in outcomes.items():
            ordered = sorted(outcome.error_us)
            row(*case[:3], len(ordered), *(f"{quantile(ordered, q):.3f}" for q in (.01, .5, .99)),
                f"{ordered[-1]:.3f}", outcome.capture_dropped)
            for share in QUANTILES:
                cdf_row(*case[:3], share, f"{quantile(ordered, share):.3f}")
    print(f"written: bench/results/{file_name}.csv, bench/results/{file_name}-cdf.csv")


def error_cells(values):
    ordered = sorted(values)
    absolute = sorted(abs(value) for value in ordered)
    return [f"{value:,.1f}" for value in (
        ordered[0], *(quantile(ordered, share) for share in (.01, .5, .99)), ordered[-1],
        quantile(absolute, .99))]


def print_outcomes(outcomes):
    rows = []
    for case, outcome in outcomes.items():
        p99 = outcome.round_p99_us
        rows.append([name(case), len(outcome.error_us), *error_cells(outcome.error_us),
                     f"{min(p99):,.1f} .. {max(p99):,.1f}", outcome.capture_dropped])
    print("error = printed latency - latency on the wire, in us, all rounds together")
    harness.print_table(["", "joined", "min", "p1", "p50", "p99", "max", "p99 of |error|",
                         "p99 of each round", "capture lost"], rows)


def print_split(outcomes):
    rows = []
    for case, outcome in outcomes.items():
        if outcome.send_us:
            rows.append([f"{name(case)}: sending", *error_cells(outcome.send_us)])
            rows.append([f"{name(case)}: receiving", *error_cells(outcome.receive_us)])
    print("time in the log - time in the capture, in us; above 0: the log's is later")
    harness.print_table(["", "min", "p1", "p50", "p99", "max", "p99 of |error|"], rows)


def print_goals(outcomes):
    for case, outcome in outcomes.items():
        if case.program != "sipping":
            continue
        ordered = sorted(outcome.error_us)
        absolute = sorted(abs(value) for value in ordered)
        p99_goal = P99_GOAL_50K_US if case.rate_per_s > 10_000 else P99_GOAL_US
        parts = [judge("p99", quantile(ordered, .99), p99_goal),
                 judge("p99 of |error|", quantile(absolute, .99), p99_goal)]
        if case.rate_per_s <= 10_000:
            parts.insert(0, judge("|p50|", abs(quantile(ordered, .5)), P50_GOAL_US))
        print(f"goal: {name(case)}: {'; '.join(parts)}")


def judge(label, value_us, goal_us):
    verdict = "reached" if value_us <= goal_us else f"MISSED by {value_us - goal_us:.1f}"
    return f"{label} {value_us:.1f} <= {goal_us} us: {verdict}"
