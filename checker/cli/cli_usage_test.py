"""Flags, values and files: what is refused, with which words."""

import __main__
import os
import pathlib
import re
import time

from cli_test_support import ENDLESS, FLAGS, STOPPED, SWITCHES, TINY, USAGE, CliTest


class Groups(CliTest):
    # Those of `./dev soak` among them, which nobody would miss for long.
    def test_every_group_that_cmake_runs_is_here(self):
        cmake = pathlib.Path(__file__).with_name("tests.cmake").read_text(encoding="utf-8")
        groups = re.search(r"foreach\(group IN ITEMS([^)]*)\)", cmake).group(1).split()
        groups += re.findall(r"cli_test\.py \$<TARGET_FILE:raftcheck> (\w+)\)", cmake)
        self.assertIn("LabJudges", groups)
        self.assertEqual([name for name in groups if not hasattr(__main__, name)], [])


class Usage(CliTest):
    def test_no_argument_names_the_commands(self):
        self.refused(says=["explore, simulate, lab, merge, replay, show, shrink, explain, diff,",
                           "raftcheck --help"])

    def test_unknown_command(self):
        self.refused("exlore", says=["exlore", "no such command; did you mean explore?",
                                     "explore, simulate, lab, merge, replay, show, shrink, explain, diff,"])

    def test_unknown_flag_names_its_neighbour(self):
        self.refused("explore", "--server", "3", says=["--server:", "did you mean --servers?"])
        self.refused("explore", "--server=3", says="did you mean --servers?")
        self.refused("explore", "-servers", "3", says="did you mean --servers?")

    def test_unknown_flag_without_a_neighbour(self):
        error = self.refused("explore", "--frobnicate", says=["--frobnicate: no such flag"])
        self.assertNotIn("did you mean", error)
        self.refused("--frobnicate", says="no such flag")
        self.refused("replay", "x", "--frobnicate", says="no such flag")
        self.refused("list", "bugs", "--frobnicate", says="no such flag")

    def test_missing_value(self):
        for flag in [*FLAGS, "property", "bug", "trace", "json"]:
            if flag in SWITCHES:
                continue  # stands alone
            self.refused("explore", "--" + flag, says=f"--{flag}: ")

    def test_flag_given_twice(self):
        self.refused("explore", "--servers", "3", "--servers", "3", says="--servers: give it once")

    def test_stray_argument(self):
        self.refused("explore", "fast", says="fast: not expected here")
        self.refused("replay", "a", "b", says="b: not expected here")

    def test_commands_without_their_argument(self):
        self.refused("replay", says="name the file")
        self.refused("list", says="bugs, properties, actions, witnesses, models, formats or rules")
        self.refused("list", "everything", says=["everything", "bugs, properties"])

    def test_unknown_names(self):
        self.refused("explore", "--bug", "none-such", says=["--bug none-such", "double-vote"])
        self.refused("explore", "--property", "None", says=["--property None", "list properties"])
        self.refused("explore", "--property", "", says="--property ''")

    def test_version(self):
        done = self.run_program("--version", status=0)
        self.assertRegex(done.stdout, r"\Araftcheck \d+\.\d+\.\d+\n\Z")
        self.assertEqual(done.stderr, "")

    def test_help_fits_and_leads_on(self):
        for arguments in [["--help"], ["-h"], ["explore", "--help"], ["replay", "--help"],
                          ["list", "--help"], ["show", "--help"], ["shrink", "--help"],
                          ["explain", "--help"], ["diff", "--help"], ["test-from", "--help"],
                          ["step", "--help"], ["simulate", "--help"], ["merge", "--help"],
                          ["linearizable", "--help"], ["gallery", "--help"], ["lab", "--help"]]:
            done = self.run_program(*arguments, status=0)
            self.assertIn("Usage: raftcheck", done.stdout)
            self.assert_fits(done.stdout)
            self.assertNotIn("\n\n\n", done.stdout)
            self.assertEqual(done.stderr, "")
        for command in ["explore", "simulate", "merge", "replay", "show", "shrink", "explain", "diff",
                        "test-from", "step", "linearizable",
                        "list"]:
            self.assertIn(f"  {command} ", self.run_program("--help").stdout)

    def test_help_states_every_default(self):
        text = self.run_program("explore", "--help").stdout
        config = self.summary("--servers", "1")["config"]
        for flag in FLAGS:
            entry = re.search(rf"^  --{flag} ((?:(?!^  --).)*)\(default\s+([^)]*)\)", text,
                              re.MULTILINE | re.DOTALL)
            self.assertIsNotNone(entry, flag)
            value = 3 if flag == "servers" else config[flag]
            expected = "unlimited" if value is None else str(value)
            self.assertEqual(entry.group(2), expected, flag)
        for flag in ["property", "bug", "trace", "json"]:
            self.assertRegex(text, rf"(?ms)^  --{flag} ((?:(?!^  --).)*)\(default:?\s+[^)]+\)")
        self.assertIn("(default: what the trace was recorded with)",
                      " ".join(self.run_program("replay", "--help").stdout.split()))

    def test_help_states_the_exit_statuses(self):
        text = self.run_program("explore", "--help").stdout
        for status in range(4):
            self.assertRegex(text, rf"\n  {status}  \w+")

    def test_full_standard_output_is_noticed(self):
        with open("/dev/full", "w") as full:
            for arguments in [["--help"], ["list", "actions"], ["explore", "--servers", "1"],
                              ["explore", "--servers", "1", "--json", "-"]]:
                done = self.run_program(*arguments, status=USAGE, stdout=full)
                self.assertIn("standard output", done.stderr)


