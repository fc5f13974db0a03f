// Makes a violating trace smaller, on the real code, until no single action can be left out.
//
// A trace found by chance is long, and most of it has nothing to do with the violation. Delta
// debugging (Zeller, Hildebrandt) leaves actions out, in large pieces first, and keeps what still
// violates the same property; in the end all single actions and, in short traces, all pairs have
// been tried. What is left is run anew each time, so it may take another course: a
// delivery means "what that step sends to this server", whatever that now is; where the step is
// gone or sends nothing there, another sending of the same message; and an action that cannot be
// taken is left out too.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "traces/trace.hpp"

namespace cluster {

// What a bounded network allows. Absent: no limit. Leaving out a delivery leaves its message on the
// network or has it lost, so these two could be exceeded by leaving something out.
struct ShrinkLimits {
  std::optional<std::uint64_t> losses{};    // messages lost in a run
  std::optional<std::uint64_t> inflight{};  // messages on the network at once
};

struct ShrinkOptions {
  spec::PropertySet properties = spec::kAllProperties;  // which the first violation is sought among
  ShrinkLimits limits{};
  std::function<bool()> go_on = [] { return true; };  // asked before each run; false: enough
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
