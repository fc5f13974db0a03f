"""Several counterexamples of one space: --keep-going."""

import json
import os
import pathlib

from cli_test_support import HOLDS, VIOLATED, TINY, USAGE, CliTest

GALLERY = pathlib.Path(__file__).parents[2] / "traces" / "gallery"


class KeepGoing(CliTest):
    def kinds(self, found):
        return [(one["property"], one["action"]) for one in found["violations"]]

    def test_one_by_default(self):
        found = self.summary("--bug", "double-vote", status=VIOLATED)
        self.assertEqual(self.kinds(found), [("OneVotePerTerm", "deliver_request_vote")])
        self.assertIsNone(found["violations_complete"])
        first = dict(found["violations"][0])
        del first["action"]
        self.assertEqual(first, found["violation"])
        found = self.summary(*TINY)
        self.assertEqual(found["violations"], [])

    def test_each_kind_once_with_a_trace_that_replays(self):
        for flags in [[], ["--network", "unordered"], ["--network", "ordered", "--inflight", "6"],
                      ["--network", "unordered", "--store", "fingerprint"], ["--threads", "1"]]:
            done = self.explore("--bug", "double-vote", *flags, "--keep-going", "9", "--json", "x.json",
                                status=VIOLATED)
            found = json.loads((self.folder / "x.json").read_text())
            kinds = self.kinds(found)
            self.assertEqual(len(set(kinds)), len(kinds))
            self.assertIs(found["violations_complete"], True)
            self.assertEqual(kinds[0][0], "OneVotePerTerm")
            self.assertIn(("ElectionSafety", "deliver_request_vote_reply"), kinds)
            self.assertIn(f"{len(kinds)} kinds of violations in all. There is no other", done.stdout)
            self.assert_fits(done.stdout[done.stdout.index("\nViolation 2, "):])
            files = ["raftcheck-trace.json", *(f"raftcheck-trace-{i + 2}.json"
                                               for i in range(len(kinds) - 1))]
            self.assertEqual([one["trace_file"] for one in found["violations"]], files)
            for name, one in zip(files, found["violations"]):
                trace = json.loads((self.folder / name).read_text())
                self.assertEqual(trace, one["trace"])
                self.assertIs(trace["shortest"], True)
                self.run_program("replay", name, status=VIOLATED)
                os.remove(self.folder / name)

    def test_same_kinds_with_and_without_symmetry_and_threads(self):
        found = [self.kinds(self.summary("--bug", "quorum-off-by-one", "--keep-going", "20", *flags,
                                         status=VIOLATED))
                 for flags in [[], ["--symmetry", "off"], ["--threads", "1"], ["--order", "shortest"]]]
        self.assertGreater(len(found[0]), 1)
        self.assertEqual([sorted(kinds) for kinds in found], [sorted(found[0])] * len(found))

    def test_one_property_that_two_actions_break_is_two_kinds(self):
        """Each in a file of its own, numbered in the order in which they were found."""
        found = self.summary("--bug", "leader-resumes-term", "--keep-going", "3", "--trace", "run.json",
                             status=VIOLATED)
        self.assertEqual(self.kinds(found), [("LogSurvivesRestart", "crash"),
                                             ("LogMatching", "deliver_append_entries"),
                                             ("LogMatching", "propose")])
        self.assertEqual([one["trace_file"] for one in found["violations"]],
                         ["run.json", "run-2.json", "run-3.json"])
        for one in found["violations"]:
            trace = json.loads((self.folder / one["trace_file"]).read_text())
            self.assertEqual(trace["violation"]["property"], one["property"])
            last = trace["steps"][-1]["action"]
            kind = f"deliver_{last['message']['kind']}" if last["kind"] == "deliver" else last["kind"]
            self.assertEqual(kind, one["action"])
            self.run_program("replay", one["trace_file"], status=VIOLATED)

    def test_finds_what_the_gallery_looks_for_property_by_property(self):
        for bug in ["double-vote", "volatile-vote"]:
            expected = json.loads((GALLERY / bug / "bug.json").read_text())["expect"]
            found = self.summary("--bug", bug, "--keep-going", "40", status=VIOLATED)
            depths = {}
            for one in found["violations"]:
                depths.setdefault(one["property"], one["depth"])
            for one in expected:
                self.assertEqual(depths.get(one["property"]), one["depth"], bug)

    def test_stops_at_so_many_and_says_so(self):
        done = self.explore("--bug", "double-vote", "--keep-going", "2", status=VIOLATED)
        self.assertIn("2 kinds of violations in all. There may be others: raise --keep-going.",
                      done.stdout)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ["raftcheck-trace-2.json", "raftcheck-trace.json"])

    def test_pages_and_names_of_files(self):
        found = self.summary("--bug", "double-vote", "--keep-going", "2", "--html", "--trace", "t",
                             status=VIOLATED)
        self.assertEqual([(one["trace_file"], one["page_file"]) for one in found["violations"]],
                         [("t", "t.html"), ("t-2", "t-2.html")])
        self.assertEqual(sorted(os.listdir(self.folder)), ["t", "t-2", "t-2.html", "t.html"])

    def test_without_a_violation_nothing_changes(self):
        one = self.explore(*TINY, "--threads", "1").stdout.splitlines()
        several = self.explore(*TINY, "--threads", "1", "--keep-going", "5", status=HOLDS).stdout
        self.assertEqual(several.splitlines()[:2], one[:2])
        self.assertNotIn("kinds", several)

    def test_a_trace_that_cannot_be_written_is_said(self):
        os.mkdir(self.folder / "t-2.json")
        done = self.explore("--bug", "double-vote", "--keep-going", "2", "--trace", "t.json",
                            status=USAGE)
        self.assertIn("Violation 2, of another kind: ", done.stdout)
        self.assertIn("t-2.json", done.stderr)
        self.run_program("replay", "t.json", status=VIOLATED)
