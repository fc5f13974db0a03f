#!/usr/bin/env python3
"""The test of the fuzzing itself: fuzz_canary on each bug of the gallery that breaks a safety
property or a contract, on one core: from the committed corpus, or from nothing with and without
state coverage as feedback. Says of each how it went, and all in the end as a table for
docs/fuzzing.md.
Seconds are those of the processor, so that it does not matter what else the machine does.

Exit status: 0 every bug was found in the first way asked for, 1 not, 2 something is missing, 130
interrupted: what there is of the table is written.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import typing

from campaign import FUZZ, options_of

GALLERY = FUZZ.parent / "traces" / "gallery"
VIOLATED = re.compile(r"^(\w+) is violated: ", re.MULTILINE)
EXECUTIONS = re.compile(r"^stat::number_of_executed_units:\s*(\d+)", re.MULTILINE)
TICKS = os.sysconf("SC_CLK_TCK")


def safety_bugs():
    """Those that some search finds otherwise than by recovery."""
    names = []
    for path in sorted(GALLERY.glob("*/bug.json")):
        bug = json.loads(path.read_text())
        if any(expected["property"] != "Recovery" for expected in bug["expect"]):
            names.append(bug["name"])
    return names


WAYS = {"corpus": "from the corpus", "feedback": "from nothing, with state coverage",
        "code": "from nothing, without"}


class Hunt(typing.NamedTuple):
    took: float  # seconds of the processor
    runs: int
    found: str | None  # the property
    is_in_corpus: bool  # found before the first mutation


def processor_seconds(pid):
    """So far, of a process that was not waited for."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def wait(process, seconds):
    """Interrupts it when it took so long, upon which libFuzzer says how much it did. Whether it was."""
    interrupted = False
    while True:
        pid, _, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            return interrupted, usage.ru_utime + usage.ru_stime
        if not interrupted and processor_seconds(process.pid) >= seconds:
            process.send_signal(signal.SIGINT)
            interrupted = True
        time.sleep(0.05)


def hunt(program, gallery, bug, seconds, way, seed, keep):
    corpus = [FUZZ / "corpus" / "fuzz_cluster"] if way == "corpus" else []
    with tempfile.TemporaryDirectory(prefix="raftcheck-canary-") as folder:
        work = pathlib.Path(folder)
        (work / "corpus").mkdir()
        environment = {**os.environ, "RAFTCHECK_BUG": bug, "RAFTCHECK_GALLERY": str(gallery),
                       "RAFTCHECK_STATE_COVERAGE": "off" if way == "code" else "on",
                       "RAFTCHECK_TRACE_DIR": folder, "ASAN_OPTIONS": "symbolize=0"}
        log = work / "log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [program, *options_of("fuzz_canary"), f"-seed={seed}", "-detect_leaks=0",
                 "-print_final_stats=1", f"-artifact_prefix={work}/", work / "corpus", *corpus],
                cwd=work, env=environment, stderr=errors, stdout=errors)
            try:
                interrupted, took = wait(process, seconds)
            except KeyboardInterrupt:
                process.kill()
                raise
        text = log.read_text(errors="replace")
        executions, found = EXECUTIONS.search(text), VIOLATED.search(text)
        if not executions or not found and not interrupted:
            sys.exit(f"canaries: {bug}: {text[-2000:]}")
        crashes = sorted(work.glob("crash-*"))
        if found and keep and crashes:
            keep.mkdir(parents=True, exist_ok=True)
            shutil.copy(crashes[0], keep / bug)
        return Hunt(took, int(executions[1]), found and found[1], "\tINITED " not in text)


def cell(result):
    if not result.found:
        return f"not in {result.took:.0f} s, {result.runs:,} runs"
    place = "in the corpus itself" if result.is_in_corpus else f"{result.runs:,} runs"
    return f"{result.found}, {result.took:.1f} s, {place}"


def table(results, ways, seconds):
    lines = [f"| bug | {' | '.join(WAYS[way] for way in ways)} |", "|---" * (len(ways) + 1) + "|"]
    lines += [f"| {bug} | {' | '.join(map(cell, hunts))} |" for bug, hunts in results.items()]
    found = [f"{sum(1 for hunts in results.values() if hunts[i].found)} {WAYS[way]}"
             for i, way in enumerate(ways)]
    lines.append(f"\nFound within {seconds} s of {len(results)}: {'; '.join(found)}.")
    return "\n".join(lines)


def parsed():
    parser = argparse.ArgumentParser(prog="./dev canaries")
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--gallery", type=pathlib.Path, required=True)
    parser.add_argument("--time", type=int, default=300, help="seconds for a bug")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=WAYS, action="append", dest="ways",
                        help="may be given several times (default: corpus)")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the inputs that found a bug")
    parser.add_argument("bugs", nargs="*", help="default: all")
    arguments = parser.parse_args()
    unknown = set(arguments.bugs) - set(safety_bugs())
    if unknown:
        print(f"dev: error: no such safety bug: {', '.join(sorted(unknown))}; there are: "
              f"{', '.join(safety_bugs())}", file=sys.stderr)
        sys.exit(2)
    return arguments


def main():
    arguments = parsed()
    ways = arguments.ways or ["corpus"]
    results, interrupted = {}, False
    try:
        for bug in arguments.bugs or safety_bugs():
            hunts = []
            for way in ways:
                hunts.append(hunt(arguments.program.resolve(), arguments.gallery.resolve(), bug,
                                  arguments.time, way, arguments.seed, arguments.keep))
                print(f"{bug}, {WAYS[way]}: {cell(hunts[-1])}", flush=True)
            results[bug] = hunts
    except KeyboardInterrupt:
        interrupted = True
    if results:
        print(f"\n{table(results, ways, arguments.time)}")
    if interrupted:
        return 130
    return 0 if all(hunts[0].found for hunts in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
