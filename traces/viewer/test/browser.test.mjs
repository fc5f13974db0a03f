// The pages, and what we write for Mermaid, in a real browser: all in one process, with one Chromium. run.py sets the environment that support.mjs reads.

import './trace.checks.mjs';
import './gallery.checks.mjs';
import './history.checks.mjs';
import './mermaid.checks.mjs';
import './speed.checks.mjs';
