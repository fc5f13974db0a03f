#!/usr/bin/env python3
"""Tests of compare.py, ceilings.py and run_benches.py on made-up results and programs."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import ceilings  # noqa: E402


def result(times, name="append", unit="ns", **more):
    return [{"program": "step_bench", "name": name, "run_name": name, "run_type": "iteration",
             "cpu_time": time, "time_unit": unit, **more} for time in times]


OLD = result([100, 101, 99, 102, 98, 100, 103])


class Tool(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_tool(self, tool, *arguments):
        done = subprocess.run([sys.executable, HERE / tool, *map(str, arguments)],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def file(self, name, content):
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    def program(self, name, script):
        path = self.file(name, "#!/bin/sh\n" + script)
        path.chmod(0o755)
        return path


class Compare(Tool):
    def compare(self, old, new, *flags):
        paths = [self.file(name, rows if isinstance(rows, str) else {"benchmarks": rows})
                 for name, rows in (("old.json", old), ("new.json", new))]
        return self.run_tool("compare.py", *paths, *flags)

    def test_a_slower_median_beyond_the_share_is_a_regression(self):
        status, out, error = self.compare(OLD, result([120, 121, 119, 122, 118, 120, 123]))
        self.assertEqual(status, 1)
        self.assertRegex(out, r"step_bench/append +100 ns +120 ns +\+20\.0% +0\.00\d+ +slower")
        self.assertIn("step_bench/append: slower by more than 10 %", error)

    def test_a_rise_within_the_share_is_none(self):
        new = result([105, 106, 104, 107, 103.5, 105, 108])
        self.assertEqual(self.compare(OLD, new)[0], 0)
        self.assertEqual(self.compare(OLD, new, "--share", "2")[0], 1)

    def test_a_rise_that_the_repetitions_do_not_show_is_none(self):
        noisy = result([60, 300, 70, 290, 115, 80, 310])
        self.assertEqual(self.compare(OLD, noisy)[0], 0)

    def test_faster_is_said_and_well(self):
        status, out, _ = self.compare(OLD, result([80, 81, 79, 82, 78, 80, 83]))
        self.assertEqual(status, 0)
        self.assertIn("faster", out)

    def test_units_are_those_of_the_rows(self):
        micro = result([0.1, 0.101, 0.099, 0.102, 0.098, 0.1, 0.103], unit="us")
        self.assertEqual(self.compare(OLD, micro, "--share", "0.1")[0], 0)

    def test_aggregates_are_no_repetitions(self):
        rows = OLD + result([900], run_type="aggregate", aggregate_name="median")
        self.assertEqual(self.compare(OLD, rows)[0], 0)

    def test_what_only_one_file_has_is_said(self):
        status, _, error = self.compare(OLD + result([1], "gone"), OLD + result([1], "new"))
        self.assertEqual(status, 0)
        self.assertIn("step_bench/gone: only in", error)
        self.assertIn("step_bench/new: only in", error)

    def test_what_fails_now_is_a_regression(self):
        failed = result([0], "vote", error_occurred=True, error_message="no")
        status, _, error = self.compare(OLD + result([1] * 7, "vote"), OLD + failed)
        self.assertEqual(status, 1)
        self.assertIn("step_bench/vote: failed in", error)

    def test_broken_files_are_named_with_the_place(self):
        for content, words in (("{", "new.json: not JSON"), ("[]", "no list `benchmarks`"),
                               ('{"benchmarks": [{"name": 1}]}', "new.json: /benchmarks/0: broken"),
                               ('{"benchmarks": [7]}', "new.json: /benchmarks/0: broken"),
                               ('{"benchmarks": 7}', "no list `benchmarks`")):
            status, _, error = self.compare(OLD, content)
            self.assertEqual(status, 2, content)
            self.assertIn(words, error)
        status, _, error = self.run_tool("compare.py", self.folder / "absent", self.folder / "absent")
        self.assertEqual(status, 2)
        self.assertIn("No such file", error)

    def test_nothing_in_common_or_too_few_repetitions_are_errors(self):
        self.assertEqual(self.compare(OLD, result([1] * 7, "other"))[0], 2)
        status, _, error = self.compare(OLD[:2], result([200, 200]))
        self.assertEqual(status, 2)
        self.assertIn("too few repetitions", error)

    def test_wrong_flags_are_errors(self):
        self.assertEqual(self.compare(OLD, OLD, "--share", "-1")[0], 2)
        self.assertEqual(self.compare(OLD, OLD, "--shore", "1")[0], 2)


class Ceilings(unittest.TestCase):
    def test_only_what_is_not_as_known_is_said(self):
        known = {"append": 1000, "gone": 5}
        self.assertEqual(len(list(ceilings.findings({"append": 1000, "gone": 5}, known))), 0)
        self.assertEqual(len(list(ceilings.findings({"append": 1039, "gone": 5}, known))), 0)
        (slower,) = ceilings.findings({"append": 1041, "gone": 5}, known)
        self.assertIn("append: 1,041 instructions, +4.1% against 1,000: slower", slower)
        (faster,) = ceilings.findings({"append": 899, "gone": 5}, known)
        self.assertIn("should be lowered", faster)
        said = "\n".join(ceilings.findings({"append": 1000, "new": 1}, known))
        self.assertIn("gone: is in", said)
        self.assertIn("new: 1 instructions", said)

    def test_broken_files_are_errors(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "ceilings.json"
            for content in ("{", "[1]", '{"append": "1"}', '{"append": 0}'):
                path.write_text(content)
                with self.assertRaises(ceilings.Failure, msg=content) as caught:
                    ceilings.read_ceilings(path)
                self.assertIn("ceilings.json", str(caught.exception))


class Run(Tool):
    WRITES = """for a; do case $a in --benchmark_out=*) out=${a#*=};; esac; done
echo '{"context": {"num_cpus": 2}, "benchmarks": [{"name": "NAME", "cpu_time": 1}]}' >"$out"
"""

    def bench(self, *flags):
        return self.run_tool("run_benches.py", "--programs", self.folder, *flags)

    def test_all_programs_go_into_one_file(self):
        self.program("a_bench", self.WRITES.replace("NAME", "one"))
        self.program("b_bench", self.WRITES.replace("NAME", "two"))
        path = self.folder / "all.json"
        self.assertEqual(self.bench("--json", path)[0], 0)
        rows = json.loads(path.read_text())["benchmarks"]
        self.assertEqual([(row["program"], row["name"]) for row in rows],
                         [("a_bench", "one"), ("b_bench", "two")])

    def test_a_program_that_fails_does_not_lose_the_others(self):
        self.program("a_bench", "echo broken >&2; exit 3\n")
        self.program("b_bench", self.WRITES.replace("NAME", "two"))
        path = self.folder / "all.json"
        status, _, error = self.bench("--json", path)
        self.assertEqual(status, 1)
        self.assertIn("a_bench failed (3):\nbroken", error)
        self.assertEqual(len(json.loads(path.read_text())["benchmarks"]), 1)

    def test_no_match_no_program_and_no_place_to_write_are_errors(self):
        self.assertEqual(self.bench()[0], 2)
        self.program("a_bench", "echo 'Failed to match any benchmarks against regex: x' >&2\n")
        status, _, error = self.bench("--filter", "x")
        self.assertEqual(status, 2)
        self.assertIn("no benchmark matches 'x'", error)
        self.assertEqual(self.bench("--json", self.folder / "absent" / "x.json")[0], 2)
        self.assertEqual(self.bench("--repetitions", "0")[0], 2)
        self.program("a_bench", self.WRITES.replace("NAME", "one"))
        if os.path.exists("/dev/full"):
            status, _, error = self.bench("--json", "/dev/full")
            self.assertEqual(status, 2)
            self.assertIn("cannot write /dev/full", error)


if __name__ == "__main__":
    unittest.main()
