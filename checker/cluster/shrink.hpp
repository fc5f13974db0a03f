// Makes a violating trace smaller, on the real code, until nothing of it can be left out or made
// simpler.
//
// A trace found by chance is long, and most of it has nothing to do with the violation. Delta
// debugging (Zeller, Hildebrandt) leaves actions out, in large pieces first, and keeps what still
// violates the same property; what is left is run anew each time, so it may take another course
// (script.hpp). Then whatever makes a run simpler is tried: no fault where there was one, one term
// less, one server less, one server in the place of two. In the end all single actions and, in
// short traces, all pairs and triples have been tried. Nothing is left to chance: the same trace
// gives the same result everywhere.
#pragma once

#include <cstdint>
#include <functional>

#include "checker/cluster/script.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "traces/trace.hpp"

namespace cluster {

struct ShrinkProgress {
  std::uint64_t runs = 0;     // candidates that were run
  std::uint64_t entries = 0;  // in all of these runs (trace_size.hpp): what they cost
  std::size_t steps = 0;      // of the smallest trace so far
};

struct ShrinkOptions {
  spec::PropertySet properties = spec::kAllProperties;  // which the first violation is sought among
  RunLimits limits{};
  // Asked before each run; false: enough.
  std::function<bool(const ShrinkProgress&)> go_on = [](const ShrinkProgress&) { return true; };
  MakeNode make_node{};  // with it, fewer servers are tried too
};

struct Shrunk {
  traces::Trace trace;      // its `shortest` is false
  std::uint64_t runs = 0;   // how many candidates were run
  bool is_minimal = false;  // without any one of its actions, the property is not violated
};

// The node must be made for trace.config. Throws std::invalid_argument if the trace does not end in
// the violation that it records.
Shrunk shrink(node::Node& node, const traces::Trace& trace, const ShrinkOptions& options);

}  // namespace cluster
