#include "checker/engine/once_steps.hpp"

namespace engine {

OnceSteps::OnceSteps(HalfGraph& graph, const OnceNetworks& networks, const Permutations* symmetry)
    : graph_(graph),
      networks_(networks),
      symmetry_(symmetry),
      bases_(symmetry == nullptr ? 1 : symmetry->size()),
      made_(bases_.size(), 0) {}

void OnceSteps::start(NetworkId network) {
  words_ = networks_[network];
  ++starts_;
}

void OnceSteps::rename(std::span<const OnceSet::Word> words, Renaming renaming, OnceSet& after) {
  if (renaming == 0) {
    after.assign(words);
    return;
  }
  after.clear();
  OnceSet::for_each_known(words, [&](MessageId message, OnceSet::Word state) {
    after.put(graph_.renamed(message, renaming), state);
  });
}

const OnceSet& OnceSteps::base(Renaming renaming) {
  OnceSet& base = bases_[renaming];
  if (made_[renaming] != starts_) {
    rename(words_, renaming, base);
    made_[renaming] = starts_;
  }
  return base;
}

void OnceSteps::step(const Edge& edge, MessageId spent, Renaming renaming, OnceSet& after) {
  after.assign(base(renaming).words());
  if (edge.sends != kNoSends) {
    for (const MessageId message : graph_.sends(edge.sends)) {
      after.send(graph_.renamed(message, renaming));
    }
  }
  if (spent != kNone) after.spend(graph_.renamed(spent, renaming));
}

OnceSteps::Outcome OnceSteps::after(const Edge& edge, MessageId spent) {
  step(edge, spent, edge.renaming, best_);
  Outcome outcome{.network = &best_};
  if (!edge.has_ties) return outcome;
  for (const Renaming tie : graph_.automorphisms(edge.next)) {
    step(edge, spent, symmetry_->then(edge.renaming, tie), other_);
    if (other_ < best_) {
      std::swap(best_, other_);
      outcome.of_tie = tie;
    }
  }
  return outcome;
}

std::size_t OnceSteps::count_fixing(NetworkId network, std::span<const Renaming> ties) {
  best_.assign(networks_[network]);
  std::size_t count = 0;
  for (const Renaming tie : ties) {
    rename(networks_[network], tie, other_);
    if (other_ == best_) ++count;
  }
  return count;
}

}  // namespace engine
