#!/usr/bin/env python3
"""Runs fuzz harnesses for ./dev fuzz: progress on one line, the corpus merged and minimised in the
end, and of a finding the smallest input, what the harness says of it, and how to see it again.

Exit status: 0 no finding, 1 a finding, 2 something is missing, 130 interrupted (without one).
"""

import argparse
import configparser
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

FUZZ = pathlib.Path(__file__).resolve().parent
CORPUS_OF = {"fuzz_canary": "fuzz_cluster"}  # whose inputs a harness begins with, if not its own
FINDINGS = ("crash-", "leak-", "oom-", "timeout-", "slow-unit-")
STATUS = re.compile(r"#(\d+).*?cov: (\d+) ft: (\d+) corp: (\d+)/(\S+).*?exec/s: (\d+)")
MINIMISING_SECONDS = 30


class Problem(Exception):
    """What is told to whoever runs this, without a stack."""


def say(text):
    print(text, flush=True)


def options_of(target):
    """libFuzzer's flags from TARGET.options, which OSS-Fuzz reads, too."""
    parser = configparser.ConfigParser()
    parser.read(FUZZ / "options" / f"{target}.options")
    flags = dict(parser["libfuzzer"]) if parser.has_section("libfuzzer") else {}
    dictionary = flags.pop("dict", None)
    if dictionary:
        flags["dict"] = str(FUZZ / "dictionaries" / dictionary)
    return [f"-{name}={value}" for name, value in flags.items()]


def seeds_of(target):
    folder = FUZZ / "corpus" / CORPUS_OF.get(target, target)
    return [folder] if folder.is_dir() else []


class Progress:
    """One line that is written over on a terminal; elsewhere one every ten seconds."""

    def __init__(self, name, seconds):
        self.name, self.seconds, self.began = name, seconds, time.monotonic()
        self.shown, self.last = 0.0, None

    def take(self, line):
        found = STATUS.search(line)
        if not found:
            return False
        self.last = found.groups()
        interval = 0.5 if sys.stdout.isatty() else 10
        now = time.monotonic()
        if now - self.shown >= interval:
            self.shown = now
            text = f"{self.name}: {now - self.began:.0f} of {self.seconds} s, {self.text()}"
            print(f"\r{text:<100}" if sys.stdout.isatty() else text,
                  end="" if sys.stdout.isatty() else "\n", flush=True)
        return True

    def text(self):
        if not self.last:
            return "not an execution"
        runs, cov, features, inputs, _, rate = self.last
        return f"{int(runs):,} executions ({rate}/s), coverage {cov}, features {features}, {inputs} inputs"

    def end(self):
        if sys.stdout.isatty():
            print()


def run_libfuzzer(command, progress, folder):
    """The lines that are no progress, and whether somebody interrupted it."""
    interrupted = False
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace",
                               env={**os.environ, "RAFTCHECK_FUZZ_COUNTS": "1"})
    lines = []
    while True:
        try:
            for line in process.stdout:
                if not progress.take(line):
                    lines.append(line)
            process.wait()
            return lines, interrupted
        except KeyboardInterrupt:
            interrupted = True
            process.send_signal(signal.SIGINT)


