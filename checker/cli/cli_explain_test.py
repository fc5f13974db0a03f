"""Explaining traces: what is said, as text and as JSON, and what is refused."""

import json
import os
import pathlib
import signal
import subprocess
import time

import cli_test_support as support
from cli_test_support import HOLDS, STOPPED, USAGE, VIOLATED, CliTest

GALLERY = pathlib.Path(__file__).parents[2] / "traces" / "gallery"


class Explain(CliTest):
    def explain(self, name, *arguments):
        path = GALLERY / name / "trace.json"
        done = self.run_program("explain", str(path), *arguments, "--json", "e.json", status=HOLDS)
        self.assert_fits(done.stdout)
        self.assertEqual(done.stderr, "")
        return done.stdout, json.loads((self.folder / "e.json").read_text())

    def test_text_of_a_double_vote(self):
        text, _ = self.explain("double-vote")
        words = " ".join(text.split())
        for part in ["OneVotePerTerm is violated at step 3: server 1 voted for server 1 and then",
                     "It depends on 3 of 3 steps:",
                     "3 server 1, as step 1 left it, receives request_vote from 2, which step 2 sent "
                     "[VoteGranted]: voted_for 1 -> 2",
                     "Faults that it needs: ",
                     "1 request_vote from 1 to 2 (term 1, last log 0@0) is not received",
                     "It does not need: 3 messages that are not received.",
                     "The rule that would have stopped it: vote-once",
                     "Figure 2, RequestVote 2 (section 5.2)",
                     "The core as it is parts from this run at step 3",
                     "here: VoteGranted; voted_for 1 -> 2;", "core: VoteRefusedVoted; nothing changes;"]:
            self.assertIn(part, words)

    def test_json(self):
        _, found = self.explain("volatile-vote")
        self.assertEqual(found["command"], "explain")
        self.assertEqual(found["property"], "OneVotePerTerm")
        self.assertEqual([cause["step"] for cause in found["depends_on"]], [1, 2, 3])
        crash = next(fault for fault in found["faults"] if fault["kind"] == "crash")
        self.assertEqual((crash["step"], crash["needed"]), (3, True))
        self.assertEqual(found["rule"]["name"], "persist-before-responding")
        self.assertEqual(found["rule"]["found_by"], "divergence")
        self.assertEqual(found["divergence"]["step"], 3)
        self.assertEqual(found["faults_untried"], 0)

    def test_recovery(self):
        text, found = self.explain("timer-misuse")
        self.assertIn("The state in which faults stop depends on 5 of 5 steps:", text)
        self.assertEqual(found["rule"]["name"], "timer-restart")
        text, found = self.explain("self-not-counted")  # broken from the start
        self.assertIn("depends on no step", text)
        self.assertEqual(found["depends_on"], [])

    def test_rule_does_not_come_from_the_name_of_the_bug(self):
        # The same runs, recorded on another bug's core under another name: only what happens counts.
        trace = json.loads((GALLERY / "double-vote" / "trace.json").read_text())
        trace["bug"] = None
        (self.folder / "t.json").write_text(json.dumps(trace))
        done = self.run_program("explain", "t.json", "--bug", "double-vote", status=HOLDS)
        self.assertIn("The rule that would have stopped it: vote-once", done.stdout)

    def test_long_walk(self):
        self.run_program("simulate", "--bug", "double-vote", "--property", "ElectionSafety",
                         "--depth", "320", "--steps-min", "280", "--shrink", "off", "--seed", "1",
                         "--trace", "walk.json", status=VIOLATED)
        done = self.run_program("explain", "walk.json", "--json", "e.json", status=HOLDS)
        found = json.loads((self.folder / "e.json").read_text())
        steps = len(json.loads((self.folder / "walk.json").read_text())["steps"])
        self.assertLess(len(found["depends_on"]), steps * 3 // 4)
        self.assertEqual(found["rule"]["name"], "vote-once")
        if len(found["depends_on"]) > 40:
            self.assertIn("raftcheck shrink", done.stdout)

    def test_what_is_refused(self):
        trace = GALLERY / "double-vote" / "trace.json"
        self.refused("explain", says="name the file of a trace: raftcheck explain TRACE")
        self.refused("explain", str(trace), "--bug", "none", says="no longer follows the trace at step 3")
        self.refused("explain", str(trace), "--json", "no/such/file", says="--json: ")
        passing = json.loads(trace.read_text())
        passing["steps"].pop()
        passing["violation"] = None
        (self.folder / "p.json").write_text(json.dumps(passing))
        self.refused("explain", "p.json", says="p.json: /violation: the trace violates nothing")
        done = self.run_program("explain", str(trace), "--json", "/dev/full", status=USAGE)
        self.assertIn("raftcheck: --json: /dev/full: ", done.stderr)

    def test_rules_are_listed(self):
        text = self.run_program("list", "rules", status=HOLDS).stdout
        self.assert_fits(text)
        self.assertIn("  vote-once ", text)
        self.assertIn("section 5.4.2", text)

    def test_interrupted(self):
        self.run_program("simulate", "--bug", "commit-not-monotonic", "--depth", "900", "--steps-min",
                         "300", "--property", "CommitIndexMonotonic", "--shrink", "off", "--seed", "1",
                         "--trace", "walk.json", "--walks", "1000000", status=VIOLATED)
        program = subprocess.Popen([support.PROGRAM, "explain", "walk.json", "--json", "e.json"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        time.sleep(0.15)
        program.send_signal(signal.SIGINT)
        text, _ = program.communicate(timeout=60)
        self.assertIn(program.returncode, (HOLDS, STOPPED, -signal.SIGINT), text)
        if program.returncode == STOPPED:
            self.assertRegex(text, r"Interrupted: [\d,]+ more w(as|ere) not tried\.")
            self.assertTrue(os.path.exists(self.folder / "e.json"))
