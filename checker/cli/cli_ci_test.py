"""What continuous integration is told: JUnit XML, held against a schema (junit.xsd, by xmllint) and read
with junitparser, which we did not write; annotations and a job's summary on GitHub Actions; and the
recipes of docs/ci.md, whose commands are run."""

import os
import pathlib
import re
import shlex
import shutil
import subprocess

try:
    import junitparser
    import yaml
except ImportError:  # the other tests of the program need no more than Python
    junitparser = yaml = None

from cli_test_support import ENDLESS, HOLDS, STOPPED, TINY, USAGE, VIOLATED, CliTest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GALLERY = ROOT / "traces" / "gallery"
BUG = ["--bug", "commit-old-term"]
HOSTILE = 'a <b>&amp; "q" \x1b[31m | ::error::x ]]> \u202e \ufffe'


class CiTest(CliTest):
    @classmethod
    def setUpClass(cls):
        if yaml is None or shutil.which("xmllint") is None:
            raise RuntimeError("install python3-junitparser, python3-yaml and libxml2-utils "
                               "(./dev test does so on Debian)")

    def junit(self, name="j.xml"):
        """The suite of a report that is valid, and whose counts are those of its cases."""
        path = self.folder / name
        done = subprocess.run(["xmllint", "--noout", "--schema", HERE / "junit.xsd", path],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + path.read_text(encoding="utf-8", errors="replace"))
        suites = list(junitparser.JUnitXml.fromfile(str(path)))
        self.assertEqual(len(suites), 1)
        suite = suites[0]
        cases = list(suite)
        kinds = [type(case.result[0]) if case.result else None for case in cases]
        self.assertEqual(
            (suite.tests, suite.failures, suite.errors, suite.skipped),
            (len(cases), kinds.count(junitparser.Failure), kinds.count(junitparser.Error),
             kinds.count(junitparser.Skipped)))
        return suite

    def states(self, suite):
        return {case.name: type(case.result[0]).__name__ if case.result else "passed" for case in suite}

    def on_github(self, *arguments, status=None, before=""):
        """(standard output, the summary): with `before` in the summary already."""
        summary = self.folder / "summary.md"
        summary.write_text(before, encoding="utf-8")
        done = self.run_program(*arguments, status=status, env={
            **os.environ, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)})
        return done, summary.read_text(encoding="utf-8")


