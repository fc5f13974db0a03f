"""Where two traces part, and the tests that are made of a trace (that they build and say what they
should: install.consumer)."""

import json
import pathlib
import re
import subprocess

import cli_test_support as support
from cli_test_support import HOLDS, USAGE, VIOLATED, CliTest

GALLERY = pathlib.Path(__file__).parents[2] / "traces" / "gallery"
SAFETY = GALLERY / "double-vote" / "trace-ElectionSafety.json"


class Diff(CliTest):
    def diff(self, *arguments, status=VIOLATED):
        done = self.run_program("diff", *map(str, arguments), "--json", "d.json", status=status)
        return " ".join(done.stdout.split()), json.loads((self.folder / "d.json").read_text())

    def changed(self, change, name="b.json"):
        trace = json.loads(SAFETY.read_text())
        change(trace)
        (self.folder / name).write_text(json.dumps(trace))
        return name

    def test_the_same(self):
        for path in sorted(GALLERY.glob("*/trace*.json")):
            (self.folder / "a.json").write_bytes(path.read_bytes())
            text, summary = self.diff("a.json", path, status=HOLDS)
            self.assertTrue(summary["same"], path)
            self.assertIn("They are the same run of ", text)

    def test_other_settings_are_the_same_run(self):
        other = self.changed(lambda trace: trace.update(bug=None))
        text, summary = self.diff(SAFETY, other, status=HOLDS)
        self.assertEqual(summary["settings"], [{"what": "bug", "a": "double-vote", "b": ""}])
        self.assertIn("bug A: double-vote B: (nothing)", text)

    def test_another_action(self):
        text, summary = self.diff(GALLERY / "double-vote" / "trace.json", SAFETY)
        self.assertEqual((summary["parting"], summary["common_steps"]), ("action", 2))
        self.assertIn("The first 2 steps are the same. At step 3 they take different actions:", text)
        self.assertIn("The servers where they part: server 1: candidate, current_term 1", text)

    def test_another_reaction(self):
        lines = ["election_timeout 1", "election_timeout 2", "deliver 1 2", "crash 1"]
        self.take("a.json", *lines, flags=["--bug", "double-vote", "--property", "LogMatching"])
        self.take("b.json", *lines)
        text, summary = self.diff("a.json", "b.json")
        self.assertEqual((summary["parting"], summary["common_steps"]), ("reaction", 2))
        self.assertEqual(summary["steps"], [{"a": 3, "b": 3}, {"a": 4, "b": 4}])
        self.assertIn("bug A: double-vote B: (nothing)", text)
        self.assertIn("At step 3 they take the same action, and the servers react differently", text)
        self.assertIn("outcome A: VoteGranted B: VoteRefusedVoted", text)
        self.assertIn("server 1: voted_for A: 2 B: 1", text)
        self.assertIn("B: request_vote_reply from 1 to 2 (term 1, vote granted: no)", text)

    def take(self, name, *lines, flags=()):
        subprocess.run([support.PROGRAM, "step", *flags], input="\n".join([*lines, f"save {name}"]),
                       cwd=self.folder, capture_output=True, text=True, timeout=60, check=True)

    def test_what_they_share_after_they_part(self):
        self.take("a.json", "election_timeout 1", "deliver 2 1", "deliver 1 2", "propose 1 x")
        self.take("b.json", "election_timeout 1", "election_timeout 3", "deliver 2 1", "deliver 1 2")
        text, summary = self.diff("a.json", "b.json")
        self.assertEqual(summary["common_steps"], 1)
        self.assertEqual(summary["steps"], [{"a": None, "b": 2}, {"a": 2, "b": 3}, {"a": 3, "b": 4},
                                            {"a": 4, "b": None}])
        for line in ["B 2 server 3 reaches its election timeout", "= 2 3 server 2 receives",
                     "= 3 4 server 1 receives", "A 4 server 1 is asked to append x"]:
            self.assertIn(line, text)
        self.assertNotIn("more line", text)
        text, _ = self.diff("a.json", "b.json", "--context", "1")
        self.assertIn("and 3 more lines (--context 4 shows them all)", text)
        self.assert_fits(self.run_program("diff", "a.json", "b.json").stdout)

    def test_one_ends(self):
        other = self.changed(lambda trace: (trace["steps"].pop(), trace.update(violation=None)))
        text, summary = self.diff(other, SAFETY)
        self.assertEqual((summary["parting"], summary["common_steps"]), ("end", 5))
        self.assertIn("The first 5 steps are the same; then A ends.", text)

    def test_what_is_refused(self):
        self.refused("diff", says="raftcheck diff A B")
        self.refused("diff", str(SAFETY), says="raftcheck diff A B")
        self.refused("diff", "-", "-", says="only one of the traces")
        self.refused("diff", str(SAFETY), "none.json", says="none.json")
        self.refused("diff", str(SAFETY), str(SAFETY), "--context", "x", says="--context x")
        self.refused("diff", str(SAFETY), str(SAFETY), "--json", "no/such/x", says="--json: ")

    def test_standard_input_and_full_disk(self):
        with open(SAFETY, encoding="utf-8") as trace:
            done = subprocess.run([support.PROGRAM, "diff", "-", str(SAFETY)], stdin=trace,
                                  capture_output=True, text=True, timeout=60, check=True)
        self.assertIn("A: standard input, 6 steps", done.stdout)
        done = self.run_program("diff", str(SAFETY), str(SAFETY), "--json", "/dev/full", status=USAGE)
        self.assertIn("raftcheck: --json: /dev/full", done.stderr)


