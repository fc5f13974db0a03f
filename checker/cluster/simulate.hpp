// Deep search: seeded random walks over the real step function, far beyond what can be exhausted. A
// violation is confirmed on the real code and shrunk to a trace of which nothing can be left out.
//
// Walk w of a seed is the same everywhere and always. A shard takes the walks whose number leaves
// its index, so the shards of a run add up to the run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/bounds.hpp"
#include "checker/cluster/walk_plans.hpp"
#include "checker/engine/random_walk.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"
#include "traces/trace.hpp"

namespace cluster {

// What a walk may do. Absent: no bound.
struct WalkBounds {
  std::uint32_t servers = 3;
  std::uint64_t terms = 6;
  std::uint64_t log = 4;
  std::optional<std::uint32_t> proposals{};  // with one, the k-th carries "vk"; or all carry "v1"
  std::optional<std::uint32_t> timeouts{};
  std::optional<std::uint32_t> crashes{};
  std::uint32_t transfers = 0;
  std::uint32_t compactions = 0;
  std::uint32_t changes = 0;
  bool learners = false;
  Network network = Network::Unordered;

  // Not over any network.
  std::optional<std::uint32_t> inflight{};
  std::optional<std::uint32_t> duplicates{};  // Unordered
  std::optional<std::uint32_t> partitions{};
  std::optional<std::uint32_t> losses{};
};

struct SimulateOptions {
  WalkBounds bounds;
  node::Options node;
  spec::PropertySet properties = spec::kAllProperties;
  Scheduler scheduler = Scheduler::Mix;
  Faults faults = Faults::Mix;
  std::uint64_t seed = 0;
  std::optional<std::uint64_t> walks{};  // of all shards together; absent: until stopped
  std::uint64_t depth = 200;             // steps in a walk
  std::uint64_t shard = 0;               // takes the walks w with w % shards == shard
  std::uint64_t shards = 1;
  std::uint64_t steps_min = 1;                   // a violation in fewer steps is passed over
  bool shrinks = true;                           // or the walk is reported as it was
  std::size_t memory = std::size_t{512} << 20U;  // bytes that may be remembered
};

enum class WalkStop : std::uint8_t { Walks, Violation, Time, Memory, Interrupted };

struct WalkProgress {
  std::uint64_t walks = 0;
  std::uint64_t steps = 0;
};

class SimulateObserver {
 public:
  SimulateObserver() = default;
  SimulateObserver(const SimulateObserver&) = delete;
  SimulateObserver& operator=(const SimulateObserver&) = delete;
  virtual ~SimulateObserver() = default;
  // Asked between walks, and while a trace is shrunk. Time, Memory or Interrupted to stop.
  virtual std::optional<WalkStop> poll(const WalkProgress& progress) = 0;
  // `steps`: of the walk, before it is shrunk.
  virtual void on_violation_found(spec::Property property, std::uint64_t walk,
                                  std::uint64_t steps) = 0;
};

struct SimulateReport {
  WalkStop stopped_by = WalkStop::Walks;
  engine::WalkTotals totals;
  std::vector<std::string> action_names;
  std::vector<std::string> bound_names;
  // What was remembered. Depends on what was walked before, and does not add up over shards.
  std::uint64_t local_states = 0;  // at most at once
  std::uint64_t messages = 0;      // the same
  std::uint64_t step_calls = 0;
  std::uint64_t states_checked = 0;  // states that were not among those lately checked
  std::uint64_t restarts = 0;        // how often everything remembered was forgotten

  struct Found {
    spec::Violation violation;  // as the trace has it
    std::uint64_t walk = 0;
    std::uint64_t steps = 0;  // of the walk, before it was shrunk
    std::uint64_t shrink_runs = 0;
    bool is_minimal =
        false;  // it was shrunk to the end: no single action of the trace can be left out
    // `bounds`, `bug` and `program_version` are left for the caller to fill in.
    traces::Trace trace;
  };
  std::optional<Found> found;
};

// The node must be made with options.node.
SimulateReport simulate(node::Node& node, const SimulateOptions& options,
                        SimulateObserver& observer);

}  // namespace cluster