class Junit(CiTest):
    def test_what_is_exhausted_held(self):
        self.explore(*TINY, "--junit", "j.xml")
        suite = self.junit()
        properties = self.run_program("list", "properties").stdout
        self.assertGreater(len(list(suite)), 10)
        for case in suite:
            self.assertEqual(case.result, [])
            self.assertIn(case.name, properties)
            self.assertEqual(case.classname, "raftcheck explore " + " ".join(TINY))

    def test_a_violation_is_a_failure_with_its_trace_and_the_rest_is_not_decided(self):
        self.explore(*BUG, "--trace", "t.json", "--html", "--junit", "j.xml", status=VIOLATED)
        suite = self.junit()
        states = self.states(suite)
        self.assertEqual(states.pop("OwnTermCommit"), "Failure")
        self.assertEqual(set(states.values()), {"Skipped"})
        (case,) = [one for one in suite if one.name == "OwnTermCommit"]
        text = case.result[0].text
        for words in ("t.json\n", "t.html\n", "again: raftcheck replay t.json\n", "[BecameLeader]"):
            self.assertIn(words, text)
        self.assertIn("[[ATTACHMENT|t.json]]", case.system_out)
        self.assertIn("server", case.result[0].message)
        self.assertEqual(case.classname, "raftcheck explore --bug commit-old-term")

    def test_each_kind_of_violation_is_a_failure(self):
        done = self.explore("--bug", "double-vote", "--keep-going", "3", "--junit", "j.xml", status=VIOLATED)
        failures = [case for case in self.junit() if case.result and isinstance(case.result[0], junitparser.Failure)]
        self.assertEqual(len(failures), len(list(self.folder.glob("raftcheck-trace*.json"))), done.stdout)
        self.assertGreater(len(failures), 1)
        for case in failures:
            self.assertIn("again: raftcheck replay raftcheck-trace", case.result[0].text)

    def test_what_is_stopped_is_not_decided(self):
        self.explore(*ENDLESS, "--states", "1000", "--junit", "j.xml", status=STOPPED)
        suite = self.junit()
        self.assertEqual(set(self.states(suite).values()), {"Skipped"})
        self.assertIn("Stopped at --states 1000", next(iter(suite)).result[0].message)

    def test_properties_that_are_chosen(self):
        self.explore(*BUG, "--property", "ElectionSafety", "--property", "LogMatching", "--log", "1", "--terms", "1",
                     "--junit=j.xml")
        self.assertEqual(self.states(self.junit()), {"ElectionSafety": "passed", "LogMatching": "passed"})

    def test_recovery_is_a_case(self):
        self.explore(*TINY, "--recovery", "--junit", "j.xml")
        self.assertEqual(self.states(self.junit())["Recovery"], "passed")
        self.explore("--bug", "self-not-counted", "--junit", "j.xml", status=VIOLATED)
        self.assertEqual(self.states(self.junit())["Recovery"], "Failure")

    def test_models(self):
        self.explore("--model", "raft-tla", "--states", "100", "--junit", "j.xml", status=STOPPED)
        self.assertEqual(set(self.states(self.junit()).values()), {"Skipped"})

    def test_simulate(self):
        self.run_program("simulate", "--walks", "20", "--seed", "1", "--junit", "j.xml", status=HOLDS)
        self.assertEqual(set(self.states(self.junit()).values()), {"passed"})
        self.run_program("simulate", "--bug", "double-vote", "--seed", "1", "--junit", "j-{shard}.xml",
                         "--shard", "0/2", status=VIOLATED)
        self.assertIn("Failure", self.states(self.junit("j-0.xml")).values())

    def test_lab(self):
        self.run_program("lab", "--only", "A", "--iterations", "1", "--seed", "1", "--junit", "j.xml", status=HOLDS)
        states = self.states(self.junit())
        self.assertEqual(set(states.values()), {"passed"})
        self.assertIn("InitialElection, no-op off", states)
        self.run_program("lab", "--bug", "truncate-always", "--only", "UnreliableAgree", "--no-op", "off",
                         "--iterations", "3", "--seed", "2", "--trace", "t.json", "--junit", "j.xml", status=VIOLATED)
        (case,) = self.junit()
        self.assertIn(" is violated: ", case.result[0].message)
        self.assertIn("again: raftcheck lab --only UnreliableAgree --no-op off --seed 2 --from 0", case.result[0].text)

    def test_replay(self):
        trace = GALLERY / "double-vote" / "trace.json"
        self.run_program("replay", str(trace), "--junit", "j.xml", status=VIOLATED)
        self.assertEqual(self.states(self.junit()), {str(trace): "Failure"})
        self.run_program("replay", str(trace), "--bug", "none", "--junit", "j.xml", status=USAGE)
        (case,) = self.junit()
        self.assertIsInstance(case.result[0], junitparser.Error)
        self.assertIn("no longer follows the trace", case.result[0].message)

    def test_anything_may_stand_in_it(self):
        text = (GALLERY / "commit-old-term" / "trace.json").read_text(encoding="utf-8")
        quoted = HOSTILE.replace('"', '\\"').replace("\x1b", "\\u001b")
        (self.folder / "t.json").write_text(text.replace('"v1"', f'"{quoted}"'), encoding="utf-8")
        self.run_program("replay", "t.json", "--junit", "j.xml", status=VIOLATED)
        (case,) = self.junit()
        self.assertIn("::error::x", case.result[0].text)
        # An argument that is no UTF-8.
        self.run_program("explore", *TINY, "--trace", b"\xff<.json", "--junit", b"j\xff.xml", status=HOLDS)
        (self.folder / "k.xml").write_bytes((self.folder / os.fsdecode(b"j\xff.xml")).read_bytes())
        self.junit("k.xml")

    def test_places_are_refused_before_the_run(self):
        self.refused("explore", *ENDLESS, "--junit", "-", says="--junit -: the standard output has the summary")
        self.refused("explore", *ENDLESS, "--junit", "no/such/j.xml", says="--junit: no/such")
        self.refused("explore", *ENDLESS, "--junit", "r.json", "--json", "r.json", says="--junit r.json")
        self.refused("explore", *ENDLESS, "--junit", "raftcheck-trace.json", says="name another file")
        self.refused("simulate", "--junit", "x", "--trace", "x", says="--junit x")
        self.refused("lab", "--junit", "x", "--json", "x", says="--junit x")
        self.refused("replay", str(GALLERY / "double-vote" / "trace.json"), "--junit", "", says="--junit ''")
        self.refused("explore", "--model", "raft-tla", "--junit", "x", "--json", "x", says="--junit x")

    def test_a_full_disk_is_told_after_the_summary(self):
        for arguments in (["explore", *TINY], ["simulate", "--walks", "1", "--seed", "1"],
                          ["lab", "--only", "InitialElection", "--iterations", "1"]):
            done = self.run_program(*arguments, "--junit", "/dev/full", status=USAGE)
            self.assertIn("--junit: /dev/full", done.stderr)
            self.assertRegex(done.stdout, "No (violation|failure)")


