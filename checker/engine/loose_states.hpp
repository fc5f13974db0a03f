// What a run is rebuilt from where states have no names: the logs of the levels
// (counterexample.hpp). States are compared whole here, so that the run that is found is a run.
#pragma once

#include <set>
#include <vector>

#include "checker/engine/counterexample.hpp"
#include "checker/engine/loose_steps.hpp"
#include "checker/engine/state_log.hpp"

namespace engine {

class LooseStates {
 public:
  using State = LooseSteps::State;
  using Taken = LooseSteps::Taken;
  using Outcome = LooseSteps::Outcome;
  class Set {
   public:
    [[nodiscard]] bool has(const State& state) const { return states_.contains(state); }
    void add(const State& state) { states_.insert(state); }

   private:
    std::set<State> states_;
  };

  // All must outlive this.
  LooseStates(HalfGraph& graph, const BoundedSystemOptions& options,
              std::vector<const StateLog*> logs)
      : graph_(graph), options_(options), steps_(graph, options), logs_(std::move(logs)) {}

  [[nodiscard]] HalfGraph& graph() { return graph_; }
  [[nodiscard]] const BoundedSystemOptions& options() const { return options_; }
  [[nodiscard]] State initial() const { return steps_.initial(); }
  template <class IsWanted, class F>
  void for_each(std::size_t level, IsWanted is_wanted, F f) const {
    State state;
    std::vector<std::byte> scratch;
    for (const StateLog* log : logs_) {
      for (const StateLog::Block& block : log->blocks(level)) {
        StateLogReader reader(log->bytes(block, scratch));
        while (!reader.at_end()) {
          state.half = reader.next(state.messages);
          if (is_wanted(state.half)) f(state);
        }
      }
    }
  }
  template <class Visit>
  void for_each_step(const State& state, Visit visit) {
    steps_.for_each_step(state, visit, [](unsigned) {});
  }
  template <class Visit>
  void for_each_outcome(const Taken& taken, Visit visit) {
    steps_.for_each_outcome(taken, visit, [](unsigned) {});
  }

 private:
  HalfGraph& graph_;
  BoundedSystemOptions options_;
  LooseSteps steps_;
  std::vector<const StateLog*> logs_;
};

extern template class Counterexample<LooseStates>;

}  // namespace engine
