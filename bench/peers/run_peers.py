#!/usr/bin/env python3
"""Counts one space with SPIN, rumur and raftcheck's engine, and compares: `./dev bench peers`.

Every contestant is built once, then run --runs times, in rounds, so that what else the machine does
falls on all of them alike. Rates are per second of CPU time (user and system) of the whole process,
medians of the runs; bytes a state are the process's peak resident memory (what this program itself
needs, some 17 MB, is the least that shows) over its states.

Exit status: 0 compared; 1 exact contestants counted differently, or one failed; 2 wrong usage, or
something could not be built; 77 (--check only) a peer is not installed, so nothing is shown.
"""

import argparse
import dataclasses
import json
import math
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
MEMORY_MEBIBYTES = 16000  # at most, for SPIN
DEPTH_MAX = 100000        # of SPIN's depth-first search; it says so if that is too small

OURS, SPIN, RUMUR = "raftcheck", "spin", "rumur"


class Failure(Exception):
    """A contestant could not be built or did not finish: the message says which and why."""


@dataclasses.dataclass
class Contestant:
    name: str
    tool: str
    compile_flags: tuple = ()    # of gcc
    generate_flags: tuple = ()   # of spin or rumur
    exact: bool = True           # False: a hash stands in for the state
    quick: bool = False          # part of --check


@dataclasses.dataclass
class Run:
    distinct: int
    generated: int  # successors, duplicates included; the initial state counts as one
    cpu: float
    wall: float
    peak_bytes: int


FAST = ("-O3", "-march=native", "-DSAFETY", "-DNOBOUNDCHECK", "-DNOFAIR")
VISIBLE = ("-DVISIBLE_SCRATCH",)

CONTESTANTS = [
    Contestant("raftcheck", OURS, quick=True),
    Contestant("spin -O2", SPIN, ("-O2", "-DSAFETY")),
    Contestant("spin -O3", SPIN, ("-O3", "-DSAFETY")),
    Contestant("spin fast", SPIN, FAST, quick=True),
    Contestant("spin fast, SFH", SPIN, FAST + ("-DSFH",)),
    Contestant("spin fast, NOCOMP", SPIN, FAST + ("-DNOCOMP",), quick=True),
    Contestant("spin fast, BFS", SPIN, FAST + ("-DBFS",), VISIBLE, quick=True),
    Contestant("spin fast, COLLAPSE", SPIN, FAST + ("-DCOLLAPSE",), quick=True),
    Contestant("spin fast, MA", SPIN, FAST + ("-DMA=64",)),
    Contestant("spin fast, HC4", SPIN, FAST + ("-DHC4",), exact=False),
    Contestant("rumur", RUMUR, ("-O3", "-march=native"), quick=True),
    Contestant("rumur, unpacked", RUMUR, ("-O3", "-march=native"), ("--pack-state", "off")),
]
LEGEND = f"""\
spin fast: {' '.join(FAST)}
SFH, NOCOMP, BFS, COLLAPSE, MA, HC4: and -DSFH, -DNOCOMP, -DBFS, -DCOLLAPSE, -DMA=64, -DHC4
every spin: -DNOREDUCE -DMEMLIM={MEMORY_MEBIBYTES}, pan -m{DEPTH_MAX}, and -w such that the table has
            about two slots a state (SPIN is told the size that raftcheck counted)
every rumur: -O3 -march=native, --threads 1 --symmetry-reduction off --deadlock-detection off;
            unpacked: and --pack-state off"""


