// One run of one test: which, with what dice, and what came of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "checker/lab/suite.hpp"

namespace lab {

// Everything that a run depends on, beside the servers' code.
struct RunId {
  const Test* test = nullptr;
  bool no_op = false;  // new leaders append one
  std::uint64_t seed = 0;
  std::uint64_t iteration = 0;
};

// Makes servers that have taken no step. May be called by several threads.
using MakeLive = std::function<std::shared_ptr<node::Live>(const node::Options& options)>;

struct RunOptions {
  MakeLive make_live;                                   // of the core as it is, or of a bug
  spec::PropertySet properties = spec::kAllProperties;  // checked after every step, if any
  Judge::Manner manner = Judge::Manner::Incremental;    // Whole: of every test
  bool is_recorded = false;
};

struct RunResult {
  std::optional<std::string> failure;        // why, in a sentence
  std::optional<spec::Violation> violation;  // of a property; else an assertion of the test failed
  // What the clients of the key/value layer saw, if that is what failed.
  std::optional<linearizability::History> history;
  Totals totals;
  std::map<std::string, std::uint64_t> happened;  // what the test counts
  std::optional<Time> convergence;                // after the last fault, where a test has them
  std::uint64_t steps_asked = 0;                  // Judge::steps_asked
  std::vector<RecordedAction> recorded;
};

RunResult run(const RunId& id, const RunOptions& options);

// The configuration of the run's servers.
node::Options node_options(const RunId& id);

// The core as it is.
MakeLive make_core();

}  // namespace lab
