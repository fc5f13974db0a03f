"""Models other than a cluster: --model, --variant, --model-set, list models."""

import json
import os
import signal
import subprocess
import time

import cli_test_support as support
from cli_search_test import JSON_KEYS
from cli_test_support import HOLDS, STOPPED, VIOLATED, CliTest

RAFT_TLA = ["--model", "raft-tla"]

# What TLC measured: generated, distinct, depth.
ROWS = {
    "election-3": (41049, 5667, 31),
    "election-3-full": (243814, 33663, 31),
    "election-3-beyond": (53898, 5667, 31),
    "election-3-restart": (371478, 49695, 32),
    "election-3-lossy": (115770, 13848, 31),
    "two-full": (61, 27, 9),
    "two": (37, 16, 9),
}


class Models(CliTest):
    def counts(self, *arguments, status=HOLDS):
        found = self.summary(*arguments, status=status)
        return found["generated"], found["distinct"], found["depth"]

    def test_rows_are_those_of_tlc(self):
        for variant, counts in ROWS.items():
            self.assertEqual(self.counts(*RAFT_TLA, "--variant", variant), counts, variant)

    def test_settings_override_the_variant(self):
        spelled_out = [*RAFT_TLA, "--variant", "two", "--model-set", "servers=3,restart=on",
                       "--model-set", "max_client_requests=0"]
        self.assertEqual(self.counts(*spelled_out), ROWS["election-3-restart"])
        for off in [["--symmetry", "off"], ["--model-set", "symmetry=off"]]:
            self.assertEqual(self.counts(*RAFT_TLA, "--variant", "two", *off), ROWS["two-full"])

    def test_puzzles(self):
        self.assertEqual(self.counts("--model", "jugs"), (97, 16, 8))
        self.assertEqual(self.counts("--model", "hanoi", "--model-set", "discs=5")[1:], (243, 32))
        self.assertEqual(self.counts("--model", "tiles", "--model-set", "rows=2")[1:], (360, 22))

    def test_summary(self):
        done = self.explore(*RAFT_TLA, "--variant", "election-3", "--model-set", "max_term=3")
        self.assertTrue(done.stdout.startswith(
            "No violation of raft-tla, variant election-3, max_term=3.\n"
            "The space is exhausted.\n"), done.stdout)
        for words in ["generated                     53,898", "5,667 (33,663 without symmetry)",
                      "depth                         31", "max_term 3 ", "BecomeLeader ",
                      "DropMessage                   never"]:
            self.assertIn(words, done.stdout)
        for words in ["witness", "step calls", "local states", "--terms", "cluster states  0"]:
            self.assertNotIn(words, done.stdout)
        self.assert_fits(done.stdout)
        self.assertEqual(os.listdir(self.folder), [])

    def test_json_has_the_keys_of_every_search(self):
        found = self.summary(*RAFT_TLA, "--variant", "two", "--model-set", "values=2")
        self.assertEqual(list(found), JSON_KEYS)
        config = found["config"]
        self.assertEqual((config["model"], config["variant"]), ("raft-tla", "two"))
        self.assertEqual((config["values"], config["servers"], config["restart"]), (2, 2, "off"))
        self.assertIn("LogMatching", config["properties"])
        for key in ["local_states", "step_calls", "witnesses", "kept", "violation"]:
            self.assertIsNone(found[key], key)
        self.assertEqual(found["distinct_without_symmetry"], 27)
        self.assertEqual(found["cut_off"]["max_client_requests"], 0)
        self.assertGreater(found["coverage"]["Timeout"], 0)

    def test_violation_is_printed_and_in_the_json(self):
        arguments = [*RAFT_TLA, "--variant", "election-3", "--model-set", "quorum=1"]
        done = self.explore(*arguments, status=VIOLATED)
        self.assertTrue(done.stdout.startswith(
            "OneLeaderPerTerm is violated by raft-tla, variant election-3, quorum=1.\n"))
        self.assertIn("\n    1   Timeout(s1)\n    2   RequestVote(s1, s2)\n", done.stdout)
        self.assertIn("\n   10   BecomeLeader(s2)\nIt ends in\n  s1: leader in term 2", done.stdout)
        self.assert_fits(done.stdout)
        self.assertEqual(os.listdir(self.folder), [])
        found = self.summary(*arguments, status=VIOLATED)
        violation = found["violation"]
        self.assertEqual(violation["property"], "OneLeaderPerTerm")
        self.assertEqual(violation["depth"], 10)
        self.assertEqual(len(violation["steps"]), 10)
        self.assertTrue(violation["last_state"][0].startswith("s1: leader in term 2"))
        self.assertEqual(found["stopped_by"], "violation")

    def test_a_violation_is_the_same_on_every_number_of_threads_and_without_symmetry(self):
        arguments = [*RAFT_TLA, "--variant", "election-3", "--model-set", "quorum=1"]
        runs = {json.dumps(self.summary(*arguments, *more, status=VIOLATED)["violation"])
                for more in [[], ["--threads", "1"], ["--threads", "3"], ["--symmetry", "off"]]}
        self.assertEqual(len(runs), 1, runs)

    def test_solution_of_a_puzzle(self):
        done = self.explore("--model", "jugs", "--model-set", "goal=4", status=VIOLATED)
        self.assertIn("NotSolved is violated by jugs, goal=4.\n", done.stdout)
        self.assertIn("\n    6   pour the big into the small\n", done.stdout)

    def test_limits(self):
        for limit, words in [(["--depth", "3"], "Stopped at --depth 3"),
                             (["--states", "9000"], "Stopped at --states 9000"),
                             (["--time", "0.2"], "Stopped after --time 0.2")]:
            done = self.explore(*RAFT_TLA, *limit, status=STOPPED)
            self.assertTrue(done.stdout.startswith(
                f"{words}: no violation so far of raft-tla.\nThe space is NOT exhausted.\n"),
                done.stdout)
        found = self.summary("--model", "tiles", "--depth", "31", status=STOPPED)
        self.assertEqual(found["distinct"], 181440)
        self.assertFalse(found["exhausted"])

    def test_interruption(self):
        with subprocess.Popen([support.PROGRAM, "explore", *RAFT_TLA, "--model-set", "max_term=9"],
                              cwd=self.folder, stdout=subprocess.PIPE, text=True) as process:
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            text = process.stdout.read()
        self.assertEqual(process.returncode, STOPPED)
        self.assertTrue(text.startswith("Interrupted: no violation so far of raft-tla"), text)

    def test_refusals(self):
        for arguments, says in [
                (["--model", "paxos"], ["--model", "no such model: paxos", "raft-tla, jugs"]),
                (["--model", ""], "--model: name a model"),
                (["--variant", "two"], "--variant: name a model with --model"),
                (["--model-set", "servers=2"], "--model-set: name a model with --model"),
                ([*RAFT_TLA, "--variant", "three"], ["--variant", "no variant three", "two-full"]),
                (["--model", "jugs", "--variant", "two"], ["--variant", "has no variants"]),
                ([*RAFT_TLA, "--model-set", "terms=3"], ["--model-set", "no parameter terms"]),
                ([*RAFT_TLA, "--model-set", "max_term"], "give NAME=VALUE"),
                ([*RAFT_TLA, "--model-set", ""], "give NAME=VALUE"),
                ([*RAFT_TLA, "--model-set", "values=2,"], "give NAME=VALUE"),
                ([*RAFT_TLA, "--model-set", "max_term=x"], "max_term=x: give a whole number"),
                ([*RAFT_TLA, "--model-set", "values=2,values=3"], "values is set twice"),
                ([*RAFT_TLA, "--model-set", "symmetry=on", "--symmetry", "off"], "--symmetry off"),
                ([*RAFT_TLA, "--symmetry", "maybe"], "--symmetry maybe: give one of on, off"),
                (["--model", "tiles", "--symmetry", "on"], "tiles has no symmetry"),
                ([*RAFT_TLA, "--states", "0"], "--states 0"),
                ([*RAFT_TLA, "--terms", "3"], ["--terms 3: a flag of clusters", "list models"]),
                ([*RAFT_TLA, "--network", "any"], "--network any: a flag of clusters"),
                ([*RAFT_TLA, "--order", "shortest"], "--order shortest: a flag of clusters"),
                ([*RAFT_TLA, "--checkpoint", "x"], "--checkpoint x: a flag of clusters"),
                ([*RAFT_TLA, "--resume", "x"], "--resume x: a flag of clusters"),
                ([*RAFT_TLA, "--checkpoint-every", "1"], "--checkpoint-every 1: a flag of clusters"),
                ([*RAFT_TLA, "--bug", "double-vote"], "--bug double-vote: a flag of clusters"),
                ([*RAFT_TLA, "--property", "LogMatching"], "--property LogMatching: a flag of"),
                ([*RAFT_TLA, "--trace", "x.json"], ["--trace x.json", "--json"]),
                ([*RAFT_TLA, "--json", "no/such/folder/x.json"], "--json")]:
            self.refused("explore", *arguments, says=says)

    def test_list(self):
        text = self.run_program("list", "models", status=HOLDS).stdout
        for words in ["raft-tla: ", "jugs: ", "hanoi: ", "tiles: ", *ROWS, "max_become_leader"]:
            self.assertIn(words, text)
        self.assertIn("replication-3", text)
