"""tools/bench ceiling: what sipping costs beyond the smallest possible loop (bench/ceiling.cpp)."""
import pathlib
import tempfile

import harness
import side_by_side_programs as programs

HELP = "what sipping costs beyond the smallest possible loop"
TRANSPORTS = ["uring", "epoll"]


def add_arguments(parser):
    parser.add_argument("--rounds", type=harness.positive, default=7)
    parser.add_argument("--seconds", type=harness.positive, default=3, help="length of each run")
    parser.add_argument("--ports", type=harness.positive, default=1024)
    parser.add_argument("--window", type=harness.positive, default=256)
    parser.add_argument("--only", action="append", choices=TRANSPORTS,
                        help="leave the other transport out")
    parser.add_argument("--log-folder", help="where the CSV goes (default: $TMPDIR)")


def main(options):
    runs = {name: programs.PROGRAMS[name] for name in ["ceiling", *(options.only or TRANSPORTS)]}
    print(f"{options.ports} ports, window {options.window}, {options.seconds} s a run; "
          "responder on core 1, prober on core 0", flush=True)
    rounds = []
    with tempfile.TemporaryDirectory(dir=options.log_folder) as folder:
        with harness.Responder(harness.free_port()) as responder:
            for number in range(options.rounds):
                done = {}
                for name in harness.alternating(runs, number):
                    job = programs.Job("127.0.0.1", responder.port, pathlib.Path(folder),
                                       options.seconds, window=options.window, ports=options.ports)
                    done[name] = runs[name](job).figures()
                    if done[name]["answered_per_s"] == 0:
                        raise harness.Failure("a run got no answers at all")
                rounds.append(done)
                print_round(number + 1, {name: done[name] for name in runs})
        print(f"responder: {responder.last_words}")
    print_spread(rounds, [name for name in runs if name != "ceiling"])


def print_round(number, done):
    parts = []
    for name, run in done.items():
        lost = f" ({run['lost']} lost)" if run["lost"] else ""
        parts.append(f"{name} {run['cpu_us']:.2f} us ({run['user_us']:.2f} user) "
                     f"{run['answered_per_s']:,.0f}/s{lost}")
    print(f"round {number}: " + "   ".join(parts), flush=True)


def print_spread(rounds, names):
    rows = []

    def line(label, values, digits):
        rows.append([label, *(f"{value:,.{digits}f}" for value in harness.spread(values))])

    for name in ["ceiling", *names]:
        line(f"{name}: CPU us per answer", [done[name]["cpu_us"] for done in rounds], 2)
        line(f"{name}: of it user", [done[name]["user_us"] for done in rounds], 2)
        line(f"{name}: answers a second", [done[name]["answered_per_s"] for done in rounds], 0)
    for name in names:
        line(f"{name} / ceiling: CPU",
             [done[name]["cpu_us"] / done["ceiling"]["cpu_us"] for done in rounds], 3)
        line(f"{name} / ceiling: answers a second",
             [done[name]["answered_per_s"] / done["ceiling"]["answered_per_s"]
              for done in rounds], 3)
    print()
    harness.print_table(["", "min", "median", "max"], rows)
