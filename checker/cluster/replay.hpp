// Replays a trace on the real step function and compares every recorded outcome, message and view
// with what the implementation does now.
#pragma once

#include <functional>

#include "checker/cluster/bounds.hpp"
#include "checker/node/node.hpp"
#include "traces/trace.hpp"

namespace cluster {

enum class ReplayVerdict {
  Reproduced,  // the recorded violation happened again, at the recorded step
  Passed,      // a trace without a violation was followed to its end and nothing broke
  Differs,     // the implementation no longer follows the trace
};

struct ReplayResult {
  ReplayVerdict verdict = ReplayVerdict::Passed;
  std::size_t step = 0;     // Reproduced: the violating step. Differs: the first step that differs
  std::string path;         // Differs: a JSON pointer to what differs in the trace
  std::string explanation;  // Differs: what was recorded and what happened. Reproduced: why it is
                            // a violation, in this version's words
};

// `on_step(position)` is called after each step that was as recorded (0-based). The node must have
// been made for the trace's configuration.
ReplayResult replay(node::Node& node, const traces::Trace& trace,
                    const std::function<void(std::size_t)>& on_step);

// The properties that a replay looks for: the one that the trace violates and nothing else, since
// an early form may well have fired before. None of a run that does not recover; all of one that
// violates nothing.
spec::PropertySet recorded_properties(const traces::Trace& trace);

// What a trace says of its servers and their network.
traces::Config trace_config(const node::Options& options, Network network);
// What the trace's configuration says of its servers. Options that this version does not know are
// left out: replay() refuses such a trace.
node::Options node_options(const traces::Config& config);

}  // namespace cluster
