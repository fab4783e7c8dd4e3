"""How many user-space instructions a probe costs, counted with callgrind on bench/simulated_run: a
number without noise. bench/instructions.txt keeps it, and instructions_test.py holds every build of
the test suite against it."""
import collections
import pathlib
import re
import subprocess
import tempfile

import harness

HELP = "user-space instructions per probe, counted with callgrind, and which functions they are in"
OWN_BUILD = True
TOLERATED_PERCENT = 5
KEPT = harness.ROOT / "bench" / "instructions.txt"
COUNTED_BUILD = harness.ROOT / "build" / "instructions"
EXPECTED_SAYING = re.compile(r"(\d+) probes, (\d+) answered, (\d+) lost, 0 rows not logged")
COMMENT = """\
# User-space instructions per probe of bench/simulated_run (x86-64, -O2), counted with callgrind.
# Counted on the build of: {compiler}
# `tools/bench instructions --update` rewrites this file; bench/README.md says when to.
{number}
"""


class Count:
    """What callgrind saw: instructions by function, of itself and with all that it called."""

    def __init__(self, probes, own, inclusive):
        self.probes = probes
        self.own = own
        self.inclusive = inclusive
        self.per_probe = round(sum(own.values()) / probes)


def count(program):
    """Runs `program` (a build of simulated_run) under callgrind; takes about 20 s."""
    with tempfile.TemporaryDirectory() as folder:
        profile = pathlib.Path(folder) / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no",
                   "--toggle-collect=*counted_*", f"--callgrind-out-file={profile}", str(program)]
        try:
            done = subprocess.run(command, capture_output=True, text=True,
                                  env={"TZ": "UTC", "LC_ALL": "C", "PATH": "/usr/bin:/bin"})
        except FileNotFoundError:
            raise harness.Failure("valgrind is not installed (apt-get install valgrind)")
        if done.returncode != 0:
            raise harness.Failure(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
        said = EXPECTED_SAYING.fullmatch(done.stdout.strip())
        if not said or int(said[1]) != int(said[2]) + int(said[3]):
            raise harness.Failure(f"not the run it should be: {done.stdout.strip()}")
        with open(profile) as file:
            return Count(int(said[1]), *read_profile(file))


def read_profile(lines):
    """Of a callgrind file: ({function: own instructions}, {function: with what it called})."""
    names = {}
    own, inclusive = collections.Counter(), collections.Counter()
    function = None
    after_call = False  # the line after "calls=" is the cost of the call, not of the caller
    for line in lines:
        if match := re.match(r"(c?fn)=\((\d+)\)(?: (.*))?$", line):
            name = names.setdefault(match[2], match[3])
            if match[1] == "fn":
                function = name
        elif line.startswith("calls="):
            after_call = True
        elif match := re.match(r"[+*-]?\d* (\d+)$", line):
            inclusive[function] += int(match[1])
            if not after_call:
                own[function] += int(match[1])
            after_call = False
    return own, inclusive


def module_of(function):
    """The module in the table of docs/ARCHITECTURE.md that a function belongs to."""
    if match := re.search(r"\bsipping::(\w+)::", function):
        known = ("wire", "match", "schedule", "probe", "stats", "sink", "io", "app")
        if match[1] in known:
            return "shell/io" if match[1] == "io" else match[1]
    if "counted_" in function:
        return "(the run itself)"
    return "base, result" if "sipping::" in function else "(C and C++ library)"


def kept():
    """The number in bench/instructions.txt, and the compiler named there."""
    text = KEPT.read_text()
    number = int(text.splitlines()[-1])
    return number, re.search(r"^# Counted on the build of: (.*)$", text, re.M)[1]


def verdict(number, expected):
    """Empty when `number` is what it was; else what to say to whoever changed it."""
    change = 100 * (number - expected) / expected
    if abs(change) <= TOLERATED_PERCENT:
        return ""
    what = ("A probe costs more than before. If that is wanted" if change > 0 else
            "A probe costs less than before: well done. So that it stays so")
    return (f"{number} instructions per probe, {change:+.1f} % against the {expected} of "
            f"bench/instructions.txt. {what}, put this line into the file in the same commit "
            f"(or run tools/bench instructions --update):\n{number}")


def compiler_of(folder):
    """As Meson found it at set-up: "gcc 12.2.0"."""
    log = (folder / "meson-logs" / "meson-log.txt").read_text()
    found = re.search(r'^C\+\+ compiler for the host machine: .*\((\S+ [\d.]+) ', log, re.M)
    return found[1] if found else "an unknown compiler"


def build():
    """As tools/test builds it: other options make other instructions."""
    if not (COUNTED_BUILD / "build.ninja").exists():
        harness.run_quietly(["meson", "setup", str(COUNTED_BUILD), str(harness.ROOT),
                             "--buildtype=debugoptimized", "-Dbenchmarks=true", "-Dtests=false"])
    harness.run_quietly(["ninja", "-C", str(COUNTED_BUILD), "bench/simulated_run"])
    return COUNTED_BUILD / "bench" / "simulated_run"


def print_shares(title, costs, counted, limit):
    rows = [[name[:100], f"{cost / counted.probes:.0f}",
             f"{100 * cost / sum(counted.own.values()):.1f} %"]
            for name, cost in costs.most_common(limit)]
    harness.print_table([title, "a probe", "share"], rows)
    print()


def add_arguments(parser):
    parser.add_argument("--update", action="store_true",
                        help="write the number into bench/instructions.txt")
    parser.add_argument("--top", type=int, default=25, help="functions to list (default 25)")


def main(arguments):
    print("Counting the instructions of 200,000 simulated probes; about 20 s.", flush=True)
    counted = count(build())
    modules = collections.Counter()
    for function, cost in counted.own.items():
        modules[module_of(function)] += cost
    print_shares("module", modules, counted, None)
    print_shares("function, without those it calls", counted.own, counted, arguments.top)
    # main() and the like have all of it, which says nothing.
    parts = collections.Counter({name: cost for name, cost in counted.inclusive.items()
                                 if cost < sum(counted.own.values())})
    print_shares("function, with those it calls", parts, counted, arguments.top)
    print(f"{counted.per_probe} instructions per probe")
    if arguments.update:
        KEPT.write_text(COMMENT.format(compiler=compiler_of(COUNTED_BUILD),
                                       number=counted.per_probe))
        print(f"written to {KEPT.relative_to(harness.ROOT)}")
        return
    expected, compiler = kept()
    print(verdict(counted.per_probe, expected) or
          f"bench/instructions.txt has {expected}, counted on the build of {compiler}")
