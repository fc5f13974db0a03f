#!/usr/bin/env python3
"""Builds the harnesses as OSS-Fuzz does, with its environment and an engine that only replays, and
looks at what it would be given.

usage: oss_fuzz_test.py CXX REPLAY_MAIN
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import zipfile

FUZZ = pathlib.Path(__file__).resolve().parent
CXX, REPLAY_MAIN = sys.argv[1:3]
CC = os.environ.get("CC", "cc")  # the project has no C of its own


class OssFuzz(unittest.TestCase):
    def test_build_gives_programs_that_run_their_corpora(self):
        with tempfile.TemporaryDirectory(prefix="raftcheck-oss-fuzz-") as folder:
            out = pathlib.Path(folder) / "out"
            out.mkdir()
            engine = pathlib.Path(folder) / "engine.o"
            subprocess.run([CXX, "-std=c++20", "-c", REPLAY_MAIN, "-o", engine], check=True)
            environment = {**os.environ, "OUT": str(out), "WORK": folder, "CC": CC, "CXX": CXX,
                           "CFLAGS": "-O0", "CXXFLAGS": "-O0",
                           "LIB_FUZZING_ENGINE": str(engine)}
            done = subprocess.run([FUZZ / "oss-fuzz" / "build.sh"], env=environment, check=False,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr[-3000:])
            expected = {path.stem for path in FUZZ.glob("fuzz_*.cpp")} - {"fuzz_canary"}
            programs = {path.name for path in out.iterdir() if "." not in path.name}
            self.assertEqual(programs, expected)
            for name in sorted(expected):
                self.check_harness(out, name)

    def check_harness(self, out, name):
        seeds = out / "seeds" / name
        with zipfile.ZipFile(out / f"{name}_seed_corpus.zip") as archive:
            archive.extractall(seeds)
        count = len(list((FUZZ / "corpus" / name).iterdir()))
        ran = subprocess.run([out / name, seeds], capture_output=True, text=True, check=False)
        self.assertEqual((ran.returncode, ran.stdout), (0, f"{count} inputs\n"), ran.stderr)
        options = (out / f"{name}.options").read_text()
        self.assertIn("[libfuzzer]", options)
        if "dict" in options:
            self.assertTrue((out / f"{name}.dict").exists())
        needed = subprocess.run(["ldd", out / name], capture_output=True, text=True, check=True)
        self.assertNotIn("libfmt", needed.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
