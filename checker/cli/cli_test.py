#!/usr/bin/env python3
"""What raftcheck says and how it exits, seen from outside: the built program is started like a user
would start it.

    cli_test.py PROGRAM [unittest arguments: a class, a test, -v, ...]

The gallery must be built beside the program.
"""

import os
import sys
import unittest

import cli_test_support
from cli_checkpoint_test import Checkpoints, Memory
from cli_ci_test import GitHub, Junit, Recipes
from cli_diff_test import Diff, TestFrom
from cli_explain_test import Explain
from cli_keep_going_test import KeepGoing
from cli_lab_test import Lab, LabBugs, LabJudges
from cli_linearizable_test import Linearizable
from cli_model_test import Models
from cli_pages_test import Pages
from cli_recovery_test import Recovery
from cli_replay_test import List, Replay
from cli_search_test import Json, Limits, Progress, Summary, Violation
from cli_show_test import Show
from cli_shrink_test import Shrink
from cli_simulate_test import Merge, RareBugs, Shards, Simulate, SimulateBugs
from cli_step_test import Step
from cli_usage_test import Bounds, Clocks, Files, Groups, Networks, Usage

__all__ = ["Bounds", "Checkpoints", "Clocks", "Diff", "Explain", "Files", "GitHub", "Groups", "Json", "Junit", "KeepGoing", "Lab",
           "LabBugs", "LabJudges", "Limits", "Linearizable", "List", "Memory", "Merge", "Models", "Networks", "Pages",
           "Progress", "RareBugs", "Recipes", "Recovery", "Replay", "Shards", "Show", "Shrink", "Simulate", "SimulateBugs",
           "Step", "Summary", "TestFrom", "Usage", "Violation"]

if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    cli_test_support.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
