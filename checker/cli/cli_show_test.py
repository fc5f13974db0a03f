"""Showing traces, on a terminal and elsewhere."""

import fcntl
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import termios

import cli_test_support as support
from cli_test_support import HOLDS, USAGE, CliTest

GALLERY = pathlib.Path(__file__).parents[2] / "traces" / "gallery"
ESCAPE = "\x1b"


class Show(CliTest):
    def setUp(self):
        super().setUp()
        shutil.copy(GALLERY / "double-vote" / "trace.json", self.folder / "t.json")

    def show(self, *arguments, **options):
        return self.run_program("show", "t.json", *arguments, status=HOLDS, **options).stdout

    def on_terminal(self, columns, environment):
        """What a terminal of so many columns is shown."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        program = subprocess.Popen([support.PROGRAM, "show", "t.json"], cwd=self.folder, stdout=slave,
                                   env={**os.environ, "TERM": "xterm", "NO_COLOR": "",
                                        **environment})
        os.close(slave)
        shown = b""
        try:
            while piece := os.read(master, 65536):
                shown += piece
        except OSError:
            pass  # the other end is closed
        os.close(master)
        self.assertEqual(program.wait(60), HOLDS)
        return shown.decode().replace("\r\n", "\n")

    def test_text_is_a_table_with_the_verdict_at_its_end(self):
        text = self.show()
        self.assertRegex(text, r"(?m)^step  action +server 1 +server 2 +server 3$")
        self.assertRegex(text, r"(?m)^  >3  server 1 receives request_vote from")
        self.assertRegex(text, r"(?s)OneVotePerTerm is violated at step 3: server 1 voted for server "
                         r"1 and then for\s+server 2 in term 1\nNo shorter run [^\n]*\n\Z")
        self.assert_fits(text, 100)
        self.assertNotIn(ESCAPE, text)
        self.assertEqual(text, self.show("--format", "text"))

    def test_width(self):
        for columns in [40, 60, 80, 133]:
            self.assert_fits(self.show("--columns", str(columns)), columns)
        for value in ["39", "0", "x", "1001", ""]:
            self.refused("show", "t.json", "--columns", value,
                         says=["--columns ", "from 40 to 1000, or auto"])

    def test_terminal_has_colours_and_its_own_width(self):
        shown = self.on_terminal(70, {})
        self.assertIn(ESCAPE + "[1;33m", shown)
        self.assertIn(ESCAPE + "[1;31m", shown)
        self.assert_fits(re.sub(r"\x1b\[[0-9;]*m", "", shown), 70)
        self.assertNotIn("*", shown)

    def test_terminal_without_colours(self):
        for environment in [{"NO_COLOR": "1"}, {"TERM": "dumb"}]:
            shown = self.on_terminal(90, environment)
            self.assertNotIn(ESCAPE, shown)
            self.assertIn("*candidate", shown)
            self.assert_fits(shown, 90)

    def test_color_can_be_asked_for(self):
        self.assertIn(ESCAPE, self.show("--color", "always"))
        self.assertNotIn(ESCAPE, self.show("--color", "never"))
        self.refused("show", "t.json", "--color", "mauve", says=["--color mauve", "auto, always"])

    def test_every_format_that_is_listed(self):
        listed = self.run_program("list", "formats", status=HOLDS).stdout
        names = re.findall(r"^  (\S+)", listed, re.MULTILINE)
        self.assertEqual(names[:8], ["text", "markdown", "mermaid", "html", "itf", "shiviz", "dot", "tla"])
        self.assert_fits(listed)
        for name in names:
            text = self.show("--format", name)
            self.assertEqual(self.show("--format", name, "--output", "there"), "")
            self.assertEqual((self.folder / "there").read_text(), text)
        self.refused("show", "t.json", "--format", "markdwon",
                     says=["--format markdwon", "did you mean markdown?", "there are text, markdown"])

    def test_standard_input(self):
        with open(self.folder / "t.json", encoding="utf-8") as trace:
            piped = subprocess.run([support.PROGRAM, "show", "-"], stdin=trace, capture_output=True,
                                   text=True, timeout=60, check=True)
        self.assertEqual(piped.stdout, self.show())
        done = self.run_program("show", "-", status=USAGE)  # empty
        self.assertRegex(done.stderr, r"\Araftcheck: standard input: [^\n]*empty")

    def test_what_is_refused(self):
        self.refused("show", says="name the file of a trace: raftcheck show TRACE")
        self.refused("show", "none.json", says="none.json: ")
        self.refused("show", "t.json", "--output", "no/such/folder", says="--output: ")
        self.refused("show", "t.json", "--frobnicate", says="no such flag")
        text = (self.folder / "t.json").read_text()
        (self.folder / "half.json").write_text(text[:len(text) // 2])
        self.refused("show", "half.json", says="half.json: line ")

    def test_full_disk(self):
        done = self.run_program("show", "t.json", "--output", "/dev/full", status=USAGE)
        self.assertIn("raftcheck: --output: /dev/full: ", done.stderr)
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = self.run_program("show", "t.json", status=USAGE, stdout=full)
        self.assertIn("standard output", done.stderr)
