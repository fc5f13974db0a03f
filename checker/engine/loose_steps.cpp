#include "checker/engine/loose_steps.hpp"

#include <bit>
#include <stdexcept>

#include "checker/engine/interner.hpp"

namespace engine {

LooseSteps::LooseSteps(HalfGraph& graph, const BoundedSystemOptions& options)
    : graph_(graph), options_(options), patterns_(options.loss, options.inflight) {
  if (options.order == Order::Once) {
    throw std::invalid_argument("networks on which a message is once ever need an exact store");
  }
}

std::uint64_t LooseSteps::learn_link(MessageId message) {
  for (auto next = static_cast<MessageId>(links_.size()); next <= message; ++next) {
    const Link link = graph_.model().link(next);
    links_.push_back(pair_key(link.from, link.to));
  }
  return links_[message];
}

void LooseSteps::put(std::vector<MessageId>& messages, MessageId message) {
  messages.push_back(message);
  const std::uint64_t its_key = key(message);
  std::size_t at = messages.size() - 1;
  for (; at > 0 && key(messages[at - 1]) > its_key; --at) messages[at] = messages[at - 1];
  messages[at] = message;
}

void LooseSteps::rename(std::span<const MessageId> messages, Renaming renaming,
                        std::vector<MessageId>& renamed) {
  renamed.clear();
  for (const MessageId message : messages) put(renamed, graph_.renamed(message, renaming));
}

void LooseSteps::rename_outcome(Renaming renaming) {
  if (renaming == 0) return;
  rename(outcome_.to.messages, renaming, renamed_);
  outcome_.to.messages.swap(renamed_);
}

bool LooseSteps::spend_losses() {
  const auto count = static_cast<unsigned>(std::popcount(outcome_.lost));
  const HalfGraph::AfterLosses after = graph_.after_losses(outcome_.to.half, count);
  if (after.half == kNone) return false;
  outcome_.to.half = after.half;
  outcome_.of_losses = after.renaming;
  return true;
}

bool LooseSteps::settle(const Edge& edge, std::span<const MessageId> rest,
                        std::span<const MessageId> sent, std::uint32_t lost) {
  outcome_.to.half = edge.next;
  outcome_.lost = lost;
  outcome_.of_step = edge.renaming;
  outcome_.of_losses = 0;
  outcome_.of_tie = 0;
  bool has_ties = edge.has_ties;
  if (lost != 0 && options_.loss == Loss::Budgeted) {
    if (!spend_losses()) return false;
    has_ties = true;  // not known: ask
  }
  outcome_.to.messages.assign(rest.begin(), rest.end());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if ((lost >> i & 1U) == 0) put(outcome_.to.messages, sent[i]);
  }
  if (options_.symmetry == nullptr) return true;
  rename_outcome(outcome_.of_step);
  rename_outcome(outcome_.of_losses);
  if (has_ties) break_ties();
  return true;
}

void LooseSteps::break_ties() {
  const auto ties = graph_.automorphisms(outcome_.to.half);
  if (ties.empty()) return;
  before_tie_ = outcome_.to.messages;
  for (const Renaming tie : ties) {
    rename(before_tie_, tie, renamed_);
    if (renamed_ < outcome_.to.messages) {
      outcome_.to.messages.swap(renamed_);
      outcome_.of_tie = tie;
    }
  }
}

std::uint64_t LooseSteps::orbit_size(HalfId half, std::span<const MessageId> messages) {
  if (options_.symmetry == nullptr) return 1;
  std::uint64_t stabiliser = 1;
  for (const Renaming renaming : graph_.automorphisms(half)) {
    rename(messages, renaming, renamed_);
    if (std::ranges::equal(renamed_, messages)) ++stabiliser;
  }
  return options_.symmetry->size() / stabiliser;
}

}  // namespace engine
