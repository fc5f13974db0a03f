// The transitions of a system on a bounded network: what the counting search explores, and what a
// run is rebuilt from.
#pragma once

#include <bit>
#include <limits>
#include <memory>
#include <stdexcept>

#include "checker/engine/half_graph.hpp"
#include "checker/engine/network_table.hpp"
#include "checker/engine/once_networks.hpp"
#include "checker/engine/once_steps.hpp"
#include "checker/engine/permutations.hpp"

namespace engine {

inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

struct BoundedSystemOptions {
  Order order = Order::Unordered;
  Loss loss = Loss::Free;
  std::size_t inflight = 4;          // at most so many messages on the network
  std::uint16_t inflight_bound = 0;  // index into Model::bound_names() for what capacity forbade
  std::uint16_t loss_bound = 0;      // the same for the budget of losses
  const Permutations* symmetry = nullptr;  // of the servers; nullptr: without symmetry
};

class BoundedSystem {
 public:
  struct State {
    HalfId half = kNone;
    NetworkId network = kNone;
    bool operator==(const State&) const = default;
  };
  // A step taken at a state; `rest` is the network once the step's message is consumed, and `size`
  // how many messages are on it. With once(), where nothing is worked out before the step's end,
  // `rest` is that message, or kNone.
  struct Taken {
    State from;
    EdgeId edge = kNone;
    NetworkId rest = kNone;
    std::uint32_t size = 0;
  };
  // One way in which the network takes what the step sends. The state is the canonical one: these
  // renamings, one after the other, turn the names at Taken::from into its names.
  struct Outcome {
    State to;
    std::uint32_t lost = 0;
    Renaming of_step = 0;
    Renaming of_losses = 0;
    Renaming of_tie = 0;
  };

  BoundedSystem(Model& model, const BoundedSystemOptions& options)
      : graph_(model),
        networks_(graph_, options.order, options.loss, options.inflight),
        options_(options) {
    if (options.order != Order::Once) return;
    if (options.loss != Loss::None || options.inflight != kUnlimited) {
      throw std::invalid_argument("in the order Once nothing is lost, and any number fits");
    }
    once_ = std::make_unique<OnceNetworks>();
  }

  [[nodiscard]] HalfGraph& graph() { return graph_; }
  [[nodiscard]] NetworkTable& networks() { return networks_; }
  // In the order Once the networks are there, and networks() has none; else this is nullptr.
  [[nodiscard]] OnceNetworks* once() { return once_.get(); }
  [[nodiscard]] std::size_t network_count() const {
    return once_ ? once_->size() : networks_.size();
  }
  // A table is full enough for grow_tables() to be called soon.
  [[nodiscard]] bool wants_growth() const {
    return once_ ? once_->wants_growth() : networks_.wants_growth();
  }
  // Bytes that the next grow_tables() will add.
  [[nodiscard]] std::size_t growth_bytes() const {
    return networks_.growth_bytes() + (once_ ? once_->growth_bytes() : 0);
  }
  // For one thread at a safe point.
  void grow_tables() {
    networks_.grow_tables();
    if (once_) once_->grow_table();
  }
  [[nodiscard]] const BoundedSystemOptions& options() const { return options_; }
  [[nodiscard]] State initial() const {
    return {graph_.initial().half, NetworkTable::kEmptyNetwork};
  }

  // Calls visit(taken) for every step that a state can take, and cut(bound) for every receipt that
  // a bound forbids. (Internal steps that are forbidden are the same for all states of a half:
  // HalfGraph::count_cut_off.)
  template <class Visit, class Cut>
  void for_each_step(State state, Visit visit, Cut cut) {
    const HalfGraph::EdgeRange internal = graph_.internal(state.half);
    if (once_) {
      for (EdgeId id = internal.first; id != internal.last; ++id) visit(Taken{state, id});
      OnceSet::for_each_known(once_->words(state.network),
                              [&](MessageId message, OnceSet::Word of_message) {
                                if (!OnceSet::is_pending(of_message)) return;
                                const auto take = [&](EdgeId id, bool consumes) {
                                  visit(Taken{state, id, consumes ? message : kNone});
                                };
                                graph_.for_each_receipt(state.half, message, take, cut);
                              });
      return;
    }
    const std::span<const MessageId> messages = networks_.messages(state.network);
    const auto size = static_cast<std::uint32_t>(messages.size());
    for (EdgeId id = internal.first; id != internal.last; ++id) {
      visit(Taken{state, id, state.network, size});
    }
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (!networks_.is_deliverable(messages, i)) continue;
      const auto take = [&](EdgeId id, bool consumes) {
        visit(consumes ? Taken{state, id, networks_.without(state.network, i), size - 1}
                       : Taken{state, id, state.network, size});
      };
      graph_.for_each_receipt(state.half, messages[i], take, cut);
    }
  }

  // Whether nothing of what the step sends can fit on the network.
  [[nodiscard]] bool sends_into_full(const Taken& taken) const {
    return options_.loss == Loss::Free && taken.size >= options_.inflight;
  }

  // Calls visit(outcome) for one way in which the network takes what a step sends, or cut(bound) if
  // the budget of losses forbids it. `network` is in the names at the step's half.
  template <class Visit, class Cut>
  void settle(const Edge& edge, NetworkId network, std::uint32_t lost, Visit visit, Cut cut) {
    Outcome outcome{{edge.next, network}, lost, edge.renaming, 0, 0};
    bool has_ties = edge.has_ties;
    if (lost != 0 && options_.loss == Loss::Budgeted) {
      if (!spend_losses(outcome)) {
        cut(options_.loss_bound);
        return;
      }
      has_ties = true;  // not known: ask
    }
    if (options_.symmetry != nullptr) rename(outcome, has_ties);
    visit(outcome);
  }

  // Calls visit(outcome) for every way of a step.
  template <class Visit>
  void for_each_outcome(const Taken& taken, Visit visit) {
    const auto ignore = [](unsigned) {};
    const Edge& edge = graph_.edge(taken.edge);
    if (once_) {
      OnceSteps steps(graph_, *once_, options_.symmetry);
      steps.start(taken.from.network);
      const OnceSteps::Outcome after = steps.after(edge, taken.rest);
      visit(Outcome{.to = {edge.next, once_->intern(after.network->words())},
                    .of_step = edge.renaming,
                    .of_tie = after.of_tie});
      return;
    }
    if (edge.sends == kNoSends || sends_into_full(taken)) {
      settle(edge, taken.rest, edge.sends == kNoSends ? 0 : kNone, visit, ignore);
      return;
    }
    const NetworkTable::Growth ways = networks_.ways(kNone, taken.rest, taken.size, edge.sends);
    for (std::size_t way = 0; way < ways.size(); ++way) {
      const Outgrowth grown = ways[way];
      settle(edge, grown.network, grown.lost, visit, ignore);
    }
  }

  // How many states a canonical one stands for.
  [[nodiscard]] std::uint64_t orbit_size(State state);

 private:
  // The budget of losses is part of the half: the half that the step leads to, the losses noted.
  bool spend_losses(Outcome& outcome);
  // From the names before the step to the canonical ones.
  void rename(Outcome& outcome, bool has_ties) {
    outcome.to.network = networks_.renamed(outcome.to.network, outcome.of_step);
    outcome.to.network = networks_.renamed(outcome.to.network, outcome.of_losses);
    if (has_ties) break_ties(outcome);
  }
  void break_ties(Outcome& outcome);

  HalfGraph graph_;
  NetworkTable networks_;
  std::unique_ptr<OnceNetworks> once_;
  BoundedSystemOptions options_;
};

}  // namespace engine
