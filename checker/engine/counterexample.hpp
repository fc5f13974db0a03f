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

// What a run is rebuilt from: the levels of an exact search. (LooseStates is the other.)
class ExactStates {
 public:
  using State = BoundedSteps::State;
  using Taken = BoundedSteps::Taken;
  using Outcome = BoundedSteps::Outcome;
  class Set {
   public:
    [[nodiscard]] bool has(State state) const {
      return states_.find(pair_key(state.half, state.network)) != nullptr;
    }
    // Precondition: it is not there.
    void add(State state) { states_.insert(pair_key(state.half, state.network), 0); }

   private:
    FlatMap states_;
  };

  ExactStates(BoundedSystem& system, std::vector<const LevelLog*> logs)
      : system_(system), steps_(system), logs_(std::move(logs)) {}

  [[nodiscard]] HalfGraph& graph() { return system_.graph(); }
  [[nodiscard]] const NetworkOptions& options() const { return system_.options(); }
  [[nodiscard]] State initial() const { return system_.initial(); }
  // Calls f(state) for every state of a level whose half is_wanted(half).
  template <class IsWanted, class F>
  void for_each(std::size_t level, IsWanted is_wanted, F f) const {
    for (const LevelLog* log : logs_) {
      log->for_each(level, is_wanted, [&](HalfId half, std::span<const NetworkId> networks) {
        for (const NetworkId network : networks) f(State{half, network});
      });
    }
  }
  template <class Visit>
  void for_each_step(State state, Visit visit) {
    steps_.for_each_step(state, visit);
  }
  template <class Visit>
  void for_each_outcome(const Taken& taken, Visit visit) {
    steps_.for_each_outcome(taken, visit);
  }

 private:
  BoundedSystem& system_;
  BoundedSteps steps_;
  std::vector<const LevelLog*> logs_;
};

template <class States>
class Counterexample {
 public:
  // Of the violations in the last level, those with this number are looked for.
  Counterexample(States& states, std::uint32_t violation)
      : states_(states), violation_(violation) {}

  // The run whose last step is taken at a state of level `level` (0 is the first).
  std::vector<PathStep> path(std::size_t level);

 private:
  using State = typename States::State;
  using Taken = typename States::Taken;
  using Outcome = typename States::Outcome;
  // The states of one level that lie on a shortest run.
  struct Stage {
    typename States::Set states;
    std::vector<bool> halves;  // those of the states
    [[nodiscard]] bool has(const State& state) const {
      return state.half < halves.size() && halves[state.half] && states.has(state);
    }
    void add(const State& state);
  };

  Stage stage(std::size_t level, const Stage* next);
  // Which halves have a step that may lead to the stage.
  [[nodiscard]] std::vector<bool> sources(const Stage* next);
  // Whether a step of the state leads to the stage, or (nullptr) violates.
  bool leads_on(const State& state, const Stage* next);
  // Whether a step can be the next one of a run to the stage, or (nullptr) the last.
  [[nodiscard]] bool can_lead_on(EdgeId edge, const Stage* next) {
    const std::uint32_t violation = states_.graph().detail(edge).violation;
    return next == nullptr ? violation == violation_
                           : violation == 0 && !states_.graph().edge(edge).is_outside;
  }
  // The step to take at a state, and the state after it.
  struct Chosen {
    PathStep step;
    Outcome outcome;
  };
  Chosen choose(const State& state, const Stage* next, Renaming names);
  [[nodiscard]] PathStep step_of(const Taken& taken, const Outcome& outcome, Renaming names);
  // The renamings of an outcome in one. Precondition: there is symmetry.
  [[nodiscard]] Renaming renaming_of(const Outcome& outcome) const {
    const Permutations& symmetry = *states_.options().symmetry;
    return symmetry.then(symmetry.then(outcome.of_step, outcome.of_losses), outcome.of_tie);
  }

  States& states_;
  std::uint32_t violation_;
};

extern template class Counterexample<ExactStates>;

}  // namespace engine
