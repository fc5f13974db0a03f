// A system on a bounded network, its states named by ids: what the counting search explores.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>

#include "checker/engine/found_states.hpp"
#include "checker/engine/half_graph.hpp"
#include "checker/engine/network_names.hpp"
#include "checker/engine/network_steps.hpp"
#include "checker/engine/once_networks.hpp"
#include "checker/engine/once_steps.hpp"

namespace engine {

class BoundedSystem {
 public:
  using State = FoundStates::State;

  BoundedSystem(Model& model, const NetworkOptions& options)
      : graph_(model),
        options_(options),
        names_(options.order == Order::Unordered, options.inflight) {
    if (options.order != Order::Once) return;
    if (options.loss != Loss::None || options.inflight != kUnlimited) {
      throw std::invalid_argument("in the order Once nothing is lost, and any number fits");
    }
    once_ = std::make_unique<OnceNetworks>();
  }

  [[nodiscard]] HalfGraph& graph() { return graph_; }
  [[nodiscard]] const NetworkOptions& options() const { return options_; }
  // In the order Once, the networks; else nullptr, and ...
  [[nodiscard]] OnceNetworks* once() { return once_.get(); }
  // ... these are the networks.
  [[nodiscard]] NetworkNames& names() { return names_; }

  [[nodiscard]] State initial() {
    return {graph_.initial().half, once_ ? once_->intern({}) : names_.of({})};
  }
  // A table is full enough for grow_tables() to be called soon.
  [[nodiscard]] bool wants_growth() const {
    return once_ ? once_->wants_growth() : names_.lists().wants_growth();
  }
  // Bytes that the next grow_tables() will add.
  [[nodiscard]] std::size_t growth_bytes() const {
    return once_ ? once_->growth_bytes() : names_.lists().growth_bytes();
  }
  // Whether a network's id is its rank; and how many were interned.
  [[nodiscard]] bool is_ranked(NetworkId network) const {
    return !once_ && names_.is_ranked(network);
  }
  [[nodiscard]] std::size_t interned() const {
    return once_ ? once_->size() : names_.lists().size();
  }
  // For one thread at a safe point.
  void grow_tables() {
    if (once_) {
      once_->grow_table();
    } else {
      names_.lists().grow_table();
    }
  }

 private:
  HalfGraph graph_;
  NetworkOptions options_;
  NetworkNames names_;
  std::unique_ptr<OnceNetworks> once_;
};

// The steps of such a system's states, one at a time; one thread's own. For what is not done a
// million times a second: rebuilding a run, describing states.
class BoundedSteps {
 public:
  using State = BoundedSystem::State;
  // A step that can be taken at a state; `spent`: the message that it takes from the network.
  struct Taken {
    State from{};
    EdgeId edge = kNone;
    MessageId spent = kNone;
  };
  // As NetworkSteps::Outcome.
  struct Outcome {
    State to{};
    std::uint32_t lost = 0;
    Renaming of_step = 0;
    Renaming of_losses = 0;
    Renaming of_tie = 0;
  };

  explicit BoundedSteps(BoundedSystem& system);

  // Calls visit(taken) for every step that the state can take. It may ask for outcomes.
  template <class Visit>
  void for_each_step(State state, Visit visit) {
    const auto take = [&](EdgeId id, MessageId spent) { visit(Taken{state, id, spent}); };
    start(state);
    if (once_) {
      once_->for_each_step(state.half, take, ignore);
    } else {
      lists_->for_each_step(take, ignore);
    }
  }
  // Calls visit(outcome) for every way of a step.
  template <class Visit>
  void for_each_outcome(const Taken& taken, Visit visit) {
    start(taken.from);
    const Edge& edge = system_.graph().edge(taken.edge);
    if (once_) {
      const OnceSteps::Outcome after = once_->after(edge, taken.spent);
      visit(Outcome{.to = {edge.next, system_.once()->intern(after.network->words())},
                    .of_step = edge.renaming,
                    .of_tie = after.of_tie});
      return;
    }
    const auto name = [&](const NetworkSteps<MessageList>::Outcome& way) {
      visit(Outcome{.to = {way.half, system_.names().of(way.messages->span())},
                    .lost = way.lost,
                    .of_step = way.of_step,
                    .of_losses = way.of_losses,
                    .of_tie = way.of_tie});
    };
    lists_->for_each_outcome(taken.edge, taken.spent, name, ignore);
  }
  // How many states a canonical one stands for.
  [[nodiscard]] std::uint64_t orbit_size(State state);

 private:
  static void ignore(unsigned) {}
  void start(State state);

  BoundedSystem& system_;
  std::optional<OnceSteps> once_;
  std::optional<NetworkSteps<MessageList>> lists_;
  MessageList messages_;
};

}  // namespace engine
