"""tools/bench report: the result files of the other benchmarks as charts (SVG, by gnuplot)."""
import csv
import subprocess

import charts
import harness

HELP = "draws the results of the other benchmarks as SVG files in bench/results"
OWN_BUILD = True
# Picture, the file it is drawn from, the command that writes that file, and how it is drawn.
CHARTS = [
    ("speed-cpu", "speed", "speed", charts.speed_cpu),
    ("speed-answers", "speed", "speed", charts.speed_answers),
    ("exactness-cdf", "exactness-cdf", "exactness", charts.exactness),
    ("cadence-cdf", "cadence-cdf", "cadence", charts.cadence),
    ("growth", "growth", "growth", charts.growth),
]
SHORTER = {"cpu_us_per_probe_min": "min", "cpu_us_per_probe_median": "median",
           "cpu_us_per_probe_max": "max"}


def read_result(path, command):
    """(provenance, rows) of a result file."""
    try:
        with open(path, newline="") as file:
            first = file.readline()
            rows = [{SHORTER.get(name, name): value for name, value in row.items()}
                    for row in csv.DictReader(file)]
    except FileNotFoundError:
        raise harness.Failure(f"{path} is missing: tools/bench {command} makes it")
    if not first.startswith("#") or not rows:
        raise harness.Failure(f"{path} holds no result: tools/bench {command} makes it anew")
    return first.strip("# \n"), rows


def picture(script):
    """What gnuplot makes of `script`."""
    try:
        done = subprocess.run(["gnuplot", "-"], input="\n".join(script) + "\n",
                              capture_output=True, text=True)
    except FileNotFoundError:
        raise harness.Failure("gnuplot is not installed (apt-get install gnuplot-nox)")
    # It ends with 0 after some errors, but a good run says nothing.
    if done.returncode != 0 or done.stderr.strip():
        raise harness.Failure(f"gnuplot failed:\n{done.stderr[-4000:]}")
    return done.stdout


def add_arguments(parser):
    pass


def main(_):
    troubles = []
    for name, result, command, draw in CHARTS:
        path = harness.RESULTS / f"{result}.csv"
        try:
            provenance, rows = read_result(path, command)
            drawn = picture(draw(rows, provenance))
        except KeyError as column:
            trouble = f"{path} has no column {column}: tools/bench {command} makes it anew"
        except harness.Failure as failure:
            trouble = str(failure)
        else:
            (harness.RESULTS / f"{name}.svg").write_text(drawn)
            print(f"bench/results/{name}.svg: {provenance}", flush=True)
            continue
        if trouble not in troubles:
            troubles.append(trouble)
    if troubles:
        raise harness.Failure("not all charts are drawn:\n" + "\n".join(troubles))
