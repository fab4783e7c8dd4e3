"""tools/bench policies: what a probe costs with each --port-policy, whether `fresh` keeps its
promises at speed, and what happens when it has too few ports or many to replace at once."""
import os
import pathlib
import re
import resource
import tempfile

import harness
import policies_run

HELP = "what fixed, rotate and fresh source ports cost, and whether fresh keeps its promises"
TRANSPORTS, RATES = ("uring", "epoll"), (5_000, 20_000)
QUICK_TRANSPORTS, QUICK_RATES = ("epoll",), (500,)
MARGIN = 1.2  # ports for this much more than the rate
RANGE_MARGIN = 1.05  # so many ports in the range for each in the pool: they come again in the run
RANGE_LOW = 2_000  # to 14,599: below the ephemeral ports, and below those of tests/unit/net
DESCRIPTORS_LEFT = 128
COST_GOAL = 2.0  # fresh / rotate
FEW = {"half the ports": 0.5, "a twentieth": 0.05}


class Case:
    """`row` is what is compared within: cases of a row have the same rate and transport."""

    def __init__(self, io, rate_per_s, policy, ports_share=1.0, paused=False,
                 more=()):
        self.io, self.rate_per_s, self.policy, self.paused = io, rate_per_s, policy, paused
        self.enough = ports_share == 1
        self.row = f"{io}, {rate_per_s:,}/s"
        pool = ports_for(rate_per_s)
        self.ports = 1 if policy == "fixed" else max(1, round(pool * ports_share))
        range_high = RANGE_LOW + round(max(self.ports, 16) * RANGE_MARGIN) - 1
        self.options = ["--io", io, "--port-policy", policy, "--ports", self.ports,
                        "--port-range", f"{RANGE_LOW}-{range_high}", *more]
        few = next((name for name, share in FEW.items() if share == ports_share), None)
        self.kind = policy + (f", {few}" if few else "") + (", paused" if paused else "")


def ports_for(rate_per_s):
    return round(rate_per_s * policies_run.REST_S * MARGIN)


def cases(transports, rates, more=()):
    for io in transports:
        for rate in rates:
            for policy in ("fixed", "rotate", "fresh"):
                yield Case(io, rate, policy, more=more)
        for share in FEW.values():
            yield Case(io, rates[-1], "fresh", share, more=more)
        for policy in ("rotate", "fresh"):
            yield Case(io, rates[-1], policy, paused=True, more=more)


def add_arguments(parser):
    parser.add_argument("--rounds", type=harness.positive, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="length of each measurement")
    parser.add_argument("--quick", action="store_true",
                        help="one short round at a low rate, no result files: does the benchmark "
                        "itself work?")


def fitting(rates):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - DESCRIPTORS_LEFT
    chosen = [rate for rate in rates if ports_for(rate) <= limit]
    for rate in rates:
        if rate not in chosen:
            print(f"left out: {rate:,}/s, whose {ports_for(rate):,} ports do not fit "
                  f"RLIMIT_NOFILE ({limit + DESCRIPTORS_LEFT:,})")
    if not chosen:
        raise harness.Failure("RLIMIT_NOFILE is too low for any of the rates")
    return chosen


def judge(case, run):
    """A broken promise is no figure: it ends the benchmark."""
    if case.policy != "fresh":
        return
    if run["broken"]:
        raise harness.Failure(f"{case.row}, {case.kind}: {len(run['broken'])} times not as "
                              f"promised, first: {run['broken'][0]}. (A port that another program "
                              "has meanwhile is passed over; then the run shows nothing.)")
    if run["soonest_us"] is None:
        raise harness.Failure(f"{case.row}, {case.kind}: no port came again, nothing was shown")
    if case.enough and run["local"] > 0:
        raise harness.Failure(f"{case.row}, {case.kind}: {run['local']} probes are local although "
                              "there are ports enough")
    if not case.enough and run["reasons"] != {"no-free-port"}:
        raise harness.Failure(f"{case.row}, {case.kind}: the reasons of the local rows are "
                              f"{run['reasons']}")


def one_round(number, chosen, options, port, folder, done):
    print(f"round {number + 1}", flush=True)
    for case in harness.alternating(chosen, number):
        run = policies_run.measure(case, port, options.seconds, folder)
        judge(case, run)
        done.setdefault(case, []).append(run)
        print(f"  {case.row}, {case.kind}: {run['cpu_us']:.2f} us a probe, latency p99 "
              f"{run['p99_us']:.0f} us, lateness p99 {run['late_p99_us']:.0f} us"
              + (f", longest gap {run['longest_gap_us']:,.0f} us" if case.paused else "")
              + (f", {run['local']:,} local" if run["local"] else "")
              + (f", {run['skipped']:,} SKIPPED" if run["skipped"] else "")
              + (f", {run['unanswered']:,} unanswered" if run["unanswered"] else ""), flush=True)


def over(runs, figure):
    return harness.spread([run[figure] for run in runs])


def find(done, row, kind):
    return next(runs for case, runs in done.items() if case.row == row and case.kind == kind)


def ratios(done, case, figure="cpu_us"):
    """To `rotate` of the row, round by round."""
    rotated = find(done, case.row, "rotate")
    return harness.spread([run[figure] / base[figure] for run, base in zip(done[case], rotated)])


def texts(values, digits=2):
    low, median, high = (f"{value:,.{digits}f}" for value in values)
    return f"{median} ({low} to {high})"


