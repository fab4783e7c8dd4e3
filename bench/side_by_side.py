"""tools/bench speed: sipping beside others on the same work; bench/README.md says how to read it.
Parts: side_by_side_programs.py (who), side_by_side_places.py (where), side_by_side_goals.py (what
has to be reached), side_by_side_variants.py (is the ceiling a good one)."""
import pathlib
import shutil
import tempfile

import harness
import side_by_side_goals as goals
import side_by_side_places as places
import side_by_side_programs as programs
import side_by_side_variants as variants

HELP = "sipping beside sipp, plain loops and the ceiling, on the same work"

# The loop with a socket a probe waits for each answer: it has neither a window nor a pace.
MODES = {
    "flood": ("flood, 256 in flight, a responder on 127.0.0.1", 0,
              ["ceiling", "uring", "epoll", "mmsg", "sipp-u1", "sipp-un", "python"]),
    "20000/s": ("20,000 a second, a responder on 127.0.0.1", 20_000,
             ["ceiling", "uring", "epoll", "mmsg", "sipp-u1", "sipp-un"]),
    "sender-bound": ("sender-bound: flood, 256 in flight, a far end in XDP", 0,
               ["ceiling", "uring", "epoll", "mmsg"]),
}
FIGURES = ["cpu_us", "user_us", "system_us", "user_share", "answered_per_s", "lost", "unsent",
           "cpu_ratio", "answers_ratio"]
LENGTH_TOLERANCE = 12  # bytes: numbers in sipp's Call-ID and branch, and our CSeq, vary in length


def add_arguments(parser):
    parser.add_argument("--rounds", type=harness.positive, default=7)
    parser.add_argument("--seconds", type=harness.positive,
                        help="length of each run (3; --variants: 1)")
    parser.add_argument("--only", action="append", metavar="WORD",
                        choices=[*MODES, *programs.PROGRAMS],
                        help="only this mode (flood, 20000/s, sender-bound) or program; repeatable")
    parser.add_argument("--no-xdp", action="store_true", help="do without the sender-bound rows")
    parser.add_argument("--variants", nargs="?", const="", metavar="WORD",
                        help="instead: the ceiling beside itself with one choice changed (only "
                             "the choices with WORD in their name)")


def main(options):
    chosen = options.only or []
    modes = [mode for mode in MODES if mode in chosen] or list(MODES)
    named = [name for name in programs.PROGRAMS if name in chosen] or list(programs.PROGRAMS)
    without_xdp = places.Wire.missing() if "sender-bound" in modes else None
    if "sender-bound" in modes and (options.no_xdp or without_xdp):
        modes.remove("sender-bound")
    if options.no_xdp:
        without_xdp = None
    with tempfile.TemporaryDirectory(prefix="sipping-speed-") as folder:
        if options.variants is not None:
            variants.run(options, folder, modes)
        else:
            plan = {mode: [name for name in MODES[mode][2] if name in named or name == "ceiling"]
                    for mode in modes}
            compare(options, folder, plan)
    if without_xdp:
        raise harness.Failure(f"the sender-bound rows are missing: {without_xdp}. "
                              "(--no-xdp does without them.)")


def compare(options, folder, plan):
    seconds = options.seconds or 3
    runs = sum(map(len, plan.values())) * options.rounds
    print(f"{', '.join(plan)}: {runs} runs of {seconds} s, about "
          f"{runs * (seconds + 0.5) / 60:.0f} minutes; sender on core 0, responder on core 1",
          flush=True)
    folder = pathlib.Path(folder)
    check_requests({name for names in plan.values() for name in names}, folder)
    rounds = {mode: run_mode(mode, names, options.rounds, seconds, folder)
              for mode, names in plan.items()}
    if options.only:
        print("\nonly a part was run: the tables in bench/results stay as they are")
    else:
        write_results(rounds)
    for mode, done in rounds.items():
        print_mode(mode, done)
    goals.report(rounds)


