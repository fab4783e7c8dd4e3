"""How often this core is taken away from a loop that only looks at the clock: what no program on it
can do better than. Started by tools/bench cadence; prints pauses a second and the longest, us."""
import sys
import time

PAUSE_NS = 50_000  # the loop itself takes about 100 ns a turn


def main():
    begin = before = time.perf_counter_ns()
    end = begin + int(float(sys.argv[1]) * 1e9)
    pauses, longest = 0, 0
    while before < end:
        now = time.perf_counter_ns()
        if now - before > PAUSE_NS:
            pauses += 1
            longest = max(longest, now - before)
        before = now
    print(f"{pauses / (before - begin) * 1e9:.1f} {longest / 1e3:.0f}")


if __name__ == "__main__":
    main()
