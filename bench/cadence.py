"""tools/bench cadence: does each probe leave when it is due, alone and in thousands, blocking and
spinning, and while the log's disk stalls."""
import pathlib
import re
import sys
import tempfile
import time

import cadence_read
import cadence_stall
import harness

HELP = "does a probe leave when it is due, also while the log's disk stalls"
MODES = {"blocking": "--no-spin", "spinning": "--spin"}
GOAL_CASE = "1 target, 1 ms"
GOAL_P50_US, GOAL_P99_US = 2, 60
ROUNDING_US = 2.5  # two times cut to microseconds, and one rounded
BATCH = 16  # probes that leave by one call (Outbox::capacity)
QUANTILES = [step / 200 for step in range(200)] + [0.999, 0.9999, 1]


class Case:
    def __init__(self, name, targets, interval_us):
        self.name = name
        self.interval_us = interval_us
        self.targets = [f"127.{1 + i // 62500}.{i // 250 % 250}.{1 + i % 250}"
                        for i in range(targets)]

    def even_per_ms(self):
        return 1000 * len(self.targets) / self.interval_us


CASES = [Case(GOAL_CASE, 1, 1000), Case("1 target, 0.1 ms", 1, 100),
         Case("300 targets, 100 ms", 300, 100_000), Case("10,000 targets, 1 s", 10_000, 1_000_000)]


def add_arguments(parser):
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10, help="length of each run")
    parser.add_argument("--quick", action="store_true",
                        help="one short round, no result files: does the benchmark itself work?")


