// Steps of states whose networks are not interned: a state is a half and the list of its messages.
// The same transitions as BoundedSystem's, worked out anew for each state: it costs more than a
// look-up in a table that fits the cache, and no memory at all.
//
// A network is a list of messages in the order that NetworkTable keeps them in: by id, or (PerLink)
// by link and in the order of sending within a link. With symmetry the names are the canonical
// ones; where the half has automorphisms, those that make the list least.
//
// Threads: one thread's own.
#pragma once

#include <span>
#include <vector>

#include "checker/engine/bounded_system.hpp"
#include "checker/engine/half_graph.hpp"
#include "checker/engine/loss_patterns.hpp"

namespace engine {

class LooseSteps {
 public:
  struct State {
    HalfId half = kNone;
    std::vector<MessageId> messages;
    auto operator<=>(const State&) const = default;
  };
  // A step taken at a state; `rest` is the network once the step's message is consumed.
  struct Taken {
    EdgeId edge = kNone;
    std::span<const MessageId> rest;  // valid while visited
  };
  // As BoundedSystem::Outcome.
  struct Outcome {
    State to;
    std::uint32_t lost = 0;
    Renaming of_step = 0;
    Renaming of_losses = 0;
    Renaming of_tie = 0;
  };

  // `graph` must outlive this. The order Once is not for it.
  LooseSteps(HalfGraph& graph, const BoundedSystemOptions& options);

  [[nodiscard]] State initial() const { return {graph_.initial().half, {}}; }

  // Calls visit(taken) for every step that a state can take, and cut(bound) for every receipt that
  // a bound forbids.
  template <class Visit, class Cut>
  void for_each_step(const State& state, Visit visit, Cut cut) {
    const HalfGraph::EdgeRange internal = graph_.internal(state.half);
    for (EdgeId id = internal.first; id != internal.last; ++id) visit(Taken{id, state.messages});
    for (std::size_t i = 0; i < state.messages.size(); ++i) {
      // An equal copy, or the first on the link, came before?
      if (i > 0 && key(state.messages[i]) == key(state.messages[i - 1])) continue;
      const auto take = [&](EdgeId id, bool consumes) {
        if (!consumes) {
          visit(Taken{id, state.messages});
          return;
        }
        rest_.assign(state.messages.begin(), state.messages.end());
        rest_.erase(rest_.begin() + static_cast<std::ptrdiff_t>(i));
        visit(Taken{id, rest_});
      };
      graph_.for_each_receipt(state.half, state.messages[i], take, cut);
    }
  }

  // Calls visit(outcome) for every way in which the network takes what the step sends, and
  // cut(bound) for every one that the budget of losses forbids, and once if the capacity forbids
  // any. The outcome is valid while visited.
  template <class Visit, class Cut>
  void for_each_outcome(const Taken& taken, Visit visit, Cut cut) {
    const Edge& edge = graph_.edge(taken.edge);
    if (edge.sends == kNoSends) {
      if (settle(edge, taken.rest, {}, 0)) visit(outcome_);
      return;
    }
    if (options_.loss == Loss::Free && taken.rest.size() >= options_.inflight) {
      cut(options_.inflight_bound);  // all is lost, however much it is
      if (settle(edge, taken.rest, {}, kNone)) visit(outcome_);
      return;
    }
    const std::span<const MessageId> sent = graph_.sends(edge.sends);
    const LossPatterns::Fitting ways = patterns_.fitting(taken.rest.size(), sent.size());
    if (ways.was_cut) cut(options_.inflight_bound);
    for (const std::uint32_t lost : ways.patterns) {
      if (settle(edge, taken.rest, sent, lost)) {
        visit(outcome_);
      } else {
        cut(options_.loss_bound);
      }
    }
  }

  // How many states a canonical one stands for.
  [[nodiscard]] std::uint64_t orbit_size(HalfId half, std::span<const MessageId> messages);

 private:
  // By which a network is sorted, stably. At most one of the messages with equal keys may be
  // delivered: copies of one message, or those on one link.
  std::uint64_t key(MessageId message) {
    if (options_.order == Order::Unordered) return message;
    return message < links_.size() ? links_[message] : learn_link(message);
  }
  std::uint64_t learn_link(MessageId message);
  // Makes outcome_; false if the budget of losses forbids it.
  bool settle(const Edge& edge, std::span<const MessageId> rest, std::span<const MessageId> sent,
              std::uint32_t lost);
  bool spend_losses();
  void put(std::vector<MessageId>& messages, MessageId message);
  void rename(std::span<const MessageId> messages, Renaming renaming,
              std::vector<MessageId>& renamed);
  void rename_outcome(Renaming renaming);
  void break_ties();

  HalfGraph& graph_;
  BoundedSystemOptions options_;
  LossPatterns patterns_;
  std::vector<std::uint64_t> links_;  // by message
  std::vector<MessageId> rest_;
  std::vector<MessageId> renamed_;
  std::vector<MessageId> before_tie_;
  Outcome outcome_;
};

}  // namespace engine
