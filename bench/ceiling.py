"""tools/bench ceiling: what sipping costs beyond the smallest possible loop (bench/ceiling.cpp)."""
import json
import pathlib
import tempfile

import harness

HELP = "what sipping costs beyond the smallest possible loop"


def positive(text):
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def add_arguments(parser):
    parser.add_argument("--rounds", type=positive, default=7)
    parser.add_argument("--seconds", type=positive, default=3, help="length of each run")
    parser.add_argument("--ports", type=positive, default=1024)
    parser.add_argument("--window", type=positive, default=256)
    parser.add_argument("--only", action="append", choices=["uring", "epoll"],
                        help="leave the other transport out")
    parser.add_argument("--log-folder", help="where the CSV goes (default: $TMPDIR)")


def run_ceiling(options, port, _):
    run = harness.measured(
        [harness.program("ceiling"), "--port", port, "--ports", options.ports, "--window",
         options.window, "--duration", options.seconds], options.seconds + 30)
    said = json.loads(run.text)
    return figures(said["answered"], said["lost"], said["seconds"], run)


def run_sipping(io):
    def run(options, port, folder):
        log = pathlib.Path(folder) / "probes.csv"
        log.unlink(missing_ok=True)
        done = harness.measured(
            [harness.SIPPING, "--flood", "--window", options.window, "--ports", options.ports,
             "--duration", f"{options.seconds}s", "-q", "-S", "--io", io, "127.0.0.1", "-p",
             port, "-w", log], options.seconds + 30)
        return figures(*harness.read_log(log), done)
    return run


def figures(answered, lost, seconds, run):
    if answered == 0 or seconds <= 0:
        raise harness.Failure("a run got no answers at all")
    return {"cpu_us": run.cpu_s * 1e6 / answered, "user_us": run.user_s * 1e6 / answered,
            "rate": answered / seconds, "lost": lost}


def main(options):
    runs = {"ceiling": run_ceiling, "uring": run_sipping("uring"), "epoll": run_sipping("epoll")}
    if options.only:
        runs = {name: runs[name] for name in runs if name == "ceiling" or name in options.only}
    print(f"{options.ports} ports, window {options.window}, {options.seconds} s a run; "
          "responder on core 1, prober on core 0", flush=True)
    rounds = []
    with tempfile.TemporaryDirectory(dir=options.log_folder) as folder:
        with harness.Responder(harness.free_port()) as responder:
            for number in range(options.rounds):
                done = {name: runs[name](options, responder.port, folder)
                        for name in harness.alternating(runs, number)}
                rounds.append(done)
                print_round(number + 1, {name: done[name] for name in runs})
        print(f"responder: {responder.last_words}")
    print_spread(rounds, [name for name in runs if name != "ceiling"])


def print_round(number, done):
    parts = []
    for name, run in done.items():
        lost = f" ({run['lost']} lost)" if run["lost"] else ""
        parts.append(f"{name} {run['cpu_us']:.2f} us ({run['user_us']:.2f} user) "
                     f"{run['rate']:,.0f}/s{lost}")
    print(f"round {number}: " + "   ".join(parts), flush=True)


def print_spread(rounds, names):
    rows = []

    def line(label, values, digits):
        rows.append([label, *(f"{value:,.{digits}f}" for value in harness.spread(values))])

    for name in ["ceiling", *names]:
        line(f"{name}: CPU us per answer", [done[name]["cpu_us"] for done in rounds], 2)
        line(f"{name}: of it user", [done[name]["user_us"] for done in rounds], 2)
        line(f"{name}: answers a second", [done[name]["rate"] for done in rounds], 0)
    for name in names:
        line(f"{name} / ceiling: CPU",
             [done[name]["cpu_us"] / done["ceiling"]["cpu_us"] for done in rounds], 3)
        line(f"{name} / ceiling: answers a second",
             [done[name]["rate"] / done["ceiling"]["rate"] for done in rounds], 3)
    print()
    harness.print_table(["", "min", "median", "max"], rows)