class GitHub(CiTest):
    def test_a_violation_is_an_annotation_and_a_summary(self):
        done, summary = self.on_github("explore", *BUG, "--trace", "t.json", status=VIOLATED, before="before\n")
        (line,) = [one for one in done.stdout.splitlines() if one.startswith("::")]
        self.assertRegex(line, r"\A::error title=raftcheck explore%3A OwnTermCommit::.*%0At\.json%0Aagain: raftcheck")
        self.assertTrue(summary.startswith("before\n### raftcheck explore: OwnTermCommit is violated"), summary)
        self.assertIn("| step | action | outcome | sends | changes |", summary)
        self.assertEqual(summary.count("<details>"), 2)
        self.assertNotRegex(summary, r"(?m)^##? ")
        self.assertTrue(summary.endswith("\n"))

    def test_what_holds_has_a_summary_and_no_annotation(self):
        done, summary = self.on_github("explore", *TINY, status=HOLDS)
        self.assertNotIn("::", done.stdout)
        self.assertIn("### raftcheck explore: No violation: the space is exhausted", summary)
        self.assertRegex(summary, r"\d+ cases: \d+ held, in ")

    def test_what_is_stopped_or_vacuous_warns(self):
        done, summary = self.on_github("explore", *ENDLESS, "--states", "1000", status=STOPPED)
        self.assertRegex(done.stdout, r"(?m)^::warning title=raftcheck explore::Stopped at --states 1000: no violation")
        self.assertIn("not decided", summary)
        done, summary = self.on_github("explore", *TINY, "--timeouts", "0", status=HOLDS)
        self.assertRegex(done.stdout, r"(?m)^::warning .*No leader was ever elected")
        self.assertIn("No leader was ever elected", summary)

    def test_json_on_the_standard_output_stays_json(self):
        done, _ = self.on_github("explore", *BUG, "--json", "-", status=VIOLATED)
        self.assertTrue(done.stdout.startswith("{"))
        self.assertRegex(done.stderr, r"(?m)^::error ")

    def test_the_lab_annotates_ten_at_most(self):
        done, summary = self.on_github("lab", "--bug", "match-next-plus-len", "--iterations", "1", "--seed", "1",
                                       status=VIOLATED)
        lines = [one for one in done.stdout.splitlines() if one.startswith("::error")]
        self.assertEqual(len(lines), 10)
        self.assertRegex(lines[-1], r"and \d+ more, in the log")
        self.assertIn("MatchIndexSound is violated", summary)

    def test_simulate_and_replay(self):
        done, summary = self.on_github("simulate", "--bug", "double-vote", "--seed", "1", status=VIOLATED)
        self.assertRegex(done.stdout, r"(?m)^::error title=raftcheck simulate%3A ")
        self.assertIn("### raftcheck simulate: ", summary)
        done, summary = self.on_github("replay", str(GALLERY / "double-vote" / "trace.json"), status=VIOLATED)
        self.assertRegex(done.stdout, r"(?m)^::error title=raftcheck replay%3A ")
        self.assertIn("OneVotePerTerm is violated at step 3", summary)

    def test_hostile_text_is_no_command_and_no_markup(self):
        text = (GALLERY / "commit-old-term" / "trace.json").read_text(encoding="utf-8")
        name = "\\n::error::x <img src=x> `| "
        (self.folder / "t.json").write_text(text.replace('"v1"', f'"{name}"'), encoding="utf-8")
        done, summary = self.on_github("replay", "t.json", status=VIOLATED)
        lines = [one for one in done.stdout.splitlines() if one.startswith("::")]
        self.assertEqual(len(lines), 1, lines)
        outside = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", summary)
        self.assertNotRegex(outside, r"(?<!\\)<img")

    def test_a_summary_that_cannot_be_written_changes_nothing(self):
        done = self.run_program("explore", *TINY, status=HOLDS, env={
            **os.environ, "GITHUB_STEP_SUMMARY": "no/such/folder/s.md"})
        self.assertIn("GITHUB_STEP_SUMMARY: no/such/folder/s.md: can't be written", done.stderr)

    def test_a_long_run_is_left_out_of_a_summary(self):
        done, summary = self.on_github("explore", "--bug", "self-not-counted", "--servers", "9", "--depth", "1",
                                       "--recovery-steps", "3000", "--threads", "1", status=VIOLATED)
        self.assertIn("Recovery is violated", done.stdout)
        self.assertLess(len(summary.encode()), 1 << 20)


