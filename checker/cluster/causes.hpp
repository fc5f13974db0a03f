// On which steps of a trace its violation depends: the backward slice over messages and local order
// (Lamport's happened-before), from the step that breaks the property and from what the servers had
// come to that it disagrees with. Which servers these are is found by running slices on the real
// code: no more of them than it takes to break the property again.
#pragma once

#include <cstddef>
#include <vector>

#include "checker/cluster/script.hpp"
#include "checker/node/node.hpp"
#include "traces/trace.hpp"

namespace cluster {

// A step and those that it directly follows from; 0: none.
struct Cause {
  std::size_t step = 0;     // by number
  std::size_t message = 0;  // the step that sent what this one receives
  std::size_t local = 0;    // the server's step before that it goes on from
  bool operator==(const Cause&) const = default;
};

struct Causes {
  std::vector<Cause> steps;        // in order
  std::vector<std::size_t> roots;  // where the slice begins: the violating step is the last of them
};

// Of a run that does not recover: what led to the state where faults stopped; the last step before
// that is the one that counts. Empty for a violation of the initial state. The node must be made
// for trace.config, and the trace end in the violation that it records.
Causes causes_of(node::Node& node, const traces::Trace& trace);

}  // namespace cluster
