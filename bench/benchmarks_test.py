"""That the benchmarks still run, not what they measure: a benchmark that nobody ran for a month is
broken when it is needed."""
import argparse
import contextlib
import io
import json
import os
import pathlib
import subprocess
import unittest

import harness
import policies
import policies_run

FOLDER = pathlib.Path(__file__).resolve().parent
BENCH = FOLDER.parent / "tools" / "bench"
harness.BUILD = pathlib.Path(os.environ["BUILD_ROOT"])
harness.SIPPING = pathlib.Path(os.environ["SIPPING"])


def bench(*arguments):
    return subprocess.run([str(BENCH), *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=30)


class Commands(unittest.TestCase):
    def test_each_benchmark_has_a_command_that_explains_itself(self):
        overview = bench("--help").stdout
        modules = [path for path in FOLDER.glob("*.py") if "\nHELP = " in path.read_text()]
        self.assertGreaterEqual(len(modules), 2)
        table = BENCH.read_text()
        for path in modules:
            with self.subTest(path.stem):
                command = next((line.split('"')[1] for line in table.splitlines()
                                if line.endswith(f': "{path.stem}",')), None)
                self.assertIsNotNone(command, f"tools/bench has no command for {path.name}")
                self.assertIn(command, overview)
                said = bench(command, "--help")
                self.assertEqual(said.returncode, 0, said.stdout)
                self.assertIn(f"usage: tools/bench {command}", said.stdout)

    def test_each_python_file_compiles(self):
        for path in FOLDER.rglob("*.py"):
            with self.subTest(path.name):
                compile(path.read_text(), path, "exec")

    def test_what_a_command_does_not_know_is_refused(self):
        said = bench("instructions", "--nonsense")
        self.assertEqual(said.returncode, 2)
        self.assertIn("unknown argument --nonsense", said.stdout)


class Ceiling(unittest.TestCase):
    def test_it_gets_answers(self):
        with harness.Responder(harness.free_port()) as responder:
            run = harness.measured([harness.program("ceiling"), "--port", responder.port,
                                    "--ports", 16, "--window", 8, "--duration", 1], 30)
        said = json.loads(run.text)
        self.assertGreater(said["answered"], 100)


class Policies(unittest.TestCase):
    REST_US = 500_000

    def test_it_runs(self):
        parser = argparse.ArgumentParser()
        policies.add_arguments(parser)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            policies.main(parser.parse_args(["--quick"]))
        self.assertRegex(said.getvalue(), r"fresh: [\d,]+ probes, no port used again before all")

    def broken(self, *uses):
        """Of (milliseconds, port)."""
        sent = [(time_ms * 1000, port, None) for time_ms, port in uses]
        return policies_run.broken_promises(sent, self.REST_US)

    def test_ports_in_turn_are_as_promised(self):
        self.assertEqual(self.broken((0, 1), (1, 2), (2, 3)), ([], None))
        self.assertEqual(self.broken((0, 1), (1, 2), (500, 1), (501, 2), (1000, 1)),
                         ([], self.REST_US))

    def test_a_port_before_another_ones_turn_is_seen(self):
        self.assertEqual(self.broken((0, 1), (1, 2), (600, 2))[0],
                         ["port 2 came again before port 1"])
        self.assertEqual(self.broken((0, 1), (600, 1), (601, 2))[0],
                         ["port 2 was new when others had come again"])

    def test_a_port_within_its_rest_is_seen(self):
        self.assertEqual(self.broken((0, 1), (499, 1)), (["port 1 came again after 499000 us"],
                                                         499_000))
        self.assertEqual(self.broken((0, 1), (0, 1))[0],
                         ["port 1 was used twice within a microsecond"])

    def test_in_the_same_microsecond_either_may_have_been_first(self):
        self.assertEqual(self.broken((0, 1), (0, 2), (600, 2), (600, 1))[0], [])
        self.assertEqual(self.broken((0, 1), (1, 2), (600, 2), (600, 1))[0], [])


if __name__ == "__main__":
    unittest.main()
