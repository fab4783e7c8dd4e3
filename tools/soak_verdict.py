"""The verdict on a soak: its first and last ten minutes side by side, and what must be true."""

import re

import soak_log

KINDS = ["reply", "provisional", "timeout", "icmp", "pending"]
BOOKS = re.compile(r"Books: due (\d+) = sent (\d+) \+ skipped (\d+) \+ local (\d+) \+ "
                   r"send-error (\d+)")
SLACK_S = 1.0  # a responder takes a moment to start and to end


def window_of(targets, of, number, kinds=None):
    total = soak_log.Window()
    for name, target in targets.items():
        if kinds is None or of[name] in kinds:
            total.add(target.windows[number])
    return total


def samples_of(soak, number):
    low = soak.begin + number * soak_log.WINDOW_S
    return [s for s in soak.samples if low <= s["at"] < low + soak_log.WINDOW_S]


def figures(soak, targets, number):
    """One column of the table."""
    everyone = window_of(targets, soak.of, number)
    good = window_of(targets, soak.of, number, {"good"})
    seen = samples_of(soak, number)
    seconds = seen[-1]["at"] - seen[0]["at"] if len(seen) > 1 else 0
    cpu = (seen[-1]["cpu_s"] - seen[0]["cpu_s"]) / seconds * 100 if seconds else 0
    late, answer = everyone.late_us, good.latency_us

    def ms(counter, share):
        value = soak_log.quantile(counter, share)
        return "-" if value is None else f"{value / 1000:.3f}"

    return {
        "probes": f"{everyone.probes:,}",
        "of good targets lost": f"{sum(good.kinds[kind] for kind in soak_log.LOST)}",
        "send later than the cadence, p50 ms": ms(late, 0.5),
        "  p99 ms": ms(late, 0.99),
        "  worst ms": ms(late, 1),
        "latency of good targets, p50 ms": ms(answer, 0.5),
        "  p99 ms (of good)": ms(answer, 0.99),
        "CPU %": f"{cpu:.1f}",
        "resident, largest MiB": f"{max(s['rss_kib'] for s in seen) / 1024:.2f}",
        "  of it anonymous MiB": f"{max(s['anon_kib'] for s in seen) / 1024:.2f}",
        "descriptors, fewest": f"{min(s['fds'] for s in seen)}",
        "  most": f"{max(s['fds'] for s in seen)}",
    }


def table(soak, targets, last):
    columns = [figures(soak, targets, number) for number in (0, last)]
    minutes = soak_log.WINDOW_S // 60
    print(f"{'':38}{f'minutes 0-{minutes}':>16}"
          f"{f'{last * minutes}-{(last + 1) * minutes}':>16}")
    for name in columns[0]:
        print(f"{name:38}{columns[0][name]:>16}{columns[1][name]:>16}")


class Verdict:
    def __init__(self):
        self.well = True

    def must(self, true, what):
        print(f"{'yes' if true else 'NO ':4} {what}")
        self.well = self.well and bool(true)


def check_books(verdict, soak, targets, text):
    books = BOOKS.search(text)
    if not books:
        return verdict.must(False, "sipping printed its books")
    due, sent, skipped, local, errors = map(int, books.groups())
    rows = {}
    for target in targets.values():
        for kind, count in target.rows.items():
            rows[kind] = rows.get(kind, 0) + count
    verdict.must(due == sent + skipped + local + errors, books[0])
    verdict.must(sent == sum(rows.get(kind, 0) for kind in KINDS), "rows: sent = " + " + ".join(
        f"{kind} {rows.get(kind, 0)}" for kind in KINDS))
    verdict.must(local == rows.get("local", 0) and errors == rows.get("send-error", 0),
                 f"rows: local {rows.get('local', 0)}, send-error {rows.get('send-error', 0)}; "
                 f"further: late {rows.get('late', 0)}, duplicate {rows.get('duplicate', 0)}")
    expected = soak.arguments.rate * soak.arguments.minutes * 60
    verdict.must(abs(due - expected) <= soak.arguments.rate, f"due as planned ({expected:.0f})")
    verdict.must(soak_log.repeated_ids(targets.values()) == 0, "no Call-ID twice")
    gaps = [gap for target in targets.values() for gap in target.gaps]
    lost = [gap for gap in gaps if "log-rows-lost" in gap]
    verdict.must(not lost, f"no log row lost ({len(lost)} such gaps); "
                 f"stalls: {sum('reason=stall' in gap for gap in gaps)}, "
                 f"skipped: {sum('reason=skipped' in gap for gap in gaps)}")


def check_kinds(verdict, soak, targets):
    """Each kind of target did what its responder did."""
    wanted = {"silent": {"timeout"}, "closed": {"icmp"}, "late": {"timeout"}}
    for kind, allowed in wanted.items():
        mine = [targets[name] for name in targets if soak.of[name] == kind]
        others = sum(count for target in mine for name, count in target.rows.items()
                     if name in soak_log.PROBES - {"pending"} and name not in allowed)
        verdict.must(others == 0, f"{kind}: {sum(len(t.ids) for t in mine)} probes, all "
                     f"{'/'.join(allowed)}" + (f", {others} others" if others else ""))


def check_flaps(verdict, soak, targets):
    wrong = []
    mine = [name for name in targets if soak.of[name] == "flapping"]
    for name in mine:
        found = targets[name].outages
        fits = len(found) == len(soak.flaps) and all(
            end is not None and abs(begin - down) < SLACK_S and abs(end - up) < SLACK_S
            for (begin, end, _), (down, up) in zip(found, soak.flaps))
        if not fits:
            wrong.append(name)
    verdict.must(not wrong, f"flapping: {len(mine)} targets, each with just its {len(soak.flaps)} "
                 f"outages at their times" + (f"; not {wrong[:3]}" if wrong else ""))


def check_flat(verdict, soak, targets, last):
    first_p99 = soak_log.quantile(window_of(targets, soak.of, 0).late_us, 0.99)
    last_p99 = soak_log.quantile(window_of(targets, soak.of, last).late_us, 0.99)
    verdict.must(last_p99 <= 2 * first_p99 + 200, f"lateness p99 does not grow: {first_p99} us, "
                 f"{last_p99} us")
    # The first minute fills the table of identities; files being compressed come and go.
    early = [s for s in samples_of(soak, 0) if s["at"] > soak.begin + 60] or soak.samples
    late = samples_of(soak, last)
    grown = (min(s["anon_kib"] for s in late) - max(s["anon_kib"] for s in early)) / 1024
    verdict.must(grown < 1, f"memory is flat: least of the end less most of the begin "
                 f"{grown:+.2f} MiB")
    fewest = [min(s["fds"] for s in part) for part in (early, late)]
    verdict.must(fewest[0] == fewest[1], f"descriptors are flat: {fewest[0]}, {fewest[1]}")


def tell(soak, targets, text):
    """Prints it; True when all is well."""
    last = max(int(soak.arguments.minutes * 60 // soak_log.WINDOW_S) - 1, 0)
    table(soak, targets, last)
    verdict = Verdict()
    verdict.must(set(targets) == set(soak.of), f"{len(targets)} targets have log files")
    verdict.must(soak.code == 1, "exit code 1: some targets never answered")
    check_books(verdict, soak, targets, text)
    check_kinds(verdict, soak, targets)
    check_flaps(verdict, soak, targets)
    check_flat(verdict, soak, targets, last)
    return verdict.well
