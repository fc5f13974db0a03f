// What steps make of a network that is a list of messages, in the canonical names; one thread's
// own.
//
// A list is kept sorted: by message, or (PerLink) by link and in the order of sending within a
// link. With symmetry the names are the canonical ones; where the half has automorphisms, those
// that make the list least. A network is renamed as a whole once for each renaming that its steps
// need.
//
// A list is a MessageList, or, for bags of few messages, a SortedBag. The order Once has steps of
// its own (once_steps.hpp).
#pragma once

#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "checker/engine/half_graph.hpp"
#include "checker/engine/line_vector.hpp"
#include "checker/engine/loss_patterns.hpp"
#include "checker/engine/message_list.hpp"
#include "checker/engine/permutations.hpp"
#include "checker/engine/sorted_bag.hpp"

namespace engine {

inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

// Unordered: a bag of messages, any of which may be delivered next. PerLink: one queue for each
// link, of which only the first message may be delivered. Once: a set of messages, each of which
// may be delivered once ever; received ones stay known as spent, and sending a message that is
// known changes nothing. Nothing is lost then, and there is no capacity.
enum class Order : std::uint8_t { Unordered, PerLink, Once };

struct NetworkOptions {
  Order order = Order::Unordered;
  Loss loss = Loss::Free;
  std::size_t inflight = 4;          // at most so many messages on the network
  std::uint16_t inflight_bound = 0;  // index into Model::bound_names() for what capacity forbade
  std::uint16_t loss_bound = 0;      // the same for the budget of losses
  const Permutations* symmetry = nullptr;  // of the servers; nullptr: without symmetry
};

template <class List>
class NetworkSteps {
 public:
  using Messages = std::span<const MessageId>;

  // `graph` must outlive this. Throws std::invalid_argument for the order Once.
  NetworkSteps(HalfGraph& graph, const NetworkOptions& options);

  // The state that the following steps are taken at.
  void start(HalfId half, const List& messages) {
    half_ = half;
    ++starts_;
    bases_[0] = messages;
    made_[0] = starts_;
  }

  // Calls visit(edge, spent) for every step that the state can take, `spent` being the message that
  // it takes from the network or kNone, and cut(bound) for every receipt that a bound forbids.
  // (Internal steps that are forbidden are the same for all states of a half:
  // HalfGraph::count_cut_off.)
  template <class Visit, class Cut>
  void for_each_step(const Visit& visit, const Cut& cut) {
    const HalfGraph::EdgeRange internal = graph_.internal(half_);
    for (EdgeId id = internal.first; id != internal.last; ++id) visit(id, kNone);
    bases_[0].for_each_first(key(), [&](MessageId message) {
      const auto take = [&](EdgeId id, bool consumes) { visit(id, consumes ? message : kNone); };
      graph_.for_each_receipt(half_, message, take, cut);
    });
  }

  // One way in which the network takes what a step sends. These renamings, one after the other,
  // turn the names at the state into those of the outcome.
  struct Outcome {
    HalfId half = kNone;
    const List* messages = nullptr;  // valid while visited
    std::uint32_t lost = 0;          // bit i: the i-th message sent is lost
    Renaming of_step = 0;
    Renaming of_losses = 0;
    Renaming of_tie = 0;
  };
  // Calls visit(outcome) for every way, fewest losses first, and cut(bound) for every one that the
  // budget of losses forbids, and once if the capacity forbids any.
  template <class Visit, class Cut>
  void for_each_outcome(EdgeId id, MessageId spent, const Visit& visit, const Cut& cut) {
    const Edge& edge = graph_.edge(id);
    Local rest = rest_;
    rest = base(edge.renaming);
    if (spent != kNone) rest.remove(graph_.renamed(spent, edge.renaming));
    const auto settle = [&](const List& messages, std::uint32_t lost)
                            __attribute__((always_inline)) {
                              const bool is_budgeted = lost != 0 && options_.loss == Loss::Budgeted;
                              if (is_budgeted || edge.has_ties) {
                                slow_ = messages;
                                settle_slowly(edge, lost, visit, cut);
                              } else {
                                visit(Outcome{edge.next, &messages, lost, edge.renaming, 0, 0});
                              }
                            };
    if (edge.sends == kNoSends) {
      settle(rest, 0);
      return;
    }
    const std::size_t size = rest.size();
    if (options_.loss == Loss::Free && size >= options_.inflight) {
      cut(options_.inflight_bound);  // all is lost, however much it is
      settle(rest, kNone);
      return;
    }
    const Messages sent = this->sent(id, edge);
    const auto send = [&](std::uint32_t lost) __attribute__((always_inline)) {
      Local grown = grown_;
      grown = rest;
      for (std::size_t i = 0; i < sent.size(); ++i) {
        if (lost == 0 || (lost >> i & 1U) == 0) grown.insert(sent[i], key());
      }
      settle(grown, lost);
    };
    if (options_.loss == Loss::None) {  // there is nothing to choose
      if (size + sent.size() > options_.inflight) {
        cut(options_.inflight_bound);
      } else {
        send(0);
      }
      return;
    }
    const LossPatterns::Fitting ways = patterns_.fitting(size, sent.size());
    if (ways.was_cut) cut(options_.inflight_bound);
    for (const std::uint32_t lost : ways.patterns) send(lost);
  }

