#!/usr/bin/env python3
"""Inputs that a campaign found: each breaks its bug of the gallery, and not the core as it is.

usage: canary_test.py FUZZ_CANARY RAFTCHECK GALLERY
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from canaries import VIOLATED, safety_bugs

FUZZ = pathlib.Path(__file__).resolve().parent
PROGRAM, RAFTCHECK, GALLERY = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:4])
FOUND = sorted((FUZZ / "found").iterdir())


def run(path, bug=None):
    with tempfile.TemporaryDirectory(prefix="raftcheck-canary-") as folder:
        environment = {**os.environ, "RAFTCHECK_GALLERY": GALLERY, "RAFTCHECK_TRACE_DIR": folder}
        environment.pop("RAFTCHECK_BUG", None)
        if bug:
            environment["RAFTCHECK_BUG"] = bug
        done = subprocess.run([PROGRAM, path], env=environment, capture_output=True, text=True,
                              check=False)
        traces = [trace.read_text() for trace in pathlib.Path(folder).iterdir()]
        return done, traces


class Canary(unittest.TestCase):
    def test_each_input_breaks_its_bug_and_writes_a_trace(self):
        for path in FOUND:
            with self.subTest(bug=path.name):
                done, traces = run(path, path.name)
                self.assertEqual(done.returncode, -6, done.stderr)
                self.assertRegex(done.stderr, VIOLATED)
                self.assertEqual(len(traces), 1)
                self.assertIn(f'"bug": "{path.name}"', traces[0])

    def test_none_breaks_the_core(self):
        for path in FOUND:
            with self.subTest(bug=path.name):
                done, traces = run(path)
                self.assertEqual((done.returncode, traces), (0, []), done.stderr)

    def test_all_are_bugs_that_break_something(self):
        self.assertLessEqual({path.name for path in FOUND}, set(safety_bugs()))
        self.assertGreaterEqual(len(FOUND), 15)

    def test_unknown_bug(self):
        done, _ = run(FOUND[0], "none-such")
        self.assertEqual(done.returncode, 2)
        self.assertIn("RAFTCHECK_BUG=none-such", done.stderr)

    def test_replay_takes_the_input(self):
        path = FOUND[0]
        done = subprocess.run([RAFTCHECK, "replay", path, "--bug", path.name], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("Reproduced on the real code", done.stdout)
        done = subprocess.run([RAFTCHECK, "replay", path], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
