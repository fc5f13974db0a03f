"""Searches: the summary, the JSON, limits, interruption, progress, violations."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import termios
import time

import cli_test_support as support
from cli_test_support import ENDLESS, FLAGS, HOLDS, STOPPED, TINY, VIOLATED, CliTest


JSON_KEYS = [
    "version", "command", "arguments", "config", "generated", "distinct", "depth", "queue",
    "exhausted", "stopped_by", "seconds", "transitions_per_second", "distinct_per_second",
    "bytes_per_state", "peak_rss_bytes", "local_states", "cluster_states", "messages", "step_calls",
    "cut_off", "coverage", "witnesses", "violation", "violations", "violations_complete", "kept",
    "distinct_without_symmetry",
    "network_states", "collisions", "resumed_from", "checkpoint", "vacuous", "symmetry_check",
    "recovery"]

class Summary(CliTest):
    def test_any_network(self):
        done = self.explore(*TINY)
        self.assertTrue(done.stdout.startswith(
            "No violation within 3 servers, 1 term, logs of 1, 0 crashes, over any network.\n"
            "The space is exhausted.\n"), done.stdout)
        for words in ["cluster states", "states kept", "successors", "local states", "messages",
                      "step calls", "--terms 1", "--crashes 0", "deliver_request_vote ",
                      "LeaderElected"]:
            self.assertIn(words, done.stdout)
        for words in ["--inflight", "--loss", "VACUOUS", "NOT exhausted"]:
            self.assertNotIn(words, done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertEqual(os.listdir(self.folder), [])

    def test_numbers_are_those_of_the_json(self):
        done = self.explore(*TINY, "--json", "x.json")
        found = json.loads((self.folder / "x.json").read_text())
        for name, key in [("cluster states", "cluster_states"), ("states kept", "kept"),
                          ("successors", "generated"), ("local states", "local_states"),
                          ("--terms 1", None)]:
            number = found[key] if key else found["cut_off"]["terms"]
            self.assertRegex(done.stdout, rf"\n  {name} +{number:,}\b")

    def test_bounded_network(self):
        text = " ".join(self.explore("--servers", "2", *TINY, "--network", "unordered").stdout
                        .split())
        for words in ["over an unordered network with 4 messages in flight", "any message may be "
                      "lost", "generated", "without symmetry", "--inflight 4", "--loss free"]:
            self.assertIn(words, text)
        self.assertNotIn("any network", text)

    def test_vacuous(self):
        done = self.explore("--timeouts", "0")
        self.assertIn("VACUOUS", done.stdout)

    def test_lines_fit(self):
        for arguments in [TINY, [*TINY, "--network", "ordered", "--partitions", "1"],
                          ["--timeouts", "0"]]:
            self.assert_fits(self.explore("--servers", "2", *arguments).stdout)


class Json(CliTest):
    def test_keys_and_types(self):
        for network in [[], ["--network", "unordered"]]:
            found = self.summary("--servers", "2", *TINY, *network)
            self.assertEqual(list(found), JSON_KEYS)
            for key in ["generated", "distinct", "depth", "queue", "peak_rss_bytes", "local_states",
                        "cluster_states", "messages", "step_calls"]:
                self.assertIs(type(found[key]), int, key)
            for key in ["seconds", "transitions_per_second", "distinct_per_second",
                        "bytes_per_state"]:
                self.assertIs(type(found[key]), float, key)
                self.assertGreater(found[key], 0, key)
            self.assertIs(found["exhausted"], True)
            self.assertEqual(found["stopped_by"], "exhausted")
            self.assertEqual(found["command"], "explore")
            self.assertEqual(found["arguments"][1], "explore")
            self.assertIsNone(found["violation"])
            self.assertEqual("raftcheck " + found["version"],
                             self.run_program("--version").stdout.strip())

    def test_parts(self):
        found = self.summary(*TINY)
        self.assertEqual(set(found["config"]), {*FLAGS, "bug", "properties"})
        self.assertIsNone(found["config"]["bug"])
        self.assertEqual(len(found["config"]["properties"]), 22)
        self.assertEqual(set(found["cut_off"]), {
            "terms", "log", "proposals", "timeouts", "crashes", "inflight", "duplicates",
            "partitions", "loss", "contract", "transfers", "reads", "clock-drifts", "compactions",
            "changes"})
        self.assertEqual(set(found["coverage"]), {
            "election_timeout", "heartbeat_timeout", "propose", "crash", "cut", "heal",
            "lease_timeout", "transfer", "read", "compact", "change_membership", "disk_write",
            "deliver_request_vote", "deliver_request_vote_reply", "deliver_append_entries",
            "deliver_append_entries_reply", "deliver_pre_vote", "deliver_pre_vote_reply",
            "deliver_timeout_now", "deliver_read_index", "deliver_read_index_reply",
            "deliver_install_snapshot", "deliver_install_snapshot_reply", "deliver_other"})
        self.assertEqual(len(found["witnesses"]), 34)
        for value in [*found["cut_off"].values(), *found["coverage"].values()]:
            self.assertIs(type(value), int)
        for value in found["witnesses"].values():
            self.assertIs(type(value), bool)

    def test_keys_of_one_search_are_null_in_the_other(self):
        covering = self.summary(*TINY)
        self.assertGreaterEqual(covering["kept"], covering["distinct"])
        self.assertIsNone(covering["distinct_without_symmetry"])
        self.assertIsNone(covering["network_states"])
        counting = self.summary("--servers", "2", *TINY, "--network", "ordered")
        self.assertIsNone(counting["kept"])
        self.assertGreater(counting["network_states"], 0)

    def test_fingerprints_count_as_the_exact_store_does(self):
        for network in ["unordered", "ordered"]:
            space = ["--servers", "2", "--network", network, "--inflight", "3"]
            exact = self.summary(*space)
            self.assertIsNone(exact["collisions"])
            for more in [[], ["--symmetry", "off"], ["--fingerprint-seed", "18446744073709551615"],
                         ["--threads", "3"], ["--check-symmetry"]]:
                other = self.summary(*space, *more, "--store", "fingerprint")
                for key in ["distinct_without_symmetry", "depth", "queue", "exhausted",
                            "cluster_states", "local_states", "messages", "witnesses"]:
                    self.assertEqual(other[key], exact[key], (more, key))
                if "off" not in more:
                    for key in ["distinct", "generated", "cut_off", "coverage"]:
                        self.assertEqual(other[key], exact[key], (more, key))
                self.assertIsNone(other["network_states"])
                self.assertEqual(other["config"]["store"], "fingerprint")
                self.assertGreater(other["collisions"]["from_counts"], 0)
                self.assertGreater(other["collisions"]["from_fingerprints"], 0)
                self.assertLess(other["collisions"]["from_counts"], 1e-6)

    def test_fingerprints_never_claim_to_be_exact(self):
        done = self.explore("--servers", "2", *TINY, "--network", "ordered", "--store",
                            "fingerprint")
        self.assert_fits(done.stdout)
        self.assertNotIn("The space is exhausted.\n", done.stdout)
        self.assertIn("exhausted, unless states were missed", done.stdout)
        self.assertRegex(done.stdout,
                         r"\n  states missed +with probability \d\S*, from the counts\n"
                         r" +with probability \d\S*, from the fingerprints\n")

    def test_standard_output_has_json_only(self):
        done = self.explore(*TINY, "--json", "-")
        json.loads(done.stdout)
        self.assertIn("No violation within", done.stderr)

    def test_file_and_standard_output_agree(self):
        self.explore(*TINY, "--json", "x.json")
        of_file = json.loads((self.folder / "x.json").read_text())
        self.assertEqual(of_file["distinct"], self.summary(*TINY)["distinct"])

    def test_properties_chosen(self):
        found = self.summary(*TINY, "--property", "LogMatching", "--property", "ElectionSafety")
        self.assertEqual(found["config"]["properties"], ["ElectionSafety", "LogMatching"])

    def test_arguments_that_are_no_text(self):
        done = subprocess.run(
            [support.PROGRAM.encode(), b"explore", b"--servers", b"1", b"--json", b"-", b"--trace",
             b"\xff"],
            cwd=self.folder, capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, HOLDS, done.stderr)
        json.loads(done.stdout.decode())

    def test_two_runs_are_equal(self):
        # Threads that cover find sets in any order: what they reach is the same, not on what way.
        for arguments in [["--terms", "2", "--log", "1", "--threads", "1"],
                          ["--servers", "2", *TINY, "--network", "unordered"]]:
            one, other = (self.summary(*arguments) for _ in range(2))
            for key in ["generated", "distinct", "depth", "queue", "local_states", "cluster_states",
                        "messages", "step_calls", "cut_off", "coverage", "witnesses"]:
                self.assertEqual(one[key], other[key], key)

    def test_symmetry_counts_whole_orbits(self):
        for network in ["unordered", "ordered"]:
            arguments = [*TINY, "--network", network, "--inflight", "3"]
            folded = self.summary(*arguments)
            full = self.summary(*arguments, "--symmetry", "off")
            self.assertEqual(folded["distinct_without_symmetry"], full["distinct"])
            self.assertEqual(full["distinct_without_symmetry"], full["distinct"])
            self.assertEqual(folded["cluster_states"], full["cluster_states"])
            self.assertLess(folded["distinct"], full["distinct"])

    def test_any_network_reaches_the_same_in_every_manner(self):
        reached = {self.summary(*TINY, "--symmetry", symmetry, "--order", order)["cluster_states"]
                   for symmetry in ["on", "off"] for order in ["fastest", "shortest"]}
        self.assertEqual(len(reached), 1, reached)


class Limits(CliTest):
    def test_states(self):
        for arguments in [["--states", "10"], ["--states", "5000"],
                          ["--states", "10", "--network", "unordered"],
                          ["--states", "10", *TINY]]:
            found = self.summary(*arguments, status=STOPPED)
            self.assertEqual(found["stopped_by"], "states", arguments)
            self.assertIs(found["exhausted"], False)
            self.assertGreater(found["queue"], 0)

    def test_states_not_reached(self):
        self.assertTrue(self.summary(*TINY, "--states", "1000000")["exhausted"])

    def test_time(self):
        begun = time.monotonic()
        done = self.explore(*ENDLESS, "--time", "0.5", status=STOPPED)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertIn("Stopped after --time 0.5: no violation so far within", done.stdout)
        self.assertIn("NOT exhausted", done.stdout)

    def test_depth(self):
        for network in [[], ["--network", "unordered"]]:
            done = self.explore("--depth", "3", *network, status=STOPPED)
            self.assertIn("Stopped at --depth 3", done.stdout)
            self.assertIn("NOT exhausted", done.stdout)

    def test_depth_beyond_the_space(self):
        self.assertTrue(self.summary(*TINY, "--depth", "1000")["exhausted"])

    def test_no_vacuity_before_the_end(self):
        self.assertNotIn("VACUOUS", self.explore("--depth", "1", status=STOPPED).stdout)

    def interrupted(self, number, *arguments):
        program = subprocess.Popen(
            [support.PROGRAM, "explore", *ENDLESS, "--json", "x.json", *arguments], cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        begun = time.monotonic()
        program.send_signal(number)
        text, errors = program.communicate(timeout=60)
        self.assertLess(time.monotonic() - begun, 20)
        self.assertEqual(program.returncode, STOPPED, errors)
        self.assertIn("Interrupted: no violation so far within", text)
        self.assertIn("The space is NOT exhausted.", text)
        found = json.loads((self.folder / "x.json").read_text())
        self.assertIs(found["exhausted"], False)
        self.assertEqual(found["stopped_by"], "interrupt")
        self.assertGreater(found["generated"], 1)
        self.assertGreater(found["queue"], 0)
        self.assertIsNone(found["violation"])

    def test_interrupt(self):
        self.interrupted(signal.SIGINT)

    def test_interrupt_of_a_counting_search(self):
        self.interrupted(signal.SIGINT, "--network", "unordered")

    def test_terminate(self):
        self.interrupted(signal.SIGTERM, "--servers", "5")


class Progress(CliTest):
    # Long, but of quick steps: a slow build on a busy machine must look at the clock in time.
    LONG = ["--terms", "4", "--crashes", "2"]

    def test_plain_lines_without_a_terminal(self):
        done = self.explore(*self.LONG, "--time", "6.5", status=STOPPED)
        self.assertRegex(done.stderr, r"\A(generated [\d,]+, distinct [\d,]+, queue [\d,]+, "
                                      r"depth \d+, [\d,]+ states/s, [\d.]+ .iB, \d+ s\n)+\Z")
        self.assertNotRegex(done.stdout, r"\x1b|\r")

    def test_nothing_for_a_short_search(self):
        self.assertEqual(self.explore(*TINY).stderr, "")

    def on_terminal(self, columns, kind="xterm"):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        program = subprocess.Popen(
            [support.PROGRAM, "explore", *self.LONG, "--time", "2"], cwd=self.folder, stderr=theirs,
            stdout=subprocess.PIPE, text=True, env={**os.environ, "TERM": kind})
        os.close(theirs)
        text = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
            if not block:
                break
            text += block
        os.close(ours)
        summary = program.communicate(timeout=60)[0]
        self.assertEqual(program.returncode, STOPPED)
        self.assertNotRegex(summary, r"\x1b|\r")
        return text.decode()

    def test_one_line_on_a_terminal(self):
        for columns in [200, 80, 30]:
            text = self.on_terminal(columns)
            self.assertNotIn("\n", text)
            redrawn = text.split("\r\x1b[K")
            self.assertGreaterEqual(len(redrawn), 3, text)
            self.assertEqual(redrawn[0], "")
            self.assertEqual(redrawn[-1], "", "the line is taken away at the end")
            for line in redrawn:
                self.assertLess(len(line), columns)
            if columns >= 80:
                for word in ["generated", "distinct", "queue", "depth", "/s", "iB"]:
                    self.assertIn(word, redrawn[1])

    def test_terminal_that_can_not_redraw(self):
        self.assertNotIn("\x1b", self.on_terminal(80, "dumb"))


class Violation(CliTest):
    def test_violation_is_reported_with_its_trace(self):
        done = self.explore("--bug", "double-vote", "--trace", "t.json", "--json", "x.json",
                            status=VIOLATED)
        self.assertIn("OneVotePerTerm is violated with the bug double-vote within", done.stdout)
        self.assertIn("raftcheck replay t.json", done.stdout)
        self.assertIn("No shorter run within the bounds", done.stdout)
        trace = json.loads((self.folder / "t.json").read_text())
        found = json.loads((self.folder / "x.json").read_text())
        violation = found["violation"]
        self.assertEqual(violation["property"], "OneVotePerTerm")
        self.assertEqual(violation["message"], trace["violation"]["message"])
        self.assertEqual(violation["depth"], len(trace["steps"]))
        self.assertEqual(violation["trace"], trace)
        self.assertEqual(violation["trace_file"], "t.json")
        self.assertIs(violation["shortest"], True)
        self.assertEqual(found["stopped_by"], "violation")
        self.assertIs(found["exhausted"], False)
        self.assertEqual(found["config"]["bug"], "double-vote")

    def test_default_place(self):
        self.explore("--bug", "double-vote", status=VIOLATED)
        self.assertEqual(os.listdir(self.folder), ["raftcheck-trace.json"])

    def test_bounds_of_the_bug_give_way(self):
        found = self.summary("--bug", "double-vote", "--servers", "2", status=VIOLATED)
        self.assertEqual(found["config"]["servers"], 2)
        self.assertEqual(found["config"]["terms"], 1)

    def test_every_manner_finds_it_at_the_same_depth(self):
        depths = {self.summary("--bug", "double-vote", *flags, status=VIOLATED)
                  ["violation"]["depth"]
                  for flags in [[], ["--order", "shortest"], ["--symmetry", "off"],
                                ["--network", "unordered"], ["--network", "ordered"]]}
        self.assertEqual(depths, {3})

    def test_search_for_a_shorter_one_given_up(self):
        found = self.summary("--bug", "double-vote", "--shortest-states", "1", status=VIOLATED)
        self.assertIs(found["violation"]["shortest"], False)

    def test_properties_not_chosen_are_not_checked(self):
        self.explore("--bug", "double-vote", "--property", "LogMatching")
