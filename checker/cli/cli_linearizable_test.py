"""Histories of clients: verdicts, formats, limits, and what is refused."""

import json
import os
import random
import signal
import subprocess
import time

import cli_test_support as support
from cli_test_support import HOLDS, STOPPED, USAGE, VIOLATED, CliTest

# "a" is appended, then "b" while a reader sees "a", and another one "ab".
LEGAL = """\
{:process 0, :type :invoke, :f :append, :value ["k" "a"], :time 0}
{:process 1, :type :invoke, :f :get, :value ["k" nil], :time 2}
{:process 0, :type :ok, :f :append, :value ["k" "a"], :time 10}
{:process 0, :type :invoke, :f :append, :value ["k" "b"], :time 20}
{:process 1, :type :ok, :f :get, :value ["k" "a"], :time 25}
{:process 2, :type :invoke, :f :get, :value ["k" nil], :time 26}
{:process 0, :type :ok, :f :append, :value ["k" "b"], :time 30}
{:process 2, :type :ok, :f :get, :value ["k" "ab"], :time 31}
"""
ILLEGAL = LEGAL + """\
{:process 1, :type :invoke, :f :get, :value ["k" nil], :time 40}
{:process 1, :type :ok, :f :get, :value ["k" "a"], :time 45}
"""
LOG = """\
INFO  jepsen.util - 4\t:invoke\t:write\t3
INFO  jepsen.util - 4\t:ok\t:write\t3
INFO  jepsen.util - 2\t:invoke\t:cas\t[3 4]
INFO  jepsen.util - 2\t:fail\t:cas\t[3 4]
INFO  jepsen.util - 1\t:invoke\t:write\t5
INFO  jepsen.util - 1\t:info\t:write\t:timed-out
"""

KEYS = ["version", "command", "arguments", "config", "file", "format", "answer", "stopped_by",
        "keys", "keys_decided", "configurations", "seconds", "peak_rss_bytes", "explanation",
        "linearizations", "history"]


def hard_history():
    """Sixty clients that put and append the same few texts to one key: too many orders to try."""
    draw = random.Random(3)
    planned = []
    free = [0] * 60
    for _ in range(800):
        client = free.index(min(free))
        begin = free[client] + draw.randrange(3)
        free[client] = begin + 1 + draw.randrange(100)
        function = draw.choice(["put", "append", "append", "get", "get"])
        planned.append([begin, draw.randint(begin, free[client]), free[client], client, function,
                        f"v{draw.randrange(4)}"])
    text = ""
    events = []
    for begin, _, end, client, function, value in sorted(planned, key=lambda one: one[1]):
        if function == "put":
            text = value
        elif function == "append":
            text += value
        told = text if function == "get" else value
        asked = "nil" if function == "get" else f'"{value}"'
        events.append((begin, 0, client, ":invoke", function, asked))
        events.append((end, 1, client, ":ok", function, f'"{told}"'))
    return "".join(f'{{:process {client}, :type {kind}, :f :{function}, :value {value}}}\n'
                   for _, _, client, kind, function, value in
                   sorted(events, key=lambda event: (event[0], -event[1])))


