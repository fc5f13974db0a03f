#!/usr/bin/python3
"""Checks a bug of the gallery against the program, or writes its traces anew.

usage: gallery_test.py RAFTCHECK BUG_FOLDER [--seconds N]   check one bug
       gallery_test.py RAFTCHECK GALLERY --update           write the traces of all bugs
       gallery_test.py --stale CMAKE PATCH ROOT GALLERY     a diff that does not apply must fail
       gallery_test.py --index GALLERY                      README.md lists the bugs that there are
       gallery_test.py --rules RAFTCHECK GALLERY            explain names the rules of the stories

A bug: each search that bug.json expects something of finds just that, at that depth, with a
shortest trace, in time (of a cluster that does not recover: with the shortest run to it, while the
core recovers within the same bounds); the stored trace is what the program writes now, is valid by
trace.schema.json, replays, and the core as it is does not reproduce it; story.md and the table in
README.md say the same. A control: its bounds are exhausted and nothing is violated.
Exit status 0 if all is as it should be, 1 if not, 2 if it could not be checked.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

REPRODUCED = 1  # exit status of explore and replay
RECOVERY = "Recovery"  # expected with the step after which faults stop, not with a depth
VERSION = re.compile(r'^  "program_version": .*$', re.MULTILINE)
failures = 0


def expect(condition, complaint):
    global failures
    if not condition:
        failures += 1
        print(complaint)
    return condition


def run(command, seconds=None):
    """The finished process. One that takes longer than `seconds` is a failure."""
    command = [str(part) for part in command]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        expect(False, f"{' '.join(command)}: not finished after {seconds} s")
        return None


def traces_of(bug):
    """Pairs of an expectation and its trace: the first has trace.json, the others are named."""
    for position, expected in enumerate(bug["expect"]):
        name = "trace.json" if position == 0 else f"trace-{expected['property']}.json"
        yield expected, name


def explore(raftcheck, name, properties, trace, seconds=None):
    """The finished search and its report, or None where there is none."""
    command = [raftcheck, "explore", "--bug", name, "--trace", trace, "--json", "-"]
    if properties != "all":
        command += ["--property", properties]
    found = run(command, seconds)
    if found is None:
        return None, None
    if not expect(found.stdout, f"{' '.join(map(str, command))}: exit {found.returncode}: "
                  f"{found.stderr.strip()}"):
        return found, None
    return found, json.loads(found.stdout)


def check_search(raftcheck, bug, expected, trace, seconds):
    """True if the search found what is expected and wrote its trace."""
    found, report = explore(raftcheck, bug["name"], expected["properties"], trace, seconds)
    if report is None:
        return False
    what = f"properties {expected['properties']}"
    violation = report["violation"]
    if not expect(violation, f"{what}: nothing is violated ({report['stopped_by']})"):
        return False
    expect(found.returncode == REPRODUCED, f"{what}: exit {found.returncode}, expected 1")
    if expected["property"] == RECOVERY:
        got = (RECOVERY, "after", violation["trace"]["recovery"]["after"])
        wanted = (expected["property"], "after", expected["after"])
    else:
        got = (violation["property"], violation["depth"])
        wanted = (expected["property"], expected["depth"])
    expect(got == wanted, f"{what}: found {got}, expected {wanted}")
    return True


def check_trace(raftcheck, stored, written, schema):
    if not expect(stored.is_file(), f"{stored.name} is missing; write it with --update"):
        return
    now = written.read_text(encoding="utf-8")
    then = stored.read_text(encoding="utf-8")
    expect(VERSION.sub("", now) == VERSION.sub("", then),
           f"{stored.name} is not what explore writes now; if that is right, run --update")
    document = json.loads(then)
    expect(document["shortest"], f"{stored.name} is not known to be shortest")
    for error in schema.iter_errors(document):
        place = "/".join(map(str, error.absolute_path))
        expect(False, f"{stored.name}: /{place}: {error.message[:300]}")
    replayed = run([raftcheck, "replay", stored], 60)
    expect(replayed and replayed.returncode == REPRODUCED,
           f"replay {stored.name}: expected exit 1: {replayed and replayed.stderr}")
    clean = run([raftcheck, "replay", stored, "--bug", "none"], 60)
    expect(clean and clean.returncode in (0, 2),
           f"replay {stored.name} --bug none: exit {clean and clean.returncode}, expected 0 or 2")


def check_core_recovers(raftcheck, bug, seconds):
    """Within the bounds in which the bug does not recover, the core as it is does."""
    flags = [word for name, value in bug["bounds"].items() for word in (f"--{name}", value)]
    found = run([raftcheck, "explore", *flags, "--json", "-"], seconds)
    if found is None or not expect(found.returncode == 0,
                                   f"the core: exit {found.returncode}: {found.stderr}"):
        return
    recovery = json.loads(found.stdout)["recovery"]
    expect(recovery["checked"] == recovery["states"] > 0 and recovery["failing"] == 0,
           f"the core: {recovery}")


def check_control(raftcheck, bug, seconds):
    with tempfile.TemporaryDirectory() as folder:
        found, report = explore(raftcheck, bug["name"], "all", pathlib.Path(folder, "t"), seconds)
    if report is None:
        return
    expect(found.returncode == 0, f"exit {found.returncode}, expected 0: {report['violation']}")
    expect(report["exhausted"], f"not exhausted: {report['stopped_by']}")
    for witness in bug["witnesses"]:
        expect(report["witnesses"].get(witness), f"{witness} never happened: the search is vacuous")


def check_texts(folder, bug):
    """story.md and the row of README.md's table name each property with its depth."""
    story = (folder / "story.md").read_text(encoding="utf-8")
    readme = (folder.parent / "README.md").read_text(encoding="utf-8")
    name = bug["name"]
    row = next((line for line in readme.splitlines() if line.startswith(f"| [{name}](")), "")
    expect(row, f"README.md has no row for {name}")
    for expected in bug["expect"]:
        step = expected["after" if expected["property"] == RECOVERY else "depth"]
        shown = f"{expected['property']} {step}"
        expect(shown in row, f"README.md's row for {name} lacks {shown!r}")
        told = re.compile(rf"{expected['property']}\b[^.]*\bstep {step}\b")
        expect(told.search(story), f"story.md does not tell of {shown!r}")


