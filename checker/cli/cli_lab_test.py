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
    "assertions_only", "interrupted", "stopped_by", "runs", "failed", "events", "virtual_microseconds",
    "seconds", "peak_rss_bytes", "tests"]
ROW_KEYS = [
    "test", "part", "no_op", "iterations", "failed", "events", "virtual_microseconds", "rpcs",
    "bytes", "seconds", "failures", "trace", "trace_minimal", "page", "history", "happened",
    "convergence_microseconds_max"]


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
                (["--iterations", "unlimited"], ["--iterations unlimited", "--time"]),
                (["--time", "soon"], ["--time soon"]),
                (["--time", "-1"], ["--time"]),
                (["--judge", "lenient"], ["--judge lenient", "whole"]),
                (["--history", "no/such/folder/file"], ["--history"]),
                (["--jobs", "65"], ["--jobs 65"]),
                (["--bug", "no-such-bug"], ["--bug no-such-bug", "match-next-plus-len"]),
                (["--property", "Fairness"], ["Fairness"]),
                (["--assertions-only", "--property", "LogMatching"], ["--assertions-only"]),
                (["--iteration", "1"], ["did you mean --iterations?"]),
                (["--json", "no/such/folder/file"], ["--json"]),
                (["--trace", "no/such/folder/file"], ["--trace"])]:
            self.refused("lab", *arguments, says=says)

    def test_time_ends_it_and_is_no_failure(self):
        report = self.report("--only", "A", "--time", "1", "--seed", "1", "--no-op", "off")
        self.assertEqual(report["stopped_by"], "time")
        self.assertFalse(report["interrupted"])
        self.assertIsNone(report["iterations"])
        runs = [row["iterations"] for row in report["tests"]]
        self.assertGreater(min(runs), 10)
        self.assertLessEqual(max(runs) - min(runs), 1)
        done = self.report("--only", "BasicAgree", "--time", "60", "--iterations", "2")
        self.assertEqual(done["stopped_by"], "iterations")
        self.assertEqual(done["runs"], 4)

    def test_both_judges_come_to_the_same(self):
        def runs(judge):
            report = self.report("--only", "ReElection", "--only", "SnapshotInit", "--iterations", "2",
                                 "--seed", "3", "--judge", judge)
            return [[row[key] for key in ("events", "virtual_microseconds", "failed")]
                    for row in report["tests"]]
        self.assertEqual(runs("quick"), runs("whole"))

    def test_the_nemesis_says_what_it_did(self):
        done = self.lab("--only", "Nemesis", "--iterations", "2", "--seed", "1")
        self.assertRegex(" ".join(done.stdout.split()), r"Nemesis: .*operation \d")
        self.assertIn("after the last fault, all was well within", done.stdout)
        self.assert_fits(done.stdout)

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

    def test_a_stale_read_leaves_a_history_that_is_not_linearizable(self):
        done = self.lab("--bug", "read-before-own-term", "--only", "KvReadsPartitions",
                        "--iterations", "50", "--seed", "1", "--assertions-only", "--no-op", "off",
                        status=VIOLATED)
        self.assertIn("what clients saw is not linearizable", " ".join(done.stdout.split()))
        (history,) = [name for name in os.listdir(self.folder) if name.endswith(".edn")]
        self.assertIn(history, done.stdout)
        judged = self.run_program("linearizable", history, "--model", "kv", status=VIOLATED)
        self.assertIn("NOT linearizable", judged.stdout)

    def test_the_nemesis_leaves_a_short_trace_of_its_long_runs(self):
        report = self.report("--bug", "commit-old-term", "--only", "Nemesis", "--iterations", "20",
                             "--seed", "1", "--no-op", "off", "--trace", "trace.json", status=VIOLATED)
        self.assertEqual(report["tests"][0]["trace"], "trace.json")
        with open(os.path.join(self.folder, "trace.json"), encoding="utf-8") as file:
            self.assertLess(len(json.load(file)["steps"]), 200)
        self.run_program("replay", "trace.json", status=VIOLATED)


    def test_what_long_snapshots_make_dear_is_written_soon_and_said_to_be_long(self):
        done = self.lab("--bug", "snapshot-drops-suffix", "--only", "KvSnapshotAllFaults", "--seed", "1",
                        "--no-op", "off", "--trace", "trace.json", "--json", "report.json",
                        status=VIOLATED)
        self.assertIn("it may be made shorter: raftcheck shrink trace.json", done.stdout)
        with open(os.path.join(self.folder, "report.json"), encoding="utf-8") as file:
            self.assertIs(json.load(file)["tests"][0]["trace_minimal"], False)
        self.run_program("replay", "trace.json", status=VIOLATED)


class LabJudges(LabTest):
    """Takes about an hour: `./dev soak`."""

    def test_both_find_the_same_in_every_bug(self):
        bugs = sorted(os.listdir(os.path.join(os.path.dirname(support.PROGRAM), "gallery")))
        violations = 0
        for bug in bugs:
            with self.subTest(bug=bug):
                quick, whole = (self.found(bug, judge) for judge in ("quick", "whole"))
                self.assertEqual(quick, whole)
                violations += sum(1 for test in quick for failure in test[-1] if failure[1])
        self.assertGreater(violations, 100)

    def found(self, bug, judge):
        arguments = [support.PROGRAM, "lab", "--bug", bug, "--judge", judge, "--seed", "1", "--json",
                     "-", "--trace", "/dev/null", "--history", "/dev/null", "--iterations", "1"]
        for test in ("A", "B", "Persist1", "Persist2", "Persist3", "UnreliableChurn", "D", "KvSnapshotAllFaults",
                     "KvReadsOnePartition", "N"):
            arguments += ["--only", test]
        done = subprocess.run(arguments, cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (HOLDS, VIOLATED), done.stderr)
        return [[test["test"], test["no_op"], test["events"],
                 [[failure["iteration"], failure["property"], failure["message"]]
                  for failure in test["failures"]]]
                for test in json.loads(done.stdout)["tests"]]
