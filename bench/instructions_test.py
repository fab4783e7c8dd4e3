"""The guard: a probe costs the instructions that bench/instructions.txt says, within 5 %."""
import os
import unittest

import instructions

PROGRAM = os.environ["SIMULATED_RUN"]
COMPILER = os.environ["COMPILER"]


class Guard(unittest.TestCase):
    def test_a_probe_costs_what_it_did(self):
        expected, compiler = instructions.kept()
        counted = instructions.count(PROGRAM)
        print(f"{counted.per_probe} instructions per probe with {COMPILER}; "
              f"bench/instructions.txt has {expected} with {compiler}")
        if complaint := instructions.verdict(counted.per_probe, expected):
            self.fail(f"{complaint}\n(This build is of {COMPILER}, the number of {compiler}.)")


class TheGuardCanFail(unittest.TestCase):
    def test_growth_and_shrinking_beyond_the_tolerated_are_told(self):
        for number in (9501, 10000, 10499):
            self.assertEqual(instructions.verdict(number, 10000), "")
        self.assertIn("+5.1 %", instructions.verdict(10510, 10000))
        self.assertIn("costs more", instructions.verdict(10510, 10000))
        self.assertIn("-5.1 %", instructions.verdict(9490, 10000))
        self.assertIn("costs less", instructions.verdict(9490, 10000))
        # The last line is the one for the file.
        self.assertTrue(instructions.verdict(9490, 10000).endswith("\n9490"))

    def test_a_profile_is_read_with_calls_counted_once(self):
        own, inclusive = instructions.read_profile("""\
events: Ir
fl=(1) a.cpp
fn=(1) sipping::probe::Engine::start()
12 100
+3 20
cfn=(2) sipping::wire::encode()
calls=7 40
* 700
fn=(2)
40 650
fi=(3) b.hpp
-5 50
totals: 820
""".splitlines())
        self.assertEqual(dict(own), {"sipping::probe::Engine::start()": 120,
                                     "sipping::wire::encode()": 700})
        self.assertEqual(inclusive["sipping::probe::Engine::start()"], 820)
        self.assertEqual(instructions.module_of("sipping::wire::encode()"), "wire")


if __name__ == "__main__":
    unittest.main()
