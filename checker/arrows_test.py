#!/usr/bin/env python3
"""Fails on an #include that points up.

The rooms form layers: three stand on the ground and know nothing of each other (src/raft, spec,
checker/engine), and they meet in checker/cluster. Under them lies src/checksum, which all may use. What a room may include is ARROWS below; which
rooms may use which library is LIBRARIES. The top folder is held to a fixed list too, so that a new
room is a decision and not an accident.

    arrows_test.py ROOT          checks the tree; prints every forbidden arrow, exits 1 if there is one
    arrows_test.py --self-check  breaks each rule in a made-up tree and expects it to be found
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# A room may include itself and these. The longest matching folder is a file's room.
ARROWS = {
    "src/checksum": [],
    "src/raft": [],
    "src/wire": ["src/checksum", "src/raft"],
    "spec": [],
    "checker/engine": ["src/checksum"],
    "checker/models": ["checker/engine"],
    "traces": ["spec"],
    "checker/linearizability": ["traces"],
    "checker/node": ["src/raft", "spec"],
    "checker/cluster": ["checker/engine", "checker/node", "src/raft", "spec", "traces"],
    "checker/rapidcheck": [
        "checker/cluster", "checker/engine", "checker/node", "src/raft", "src/wire", "spec",
        "traces"],
    "checker/lab": [
        "checker/cluster", "checker/engine", "checker/linearizability", "checker/node", "src/raft",
        "spec", "traces"],
    "checker/cli": [
        "checker/cluster", "checker/engine", "checker/lab", "checker/linearizability",
        "checker/models", "checker/node", "src/checksum", "src/raft", "spec", "traces"],
    "fuzz": ["*"],
    "bench": ["*"],
}

# Which rooms may include a library, by the first part of the path in <...> or "...".
LIBRARIES = {
    "nlohmann": ["traces", "checker/cli", "fuzz", "bench"],
    "cmark.h": ["checker/cli"],
    "CLI": ["checker/cli", "checker/rapidcheck"],
    "fmt": [room for room in ARROWS if not room.startswith("src/")],
}

# The core has the standard library only, and of that nothing that brings time, chance, threads,
# I/O or an order that differs from run to run.
CORE = ("src/raft", "src/wire")
CORE_FORBIDDEN = {
    "random", "chrono", "thread", "mutex", "iostream", "fstream", "unordered_map", "unordered_set"}

TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "spec", "src", "checker", "fuzz", "bench", "traces",
    "docs", ".ci", "dev", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md",
    "LICENSE", ".gitignore", ".clang-format", ".clang-tidy", ".git"}
# Beside them in an unpacked archive that was built or opened in an editor (see .gitignore).
TOP_LEVEL_LOCAL = {
    "build", "compile_commands.json", "CMakeUserPresets.json", ".cache", ".idea", ".vscode"}

SOURCES = (".h", ".hpp", ".cpp", ".hpp.in")
TEST_SOURCES = re.compile(r"_test\.cpp$|^test_")
# Somebody else's project: its sources follow its own rules.
OUTSIDE = ["src/raft/consumer_test"]
INCLUDE = re.compile(r"""^\s*#\s*include\s*(?:"(?P<quoted>[^"]+)"|<(?P<angled>[^>]+)>)""")


def inside(path, folder):
    return path == folder or path.startswith(folder + "/")


def room_of(path):
    rooms = [room for room in ARROWS if inside(path, room)]
    return max(rooms, key=len, default=None)


def resolve(root, source, name):
    """The path of an included project file from the root, or None if no such file is there."""
    for candidate in (root / name, (root / source).parent / name):
        candidate = pathlib.Path(candidate).resolve()
        is_generated = candidate.with_name(candidate.name + ".in").is_file()
        if candidate.is_relative_to(root) and (candidate.is_file() or is_generated):
            return candidate.relative_to(root).as_posix()
    return None


def check_project_include(root, source, name):
    room = room_of(source)
    target = resolve(root, source, name)
    if target is None:
        return f'includes "{name}", which is not in the project (a library goes in <...>)'
    target_room = room_of(target)
    allowed = ARROWS[room]
    if target_room == room or "*" in allowed or target_room in allowed:
        return None
    return f'includes "{name}": {room} must not know {target_room or target}'


def check_library_include(source, name):
    room = room_of(source)
    library = name.split("/")[0]
    if library in LIBRARIES and room not in LIBRARIES[library]:
        return f"includes <{name}>: {room} must not know {library}"
    if room in CORE and not TEST_SOURCES.search(pathlib.PurePath(source).name):
        if name in CORE_FORBIDDEN:
            return f"includes <{name}>: the core has no time, chance, threads, I/O or unordered order"
        if "/" in name or "." in name:
            return f"includes <{name}>: the core has the standard library only"
    return None


def check_file(root, source):
    text = (root / source).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        quoted = match["quoted"]
        if quoted and quoted.split("/")[0] not in LIBRARIES:
            complaint = check_project_include(root, source, quoted)
        else:
            complaint = check_library_include(source, quoted or match["angled"])
        if complaint:
            yield f"{source}:{number}: {complaint}"


def project_sources(root):
    for top in ("src", "spec", "checker", "traces", "fuzz", "bench"):
        for path in sorted((root / top).rglob("*")):
            source = path.relative_to(root).as_posix()
            if path.name.endswith(SOURCES) and not any(inside(source, folder) for folder in OUTSIDE):
                yield source


