#include "checker/engine/counting_worker.hpp"

#include <utility>

namespace engine {
namespace {
constexpr std::size_t kBatch = 256;       // networks that wait for their names
constexpr std::size_t kAhead = 6;         // states: how far ahead a frontier is fetched
constexpr std::size_t kLookUpAhead = 10;  // states: how far ahead their places are fetched
constexpr std::uint64_t kLookUpsAsOneState =
    4;  // what they take, for how often questions are asked
}  // namespace

CountingWorker::CountingWorker(BoundedSystem& system, StateStore& store)
    : WorkerTally(system.graph()), system_(system), graph_(system.graph()), store_(store) {
  if (OnceNetworks* const once = system.once(); once != nullptr) {
    once_steps_.emplace(graph_, *once, system.options().symmetry);
    once_unnamed_.emplace(*once);
  } else {
    make_steps<BagRanks::kSizeMax>();
    unnamed_.emplace(system.names().lists());
  }
}

// For bags of at most K messages, if these are, or else fewer, or else for lists.
template <std::size_t K>
void CountingWorker::make_steps() {
  const NetworkOptions& options = system_.options();
  if constexpr (K == 0) {
    steps_.emplace(std::in_place_type<NetworkSteps<MessageList>>, graph_, options);
  } else if (options.order == Order::Unordered && options.inflight == K) {
    steps_.emplace(std::in_place_type<NetworkSteps<SortedBag<K>>>, graph_, options);
  } else {
    make_steps<K - 1>();
  }
}

// A short list, copied before its address is given away, can stay in registers until then.
template <class List>
using Copied = std::conditional_t<std::is_trivially_copyable_v<List>, List, const List&>;

template <class List>
inline void CountingWorker::take(NetworkSteps<List>& steps, EdgeId id, MessageId spent) {
  const Edge& edge = graph_.edge(id);
  const auto arrive = [&](const typename NetworkSteps<List>::Outcome& outcome)
                          __attribute__((always_inline)) {
                            note_step(graph_, id, edge);
                            if (edge.is_violation || edge.is_outside) return;
                            const NetworkId name = system_.names().ranked(*outcome.messages);
                            if (name != kNone) {
                              found_.add({outcome.half, name});
                            } else {
                              await_name(outcome.half, Copied<List>(*outcome.messages));
                            }
                          };
  steps.for_each_outcome(id, spent, arrive, cut());
}

inline void CountingWorker::take_once(EdgeId id, MessageId spent) {
  const Edge& edge = graph_.edge(id);
  note_step(graph_, id, edge);
  if (edge.is_violation || edge.is_outside) return;
  once_unnamed_->add(edge.next, once_steps_->after(edge, spent).network->words());
}

void CountingWorker::explore(HalfId half, std::span<const NetworkId> networks) {
  graph_.internal(half);  // what bounds forbid is known from then on
  note_cut_off(graph_, half, networks.size());
  if (once_steps_) {
    explore_once(half, networks);
  } else {
    std::visit([&](auto& steps) { explore_lists(steps, half, networks); }, *steps_);
  }
  note_expanded(networks.size());
  show();
}

template <class List>
void CountingWorker::explore_lists(NetworkSteps<List>& steps, HalfId half,
                                   std::span<const NetworkId> networks) {
  const NetworkNames& names = system_.names();
  const auto visit = [&](EdgeId id, MessageId spent) { take(steps, id, spent); };
  List list;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (i + 2 * kAhead < networks.size()) names.prefetch(networks[i + 2 * kAhead]);
    if (i + kAhead < networks.size()) names.prefetch_messages(networks[i + kAhead]);
    names.read(networks[i], list);
    steps.start(half, list);
    steps.for_each_step(visit, cut());
    if (unnamed_->size() >= kBatch) drain_names();
  }
}

void CountingWorker::explore_once(HalfId half, std::span<const NetworkId> networks) {
  const OnceNetworks& once = *system_.once();
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (i + 2 * kAhead < networks.size()) once.prefetch(networks[i + 2 * kAhead]);
    if (i + kAhead < networks.size()) once.prefetch_items(networks[i + kAhead]);
    once_steps_->start(networks[i]);
    once_steps_->for_each_step(
        half, [this](EdgeId id, MessageId spent) { take_once(id, spent); }, cut());
    if (once_unnamed_->size() >= kBatch) drain_names();
  }
}

void CountingWorker::drain_names() {
  if (once_unnamed_) {
    once_unnamed_->drain(kNone, [this](HalfId half, std::uint32_t id) { found_.add({half, id}); });
    return;
  }
  const NetworkNames& names = system_.names();
  unnamed_->drain(names.lists_max(),
                  [&](HalfId half, std::uint32_t id) { found_.add({half, names.named(id)}); });
}

void CountingWorker::flush() {
  drain_names();
  show();
}

void CountingWorker::look_up(std::size_t group,
                             const std::vector<std::unique_ptr<CountingWorker>>& all) {
  std::uint64_t looked_up = 0;
  const auto of_page = [&](std::span<const State> states) {
    looked_up += states.size();
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (i + kLookUpAhead < states.size()) {
        const State& ahead = states[i + kLookUpAhead];
        store_.prefetch(ahead.half, ahead.network);
      }
      if (store_.insert(states[i].half, states[i].network)) fresh_.push_back(states[i]);
    }
  };
  for (const auto& worker : all) worker->found_.for_each_page(group, of_page);
  add_fresh();
  note_work(looked_up / kLookUpsAsOneState);
  show();
}

void CountingWorker::add_fresh() {
  // How many there are of each half, ...
  for (const State& state : fresh_) {
    const std::size_t place = found_.place(state.half);
    if (place >= cursor_.size()) cursor_.resize(place + 1, 0);
    if (cursor_[place]++ == 0) fresh_halves_.push_back(state.half);
  }
  // ... where those of each begin, ...
  std::uint32_t first = 0;
  for (const HalfId half : fresh_halves_) {
    first += std::exchange(cursor_[found_.place(half)], first);
  }
  // ... and everything to its place.
  sorted_.resize(fresh_.size());
  for (const State& state : fresh_) sorted_[cursor_[found_.place(state.half)]++] = state.network;
  first = 0;
  for (const HalfId half : fresh_halves_) {
    const std::uint32_t last = std::exchange(cursor_[found_.place(half)], 0U);
    states_.added().add(half, std::span<const NetworkId>(sorted_).subspan(first, last - first));
    first = last;
  }
  distinct_ += fresh_.size();
  fresh_.clear();
  fresh_halves_.clear();
}

void CountingWorker::add_initial(State state) {
  store_.insert(state.half, state.network);
  states_.added().add(state.half, {&state.network, 1});
  ++distinct_;
  show();
}

}  // namespace engine
