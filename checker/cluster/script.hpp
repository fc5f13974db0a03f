// A run as what was done, free of the numbers of steps, so that any part of it is a run too. A
// delivery means "what that step sends to this server", whatever that now is; where the step is
// gone or sends nothing there, another sending of the same message; and what cannot be done is
// passed over. So a changed run, or the same run on a changed implementation, goes as far along as
// it can: how traces are shrunk, how it is found which faults a violation needs, and what a
// regression test made of a trace runs.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/runner.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "traces/trace.hpp"

namespace cluster {

// A node with whatever keeps its code in memory.
using MakeNode = std::function<std::shared_ptr<node::Node>(const node::Options& options)>;

inline constexpr std::size_t kNoOrigin = ~std::size_t{0};

struct ScriptAction {
  // sent_at means nothing here. A delivery without a message: only what `origin` sends will do.
  traces::Action action;
  std::size_t origin = kNoOrigin;   // Deliver: the place in the script of the step that sent it
  std::size_t ordinal = 0;          // Deliver: the how-manieth of that step's messages to `server`
  std::vector<std::size_t> lost{};  // positions of the messages that are lost at once
};

struct Script {
  traces::Config config;
  std::vector<ScriptAction> actions;
  std::optional<traces::RecoveryRecord> recovery{};  // faults stop behind all actions
};

// Of a trace that does not recover: what was done before faults stopped.
Script script_of(const traces::Trace& trace);

// The script without some of its actions; `dropped` by places, as long as the script.
Script without(const Script& script, const std::vector<bool>& dropped);

// What a run may not exceed, since it could by leaving something out: a delivery that is left out
// leaves its message on the network, or has it lost. Absent: no limit.
struct RunLimits {
  std::optional<std::uint64_t> losses{};      // messages lost in a run
  std::optional<std::uint64_t> inflight{};    // messages on the network at once
  std::optional<std::uint64_t> duplicates{};  // deliveries that leave a copy behind
  std::uint64_t clock_drifts = 0;             // leases that end early (ends_lease_early)
};

// Of the trace's network as its bounds have them; as many drifts as there are in the trace itself.
RunLimits limits_of(const traces::Trace& trace);

struct ScriptOptions {
  spec::PropertySet properties = spec::kAllProperties;  // a run ends where one is violated
  RunLimits limits{};
};

struct ScriptRun {
  std::vector<std::size_t> taken;  // places of the actions that could be done, in order
  // Its `config`, `initial`, `steps` and `violation`, and of a run that recovers or does not,
  // `recovery`; nothing else.
  traces::Trace trace;
  bool exceeds = false;  // the limits; the run ends there
};

// The node must be made for script.config.
ScriptRun run_script(node::Node& node, const Script& script, const ScriptOptions& options);

}  // namespace cluster
