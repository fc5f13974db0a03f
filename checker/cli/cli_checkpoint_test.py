"""Searches that are interrupted and go on: by limits, by signals, by kill -9; checkpoints that are
damaged or of another run; the memory budget."""

import json
import os
import random
import resource
import signal
import struct
import subprocess
import time

import cli_test_support as support
from cli_test_support import ENDLESS, STOPPED, USAGE, VIOLATED, CliTest

SMALL = ["--terms", "1", "--log", "1", "--crashes", "0", "--network", "unordered"]
# Some seconds of work.
LONG = ["--log", "1", "--crashes", "0", "--network", "unordered", "--inflight", "3",
        "--symmetry", "off"]
# Over any network, likewise.
ANY = ["--terms", "2", "--log", "2", "--crashes", "1"]

# What must be the same after an interruption, whatever the number of threads. Steps that were
# remembered are computed again, so step_calls is not; nor is network_states, which with symmetry
# depends on the order of discovery, nor what has to do with time and memory.
SAME = ["generated", "distinct", "depth", "queue", "exhausted", "stopped_by", "local_states",
        "cluster_states", "messages", "cut_off", "coverage", "witnesses",
        "distinct_without_symmetry"]


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Checkpoints(CliTest):
    def checkpoint(self, folder="ck"):
        return self.folder / folder / "checkpoint"

    def stopped(self, *arguments):
        """Writes a checkpoint into ck."""
        return self.explore(*arguments, "--checkpoint", "ck", status=STOPPED)

    def assert_same(self, found, whole):
        self.assertEqual({key: found[key] for key in SAME}, {key: whole[key] for key in SAME})

    def test_every_limit(self):
        whole = self.summary(*SMALL)
        for limit in [["--depth", "3"], ["--states", "10000"], ["--time", "0.000001"]]:
            done = self.stopped(*SMALL, *limit)
            self.assertIn("\nTo go on from here: raftcheck explore --resume ck\n", done.stdout)
            self.assertEqual(os.listdir(self.folder / "ck"), ["checkpoint"])
            found = self.summary("--resume", "ck")
            self.assert_same(found, whole)
            self.assertEqual(found["resumed_from"], "ck")
            self.assertIsNone(found["checkpoint"], "none is written where the search ends")
            self.checkpoint().unlink()

    def test_limit_after_limit(self):
        whole = self.summary(*SMALL)
        self.stopped(*SMALL, "--depth", "2")
        for depth in [5, 9, 11]:
            found = self.summary("--resume", "ck", "--depth", str(depth), status=STOPPED)
            self.assertEqual(found["depth"], depth + 1)
            self.assertEqual(found["checkpoint"], "ck", "--resume says where to, too")
        self.assertGreater(whole["depth"], 12)
        self.assert_same(self.summary("--resume", "ck"), whole)

    def test_another_number_of_threads(self):
        whole = self.summary(*SMALL)
        for first, second in [("1", "3"), ("3", "1"), ("2", "5")]:
            self.stopped(*SMALL, "--threads", first, "--states", "10000")
            self.assert_same(self.summary("--resume", "ck", "--threads", second), whole)
            self.checkpoint().unlink()

    def test_another_place(self):
        self.stopped(*SMALL, "--depth", "2")
        before = self.checkpoint().read_bytes()
        self.explore("--resume", "ck", "--checkpoint", "other/place", "--depth", "4",
                     status=STOPPED)
        self.assertEqual(self.checkpoint().read_bytes(), before)
        self.assertTrue(self.summary("--resume", "other/place")["exhausted"])

    def test_a_violation_is_found_as_without_a_break(self):
        arguments = ["--bug", "double-vote", "--network", "unordered"]
        self.explore(*arguments, "--trace", "whole.json", status=VIOLATED)
        self.stopped(*arguments, "--depth", "2")
        done = self.explore("--resume", "ck", "--trace", "resumed.json", status=VIOLATED)
        self.assertIn("OneVotePerTerm is violated with the bug double-vote", done.stdout)
        self.assertNotIn("To go on", done.stdout)
        self.assertEqual((self.folder / "resumed.json").read_text(),
                         (self.folder / "whole.json").read_text())

    def test_fingerprints_find_the_same_violation_with_and_without_a_break(self):
        arguments = ["--bug", "double-vote", "--network", "ordered"]
        self.explore(*arguments, "--trace", "exact.json", status=VIOLATED)
        arguments += ["--store", "fingerprint"]
        self.explore(*arguments, "--trace", "whole.json", "--threads", "3", status=VIOLATED)
        self.stopped(*arguments, "--depth", "2")
        self.explore("--resume", "ck", "--trace", "resumed.json", status=VIOLATED)
        for name in ["whole.json", "resumed.json"]:
            self.assertEqual((self.folder / name).read_text(),
                             (self.folder / "exact.json").read_text())

    def test_fingerprints_go_on_where_they_were(self):
        whole = self.summary(*SMALL)
        for first, second in [("1", "3"), ("3", "2")]:
            self.stopped(*SMALL, "--store", "fingerprint", "--threads", first, "--states", "10000")
            self.explore("--resume", "ck", "--threads", second, "--states", "14000",
                         status=STOPPED)
            found = self.summary("--resume", "ck", "--threads", first)
            self.assert_same(found, whole)
            self.assertGreater(found["collisions"]["from_fingerprints"], 0)
            for flag, value in [("--store", "exact"), ("--fingerprint-seed", "1")]:
                self.explore(*SMALL, "--store", "fingerprint", "--states", "10000", "--checkpoint",
                             "other", status=STOPPED)
                self.refused("explore", "--resume", "other", flag, value, says=[flag, value])
                self.checkpoint("other").unlink()
            self.checkpoint().unlink()

    def test_properties_are_those_of_the_checkpoint(self):
        self.stopped(*SMALL, "--property", "LogMatching", "--depth", "3")
        self.assertEqual(self.summary("--resume", "ck")["config"]["properties"], ["LogMatching"])

    def test_signals(self):
        whole = self.summary(*LONG)
        for number in [signal.SIGINT, signal.SIGTERM]:
            program = self.started("--checkpoint", "ck", *LONG)
            time.sleep(0.5)
            program.send_signal(number)
            text, errors = program.communicate(timeout=60)
            self.assertEqual(program.returncode, STOPPED, errors)
            self.assertIn("To go on from here: raftcheck explore --resume ck", text)
            self.assert_same(self.summary("--resume", "ck"), whole)
            self.checkpoint().unlink()

    def started(self, *arguments):
        return subprocess.Popen([support.PROGRAM, "explore", *arguments], cwd=self.folder,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def test_killed_at_any_moment(self):
        whole = self.summary(*LONG)
        pauses = []
        kills = 0
        arguments = ["--checkpoint", "ck", *LONG]
        for _ in range(6):
            program = self.started(*arguments, "--checkpoint-every", "0.1")
            pauses.append(random.uniform(0, 0.6))
            give_up = time.monotonic() + 60
            while not self.checkpoint().exists() and program.poll() is None:
                self.assertLess(time.monotonic(), give_up, "no checkpoint is written")
                time.sleep(0.01)
            time.sleep(pauses[-1])
            kills += program.poll() is None
            program.kill()
            program.communicate(timeout=60)
            arguments = ["--resume", "ck"]
        self.assertGreater(kills, 1, pauses)
        found = self.summary("--resume", "ck", "--checkpoint-every", "1")
        self.assert_same(found, whole)
        self.assertIs(found["exhausted"], True, pauses)

    def test_any_network_killed_at_any_moment(self):
        whole = self.summary(*ANY)
        kills = 0
        arguments = ["--checkpoint", "ck", *ANY]
        for threads in ["1", "2", "3"]:
            program = self.started(*arguments, "--threads", threads, "--checkpoint-every", "0.05")
            give_up = time.monotonic() + 60
            while not self.checkpoint().exists() and program.poll() is None:
                self.assertLess(time.monotonic(), give_up, "no checkpoint is written")
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.3))
            kills += program.poll() is None
            program.kill()
            program.communicate(timeout=60)
            arguments = ["--resume", "ck"]
        self.assertGreater(kills, 0)
        found = self.summary("--resume", "ck")
        self.assert_same_cover(found, whole)

    def test_any_network_stopped_again_and_again(self):
        whole = self.summary(*ANY)
        self.stopped(*ANY, "--time", "0.000001")
        for states in ["1000", "5000", "20000"]:
            found = self.summary("--resume", "ck", "--states", states, status=STOPPED)
            self.assertEqual(found["checkpoint"], "ck")
        program = self.started("--resume", "ck")
        time.sleep(0.3)
        program.send_signal(signal.SIGINT)
        program.communicate(timeout=60)
        if program.returncode == STOPPED:
            self.assert_same_cover(self.summary("--resume", "ck"), whole)

    def test_any_network_damaged(self):
        self.stopped(*ANY, "--states", "1000")
        data = bytearray(self.checkpoint().read_bytes())
        for place in [len(data) // 4, len(data) // 2, len(data) - 30]:
            damaged = bytearray(data)
            damaged[place] ^= 1
            self.checkpoint().write_bytes(damaged)
            self.refused("explore", "--resume", "ck", says=["ck/checkpoint"])

    def test_any_network_finds_the_same_trace(self):
        arguments = ["--bug", "double-vote", "--network", "any"]
        self.explore(*arguments, "--trace", "whole.json", status=VIOLATED)
        self.stopped(*arguments, "--states", "1")
        self.explore("--resume", "ck", "--trace", "resumed.json", status=VIOLATED)
        self.assertEqual((self.folder / "resumed.json").read_text(),
                         (self.folder / "whole.json").read_text())

    def assert_same_cover(self, found, whole):
        """Over any network: what does not depend on the order in which it is searched."""
        for key in ["cluster_states", "local_states", "exhausted", "stopped_by", "cut_off",
                    "witnesses"]:
            self.assertEqual(found[key], whole[key], key)

    def test_damaged(self):
        self.stopped(*SMALL, "--depth", "4")
        whole = self.checkpoint().read_bytes()
        self.assertGreater(len(whole), 2000)
        for at in [*range(0, 60), *random.sample(range(60, len(whole)), 60)]:
            for damaged in [whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1:], whole[:at]]:
                self.checkpoint().write_bytes(damaged)
                said = self.refused("explore", "--resume", "ck", says=["ck/checkpoint", "offset "])
                self.assertRegex(said, "section|header|the end", at)
        self.checkpoint().write_bytes(whole)
        self.explore("--resume", "ck")

    def test_of_another_program(self):
        self.stopped(*SMALL, "--depth", "3")
        whole = self.checkpoint().read_bytes()
        # The first section is the run's record, in one block behind its header and the file's.
        length = struct.unpack_from("<Q", whole, 16 + 8)[0]
        begin = 16 + 20 + len("run") + 4
        block = whole[begin:begin + length]
        at = block.index(b"raftcheck ")
        block = block[:at] + b"raftcheXk " + block[at + 10:]
        crc = crc32c(struct.pack("<Q", begin) + block)
        self.checkpoint().write_bytes(
            whole[:begin] + block + struct.pack("<I", crc) + whole[begin + length + 4:])
        self.refused("explore", "--resume", "ck",
                     says=["another program: raftcheXk", "begin anew"])

    def test_contradictions(self):
        self.stopped(*SMALL, "--depth", "3")
        for flags, was in [
                (["--terms", "2"], "--terms 1"), (["--servers", "5"], "--servers 3"),
                (["--network", "ordered"], "--network unordered"),
                (["--network", "any"], "--network unordered"),
                (["--symmetry", "off"], "--symmetry on"), (["--no-op", "on"], "--no-op off"),
                (["--bug", "double-vote"], "--bug none"),
                (["--property", "LogMatching"], "--property ElectionSafety")]:
            self.refused("explore", "--resume", "ck", *flags,
                         says=[" ".join(flags), "ck", f"was made with {was}",
                               "leave this flag out"])
        self.explore("--resume", "ck", *SMALL, "--time", "1000", "--memory", "8G", "--threads", "1")

    def test_places_that_will_not_do(self):
        self.stopped(*SMALL, "--depth", "3")
        self.refused("explore", *SMALL, "--checkpoint", "ck",
                     says=["there is a checkpoint already", "--resume ck"])
        (self.folder / "file").write_text("x")
        self.refused("explore", *SMALL, "--checkpoint", "file", says=["--checkpoint file", "name"])
        self.refused("explore", *SMALL, "--checkpoint", "", says="--checkpoint ''")
        self.refused("explore", "--resume", "nowhere", says=["nowhere/checkpoint", "no checkpoint"])
        (self.folder / "nothing").mkdir()
        self.refused("explore", "--resume", "nothing", says="there is no checkpoint")
        self.refused("explore", *SMALL, "--checkpoint-every", "5",
                     says=["--checkpoint-every 5", "add --checkpoint DIR"])
        for flags in [["--order", "shortest"], ["--depth", "3"]]:
            self.refused("explore", *flags, "--checkpoint", "new",
                         says=["--checkpoint new", "the order shortest", "--order fastest"])
        for every in ["0", "-1", "soon", ""]:
            self.refused("explore", *SMALL, "--checkpoint", "new", "--checkpoint-every", every,
                         says="--checkpoint-every")

    def with_small_files(self, size, *arguments):
        """Files may not grow beyond `size`, as on a disk that is full."""
        return self.run_program(
            "explore", *arguments,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))

    def test_disk_full_at_the_end(self):
        self.stopped(*SMALL, "--depth", "3")
        before = self.checkpoint().read_bytes()
        done = self.with_small_files(len(before) + 10, "--resume", "ck", "--states", "20000")
        self.assertEqual(done.returncode, USAGE)
        self.assertIn("Stopped at --states 20000", done.stdout)
        self.assertNotIn("To go on from here", done.stdout)
        self.assertIn("--checkpoint: ck/checkpoint.partial: File too large", done.stderr)
        self.assertIn("an older one is as it was", done.stderr)
        self.assertEqual(os.listdir(self.folder / "ck"), ["checkpoint"])
        self.assertEqual(self.checkpoint().read_bytes(), before)
        self.assertTrue(self.summary("--resume", "ck")["exhausted"])

    def test_disk_full_on_the_way(self):
        done = self.with_small_files(1000, *LONG, "--checkpoint", "ck", "--checkpoint-every", "0.1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("File too large", done.stderr)
        self.assertIn("the search goes on\n", done.stderr)
        self.assertEqual(os.listdir(self.folder / "ck"), [])


class Memory(CliTest):
    def test_budget_is_kept(self):
        if self.summary(*support.TINY)["peak_rss_bytes"] > 50 << 20:
            self.skipTest("an instrumented build needs memory of its own")
        for size, megabytes in [("100M", 100), (str(200 << 20), 200)]:
            for network in [["--network", "unordered"], ["--network", "ordered", "--servers", "4"],
                            ["--network", "ordered", "--inflight", "8", "--store", "fingerprint"]]:
                found = self.summary(*ENDLESS, *network, "--memory", size, status=STOPPED)
                self.assertEqual(found["stopped_by"], "memory")
                self.assertLess(found["peak_rss_bytes"], megabytes * 1.05 * (1 << 20))

    def test_stopped_for_memory_it_goes_on_with_more(self):
        whole = self.summary(*LONG)
        done = self.explore(*LONG, "--memory", "32M", "--checkpoint", "ck", status=STOPPED)
        self.assertIn("Stopped at --memory 32M: no violation so far", done.stdout)
        found = self.summary("--resume", "ck", "--memory", "64G")
        self.assertEqual({key: found[key] for key in SAME}, {key: whole[key] for key in SAME})

    def test_sizes(self):
        for size in ["0", "1M", "31M", "8X", "8GB", "G", "", "1.5G", "-1", "2000T",
                     "99999999999999999999", "12345678901234567890K"]:
            self.refused("explore", "--memory", size, says=["--memory", "as in 512M or 8G"])
        self.explore(*support.TINY, "--memory", "1024T")