class Steady:
    """Due times are reckoned from the wall-clock times of the log: valid as long as nobody sets
    the clock. (Slewing moves the monotonic clock just the same.)"""

    def __enter__(self):
        self.offset_ns = self._look()

    def __exit__(self, error, *_):
        moved_us = abs(self._look() - self.offset_ns) / 1e3
        if error is None and moved_us > 1:
            raise harness.Failure(f"the wall clock was set during a run, by {moved_us:,.0f} us")

    @staticmethod
    def _look():
        """The offset between the clocks, from the narrowest of several looks."""
        looks = []
        for _ in range(100):
            before = time.monotonic_ns()
            wall = time.time_ns()
            after = time.monotonic_ns()
            looks.append((after - before, wall - (before + after) // 2))
        return min(looks)[1]


def probe(case, mode, seconds, port, folder):
    """One run; its log, read."""
    log, targets = folder / "probes.csv", folder / "targets"
    log.unlink(missing_ok=True)
    targets.write_text("".join(f"{target}\n" for target in case.targets))
    with Steady():
        run = harness.measured(
            [harness.SIPPING, "-q", "-f", targets, "-p", port, "-I", f"{case.interval_us}us",
             "--duration", seconds, MODES[mode], "-w", log], seconds + 30, ok=(0, 1))
    read = cadence_read.Log(log, case.targets, case.interval_us)
    check(run.text, read)
    return read


def check(text, read):
    """Our reckoning against sipping's own: every probe due is in our figures as sent, skipped or
    refused, and the latest one is as late."""
    books = re.search(r"worst ([\d.]+) ms.*Books: due (\d+) = sent (\d+) \+ skipped (\d+)", text,
                      re.DOTALL)
    if not books:
        raise harness.Failure(f"no books in what sipping said:\n{text[-2000:]}")
    worst_us, (due, sent, skipped) = 1000 * float(books[1]), map(int, books.groups()[1:])
    if sent != len(read.lateness) or skipped != read.skipped:
        raise harness.Failure(f"sipping sent {sent} and skipped {skipped} of {due}, its log has "
                              f"{len(read.lateness)} and {read.skipped}")
    ours_us = max(late for _, late in read.lateness)
    if abs(ours_us - worst_us) > ROUNDING_US:
        raise harness.Failure(f"the latest probe was late by {worst_us:.0f} us, says sipping; by "
                              f"{ours_us:.0f} us, says its log")


def figures(read):
    """The raw latenesses are kept for the curve; of the places in time only what is printed."""
    times = [sent for sent, _ in read.lateness]
    crowds = sorted(cadence_read.crowding(times))
    gaps = sorted(later - earlier for earlier, later in zip(times, times[1:]))
    lateness = [late for _, late in read.lateness]
    return {**cadence_read.summary(lateness + read.least_lateness_of_skipped()),
            "probes": len(lateness), "lateness": lateness, "skipped": read.skipped,
            "refused": read.refused, "crowd": crowds[-1],
            "crowd_p99": cadence_read.quantile(crowds, 0.99),
            "gaps": [cadence_read.quantile(gaps, share) for share in (0.01, 0.5, 0.99)]}


def pauses():
    run = harness.measured([sys.executable, pathlib.Path(__file__).parent / "cadence_pauses.py",
                            1], 10)
    each_second, longest = run.text.split()
    return f"{each_second} pauses over 50 us a second, the longest {longest} us"


def one_round(number, keys, options, port, folder, done):
    print(f"round {number + 1}: core 0 without us: {pauses()}", flush=True)
    for case, mode in harness.alternating(keys, number):
        run = figures(probe(case, mode, options.seconds, port, folder))
        done.setdefault((case.name, mode), []).append(run)
        refused = f", {run['refused']} REFUSED" if run["refused"] else ""
        print(f"  {case.name}, {mode}: p50 {run['p50']:.1f} us, p99 {run['p99']:.1f}, "
              f"p99.9 {run['p999']:.1f}, worst {run['max']:.0f}, skipped {run['skipped']}{refused}",
              flush=True)


def over(runs, figure):
    """Minimum, median and maximum over the rounds."""
    return harness.spread([run[figure] for run in runs])


def print_lateness(done):
    rows = []
    for (case, mode), runs in done.items():
        rows.append([f"{case}, {mode}", *(f"{value:,.1f}" for figure in ("p50", "p99")
                                          for value in over(runs, figure)),
                     f"{over(runs, 'p999')[1]:,.1f}", f"{over(runs, 'max')[2]:,.0f}",
                     sum(run["skipped"] for run in runs)])
    print("\nLateness (sent minus due) in us, over the rounds")
    harness.print_table(["", "p50 min", "median", "max", "p99 min", "median", "max",
                         "p99.9 median", "worst", "skipped"], rows)


def print_evenness(done):
    print("\nEvenness: time from one probe to the next, and probes in any one millisecond "
          "(medians over the rounds)")
    rows, verdicts = [], []
    for case in CASES:
        for mode in MODES:
            runs = done[case.name, mode]
            if len(case.targets) == 1:
                continue
            middle = [harness.spread(values)[1] for values in zip(
                *([*run["gaps"], run["crowd_p99"], run["crowd"]] for run in runs))]
            even = case.even_per_ms()
            rows.append([f"{case.name}, {mode}", f"{1000 / even:.0f}",
                         *(f"{value:,.0f}" for value in middle[:3]), f"{even:g}",
                         *(f"{value:,.0f}" for value in middle[3:])])
            # Judged by p99: after a pause of the core the probes due meanwhile leave together, but
            # a prober that sends a whole interval's probes at once does so every time.
            verdicts.append((f"{case.name}, {mode}: p99 of the probes in one ms", middle[3],
                             2 * even + BATCH))
    harness.print_table(["", "even gap us", "p1", "p50", "p99", "even per ms", "p99", "most"], rows)
    return verdicts


def write(done):
    with harness.results("cadence", ["case", "mode", "probes", "p50_us", "p99_us", "p999_us",
                                     "max_us", "skipped", "p50_min_us", "p50_max_us", "p99_min_us",
                                     "p99_max_us"]) as row:
        for (case, mode), runs in done.items():
            row(case, mode, sum(run["probes"] for run in runs),
                *(f"{over(runs, figure)[1]:.1f}" for figure in ("p50", "p99", "p999", "max")),
                sum(run["skipped"] for run in runs),
                *(f"{over(runs, figure)[end]:.1f}" for figure in ("p50", "p99") for end in (0, 2)))
    with harness.results("cadence-cdf", ["case", "mode", "quantile", "lateness_us"]) as row:
        for (case, mode), runs in done.items():
            pooled = sorted(late for run in runs for late in run["lateness"])
            for share in QUANTILES:
                row(case, mode, share, f"{cadence_read.quantile(pooled, share):.1f}")


def print_goals(verdicts):
    print("\nGoals (medians over the rounds)")
    for label, value, goal in verdicts:
        verdict = "reached" if value <= goal else f"MISSED by {value - goal:.1f}"
        print(f"  {label}: {value:.1f}, goal at most {goal:g}: {verdict}")


def main(options):
    seconds, rounds = (1, 1) if options.quick else (options.seconds, options.rounds)
    options.seconds = seconds
    keys = [(case, mode) for case in CASES for mode in MODES]
    print(f"{len(CASES)} cases, blocking and spinning, {seconds} s each, and a log that stalls, "
          f"{rounds} rounds: about {rounds * (len(keys) * (seconds + 2) + 28) / 60:.0f} min; "
          "prober on core 0, responder on core 1", flush=True)
    done, stalls = {}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with harness.Responder(harness.free_port(), host="0.0.0.0") as responder:
            for number in range(rounds):
                one_round(number, keys, options, responder.port, folder, done)
                for mode in harness.alternating(MODES, number):
                    stalls.setdefault(mode, []).append(cadence_stall.run(
                        CASES[0], mode, MODES[mode], responder.port, folder, options.quick))
    print_lateness(done)
    verdicts = print_evenness(done)
    cadence_stall.print_spread(stalls)
    if not options.quick:
        write(done)
    goal = [over(done[GOAL_CASE, "spinning"], figure)[1] for figure in ("p50", "p99")]
    print_goals([(f"{GOAL_CASE}, spinning: p50 us", goal[0], GOAL_P50_US),
                 (f"{GOAL_CASE}, spinning: p99 us", goal[1], GOAL_P99_US), *verdicts,
                 *cadence_stall.verdicts(stalls)])