class TestFrom(CliTest):
    def source(self, path, *arguments):
        return self.run_program("test-from", str(path), *arguments, status=HOLDS).stdout

    def test_has_the_run_line_by_line(self):
        text = self.source(SAFETY)
        self.assertIn("TEST(ElectionSafety, HoldsIn_double_vote) {\n", text)
        self.assertIn("  options.servers = 3;\n", text)
        steps = json.loads(SAFETY.read_text())["steps"]
        calls = re.findall(r"(?m)^  run\.(\w+)\(", text)
        self.assertEqual([call.replace("deliver_copy", "deliver") for call in calls],
                         [step["action"]["kind"] for step in steps])
        self.assertIn("spec::set_of(spec::Property::ElectionSafety)", text)
        self.assertIn("  EXPECT_FALSE(now.trace.violation)", text)
        self.assert_fits(text, 100)

    def test_says_what_it_comes_to_now(self):
        done = self.run_program("test-from", str(SAFETY), "--output", "t.cpp", status=HOLDS)
        self.assertEqual(done.stdout, "The test ElectionSafety.HoldsIn_double_vote is in t.cpp. On the "
                         "core as it is the run violates nothing now: the test passes.\n")
        library = str(pathlib.Path(support.PROGRAM).parent / "gallery" / "double-vote" / "node.so")
        for expect, comes in [("holds", "fails"), ("violation", "passes")]:
            done = self.run_program("test-from", str(SAFETY), "--library", library, "--expect", expect,
                                    "--output", "t.cpp", status=HOLDS)
            self.assertIn(f"violates ElectionSafety now, at step 6: the test {comes}.", done.stdout)

    def test_every_trace_of_the_gallery_becomes_one(self):
        for path in sorted(GALLERY.glob("*/trace*.json")):
            library = pathlib.Path(support.PROGRAM).parent / "gallery" / path.parent.name / "node.so"
            done = self.run_program("test-from", str(path), "--library", str(library), "--expect",
                                    "violation", "--output", "t.cpp", status=HOLDS)
            self.assertIn("the test passes", done.stdout, path)
            done = self.run_program("test-from", str(path), "--output", "t.cpp", status=HOLDS)
            self.assertIn("the test passes", done.stdout, path)

    def test_names(self):
        self.assertIn("TEST(My, Test) {", self.source(SAFETY, "--name", "My.Test"))
        for name in ["My", "My.", ".Test", "My.Te st", "My.2", "a__b.c", ""]:
            self.refused("test-from", str(SAFETY), "--name", name, says=f"--name {name}")

    def test_what_is_refused(self):
        self.refused("test-from", says="raftcheck test-from TRACE")
        self.refused("test-from", "none.json", says="none.json")
        self.refused("test-from", str(SAFETY), "--expect", "luck", says="--expect luck")
        self.refused("test-from", str(SAFETY), "--library", "none.so", says="--library: ")
        self.refused("test-from", str(SAFETY), "--output", "no/such/t.cpp", says="--output: ")
        trace = json.loads(SAFETY.read_text())
        trace["violation"]["property"] = "Luck"
        self.folder.joinpath("luck.json").write_text(json.dumps(trace))
        done = self.run_program("test-from", "luck.json", status=USAGE)
        self.assertIn('luck.json: /violation/property: this version knows no property "Luck"',
                      done.stderr)
        trace["steps"].pop()
        trace["violation"] = None
        self.folder.joinpath("fine.json").write_text(json.dumps(trace))
        done = self.run_program("test-from", "fine.json", "--expect", "violation", status=USAGE)
        self.assertIn("--expect violation: fine.json records none", done.stderr)
        self.assertIn("TEST(Run, HoldsIn_double_vote)", self.source("fine.json"))

    def test_full_disk(self):
        done = self.run_program("test-from", str(SAFETY), "--output", "/dev/full", status=USAGE)
        self.assertIn("raftcheck: --output: /dev/full", done.stderr)
