#!/usr/bin/python3
"""Reads what `raftcheck show` writes with the parsers of those whom it is written for.

usage: parsers_test.py RAFTCHECK FORMAT TRACE_OR_FOLDER...

text      pyte, a terminal: what it shows in which colours, on a page as wide as it
markdown  cmark-gfm: one table row for each step, with the cells' text as it is in the trace
dot       Graphviz: a node for each step and start, an edge for each delivery
itf       a JSON schema written from Apalache's document, beside this file: a state for each step, every
          variable of one type throughout (the tests of the pages have Quint read it too)

Exit status 0 if all of them say what the traces say, 1 if not, 2 if it could not be checked.
"""

import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import jsonschema
import pyte

CMARK = "{http://commonmark.org/xml/1.0}"
failures = 0


def expect(condition, complaint):
    global failures
    if not condition:
        failures += 1
        if failures <= 20:
            print(complaint)
    return condition


def run(command, text=None):
    done = subprocess.run([str(part) for part in command], input=text, capture_output=True,
                          text=True, encoding="utf-8", timeout=120, check=False)
    expect(done.returncode == 0 and not done.stderr,
           f"{' '.join(map(str, command))}: exit {done.returncode}: {done.stderr[:500]}")
    return done.stdout


def is_plain(text):
    """What no format has to escape for the terminal's sake."""
    return re.fullmatch(r"[ -\[\]-~]*", text) is not None


def text_in(element):
    """All text of an element; a line break of HTML is a new line."""
    parts = []
    for one in element.iter():
        if one.tag in (CMARK + "text", CMARK + "code"):
            parts.append(one.text or "")
        elif one.tag == CMARK + "html_inline":
            expect(one.text == "<br>", f"HTML: {one.text}")
            parts.append("\n")
    return "".join(parts)


def check_markdown(name, trace, text):
    # As GitHub reads it.
    extensions = [word for extension in ("table", "strikethrough", "autolink", "tagfilter")
                  for word in ("-e", extension)]
    document = ElementTree.fromstring(run(["cmark-gfm", *extensions, "-t", "xml"], text))
    for kind in ("image", "emph", "strikethrough", "html_block", "code", "code_block"):
        expect(document.find(f".//{CMARK}{kind}") is None, f"{name}: there is a {kind}")
    heading = text_in(document.find(CMARK + "heading"))
    violation = trace["violation"]
    if violation and is_plain(violation["property"] + violation["message"]):
        place = "the start" if violation["step"] == 0 else f"step {violation['step']}"
        expect(heading == f"{violation['property']} is violated at {place}", f"{name}: {heading}")
        quote = text_in(document.find(CMARK + "block_quote"))
        expect(quote.split() == violation["message"].split(), f"{name}: {quote}")
    tables = document.findall(CMARK + "table")
    titles = [text_in(row) for row in document.findall(CMARK + "heading")][1:]
    expect(len(tables) == len(titles), f"{name}: {len(tables)} tables under {titles}")
    rows = tables[titles.index("Steps")].findall(CMARK + "table_row")
    expect(all(len(row) == 5 for row in rows), f"{name}: a row has not 5 cells")
    numbered = [row for row in rows if text_in(row[0])]
    if not expect(len(numbered) == len(trace["steps"]), f"{name}: {len(numbered)} rows"):
        return
    for row, step in zip(numbered, trace["steps"]):
        at = f"{name}: step {step['step']}"
        expect(text_in(row[0]) == str(step["step"]), f"{at}: number {text_in(row[0])}")
        if is_plain(step["outcome"]):
            expect(text_in(row[2]).strip() == step["outcome"].strip(), f"{at}: {text_in(row[2])!r}")
        sends = [line for line in text_in(row[3]).split("\n") if " to " in line]
        kinds = [line.split(" ")[0] for line in sends]
        expect(kinds == [sent["kind"] for sent in step["sent"]], f"{at}: sends {kinds}")
        changed = [line for line in text_in(row[4]).split("\n") if " → " in line]
        names = [line.split(" ")[0] for line in changed]
        missing = set(step["changed"]) - set(names) - {"pending_ends"}
        expect(not missing, f"{at}: changes of {missing} are missing")


class Terminal:
    """What a terminal of so many columns shows of a text with colours."""

    def __init__(self, text, columns):
        self.columns = columns
        self.rows = text.count("\n") + 1
        self.screen = pyte.Screen(columns, self.rows)
        self.screen.set_mode(pyte.modes.LNM)  # a new line goes back to the first column
        pyte.Stream(self.screen).feed(text)

    def text(self, row, first=0, end=None):
        line = self.screen.buffer[row]
        return "".join(line[at].data for at in range(first, self.columns if end is None else end)).rstrip()

    def styles(self, row, first, end):
        """Of what is no space."""
        cells = [self.screen.buffer[row][at] for at in range(first, end)]
        return {(cell.fg, cell.bold) for cell in cells if not cell.data.isspace()}


