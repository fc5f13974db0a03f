"""Making traces smaller: random walks of hundreds of steps, and what cannot be shrunk."""

import json
import os
import pathlib
import signal
import statistics
import subprocess
import time

import cli_test_support as support
from cli_test_support import HOLDS, STOPPED, USAGE, VIOLATED, CliTest

GALLERY = pathlib.Path(__file__).parents[2] / "traces" / "gallery"

# Bugs whose random walks go on for 300 steps now and then before a property breaks, and the first walk
# of seed 1 that does so.
LONG_WALKS = [
    ("commit-not-monotonic", "CommitIndexMonotonic", 57259), ("double-vote", "ElectionSafety", 21997),
    ("leader-resumes-term", "LogMatching", 11182), ("match-len-log", "CommittedOnQuorum", 25995),
    ("match-next-plus-len", "MatchIndexSound", 991), ("prevote-bumps-term", "PreVotePromise", 258),
    ("prevote-leader-grants", "PreVotePromise", 23), ("reply-before-sync", "CommittedDurable", 13899),
    ("snapshot-boundary", "StateMachineSafety", 85861),
    ("snapshot-loses-config", "SnapshotMatchesApplied", 2728)]
WALKS = 1_000_000


class Shrink(CliTest):
    def walk(self, wanted):
        """A random walk of 300 steps or more, as it was, in walk.json."""
        bug, prop, number = next(one for one in LONG_WALKS if one[0] == wanted)
        common = ["simulate", "--bug", bug, "--property", prop, "--depth", "340", "--steps-min", "300",
                  "--shrink", "off", "--seed", "1", "--walks", str(WALKS)]
        done = self.run_program(*common, "--trace", "walk.json", "--shard", f"{number}/{WALKS}")
        self.assertEqual(done.returncode, VIOLATED, f"walk {number} of {bug} is another one now; "
                         f"`raftcheck {' '.join(common)}` finds the one to name here")
        return json.loads((self.folder / "walk.json").read_text())

    def shrink(self, *arguments, status=HOLDS):
        done = self.run_program("shrink", *arguments, "--json", "summary.json", status=status)
        return done, json.loads((self.folder / "summary.json").read_text())

    def shortest(self, bug, prop):
        description = json.loads((GALLERY / bug / "bug.json").read_text())
        return next(one["depth"] for one in description["expect"] if one["property"] == prop)

    def test_long_walks_become_nearly_shortest(self):
        ratios = []
        for bug, prop, _ in LONG_WALKS:
            self.assertGreaterEqual(len(self.walk(bug)["steps"]), 300)
            begun = time.monotonic()
            _, summary = self.shrink("walk.json", "--output", "small.json")
            self.assertLess(time.monotonic() - begun, 20, bug)
            self.assertTrue(summary["minimal"])
            ratios.append(summary["after"]["steps"] / self.shortest(bug, prop))
            self.run_program("replay", "small.json", status=VIOLATED)
        self.assertLessEqual(statistics.median(ratios), 1.3, ratios)
        self.assertLessEqual(max(ratios), 1.5, ratios)

    def test_what_is_said(self):
        self.walk("double-vote")
        done, summary = self.shrink("walk.json")
        self.assertRegex(done.stdout, r"\AShrunk on the core with the bug double-vote, in [\d,]+ runs")
        self.assertRegex(done.stdout, r"(?m)^  steps +3\d\d -> 6$")
        self.assertIn("ElectionSafety is violated at step 6: ", done.stdout)
        self.assertIn("No single action can be left out.\n", done.stdout)
        self.assertIn("The trace is in walk.shrunk.json. To see it: raftcheck show", done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertEqual(summary["trace_file"], "walk.shrunk.json")
        self.assertEqual(summary["property"], "ElectionSafety")
        self.assertEqual(summary["after"]["steps"], 6)
        small = json.loads((self.folder / "walk.shrunk.json").read_text())
        self.assertFalse(small["shortest"])
        self.assertEqual(small["bug"], "double-vote")

    def test_same_trace_same_bytes(self):
        self.walk("leader-resumes-term")
        self.shrink("walk.json", "--output", "one.json")
        self.shrink("walk.json", "--output", "other.json")
        self.assertEqual((self.folder / "one.json").read_bytes(),
                         (self.folder / "other.json").read_bytes())
        # And what is small already stays.
        self.shrink("one.json", "--output", "again.json")
        self.assertEqual((self.folder / "one.json").read_bytes(),
                         (self.folder / "again.json").read_bytes())

    def test_shortest_traces_stay_or_lose_servers(self):
        for path in sorted(GALLERY.glob("*/trace*.json")):
            _, summary = self.shrink(str(path), "--output", "small.json")
            self.assertLessEqual(summary["after"]["steps"], summary["before"]["steps"], path)
            self.assertLessEqual(summary["after"]["servers"], summary["before"]["servers"], path)
            if summary["property"] != "Recovery":
                self.assertEqual(summary["after"]["steps"], summary["before"]["steps"], path)
            self.run_program("replay", "small.json", status=VIOLATED)

    def test_standard_input(self):
        trace = (GALLERY / "double-vote" / "trace.json").read_text()
        piped = subprocess.run([support.PROGRAM, "shrink", "-", "--output", "small.json"],
                               cwd=self.folder, input=trace, capture_output=True, text=True,
                               timeout=60, check=True)
        self.assertIn("The trace is in small.json", piped.stdout)
        self.refused("shrink", "-", says="--output FILE")

    def test_what_is_refused(self):
        trace = str(GALLERY / "double-vote" / "trace.json")
        self.refused("shrink", says="name the file of a trace: raftcheck shrink TRACE")
        self.refused("shrink", trace, "--bug", "none", "--output", "x.json",
                     says="does not end in the violation that it records (on the core as it is)")
        self.refused("shrink", trace, "--bug", "none-such", "--output", "x", says="--bug none-such")
        self.refused("shrink", trace, "--output", "no/such/x.json", says="--output: ")
        self.refused("shrink", trace, "--output", "x", "--json", "x", says="--json x: ")
        self.refused("shrink", trace, "--time", "0", "--output", "x.json", says="--time 0: ")
        passing = json.loads(pathlib.Path(trace).read_text())
        passing["steps"].pop()
        passing["violation"] = None
        (self.folder / "p.json").write_text(json.dumps(passing))
        self.refused("shrink", "p.json", says="p.json: the trace records no violation of a property")

    def test_full_disk_is_said_after_the_summary(self):
        trace = str(GALLERY / "double-vote" / "trace.json")
        done = self.run_program("shrink", trace, "--output", "/dev/full", status=USAGE)
        self.assertIn("Shrunk on ", done.stdout)
        self.assertNotIn("The trace is in", done.stdout)
        self.assertIn("raftcheck: --output: /dev/full: ", done.stderr)

    def test_stopped_by_time_writes_the_smallest_so_far(self):
        before = self.walk("commit-not-monotonic")
        done, summary = self.shrink("walk.json", "--time", "0.001", "--output", "small.json",
                                    status=STOPPED)
        self.assertFalse(summary["minimal"])
        self.assertIn("Stopped before the end", done.stdout)
        self.assertLessEqual(summary["after"]["steps"], len(before["steps"]))
        self.run_program("replay", "small.json", status=VIOLATED)

    def test_interrupted(self):
        self.walk("commit-not-monotonic")
        program = subprocess.Popen([support.PROGRAM, "shrink", "walk.json"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(0.005)
        program.send_signal(signal.SIGINT)
        text, _ = program.communicate(timeout=60)
        # It may have come before the program listened to it, or after its end.
        self.assertIn(program.returncode, (HOLDS, STOPPED, -signal.SIGINT), text)
        if program.returncode == STOPPED:
            self.assertIn("Stopped before the end", text)
            self.assertTrue(os.path.exists(self.folder / "walk.shrunk.json"))