def check_bug(raftcheck, folder, seconds):
    import jsonschema  # Debian's python3-jsonschema

    bug = json.loads((folder / "bug.json").read_text(encoding="utf-8"))
    expect(bug["name"] == folder.name, f"bug.json names {bug['name']}")
    check_texts(folder, bug)
    if bug["control"]:
        expect(not bug["expect"], "a control expects no violation")
        check_control(raftcheck, bug, seconds)
        return
    schema_file = folder.parent.parent / "trace.schema.json"
    schema = jsonschema.Draft202012Validator(json.loads(schema_file.read_text(encoding="utf-8")))
    expect(bug["expect"] and bug["expect"][0]["properties"] == "all",
           "the first expectation must be with all properties")
    with tempfile.TemporaryDirectory() as temporary:
        for expected, name in traces_of(bug):
            written = pathlib.Path(temporary, name)
            if check_search(raftcheck, bug, expected, written, seconds):
                check_trace(raftcheck, folder / name, written, schema)
    if any(expected["property"] == RECOVERY for expected in bug["expect"]):
        check_core_recovers(raftcheck, bug, seconds)
    known = {name for _, name in traces_of(bug)}
    for extra in {path.name for path in folder.glob("trace*.json")} - known:
        expect(False, f"{extra} belongs to no expectation of bug.json")


def update(raftcheck, gallery):
    """Writes the traces and, if the search found something else, says so."""
    for description in sorted(gallery.glob("*/bug.json")):
        bug = json.loads(description.read_text(encoding="utf-8"))
        for expected, name in traces_of(bug):
            check_search(raftcheck, bug, expected, description.parent / name, None)
            print(f"{bug['name']}/{name}")


def check_stale(cmake, patch, root, gallery):
    """The diff of a bug whose surroundings have changed must be refused, and named."""
    script = gallery / "patch_bug.cmake"
    diff = next(iter(sorted(gallery.glob("*/bug.diff"))))
    with tempfile.TemporaryDirectory() as temporary:
        changed, tree = pathlib.Path(temporary, "root"), pathlib.Path(temporary, "tree")
        shutil.copytree(root / "src/raft", changed / "src/raft")
        files = re.findall(r"^\+\+\+ b/(\S+)", diff.read_text(encoding="utf-8"), re.MULTILINE)
        command = [cmake, "-D", "NAME=some-bug", "-D", f"DIFF={diff}", "-D", f"ROOT={changed}",
                   "-D", f"FILES={';'.join(files)}", "-D", f"TREE={tree}",
                   "-D", f"PATCH={patch}", "-P", script]
        good = run(command)
        expect(good.returncode == 0, f"{diff} does not apply:\n{good.stderr}")
        for file in files:
            made = (tree / file).read_text(encoding="utf-8")
            expect(made != (changed / file).read_text(encoding="utf-8"), f"{file} is as it was")
        for source in changed.glob("src/raft/*.cpp"):
            text = source.read_text(encoding="utf-8")
            source.write_text(text.replace("server", "machine"), encoding="utf-8")
        stale = run(command)
        expect(stale.returncode != 0, "a diff that does not apply was accepted")
        complaint = "some-bug of the gallery no longer applies"
        expect(complaint in " ".join(stale.stderr.split()), f"unclear: {stale.stderr}")
        expect(not tree.exists(), "a half-changed core was left behind")


