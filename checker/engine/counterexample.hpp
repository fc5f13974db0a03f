// Rebuilds the run to a violation that a breadth-first search found, from nothing but the states of
// its levels.
//
// Backwards: of each level the states that lie on a shortest run to the violation (only states of
// halves that have a step to a wanted half are looked at). Then forwards, in the names of the run:
// of the steps that stay on a shortest run, the one whose key (Model::key_of) is least. So the run
// depends on the system alone: not on threads, ids, or symmetry.
#pragma once

#include <vector>

#include "checker/engine/bounded_system.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/level_log.hpp"

namespace engine {

class Counterexample {
 public:
  // Of the violations in the last level, those with this number are looked for.
  Counterexample(BoundedSystem& system, std::vector<const LevelLog*> logs, std::uint32_t violation)
      : system_(system), logs_(std::move(logs)), violation_(violation) {}

  // The run whose last step is taken at a state of level `level` (0 is the first).
  std::vector<PathStep> path(std::size_t level);

 private:
  using State = BoundedSystem::State;
  using Taken = BoundedSystem::Taken;
  using Outcome = BoundedSystem::Outcome;
  // The states of one level that lie on a shortest run.
  struct Stage {
    FlatMap states;            // by key_of(state)
    std::vector<bool> halves;  // those of the states
    [[nodiscard]] bool has(State state) const {
      return state.half < halves.size() && halves[state.half] &&
             states.find(pair_key(state.half, state.network)) != nullptr;
    }
    void add(State state);
  };

  // Which halves have a step that may lead to the stage.
  [[nodiscard]] std::vector<bool> sources(const Stage* next) const;
  // Whether a step of the state leads to the stage, or (nullptr) violates.
  bool leads_on(State state, const Stage* next);
  // Whether a step can be the next one of a run to the stage, or (nullptr) the last.
  [[nodiscard]] bool can_lead_on(EdgeId edge, const Stage* next) const {
    const std::uint32_t violation = system_.graph().detail(edge).violation;
    return next == nullptr ? violation == violation_
                           : violation == 0 && !system_.graph().edge(edge).is_outside;
  }
  [[nodiscard]] PathStep step_of(const Taken& taken, const Outcome& outcome, Renaming names);

  BoundedSystem& system_;
  std::vector<const LevelLog*> logs_;
  std::uint32_t violation_;
};

}  // namespace engine