  // How many states a canonical one stands for.
  [[nodiscard]] std::uint64_t orbit_size(HalfId half, const List& messages);

 private:
  // A list that is worked on: in registers, if it is as small as that, or in memory that is kept.
  using Local = std::conditional_t<std::is_trivially_copyable_v<List>, List, List&>;

  // By which a list is sorted, stably. At most one of the messages with equal keys may be
  // delivered: copies of one message, or those on one link.
  [[nodiscard]] auto key() {
    return [this](MessageId message) -> std::uint64_t {
      if (options_.order == Order::Unordered) return message;
      return message < links_.size() ? links_[message] : learn_link(message);
    };
  }
  std::uint64_t learn_link(MessageId message);

  // The network of start(), renamed.
  const List& base(Renaming renaming) {
    if (made_[renaming] != starts_) {
      rename(bases_[0], renaming, bases_[renaming]);
      made_[renaming] = starts_;
    }
    return bases_[renaming];
  }
  // What a step sends, in the names that it leads to.
  Messages sent(EdgeId id, const Edge& edge) {
    if (id >= sent_.size() || sent_[id].size == 0) learn_sent(id, edge);
    return Messages(sent_messages_).subspan(sent_[id].first, sent_[id].size);
  }
  void learn_sent(EdgeId id, const Edge& edge);
  // Where the half that a step leads to depends on what is lost, or has automorphisms: slow_.
  template <class Visit, class Cut>
  void settle_slowly(const Edge& edge, std::uint32_t lost, const Visit& visit, const Cut& cut) {
    Outcome outcome{edge.next, &slow_, lost, edge.renaming, 0, 0};
    if (lost != 0 && options_.loss == Loss::Budgeted && !spend_losses(outcome)) {
      cut(options_.loss_bound);
      return;
    }
    break_ties(outcome);
    visit(outcome);
  }
  void rename(const List& messages, Renaming renaming, List& renamed);
  // The budget of losses is part of the half: the half that the step leads to, the losses noted.
  // False if it does not allow them.
  bool spend_losses(Outcome& outcome);
  void break_ties(Outcome& outcome);

  HalfGraph& graph_;
  NetworkOptions options_;
  LossPatterns patterns_;
  std::vector<std::uint64_t> links_;  // by message
  struct Sent {
    std::uint32_t first = 0;
    std::uint32_t size = 0;  // 0: not known yet
  };
  std::vector<Sent> sent_;                // by edge
  std::vector<MessageId> sent_messages_;  // of all, end to end
  HalfId half_ = kNone;
  LineVector<List> bases_;          // by renaming
  LineVector<std::uint64_t> made_;  // by renaming: the start() that bases_ is from
  std::uint64_t starts_ = 0;
  List rest_;   // of a step, once its message is spent
  List grown_;  // and with what it sends
  List slow_;
  List relieved_;  // what a budget of losses led to
  List tied_;
  List best_;
};

}  // namespace engine