CHANGED = ("brown", True)  # pyte's name for the yellow of ANSI
BROKEN = ("red", True)
TEXT_COLUMNS = 170


def check_text(name, trace, text):
    terminal = Terminal(text, TEXT_COLUMNS)
    expect(terminal.screen.cursor.y == terminal.rows - 1, f"{name}: a line is wider than the terminal")
    rows = [terminal.text(row) for row in range(terminal.rows)]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text).split("\n")
    expect(rows == [line.rstrip() for line in plain], f"{name}: the terminal shows something else")
    rule = next(row for row, line in enumerate(rows) if re.fullmatch(r"----(  -+)+", line))
    spans = [match.span() for match in re.finditer("-+", rows[rule])]
    if len(spans) != 2 + len(trace["initial"]):
        expect(len(spans) == 2, f"{name}: {len(spans)} columns")  # too narrow for these servers
        return
    number, action, *servers = spans
    steps = {}
    for row in range(rule + 1, terminal.rows):
        found = re.fullmatch(r" *(>?)(\d+)", terminal.text(row, *number))
        if found:
            current = steps[int(found[2])] = []
            is_broken = found[1] == ">"
            expect(is_broken == (BROKEN in terminal.styles(row, *number)), f"{name}: row {row}: colour")
            violation = trace["violation"]
            expect(is_broken == bool(violation and violation["step"] == int(found[2])),
                   f"{name}: row {row}: >")
        elif terminal.text(row, *number) or not rows[row]:
            break
        elif re.match(r"-- faults stop|at the end", terminal.text(row, *action)):
            current = []
        current.append(row)
    expect(sorted(steps) == list(range(len(trace["steps"]) + 1)), f"{name}: steps {sorted(steps)}")
    for step in trace["steps"]:
        at = f"{name}: step {step['step']}"
        block = steps.get(step["step"], [])
        words = "".join(terminal.text(row, *action).replace(" ", "") for row in block)
        if is_plain(step["outcome"]):
            expect(step["outcome"].replace(" ", "") in words, f"{at}: outcome")
        for sent in step["sent"]:
            expect(sent["kind"] in words, f"{at}: {sent['kind']} is not in {words}")
        # Only the server that acts has something beside it, in colour what changed of it.
        for server, span in enumerate(servers, 1):
            shown = any(terminal.text(row, *span) for row in block)
            styles = set().union(*(terminal.styles(row, *span) for row in block))
            expect(shown == (step["action"].get("server") == server), f"{at}: server {server}")
            is_changed = shown and bool(set(step["changed"]) - {"pending_ends"})
            expect((CHANGED in styles) == is_changed, f"{at}: {step['changed']} in {styles}")


def check_dot(name, trace, text):
    graph = json.loads(run(["dot", "-Tdot_json"], text))
    objects = graph["objects"]
    nodes = {one["name"]: one for one in objects if re.match(r"s\d|lost", one["name"])}
    lost = sum(sent["lost"] for step in trace["steps"] for sent in step["sent"])
    expect(len(nodes) == len(trace["initial"]) + len(trace["steps"]) + lost,
           f"{name}: {len(nodes)} nodes")
    deliveries = 0
    ids = {one["_gvid"]: one["name"] for one in objects}
    edges = {(ids[one["tail"]], ids[one["head"]]) for one in graph["edges"]}
    lanes = [one for one in objects if one["name"].startswith("cluster")]
    expect(len(lanes) >= len(trace["initial"]), f"{name}: {len(lanes)} lanes")
    for step in trace["steps"]:
        action = step["action"]
        node = f"s{action.get('server', 0)}_{step['step']}"
        if not expect(node in nodes, f"{name}: no node {node}"):
            continue
        label = nodes[node]["label"].replace('\\"', '"')
        expect(label.startswith(f"{step['step']}  "), f"{name}: {label}")
        if is_plain(step["outcome"]):
            expect(step["outcome"] in label, f"{name}: {step['outcome']} is not in {label}")
        is_broken = bool(trace["violation"]) and trace["violation"]["step"] == step["step"]
        expect((nodes[node].get("color") == "red") == is_broken, f"{name}: colour of {node}")
        if action["kind"] == "deliver":
            deliveries += 1
            sender = trace["steps"][action["sent_at"] - 1]["action"]["server"]
            expect((f"s{sender}_{action['sent_at']}", node) in edges, f"{name}: no edge to {node}")
    labelled = [one for one in graph["edges"] if one.get("label")]
    expect(len(labelled) == deliveries + lost, f"{name}: {len(labelled)} messages")


