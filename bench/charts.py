"""The charts of tools/bench report: each function makes of the rows of one result file the gnuplot
commands that draw it. Knows neither files nor gnuplot itself."""
import collections
import math
import statistics

PALETTE = ["#0060a8", "#d55e00", "#009e73", "#b0468c", "#8a6d00", "#45a7d8", "#555555"]
USER, SYSTEM = "#0060a8", "#9cc8e8"
NORMAL = statistics.NormalDist()
SHARES = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999]


def quoted(text):
    return '"' + str(text).replace("\\", "\\\\").replace('"', "'") + '"'


def grouped(rows, *columns):
    """{values of the columns: rows}, in the order of the file."""
    groups = collections.OrderedDict()
    for row in rows:
        key = tuple(row[column] for column in columns)
        groups.setdefault(key[0] if len(columns) == 1 else key, []).append(row)
    return groups


def block(name, lines):
    """Data within the commands."""
    return [f"${name} << EOD", *lines, "EOD"]


def page(title, provenance, width, height, layout):
    """What all charts begin with: white behind them, so that a dark page does not swallow them."""
    return [
        f'set terminal svg size {width},{height} noenhanced background "#ffffff" '
        'font "Helvetica,13"',
        f'set label 1 {quoted(provenance)} at screen 0.012,{10 / height:.4f} left '
        'font "Helvetica,9" textcolor "#555555"',
        f'set multiplot layout {layout} title {quoted(title)} font "Helvetica,16" '
        f'margins screen 0,1,0,1 spacing screen 0.1,0.1',
        "set encoding utf8", 'set border 3 linecolor "#444444"', "set tics nomirror out",
        "set style fill solid",
        'set grid linecolor "#dddddd" linewidth 1']


def plot(parts):
    """One panel. The provenance is drawn with the first of them and not again."""
    return "plot " + ", ".join(parts) + "; unset label"


def place(left, right, bottom, top):
    """Where the next panel stands, in shares of the picture."""
    return [f"set lmargin at screen {left:.4f}", f"set rmargin at screen {right:.4f}",
            f"set bmargin at screen {bottom:.4f}", f"set tmargin at screen {top:.4f}"]


def grid(count, columns, height, below=0):
    """Places for so many panels, row by row; `height`, and what stays free below, in pixels."""
    rows = math.ceil(count / columns)
    top, bottom = 1 - 70 / height, (85 + below) / height
    step = (top - bottom + 100 / height) / rows
    for i in range(count):
        column, row = i % columns, i // columns
        upper = top - row * step
        yield place(column / columns + 0.085, (column + 1) / columns - 0.025,
                    upper - step + 100 / height, upper)


def symmetric_log(microseconds):
    """Linear about 0, logarithmic from 1 us on, both ways: our microseconds and other programs'
    milliseconds in one picture."""
    return math.asinh(microseconds)


