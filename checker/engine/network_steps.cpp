#include "checker/engine/network_steps.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "checker/engine/interner.hpp"

namespace engine {

template <class List>
NetworkSteps<List>::NetworkSteps(HalfGraph& graph, const NetworkOptions& options)
    : graph_(graph),
      options_(options),
      patterns_(options.inflight),
      bases_(graph.renamings()),
      made_(graph.renamings(), 0) {
  if (options.order == Order::Once) {
    throw std::invalid_argument("on these networks a message may come more than once");
  }
}

template <class List>
std::uint64_t NetworkSteps<List>::learn_link(MessageId message) {
  for (auto next = static_cast<MessageId>(links_.size()); next <= message; ++next) {
    const Link link = graph_.model().link(next);
    links_.push_back(pair_key(link.from, link.to));
  }
  return links_[message];
}

template <class List>
void NetworkSteps<List>::learn_sent(EdgeId id, const Edge& edge) {
  if (id >= sent_.size()) {
    sent_.resize(std::max<std::size_t>(id + std::size_t{1}, 2 * sent_.size()));
  }
  const Messages sent = graph_.sends(edge.sends);
  sent_[id] = {static_cast<std::uint32_t>(sent_messages_.size()),
               static_cast<std::uint32_t>(sent.size())};
  for (const MessageId message : sent) {
    sent_messages_.push_back(graph_.renamed(message, edge.renaming));
  }
}

template <class List>
void NetworkSteps<List>::rename(const List& messages, Renaming renaming, List& renamed) {
  renamed.clear();
  messages.for_each(
      [&](MessageId message) { renamed.insert(graph_.renamed(message, renaming), key()); });
}

template <class List>
bool NetworkSteps<List>::spend_losses(Outcome& outcome) {
  const auto count = static_cast<unsigned>(std::popcount(outcome.lost));
  const HalfGraph::AfterLosses after = graph_.after_losses(outcome.half, count);
  if (after.half == kNone) return false;
  outcome.half = after.half;
  outcome.of_losses = after.renaming;
  if (after.renaming == 0) return true;
  rename(*outcome.messages, after.renaming, relieved_);
  outcome.messages = &relieved_;
  return true;
}

// Of the renamings that leave the half as it is, the one that makes the list least.
template <class List>
void NetworkSteps<List>::break_ties(Outcome& outcome) {
  const List& before = *outcome.messages;
  for (const Renaming tie : graph_.automorphisms(outcome.half)) {
    rename(before, tie, tied_);
    if (!(tied_ < *outcome.messages)) continue;
    std::swap(best_, tied_);
    outcome.messages = &best_;
    outcome.of_tie = tie;
  }
}

template <class List>
std::uint64_t NetworkSteps<List>::orbit_size(HalfId half, const List& messages) {
  if (options_.symmetry == nullptr) return 1;
  std::uint64_t stabiliser = 1;
  for (const Renaming renaming : graph_.automorphisms(half)) {
    rename(messages, renaming, tied_);
    if (tied_ == messages) ++stabiliser;
  }
  return options_.symmetry->size() / stabiliser;
}

template class NetworkSteps<MessageList>;
template class NetworkSteps<SortedBag<1>>;
template class NetworkSteps<SortedBag<2>>;
template class NetworkSteps<SortedBag<3>>;
template class NetworkSteps<SortedBag<4>>;
template class NetworkSteps<SortedBag<5>>;
template class NetworkSteps<SortedBag<6>>;

}  // namespace engine
