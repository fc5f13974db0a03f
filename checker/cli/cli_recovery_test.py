"""explore --recovery: the summary, the JSON, the trace, limits, interruption."""

import json
import os
import pty
import re
import signal
import subprocess

import cli_test_support as support
from cli_test_support import ENDLESS, HOLDS, STOPPED, TINY, USAGE, VIOLATED, CliTest

KEYS = ["states", "checked", "failing", "distinct", "orders", "steps", "steps_max", "steps_needed",
        "step_calls"]
BUG = "break-on-old-term"


class Recovery(CliTest):
    def test_the_core_recovers(self):
        done = self.explore(*TINY, "--recovery", "--json", "x.json")
        recovery = json.loads((self.folder / "x.json").read_text())["recovery"]
        self.assertEqual(list(recovery), KEYS)
        self.assertGreater(recovery["states"], 50)
        self.assertEqual(recovery["checked"], recovery["states"])
        self.assertEqual(recovery["failing"], 0)
        self.assertEqual(recovery["orders"], 12)
        self.assertLess(5, recovery["steps_needed"])
        self.assertLess(recovery["steps_needed"], recovery["steps_max"])
        self.assertGreater(recovery["steps"], recovery["distinct"])
        text = " ".join(done.stdout.split())
        for words in [f"It recovers within {recovery['steps_needed']} steps from every state.",
                      f"{recovery['states']:,} of {recovery['states']:,} reached",
                      f"{recovery['steps_needed']} at most, of {recovery['steps_max']} allowed",
                      f"12 from each of {recovery['distinct']:,} clusters"]:
            self.assertIn(words, text)
        self.assert_fits(done.stdout)
        self.assertEqual(done.stderr, "")

    def test_nothing_recovers_unasked(self):
        for flags in [[], ["--recovery", "off"]]:
            self.assertIsNone(self.summary(*TINY, *flags)["recovery"])
        self.assertNotIn("recover", self.explore(*TINY).stdout)

    def test_every_way_to_say_on(self):
        for flags in [["--recovery"], ["--recovery", "on"], ["--recovery=on"]]:
            self.assertEqual(self.summary(*flags, *TINY)["config"]["recovery"], "on")
            self.assertEqual(self.summary(*TINY, *flags)["config"]["recovery-steps"], "auto")

    def test_refusals(self):
        self.refused("explore", "--recovery", "yes", says=["--recovery yes", "off, on"])
        self.refused("explore", "--recovery-steps", "9", says=["--recovery-steps 9", "--recovery"])
        for steps in ["0", "1000001", "many", "-1", ""]:
            self.refused("explore", "--recovery", "--recovery-steps", steps,
                         says=["--recovery-steps", "from 1 to 1000000, or auto"])

    def test_a_cluster_that_does_not_recover(self):
        done = self.explore("--bug", BUG, "--trace", "t.json", "--json", "x.json", status=VIOLATED)
        found = json.loads((self.folder / "x.json").read_text())
        trace = json.loads((self.folder / "t.json").read_text())
        violation, recovery = found["violation"], trace["recovery"]
        self.assertEqual(violation["property"], "Recovery")
        self.assertEqual(violation["message"], trace["violation"]["message"])
        self.assertEqual(violation["depth"], len(trace["steps"]))
        self.assertEqual(violation["trace"], trace)
        self.assertEqual(len(trace["steps"]), recovery["after"] + recovery["steps"])
        self.assertGreater(found["recovery"]["failing"], 0)
        self.assertIs(found["exhausted"], True)
        self.assertTrue(done.stdout.startswith(f"Recovery is violated with the bug {BUG} within"))
        self.assertNotIn("It recovers", done.stdout)
        for words in ["faults stop", "do not recover", "No shorter run", "raftcheck replay t.json"]:
            self.assertIn(words, done.stdout)
        self.assertIn("searching for a shortest run", done.stderr)

    def test_replay(self):
        self.explore("--bug", BUG, "--trace", "t.json", status=VIOLATED)
        done = self.run_program("replay", "t.json", status=VIOLATED)
        self.assertIn("Reproduced on the real code", done.stdout)
        self.assertEqual(done.stdout.count("faults stop"), 2)  # where, and why it is a violation
        core = self.run_program("replay", "t.json", "--bug", "none", status=USAGE)
        self.assertIn("no longer follows the trace", core.stderr)
        trace = json.loads((self.folder / "t.json").read_text())
        trace["recovery"]["order"].reverse()
        (self.folder / "t.json").write_text(json.dumps(trace))
        refused = self.run_program("replay", "t.json", status=USAGE)
        self.assertIn("the fair schedule takes another step here", refused.stderr)

    def test_replay_of_a_schedule_that_spends_more_than_the_bounds(self):
        self.explore("--bug", BUG, "--timeouts", "2", "--proposals", "1", "--trace", "t.json",
                     status=VIOLATED)
        self.run_program("replay", "t.json", status=VIOLATED)

    def test_the_bug_breaks_no_property(self):
        self.explore("--bug", BUG, "--recovery", "off")

    def test_a_property_comes_first(self):
        found = self.summary("--bug", "double-vote", "--recovery", status=VIOLATED)
        self.assertEqual(found["violation"]["property"], "OneVotePerTerm")
        self.assertIsNone(found["recovery"])

    def test_fewer_steps_than_needed(self):
        needed = self.summary(*TINY, "--recovery")["recovery"]["steps_needed"]
        for steps, status in [(needed, HOLDS), (needed - 1, VIOLATED)]:
            self.explore(*TINY, "--recovery", "--recovery-steps", str(steps), status=status)

    def test_at_a_limit_what_was_reached_is_checked(self):
        done = self.explore("--recovery", "--states", "500", "--json", "x.json", status=STOPPED)
        recovery = json.loads((self.folder / "x.json").read_text())["recovery"]
        self.assertGreater(recovery["checked"], 100)
        self.assertEqual(recovery["checked"], recovery["states"])
        self.assertIn("nothing of the states that were not reached", done.stdout)
        self.assertNotIn("from every state", done.stdout)

    def test_at_a_limit_a_failure_is_one(self):
        found = self.summary("--bug", BUG, "--depth", "6", status=VIOLATED)
        self.assertEqual(found["stopped_by"], "depth")
        self.assertEqual(found["violation"]["property"], "Recovery")

    def test_no_time_left(self):
        recovery = self.summary(*ENDLESS, "--time", "1", "--recovery", status=STOPPED)["recovery"]
        self.assertEqual(recovery["checked"], 0)
        self.assertGreater(recovery["states"], 0)

    def test_progress_and_interruption(self):
        # Few states, each of which is run in 648 orders.
        ours, theirs = pty.openpty()
        program = subprocess.Popen(
            [support.PROGRAM, "explore", "--servers", "9", "--terms", "1", "--log", "1",
             "--crashes", "0", "--depth", "5", "--recovery", "--json", "x.json"],
            cwd=self.folder, stderr=theirs, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "TERM": "xterm"})
        os.close(theirs)
        text = b""
        while b"recovery: " not in text:
            text += os.read(ours, 65536)
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
        os.close(ours)
        self.assertEqual(program.returncode, STOPPED)
        self.assertRegex(text.decode(), re.compile(r"recovery: [\d,]+ of [\d,]+ states, 0 do not"))
        recovery = json.loads((self.folder / "x.json").read_text())["recovery"]
        self.assertLess(recovery["checked"], recovery["states"])
