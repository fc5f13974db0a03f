#!/usr/bin/env python3
"""Tests of run_peers.py that need no peer: what it reads, how it compares, what it refuses."""

import contextlib
import io
import os
import pathlib
import stat
import tempfile
import unittest
import unittest.mock

import run_peers
from run_peers import Contestant, Failure, Result, Run

SPIN_OUTPUT = """
State-vector 28 byte, depth reached 220, errors: 0
  4152822 states, stored
 19679482 states, matched
 23832304 transitions (= stored+matched)
pan: elapsed time 3.64 seconds
"""
RUMUR_OUTPUT = """
\t 10000 states explored in 1s, with 24076 rules fired and 9000 states in the queue.
\t 4152822 states, 24077 rules fired in 1s, 4711 states in the queue.
Status:

\tNo error found.

State Space Explored:

\t4152822 states, 23832303 rules fired in 43s.
"""

OURS = Contestant("raftcheck", run_peers.OURS)
SPIN = Contestant("spin fast", run_peers.SPIN)
HASHED = Contestant("spin fast, HC4", run_peers.SPIN, exact=False)
RUMUR = Contestant("rumur", run_peers.RUMUR)


def result(contestant, distinct, cpu=1.0, generated=1000):
    return Result.of(contestant, [Run(distinct, generated, cpu, cpu, 100 * distinct)])


class Reading(unittest.TestCase):
    def test_counts_of_each_tool_are_those_of_its_summary(self):
        counts = (4152822, 23832304)  # rumur does not count the initial state
        ours = "distinct 4152822\ngenerated 23832304\ndepth 35\n"
        self.assertEqual(run_peers.counts_of(run_peers.OURS, ours), counts)
        self.assertEqual(run_peers.counts_of(run_peers.SPIN, SPIN_OUTPUT), counts)
        self.assertEqual(run_peers.counts_of(run_peers.RUMUR, RUMUR_OUTPUT), counts)

    def test_an_error_found_or_a_truncated_search_is_a_failure(self):
        broken = [
            (run_peers.SPIN, SPIN_OUTPUT.replace("errors: 0", "errors: 1")),
            (run_peers.SPIN, "error: max search depth too small\n" + SPIN_OUTPUT),
            (run_peers.SPIN, "Warning: Search not completed\n" + SPIN_OUTPUT),
            (run_peers.RUMUR, RUMUR_OUTPUT.replace("No error found", "1 error(s) found")),
            (run_peers.OURS, "distinct 5\n"),
        ]
        for tool, text in broken:
            with self.subTest(text=text), self.assertRaises(Failure):
                run_peers.counts_of(tool, text)


class Comparing(unittest.TestCase):
    def test_equal_counts_differ_in_nothing(self):
        results = [result(c, 10) for c in (OURS, SPIN, RUMUR)]
        self.assertEqual(list(run_peers.differences(results)), [])

    def test_a_count_off_by_one_is_said(self):
        results = [result(OURS, 10), result(SPIN, 11), result(RUMUR, 10, generated=999)]
        self.assertEqual(list(run_peers.differences(results)), [
            "spin fast counts 11 distinct states, raftcheck 10",
            "rumur counts 999 generated states, raftcheck 1,000"])

    def test_hash_compaction_may_lose_states(self):
        self.assertEqual(list(run_peers.differences([result(OURS, 10), result(HASHED, 9)])), [])

    def test_rounded_numbers_of_spin_are_equal_and_others_are_not(self):
        self.assertTrue(run_peers.same(348671482, 348671480))
        self.assertFalse(run_peers.same(348671482, 348681482))
        self.assertFalse(run_peers.same(23832304, 23832303))

    def test_the_fastest_of_a_tool_is_exact(self):
        results = [result(OURS, 10), result(SPIN, 10), result(HASHED, 10, cpu=0.1)]
        self.assertIs(run_peers.fastest(results, run_peers.SPIN), results[1])
        self.assertIsNone(run_peers.fastest(results, run_peers.RUMUR))

    def test_a_result_is_the_median_of_its_runs(self):
        runs = [Run(10, 20, cpu, cpu + 1, 100) for cpu in (9.0, 2.0, 1.0)]
        self.assertEqual(Result.of(OURS, runs).cpu, 2.0)
        self.assertEqual(Result.of(OURS, runs).states_per_second, 5.0)
        with self.assertRaises(Failure):
            Result.of(OURS, runs + [Run(11, 20, 1.0, 1.0, 100)])


class Running(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="raftcheck-peers-test-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def program(self, script):
        path = self.folder / "program"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        os.chmod(path, path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def run_alone(self, script, *flags):
        """(exit status, stdout, stderr) of a comparison with no peer installed."""
        out, err = io.StringIO(), io.StringIO()
        with unittest.mock.patch.object(run_peers.shutil, "which", lambda tool: None), \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run_peers.main(["--program", self.program(script), "--runs", "1", *flags])
        return status, out.getvalue(), err.getvalue()

    def test_peers_that_are_not_installed_are_skipped_by_name(self):
        status, out, err = self.run_alone("echo distinct 10; echo generated 20")
        self.assertEqual(status, 0)
        self.assertIn("spin is not installed: skipped", err)
        self.assertIn("rumur is not installed: skipped", err)
        self.assertRegex(out, r"raftcheck +10 +20 ")

    def test_a_check_without_peers_is_skipped_as_a_whole(self):
        self.assertEqual(self.run_alone("exit 1", "--check")[0], run_peers.SKIPPED)

    def test_a_contestant_that_fails_is_named(self):
        status, _, err = self.run_alone("echo no memory; exit 3")
        self.assertEqual(status, 1)
        self.assertIn("raftcheck ended with status 3", err)
        self.assertIn("no memory", err)

    def test_the_table_is_written_as_json(self):
        file = self.folder / "table.json"
        status, _, _ = self.run_alone("echo distinct 10; echo generated 20", "--json", str(file))
        self.assertEqual(status, 0)
        written = run_peers.json.loads(file.read_text(encoding="utf-8"))
        self.assertEqual(written["space"], {"terms": 2, "log": 1, "inflight": 3})
        self.assertEqual(written["contestants"][0]["distinct"], 10)

    def test_a_file_that_cannot_be_written_is_a_usage_error(self):
        nowhere = str(self.folder / "none" / "table.json")
        status, _, err = self.run_alone("echo distinct 1; echo generated 1", "--json", nowhere)
        self.assertEqual(status, 2)
        self.assertIn(nowhere, err)

    def test_bounds_that_the_models_cannot_hold_are_refused(self):
        for space in ("4,1,3", "2,0,3", "2,1,7", "2,1,1", "2,1", "a,1,3"):
            with self.subTest(space=space), self.assertRaises(SystemExit) as refused, \
                    contextlib.redirect_stderr(io.StringIO()) as err:
                run_peers.parse(["--program", "x", "--space", space])
            self.assertEqual(refused.exception.code, 2)
            self.assertIn("TERMS,LOG,INFLIGHT", err.getvalue())


if __name__ == "__main__":
    unittest.main()
