// What a run is rebuilt from where states have no names: the logs of the levels
// (counterexample.hpp). States are compared whole here, so that the run that is found is a run.
#pragma once

#include <set>
#include <vector>

#include "checker/engine/counterexample.hpp"
#include "checker/engine/network_steps.hpp"
#include "checker/engine/state_log.hpp"

namespace engine {

class LooseStates {
 public:
  struct State {
    HalfId half = kNone;
    std::vector<MessageId> messages;
    auto operator<=>(const State&) const = default;
  };
  // As BoundedSteps::Taken; the state must outlive it.
  struct Taken {
    const State* from = nullptr;
    EdgeId edge = kNone;
    MessageId spent = kNone;
  };
  // As NetworkSteps::Outcome.
  struct Outcome {
    State to;
    std::uint32_t lost = 0;
    Renaming of_step = 0;
    Renaming of_losses = 0;
    Renaming of_tie = 0;
  };
  class Set {
   public:
    [[nodiscard]] bool has(const State& state) const { return states_.contains(state); }
    void add(const State& state) { states_.insert(state); }

   private:
    std::set<State> states_;
  };

  // All must outlive this.
  LooseStates(HalfGraph& graph, const NetworkOptions& options, std::vector<const StateLog*> logs)
      : graph_(graph), options_(options), steps_(graph, options), logs_(std::move(logs)) {}

  [[nodiscard]] HalfGraph& graph() { return graph_; }
  [[nodiscard]] const NetworkOptions& options() const { return options_; }
  [[nodiscard]] State initial() const { return {graph_.initial().half, {}}; }
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
    start(state);
    const auto take = [&](EdgeId id, MessageId spent) { visit(Taken{&state, id, spent}); };
    steps_.for_each_step(take, [](unsigned) {});
  }
  template <class Visit>
  void for_each_outcome(const Taken& taken, Visit visit) {
    start(*taken.from);
    const auto copy = [&](const NetworkSteps<MessageList>::Outcome& way) {
      const auto messages = way.messages->span();
      visit(Outcome{.to = {way.half, {messages.begin(), messages.end()}},
                    .lost = way.lost,
                    .of_step = way.of_step,
                    .of_losses = way.of_losses,
                    .of_tie = way.of_tie});
    };
    steps_.for_each_outcome(taken.edge, taken.spent, copy, [](unsigned) {});
  }

 private:
  void start(const State& state) {
    messages_.assign(state.messages);
    steps_.start(state.half, messages_);
  }

  HalfGraph& graph_;
  NetworkOptions options_;
  NetworkSteps<MessageList> steps_;
  MessageList messages_;
  std::vector<const StateLog*> logs_;
};

extern template class Counterexample<LooseStates>;

}  // namespace engine
