"""tools/bench growth: what a probe costs, and what memory it takes, as there are more targets,
ports, probes in flight and identities kept."""
import pathlib
import tempfile

import growth_run
import harness

HELP = "how cost and memory grow with targets, ports, probes in flight, identities kept"
RATIO_GOALS = {"targets": 1.25, "ports": 1.6, "in flight": 1.25, "identities": 1.25}
BYTES_GOAL, START_GOAL_S, START_PORTS = 160, 1.0, 16_000
RATE, SILENT_RATE = 30_000, 60_000  # low enough to be kept, high enough to end in minutes
LATE_WINDOW_S = 1
HOUR_RATE = 300
QUICK_STEADY_S = 3


class Case:
    """`size` is what the row varies; the first case of a row is its smallest."""

    def __init__(self, row, size, rate_per_s, options, steady_after_s=0, targets=1, silent=False):
        self.row, self.size, self.silent, self.targets = row, size, silent, targets
        self.name = f"{size:,}" + (f", of {targets:,} targets" if silent and targets > 1 else "")
        self.probe = growth_run.Probe(rate_per_s, options, steady_after_s)


def address(number):
    """Loopback addresses enough; the silent far end listens on all of them."""
    return f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


def cases(folder):
    def targets(count):
        path = folder / f"targets-{count}"
        path.write_text("".join(address(number) + "\n" for number in range(count)))
        return ["-f", path]

    for count in (1, 100, 1_000, 10_000):
        yield Case("targets", count, RATE, targets(count), targets=count)
    for count in (64, 1_024, 16_000):
        yield Case("ports", count, RATE, [*targets(1), "--ports", count])
    for count, spread_over in ((1_000, 1), (100_000, 1), (100_000, 1_000), (1_000_000, 1)):
        timeout_us = count * 1_000_000 // SILENT_RATE
        yield Case("in flight", count, SILENT_RATE,
                   [*targets(spread_over), "-t", f"{timeout_us}us", "--late-window", LATE_WINDOW_S,
                    "--identities", 16_000_000],
                   LATE_WINDOW_S + timeout_us / 1e6, spread_over, True)
    # An hour at HOUR_RATE is reached sooner at a higher rate; what is kept is the same. Its first
    # case repeats the first one in flight, next to which it does not stand in time.
    for kept in (LATE_WINDOW_S * SILENT_RATE, 3600 * HOUR_RATE):
        yield Case("identities", kept, SILENT_RATE,
                   [*targets(1), "-t", "16667us", "--late-window", f"{kept / SILENT_RATE:g}",
                    "--identities", 16_000_000], kept / SILENT_RATE, silent=True)


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="length of each measurement")
    parser.add_argument("--row", action="append", choices=RATIO_GOALS,
                        help="this one alone, without the other checks and without result files")
    parser.add_argument("--quick", action="store_true",
                        help="one short round without the largest cases, no result files: does the "
                        "benchmark itself work?")


def one_round(number, chosen, options, ports, folder, done):
    print(f"round {number + 1}", flush=True)
    for case in harness.alternating(chosen, number):
        run = growth_run.measure(case.probe, ports[case.silent], options.seconds, folder)
        done.setdefault(case, []).append(run)
        unsent = run["unsent_percent"]
        print(f"  {case.row} {case.name}: {run['cpu_us']:.2f} us a probe, "
              f"{run['user_us']:.2f} of it user, {run['resident'] / 2**20:.1f} MiB, "
              f"{run['in_flight']:,} in flight"
              + (f", {unsent:.1f} % NOT SENT" if unsent > 0.05 else ""), flush=True)


def median(runs, figure):
    return harness.spread([run[figure] for run in runs])[1]


def ratios(done, case):
    """To the smallest case of the row, round by round."""
    smallest = next(other for other in done if other.row == case.row)
    return [run["cpu_us"] / base["cpu_us"] for run, base in zip(done[case], done[smallest])]


def print_spread(done):
    rows = []
    for case, runs in done.items():
        cost = harness.spread([run["cpu_us"] for run in runs])
        ratio = harness.spread(ratios(done, case))
        resident = median(runs, "resident")
        unsent = max(run["unsent_percent"] for run in runs)
        rows.append([f"{case.row}: {case.name}", f"{case.probe.rate_per_s:,}",
                     *(f"{value:.2f}" for value in (*cost, median(runs, "user_us"), *ratio)),
                     f"{resident / 2**20:.1f}", f"{unsent:.1f}"])
    print("\nCPU us per probe, ratio to the smallest case of its row (paired), private memory in "
          "use, worst share not sent")
    harness.print_table(["", "probes/s", "us min", "median", "max", "user", "ratio min", "median",
                         "max", "MiB", "unsent %"], rows)


