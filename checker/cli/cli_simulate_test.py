"""Random walks: what they say, that a seed says it all, shards and their sum."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

import cli_test_support as support
from cli_test_support import HOLDS, STOPPED, USAGE, VIOLATED, CliTest

KEYS = [
    "version", "command", "arguments", "config", "seed", "shard", "walks_asked", "walks", "steps",
    "exhausted", "stopped_by", "seconds", "steps_per_second", "peak_rss_bytes", "local_states",
    "messages", "step_calls", "states_checked", "memory_restarts", "bounds_met", "coverage",
    "witnesses", "violation"]

SUMS = ["walks", "steps", "bounds_met", "coverage", "witnesses"]

OF_SCHEDULERS = re.compile("^(SLURM|JOB|OMPI)_")


class WalkTest(CliTest):
    def run_program(self, *arguments, variables=None, **options):
        clean = {name: value for name, value in os.environ.items()
                 if not OF_SCHEDULERS.match(name)}
        return super().run_program(*arguments, env={**clean, **(variables or {})}, **options)

    def simulate(self, *arguments, status=HOLDS, **options):
        return self.run_program("simulate", *arguments, status=status, **options)

    def walks(self, *arguments, status=HOLDS, **options):
        done = self.simulate(*arguments, "--json", "-", status=status, **options)
        return json.loads(done.stdout)


class Simulate(WalkTest):
    def test_summary(self):
        done = self.simulate("--seed", "1", "--walks", "500")
        text = " ".join(done.stdout.split())
        for words in ["No violation in 500 random walks, 3 servers, 4 terms, logs of 3, over an "
                      "unordered network. Walks prove nothing", "seed 1 ", "--terms 4",
                      "deliver_request_vote ", "LeaderElected"]:
            self.assertIn(words, text)
        for words in ["VACUOUS", "exhausted", "shard", "NOT all"]:
            self.assertNotIn(words, text)
        self.assertEqual(done.stderr, "")
        self.assertEqual(os.listdir(self.folder), [])
        self.assert_fits(done.stdout)

    def test_json(self):
        found = self.walks("--seed", "18446744073709551615", "--walks", "100")
        self.assertEqual(list(found), KEYS)
        self.assertEqual(found["command"], "simulate")
        self.assertEqual(found["seed"], 18446744073709551615)
        self.assertEqual(found["walks"], 100)
        self.assertEqual(found["walks_asked"], 100)
        self.assertIs(found["exhausted"], False)
        self.assertEqual(found["stopped_by"], "walks")
        self.assertEqual(found["shard"], {"index": 0, "count": 1, "source": None})
        self.assertIsNone(found["violation"])
        self.assertEqual(sum(found["coverage"].values()), found["steps"])
        self.assertEqual(len(found["witnesses"]), 34)

    def test_same_seed_same_walks(self):
        one, other, third = (self.walks("--seed", seed, "--walks", "300") for seed in "773")
        for key in [*SUMS, "local_states", "step_calls"]:
            self.assertEqual(one[key], other[key], key)
        self.assertNotEqual(one["steps"], third["steps"])

    def test_seed_is_drawn_and_printed(self):
        found = [self.walks("--walks", "50") for _ in range(3)]
        self.assertGreater(len({one["seed"] for one in found}), 1)
        again = self.walks("--walks", "50", "--seed", str(found[0]["seed"]))
        self.assertEqual(again["steps"], found[0]["steps"])
        self.assertEqual(again["coverage"], found[0]["coverage"])
        self.assertRegex(self.simulate("--walks", "5").stdout, r"\n  seed +\d+\n")

    def test_profiles_and_schedulers(self):
        faults = {"none": [], "lossy": [], "crashy": ["crash"], "partitions": ["cut", "heal"],
                  "all": ["crash", "cut", "heal"]}
        for scheduler in ["uniform", "pct", "swarm", "mix"]:
            for profile, actions in faults.items():
                found = self.walks("--seed", "2", "--walks", "300", "--scheduler", scheduler,
                                   "--faults", profile)
                for action in ["crash", "cut", "heal"]:
                    self.assertEqual(found["coverage"][action] > 0, action in actions,
                                     (scheduler, profile, action))
                self.assertTrue(found["witnesses"]["EntryCommitted"], (scheduler, profile))

    def test_budgets_hold_in_each_walk(self):
        found = self.walks("--seed", "3", "--walks", "200", "--crashes", "1", "--timeouts", "3",
                           "--partitions", "1", "--proposals", "2")
        for action, most in [("crash", 1), ("election_timeout", 3), ("cut", 1), ("propose", 2)]:
            self.assertGreater(found["coverage"][action], 0)
            self.assertLessEqual(found["coverage"][action], most * 200)
        self.assertEqual(found["bounds_met"]["timeouts"],
                         min(found["bounds_met"]["timeouts"], 200))
        self.assertGreater(found["bounds_met"]["timeouts"], 0)

    def test_networks(self):
        for network in ["unordered", "ordered", "any"]:
            found = self.walks("--seed", "4", "--walks", "300", "--network", network)
            self.assertEqual(found["config"]["network"], network)
            self.assertTrue(found["witnesses"]["FollowerCommitted"])
        for flag, value in [("inflight", "4"), ("duplicates", "0"), ("partitions", "0"),
                            ("loss", "free")]:
            self.refused("simulate", "--network", "any", f"--{flag}", value, says=f"--{flag} ")
        self.refused("simulate", "--network", "ordered", "--duplicates", "1", says="--duplicates 1")

    def test_depth_and_servers(self):
        found = self.walks("--seed", "5", "--walks", "20", "--depth", "7", "--servers", "5")
        self.assertEqual(found["steps"], 140)
        self.walks("--seed", "5", "--walks", "20", "--servers", "1")
        self.walks("--seed", "5", "--walks", "20", "--servers", "9", "--no-op", "on",
                   "--backtracking", "plain", "--entries", "1")

    def test_time_alone_is_no_full_run(self):
        done = self.simulate("--seed", "6", "--time", "0.5", status=STOPPED)
        self.assertIn("Stopped after --time 0.5: no violation so far in ", done.stdout)
        found = self.walks("--seed", "6", "--walks", "1000000000", "--time", "0.5", status=STOPPED)
        self.assertEqual(found["stopped_by"], "time")
        self.assertEqual(found["walks_asked"], 1000000000)
        self.assertLess(found["walks"], 1000000000)
        self.assertIn("NOT all of the 1,000,000,000 walks were taken.",
                      self.simulate("--walks", "1000000000", "--time", "0.5",
                                    status=STOPPED).stdout)

    def test_interrupt(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            program = subprocess.Popen(
                [support.PROGRAM, "simulate", "--walks", "1000000000", "--json", "x.json"],
                cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(1)
            program.send_signal(number)
            text, errors = program.communicate(timeout=60)
            self.assertEqual(program.returncode, STOPPED, errors)
            self.assertIn("Interrupted: no violation so far in", text)
            found = json.loads((self.folder / "x.json").read_text())
            self.assertEqual(found["stopped_by"], "interrupt")
            self.assertGreater(found["walks"], 0)

    def test_progress_without_a_terminal(self):
        done = self.simulate("--seed", "1", "--time", "6", status=STOPPED)
        self.assertRegex(done.stderr, r"\Awalks [\d,]+, steps [\d,]+, [\d,]+ steps/s, "
                                      r"[\d.]+ .iB, \d+ s\n\Z")

    def test_vacuous(self):
        self.assertIn("VACUOUS", self.simulate("--walks", "20", "--timeouts", "0").stdout)

    def test_nonsense_is_refused(self):
        for flag in ["servers", "terms", "log", "proposals", "timeouts", "crashes", "inflight",
                     "duplicates", "partitions", "loss", "entries", "walks", "depth", "seed",
                     "shards"]:
            for value in ["-1", "", "x", "1.5", "18446744073709551616"]:
                self.refused("simulate", f"--{flag}", value,
                             says=[f"--{flag} ", "give a whole number from "])
        for flag in ["network", "no-op", "backtracking", "faults", "scheduler"]:
            self.refused("simulate", f"--{flag}", "maybe", says=[f"--{flag} ", "give one of "])
        for value in ["0", "-1", "x"]:
            self.refused("simulate", "--time", value, says="--time ")
        self.refused("simulate", "--property", "None", says="--property None")
        self.refused("simulate", "--bug", "none-such", says="double-vote")
        self.refused("simulate", "--symmetry", "on", says="--symmetry: no such flag")
        self.refused("simulate", "--walks", says="--walks: ")

    def test_help_states_every_default(self):
        text = " ".join(self.run_program("simulate", "--help").stdout.split())
        config = self.walks("--seed", "1", "--walks", "1")["config"]
        for flag, value in config.items():
            if flag in ["bug", "properties", "seed", "walks"]:
                continue
            shown = "unlimited" if value is None else value
            self.assertRegex(text, rf"--{flag} [^()]*(\([^()]*\))?[^()]*\(default {shown}\)")
        for status in range(4):
            self.assertRegex(text, rf" {status} \w+")

    def test_places_for_files(self):
        self.refused("simulate", "--json", "none/such", says="--json")
        self.refused("simulate", "--trace", "-", says="--trace -")
        self.refused("simulate", "--trace", "x", "--json", "x", says="--json x")


CONTROL = {"candidate-step-down-forgets-vote"}
# What these break shows once faults stop, and a walk's never do: `explore --recovery` finds them.
WITHOUT_RECOVERY = {"break-on-old-term", "no-backup-when-equal", "self-not-counted", "timer-misuse",
                    "volatile-role-on-reply", "zero-last-log", "prevote-stale-term",
                    "transfer-never-aborted", "in-flight-never-freed", "uncommitted-counts-all",
                    "uncommitted-counts-old-terms"}
# Walks ask for no reads.
OF_READS = {"read-before-own-term", "read-without-quorum", "lease-kept-in-transfer",
            "lease-forgotten-in-restart", "lease-from-the-answer"}

# Ten thousand walks and more: of one seed here, of all five in `./dev soak`.
RARE = {"single-server-2015"}


class BugHunt(WalkTest):
    def bugs(self):
        lines = self.run_program("list", "bugs").stdout
        names = re.findall(r"^  ([a-z0-9-]+) ", lines, re.MULTILINE)
        self.assertGreaterEqual(len(names), 19)
        return [name for name in names if name not in CONTROL | WITHOUT_RECOVERY | OF_READS]

    def assert_found(self, bug, seed):
        begun = time.monotonic()
        done = self.simulate("--bug", bug, "--seed", seed, "--time", "60", "--trace",
                             "t.json", "--json", "x.json", status=VIOLATED)
        self.assertLess(time.monotonic() - begun, 30, (bug, seed))
        self.assertIn(f"is violated with the bug {bug} in walk ", done.stdout)
        violation = json.loads((self.folder / "x.json").read_text())["violation"]
        trace = json.loads((self.folder / "t.json").read_text())
        self.assertEqual(violation["trace"], trace)
        self.assertIs(violation["minimal"], True)
        self.assertIs(trace["shortest"], False)
        self.assertLessEqual(len(trace["steps"]), violation["depth_of_walk"])
        self.assertLess(len(trace["steps"]), 25, (bug, seed))
        self.run_program("replay", "t.json", status=VIOLATED)


class RareBugs(BugHunt):
    """The seeds that SimulateBugs leaves out: `./dev soak`."""

    def test_every_rare_bug_is_found_from_each_of_five_seeds(self):
        for bug in sorted(RARE):
            for seed in "12345":
                self.assert_found(bug, seed)


class SimulateBugs(BugHunt):
    def test_every_bug_is_found_from_each_of_five_seeds(self):
        self.assertLessEqual(RARE, set(self.bugs()))
        for bug in self.bugs():
            for seed in "5" if bug in RARE else "12345":
                self.assert_found(bug, seed)

    def test_figure_8_is_found_by_the_property_alone(self):
        for seed in "12":
            found = self.walks("--bug", "commit-old-term", "--property", "LeaderCompleteness",
                               "--seed", seed, "--time", "60", status=VIOLATED)
            self.assertEqual(found["violation"]["property"], "LeaderCompleteness")
            self.run_program("replay", "raftcheck-trace.json", status=VIOLATED)

    def test_the_control_breaks_nothing(self):
        self.simulate("--bug", "candidate-step-down-forgets-vote", "--seed", "1", "--walks", "5000")

    def test_same_seed_same_trace(self):
        traces = []
        for _ in range(2):
            self.simulate("--bug", "truncate-always", "--seed", "9", status=VIOLATED)
            traces.append((self.folder / "raftcheck-trace.json").read_text())
        self.assertEqual(*traces)

    def test_servers_of_the_bug_give_way(self):
        found = self.walks("--bug", "quorum-off-by-one", "--seed", "1", status=VIOLATED)
        self.assertEqual(found["config"]["servers"], 2)
        found = self.walks("--bug", "quorum-off-by-one", "--servers", "4", "--seed", "1",
                           status=VIOLATED)
        self.assertEqual(found["config"]["servers"], 4)

    def test_full_disk_for_the_trace(self):
        done = self.simulate("--bug", "double-vote", "--seed", "1", "--trace", "/dev/full",
                             status=USAGE)
        self.assertIn("OneVotePerTerm is violated", done.stdout)
        self.assertIn("raftcheck: --trace: /dev/full: ", done.stderr)


class Shards(WalkTest):
    RUN = ["--seed", "8", "--walks", "100"]

    def shard(self, variables, *arguments):
        found = self.walks(*self.RUN, *arguments, variables=variables)
        return found["shard"]["index"], found["shard"]["count"], found["shard"]["source"]

    def test_schedulers_of_jobs(self):
        self.assertEqual(self.shard({"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "4",
                                     "SLURM_ARRAY_TASK_MIN": "3"}),
                         (2, 4, "SLURM_ARRAY_TASK_ID"))
        self.assertEqual(self.shard({"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "4",
                                     "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_STEP": "2"}),
                         (3, 4, "SLURM_ARRAY_TASK_ID"))
        self.assertEqual(self.shard({"SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "4"}),
                         (1, 4, "SLURM_ARRAY_TASK_ID"))
        job = "JOB_COMPLETION_INDEX"
        self.assertEqual(self.shard({job: "1", "JOB_COMPLETIONS": "3"}), (1, 3, job))
        self.assertEqual(self.shard({job: "1"}, "--shards", "3"), (1, 3, job))
        rank = "OMPI_COMM_WORLD_RANK"
        self.assertEqual(self.shard({rank: "1", "OMPI_COMM_WORLD_SIZE": "2"}), (1, 2, rank))
        # One process of Open MPI in a task of SLURM.
        self.assertEqual(self.shard({rank: "0", "OMPI_COMM_WORLD_SIZE": "1",
                                     "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2"}),
                         (1, 2, "SLURM_ARRAY_TASK_ID"))

    def test_flag_goes_before_the_environment(self):
        broken = {"OMPI_COMM_WORLD_RANK": "x", "SLURM_ARRAY_TASK_ID": "y"}
        self.assertEqual(self.shard(broken, "--shard", "1/3"), (1, 3, "--shard"))
        self.assertEqual(self.shard(broken, "--shard", "0/1"), (0, 1, "--shard"))

    def test_used_shard_is_said(self):
        done = self.simulate(*self.RUN, variables={"OMPI_COMM_WORLD_RANK": "1",
                                                   "OMPI_COMM_WORLD_SIZE": "2"})
        self.assertIn("1 of 2 (from 0; OMPI_COMM_WORLD_RANK)", done.stdout)

    def test_damaged_variables_are_named(self):
        size, rank = "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"
        task, count = "SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"
        job = "JOB_COMPLETION_INDEX"
        for variables, named in [
                ({rank: "x", size: "2"}, f"{rank}=x"), ({rank: "1"}, f"{size} is not set"),
                ({rank: "2", size: "2"}, f"{rank}=2"), ({rank: "-1", size: "2"}, f"{rank}=-1"),
                ({rank: "0", size: "0"}, f"{size}=0"), ({rank: "", size: "2"}, f"{rank}=''"),
                ({task: "1"}, f"{count} is not set"), ({task: "9", count: "3"}, f"{task}=9"),
                ({task: "4", count: "3", "SLURM_ARRAY_TASK_MIN": "5"}, f"{task}=4"),
                ({task: "4", count: "3", "SLURM_ARRAY_TASK_STEP": "0"}, f"{task}=4"),
                ({job: "0"}, "--shards"), ({job: "z", "JOB_COMPLETIONS": "2"}, f"{job}=z"),
                ({rank: "0", size: "2", task: "1", count: "2"}, task)]:
            done = self.run_program("simulate", *self.RUN, variables=variables, status=USAGE)
            self.assertIn(named, done.stderr, variables)
            self.assertIn("--shard i/n", done.stderr, variables)
        done = self.run_program("simulate", *self.RUN, "--shards", "3", status=USAGE,
                                variables={job: "0", "JOB_COMPLETIONS": "2"})
        self.assertIn("JOB_COMPLETIONS=2: contradicts --shards 3", done.stderr)

    def test_flags_are_checked(self):
        for value in ["", "1", "1/", "/2", "2/2", "0/0", "a/b", "-1/2", "1/2/3", "1/1000001"]:
            self.refused("simulate", *self.RUN, "--shard", value, says=["--shard ", "give i/n"])
        self.refused("simulate", *self.RUN, "--shard", "0/2", "--shards", "3", says="--shards 3")
        self.refused("simulate", *self.RUN, "--shards", "3", says="--shard i/n")

    def test_shards_need_a_seed(self):
        self.refused("simulate", "--shard", "0/2", says=["--shard", "--seed"])

    def test_traces_of_shards_do_not_meet(self):
        for index in ["0", "1"]:
            self.simulate("--bug", "double-vote", "--seed", "1", "--shard", f"{index}/2", "--json",
                          "s{shard}.json", status=VIOLATED)
        self.assertEqual(sorted(os.listdir(self.folder)), [
            "raftcheck-trace-0.json", "raftcheck-trace-1.json", "s0.json", "s1.json"])

    @unittest.skipUnless(shutil.which("mpirun"), "Open MPI's mpirun is not installed")
    def test_under_open_mpi(self):
        done = subprocess.run(
            ["mpirun", "--allow-run-as-root", "--oversubscribe", "-np", "3", support.PROGRAM,
             "simulate", *self.RUN, "--json", "s{shard}.json"],
            cwd=self.folder, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, HOLDS, done.stderr)
        self.run_program("merge", "s0.json", "s1.json", "s2.json", "--json", "m.json", status=HOLDS)
        merged = json.loads((self.folder / "m.json").read_text())
        self.assertEqual(merged["steps"], self.walks(*self.RUN)["steps"])


class Merge(WalkTest):
    RUN = ["--seed", "8", "--walks", "1000"]

    def shards(self, count, *arguments, status=HOLDS):
        for index in range(count):
            self.simulate(*self.RUN, *arguments, "--shard", f"{index}/{count}", "--json",
                          "s{shard}.json", status=status)
        return [f"s{index}.json" for index in range(count)]

    def test_shards_add_up_to_the_run(self):
        whole = self.walks(*self.RUN)
        done = self.run_program("merge", *reversed(self.shards(3)), "--json", "m.json",
                                status=HOLDS)
        self.assertIn("No violation in 1,000 random walks.\nWalks prove nothing", done.stdout)
        self.assert_fits(done.stdout)
        merged = json.loads((self.folder / "m.json").read_text())
        for key in [*SUMS, "config", "seed"]:
            self.assertEqual(merged[key], whole[key], key)
        self.assertEqual(merged["shards"], {"count": 3, "missing": []})
        self.assertIs(merged["complete"], True)
        self.assertEqual(merged["violations"], [])

    def test_missing_shard_is_said(self):
        files = self.shards(3)
        done = self.run_program("merge", files[0], files[2], status=STOPPED)
        self.assertRegex(done.stdout, r"NOT all of the run(.|\n)*MISSING +shards 1\n")
        done = self.run_program("merge", files[0], files[2], "--json", "-", status=STOPPED)
        self.assertEqual(json.loads(done.stdout)["shards"]["missing"], [1])

    def test_shard_that_was_stopped_is_said(self):
        self.simulate("--seed", "1", "--walks", "1000000000", "--time", "0.3", "--json", "x.json",
                      status=STOPPED)
        done = self.run_program("merge", "x.json", status=STOPPED)
        self.assertRegex(done.stdout, r"NOT ALL WALKS +shard 0 stopped by time after")

    def test_violations_are_listed_the_first_walk_first(self):
        files = self.shards(2, "--bug", "double-vote", status=VIOLATED)
        done = self.run_program("merge", *files, "--json", "m.json", status=VIOLATED)
        found = json.loads((self.folder / "m.json").read_text())["violations"]
        self.assertEqual([one["shard"] for one in sorted(found, key=lambda one: one["walk"])],
                         [one["shard"] for one in found])
        self.assertEqual(len(found), 2)
        whole = self.walks(*self.RUN, "--bug", "double-vote", status=VIOLATED)
        self.assertEqual(found[0]["walk"], whole["violation"]["walk"])
        self.assertIn(f"is violated in walk {found[0]['walk']}.", done.stdout)
        self.assertIn("raftcheck-trace-1.json", done.stdout)

    def test_other_runs_are_refused(self):
        files = self.shards(2)
        for other, words in [(["--seed", "9"], "/seed"), (["--seed", "8", "--terms", "3"], "/config/terms"),
                             (["--seed", "8", "--property", "LogMatching"], "/config/properties")]:
            self.simulate(*other, *(["--walks", "1000"]), "--shard", "1/2", "--json", "o.json")
            self.refused("merge", files[0], "o.json", says=["o.json", words])
        self.simulate(*self.RUN, "--json", "o.json")
        self.refused("merge", files[0], "o.json", says="/shard/count")
        self.refused("merge", files[0], files[0], says="count twice")

    def test_explore_is_refused(self):
        self.run_program("explore", "--servers", "1", "--json", "e.json", status=HOLDS)
        self.refused("merge", "e.json", says=["e.json: /command", "explore"])

    def test_damage_is_named(self):
        name, = self.shards(1)
        good = json.loads((self.folder / name).read_text())
        for change in [lambda j: j.pop("walks"), lambda j: j.update(walks=-1),
                       lambda j: j.update(steps="x"), lambda j: j.update(steps=1.5),
                       lambda j: j.update(seconds=-1), lambda j: j.update(coverage=[]),
                       lambda j: j["coverage"].update(crash=None), lambda j: j.pop("shard"),
                       lambda j: j["shard"].update(index=1), lambda j: j.update(seed=None),
                       lambda j: j["shard"].update(count=10**18),
                       lambda j: j["witnesses"].update(LeaderElected=1),
                       lambda j: j.update(stopped_by="violation"), lambda j: j.pop("command"),
                       lambda j: j.update(command="merge"), lambda j: j.update(violation={}),
                       lambda j: j.update(config=3), lambda j: j.pop("version")]:
            bad = json.loads(json.dumps(good))
            change(bad)
            (self.folder / "bad.json").write_text(json.dumps(bad))
            self.refused("merge", "bad.json", says="bad.json: /")
        text = (self.folder / name).read_text()
        for cut in [0, 1, len(text) // 2, len(text) - 3]:
            (self.folder / "bad.json").write_text(text[:cut])
            self.refused("merge", "bad.json", says="bad.json: not JSON, or cut short")
        (self.folder / "bad.json").write_text("[]")
        self.refused("merge", "bad.json", says="bad.json: not an object")
        self.refused("merge", "none.json", says="none.json: cannot be read")
        self.refused("merge", says="name the summaries")