def top_level_names(root):
    """What the repository tracks, or, outside of one, what lies there."""
    if (root / ".git").exists() and shutil.which("git"):
        tracked = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z"], capture_output=True, text=True, check=False)
        if tracked.returncode == 0:
            return sorted({name.split("/")[0] for name in tracked.stdout.split("\0") if name})
    return sorted({path.name for path in root.iterdir()} - TOP_LEVEL_LOCAL)


def check_top_level(root):
    for name in top_level_names(root):
        if name not in TOP_LEVEL:
            yield f"{name}: is not one of the project's files and folders (TOP_LEVEL)"


def check_tree(root):
    """Every complaint, and how many source files were read."""
    complaints = list(check_top_level(root))
    sources = 0
    for source in project_sources(root):
        sources += 1
        if room_of(source) is None:
            complaints.append(f"{source}: is in no room (ARROWS)")
            continue
        complaints.extend(check_file(root, source))
    return complaints, sources


# A small tree that keeps the rules, and files that break one each when they are added to it.
GOOD_TREE = {
    "src/raft/step.hpp": "#include <vector>\n",
    "src/raft/step_test.cpp": '#include <gtest/gtest.h>\n#include "src/raft/step.hpp"\n',
    "src/raft/consumer_test/main.cpp": "#include <iostream>\n",
    "spec/view.hpp": "#include <fmt/format.h>\n",
    "checker/engine/search.hpp": "#include <thread>\n",
    "checker/models/puzzle.hpp": '#include "checker/engine/search.hpp"\n',
    "checker/node/node.hpp": '#include "src/raft/step.hpp"\n#include "spec/view.hpp"\n',
    "checker/cluster/world.hpp": '#include "checker/engine/search.hpp"\n#include "node.hpp"\n',
    "checker/cluster/node.hpp": '#include "checker/node/node.hpp"\n',
    "checker/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include "checker/cli/version.hpp"\n',
    "checker/cli/version.hpp.in": "",
    "traces/json.cpp": '#include <nlohmann/json.hpp>\n#include "spec/view.hpp"\n',
    "fuzz/fuzz_step.cpp": '#include "checker/cluster/world.hpp"\n',
}
BAD_FILES = {
    "the core knows the spec": ("src/raft/log.cpp", '#include "spec/view.hpp"\n'),
    "the core knows an engine by a relative path": (
        "src/raft/log.cpp", '  #  include "../../checker/engine/search.hpp"\n'),
    "the core has a clock": ("src/raft/log.cpp", "#include <chrono>\n"),
    "the core has an unordered map": ("src/raft/log.hpp", "#include <unordered_map>\n"),
    "the core formats": ("src/raft/log.cpp", "#include <fmt/format.h>\n"),
    "the core knows the system": ("src/raft/log.cpp", "#include <unistd.h>\n"),
    "the spec knows the core": ("spec/check.cpp", '#include "src/raft/step.hpp"\n'),
    "the spec reads JSON": ("spec/check.cpp", '#include "nlohmann/json.hpp"\n'),
    "the engine knows Raft": ("checker/engine/raft.cpp", '#include "src/raft/step.hpp"\n'),
    "a node knows the engine": (
        "checker/node/fast.hpp", '#include "checker/engine/search.hpp"\n'),
    "a model knows the core": (
        "checker/models/raft.hpp", '#include "src/raft/step.hpp"\n'),
    "a judge of histories knows the engine": (
        "checker/linearizability/check.cpp", '#include "checker/engine/search.hpp"\n'),
    "traces know a node": ("traces/run.cpp", '#include "checker/node/node.hpp"\n'),
    "the cluster knows the program": (
        "checker/cluster/flags.hpp", '#include "checker/cli/version.hpp"\n'),
    "the cluster reads flags": ("checker/cluster/flags.hpp", "#include <CLI/CLI.hpp>\n"),
    "an included file is missing": ("spec/check.cpp", '#include "spec/gone.hpp"\n'),
    "the core tests itself outside of its tests": (
        "src/raft/log.cpp", "#include <gtest/gtest.h>\n"),
    "a room that is no room": ("checker/helpers/all.hpp", ""),
    "a new top folder": ("tools/tool.txt", ""),
}


def write_file(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def complaints_about(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for name, text in files.items():
            write_file(root, name, text)
        return check_tree(root)[0]


def self_check():
    failures = [f"the good tree: {complaint}" for complaint in complaints_about(GOOD_TREE)]
    for what, (name, text) in BAD_FILES.items():
        complaints = complaints_about({**GOOD_TREE, name: text})
        top = name.split("/")[0]
        if len(complaints) != 1 or not complaints[0].startswith((name, top + ":")):
            failures.append(f"{what}: expected one complaint about {name}, got {complaints}")
    print(*failures, f"arrows self-check: {len(BAD_FILES)} broken rules tried", sep="\n")
    return 1 if failures else 0


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    if arguments[0] == "--self-check":
        return self_check()
    complaints, sources = check_tree(pathlib.Path(arguments[0]).resolve())
    if sources == 0:
        complaints.append(f"{arguments[0]}: no sources found")
    print(*complaints, f"arrows: {sources} files, {len(complaints)} forbidden", sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
