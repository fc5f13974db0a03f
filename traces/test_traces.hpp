// For the tests of this room: a small trace with every kind of action, and arbitrary valid ones.
#pragma once

#include <rapidcheck.h>

#include <string>

#include "traces/trace.hpp"

namespace traces::samples {

// Three servers, twelve steps; not the run of any real implementation.
Trace every_action();

// Follows every rule of FORMAT.md and no rule of Raft.
rc::Gen<Trace> any_trace();

// Compares with the file of that name in testdata, or rewrites it where RAFTCHECK_UPDATE_GOLDEN=1
// is in the environment; the change is then reviewed as a diff.
void expect_golden(const std::string& name, const std::string& actual);

}  // namespace traces::samples
