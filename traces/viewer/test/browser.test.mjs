// The pages in a real browser, and what we write for other tools in those tools: all in one process,
// with one Chromium. run.py sets the environment that support.mjs reads.

import './trace.checks.mjs';
import './gallery.checks.mjs';
import './history.checks.mjs';
import './formats.checks.mjs';
import './logs.checks.mjs';
import './speed.checks.mjs';