class Bounds(CliTest):
    NONSENSE = ["-1", "-0", "+3", "3.5", "1e3", "0x3", "three", "", " ", "3 ", " 3", "३",
                "1,000", "nan", "inf", "18446744073709551616", "99999999999999999999999999"]

    def test_nonsense_is_refused_with_the_range(self):
        for flag in ["servers", "terms", "log", "crashes", "threads", "shortest-states",
                     "proposals", "timeouts", "entries", "depth", "states", "keep-going"]:
            for value in self.NONSENSE:
                self.refused("explore", f"--{flag}", value,
                             says=[f"--{flag} ", "give a whole number from "])

    def test_nonsense_of_bounded_networks(self):
        for flag in ["inflight", "duplicates", "partitions", "loss"]:
            for value in ["-1", "", "x", "1.5", "18446744073709551616", "1000000"]:
                self.refused("explore", "--network", "unordered", f"--{flag}", value,
                             says=[f"--{flag} ", "give a whole number from "])

    def test_zero(self):
        for flag in ["servers", "terms", "log", "threads", "entries", "depth", "states",
                     "shortest-states"]:
            self.refused("explore", f"--{flag}", "0", says=f"--{flag} 0: ")
        self.refused("explore", "--network", "ordered", "--inflight", "0", says="from 1 to 64")

    def test_absurd(self):
        self.refused("explore", "--servers", "1000000", says=["out of range", "from 1 to 9"])
        for flag in ["terms", "log", "proposals", "timeouts", "crashes", "entries"]:
            self.refused("explore", f"--{flag}", "1000000000", says=["out of range", flag])

    def test_other_than_the_choices(self):
        for flag in ["network", "order", "no-op", "backtracking", "symmetry"]:
            for value in ["", "maybe", "ON", "0"]:
                self.refused("explore", f"--{flag}", value, says=[f"--{flag} ", "give one of "])

    def test_time(self):
        for value in ["0", "-1", "x", "", "nan", "inf", "1e300", "5s"]:
            self.refused("explore", "--time", value, says=["--time ", "seconds"])

    def test_threads(self):
        self.explore("--servers", "1", "--threads", "1")

    def test_symmetry_of_too_many_servers(self):
        self.refused("explore", "--servers", "7", "--symmetry", "on", says="--symmetry off")
        found = self.summary("--servers", "7", "--depth", "1", status=STOPPED)
        self.assertEqual(found["config"]["symmetry"], "off")

    def test_numbers_of_servers(self):
        for arguments in [["--servers", "1"], ["--servers", "2"], ["--servers", "5", *TINY],
                          ["--servers", "1", "--network", "unordered", "--partitions", "1"],
                          ["--servers", "2", *TINY, "--network", "ordered"]]:
            found = self.summary(*arguments)
            self.assertTrue(found["exhausted"], arguments)
            self.assertTrue(found["witnesses"]["LeaderElected"], arguments)

    def test_one_server_is_exact(self):
        # Terms 0, 1, 2; logs that grow to 2; one crash: few enough to be counted by hand once.
        self.assertEqual(self.summary("--servers", "1")["cluster_states"], 13)

    def test_server_options_are_passed_on(self):
        plain = self.summary(*TINY)
        for flags in [["--no-op", "on", "--log", "2"], ["--entries", "1", "--log", "2"]]:
            arguments = ["--terms", "1", "--crashes", "0", *flags]
            self.assertNotEqual(self.summary(*arguments)["generated"], plain["generated"])
        self.explore(*TINY, "--backtracking", "plain")