def print_costs(done):
    rows = []
    for case, runs in done.items():
        if not case.enough or case.paused:
            continue
        soonest = min((run["soonest_us"] for run in runs if run["soonest_us"]), default=0)
        rows.append([f"{case.row}, {case.kind}", f"{case.ports:,}", texts(over(runs, "cpu_us")),
                     texts(ratios(done, case)), f"{over(runs, 'p50_us')[1]:.0f}",
                     texts(over(runs, "p99_us"), 0), texts(over(runs, "late_p99_us"), 0),
                     texts(over(runs, "late_worst_us"), 0),
                     f"{soonest / 1000:.1f}" if case.policy == "fresh" else ""])
    print("\nMedian (lowest to highest). CPU us a probe; its ratio to rotate, paired; latency and "
          "lateness in us;\nhow soon a port came again at the soonest, ms (rest "
          f"{policies_run.REST_S * 1000:.0f})")
    harness.print_table(["", "ports", "CPU us", "/ rotate", "p50", "latency p99", "lateness p99",
                         "worst", "again"], rows)


def refused_cost(done, case):
    """CPU us of a probe that found no port, its wake-up included: what is left of the run's when
    each that left is taken off at the cost of a fresh one."""
    fresh = find(done, case.row, "fresh")
    return harness.spread([
        (run["cpu_us"] * (run["sent"] + run["refused"]) - base["cpu_us"] * run["sent"])
        / run["refused"] for run, base in zip(done[case], fresh)])


def print_few(done):
    rows = []
    for case, runs in done.items():
        if case.enough:
            continue
        local = harness.spread([100 * run["local"] / run["due"] for run in runs])
        # After the first ports are gone, as many leave as come back from their rest.
        expected = 100 * (1 - case.ports / policies_run.REST_S / case.rate_per_s)
        rows.append([f"{case.row}, {case.kind}", f"{case.ports:,}", texts(local, 1),
                     f"{expected:.1f}", sum(run["unanswered"] for run in runs),
                     texts(over(runs, "late_p99_us"), 0), texts(ratios(done, case, "late_p99_us")),
                     texts(over(runs, "late_worst_us"), 0), texts(refused_cost(done, case))])
    print("\nToo few ports: % of the probes that are local, and for how many rate and rest leave "
          "no port;\nof the others, how many were not answered; lateness in us and to that of "
          "rotate; CPU us of a\nrefused probe, its wake-up included")
    harness.print_table(["", "ports", "local %", "expected", "unanswered", "lateness p99",
                         "/ rotate", "worst", "CPU us"], rows)


def print_paused(done):
    rows = [[f"{case.row}, {case.kind}", texts(over(runs, "longest_gap_us"), 0),
             texts(over(runs, "local"), 0), texts(over(runs, "skipped"), 0)]
            for case, runs in done.items() if case.paused]
    print(f"\nStopped for {policies_run.PAUSE_S:g} s, so that the rest of many ports is over at "
          "once: the longest time without a\nprobe in the second after it, us; probes that found "
          "no port; probes skipped")
    harness.print_table(["", "longest gap us", "local", "skipped"], rows)


def print_goals(done):
    print("\nGoals (medians)")
    for case in done:
        if case.kind == "fresh":
            value = ratios(done, case)[1]
            word = "reached" if value <= COST_GOAL else f"MISSED by {value - COST_GOAL:.2f}"
            print(f"  {case.row}: fresh / rotate {value:.2f}, goal at most {COST_GOAL:g}: {word}")
    probes = sum(run["due"] for case, runs in done.items() for run in runs
                 if case.policy == "fresh")
    print(f"  fresh: {probes:,} probes, no port used again before all others or within its rest, "
          "none unsaid")


def write(done):
    figures = ["cpu_us", "p50_us", "p99_us", "late_p99_us", "late_worst_us", "longest_gap_us",
               "local", "due", "skipped", "unanswered"]
    with harness.results("policies", [
            "io", "rate_per_s", "case", "ports", "ratio_to_rotate_min", "ratio_to_rotate_median",
            "ratio_to_rotate_max", *(f"{figure}_{end}" for figure in figures
                                     for end in ("min", "median", "max"))]) as row:
        for case, runs in done.items():
            row(case.io, case.rate_per_s, case.kind, case.ports,
                *(f"{value:.3f}" for value in ratios(done, case)),
                *(f"{value:.10g}" for figure in figures for value in over(runs, figure)))


def check_answers(done, said):
    """The responder's books: what it answered has a row."""
    counted = re.search(r"answered (\d+)", said)
    ours = sum(run["answers"] for runs in done.values() for run in runs)
    if not counted or int(counted[1]) != ours:
        raise harness.Failure(f"{ours} answers are in the logs, but the responder says:\n{said}")
    print(f"\nBooks: {ours:,} answers made, each in a log")


def main(options):
    if options.quick:
        options.rounds, options.seconds = 1, 1
        # An address of its own, as the tests of a busy box run side by side.
        own = ["--bind", f"127.77.{os.getpid() // 250 % 250}.{1 + os.getpid() % 250}"]
        chosen = list(cases(QUICK_TRANSPORTS, QUICK_RATES, own))
    else:
        chosen = list(cases(TRANSPORTS, fitting(RATES)))
    a_run = policies_run.REST_S + options.seconds + 1.2
    print(f"{len(chosen)} cases, {options.rounds} rounds: about "
          f"{options.rounds * len(chosen) * a_run / 60:.1f} min; prober on core 0, responder on "
          "core 1", flush=True)
    done = {case: [] for case in chosen}
    with tempfile.TemporaryDirectory() as name, \
            harness.Responder(harness.free_port()) as responder:
        for number in range(options.rounds):
            one_round(number, chosen, options, responder.port, pathlib.Path(name), done)
    check_answers(done, responder.last_words)
    print_costs(done)
    print_few(done)
    print_paused(done)
    print_goals(done)
    if not options.quick:
        write(done)
