#!/usr/bin/env python3
"""Compares two files of `./dev bench --json`: `./dev bench compare OLD NEW`.

For each benchmark that both have: the medians of the repetitions' CPU times, how much they differ,
and the probability that repetitions of the same program differ so (Mann-Whitney's U, two-sided). A
regression is a median that rose by more than the share, where that probability is below --alpha.

Exit status: 0 no regression; 1 a regression, or a benchmark failed in NEW that did not in OLD; 2 wrong
usage, a broken file, files with no benchmark in common, or too few repetitions to tell anything.
"""

import argparse
import json
import math
import statistics
import sys

NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


class Failure(Exception):
    """What is wrong with a file or a flag."""


class Results:
    def __init__(self, path):
        self.times = {}      # by name: CPU times of the repetitions, in nanoseconds
        self.failed = set()  # names
        try:
            with open(path, encoding="utf-8") as file:
                rows = json.load(file)["benchmarks"]
            if not isinstance(rows, list):
                raise TypeError("`benchmarks` is not a list")
        except OSError as error:
            raise Failure(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise Failure(f"{path}: not JSON: {error}") from error
        except (KeyError, TypeError) as error:
            raise Failure(f"{path}: not a result of `./dev bench --json`: no list `benchmarks`") from error
        for number, row in enumerate(rows):
            try:
                self.add(row)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise Failure(f"{path}: /benchmarks/{number}: broken: {error!r}") from error

    def add(self, row):
        if row.get("run_type") == "aggregate":
            return
        name = "/".join(filter(None, (row.get("program"), row.get("run_name", row["name"]))))
        if row.get("error_occurred"):
            self.failed.add(name)
            return
        time = row["cpu_time"] * NANOSECONDS[row["time_unit"]]
        if not math.isfinite(time) or time < 0:
            raise ValueError(f"a CPU time of {time}")
        self.times.setdefault(name, []).append(time)


def probability(old, new):
    from scipy.stats import mannwhitneyu  # late: what is wrong with the files needs no scipy
    return float(mannwhitneyu(old, new, alternative="two-sided").pvalue)


def least_probability(count_old, count_new):
    """The least that so many repetitions can show: all of one side below all of the other."""
    return 2 / math.comb(count_old + count_new, count_old)


def text_of(nanoseconds):
    for unit, size in reversed(NANOSECONDS.items()):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def compare(old, new, share, alpha):
    """Rows to print, and the names of the benchmarks that regressed."""
    rows, regressions, told = [], [], False
    for name in (name for name in old.times if name in new.times):
        before, after = old.times[name], new.times[name]
        told |= least_probability(len(before), len(after)) < alpha
        median_before, median_after = statistics.median(before), statistics.median(after)
        change = median_after / median_before - 1 if median_before > 0 else 0.0
        p = probability(before, after)
        verdict = ""
        if p < alpha and abs(change) > share:
            verdict = "slower" if change > 0 else "faster"
        if verdict == "slower":
            regressions.append(name)
        rows.append((name, text_of(median_before), text_of(median_after), f"{change:+.1%}",
                     f"{p:.4f}", verdict))
    if not rows:
        raise Failure("the files have no benchmark in common")
    if not told:
        raise Failure(f"too few repetitions to tell anything at --alpha {alpha}: take more than "
                      "4 with ./dev bench --repetitions")
    return rows, regressions


def share_of(text):
    value = float(text)
    if not 0 <= value < math.inf:
        raise ValueError
    return value


def main():
    parser = argparse.ArgumentParser(prog="./dev bench compare",
                                     description="Compares two files of ./dev bench --json.")
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--share", type=share_of, default=10.0, metavar="PERCENT",
                        help="a rise of the median by more is a regression (10)")
    parser.add_argument("--alpha", type=share_of, default=0.05, metavar="P",
                        help="if the test's probability is below (0.05)")
    arguments = parser.parse_args()
    old, new = Results(arguments.old), Results(arguments.new)
    rows, regressions = compare(old, new, arguments.share / 100, arguments.alpha)
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print("  ".join(cell.ljust(width) if i in (0, 5) else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))).rstrip())
    failed = sorted(new.failed - old.failed)
    for name in sorted(old.times.keys() - new.times.keys() - new.failed):
        print(f"compare: {name}: only in {arguments.old}", file=sys.stderr)
    for name in sorted(new.times.keys() - old.times.keys()):
        print(f"compare: {name}: only in {arguments.new}", file=sys.stderr)
    for name in failed:
        print(f"compare: {name}: failed in {arguments.new}", file=sys.stderr)
    for name in regressions:
        print(f"compare: {name}: slower by more than {arguments.share:g} %", file=sys.stderr)
    return 1 if regressions or failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(f"compare: {failure}", file=sys.stderr)
        sys.exit(2)
    except ImportError:
        print("compare: this needs scipy (Debian: python3-scipy)", file=sys.stderr)
        sys.exit(2)