class Linearizable(CliTest):
    def judge(self, text, *arguments, model="kv", status=HOLDS):
        (self.folder / "h").write_text(text)
        return self.run_program("linearizable", "h", "--model", model, *arguments, status=status)

    def verdict(self, text, *arguments, model="kv", status=HOLDS):
        done = self.judge(text, "--json", "-", *arguments, model=model, status=status)
        return json.loads(done.stdout)

    def refused_history(self, text, *arguments, says, model="kv"):
        (self.folder / "h").write_text(text)
        self.refused("linearizable", "h", "--model", model, *arguments, says=says)

    def test_legal(self):
        done = self.judge(LEGAL)
        text = " ".join(done.stdout.split())
        for words in ["Linearizable: an order of the operations of each of 1 key explains all",
                      "operations 4: 2 get, 2 append", "clients 3 ", "format jepsen"]:
            self.assertIn(words, text)
        self.assertEqual(done.stderr, "")
        self.assert_fits(done.stdout)

    def test_illegal(self):
        done = self.judge(ILLEGAL, status=VIOLATED)
        for words in ["NOT linearizable.", 'client 1: get "k" -> "a" [40, 45]',
                      '4. client 2: get "k" -> "ab" [26, 31]; then "ab"',
                      'a read in its place could have seen "ab"']:
            self.assertIn(words, done.stdout)

    def test_json(self):
        found = self.verdict(LEGAL)
        self.assertEqual(list(found), KEYS)
        self.assertEqual((found["answer"], found["stopped_by"], found["explanation"]),
                         ("legal", None, None))
        self.assertEqual(found["linearizations"], [{"key": "k", "order": [0, 1, 2, 3]}])
        self.assertEqual(found["history"][1], {
            "client": 1, "key": "k", "operation": "get", "outcome": "ok", "result": "a",
            "invoked": 2, "returned": 25})

    def test_json_of_an_illegal_history(self):
        found = self.verdict(ILLEGAL, status=VIOLATED)
        self.assertEqual(list(found), KEYS)
        explanation = found["explanation"]
        self.assertEqual(found["answer"], "illegal")
        self.assertEqual(explanation["misfit"], 4)
        self.assertEqual(explanation["prefix"], [0, 1, 2, 3])
        self.assertEqual((explanation["value"], explanation["possible"]), ("ab", ["ab"]))

    def test_json_in_a_file_and_text_beside_it(self):
        done = self.judge(ILLEGAL, "--json", "v.json", status=VIOLATED)
        self.assertIn("NOT linearizable", done.stdout)
        self.assertEqual(json.loads((self.folder / "v.json").read_text())["answer"], "illegal")
        done = self.judge(ILLEGAL, "--json", "-", status=VIOLATED)
        self.assertIn("NOT linearizable", done.stderr)

    def test_nothing_to_judge_is_no_verdict(self):
        for text in ["", "; nothing\n", "{:process :nemesis, :type :info, :f :cut, :value nil}\n"]:
            (self.folder / "empty.edn").write_text(text)
            self.refused("linearizable", "empty.edn", "--model", "kv",
                         says=["empty.edn", "no operation of any client"])

    def test_standard_input(self):
        done = subprocess.run([support.PROGRAM, "linearizable", "-", "--model", "kv"],
                              input=ILLEGAL, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, VIOLATED)
        done = subprocess.run([support.PROGRAM, "linearizable", "-", "--model", "kv"],
                              input="{", capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, USAGE)
        self.assertTrue(done.stderr.startswith("raftcheck: standard input: line 1, column 1: "))

    def test_formats_differ_in_a_cas_that_fails(self):
        self.judge(LOG, model="register", status=VIOLATED)
        self.judge(LOG, "--format", "porcupine", model="register", status=VIOLATED)
        self.judge(LOG, "--format", "jepsen", model="register", status=HOLDS)

    def test_conversion_and_back(self):
        self.judge(ILLEGAL, "--convert", "p", status=VIOLATED)
        maps = (self.folder / "p").read_text()
        self.assertIn('{:process 0, :type :invoke, :f :append, :key "k", :value "a"}', maps)
        self.judge(maps, "--convert", "j", status=VIOLATED)
        back = (self.folder / "j").read_text()
        self.assertIn('{:process 0, :type :invoke, :f :append, :value ["k" "a"], :time 0}', back)
        self.judge(LOG, "--convert", "l", "--to", "porcupine", model="register", status=VIOLATED)
        self.assertEqual((self.folder / "l").read_text(), LOG)

    def test_conversion_that_the_format_cannot_say(self):
        self.refused_history("{:process 0 :type :invoke :f :write :value [1 2]}", "--convert", "p",
                             model="register", says=["--convert: ", "write jepsen"])

    def test_damaged_history(self):
        self.refused_history(LEGAL.replace(":ok", ":okay", 1),
                             says="h: line 3, column 20: not a type of event; there are :invoke")
        self.refused_history(LEGAL[:100], says=["h: line 2, column 1: ", "close it with }"])
        self.refused_history(LEGAL, model="register", says=":append is no function of a register")
        self.refused_history("\x1b[2J", says=["raftcheck: h: line 1", "not a process"])
        self.refused_history("{:process 0 :type :invoke :f :\x1b :value 1}", says="\\x1b")

    def test_control_characters_do_not_reach_the_terminal(self):
        text = ILLEGAL.replace('"a"], :time 45', '"\x1b[2J"], :time 45')
        done = self.judge(text, status=VIOLATED)
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn("\\x1b[2J", done.stdout)

    def test_arguments(self):
        (self.folder / "h").write_text(LEGAL)
        command = ["linearizable", "h"]
        self.refused(*command, says=["--model register", "--model kv"])
        self.refused(*command, "--model", "set", says=["--model set", "register, kv"])
        self.refused(*command, "--model", "kv", "--format", "xml", says="--format xml")
        self.refused(*command, "--model", "kv", "--to", "jepsen", says=["--to", "--convert"])
        self.refused(*command, "--model", "kv", "--convert", "-", says="--convert -")
        self.refused(*command, "--model", "kv", "--json", "no/such/x", says="--json")
        self.refused(*command, "--model", "kv", "--convert", "no/such/x", says="--convert")
        self.refused(*command, "--model", "kv", "--time", "0", says="--time 0")
        self.refused(*command, "--model", "kv", "--memory", "1K", says="--memory 1K")
        self.refused(*command, "--model", "kv", "--modle", "kv", says="did you mean --model?")
        self.refused("linearizable", "--model", "kv", says="name the file of a history")
        self.refused("linearizable", "none", "--model", "kv", says=["none: ", "can be read"])
        self.refused("linearizable", ".", "--model", "kv", says=".: a directory")

    def test_full_disk(self):
        done = self.judge(ILLEGAL, "--json", "/dev/full", status=USAGE)
        self.assertIn("NOT linearizable", done.stdout)
        self.assertIn("--json: ", done.stderr)

    def test_time(self):
        begun = time.monotonic()
        done = self.judge(hard_history(), "--time", "0.5", status=STOPPED)
        self.assertLess(time.monotonic() - begun, 20)
        text = " ".join(done.stdout.split())
        self.assertIn("Stopped after --time 0.5: it is NOT known whether", text)
        self.assertRegex(text, r"0 of 1 key are decided.* of the next, \d+ of \d+ operations had")
        found = self.verdict(hard_history(), "--time", "0.5", status=STOPPED)
        self.assertEqual((found["answer"], found["stopped_by"]), ("unknown", "time"))

    def test_memory(self):
        found = self.verdict(hard_history(), "--memory", "64M", "--time", "60", status=STOPPED)
        self.assertEqual(found["stopped_by"], "memory")
        self.assertLess(found["peak_rss_bytes"], 80 << 20)

    def test_interrupt(self):
        (self.folder / "h").write_text(hard_history())
        for number in [signal.SIGINT, signal.SIGTERM]:
            program = subprocess.Popen(
                [support.PROGRAM, "linearizable", "h", "--model", "kv"], cwd=self.folder,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ)
            time.sleep(1)
            program.send_signal(number)
            text, _ = program.communicate(timeout=60)
            self.assertEqual(program.returncode, STOPPED)
            self.assertIn("Interrupted: it is NOT known", " ".join(text.split()))

    def test_progress(self):
        done = self.judge(hard_history(), "--time", "6.5", status=STOPPED)
        self.assertRegex(done.stderr, r"\A(key 1 of 1, \d+ of \d+ placed, [\d.]+[kMG]? "
                                      r"configurations, [\d.]+ .iB, \d+ s\n)+\Z")
