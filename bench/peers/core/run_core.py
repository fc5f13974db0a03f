#!/usr/bin/env python3
"""The core beside etcd/raft and C-Raft in the same workload: `./dev bench peers-core`.

Three servers in one process commit proposals of 16 bytes, batch after batch (each is committed before
the next is submitted), and apply all of them everywhere; what is to be durable is copied to a disk in
memory. Each contestant is pinned to one core and runs --runs times, in rounds, so that what else the
machine does falls on all alike. Rates are per second of CPU time (user and system) of the whole
process, medians. A step is a proposal (or a batch of them at once, where the library takes that) or
the receipt of a message.

Exit status: 0 compared; 1 a contestant failed; 2 wrong usage. A peer that cannot be built is skipped
by name.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GOPATH = "/usr/share/gocode"  # of Debian's golang packages
ENTRIES = 9984                # a cluster; a multiple of 64
BATCHES = (1, 64)
# Memory that was freed is kept for the next cluster, as the Go runtime does too.
KEEP = {"MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_MMAP_THRESHOLD_": str(1 << 30)}


class Failure(Exception):
    """A contestant did not build or finish: the message says which and why."""


def build(name, tool, command, env=None):
    if not shutil.which(tool):
        raise Failure(f"there is no {tool}")
    done = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise Failure(f"{name} does not build:\n{(done.stdout + done.stderr).strip()}")


def contestants(program, folder):
    """Programs by name."""
    found = {"raftcheck": program}
    etcd, craft = folder / "etcd", folder / "craft"
    for name, path, arguments in (
            ("etcd/raft", etcd, ("go", ["go", "build", "-o", str(etcd), str(HERE / "etcd.go")],
                                 {"GO111MODULE": "off", "GOPATH": GOPATH, "GOFLAGS": "",
                                  "GOCACHE": str(folder / "cache")})),
            ("C-Raft", craft, ("gcc", ["gcc", "-O3", "-DNDEBUG", str(HERE / "craft.c"), "-lraft",
                                       "-o", str(craft)]))):
        try:
            build(name, *arguments)
            found[name] = path
        except Failure as failure:
            print(f"peers-core: {name} is skipped: {failure}", file=sys.stderr)
    return found


def run(name, program, batch, clusters, cpu):
    """Entries and steps a second of CPU time."""
    command = [str(program), str(ENTRIES), str(batch), str(clusters)]
    if shutil.which("taskset"):
        command = ["taskset", "-c", str(cpu), *command]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             env={**os.environ, **KEEP, "GOMAXPROCS": "1"})
    out = child.stdout.read()
    error = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise Failure(f"{name} failed ({child.returncode}): {error.strip()}")
    result = json.loads(out)
    seconds = usage.ru_utime + usage.ru_stime
    return result["entries"] / seconds, result["steps"] / seconds


def main():
    parser = argparse.ArgumentParser(prog="./dev bench peers-core",
                                     description="The core beside etcd/raft and C-Raft.")
    parser.add_argument("--program", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=5, help="of each (5); medians are told")
    parser.add_argument("--clusters", type=int, default=40,
                        help=f"a run, of {ENTRIES} entries each (40)")
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)), help="to run on")
    parser.add_argument("--json", metavar="FILE", help="write the figures there, too")
    arguments = parser.parse_args()
    if arguments.runs < 1 or arguments.clusters < 1:
        parser.error("--runs and --clusters must be at least 1")
    if arguments.cpu not in os.sched_getaffinity(0):
        parser.error(f"--cpu {arguments.cpu}: there are {sorted(os.sched_getaffinity(0))}")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        programs = contestants(arguments.program.resolve(), pathlib.Path(folder))
        for batch in BATCHES:
            rates = {name: [] for name in programs}
            for number in range(arguments.runs):
                print(f"peers-core: batch {batch}, run {number + 1} of {arguments.runs}",
                      file=sys.stderr, flush=True)
                for name, program in programs.items():
                    rates[name].append(run(name, program, batch, arguments.clusters, arguments.cpu))
            medians = {name: [statistics.median(column) for column in zip(*of)]
                       for name, of in rates.items()}
            for name, (entries, steps) in medians.items():
                rows.append({"batch": batch, "contestant": name, "entries_per_second": entries,
                             "steps_per_second": steps,
                             "ratio": medians["raftcheck"][0] / entries})
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| batch | contestant | entries/s | steps/s | ours/theirs |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row['batch']} | {row['contestant']} | {row['entries_per_second']:,.0f} "
              f"| {row['steps_per_second']:,.0f} | {row['ratio']:.2f} |")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"peers-core: {failure}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"peers-core: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("peers-core: interrupted", file=sys.stderr)
        sys.exit(130)
