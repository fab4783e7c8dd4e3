"""Reads Meson's testlog.json and prints `N passed, N failed`, counted in single test cases.

Understands what GoogleTest and Python's unittest print at their end; a program that prints neither
counts as one. A program that ended badly without naming a failed case counts one failed more. A
skipped case is a failed one: nothing is passed over here. Exits 1 when anything failed.
"""

import json
import re
import sys

GTEST_RAN = re.compile(r"^\[=+\] (\d+) tests? from \d+ test (?:suites?|cases?) ran\.", re.M)
GTEST_BAD = re.compile(r"^\[  (?:FAILED|SKIPPED) +\] (\d+) tests?, listed below", re.M)
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.M)
UNITTEST_END = re.compile(r"^(?:FAILED|OK)(?: \((.*)\))?$", re.M)
UNITTEST_BAD = re.compile(r"(failures|errors|skipped|unexpected successes)=(\d+)")


def counts(entry):
    """(passed, failed) of one test program."""
    text = entry.get("stdout", "") + "\n" + entry.get("stderr", "")
    good = entry["result"] in ("OK", "EXPECTEDFAIL")
    if ran := UNITTEST_RAN.findall(text):
        total = int(ran[-1])
        end = UNITTEST_END.findall(text)
        failed = sum(int(n) for _, n in UNITTEST_BAD.findall(end[-1])) if end else 0
        failed = min(failed, total)  # a case with several failing sub-tests is one case
    elif ran := GTEST_RAN.findall(text):
        total, failed = int(ran[-1]), sum(map(int, GTEST_BAD.findall(text)))
    else:
        total, failed = 1, 0 if good else 1
    if not good and failed == 0:
        total, failed = total + 1, 1
    if total == 0:
        total, failed = 1, 1  # a test program without a test
    return total - failed, failed


def main(path):
    passed = failed = 0
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            entries = [json.loads(line) for line in log if line.strip()]
    except OSError as error:
        print(f"no test log: {error}", file=sys.stderr)
        entries = []
    for entry in entries:
        good, bad = counts(entry)
        passed += good
        failed += bad
        if bad:
            print(f"{entry['name']}: {bad} failed ({entry['result']})", file=sys.stderr)
    if not entries:
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
