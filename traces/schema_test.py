#!/usr/bin/python3
"""Checks trace files against trace.schema.json, and that broken documents are refused.

usage: schema_test.py SCHEMA GOOD FILE_OR_FOLDER...

GOOD is a valid trace with at least one action of each kind: the broken documents are made from it.
Every file named must be a valid trace, and so must each trace*.json in the folders named, at any
depth. Exit status 0 if all is as it should be, 1 if not, 2 if it could not be checked.
"""

import copy
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("schema_test.py needs Debian's package python3-jsonschema", file=sys.stderr)
    sys.exit(2)

MISSING = object()  # in an edit: the key is removed

# Each must turn a valid trace into an invalid one: where, and the value to put there.
BROKEN = [
    (["format"], "itf"),
    (["version"], 2),
    (["version"], "1"),
    (["steps"], MISSING),
    (["comment"], "no such key"),
    (["program_version"], None),
    (["bounds", "terms"], 1),
    (["bug"], False),
    (["shortest"], 1),
    (["violation"], {}),
    (["violation", "property"], ""),
    (["violation", "step"], -1),
    (["violation", "property"], "Recovery"),
    (["recovery"], {"after": 0, "steps": 1, "order": [1, 2, 3]}),
    (["config", "servers"], 0),
    (["config", "servers"], 10),
    (["config", "servers"], 2.5),
    (["config", "network"], "udp"),
    (["config", "backtracking"], "slow"),
    (["config", "entries_per_message"], 2**64),
    (["config", "seed"], 1),
    (["initial"], []),
    (["initial", 0, "role"], "king"),
    (["initial", 0, "voted_for"], 0),
    (["initial", 0, "term"], 1),
    (["initial", 0, "current_term"], -1),
    (["initial", 0, "log"], [{"term": 1}]),
    (["initial", 0, "log"], [{"term": 1, "no_op": False}]),
    (["initial", 0, "log"], [{"term": 1, "no_op": True, "command": "v"}]),
    (["initial", 0, "votes_granted"], [1]),
    (["initial", 0, "next_index"], [1, 1, 1]),
    (["steps", "election_timeout", "view", "votes_granted"], [1, 1]),
    (["steps", "election_timeout", "view"], None),
    (["steps", "election_timeout", "step"], 0),
    (["steps", "election_timeout", "note"], ""),
    (["steps", "election_timeout", "outcome"], None),
    (["steps", "election_timeout", "changed", "id"], [1, 2]),
    (["steps", "election_timeout", "changed", "current_term"], [1, 1]),
    (["steps", "election_timeout", "changed", "current_term"], [0, 1, 2]),
    (["steps", "election_timeout", "action", "kind"], "recieve"),
    (["steps", "election_timeout", "action", "server"], MISSING),
    (["steps", "election_timeout", "action", "command"], "v1"),
    (["steps", "election_timeout", "sent", 0, "lost"], MISSING),
    (["steps", "election_timeout", "sent", 0, "kind"], "Request Vote"),
    (["steps", "election_timeout", "sent", 0, "fields", "Term"], 1),
    (["steps", "election_timeout", "sent", 0, "fields", "term"], {}),
    (["steps", "compact", "action", "index"], 0),
    (["steps", "compact", "view", "snapshot", "index"], 0),
    (["steps", "compact", "view", "snapshot", "entries"], MISSING),
    (["config", "snapshot_chunk"], -1),
    (["config", "changes"], "none"),
    (["config", "disk"], "sync"),
    (["steps", "disk_write", "view", "disk", "pending"], [0]),
    (["steps", "change_membership", "action", "voters"], [0]),
    (["steps", "change_membership", "view", "membership", "voters"], []),
    (["steps", "election_timeout", "sent", 0, "fields", "term"], None),
    (["config", "options"], {}),
    (["config", "options", "vote_lease"], 0),
    (["steps", "lease_timeout", "view", "lease"], False),
    (["steps", "read", "action", "read"], 0),
    (["steps", "read", "answered"], []),
    (["steps", "transfer", "action", "target"], MISSING),
    (["steps", "transfer", "view", "transferee"], None),
    (["steps", "propose", "action", "command"], MISSING),
    (["steps", "deliver", "action", "message"], None),
    (["steps", "deliver", "action", "message", "lost"], False),
    (["steps", "deliver", "action", "sent_at"], 0),
    (["steps", "deliver", "action", "keep_copy"], MISSING),
    (["steps", "crash", "action", "groups"], [[1], [2, 3]]),
    (["steps", "cut", "action", "groups"], [[1, 2, 3]]),
    (["steps", "cut", "action", "groups"], [[1, 2, 3], []]),
    (["steps", "cut", "action", "groups"], [[1, 1], [2, 3]]),
    (["steps", "cut", "action", "server"], 1),
    (["steps", "cut", "view"], {}),
    (["steps", "heal", "changed"], {"current_term": [0, 1]}),
]

# The same, of a trace that says where faults stop.
RECOVERY = {"after": 7, "steps": 20, "order": [3, 1]}
BROKEN_RECOVERY = [
    (["recovery"], MISSING),
    (["recovery"], None),
    (["violation", "property"], "ElectionSafety"),
    (["violation"], None),
    (["recovery", "after"], -1),
    (["recovery", "after"], MISSING),
    (["recovery", "steps"], 0),
    (["recovery", "seed"], 1),
    (["recovery", "order"], []),
    (["recovery", "order"], [1, 1]),
    (["recovery", "order"], [0, 1]),
]


def load(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def traces_in(places):
    """The files among `places`, and the traces in the folders among them."""
    for place in map(pathlib.Path, places):
        if place.is_dir():
            yield from sorted(place.rglob("trace*.json"))
        else:
            yield place


def edited(document, path, value):
    """A copy of `document` with `value` at `path`; a step is named by the kind of its action."""
    document = copy.deepcopy(document)
    parent = document
    for key in path[:-1]:
        if parent is document["steps"]:
            parent = next(step for step in parent if step["action"]["kind"] == key)
        else:
            parent = parent[key]
    if value is MISSING:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return document


def main(arguments):
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    schema = load(arguments[0])
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures = 0
    good = load(arguments[1])
    files = [pathlib.Path(arguments[1]), *traces_in(arguments[2:])]
    for file in files:
        for error in validator.iter_errors(load(file)):
            failures += 1
            print(f"{file}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
    unrecovered = edited(edited(good, ["violation", "property"], "Recovery"), ["recovery"], RECOVERY)
    for error in validator.iter_errors(unrecovered):
        failures += 1
        print(f"the trace of a recovery: {error.message[:300]}")
    broken = [(good, *edit) for edit in BROKEN] + [(unrecovered, *edit) for edit in BROKEN_RECOVERY]
    for document, path, value in broken:
        if validator.is_valid(edited(document, path, value)):
            failures += 1
            shown = "removed" if value is MISSING else json.dumps(value)
            print(f"not refused: /{'/'.join(map(str, path))} := {shown}")
    print(f"{len(files)} traces checked, {len(broken)} broken documents tried, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