def merge(program, flags, work, seeds):
    """The work corpus without what adds nothing."""
    corpus, merged = work / "corpus", work / "merged"
    shutil.rmtree(merged, ignore_errors=True)
    merged.mkdir()
    done = subprocess.run([program, *flags, "-merge=1", merged, corpus, *seeds], cwd=work,
                          capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        (work / "merge.log").write_text(done.stderr)
        say(f"the corpus was not minimised: {work / 'merge.log'} says why")
        return
    shutil.rmtree(corpus)
    merged.rename(corpus)


def shown(path):
    data = path.read_bytes()
    text = data.hex(" ") if len(data) <= 200 else data[:200].hex(" ") + " ..."
    return f"{len(data)} bytes: {text}"


def relative(path):
    try:
        return pathlib.Path(path).relative_to(pathlib.Path.cwd())
    except ValueError:
        return path


def minimised(program, found, work):
    smallest = work / f"minimised-{found.name}"
    subprocess.run([program, "-minimize_crash=1", f"-max_total_time={MINIMISING_SECONDS}",
                    f"-exact_artifact_path={smallest}", found],
                   cwd=work, capture_output=True, check=False)
    return smallest if smallest.exists() else found


def report_finding(target, program, found, work):
    smallest = minimised(program, found, work)
    done = subprocess.run([program, smallest], cwd=work, capture_output=True, text=True,
                          errors="replace", check=False)
    say(f"\n{target}: a finding, {relative(smallest)}\n  {shown(smallest)}\n")
    say(done.stderr.strip())
    say(f"\nto see it again:\n  {relative(program)} {relative(smallest)}")
    if target == "fuzz_cluster":
        say(f"or, step by step:\n  build/release/raftcheck replay {relative(smallest)}")


def fuzz_with_libfuzzer(target, arguments):
    program = arguments.programs / target
    work = arguments.work / target
    (work / "corpus").mkdir(parents=True, exist_ok=True)
    for old in work.iterdir():
        if old.name.startswith(FINDINGS) or old.name.startswith("minimised-"):
            old.unlink()
    flags, seeds = options_of(target), seeds_of(target)
    command = [program, *flags, f"-max_total_time={arguments.time}", f"-artifact_prefix={work}/",
               *(["-fork=%d" % arguments.jobs, "-ignore_crashes=0"] if arguments.jobs > 1 else []),
               work / "corpus", *seeds]
    progress = Progress(target, arguments.time)
    lines, interrupted = run_libfuzzer(command, progress, work)
    progress.end()
    (work / "log").write_text("".join(lines))
    found = [path for path in sorted(work.iterdir()) if path.name.startswith(FINDINGS[:-1])]
    say(f"{target}: {progress.text()}" + (", interrupted" if interrupted else ""))
    for line in lines:
        if " choices a run" in line:
            say(f"  {line.strip()}")
    for path in found[:1]:
        report_finding(target, program, path, work)
    if not found and not progress.last:
        raise Problem(f"{target} did not run: {''.join(lines[-20:])}")
    if not found and not interrupted:
        merge(program, flags, work, seeds)
        say(f"  minimised corpus: {relative(work / 'corpus')}; "
            f"what is worth keeping goes to {relative(FUZZ / 'corpus' / CORPUS_OF.get(target, target))}")
    return 1 if found else 130 if interrupted else 0


def fuzz_with_afl(target, arguments):
    program = arguments.programs / target
    work = arguments.work / target
    shutil.rmtree(work / "out", ignore_errors=True)
    seeds = work / "seeds"
    shutil.rmtree(seeds, ignore_errors=True)
    seeds.mkdir(parents=True)
    for folder in seeds_of(target):
        for path in sorted(folder.iterdir())[:2000]:
            shutil.copy(path, seeds)
    if not any(seeds.iterdir()):
        (seeds / "empty").write_bytes(b"\0")
    dictionary = [flag.removeprefix("-dict=") for flag in options_of(target)
                  if flag.startswith("-dict=")]
    command = ["afl-fuzz", "-V", str(arguments.time), "-m", "none", "-t", "1000+", "-i", seeds,
               "-o", work / "out", *(["-x", *dictionary] if dictionary else []), "--", program]
    environment = {"AFL_SKIP_CPUFREQ": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
                   "AFL_NO_AFFINITY": "1", "AFL_AUTORESUME": "0", "AFL_FORKSRV_INIT_TMOUT": "10000",
                   **({} if sys.stdout.isatty() else {"AFL_NO_UI": "1"})}
    process = subprocess.run(command, cwd=work, env={**os.environ, **environment},
                             stdout=None if sys.stdout.isatty() else subprocess.DEVNULL, check=False)
    statistics = work / "out" / "default" / "fuzzer_stats"
    if not statistics.exists():
        raise Problem(f"{target}: afl-fuzz did not begin (status {process.returncode}); run it by "
                      f"hand: {' '.join(map(str, command))}")
    values = dict(re.split(r"\s*:\s*", line.strip(), maxsplit=1)
                  for line in statistics.read_text().splitlines() if ":" in line)
    say(f"{target}: {values['execs_done']} executions ({values['execs_per_sec']}/s), "
        f"{values['corpus_count']} inputs, {values['saved_crashes']} crashes, "
        f"{values['saved_hangs']} hangs")
    crashes = [path for path in sorted((work / "out" / "default" / "crashes").iterdir())
               if path.name.startswith("id:")]
    if crashes:
        say(f"to see the first again:\n  {relative(program)} '{relative(crashes[0])}'")
    return 1 if crashes else 0


def parsed():
    parser = argparse.ArgumentParser(prog="./dev fuzz")
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--engine", choices=("libfuzzer", "afl"), default="libfuzzer")
    parser.add_argument("--time", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("targets", nargs="+")
    arguments = parser.parse_args()
    arguments.programs = arguments.programs.resolve()
    arguments.work = arguments.work.resolve()
    return arguments


def main():
    arguments = parsed()
    fuzz = fuzz_with_afl if arguments.engine == "afl" else fuzz_with_libfuzzer
    worst = 0
    try:
        for target in arguments.targets:
            status = fuzz(target, arguments)
            worst = status if status == 1 else worst or status
            if status == 130:
                break
    except Problem as problem:
        print(f"dev: error: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return worst


if __name__ == "__main__":
    sys.exit(main())
