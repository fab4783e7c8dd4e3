"""What `tools/bench speed` has to reach, and whether every answer is accounted for."""
import harness


def ratios(done, name, other, figure):
    """Pairwise, a value a round; empty when one of the two did not run."""
    if not done or name not in done[0] or other not in done[0]:
        return []
    return [outcomes[name].figures()[figure] / outcomes[other].figures()[figure]
            for outcomes in done]


def report(rounds):
    flood, sender = rounds.get("flood", []), rounds.get("sender-bound", [])
    shares = [outcomes["uring"].figures()["user_share"] for outcomes in flood
              if "uring" in outcomes]
    print("\ngoals (median of the rounds)")
    at_most("CPU of uring / ceiling, flood", ratios(flood, "uring", "ceiling", "cpu_us"), 1.10)
    at_most("uring's user-space share of its CPU, flood", shares, 0.12)
    at_most("CPU of uring / sipp with one socket, flood",
            ratios(flood, "uring", "sipp-u1", "cpu_us"), 1 / 3)
    at_most("CPU of uring / sipp with a socket a call, flood",
            ratios(flood, "uring", "sipp-un", "cpu_us"), 1 / 4)
    at_most("CPU of uring / epoll, flood", ratios(flood, "uring", "epoll", "cpu_us"), 0.95)
    at_least("answers a second of uring / ceiling, sender-bound",
             ratios(sender, "uring", "ceiling", "answered_per_s"), 0.90)
    check_books(rounds)


def at_most(text, values, limit):
    verdict(text, values, limit, "at most", lambda median: median <= limit)


def at_least(text, values, limit):
    verdict(text, values, limit, "at least", lambda median: median >= limit)


def verdict(text, values, limit, words, is_reached):
    if not values:
        print(f"  NOT MEASURED  {text}, {words} {limit:.3f}")
        return
    low, median, high = harness.spread(values)
    word = "reached" if is_reached(median) else f"MISSED by {abs(median / limit - 1):.1%}"
    print(f"  {word}  {text}: {median:.3f} ({low:.3f} to {high:.3f}), {words} {limit:.3f}")


def check_books(rounds):
    """Every answer the far end made is in our log, or our program says that queues overflowed."""
    print("\nbooks (sums over all rounds)")
    rows, unexplained = [], []
    for mode, done in rounds.items():
        for name in done[0]:
            runs = [outcomes[name] for outcomes in done]
            missing = [run.made - run.answered - run.more for run in runs]
            rows.append([f"{mode} {name}", *(sum(getattr(run, column) for run in runs)
                         for column in ("sent", "made", "answered", "more")),
                         sum(missing), sum(run.drops for run in runs)])
            if name in ("uring", "epoll"):
                unexplained += [f"{mode} {name}, round {number}: {gone} answers are not in the "
                                f"log, the program spoke of {run.drops} lost in receive queues"
                                for number, (gone, run) in enumerate(zip(missing, runs), 1)
                                if not 0 <= gone <= run.drops]
    harness.print_table(["", "sent", "answers made", "answered", "late, twice, stray", "missing",
                         "drops it told of"], rows)
    if unexplained:
        raise harness.Failure("answers are unaccounted for:\n  " + "\n  ".join(unexplained))
    if any(name in ("uring", "epoll") for done in rounds.values() for name in done[0]):
        print("  reached  every answer made for sipping is in its log, or it told of the loss")