def call(what, command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{what}: `{' '.join(map(str, command))}` failed:\n{done.stdout[-2000:]}")
    return done.stdout


class Space:
    """The bounds, and the folder that the peers' verifiers are built in."""

    def __init__(self, bounds, program, folder):
        self.terms, self.log, self.inflight = bounds
        self.program = program
        self.folder = pathlib.Path(folder)

    def build(self, contestant, distinct):
        """The command that runs a contestant. distinct: how many states to expect."""
        if contestant.tool == OURS:
            return [self.program, str(self.terms), str(self.log), str(self.inflight)]
        folder = self.folder / re.sub(r"\W+", "_", contestant.name)
        folder.mkdir()
        build = self.build_spin if contestant.tool == SPIN else self.build_rumur
        return build(contestant, folder, distinct)

    def build_spin(self, contestant, folder, distinct):
        bounds = [f"-DTERMS={self.terms}", f"-DLOG={self.log}", f"-DINFLIGHT={self.inflight}"]
        call(contestant.name, ["spin", *bounds, *contestant.generate_flags, "-a",
                               HERE / "peer_raft.pml"], cwd=folder)
        call(contestant.name, ["gcc", "-w", *contestant.compile_flags, "-DNOREDUCE",
                               f"-DMEMLIM={MEMORY_MEBIBYTES}", "-o", "pan", "pan.c"], cwd=folder)
        slots = max(round(math.log2(distinct)) + 1, 12)
        return [folder / "pan", f"-m{DEPTH_MAX}", f"-w{slots}"]

    def build_rumur(self, contestant, folder, _):
        model = (HERE / "peer_raft.m").read_text(encoding="utf-8")
        for name in ("terms", "log", "inflight"):
            line = f"  {name.upper()}: {getattr(self, name)};"
            model, times = re.subn(rf"^  {name.upper()}: \d+;$", line, model, flags=re.MULTILINE)
            if times != 1:
                raise Failure(f"{contestant.name}: peer_raft.m has no line '{name.upper()}: N;'")
        (folder / "model.m").write_text(model, encoding="utf-8")
        call(contestant.name, [
            "rumur", "--threads", "1", "--symmetry-reduction", "off", "--deadlock-detection", "off",
            "--counterexample-trace", "off", *contestant.generate_flags, "--output", "model.c",
            "model.m"], cwd=folder)
        call(contestant.name, ["gcc", "-w", "-std=c11", "-mcx16", *contestant.compile_flags, "-o",
                               "model", "model.c", "-lpthread"], cwd=folder)
        return [folder / "model"]


def number_of(pattern, text, tool):
    match = re.search(pattern, text, re.MULTILINE)
    if not match:
        raise Failure(f"{tool} did not say `{pattern}`:\n{text[-2000:]}")
    return int(float(match[1]))


def counts_of(tool, text):
    """(distinct, generated) as a tool's output says them."""
    if tool == OURS:
        return (number_of(r"^distinct (\d+)$", text, tool),
                number_of(r"^generated (\d+)$", text, tool))
    if tool == SPIN:
        number_of(r"errors: (0)$", text, tool)
        if "too small" in text or "out of memory" in text or "Search not completed" in text:
            raise Failure(f"spin did not finish:\n{text[-2000:]}")
        # Large numbers are rounded (3.024076e+08): the sum below is then not exact.
        return (number_of(r"^\s*([\d.e+]+) states, stored", text, tool),
                number_of(r"^\s*([\d.e+]+) transitions", text, tool))
    if "No error found" not in text:
        raise Failure(f"rumur found an error:\n{text[-2000:]}")
    # The summary; lines of progress end differently.
    return (number_of(r"^\s*(\d+) states, \d+ rules fired in [^,]*$", text, tool),
            number_of(r"^\s*\d+ states, (\d+) rules fired in [^,]*$", text, tool) + 1)


def run_once(contestant, command):
    with tempfile.TemporaryFile(mode="w+") as output:
        started = time.monotonic()
        child = subprocess.Popen(  # pylint: disable=consider-using-with; wait4 ends it
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            cwd=pathlib.Path(command[0]).parent)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if child.returncode != 0:
        raise Failure(f"{contestant.name} ended with status {child.returncode}:\n{text[-2000:]}")
    distinct, generated = counts_of(contestant.tool, text)
    return Run(distinct, generated, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)


@dataclasses.dataclass
class Result:
    """The medians of a contestant's runs."""

    contestant: Contestant
    distinct: int
    generated: int
    cpu: float
    wall: float
    bytes_per_state: float

    @staticmethod
    def of(contestant, runs):
        if len({(run.distinct, run.generated) for run in runs}) != 1:
            raise Failure(f"{contestant.name} counts differently from run to run")
        return Result(
            contestant, runs[0].distinct, runs[0].generated,
            max(statistics.median(run.cpu for run in runs), 0.001),
            statistics.median(run.wall for run in runs),
            statistics.median(run.peak_bytes for run in runs) / runs[0].distinct)

    @property
    def states_per_second(self):
        return self.distinct / self.cpu

    @property
    def transitions_per_second(self):
        return self.generated / self.cpu


def same(a, b):
    """Equal; SPIN prints numbers beyond 10^8 with seven or eight digits only."""
    return a == b if max(a, b) < 10**8 else math.isclose(a, b, rel_tol=1e-6)


def differences(results):
    """What the exact contestants disagree about, one line each."""
    exact = [result for result in results if result.contestant.exact]
    for result in exact[1:]:
        for what in ("distinct", "generated"):
            expected, counted = getattr(exact[0], what), getattr(result, what)
            if not same(expected, counted):
                yield (f"{result.contestant.name} counts {counted:,} {what} states, "
                       f"{exact[0].contestant.name} {expected:,}")


def fastest(results, tool):
    """The fastest exact contestant of a tool, or None."""
    mine = [r for r in results if r.contestant.tool == tool and r.contestant.exact]
    return max(mine, key=lambda result: result.states_per_second, default=None)


def table(results):
    ours = fastest(results, OURS)
    rows = [("", "distinct", "generated", "states/s", "transitions/s", "bytes/state", "CPU s",
             "wall s", "ours/theirs")]
    for result in results:
        name = result.contestant.name + ("" if result.contestant.exact else " (inexact)")
        ratio = ours.states_per_second / result.states_per_second
        rows.append((name, f"{result.distinct:,}", f"{result.generated:,}",
                     f"{result.states_per_second:,.0f}", f"{result.transitions_per_second:,.0f}",
                     f"{result.bytes_per_state:.1f}", f"{result.cpu:.2f}", f"{result.wall:.2f}",
                     f"{ratio:.2f}"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        yield "  ".join(cells).rstrip()


def processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8")
        return re.search(r"model name\s*: (.*)", text)[1]
    except (OSError, TypeError):
        return platform.machine()


def first_line(command):
    return call(command[0], command).splitlines()[0]


def versions(results):
    ask = {SPIN: ["spin", "-V"], RUMUR: ["rumur", "--version"]}
    tools = {result.contestant.tool for result in results} - {OURS}
    found = {tool: first_line(ask[tool]) for tool in sorted(tools)}
    return found | ({"gcc": first_line(["gcc", "--version"])} if tools else {})


def document(results, arguments):
    ours = fastest(results, OURS)
    return {
        "space": dict(zip(("terms", "log", "inflight"), arguments.space)),
        "runs": arguments.runs,
        "machine": {"processor": processor(), "cores": os.cpu_count()},
        "versions": versions(results),
        "contestants": [{
            "name": r.contestant.name, "tool": r.contestant.tool, "exact": r.contestant.exact,
            "distinct": r.distinct, "generated": r.generated,
            "cpu_seconds": r.cpu, "wall_seconds": r.wall,
            "states_per_second": r.states_per_second,
            "transitions_per_second": r.transitions_per_second,
            "bytes_per_state": r.bytes_per_state,
            "ours_over_theirs": ours.states_per_second / r.states_per_second,
        } for r in results],
    }


def say(text):
    print(f"peers: {text}", file=sys.stderr, flush=True)


def use_one_core():
    """Each contestant has the same core for itself, as far as this program can tell."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def missing(tools):
    return [tool for tool in tools if shutil.which(tool) is None]


def compare(contestants, arguments, folder):
    """Builds and runs the contestants; the first is ours and says how many states to expect."""
    space = Space(arguments.space, arguments.program, folder)
    distinct = run_once(contestants[0], space.build(contestants[0], 0)).distinct
    commands = []
    for contestant in contestants:
        say(f"building {contestant.name}")
        commands.append(space.build(contestant, distinct))
    use_one_core()
    runs = [[] for _ in contestants]
    for number in range(arguments.runs):
        say(f"round {number + 1} of {arguments.runs}, {len(contestants)} contestants")
        for contestant, command, done in zip(contestants, commands, runs):
            done.append(run_once(contestant, command))
    return [Result.of(contestant, done) for contestant, done in zip(contestants, runs)]


def report(results, arguments):
    terms, log, inflight = arguments.space
    print(f"{terms} terms, logs of {log}, {inflight} messages in flight; {processor()}; "
          f"median of {arguments.runs}; rates per second of CPU time, one core")
    print(*table(results), LEGEND, sep="\n")
    ours = fastest(results, OURS)
    for tool in (SPIN, RUMUR):
        best = fastest(results, tool)
        if best is not None:
            ratio = ours.states_per_second / best.states_per_second
            print(f"{tool}: the best of its exact options is `{best.contestant.name}`; "
                  f"raftcheck counts {ratio:.2f} times as many states a second")


def bounds_of(text):
    bounds = [int(part) for part in text.split(",") if part.isdecimal()]
    if len(bounds) != 3 or not (1 <= bounds[0] <= 3 and 1 <= bounds[1] <= 3 and
                                2 <= bounds[2] <= 6):
        raise argparse.ArgumentTypeError(
            f"'{text}' is not TERMS,LOG,INFLIGHT: 1 to 3, 1 to 3, 2 to 6")
    return bounds


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least 1")
    return int(text)


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="./dev bench peers", description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True, help="our contestant (./dev sets it)")
    parser.add_argument("--space", type=bounds_of, default=[2, 1, 3], metavar="TERMS,LOG,INFLIGHT",
                        help="the bounds (default: 2,1,3)")
    parser.add_argument("--runs", type=positive, default=3, help="of each contestant (default: 3)")
    parser.add_argument("--json", metavar="FILE", help="write the table there too")
    parser.add_argument("--quick", action="store_true", help="leave out the slower options")
    parser.add_argument("--check", action="store_true",
                        help="only compare counts, and only with both peers installed (the test)")
    return parser.parse_args(arguments)


def main(arguments):
    arguments = parse(arguments)
    arguments.program = os.path.abspath(arguments.program)
    absent = missing([SPIN, RUMUR])
    for tool in absent:
        say(f"{tool} is not installed: skipped")
    if arguments.check and absent:
        return SKIPPED
    contestants = [c for c in CONTESTANTS if c.tool not in absent and
                   (c.quick or not (arguments.quick or arguments.check))]
    if arguments.check:
        arguments.runs = 1
    try:
        with tempfile.TemporaryDirectory(prefix="raftcheck-peers-") as folder:
            results = compare(contestants, arguments, folder)
        report(results, arguments)
        if arguments.json:
            with open(arguments.json, "w", encoding="utf-8") as file:
                json.dump(document(results, arguments), file, indent=2)
                file.write("\n")
    except Failure as failure:
        say(failure)
        return 1
    except OSError as error:
        say(error)
        return 2
    found = list(differences(results))
    for difference in found:
        say(f"error: {difference}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
