// One exploration from beginning to end: the search, and for a violation the search for a shortest
// run to it and the trace, confirmed on the real code.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/bounds.hpp"
#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/recovery.hpp"
#include "checker/engine/archive.hpp"
#include "checker/engine/covering_search.hpp"
#include "checker/engine/level_search.hpp"
#include "checker/engine/search.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"
#include "traces/trace.hpp"

namespace cluster {

struct ExploreOptions {
  Bounds bounds;
  node::Options node;
  engine::CoverOrder order = engine::CoverOrder::Fastest;  // over any network
  engine::Limits limits;
  std::size_t threads = 1;
  spec::PropertySet properties = spec::kAllProperties;
  // Over any network in the order Fastest: how many states the search for a shortest trace may keep
  // before the trace that was found first is reported instead.
  std::uint64_t shortest_states_max = 3'000'000;

  // Not in the order Shortest; nullptr: none. The checkpoint to go on from must be of the same
  // node, bounds and properties; the caller sees to that.
  const engine::Checkpointing* checkpointing = nullptr;
  engine::ArchiveReader* resume = nullptr;
  engine::Store store = engine::Store::Exact;  // and so is this
  std::uint64_t fingerprint_seed = 0;
  // With symmetry, once the space is exhausted: search again without it, and compare.
  bool check_symmetry = false;
  // If there: every state that was reached must recover within so many steps once faults stop.
  std::optional<std::uint64_t> recovery_steps{};
  std::vector<KnownViolation> known{};  // kinds that are not looked for (ClusterModel::set_known)
};

// Sees the progress of a search and decides when to stop; told when the search for a shortest trace
// begins.
class ExploreObserver : public engine::Observer {
 public:
  virtual void on_violation_found(const spec::Violation& violation) = 0;
  // What poll() is, while the states that were reached are made to recover.
  virtual std::optional<engine::StopReason> poll_recovery(const RecoveryProgress& progress) {
    return poll({.generated = progress.steps,
                 .distinct = progress.checked,
                 .queue = progress.states - progress.checked,
                 .depth = 0});
  }
  // The search for the run to a state that does not recover begins.
  virtual void on_recovery_failure(const RecoveryProgress&) {}
};

struct ExploreReport {
  engine::SearchResult search;  // of the (first) search; path is empty: see trace
  bool covering = false;
  std::uint64_t kept = 0;                         // covering: states ever kept
  std::optional<std::uint64_t> network_halves{};  // counting, where they are told apart
  std::uint64_t cluster_states = 0;               // cluster halves reached, symmetry undone
  std::uint64_t local_states = 0;
  std::uint64_t messages = 0;
  std::uint64_t step_calls = 0;
  std::vector<std::string> action_names;
  std::vector<std::string> bound_names;
  std::optional<spec::Violation> violation;
  // Where it was asked for and no property is violated. If a state does not recover, its trace is
  // below, unless the search for the run to it was stopped.
  std::optional<RecoveryReport> recovery;
  // What the search without symmetry came to, where it was asked for: it agreed.
  std::optional<engine::SearchResult> without_symmetry;
  // With a violation. `bounds`, `bug` and `program_version` are left for the caller to fill in.
  std::optional<traces::Trace> trace;
};

// The node must be made with options.node. Throws std::runtime_error if options.check_symmetry
// finds that the orbits do not add up: the node's renaming is then not to be trusted.
ExploreReport explore(node::Node& node, const ExploreOptions& options, ExploreObserver& observer);

const char* to_string(Network network);        // "any", "unordered", "ordered"
const char* to_string(node::Changes changes);  // "none", "single", "joint"

}  // namespace cluster