class Recipes(CiTest):
    """docs/ci.md: each YAML parses and has the shape that its server wants; what it runs, runs."""

    TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

    def recipes(self):
        found = [yaml.safe_load(text) for text in re.findall(r"(?ms)^```yaml\n(.*?)^```", self.TEXT)]
        self.assertGreaterEqual(len(found), 4)
        return found

    def scripts(self):
        for recipe in self.recipes():
            if "jobs" in recipe:  # GitHub Actions
                for job in recipe["jobs"].values():
                    yield from (step["run"] for step in job["steps"] if "run" in step)
            else:  # GitLab CI
                for name, job in recipe.items():
                    if isinstance(job, dict) and "script" in job:
                        self.assertIsInstance(job["script"], list, name)
                        yield from (line for line in job["script"] if isinstance(line, str))

    def test_shapes(self):
        for recipe in self.recipes():
            if "jobs" not in recipe:
                continue
            self.assertIn(True, recipe)  # YAML 1.1 reads `on` so; GitHub does not
            for job in recipe["jobs"].values():
                self.assertIn("runs-on", job)
                for step in job["steps"]:
                    self.assertTrue("run" in step or "uses" in step, step)

    def commands(self):
        for script in self.scripts():
            bugs = re.search(r"for bug in ([^;]+);", script)
            for line in script.replace("\\\n", " ").replace("$code", "code").splitlines():
                words = shlex.split(line)
                if words[:1] and words[0].endswith("/raftcheck"):
                    for bug in bugs.group(1).split() if bugs else [""]:
                        yield [word.replace("$bug", bug) for word in words[1:]]

    def test_what_they_run_runs(self):
        (self.folder / "reports").mkdir()
        (self.folder / "search").mkdir()
        seen = set()
        for arguments in self.commands():
            if "||" in arguments:
                arguments = arguments[:arguments.index("||")]
            for flag in {"--time", "--iterations"}.intersection(arguments):  # each runs, but not for long
                place = arguments.index(flag) + 1
                self.assertRegex(arguments[place], r"\A\d+\Z")
                arguments[place] = "1"
            if "--checkpoint" in arguments:
                shutil.rmtree(self.folder / arguments[arguments.index("--checkpoint") + 1], ignore_errors=True)
            if "--resume" in arguments:
                self.make_checkpoint(arguments[arguments.index("--resume") + 1])
            arguments = [word.replace("traces/gallery", str(GALLERY)) for word in arguments]
            wanted = (VIOLATED,) if "--bug" in arguments or "replay" in arguments else (HOLDS, STOPPED)
            done = self.run_program(*arguments)
            self.assertIn(done.returncode, wanted, f"{arguments}: {done.stderr}")
            if "--junit" in arguments:
                self.junit(arguments[arguments.index("--junit") + 1])
            seen.add(arguments[0])
        self.assertEqual(seen, {"explore", "simulate", "lab", "replay"})

    def make_checkpoint(self, place):
        if not (self.folder / place / "checkpoint").exists():
            self.explore("--terms", "3", "--log", "2", "--checkpoint", place, "--states", "1000", status=STOPPED)

    def test_dev_knows_its_commands(self):
        usage = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
        for script in self.scripts():
            for command in re.findall(r"\./dev ([a-z-]+)", script):
                self.assertRegex(usage, rf"(?m)^  {command}\b")
