"""Taking steps one by one: from a pipe, as a script does, and on a terminal."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import time

import cli_test_support as support
from cli_test_support import HOLDS, USAGE, VIOLATED, CliTest

GALLERY = pathlib.Path(__file__).parents[2] / "traces" / "gallery"
ELECTION = ["election_timeout 1", "deliver 2 1 request_vote", "deliver 1 2 request_vote_reply"]


class Step(CliTest):
    def step(self, lines, *arguments, status=HOLDS):
        done = subprocess.run([support.PROGRAM, "step", *arguments], cwd=self.folder, timeout=120,
                              input="".join(line + "\n" for line in lines), capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, status, f"{done.stdout}\n{done.stderr}")
        return done

    def trace(self, name="t.json"):
        return json.loads((self.folder / name).read_text())

    def test_a_leader_is_elected_and_commits(self):
        done = self.step([*ELECTION, "propose 1 hello", "deliver 3 1 append_entries", "list",
                          "show", "save t.json"])
        self.assertEqual(done.stderr, "")
        self.assertIn("    1  server 1 reaches its election timeout", done.stdout)
        self.assertIn("role candidate -> leader", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^ +\d+  deliver 1 3 append_entries_reply 5 \(term 1, ")
        self.assertRegex(done.stdout, r"(?m)^server 1: leader, current_term 1, .*log \[1:hello\]")
        trace = self.trace()
        self.assertEqual(len(trace["steps"]), 5)
        self.assertEqual(trace["steps"][3]["action"]["command"], "hello")
        self.assertIsNone(trace["violation"])
        self.run_program("replay", "t.json", status=HOLDS)

    def test_numbers_of_the_list_are_its_actions(self):
        listed = self.step(["list"]).stdout
        self.assertEqual(re.findall(r"(?m)^ +(\d+)  (.+)$", listed),
                         [(str(i), f"election_timeout {i}") for i in (1, 2, 3)])
        for number in ("2", "take 2", "take election_timeout 2"):
            self.assertIn("server 2 reaches its election timeout", self.step([number]).stdout)

    def test_undo(self):
        done = self.step([*ELECTION, "undo 2", "show", "undo", "show", "save t.json"])
        self.assertIn("Back after 1 step.\n", done.stdout)
        self.assertIn("Back after 0 steps.\n", done.stdout)
        self.assertEqual(self.trace()["steps"], [])

    def test_losses_duplicates_and_cuts_of_a_bounded_network(self):
        lines = ["election_timeout 1", "lose 1", "duplicate 3 1 request_vote",
                 "deliver 3 1 request_vote", "cut 1 2,3", "heal", "save t.json"]
        done = self.step(lines, "--network", "unordered")
        self.assertIn("request_vote from 1 to 2 (term 1, last log 0@0), lost\n", done.stdout)
        steps = self.trace()["steps"]
        self.assertEqual([sent["lost"] for sent in steps[0]["sent"]], [True, False])
        self.assertEqual([step["action"]["kind"] for step in steps],
                         ["election_timeout", "deliver", "deliver", "cut", "heal"])
        self.run_program("replay", "t.json", status=HOLDS)

    def test_runs_to_a_violation_and_saves_it(self):
        done = self.step(["run any", "list", "save t.json"], "--bug", "double-vote",
                         "--property", "ElectionSafety", status=VIOLATED)
        self.assertIn("ElectionSafety is violated: server ", done.stdout)
        self.assertIn("Nothing: a property is violated", done.stdout)
        trace = self.trace()
        self.assertEqual(trace["violation"]["property"], "ElectionSafety")
        self.assertEqual(trace["bug"], "double-vote")
        self.assertLessEqual(len(trace["steps"]), 8)
        self.run_program("replay", "t.json", status=VIOLATED)
        # The same each time.
        again = self.step(["run any", "list", "save t.json"], "--bug", "double-vote",
                          "--property", "ElectionSafety", status=VIOLATED)
        self.assertEqual(done.stdout, again.stdout)

    def test_runs_to_a_witness(self):
        done = self.step(["run LeaderElected", "run EntryCommitted", "show trace"])
        self.assertIn("candidate -> leader", done.stdout)
        self.assertRegex(done.stdout, r"(?m)^step  action +server 1 +server 2 +server 3$")

    def test_goes_on_where_a_trace_ends_and_in_its_middle(self):
        path = GALLERY / "double-vote" / "trace-ElectionSafety.json"
        done = self.step(["show"], str(path), status=VIOLATED)
        self.assertEqual(len(done.stdout.splitlines()), 3)
        done = self.step(["run ElectionSafety", "save t.json"], str(path), "--at", "3",
                         status=VIOLATED)
        self.assertEqual(self.trace()["steps"][:3], json.loads(path.read_text())["steps"][:3])
        self.run_program("replay", "t.json", status=VIOLATED)

    def test_every_trace_of_the_gallery_can_be_gone_on_with(self):
        for path in sorted(GALLERY.glob("*/trace*.json")):
            trace = json.loads(path.read_text())
            steps = trace["recovery"]["after"] if "recovery" in trace else len(trace["steps"])
            self.step([*["undo"][:steps], "list", "save t.json"], str(path))
            self.assertEqual(self.trace()["steps"], trace["steps"][:max(0, steps - 1)], path)

    def test_a_script_ends_at_the_first_line_that_is_refused(self):
        for line, says in [("deliver 2 1", "that cannot be done now"), ("17", "from 1 to 3"),
                           ("electon_timeout 1", "did you mean election_timeout?"),
                           ("undo", "nothing was done"), ("run", "name a property"),
                           ("run ElectionSafty", "did you mean ElectionSafety?"),
                           ("lose 1", "that is no deliver"), ("lose", "give the number"),
                           ("save", "name a file"), ("save no/such/t.json", "save: no/such"),
                           ("save /dev/full", "save: /dev/full"), ("show me", "show trace"),
                           ("run ElectionSafety 3", "3 random walks from here did not come to it"),
                           ("run any x", "from 1 to")]:
            done = self.step(["# a comment", "", line, "election_timeout 1"], status=USAGE)
            self.assertRegex(done.stderr, r"\Araftcheck: standard input: line 3: [^\n]+\n\Z")
            self.assertIn(says, done.stderr)
            self.assertNotIn("reaches", done.stdout)

    def test_what_is_refused(self):
        trace = str(GALLERY / "double-vote" / "trace.json")
        for arguments, says in [(["-"], "name a file"), (["none.json"], "none.json"),
                                (["--servers", "0"], "--servers 0"),
                                (["--network", "x"], "--network x"),
                                (["--bug", "none-such"], "--bug none-such"),
                                (["--at", "1"], "--at 1: there is no trace"),
                                ([trace, "--at", "9"], "--at 9"),
                                ([trace, "--servers", "3"], "--servers 3: the trace says"),
                                ([trace, "--bug", "none"], "no longer follows the trace at step 3"),
                                (["--property", "X"], "--property X"),
                                (["--membership", "joint"], "--membership joint")]:
            self.refused("step", *arguments, says=says)

    def test_standard_output_that_is_full(self):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([support.PROGRAM, "step"], input="list\n", stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("standard output", done.stderr)

    def test_quit_ends_the_session(self):
        self.assertEqual(self.step(["quit", "nonsense"]).stdout, "")

    def test_on_a_terminal_errors_and_interruptions_do_not_end_it(self):
        master, slave = pty.openpty()
        program = subprocess.Popen([support.PROGRAM, "step"], cwd=self.folder, stdin=slave,
                                   stdout=slave, stderr=slave, start_new_session=True,
                                   env={**os.environ, "TERM": "dumb"})
        os.close(slave)
        self.addCleanup(os.close, master)
        self.addCleanup(program.kill)
        self.expect(master, "`help` tells what can be said")
        for said, heard in [("nonsense", "nonsense: that cannot be done now"),
                            ("election_timeout 1", "server 1 reaches its election timeout")]:
            os.write(master, (said + "\n").encode())
            self.expect(master, heard)
        program.send_signal(signal.SIGINT)
        self.expect(master, "(quit, or Ctrl-D, ends the session)")
        os.write(master, b"run ElectionSafety 1000000\n")
        time.sleep(0.3)
        program.send_signal(signal.SIGINT)
        self.expect(master, "interrupted after ")
        os.write(master, b"undo\n")
        self.expect(master, "Back after 0 steps.")
        os.write(master, b"quit\n")
        self.assertEqual(program.wait(60), HOLDS)

    def expect(self, terminal, text):
        shown = ""
        end = time.monotonic() + 60
        while text not in shown:
            self.assertLess(time.monotonic(), end, f"{text!r} is not in {shown!r}")
            if select.select([terminal], [], [], 0.2)[0]:
                shown += os.read(terminal, 65536).decode()
