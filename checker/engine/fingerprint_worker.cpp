#include "checker/engine/fingerprint_worker.hpp"

namespace engine {
namespace {
constexpr std::size_t kBatch = 256;
constexpr std::size_t kRecent = std::size_t{1} << 15U;
}  // namespace

FingerprintWorker::FingerprintWorker(HalfGraph& graph, const BoundedSystemOptions& options,
                                     const Fingerprints& fingerprints, FingerprintTable& table)
    : WorkerTally(graph),
      graph_(graph),
      steps_(graph, options),
      fingerprints_(fingerprints),
      table_(table),
      recent_(kRecent, 0) {}

void FingerprintWorker::explore(const StateLog& log, const StateLog::Block& block) {
  StateLogReader reader(log.bytes(block, bytes_));
  while (!reader.at_end()) {
    state_.half = reader.next(state_.messages);
    graph_.internal(state_.half);  // what bounds forbid is known from then on
    note_cut_off(graph_, state_.half, 1);
    steps_.for_each_step(state_, [this](const LooseSteps::Taken& taken) { take(taken); }, cut());
    if (arriving_.size() >= kBatch) flush();
  }
  note_expanded(block.states);
  show();
}

inline void FingerprintWorker::take(const LooseSteps::Taken& taken) {
  const Edge& edge = graph_.edge(taken.edge);
  const auto visit = [&](const LooseSteps::Outcome& outcome) {
    note_step(graph_, taken.edge, edge);
    if (!edge.is_violation && !edge.is_outside) arrive(outcome.to);
  };
  steps_.for_each_outcome(taken, visit, cut());
}

void FingerprintWorker::arrive(const LooseSteps::State& state) {
  const std::uint64_t fingerprint = fingerprints_.of(state.half, state.messages);
  std::uint64_t& recent = recent_[(fingerprint >> 8U) % kRecent];
  if (recent == fingerprint) return;
  recent = fingerprint;
  table_.prefetch(fingerprint);
  arriving_.push_back({.fingerprint = fingerprint,
                       .half = state.half,
                       .first = static_cast<std::uint32_t>(messages_.size()),
                       .size = static_cast<std::uint32_t>(state.messages.size())});
  messages_.insert(messages_.end(), state.messages.begin(), state.messages.end());
}

void FingerprintWorker::flush() {
  for (const Arriving& state : arriving_) {
    if (!table_.insert(state.fingerprint)) continue;
    add(state.half, std::span(messages_).subspan(state.first, state.size));
  }
  arriving_.clear();
  messages_.clear();
}

void FingerprintWorker::add_initial() {
  const LooseSteps::State initial = steps_.initial();
  table_.insert(fingerprints_.of(initial.half, initial.messages));
  add(initial.half, initial.messages);
  show();
}

void FingerprintWorker::add(HalfId half, std::span<const MessageId> messages) {
  log_.append(half, messages);
  ++found_.states;
  found_.orbits += steps_.orbit_size(half, messages);
  if (half >= found_.halves.size()) found_.halves.resize(half + std::size_t{1}, false);
  found_.halves[half] = true;
}

}  // namespace engine
