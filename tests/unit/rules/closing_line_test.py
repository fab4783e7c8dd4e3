"""The counter behind the closing line of tools/test: what failed must never count as passed."""

import os
import pathlib
import sys
import unittest

ROOT = pathlib.Path(os.environ.get("SOURCE_ROOT", pathlib.Path(__file__).parents[3]))
sys.path.insert(0, str(ROOT / "tools"))
import count_tests  # noqa: E402


def unittest_end(ran, last):
    return {"stderr": f"...\n{'-' * 70}\nRan {ran} tests in 0.015s\n\n{last}\n"}


def gtest_end(ran, last):
    return {"stdout": f"[==========] {ran} tests from 2 test suites ran. (3 ms total)\n{last}"}


class Counting(unittest.TestCase):
    def check(self, entry, result, expected):
        self.assertEqual(count_tests.counts({"name": "x", "result": result, **entry}), expected)

    def test_unittest(self):
        self.check(unittest_end(4, "OK"), "OK", (4, 0))
        self.check(unittest_end(4, "FAILED (failures=1, errors=2)"), "FAIL", (1, 3))
        self.check(unittest_end(4, "FAILED (failures=9)"), "FAIL", (0, 4))
        self.check(unittest_end(0, "OK"), "OK", (0, 1))

    def test_gtest(self):
        self.check(gtest_end(12, "[  PASSED  ] 12 tests.\n"), "OK", (12, 0))
        self.check(gtest_end(12, "[  PASSED  ] 10 tests.\n[  FAILED  ] 2 tests, listed below:\n"),
                   "FAIL", (10, 2))

    def test_a_skipped_case_is_a_failed_one(self):
        self.check(unittest_end(4, "OK (skipped=1)"), "OK", (3, 1))
        self.check(gtest_end(3, "[  PASSED  ] 2 tests.\n[  SKIPPED ] 1 test, listed below:\n"),
                   "OK", (2, 1))
        self.check({}, "SKIP", (0, 1))

    def test_other_programs_count_as_one(self):
        self.check({"stdout": "done\n"}, "OK", (1, 0))
        self.check({"stdout": "done\n"}, "FAIL", (0, 1))

    def test_a_bad_end_is_a_failure_whatever_was_printed(self):
        for result in ("FAIL", "TIMEOUT", "ERROR", "INTERRUPT"):
            self.check({}, result, (0, 1))
            self.check(unittest_end(4, "OK"), result, (4, 1))
            self.check(gtest_end(4, "[  PASSED  ] 4 tests.\n"), result, (4, 1))


if __name__ == "__main__":
    unittest.main()