def type_of(value):
    """The type of an expression, as far as it says: None where an empty list or set leaves it open."""
    if isinstance(value, (bool, str)):
        return type(value).__name__
    if isinstance(value, list):
        return ("list", merged(map(type_of, value)))
    if "#bigint" in value:
        return "int"
    if "#set" in value:
        return ("set", merged(map(type_of, value["#set"])))
    if "#tup" in value:
        return ("tuple", *map(type_of, value["#tup"]))
    if "#map" in value:
        return ("map", merged(type_of(key) for key, _ in value["#map"]),
                merged(type_of(item) for _, item in value["#map"]))
    if set(value) == {"tag", "value"}:
        return ("variant", {value["tag"]: type_of(value["value"])})
    return ("record", {name: type_of(item) for name, item in value.items()})


def merge(left, right):
    """One type for both; a variant has the tags of both. Raises ValueError if there is none."""
    if left is None or right is None or left == right:
        return right if left is None else left
    if isinstance(left, str) or isinstance(right, str) or left[0] != right[0] or len(left) != len(right):
        raise ValueError(f"{left} and {right}")
    if left[0] == "record" and set(left[1]) != set(right[1]):
        raise ValueError(f"records of {set(left[1]) ^ set(right[1])}")
    if left[0] in ("record", "variant"):
        names = {**left[1], **right[1]}
        return (left[0], {name: merge(left[1].get(name), right[1].get(name)) for name in names})
    return (left[0], *(merge(one, other) for one, other in zip(left[1:], right[1:])))


def merged(types):
    result = None
    for one in types:
        result = merge(result, one)
    return result


def without_repeats(document):
    """The document without what a state has as the one before it: servers, choices not made. A schema
    is slow."""
    def is_new(value, before):
        return {name: item for name, item in value.items() if before.get(name) != item}

    states = [{**state, "servers": {str(pair): pair for pair in state["servers"]["#map"]}}
              for state in document["states"]]
    fresh = []
    for state, before in zip(states, [{"servers": {}, "mbt::nondetPicks": {}}] + states):
        servers = is_new(state["servers"], before["servers"])
        picks = is_new(state["mbt::nondetPicks"], before["mbt::nondetPicks"])
        fresh.append({**state, "servers": {"#map": list(servers.values())}, "mbt::nondetPicks": picks})
    return {**document, "states": fresh}


def check_itf(name, trace, text):
    document = json.loads(text)
    schema = json.loads((pathlib.Path(__file__).parent / "itf.schema.json").read_text(encoding="utf-8"))
    error = next(jsonschema.Draft7Validator(schema).iter_errors(without_repeats(document)), None)
    expect(error is None, f"{name}: {error and list(error.path)}: {error}")
    states = document["states"]
    expect(len(states) == len(trace["steps"]) + 1, f"{name}: {len(states)} states")
    expect([state["#meta"]["index"] for state in states] == list(range(len(states))), f"{name}: index")
    for state in states:
        expect(set(state) - {"#meta"} == set(document["vars"]), f"{name}: variables {set(state)}")
    is_arbitrary = re.fullmatch(r"\d+\.trace\.json", name)  # one field may be of several types there
    for variable in [] if is_arbitrary else document["vars"]:
        try:
            merged(type_of(state[variable]) for state in states)
        except ValueError as error:
            expect(False, f"{name}: {variable} has no type: {error}")


CHECKS = {"text": check_text, "markdown": check_markdown, "dot": check_dot, "itf": check_itf}


def traces_in(places):
    for place in map(pathlib.Path, places):
        if place.is_file():
            yield place
        else:
            found = sorted(path for path in place.glob("**/*.json")
                           if path.name not in ("bug.json",))
            if not found:
                raise ValueError(f"{place}: there are no traces")
            yield from found


def main():
    if len(sys.argv) < 4 or sys.argv[2] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    program, format_name = sys.argv[1:3]
    for path in traces_in(sys.argv[3:]):
        trace = json.loads(path.read_text(encoding="utf-8"))
        flags = ["--color", "always", "--columns", TEXT_COLUMNS] if format_name == "text" else []
        shown = run([program, "show", path, "--format", format_name, *flags])
        CHECKS[format_name](path.name if path.name != "trace.json" else path.parent.name, trace,
                            shown)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, ElementTree.ParseError) as error:
        print(f"parsers_test.py: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(2)