def check_index(gallery):
    page = (gallery / "README.md").read_text()
    listed = re.findall(r"^\| \[([a-z0-9-]+)\]\(([a-z0-9-]+)/story\.md\) \|", page, re.MULTILINE)
    there = {diff.parent.name for diff in gallery.glob("*/bug.diff")}
    expect({name for name, _ in listed} == there,
           f"README.md and the folders differ: {sorted({name for name, _ in listed} ^ there)}")
    expect(len(listed) == len(there), "README.md lists a bug twice")
    expect(all(name == folder for name, folder in listed), "a row links to another bug's story")
    if shutil.which("git") is None:
        return  # a copy without its history
    ignored = subprocess.run(["git", "-C", gallery, "check-ignore", *sorted(there)],
                             capture_output=True, text=True, check=False).stdout.split()
    expect(not ignored, f"git ignores {ignored}: see .gitignore")


def listed_rules(raftcheck):
    """The closed list of rules: by name, "source: description"."""
    rows = run([raftcheck, "list", "rules"]).stdout
    found = re.findall(r"^  ([a-z-]+) ((?:.|\n   )*)", rows, re.MULTILINE)
    expect(len(found) > 20, f"list rules: {rows[:500]}")
    return {name: " ".join(text.split()) for name, text in found}


def check_rule_of_story(folder, bug, rules):
    """The rule that bug.json names is one of the list, and the story says it in the same words."""
    name, rule = bug["name"], bug["rule"]
    if not expect(rule in rules, f"{name}: bug.json: there is no rule {rule} (raftcheck list rules)"):
        return
    story = (folder / "story.md").read_text(encoding="utf-8")
    section = re.search(r"^## The rule\n(.*?)(?=^## )", story, re.MULTILINE | re.DOTALL)
    told = " ".join(section[1].split()) if section else "nothing"
    wanted = f"`{rule}`, {rules[rule]}."
    expect(told == wanted, f"{name}: story.md says of the rule: {told}; expected: {wanted}")


def check_rules(raftcheck, gallery):
    rules = listed_rules(raftcheck)
    traces, missed = 0, []
    for description in sorted(gallery.glob("*/bug.json")):
        bug = json.loads(description.read_text(encoding="utf-8"))
        check_rule_of_story(description.parent, bug, rules)
        for _, name in traces_of(bug):
            explained = run([raftcheck, "explain", description.parent / name, "--json", "-"], 60)
            if explained is None or not expect(explained.returncode == 0,
                                               f"explain {bug['name']}/{name}: {explained.stderr}"):
                continue
            traces += 1
            found = json.loads(explained.stdout)
            check_explanation(f"{bug['name']}/{name}", found)
            if not found["rule"] or found["rule"]["name"] != bug["rule"]:
                missed.append(f"{bug['name']}/{name}: {bug['rule']}, not {found['rule']}")
    print(f"{traces - len(missed)} of {traces} traces are explained by the rule of their story")
    for one in missed:
        print(one)
    expect(traces > 0 and not missed, "each trace should be")


def check_explanation(name, found):
    """A shortest trace has no step that could be left out, so the slice must have them all."""
    trace_steps = found["step"] if found["property"] != RECOVERY else None
    steps = [cause["step"] for cause in found["depends_on"]]
    expect(steps == sorted(set(steps)), f"{name}: depends on {steps}")
    if trace_steps is not None:
        expect(steps == list(range(1, trace_steps + 1)), f"{name}: depends on {steps} only")
    for cause in found["depends_on"]:
        for before in (cause["message_from"], cause["goes_on_from"]):
            expect(before is None or before in steps, f"{name}: step {before} is missing")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="for each search")
    parser.add_argument("--update", action="store_true", help="write the traces of all bugs")
    parser.add_argument("--stale", nargs=4, metavar=("CMAKE", "PATCH", "ROOT", "GALLERY"))
    parser.add_argument("--rules", nargs=2, type=pathlib.Path, metavar=("RAFTCHECK", "GALLERY"))
    parser.add_argument("--index", type=pathlib.Path, metavar="GALLERY")
    parser.add_argument("raftcheck", nargs="?", type=pathlib.Path)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.stale:
        cmake, patch, root, gallery = arguments.stale
        check_stale(cmake, patch, pathlib.Path(root), pathlib.Path(gallery))
    elif arguments.rules:
        check_rules(*(path.resolve() for path in arguments.rules))
    elif arguments.index:
        check_index(arguments.index)
    elif arguments.folder is None:
        parser.error("name the program and a folder")
    elif arguments.update:
        update(arguments.raftcheck.resolve(), arguments.folder.resolve())
    else:
        check_bug(arguments.raftcheck.resolve(), arguments.folder.resolve(), arguments.seconds)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ImportError, ValueError, KeyError) as error:
        print(f"gallery_test.py: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
