// What steps make of a network of the order Once, in the canonical names; one thread's own.
//
// A network is renamed as a whole once for each renaming that its steps need; what a step itself
// changes (a message spent, a message sent) is then a bit in each.
#pragma once

#include <vector>

#include "checker/engine/half_graph.hpp"
#include "checker/engine/line_vector.hpp"
#include "checker/engine/once_networks.hpp"
#include "checker/engine/permutations.hpp"

namespace engine {

class OnceSteps {
 public:
  // symmetry: nullptr without. All must outlive this.
  OnceSteps(HalfGraph& graph, const OnceNetworks& networks, const Permutations* symmetry);

  // The network that the following steps are taken at.
  void start(NetworkId network);

  // Calls visit(edge, spent) for every step that can be taken there and at this half, `spent` being
  // the message that it spends or kNone, and cut(bound) for every receipt that a bound forbids.
  template <class Visit, class Cut>
  void for_each_step(HalfId half, const Visit& visit, const Cut& cut) {
    const HalfGraph::EdgeRange internal = graph_.internal(half);
    for (EdgeId id = internal.first; id != internal.last; ++id) visit(id, kNone);
    OnceSet::for_each_known(words_, [&](MessageId message, OnceSet::Word of_message) {
      if (!OnceSet::is_pending(of_message)) return;
      const auto take = [&](EdgeId id, bool consumes) { visit(id, consumes ? message : kNone); };
      graph_.for_each_receipt(half, message, take, cut);
    });
  }

  // The network after a step, renamed to the canonical names of the half that the step leads to:
  // of those names, where the half has automorphisms, the ones that make the network least.
  // `spent` is the message that the step consumes, or kNone.
  struct Outcome {
    const OnceSet* network = nullptr;  // valid until the next call
    Renaming of_tie = 0;               // of which names, after Edge::renaming
  };
  Outcome after(const Edge& edge, MessageId spent);

  // How many of the renamings `ties` leave a network as it is.
  [[nodiscard]] std::size_t count_fixing(NetworkId network, std::span<const Renaming> ties);

 private:
  // The network of start(), renamed.
  const OnceSet& base(Renaming renaming);
  void step(const Edge& edge, MessageId spent, Renaming renaming, OnceSet& after);
  void rename(std::span<const OnceSet::Word> words, Renaming renaming, OnceSet& after);

  HalfGraph& graph_;
  const OnceNetworks& networks_;
  const Permutations* symmetry_;
  std::span<const OnceSet::Word> words_;
  LineVector<OnceSet> bases_;       // by renaming
  LineVector<std::uint64_t> made_;  // by renaming: the start() that bases_ is from
  std::uint64_t starts_ = 0;
  OnceSet best_;
  OnceSet other_;
};

}  // namespace engine
