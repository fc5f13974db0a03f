// For the tests of this room: a small trace with every kind of action, and arbitrary valid ones.
#pragma once

#include <rapidcheck.h>

#include "traces/trace.hpp"

namespace traces::samples {

// Three servers, twelve steps; not the run of any real implementation.
Trace every_action();

// Follows every rule of FORMAT.md and no rule of Raft.
rc::Gen<Trace> any_trace();

}  // namespace traces::samples
