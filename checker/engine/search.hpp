// What both searches share: limits, progress, and the result they return.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "checker/engine/model.hpp"

namespace engine {

class ArchiveWriter;

enum class StopReason : std::uint8_t {
  Exhausted,    // every state within the bounds was visited
  Violation,    //
  Depth,        // states at the greatest depth asked for were not expanded
  States,       // as many distinct states as asked for
  Time,         //
  Memory,       // the machine is about to run out of it
  Interrupted,  //
};

// Absent: no limit.
struct Limits {
  std::optional<std::uint64_t> depth;   // steps from the initial state
  std::optional<std::uint64_t> states;  // distinct states (kept states, in the covering search)
};

struct Progress {
  std::uint64_t generated = 0;  // successors, duplicates included; the initial state counts as one
  std::uint64_t distinct = 0;   // states stored
  std::uint64_t queue = 0;      // states whose successors are not yet generated
  std::uint64_t depth = 0;      // levels so far, the initial state being level 1
  // Bytes that the search may need all at once before it asks again, beside what it gets little by
  // little: tables that are about to grow. For whoever watches a memory budget.
  std::uint64_t memory_ahead = 0;
};

// The search's only way to the world outside: it is asked now and then (every few thousand states)
// whether to go on, and sees the progress. By one thread at a time, not always the same.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  // Time, Memory or Interrupted to stop; nothing to go on.
  virtual std::optional<StopReason> poll(const Progress& progress) = 0;
};

// Where a search's checkpoints go. A search asks is_due whenever it polls its observer, and calls
// write with what puts all of the search into an archive: when one is due, and when it stops at a
// limit or is interrupted, so that it can be resumed there.
struct Checkpointing {
  using Save = std::function<void(ArchiveWriter&)>;
  std::function<bool()> is_due;
  std::function<void(const Save&)> write;
};

// Where visited states are told apart by 64-bit hashes: two estimates of the probability that two
// of them had the same one, so that states were missed. They are TLC's two.
struct Collisions {
  // From how many states there were, if hashes are as good as random: every state that was met
  // again, had it been new, could have had the fingerprint of any that was stored.
  double from_counts = 0;
  // From the fingerprints that there were: one over the least difference of two. Where two came as
  // close as that, two that were equal were not far; 0 if there were not two.
  double from_gap = 0;
};

struct SearchResult {
  StopReason stopped_by = StopReason::Exhausted;
  Progress progress;
  std::uint32_t violation = 0;  // the model's number; 0 unless stopped_by is Violation
  std::vector<PathStep> path;   // to the violation, its step included
  bool shortest = true;         // no shorter run within the bounds breaks a property
  std::uint64_t orbits = 0;     // states when each stands for all its renamings (counting search)
  std::uint64_t halves = 0;     // distinct cluster halves visited, undone symmetry included
  std::vector<std::uint64_t> action_counts;  // how often each action was taken
  std::vector<std::uint64_t> cut_off;        // steps that each bound forbade
  WitnessSet witnesses = 0;                  // fired at least once
  std::optional<Collisions> collisions;      // nothing where the search is exact
};

}  // namespace engine
