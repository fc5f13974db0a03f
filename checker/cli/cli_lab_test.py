"""The lab: its suite passes, a bug is noticed and leaves a trace, and a seed says it all."""

import json
import os
import signal
import subprocess
import time

import cli_test_support as support
from cli_test_support import HOLDS, STOPPED, VIOLATED, CliTest

KEYS = [
    "version", "command", "arguments", "seed", "from", "iterations", "jobs", "bug",
    "assertions_only", "interrupted", "runs", "failed", "events", "virtual_microseconds",
    "seconds", "peak_rss_bytes", "tests"]
ROW_KEYS = [
    "test", "part", "no_op", "iterations", "failed", "events", "virtual_microseconds", "rpcs",
    "bytes", "seconds", "failures", "trace", "page"]


class LabTest(CliTest):
    def lab(self, *arguments, status=HOLDS):
        return self.run_program("lab", *arguments, status=status)

    def report(self, *arguments, status=HOLDS):
        return json.loads(self.lab(*arguments, "--json", "-", status=status).stdout)


class Lab(LabTest):
    def test_list_names_the_suite(self):
        names = [line.split()[1] for line in self.lab("--list").stdout.splitlines()]
        for name in ["InitialElection", "Backup", "Figure8Unreliable", "SnapshotInstallUnCrash"]:
            self.assertIn(name, names)
        self.assertEqual(len(names), len(set(names)))

    def test_a_part_passes(self):
        done = self.lab("--only", "A", "--iterations", "3", "--seed", "1")
        self.assertIn("No failure in 18 runs", done.stdout)
        self.assertIn("seed 1,", done.stdout)
        self.assertEqual(done.stderr, "")
        self.assert_fits(done.stdout)
        self.assertEqual(os.listdir(self.folder), [])

    def test_json(self):
        report = self.report("--only", "BasicAgree", "--only", "Count", "--iterations", "2",
                             "--no-op", "off", "--seed", "18446744073709551615")
        self.assertEqual(list(report), KEYS)
        self.assertEqual(report["seed"], 18446744073709551615)
        self.assertEqual([row["test"] for row in report["tests"]], ["BasicAgree", "Count"])
        for row in report["tests"]:
            self.assertEqual(list(row), ROW_KEYS)
            self.assertEqual(row["iterations"], 2)
            self.assertFalse(row["no_op"])

    def test_the_same_seed_is_the_same_run_on_any_number_of_threads(self):
        def runs(*more):
            report = self.report("--only", "B", "--iterations", "4", "--seed", "5", *more)
            return [[row[key] for key in ("events", "virtual_microseconds", "rpcs", "bytes")]
                    for row in report["tests"]]
        once = runs()
        self.assertEqual(once, runs())
        self.assertEqual(once, runs("--jobs", "3"))

    def test_what_is_wrong_is_refused(self):
        for arguments, says in [
                (["--only", "Bakcup"], ["--only Bakcup", "did you mean Backup?"]),
                (["--only", "Z"], ["no such test or part", "--list"]),
                (["--iterations", "0"], ["--iterations 0"]),
                (["--iterations", "many"], ["--iterations many"]),
                (["--no-op", "maybe"], ["--no-op maybe", "both"]),
                (["--jobs", "65"], ["--jobs 65"]),
                (["--bug", "no-such-bug"], ["--bug no-such-bug", "match-next-plus-len"]),
                (["--property", "Fairness"], ["Fairness"]),
                (["--assertions-only", "--property", "LogMatching"], ["--assertions-only"]),
                (["--iteration", "1"], ["did you mean --iterations?"]),
                (["--json", "no/such/folder/file"], ["--json"]),
                (["--trace", "no/such/folder/file"], ["--trace"])]:
            self.refused("lab", *arguments, says=says)

    def test_ctrl_c_says_how_far_it_came(self):
        with subprocess.Popen([support.PROGRAM, "lab", "--iterations", "10000000", "--seed", "1"],
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True) as process:
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            stdout, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, STOPPED, stdout)
        self.assertRegex(stdout, r"Interrupted: no failure so far in [\d,]+ runs")


class LabBugs(LabTest):
    def test_a_failed_run_is_told_and_its_trace_replays(self):
        done = self.lab("--bug", "match-next-plus-len", "--only", "Backup", "--iterations", "20",
                        "--seed", "1", "--no-op", "off", "--trace", "trace.json", status=VIOLATED)
        self.assertIn("MatchIndexSound is violated", " ".join(done.stdout.split()))
        self.assertIn("trace.json", done.stdout)
        replayed = self.run_program("replay", "trace.json", status=VIOLATED)
        self.assertIn("MatchIndexSound", replayed.stdout)

    def test_the_command_that_is_told_fails_again(self):
        report = self.report("--bug", "commit-old-term", "--only", "Figure8", "--seed", "1",
                             "--iterations", "300", "--no-op", "off", status=VIOLATED)
        (failure,) = report["tests"][0]["failures"]
        again = self.report(*failure["command"].split()[2:], status=VIOLATED)
        self.assertEqual(again["runs"], 1)
        self.assertEqual(again["tests"][0]["failures"][0]["message"], failure["message"])

    def test_each_part_notices_a_bug_by_its_assertions_alone(self):
        for part, bug in [("A", "double-vote"), ("B", "truncate-always"),
                          ("C", "no-up-to-date-check"), ("D", "snapshot-boundary"), ("K", "double-vote")]:
            report = self.report("--bug", bug, "--only", part, "--seed", "1", "--iterations", "20",
                                 "--assertions-only", "--no-op", "off", status=VIOLATED)
            self.assertGreater(report["failed"], 0, bug)
