// Where two implementations part on one run: a trace is taken step by step on the one that it was
// recorded on and on another, a reference, until they do something different for the first time.
// What they do there is what tells them apart: everything before was the same.
#pragma once

#include <optional>

#include "checker/cluster/runner.hpp"
#include "checker/node/node.hpp"
#include "spec/view.hpp"
#include "traces/trace.hpp"

namespace cluster {

// What one of them made of the step.
struct StepTaken {
  traces::Step step;
  ScheduledEffect timers;
};

struct Divergence {
  spec::ServerView before;  // the acting server, the same for both
  StepTaken here;           // of the trace's own implementation
  StepTaken reference;
};

// Both nodes must be made for trace.config. Nothing: both take all steps alike, or the trace's own
// implementation no longer takes them.
std::optional<Divergence> first_divergence(node::Node& node, node::Node& reference,
                                           const traces::Trace& trace);

}  // namespace cluster
