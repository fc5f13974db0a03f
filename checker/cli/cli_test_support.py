"""What the tests of the program share: starting it, and what it must say when it refuses."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

PROGRAM = ""  # set by cli_test.py

HOLDS, VIOLATED, USAGE, STOPPED = 0, 1, 2, 3

TINY = ["--terms", "1", "--log", "1", "--crashes", "0"]  # over any network: some hundred states
ENDLESS = ["--terms", "9", "--log", "9", "--crashes", "9"]  # ends at a limit or by a signal only

FLAGS = [
    "servers", "terms", "log", "proposals", "timeouts", "crashes", "network", "inflight",
    "duplicates", "partitions", "loss", "order", "no-op", "backtracking", "entries", "depth",
    "states", "time", "memory", "checkpoint-every", "threads", "symmetry", "shortest-states", "keep-going",
    "recovery", "recovery-steps", "check-symmetry", "store", "fingerprint-seed",
    "transfers", "reads", "clock-drifts", "pre-vote", "check-quorum", "vote-lease", "lease-reads",
    "bytes", "appends-in-flight", "uncommitted",
    "compactions", "snapshot-chunk", "changes", "voters", "learners", "membership", "disk"]
SWITCHES = ["recovery", "check-symmetry", "pre-vote", "check-quorum", "vote-lease", "lease-reads",
            "learners"]  # alone: on


class CliTest(unittest.TestCase):
    """Each test runs in an empty folder of its own."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="raftcheck-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_program(self, *arguments, status=None, **options):
        options.setdefault("env", {name: value for name, value in os.environ.items()
                                   if not name.startswith("GITHUB_")})
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=options.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, text=True,
            timeout=120, **options)
        if status is not None:
            self.assertEqual(done.returncode, status, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def explore(self, *arguments, status=HOLDS):
        return self.run_program("explore", *arguments, status=status)

    def summary(self, *arguments, status=HOLDS):
        return json.loads(self.explore(*arguments, "--json", "-", status=status).stdout)

    def refused(self, *arguments, says=()):
        """The program refuses on one line of stderr, says nothing on stdout and leaves no file."""
        before = sorted(os.listdir(self.folder))
        done = self.run_program(*arguments, status=USAGE)
        self.assertEqual(done.stdout, "", arguments)
        self.assertRegex(done.stderr, r"\Araftcheck: [^\n]+\n\Z", arguments)
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, done.stderr, arguments)
        self.assertEqual(sorted(os.listdir(self.folder)), before, arguments)
        return done.stderr

    def assert_fits(self, text, columns=80):
        for line in text.splitlines():
            self.assertLessEqual(len(line), columns, line)