def check_requests(names, folder):
    """The same work: each program's request has the header fields of ours and about its length."""
    if any(name.startswith("sipp-") for name in names) and shutil.which("sipp") is None:
        raise harness.Failure("sipp is not installed (package sip-tester)")
    requests, start_ms = {}, {}
    for name in programs.PROGRAMS:
        if name in names or name == "uring":
            job = programs.Job("", 0, folder)
            requests[name], cpu_s = places.first_request(programs.PROGRAMS[name], job)
            start_ms[name] = cpu_s * 1000
    ours = requests["uring"]
    for name, request in requests.items():
        if field_names(request) != field_names(ours):
            raise harness.Failure(f"{name} sends other header fields than sipping:\n"
                                  f"{request.decode(errors='replace')}")
        if abs(len(request) - len(ours)) > LENGTH_TOLERANCE:
            raise harness.Failure(f"{name} sends {len(request)} bytes, sipping {len(ours)}")
    for name, request in requests.items():
        print(f"  {name}: a request of {len(request)} bytes; start and end take "
              f"{start_ms[name]:.0f} ms of CPU", flush=True)


def field_names(request):
    lines = request.decode(errors="replace").split("\r\n")
    return [line.split(":", 1)[0] for line in lines[1:]]


def run_mode(mode, names, rounds, seconds, folder):
    title, rate, _ = MODES[mode]
    print(f"\n{title}", flush=True)
    done = []
    with places.Wire(folder) if mode == "sender-bound" else places.Loopback() as place:
        for number in range(rounds):
            outcomes = {}
            for name in harness.alternating(names, number):
                job = programs.Job("", 0, folder, seconds=seconds, rate=rate)
                outcomes[name] = place.run(programs.PROGRAMS[name], job)
                if outcomes[name].answered == 0:
                    raise harness.Failure(f"{name} got no answers at all")
            done.append(outcomes)
            print(f"round {number + 1}: " + "  ".join(
                brief(name, outcomes[name]) for name in names), flush=True)
    return done


def brief(name, outcome):
    figures = outcome.figures()
    lost = f" {outcome.lost} lost" if outcome.lost else ""
    return f"{name} {figures['cpu_us']:.2f} us {figures['answered_per_s']:,.0f}/s{lost}"


def with_ratios(outcomes):
    """The figures of one round, each also in relation to the ceiling that stood beside it."""
    figures = {name: outcome.figures() for name, outcome in outcomes.items()}
    for mine in figures.values():
        mine["cpu_ratio"] = mine["cpu_us"] / figures["ceiling"]["cpu_us"]
        mine["answers_ratio"] = mine["answered_per_s"] / figures["ceiling"]["answered_per_s"]
    return figures


def series(done):
    """{program: {figure: its values over the rounds}}"""
    rounds = [with_ratios(outcomes) for outcomes in done]
    return {name: {figure: [figures[name][figure] for figures in rounds]
                   for figure in FIGURES} for name in rounds[0]}


def print_mode(mode, done):
    print(f"\n{MODES[mode][0]}: median of {len(done)} rounds (min to max); lost and not sent: all")
    rows = []
    for name, values in series(done).items():
        rows.append([name, ranged(values["cpu_us"], 2), median(values["user_us"], 2),
                     median(values["system_us"], 2), ranged(values["answered_per_s"], 0),
                     f"{sum(values['lost']):,}", f"{sum(values['unsent']):,}",
                     ranged(values["cpu_ratio"], 3), ranged(values["answers_ratio"], 3)])
    harness.print_table(["", "CPU us an answer", "user", "system", "answers a second", "lost",
                         "not sent", "CPU / ceiling", "answers a second / ceiling"], rows)


def ranged(values, digits):
    low, middle, high = harness.spread(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def median(values, digits):
    return f"{harness.spread(values)[1]:,.{digits}f}"


def write_results(rounds):
    """speed.csv has every run, speed-table.csv what was made of them."""
    columns = ["mode", "program", "figure", "min", "median", "max"]
    with harness.results("speed-table", columns) as write:
        for mode, done in rounds.items():
            for name, figures in series(done).items():
                for figure, values in figures.items():
                    write(mode, name, figure,
                          *(f"{value:.4f}" for value in harness.spread(values)))
    extra = ["sent", "answered", "more", "made", "drops"]
    with harness.results("speed", ["mode", "round", "program", *FIGURES, *extra]) as write:
        for mode, done in rounds.items():
            for number, outcomes in enumerate(done, 1):
                for name, figures in with_ratios(outcomes).items():
                    write(mode, number, name, *(f"{figures[column]:.4f}" for column in FIGURES),
                          *(getattr(outcomes[name], column) for column in extra))