def time_tics(lowest, highest):
    """Tics for symmetric_log() up to seconds; those of 1 us only where there is room for them."""
    tics = []
    for power in range(0 if lowest > -10 else 1, 7):
        label = (f"{10 ** power} µs", f"{10 ** (power - 3)} ms", "1 s")[power // 3]
        for sign, text in ((-1, "-" + label), (1, label)):
            if lowest <= sign * 10 ** power <= highest:
                tics.append(f"{quoted(text)} {symmetric_log(sign * 10 ** power):.4f}")
    return "set xtics (" + ", ".join(['"0" 0', *tics]) + ') font "Helvetica,10" offset 0,0.4'


def share_tics(lowest, highest):
    tics = ", ".join(f'"{100 * share:g} %%" {NORMAL.inv_cdf(share):.4f}' for share in SHARES
                     if lowest <= share <= highest)
    return f"set ytics ({tics})"


def bars(runs, value, number, user=None):
    """Horizontal bars of one panel: median, whiskers from minimum to maximum, figures at the end;
    with `user` the bar's part of it in a colour of its own."""
    lines, names = [], []
    highest = 0
    for place_from_below, (name, rows) in enumerate(reversed(runs.items())):
        values = [float(row[value]) for row in rows]
        middle = statistics.median(values)
        part = statistics.median(float(row[user]) for row in rows) if user else middle
        lost = sum(int(float(row["lost"])) for row in rows)
        text = number(middle) + (f" ({lost:,} lost)" if lost else "")
        lines.append(f"{place_from_below} {min(part, middle)} {middle} {min(values)} {max(values)} "
                     f"{quoted(text)}")
        names.append(f"{quoted(name)} {place_from_below}")
        highest = max(highest, *values)
    plots = [f'$bars using ({highest * 1e-9}):1:(0):2:($1-0.36):($1+0.36) with boxxyerror '
             f'linecolor "{USER}" title {quoted("user" if user else "")}']
    if user:
        plots.append('"" using 2:1:2:3:($1-0.36):($1+0.36) with boxxyerror '
                     f'linecolor "{SYSTEM}" title "system"')
    plots += ['"" using 3:1:4:5 with xerrorbars pointtype -1 linecolor "#000000" linewidth 1.2 '
              'notitle',
              f'"" using ($5+{highest * 0.015}):1:6 with labels left notitle']
    plots[1:] = [plot.replace('""', "$bars", 1) for plot in plots[1:]]
    return [*block("bars", lines), f"set yrange [-0.6:{len(runs) - 0.4}]",
            f"set ytics ({', '.join(names)})", f"set xrange [0:{highest * 1.3}]",
            plot(plots)]


def bar_page(title, provenance, panels, axis, draw):
    """One panel below the other, as high as their bars need."""
    heights = [34 * len(runs) + 130 for runs in panels.values()]
    height = sum(heights) + 60
    script = page(title, provenance, 960, height, f"{len(panels)},1")
    upper = height - 55
    for (mode, runs), own in zip(panels.items(), heights):
        script += place(0.24, 0.97, (upper - own + 85) / height, (upper - 25) / height)
        script += [f"set title {quoted(mode)} offset 0,-0.5", f"set xlabel {quoted(axis)}",
                   "set key top right", *draw(runs)]
        upper -= own
    return script


def speed_cpu(rows, provenance):
    panels = {mode_name(mode): grouped(of_mode, "program")
              for mode, of_mode in grouped(rows, "mode").items()}
    return bar_page("What an answered probe costs (less is better)", provenance, panels,
                    "CPU microseconds per answered probe: median, whiskers from least to most",
                    lambda runs: bars(runs, "cpu_us", lambda value: f"{value:.2f}", "user_us"))


def speed_answers(rows, provenance):
    """Without the open loop, where everybody gets the answers that were asked for."""
    panels = {mode_name(mode): grouped(of_mode, "program")
              for mode, of_mode in grouped(rows, "mode").items() if "/s" not in mode}
    return bar_page("How many answers a second (more is better)", provenance, panels,
                    "answers a second: median, whiskers from least to most",
                    lambda runs: bars(runs, "answered_per_s", lambda value: f"{value:,.0f}"))


def mode_name(mode):
    return {"flood": "as fast as it goes, ordinary far end",
            "sender-bound": "as fast as it goes, far end in the kernel (XDP)",
            "20000/s": "20,000 probes a second"}.get(mode, mode)


def curves(lines_of, title, lowest, highest, shares, key, entries=None):
    """One panel of distributions. lines_of: {name: (colour, dash, [(share, microseconds)])}.
    `entries` are those of the key, where they are not just the names of the lines."""
    script, plots = [], []
    for number, (name, (colour, dash, points)) in enumerate(lines_of.items()):
        script += block(f"line{number}", (
            f"{symmetric_log(value):.5f} {NORMAL.inv_cdf(share):.5f}" for share, value in points
            if 0 < share < 1))
        plots.append(f"$line{number} using 1:2 with lines linewidth 2 dashtype {dash} "
                     f'linecolor "{colour}" ' +
                     (f"title {quoted(name)}" if entries is None else "notitle"))
    plots += entries or []
    return script + [
        f"set title {quoted(title)} offset 0,-0.5", time_tics(lowest, highest),
        share_tics(*shares), "set key " + key,
        f"set xrange [{symmetric_log(lowest):.4f}:{symmetric_log(highest):.4f}]",
        f"set yrange [{NORMAL.inv_cdf(shares[0]):.4f}:{NORMAL.inv_cdf(shares[1]):.4f}]",
        plot(plots)]


def points(rows, column):
    return [(float(row["quantile"]), float(row[column])) for row in rows]


def exactness(rows, provenance):
    rates = grouped(rows, "rate_per_s")
    # Ours first, so that it has the same colour whoever else was measured.
    programs = sorted(grouped(rows, "program"), key=lambda name: not name.startswith("sipping"))
    colours = dict(zip(programs, PALETTE * 9))
    dashes = {delay: number + 1 for number, delay in enumerate(grouped(rows, "delay_ms"))}
    errors = [float(row["error_us"]) for row in rows]
    height = 470 * math.ceil(len(rates) / 2) + 60
    legend = 22 * len(dashes)  # one for all panels, below them
    whole = height + legend
    script = page("Is the printed latency the one on the wire? By program and delay of the answer",
                  provenance, 1100, whole, f"{math.ceil(len(rates) / 2)},2")
    script += ['set xlabel "printed latency minus that of the capture" offset 0,0.8',
               'set ylabel "share of probes with at most this error" offset 2']
    entries = [f'keyentry with lines linewidth 2 dashtype {dash} linecolor "{colour}" '
               f'title {quoted(f"{program}, {delay} ms")}'
               for program, colour in colours.items() for delay, dash in dashes.items()]
    key = (f"at screen 0.5,{30 / whole:.4f} center bottom vertical Left reverse "
           f'maxrows {len(dashes)} samplen 3 font "Helvetica,11"')
    for (rate, of_rate), where in zip(rates.items(), grid(len(rates), 2, whole, legend)):
        lines_of = {(program, delay): (colours[program], dashes[delay],
                                       points(group, "error_us"))
                    for (program, delay), group in
                    grouped(of_rate, "program", "delay_ms").items()}
        script += where + curves(lines_of, f"{float(rate):,.0f} probes a second",
                                 min(-10, *errors) * 1.2, max(10, *errors) * 1.2, (0.001, 0.999),
                                 key, entries)
        key, entries = "off", []
    return script


def cadence(rows, provenance):
    cases = grouped(rows, "case")
    colours = dict(zip(grouped(rows, "mode"), PALETTE * 9))
    late = [float(row["lateness_us"]) for row in rows]
    height = 420 * math.ceil(len(cases) / 2) + 60
    script = page("Does a probe leave when it should?", provenance, 1100, height,
                  f"{math.ceil(len(cases) / 2)},2")
    script += ['set xlabel "sent later than due by" offset 0,0.8',
               'set ylabel "share of probes at most this late" offset 2']
    for (case, of_case), where in zip(cases.items(), grid(len(cases), 2, height)):
        lines_of = {mode: (colours[mode], 1, points(group, "lateness_us"))
                    for mode, group in grouped(of_case, "mode").items()}
        script += where + curves(lines_of, case, min(0, *late), max(10, *late) * 1.2,
                                 (0.01, 0.9995), "bottom right")
    return script


def growth(rows, provenance):
    groups = grouped(rows, "row")
    height = 330 * math.ceil(len(groups) / 2) + 60
    script = page("How the cost of a probe grows with the work", provenance, 1100, height,
                  f"{math.ceil(len(groups) / 2)},2")
    script += ['set ylabel "CPU microseconds per probe"']
    for (name, of_row), where in zip(groups.items(), grid(len(groups), 2, height)):
        cases = list(grouped(of_row, "case"))
        highest = max(float(row["max"]) for row in of_row)
        script += where + [f"set title {quoted(name)} offset 0,-0.5", "set key top left",
                           "set xtics (" + ", ".join(f"{quoted(case)} {place_number}" for
                                                     place_number, case in enumerate(cases)) + ")",
                           f"set xrange [-0.4:{len(cases) - 0.6}]"]
        plots = []
        for number, (rate, of_rate) in enumerate(grouped(of_row, "rate_per_s").items()):
            script += block(f"rate{number}", (
                f"{cases.index(row['case'])} {row['median']} {row['min']} {row['max']}"
                for row in of_rate))
            colour = PALETTE[number % len(PALETTE)]
            plots.append(f"$rate{number} using 1:2:3:4 with yerrorlines linewidth 2 pointtype 7 "
                         f'pointsize 0.6 linecolor "{colour}" title {quoted(rate_name(rate))}')
        goal, smallest = goal_of(of_row), min(float(row["median"]) for row in of_row)
        if goal:
            highest = max(highest, goal * smallest)
            plots.append(f'{goal * smallest} with lines dashtype 2 linecolor "#777777" '
                         f'title "goal: at most {goal:g} times the cheapest"')
        script += [f"set yrange [0:{highest * 1.35}]", plot(plots)]
    return script


def rate_name(rate):
    try:
        return f"{float(rate):,.0f} probes a second"
    except ValueError:
        return rate


def goal_of(rows):
    for row in rows:
        try:
            return float(row["goal"])
        except ValueError:
            continue
    return None
