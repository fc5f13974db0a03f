#include "checker/engine/fingerprint_worker.hpp"

namespace engine {
namespace {
constexpr std::size_t kBatch = 256;
constexpr std::size_t kRecent = std::size_t{1} << 15U;
}  // namespace

FingerprintWorker::FingerprintWorker(HalfGraph& graph, const NetworkOptions& options,
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
    const HalfId half = reader.next(read_);
    state_.assign(read_);
    graph_.internal(half);  // what bounds forbid is known from then on
    note_cut_off(graph_, half, 1);
    steps_.start(half, state_);
    steps_.for_each_step([this](EdgeId id, MessageId spent) { take(id, spent); }, cut());
    if (arriving_.size() >= kBatch) flush();
  }
  note_expanded(block.states);
  show();
}

inline void FingerprintWorker::take(EdgeId id, MessageId spent) {
  const Edge& edge = graph_.edge(id);
  const auto visit = [&](const NetworkSteps<MessageList>::Outcome& outcome) {
    note_step(graph_, id, edge);
    if (!edge.is_violation && !edge.is_outside) arrive(outcome.half, outcome.messages->span());
  };
  steps_.for_each_outcome(id, spent, visit, cut());
}

void FingerprintWorker::arrive(HalfId half, std::span<const MessageId> messages) {
  const std::uint64_t fingerprint = fingerprints_.of(half, messages);
  std::uint64_t& recent = recent_[(fingerprint >> 8U) % kRecent];
  if (recent == fingerprint) return;
  recent = fingerprint;
  table_.prefetch(fingerprint);
  arriving_.push_back({.fingerprint = fingerprint,
                       .half = half,
                       .first = static_cast<std::uint32_t>(messages_.size()),
                       .size = static_cast<std::uint32_t>(messages.size())});
  messages_.insert(messages_.end(), messages.begin(), messages.end());
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
  const HalfId initial = graph_.initial().half;
  table_.insert(fingerprints_.of(initial, {}));
  add(initial, {});
  show();
}

void FingerprintWorker::add(HalfId half, std::span<const MessageId> messages) {
  log_.append(half, messages);
  ++found_.states;
  added_.assign(messages);
  found_.orbits += steps_.orbit_size(half, added_);
  if (half >= found_.halves.size()) found_.halves.resize(half + std::size_t{1}, false);
  found_.halves[half] = true;
}

}  // namespace engine
