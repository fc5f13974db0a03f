"""Pages for a browser: which commands write them, where, and what is refused. What a browser makes of
them is tested in traces/viewer/test."""

import json
import os
import pathlib
import re
import shutil

from cli_linearizable_test import ILLEGAL, LEGAL
from cli_test_support import HOLDS, TINY, USAGE, VIOLATED, CliTest

GALLERY = pathlib.Path(__file__).parents[2] / "traces" / "gallery"


class Pages(CliTest):
    def page(self, name, *says):
        text = (self.folder / name).read_text(encoding="utf-8")
        self.assertTrue(text.startswith("<!doctype html>\n"), name)
        self.assertTrue(text.endswith("</html>\n"), name)
        for words in says:
            self.assertIn(words, text, name)
        # Nothing is fetched: what a page names by address is a folder's neighbour, or a name space.
        addresses = set(re.findall(r"""(?:href|src|url\()=?["']?(https?:[^"')]*)""", text))
        self.assertEqual(addresses, set(), name)
        return text

    def test_explore_writes_a_page_beside_the_trace(self):
        done = self.explore("--bug", "double-vote", "--html", "--json", "r.json", status=VIOLATED)
        self.assertIn("Its page is raftcheck-trace.html.\n", done.stdout)
        text = self.page("raftcheck-trace.html", "<title>OneVotePerTerm violated at step 3 - double-vote</title>")
        self.assertIn("What is wrong", text)  # the story
        self.assertIn("votedFor", text)       # the summary
        self.assertIn("+++ b/src/raft/", text)
        report = json.loads((self.folder / "r.json").read_text())
        self.assertEqual(report["violation"]["page_file"], "raftcheck-trace.html")
        self.explore("--bug", "double-vote", "--trace", "a.b", "--html", status=VIOLATED)
        self.page("a.b.html")

    def test_without_a_violation_there_is_no_page(self):
        done = self.explore(*TINY, "--html")
        self.assertNotIn("page", done.stdout)
        self.assertEqual(os.listdir(self.folder), [])

    def test_without_the_flag_there_is_no_page(self):
        self.assertEqual(self.summary("--bug", "double-vote", status=VIOLATED)["violation"]["page_file"], "")
        self.assertEqual(os.listdir(self.folder), ["raftcheck-trace.json"])

    def test_replay_writes_a_page_with_what_the_code_says_now(self):
        shutil.copy(GALLERY / "double-vote" / "trace.json", self.folder / "t.json")
        trace = json.loads((self.folder / "t.json").read_text())
        trace["violation"]["message"] = "once it said so"
        (self.folder / "t.json").write_text(json.dumps(trace))
        done = self.run_program("replay", "t.json", "--html", status=VIOLATED)
        self.assertIn("Its page is t.html.\n", done.stdout)
        text = self.page("t.html", "server 1 voted for server 1 and then for server 2")
        self.assertNotIn("once it said so", text)

    def test_simulate_and_lab_write_pages(self):
        self.run_program("simulate", "--bug", "double-vote", "--seed", "1", "--trace", "s.json", "--html",
                         status=VIOLATED)
        self.page("s.html")
        done = self.run_program("lab", "--bug", "double-vote", "--only", "A", "--seed", "1", "--iterations", "5",
                                "--json", "-", "--html", status=VIOLATED)
        rows = [row for row in json.loads(done.stdout)["tests"] if row["page"]]
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(row["page"], row["trace"].replace(".json", ".html"))
            self.page(row["page"])

    def test_a_page_that_cannot_be_written_is_refused_before_the_search(self):
        (self.folder / "t.html").mkdir()
        for command in [["explore", "--bug", "double-vote"], ["simulate", "--bug", "double-vote"]]:
            self.refused(*command, "--trace", "t.json", "--html", says=["--html: ", "t.html"])
        self.refused("explore", "--bug", "double-vote", "--trace", "x.json", "--html", "--json", "x.html",
                     says="--json x.html: that is where the page would go")
        self.refused("replay", "-", "--html", says=["--html: ", "raftcheck show - --format html"])
        self.refused("explore", "--model", "jugs", "--html", says="--html: ")

    def test_a_full_disk_is_said_with_the_result(self):
        os.symlink("/dev/full", self.folder / "t.html")
        done = self.explore("--bug", "double-vote", "--trace", "t.json", "--html", status=USAGE)
        self.assertIn("OneVotePerTerm is violated", done.stdout)
        self.assertTrue(done.stderr.endswith(
            "\nraftcheck: --html: t.html: cannot be written: No space left on device\n"), done.stderr)

    def test_show_writes_the_page_of_any_trace(self):
        page = self.run_program("show", str(GALLERY / "double-vote" / "trace.json"), "--format", "html",
                                status=HOLDS).stdout
        self.assertIn("<title>OneVotePerTerm violated", page)

    def test_gallery(self):
        done = self.run_program("gallery", "--html", "a/b", status=HOLDS)
        bugs = sorted(path.parent.name for path in GALLERY.glob("*/bug.json"))
        traces = [path for path in GALLERY.glob("*/trace*.json")]
        self.assertEqual(done.stdout, f"{len(traces) + 1} pages of {len(bugs)} bugs in a/b/index.html\n")
        for path in traces:
            name = path.parent.name + path.stem.removeprefix("trace") + ".html"
            self.page(f"a/b/{name}", f'"index.html#bug={path.parent.name}"', "What is wrong")
        index = self.page("a/b/index.html")
        for bug in bugs:
            self.assertIn(f'<template id="story-{bug}">', index)
        self.run_program("gallery", "--html", "a/b", status=HOLDS)  # again, over what is there

    def test_gallery_refuses(self):
        (self.folder / "file").write_text("")
        self.refused("gallery", says=["gallery: ", "--html DIR"])
        for place in ["file", "file/x", "", "/proc/none"]:
            self.refused("gallery", "--html", place, says=["--html ", "folder"])

    def test_linearizable(self):
        (self.folder / "bad.edn").write_text(ILLEGAL)
        (self.folder / "good.edn").write_text(LEGAL)
        done = self.run_program("linearizable", "bad.edn", "--model", "kv", "--html", "bad.html", status=VIOLATED)
        self.assertIn("NOT linearizable", done.stdout)
        self.page("bad.html", "<title>bad.edn - not linearizable</title>")
        self.run_program("linearizable", "good.edn", "--model", "kv", "--html", "good.html", status=HOLDS)
        self.page("good.html", "<title>good.edn - linearizable</title>")
        self.refused("linearizable", "good.edn", "--model", "kv", "--html", "-", says="--html -: ")
        self.refused("linearizable", "good.edn", "--model", "kv", "--html", "no/x", says="--html: ")
        os.symlink("/dev/full", self.folder / "full")
        done = self.run_program("linearizable", "good.edn", "--model", "kv", "--html", "full", status=USAGE)
        self.assertIn("--html: full: ", done.stderr)
