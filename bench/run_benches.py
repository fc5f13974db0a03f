#!/usr/bin/env python3
"""Runs the Google Benchmark programs of a folder: `./dev bench`.

    run_benches.py --programs FOLDER [--filter RE] [--json FILE] [--repetitions N] [--seconds S]

FOLDER's programs are those named *_bench. With --json all their results go into one file, of Google
Benchmark's own form; each benchmark says its `program` beside. Repetitions of a program's benchmarks
are interleaved, so that a busy minute does not fall on one of them alone.

Exit status: 0 all ran; 1 a program failed, or a benchmark said that it could not; 2 wrong usage, or
a file cannot be written; 130 interrupted (what ran is then in the file).
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile


class Failure(Exception):
    """What cannot be done, and why."""


def run(program, arguments, out):
    """The program's results, or None if it failed. A filter that matches nothing is no failure."""
    flags = [f"--benchmark_repetitions={arguments.repetitions}",
             f"--benchmark_min_time={arguments.seconds}",
             "--benchmark_enable_random_interleaving=true",
             f"--benchmark_out={out}", "--benchmark_out_format=json"]
    if arguments.repetitions > 1:
        flags.append("--benchmark_display_aggregates_only=true")
    if arguments.filter:
        flags.append(f"--benchmark_filter={arguments.filter}")
    done = subprocess.run([str(program), *flags], stderr=subprocess.PIPE, text=True, check=False)
    if "Failed to match any benchmarks" in done.stderr:
        return {"benchmarks": []}
    try:
        results = json.loads(out.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        results = None
    if done.returncode != 0 or results is None:
        print(f"bench: {program.name} failed ({done.returncode}):\n{done.stderr}", file=sys.stderr)
        return None
    return results


def add(merged, program, results):
    if not merged["benchmarks"]:
        merged["context"] = results.get("context", {})
    for row in results["benchmarks"]:
        merged["benchmarks"].append({"program": program.name, **row})


def run_all(programs, arguments):
    """All results, whether all is well, and whether it was interrupted."""
    merged, good = {"context": {}, "benchmarks": []}, True
    with tempfile.TemporaryDirectory() as folder:
        for number, program in enumerate(programs, 1):
            print(f"bench: {program.name} ({number} of {len(programs)})", file=sys.stderr, flush=True)
            try:
                results = run(program, arguments, pathlib.Path(folder) / program.name)
            except KeyboardInterrupt:
                print(f"bench: interrupted in {program.name}", file=sys.stderr)
                return merged, good, True
            if results is None:
                good = False
                continue
            add(merged, program, results)
            for row in results["benchmarks"]:
                if row.get("error_occurred"):
                    print(f"bench: {row['name']}: {row.get('error_message')}", file=sys.stderr)
                    good = False
    return merged, good, False


def write(path, merged):
    text = json.dumps(merged, indent=1) + "\n"
    try:
        if path == "-":
            sys.stdout.write(text)
            sys.stdout.flush()
        else:
            pathlib.Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(f"cannot write {path}: {error.strerror}") from error


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description="Runs the benchmarks.")
    parser.add_argument("--programs", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--filter", metavar="RE", help="only benchmarks whose names match")
    parser.add_argument("--json", metavar="FILE", help="write all results there")
    parser.add_argument("--repetitions", type=int, metavar="N", help="of each (1; with --json 9)")
    parser.add_argument("--seconds", type=float, default=0.1, metavar="S",
                        help="each repetition takes at least so long (0.1)")
    arguments = parser.parse_args()
    if arguments.repetitions is None:
        arguments.repetitions = 9 if arguments.json else 1
    if arguments.repetitions < 1 or arguments.seconds <= 0:
        raise Failure("--repetitions and --seconds must be more than 0")
    programs = sorted(path for path in arguments.programs.glob("*_bench")
                      if path.is_file() and os.access(path, os.X_OK))
    if not programs:
        raise Failure(f"no benchmark was built in {arguments.programs}")
    if arguments.json and arguments.json != "-":
        try:  # soon, not after minutes
            with open(arguments.json, "a", encoding="utf-8"):
                pass
        except OSError as error:
            raise Failure(f"cannot write {arguments.json}: {error.strerror}") from error
    merged, good, interrupted = run_all(programs, arguments)
    if not merged["benchmarks"] and not interrupted:
        if good:
            raise Failure(f"no benchmark matches '{arguments.filter}'")
        return 1
    if arguments.json:
        write(arguments.json, merged)
    if interrupted:
        return 130
    return 0 if good else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(2)
