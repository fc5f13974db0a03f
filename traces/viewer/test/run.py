#!/usr/bin/env python3
"""Runs the tests of the pages and of the formats for other tools with node.

usage: run.py npm BUILD              installs the packages that they need under BUILD/npm
       run.py modules BUILD          the modules that need no browser; no package needed
       run.py formats BUILD PROGRAM SAMPLES
                                     what PROGRAM (raftcheck) writes for other tools, in those tools,
                                     also of the arbitrary traces in the folder SAMPLES
       run.py browser BUILD PROGRAM SAMPLES
                                     its pages in Chromium

Exit status 0, 1 where a test fails or cannot be run, or 77 (skipped) if RAFTCHECK_SKIP_BROWSER is 1:
for machines without node, a browser, or a way to the npm registry. Continuous integration leaves it
unset, and fails where something is missing.
"""

import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = [HERE.parent / "package.json", HERE.parent / "package-lock.json"]
SKIPPED = 77
SKIP = ("or set RAFTCHECK_SKIP_BROWSER=1 to leave the tests of the pages out")


def need(program):
    if shutil.which(program) is None:
        raise RuntimeError(f"there is no {program} on PATH: install it (./dev test does so on Debian), {SKIP}")


def install(npm):
    """Packages of the lock file, once for each of its versions."""
    need("node")
    need("npm")
    npm.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in PACKAGES)).hexdigest()
    stamp = npm / "installed"
    with open(npm / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
            return
        for path in PACKAGES:
            shutil.copy(path, npm)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=npm, capture_output=True, text=True, timeout=280, check=False)
        if done.returncode != 0:
            print(done.stdout, done.stderr, sep="\n")
            raise RuntimeError(f"npm ci failed: does this machine reach the npm registry? If not, {SKIP[3:]}")
        stamp.write_text(wanted, encoding="utf-8")


def node_test(name, environment):
    need("node")
    done = subprocess.run(["node", "--test", str(HERE / name)], env={**os.environ, **environment}, check=False)
    return 1 if done.returncode else 0


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("npm", "modules", "formats", "browser"):
        print(__doc__, file=sys.stderr)
        return 1
    if os.environ.get("RAFTCHECK_SKIP_BROWSER") == "1":
        print("skipped: RAFTCHECK_SKIP_BROWSER is 1")
        return SKIPPED
    build = pathlib.Path(arguments[1]).resolve()
    npm = build.parent / "npm"  # for all presets
    if arguments[0] == "npm":
        install(npm)
        return 0
    if arguments[0] == "modules":
        return node_test("modules.test.mjs", {})
    work = build / "traces" / "viewer" / arguments[0]
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    return node_test(f"{arguments[0]}.test.mjs", {
        "RAFTCHECK": str(pathlib.Path(arguments[2]).resolve()), "VIEWER_NPM": str(npm),
        "VIEWER_WORK": str(work), "VIEWER_SAMPLES": str(pathlib.Path(arguments[3]).resolve())})


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        sys.exit(1)
