#!/usr/bin/env python3
"""Holds the instructions of fixed workloads against what they are known to take: the guard against
slowness that a busy machine cannot blur.

    ceilings.py --program WORKLOADS [--update]

WORKLOADS is the program made of workloads.cpp. It runs once under callgrind, which counts what each
function named workload_* executes. ceilings.json says how many instructions each is known to take; a
workload fails that takes MORE_MAX more, or so much less that the file no longer guards it. Counts
hold for one compiler and its flags: `./dev test` runs this where they are those of a release.

Exit status: 0 all are as known; 1 some are not; 2 wrong usage, a broken file, or callgrind failed;
77 there is no valgrind.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

CEILINGS = pathlib.Path(__file__).resolve().parent / "ceilings.json"
MORE_MAX = 0.04
LESS_MAX = 0.10
SKIPPED = 77
RESERVE_MAX = str(1 << 28)  # bytes a table: valgrind has little address space to give


class Failure(Exception):
    """What cannot be done, and why."""


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env=os.environ | {"RAFTCHECK_RESERVE_MAX": RESERVE_MAX})
    if done.returncode != 0:
        last = "\n".join(done.stderr.strip().splitlines()[-12:])
        raise Failure(f"{' '.join(command)} failed ({done.returncode}):\n{last}")
    return done.stdout


def counted(program):
    """Instructions by workload."""
    with tempfile.TemporaryDirectory() as folder:
        output_of("valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
                  "--toggle-collect=workload_*", str(program))
        costs = output_of("callgrind_annotate", "--inclusive=yes", "--threshold=100", "--auto=no",
                          f"{folder}/out")
    lines = re.findall(r"^ *([\d,]+) .*:workload_(\w+)(?: |$)", costs, re.MULTILINE)
    if not lines:
        raise Failure(f"{program} has no function named workload_*")
    return {name: int(count.replace(",", "")) for count, name in sorted(lines, key=lambda x: x[1])}


def read_ceilings(path):
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Failure(f"{path}: {error}") from error
    if not isinstance(known, dict) or not all(
            isinstance(count, int) and count > 0 for count in known.values()):
        raise Failure(f"{path}: not an object of workloads and their instructions")
    return known


def findings(counts, known):
    """What to say of each workload that is not as known."""
    for name in known.keys() - counts.keys():
        yield f"{name}: is in {CEILINGS.name}, but not in workloads.cpp"
    for name, count in counts.items():
        if name not in known:
            yield f"{name}: {count:,} instructions, and {CEILINGS.name} does not know it"
            continue
        change = count / known[name] - 1
        if change > MORE_MAX:
            yield (f"{name}: {count:,} instructions, {change:+.1%} against {known[name]:,}: slower. "
                   "Find out why (valgrind --tool=callgrind shows where)")
        elif change < -LESS_MAX:
            yield (f"{name}: {count:,} instructions, {change:+.1%} against {known[name]:,}: faster, "
                   "so that the ceiling guards it no longer and should be lowered")


def main():
    parser = argparse.ArgumentParser(description="Counts instructions of fixed workloads.")
    parser.add_argument("--program", required=True, type=pathlib.Path)
    parser.add_argument("--ceilings", default=CEILINGS, type=pathlib.Path)
    parser.add_argument("--update", action="store_true", help="write down the present counts")
    arguments = parser.parse_args()
    if not shutil.which("valgrind"):
        print("ceilings: skipped: there is no valgrind")
        return SKIPPED
    counts = counted(arguments.program)
    if arguments.update:
        arguments.ceilings.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
        return 0
    known = read_ceilings(arguments.ceilings)
    for name, count in counts.items():
        print(f"{name:22} {count:14,}" + (f" {count / known[name] - 1:+8.2%}" if name in known else ""))
    wrong = list(findings(counts, known))
    for line in wrong:
        print(f"ceilings: {line}", file=sys.stderr)
    if wrong:
        print("ceilings: where this is meant, write the new counts down: ./dev bench ceilings --update",
              file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Failure, OSError) as failure:
        print(f"ceilings: {failure}", file=sys.stderr)
        sys.exit(2)
