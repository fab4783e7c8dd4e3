"""tools/bench speed --variants: is the ceiling a good one? Each choice it makes is changed alone,
and the result runs side by side with the unchanged one."""
import pathlib
import statistics

import harness
import side_by_side_places as places
import side_by_side_programs as programs

SAME = "the same again"
VARIANTS = {
    SAME: [],  # how much of a ratio is noise
    "no DEFER_TASKRUN": ["--no-defer"],
    "COOP_TASKRUN instead": ["--coop"],
    "no SINGLE_ISSUER (and so no DEFER_TASKRUN)": ["--no-single-issuer"],
    "no CQE_SKIP": ["--no-cqe-skip"],
    "batches of 1": ["--batch", 1],
    "batches of 8": ["--batch", 8],
    "batches of 32": ["--batch", 32],
    "batches of 64": ["--batch", 64],
    "one-shot receives": ["--one-shot"],
    "SENDMSG instead of SEND": ["--sendmsg"],
    "normal files to send": ["--normal-sends"],
    "normal files to receive": ["--normal-receives"],
    "normal files for both": ["--normal-sends", "--normal-receives"],
    "takes what is there before it waits": ["--drain-first"],
    "sends the last of a batch with the wait": ["--one-enter"],
    "waits for 16 completions": ["--wait", 16],
    "waits for 64 completions": ["--wait", 64],
    "COOP, normal files to receive, one enter, waits for 64":
        ["--coop", "--normal-receives", "--one-enter", "--wait", 64],
}
MODES = {"flood": 0, "20000/s": 20_000, "sender-bound": 0}
# A difference is clear when all rounds but one in seven lie on one side of 1, and their median
# lies outside of what the same program twice came to.
CLEAR_SHARE = 6 / 7
ROUNDS_NEEDED = 5


def run(options, folder, modes):
    seconds = options.seconds or 1
    chosen = {name: more for name, more in VARIANTS.items()
              if name == SAME or options.variants in name}
    runs = 2 * len(chosen) * options.rounds * len(modes)
    print(f"{len(chosen)} variants of the ceiling, {', '.join(modes)}: {runs} runs of {seconds} "
          f"s, about {runs * (seconds + 0.2) / 60:.0f} minutes", flush=True)
    rows = []
    for mode in modes:
        job = programs.Job("", 0, pathlib.Path(folder), seconds=seconds, rate=MODES[mode])
        with places.Wire(folder) if mode == "sender-bound" else places.Loopback() as place:
            rows += compare(options, mode, place, job, chosen)
    if options.only or options.variants:
        print("only a part was run: the table in bench/results stays as it is")
        return
    columns = ["mode", "variant", "figure", "min", "median", "max"]
    with harness.results("speed-variants", columns) as write:
        for row in rows:
            write(*row)


def compare(options, mode, place, job, chosen):
    """Prints a table, gives the rows for the result file."""
    pairs = {name: [] for name in chosen}
    for number in range(options.rounds):
        for name in harness.alternating(chosen, number):
            both = {}
            for arguments in harness.alternating([(), tuple(chosen[name]) or None], number):
                both[arguments] = place.run(
                    lambda job, more=arguments or (): programs.ceiling(job, *more), job).figures()
            default = both.pop(())
            (variant,) = both.values()
            pairs[name].append((variant["cpu_us"] / default["cpu_us"],
                                variant["answered_per_s"] / default["answered_per_s"]))
        print(f"{mode}: round {number + 1} of {options.rounds}", flush=True)
    rows, kept = [], []
    noise = [cpu for cpu, _ in pairs[SAME]]
    for name, values in pairs.items():
        cpu, rate = ([pair[i] for pair in values] for i in (0, 1))
        rows.append([name, *(f"{value:.3f}" for value in (*harness.spread(cpu),
                                                          *harness.spread(rate))),
                     word(cpu, noise)])
        for figure, values in (("cpu_ratio", cpu), ("answers_ratio", rate)):
            kept.append([mode, name, figure,
                         *(f"{value:.4f}" for value in harness.spread(values))])
    print(f"\n{mode}: the ceiling with one choice changed / as it is")
    harness.print_table(["", "CPU min", "median", "max", "answers/s min", "median", "max", ""],
                        rows)
    print()
    return kept


def word(ratios, noise):
    """Whether the variant is cheaper or dearer, or that cannot be said."""
    if len(ratios) < ROUNDS_NEEDED:
        return "too few rounds"
    median = statistics.median(ratios)
    cheaper = sum(ratio < 1 for ratio in ratios) / len(ratios)
    if cheaper >= CLEAR_SHARE and median < min(noise):
        return "CHEAPER"
    if 1 - cheaper >= CLEAR_SHARE and median > max(noise):
        return "dearer"
    return "no clear difference"