class Networks(CliTest):
    """A bound that the chosen network does not have is an error, not ignored."""

    def test_any_network_has_no_bounds_of_messages(self):
        for flag, value in [("inflight", "4"), ("duplicates", "0"), ("partitions", "0"),
                            ("loss", "free")]:
            for network in [[], ["--network", "any"]]:
                self.refused("explore", *network, f"--{flag}", value,
                             says=[f"--{flag} {value}: ", "--network unordered or ordered"])

    def test_bounded_networks_have_no_order(self):
        for network in ["unordered", "ordered"]:
            for flag, value in [("order", "shortest"), ("order", "fastest"),
                                ("shortest-states", "5")]:
                self.refused("explore", "--network", network, f"--{flag}", value,
                             says=[f"--{flag} {value}: ", "--network any"])

    def test_fingerprints_are_of_bounded_networks(self):
        for arguments in [["--store", "fingerprint"], ["--fingerprint-seed", "1"]]:
            self.refused("explore", *arguments,
                         says=[arguments[0], "over any network", "--network unordered"])
        bounded = ["--network", "ordered"]
        self.refused("explore", *bounded, "--store", "hash",
                     says=["--store hash", "exact, fingerprint"])
        self.refused("explore", *bounded, "--fingerprint-seed", "1",
                     says=["--fingerprint-seed 1", "--store fingerprint"])
        self.refused("explore", *bounded, "--store", "fingerprint", "--fingerprint-seed", "x",
                     says=["--fingerprint-seed x", "whole number"])
        self.refused("explore", "--model", "jugs", "--store", "fingerprint",
                     says=["--store", "--model jugs"])

    def test_ordered_network_does_not_duplicate(self):
        self.refused("explore", "--network", "ordered", "--duplicates", "1", says="--duplicates 1")

    def test_shortest_needs_no_second_search(self):
        self.refused("explore", "--order", "shortest", "--shortest-states", "9",
                     says="--shortest-states 9")

    def test_depth_over_any_network_implies_the_order(self):
        found = self.summary("--depth", "4", status=STOPPED)
        self.assertEqual(found["config"]["order"], "shortest")
        self.assertEqual(found["stopped_by"], "depth")
        self.assertEqual(found["depth"], 5)  # levels, the initial state's being the first
        self.refused("explore", "--depth", "4", "--order", "fastest", says="--order shortest")

    def test_faults_of_bounded_networks_happen(self):
        found = self.summary("--servers", "2", *TINY, "--network", "unordered", "--duplicates", "1",
                             "--partitions", "1", "--loss", "1")
        for action in ["cut", "heal"]:
            self.assertGreater(found["coverage"][action], 0)
        for bound in ["duplicates", "partitions", "loss"]:
            self.assertGreater(found["cut_off"][bound], 0, bound)

    def test_loss(self):
        of = {loss: self.summary("--servers", "2", *TINY, "--network", "unordered", "--loss", loss)
              for loss in ["none", "0", "1", "free"]}
        self.assertEqual(of["none"]["cluster_states"], of["0"]["cluster_states"])
        self.assertLess(of["none"]["generated"], of["free"]["generated"])


class Files(CliTest):
    """Found before a search that would take for ever, not after it."""

    def refused_at_once(self, *arguments, says):
        begun = time.monotonic()
        self.refused("explore", *ENDLESS, *arguments, says=says)
        self.assertLess(time.monotonic() - begun, 5)

    def test_unwritable_places(self):
        (self.folder / "folder").mkdir()
        (self.folder / "file").touch()
        for flag in ["--json", "--trace"]:
            for path in ["none/such/x.json", "folder", "file/x.json", "", "/proc/x.json",
                         "x" * 300]:
                self.refused_at_once(flag, path, says=[flag, "name a file that can be written"])

    def test_trace_has_no_standard_output(self):
        self.refused_at_once("--trace", "-", says="--trace -")

    def test_trace_and_json_in_one_place(self):
        self.refused_at_once("--trace", "x", "--json", "x", says="--json x")
        (self.folder / "x").touch()
        self.refused_at_once("--trace", "x", "--json", "./x", says="--json ./x")

    def test_default_trace_and_json_in_one_place(self):
        self.refused_at_once("--json", "raftcheck-trace.json", says="--json raftcheck-trace.json")

    def test_full_disk_is_said_after_the_summary(self):
        done = self.explore("--servers", "1", "--json", "/dev/full", status=USAGE)
        self.assertIn("No violation within 1 server", done.stdout)
        self.assertIn("raftcheck: --json: /dev/full: ", done.stderr)

    def test_full_disk_for_the_trace(self):
        done = self.explore("--bug", "double-vote", "--trace", "/dev/full", status=USAGE)
        self.assertIn("OneVotePerTerm is violated", done.stdout)
        self.assertIn("raftcheck: --trace: /dev/full: ", done.stderr)

    def test_what_was_there_stays_without_a_violation(self):
        trace = self.folder / "raftcheck-trace.json"
        trace.write_text("of another search")
        self.explore("--servers", "1")
        self.assertEqual(trace.read_text(), "of another search")
        self.assertEqual(os.listdir(self.folder), ["raftcheck-trace.json"])


class Clocks(CliTest):
    """Lease reads trust clocks; the model says how far."""

    LEASES = ["--no-op", "on", "--proposals", "0", "--timeouts", "2", "--reads", "2", "--crashes",
              "0", "--log", "1", "--network", "unordered", "--inflight", "1", "--vote-lease",
              "--lease-reads"]

    def test_lease_reads_hold_while_clocks_do(self):
        self.assertIn("No violation", self.run_program("explore", *self.LEASES).stdout)

    def test_a_clock_that_drifts_breaks_them(self):
        done = self.run_program("explore", *self.LEASES, "--clock-drifts", "1", status=1)
        self.assertIn("ReadsSeeCommitted is violated", done.stdout)

    def test_flags_that_need_each_other(self):
        self.refused("explore", "--lease-reads", says="--vote-lease")
        self.refused("explore", "--clock-drifts", "1", says="--lease-reads")