def write(done):
    with harness.results("growth", [
            "row", "case", "rate_per_s", "cpu_us_per_probe_min", "cpu_us_per_probe_median",
            "cpu_us_per_probe_max", "ratio_to_smallest_median", "rss_mib", "goal", "ratio_min",
            "ratio_max", "size", "user_us_per_probe_median"]) as row:
        for case, runs in done.items():
            ratio = harness.spread(ratios(done, case))
            resident = median(runs, "resident")
            row(case.row, case.name, case.probe.rate_per_s,
                *(f"{value:.3f}" for value in harness.spread([run["cpu_us"] for run in runs])),
                f"{ratio[1]:.3f}", f"{resident / 2**20:.1f}", RATIO_GOALS[case.row],
                f"{ratio[0]:.3f}", f"{ratio[2]:.3f}", case.size,
                f"{median(runs, 'user_us'):.3f}")


def bytes_in_flight(done):
    """Memory per probe that is out, from the smallest and the largest case in flight; None without
    them. By what was in flight, not by what was meant to be."""
    flying = [case for case in done if case.row == "in flight" and case.targets == 1]
    if len(flying) < 2:
        return None
    few, many = ({figure: median(done[case], figure)
                  for figure in ("resident", "in_flight")} for case in (flying[0], flying[-1]))
    return (many["resident"] - few["resident"]) / (many["in_flight"] - few["in_flight"])


def verdict(label, value, goal, digits=2):
    word = "reached" if value <= goal else f"MISSED by {value - goal:.{digits}f}"
    print(f"  {label}: {value:.{digits}f}, goal at most {goal:g}: {word}")


def print_goals(done):
    print("\nGoals (medians)")
    for case in done:
        ratio = harness.spread(ratios(done, case))[1]
        if ratios(done, case) != [1] * len(done[case]):
            verdict(f"{case.row} {case.name}: cost / smallest", ratio, RATIO_GOALS[case.row])
    memory = bytes_in_flight(done)
    if memory is not None:
        verdict("bytes of memory per probe in flight", memory, BYTES_GOAL, 1)


def check_start(options, folder):
    rounds = 1 if options.quick else options.rounds
    seconds = [growth_run.start_seconds(["--ports", START_PORTS], folder) for _ in range(rounds)]
    values = harness.spread(seconds)
    verdict(f"seconds from start to first datagram with {START_PORTS:,} ports "
            f"(min {values[0]:.2f}, max {values[2]:.2f})", values[1], START_GOAL_S)


def check_allocations(chosen, options, port, folder):
    case = next(case for case in chosen if case.row == "targets" and case.targets == 100)
    for io in ("uring", "epoll"):
        probe = growth_run.Probe(case.probe.rate_per_s, [*case.probe.options, "--io", io], 0)
        seen = growth_run.allocations(probe, port, options.seconds, folder)
        print(f"  {io}: {seen['at_start']:,} calls for memory at start; in {options.seconds:g} s "
              f"after it {seen['calls']}, address space changed by {seen['bytes']} bytes")
        verdict(f"{io}: calls for memory after start", seen["calls"] + (seen["bytes"] != 0), 0, 0)


def main(options):
    if options.quick:
        options.rounds, options.seconds = 1, 0.5
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        chosen = [case for case in cases(folder) if not options.row or case.row in options.row]
        if options.quick:
            left_out = [case for case in chosen if case.probe.steady_after_s > QUICK_STEADY_S]
            chosen = [case for case in chosen if case not in left_out]
            print("left out: " + "; ".join(f"{case.row} {case.name}" for case in left_out))
        a_round = sum(case.probe.steady_after_s + options.seconds + 1 for case in chosen)
        print(f"{len(chosen)} cases, {options.rounds} rounds: about "
              f"{options.rounds * a_round / 60:.1f} min; prober on core 0, responder on core 1",
              flush=True)
        done = {case: [] for case in chosen}
        with growth_run.Silent() as silent, \
                harness.Responder(harness.free_port(), host="0.0.0.0") as responder:
            ports = {True: silent.port, False: responder.port}
            for number in range(options.rounds):
                one_round(number, chosen, options, ports, folder, done)
            print_spread(done)
            if not options.row and not options.quick:
                write(done)
            print_goals(done)
            if not options.row:
                check_start(options, folder)
                check_allocations(chosen, options, responder.port, folder)
