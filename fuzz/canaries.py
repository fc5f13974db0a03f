#!/usr/bin/env python3
"""The test of the fuzzing itself: fuzz_canary on each bug of the gallery that breaks a safety
property or a contract, on one core: from the committed corpus, and from nothing with and without
state coverage as feedback. Writes the table of docs/fuzzing.md between its two marks, if it ran all
bugs in all three ways.
Seconds are those of the processor, so that it does not matter what else the machine does.

Exit status: 0 every bug was found from the corpus in time, 1 not, 2 something is missing.
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

ROOT = FUZZ.parent
GALLERY = ROOT / "traces" / "gallery"
BEGIN, END = "<!-- canaries: begin -->", "<!-- canaries: end -->"
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
            interrupted, took = wait(process, seconds)
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


def table(results, seconds):
    lines = [f"| bug | {' | '.join(WAYS.values())} |", "|---|---|---|---|"]
    lines += [f"| {bug} | {' | '.join(map(cell, found))} |" for bug, found in results.items()]
    counts = [f"{sum(1 for found in results.values() if found[i].found)} {text}"
              for i, text in enumerate(WAYS.values())]
    lines.append(f"\nFound within {seconds} s of {len(results)}: {'; '.join(counts)}.")
    return "\n".join(lines)


def write_table(text):
    path = ROOT / "docs" / "fuzzing.md"
    page = path.read_text()
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    path.write_text(f"{page[:begin]}\n{text}\n{page[end:]}")


def main():
    parser = argparse.ArgumentParser(prog="./dev canaries")
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--gallery", type=pathlib.Path, required=True)
    parser.add_argument("--time", type=int, default=300, help="seconds for a bug")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--way", choices=WAYS, help="one of the three ways alone")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the inputs that found a bug")
    parser.add_argument("bugs", nargs="*")
    arguments = parser.parse_args()
    unknown = set(arguments.bugs) - set(safety_bugs())
    if unknown:
        print(f"dev: error: no such safety bug: {', '.join(sorted(unknown))}; there are: "
              f"{', '.join(safety_bugs())}", file=sys.stderr)
        return 2
    ways = [arguments.way] if arguments.way else list(WAYS)
    results = {}
    for bug in arguments.bugs or safety_bugs():
        results[bug] = []
        for way in ways:
            found = hunt(arguments.program.resolve(), arguments.gallery.resolve(), bug,
                         arguments.time, way, arguments.seed, arguments.keep)
            results[bug].append(found)
            print(f"{bug}, {WAYS[way]}: {cell(found)}", flush=True)
    if len(ways) == len(WAYS) and not arguments.bugs:
        write_table(table(results, arguments.time))
    return 0 if all(result[0].found for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
