"""Replaying traces, sound and spoilt, and listing what there is."""

import copy
import json
import pathlib
import re
import subprocess
import tempfile

import cli_test_support as support
from cli_test_support import HOLDS, USAGE, VIOLATED, CliTest


def with_changes_recomputed(trace):
    """What the reader would refuse, were it left as it was."""
    views = {view["id"]: view for view in trace["initial"]}
    for step in trace["steps"]:
        after = step["view"]
        if after is None:
            continue
        before = views[after["id"]]
        step["changed"] = {key: [before[key], after[key]] for key in after
                           if before[key] != after[key]}
        views[after["id"]] = after
    return trace


class Replay(CliTest):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="raftcheck-cli-") as folder:
            path = pathlib.Path(folder) / "t.json"
            subprocess.run([support.PROGRAM, "explore", "--bug", "double-vote", "--trace", path],
                           capture_output=True, check=False, timeout=60)
            cls.recorded = json.loads(path.read_text())

    def setUp(self):
        super().setUp()
        self.trace = copy.deepcopy(self.recorded)

    def replay(self, *arguments, status, says=()):
        text = json.dumps(with_changes_recomputed(self.trace))
        (self.folder / "t.json").write_text(text)
        done = self.run_program("replay", "t.json", *arguments, status=status)
        for words in [says] if isinstance(says, str) else says:
            self.assertIn(words, done.stderr if status == USAGE else done.stdout)
        return done

    def passing(self):
        """The run up to the step before the violation."""
        self.trace["steps"].pop()
        self.trace["violation"] = None

    def test_violation_reproduces(self):
        done = self.replay(status=VIOLATED, says=[
            "Replaying on the core with the bug double-vote", "server 1 reaches its election",
            "OneVotePerTerm is violated at step 3: ", "Reproduced on the real code, at step 3."])
        self.assertEqual(done.stderr, "")

    def test_full_disk_is_said(self):
        (self.folder / "t.json").write_text(json.dumps(self.trace))
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = self.run_program("replay", "t.json", status=USAGE, stdout=full)
        self.assertEqual(done.stderr, "raftcheck: the standard output could not be written\n")

    def test_passing_trace_passes(self):
        self.passing()
        self.replay(status=HOLDS, says=["No property is violated.", "Passed: ", "2 steps"])
        self.trace["bug"] = None
        self.replay(status=HOLDS, says="Replaying on the core as it is")
        self.replay("--bug", "none", status=HOLDS)
        self.trace["steps"] = []
        self.replay(status=HOLDS, says="0 steps")

    def test_clean_core_refuses(self):
        done = self.replay("--bug", "none", status=USAGE,
                           says=["no longer follows the trace at step 3", "VoteGranted"])
        self.assertIn("    2  server", done.stdout)  # the steps that were as recorded are shown
        self.assertNotIn("    3  server", done.stdout)

    def test_another_bug(self):
        self.replay("--bug", "none-such", status=USAGE, says="--bug none-such: no such bug")

    def test_outcome_edited(self):
        self.trace["steps"][1]["outcome"] = "TookATrip"
        self.replay(status=USAGE, says=["at step 2: the outcome was TookATrip"])

    def test_view_edited(self):
        self.trace["steps"][1]["view"]["commit_index"] = 7
        self.replay(status=USAGE, says=["at step 2: the server was ", "commit_index 7"])

    def test_message_edited(self):
        self.trace["steps"][0]["sent"][1]["fields"]["term"] = 9
        self.replay(status=USAGE, says=["at step 1: it sent ", "(term 9"])

    def test_delivered_message_edited_with_its_send(self):
        delivery = self.trace["steps"][2]["action"]
        for sent in self.trace["steps"][delivery["sent_at"] - 1]["sent"]:
            if sent["to"] == delivery["server"]:
                sent["fields"]["term"] = 9
        delivery["message"]["fields"]["term"] = 9
        self.replay(status=USAGE, says=f"at step {delivery['sent_at']}: it sent ")

    def test_delivered_message_edited_alone(self):
        self.trace["steps"][2]["action"]["message"]["fields"]["term"] = 9
        self.replay(status=USAGE, says="t.json: /steps/2/action/message: ")

    def test_start_edited(self):
        self.trace["initial"][2]["current_term"] = 4
        self.replay(status=USAGE, says=["at the start: ", "server 3", "current_term 4"])

    def test_violation_edited(self):
        self.trace["violation"]["step"] = 2
        self.replay(status=USAGE, says="at step 3")
        self.trace["violation"] = {**self.recorded["violation"], "property": "LogMatching"}
        self.replay(status=USAGE, says=["LogMatching holds now"])
        self.trace["violation"]["property"] = "Niceness"
        self.replay(status=USAGE, says="no property \"Niceness\"")
        self.trace["violation"] = None
        self.replay(status=USAGE, says=["OneVotePerTerm", "not recorded"])

    def test_places_are_named(self):
        self.trace["steps"][1]["outcome"] = "TookATrip"
        self.replay(status=USAGE, says="t.json: /steps/1/outcome: ")
        self.trace["initial"][2]["current_term"] = 4
        self.replay(status=USAGE, says="t.json: /initial/2: ")

    def test_what_no_network_does_is_refused(self):
        self.trace["steps"][2]["sent"][0]["lost"] = True  # the reply, which nobody receives
        self.replay(status=USAGE, says=["t.json: /steps/2/sent/0/lost: ", "nothing is lost"])
        self.trace = copy.deepcopy(self.recorded)
        self.trace["steps"][2]["action"]["keep_copy"] = True
        self.replay(status=USAGE, says="t.json: /steps/2/action/keep_copy: ")

    def test_bounds_are_kept(self):
        self.trace["bounds"]["timeouts"] = "1"
        self.replay(status=USAGE, says=["t.json: /bounds/timeouts: ", "more than 1"])
        self.trace["bounds"]["timeouts"] = "2"
        self.replay(status=VIOLATED)
        self.trace["bounds"]["servers"] = "5"
        self.replay(status=USAGE, says=["t.json: /bounds/servers: ", "contradicts"])

    def test_the_reason_is_the_real_code_s(self):
        self.trace["violation"]["message"] = "because"
        done = self.replay(status=VIOLATED)
        self.assertNotIn("because", done.stdout)

    def test_unknown_bug(self):
        self.trace["bug"] = "none-such"
        self.replay(status=USAGE, says=["t.json: /bug: none-such: no such bug", "double-vote"])

    def test_version(self):
        self.trace["version"] = 2
        self.replay(status=USAGE, says="t.json: /version: ")

    def test_truncated(self):
        text = json.dumps(self.trace)
        for size in [1, len(text) // 2, len(text) - 1]:
            (self.folder / "t.json").write_text(text[:size])
            done = self.run_program("replay", "t.json", status=USAGE)
            self.assertRegex(done.stderr, r"raftcheck: t\.json: line 1, column \d+")
            self.assertEqual(done.stdout, "")

    def test_no_file(self):
        self.refused("replay", "none.json", says="none.json: ")
        self.refused("replay", ".", says=".: ")
        (self.folder / "empty.json").touch()
        self.refused("replay", "empty.json", says="empty.json: the file is empty")

    def test_escapes_do_not_reach_the_terminal(self):
        evil = "\x1b[2J\x9b31m\x07"
        self.trace["bug"] = evil
        self.assertNotRegex(self.replay(status=USAGE).stderr, r"[\x1b\x07\x9b]")
        self.trace["bug"] = "double-vote"
        self.trace["steps"][0]["outcome"] = evil
        self.assertNotRegex(self.replay(status=USAGE).stderr, r"[\x1b\x07\x9b]")


class List(CliTest):
    def listed(self, what):
        text = self.run_program("list", what, status=0).stdout
        self.assert_fits(text)
        return re.findall(r"^  (\S+)", text, re.MULTILINE)

    def test_properties_are_those_of_the_json(self):
        self.assertEqual(self.listed("properties"),
                         self.summary("--servers", "1")["config"]["properties"])

    def test_witnesses_are_those_of_the_json(self):
        found = self.summary("--servers", "1")
        self.assertEqual(self.listed("witnesses"), list(found["witnesses"]))

    def test_actions(self):
        self.assertEqual(self.listed("actions"), [
            "election_timeout", "heartbeat_timeout", "propose", "deliver", "crash", "cut", "heal",
            "lease_timeout", "transfer", "read", "compact", "change_membership", "disk_write"])

    def test_bugs(self):
        bugs = self.listed("bugs")
        self.assertEqual(bugs, sorted(bugs))
        self.assertGreaterEqual(len(bugs), 13)
        self.assertIn("double-vote", bugs)
        self.assertIn("[control: breaks nothing]",
                      " ".join(self.run_program("list", "bugs").stdout.split()))
