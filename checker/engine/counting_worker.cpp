#include "checker/engine/counting_worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace engine {
namespace {
constexpr std::size_t kBatch = 256;      // of a pipeline's stage
constexpr std::size_t kAhead = 6;        // states: how far ahead a frontier is fetched
constexpr std::size_t kInboxAhead = 12;  // states: how far ahead a received block is fetched
constexpr std::size_t kSpareMax = 32;    // blocks kept for later
}  // namespace

CountingWorker::CountingWorker(BoundedSystem& system, std::size_t number, const Shares& shares,
                               const std::vector<std::unique_ptr<CountingWorker>>& all)
    : WorkerTally(system.graph()),
      system_(system),
      graph_(system.graph()),
      networks_(system.networks()),
      number_(number),
      shares_(shares),
      all_(all),
      store_(shares) {
  for (std::size_t to = 0; to < shares.workers(); ++to) outboxes_.push_back(empty_block());
  if (system.once() != nullptr) {
    once_steps_.emplace(graph_, *system.once(), system.options().symmetry);
  }
}

inline void CountingWorker::add(EdgeId id, const Edge& edge, const Outcome& outcome) {
  note_step(graph_, id, edge);
  if (!edge.is_violation && !edge.is_outside) arrive(outcome.to);
}

inline void CountingWorker::take(const Taken& taken) {
  const Edge& edge = graph_.edge(taken.edge);
  if (once_steps_) {
    make(taken.edge, edge, taken.rest);
  } else if (edge.sends == kNoSends) {
    await_settling({taken.edge, taken.rest, 0}, edge);
  } else if (system_.sends_into_full(taken)) {
    note_cut(system_.options().inflight_bound);
    await_settling({taken.edge, taken.rest, kNone}, edge);
  } else {
    networks_.prefetch_growth(taken.rest, edge.sends);
    growing_.push_back(taken);
  }
}

// With symmetry a network has yet to be renamed, which needs its record.
inline void CountingWorker::await_settling(const Settling& settling, const Edge& edge) {
  if (edge.renaming == 0) {
    settle(settling, edge);
    return;
  }
  networks_.prefetch(settling.network);
  settling_.push_back(settling);
}

inline void CountingWorker::settle(const Settling& settling, const Edge& edge) {
  system_.settle(
      edge, settling.network, settling.lost,
      [&](const Outcome& to) { add(settling.edge, edge, to); }, cut());
}

void CountingWorker::explore(HalfId half, std::span<const NetworkId> networks) {
  graph_.internal(half);
  note_cut_off(graph_, half, networks.size());
  for (std::size_t i = 0; i < networks.size(); ++i) {
    prefetch(networks, i);
    if (once_steps_) once_steps_->start(networks[i]);
    system_.for_each_step({half, networks[i]}, [this](const Taken& taken) { take(taken); }, cut());
    if (making_.size() >= kBatch) drain_making();
    if (growing_.size() >= kBatch) drain_growing();
    if (settling_.size() >= kBatch) drain_settling();
    if (arriving_.size() >= kBatch) drain_arriving();
  }
  note_expanded(networks.size());
  show();
}

void CountingWorker::prefetch(std::span<const NetworkId> networks, std::size_t at) const {
  const std::size_t near = at + kAhead;
  const std::size_t far = near + kAhead;
  if (const OnceNetworks* once = system_.once()) {
    if (far < networks.size()) once->prefetch(networks[far]);
    if (near < networks.size()) once->prefetch_words(networks[near]);
  } else if (near < networks.size()) {
    networks_.prefetch(networks[near]);
  }
}

void CountingWorker::make(EdgeId id, const Edge& edge, MessageId spent) {
  note_step(graph_, id, edge);
  if (edge.is_violation || edge.is_outside) return;
  const auto words = once_steps_->after(edge, spent).network->words();
  const std::uint32_t hash = OnceNetworks::hash_of(words);
  system_.once()->prefetch_slot(hash);
  making_.push_back({.half = edge.next,
                     .hash = hash,
                     .first = static_cast<std::uint32_t>(made_words_.size()),
                     .size = static_cast<std::uint32_t>(words.size())});
  made_words_.insert(made_words_.end(), words.begin(), words.end());
}

void CountingWorker::drain_making() {
  OnceNetworks* const once = system_.once();
  for (Made& made : making_) {
    made.candidate = once->candidate(made.hash);
    if (made.candidate != kNone) once->prefetch(made.candidate);
  }
  for (const Made& made : making_) {
    if (made.candidate != kNone) once->prefetch_words(made.candidate);
  }
  for (const Made& made : making_) {
    const auto words = std::span(made_words_).subspan(made.first, made.size);
    arrive({made.half, once->intern(words, made.hash, made.candidate)});
  }
  making_.clear();
  made_words_.clear();
}

void CountingWorker::drain_growing() {
  candidates_.clear();
  for (const Taken& taken : growing_) {
    candidates_.push_back(networks_.growth_candidate(taken.rest, graph_.edge(taken.edge).sends));
  }
  for (std::size_t i = 0; i < growing_.size(); ++i) {
    const Taken& taken = growing_[i];
    const Edge& edge = graph_.edge(taken.edge);
    const NetworkTable::Growth ways =
        networks_.ways(candidates_[i], taken.rest, taken.size, edge.sends);
    if (ways.was_cut()) note_cut(system_.options().inflight_bound);
    for (std::size_t way = 0; way < ways.size(); ++way) {
      const Outgrowth grown = ways[way];
      await_settling({taken.edge, grown.network, grown.lost}, edge);
    }
  }
  growing_.clear();
}

void CountingWorker::drain_settling() {
  for (const Settling& settling : settling_) settle(settling, graph_.edge(settling.edge));
  settling_.clear();
}

void CountingWorker::drain_arriving() {
  for (const State& state : arriving_) store_.insert(state.half, state.network);
  arriving_.clear();
}

void CountingWorker::send(std::size_t to) {
  auto block = std::exchange(outboxes_[to], empty_block());
  const std::lock_guard lock(all_[to]->inbox_mutex_);
  all_[to]->inbox_.push_back(std::move(block));
}

std::unique_ptr<CountingWorker::Block> CountingWorker::empty_block() {
  if (spare_.empty()) return std::make_unique_for_overwrite<Block>();
  auto block = std::move(spare_.back());
  spare_.pop_back();
  block->size = 0;
  return block;
}

void CountingWorker::flush() {
  drain_making();
  drain_growing();
  drain_settling();
  drain_arriving();
  for (std::size_t to = 0; to < outboxes_.size(); ++to) {
    if (outboxes_[to]->size > 0) send(to);
  }
  show();
}

void CountingWorker::receive() {
  std::vector<std::unique_ptr<Block>> blocks;
  {
    const std::lock_guard lock(inbox_mutex_);
    blocks.swap(inbox_);
  }
  for (const auto& block : blocks) {
    const std::span states = std::span(block->states).first(block->size);
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (i + kInboxAhead < states.size()) {
        store_.prefetch(states[i + kInboxAhead].half, states[i + kInboxAhead].network);
      }
      store_.insert(states[i].half, states[i].network);
    }
  }
  if (blocks.empty()) return;
  const std::size_t kept = std::min(blocks.size(), kSpareMax - std::min(kSpareMax, spare_.size()));
  std::move(blocks.begin(), blocks.begin() + static_cast<std::ptrdiff_t>(kept),
            std::back_inserter(spare_));
  show();
}

}  // namespace engine
