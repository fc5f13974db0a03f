// One thread of the search with a store of fingerprints: takes the steps of the states it is given,
// and writes down those that nobody has seen before.
//
// Steps are worked out in batches: what a batch leads to is looked up together, so that the store's
// cache misses overlap.
#pragma once

#include <vector>

#include "checker/engine/fingerprint_table.hpp"
#include "checker/engine/fingerprints.hpp"
#include "checker/engine/network_steps.hpp"
#include "checker/engine/state_log.hpp"
#include "checker/engine/worker_tally.hpp"

namespace engine {

class FingerprintWorker final : public WorkerTally {
 public:
  FingerprintWorker(HalfGraph& graph, const NetworkOptions& options,
                    const Fingerprints& fingerprints, FingerprintTable& table);

  // Takes all steps of the states of a block.
  void explore(const StateLog& log, const StateLog::Block& block);
  // Stores what the steps under way lead to.
  void flush();
  void add_initial();

  [[nodiscard]] StateLog& log() { return log_; }
  [[nodiscard]] const StateLog& log() const { return log_; }

  // Of the states that this worker was the first to meet.
  struct Found {
    std::uint64_t states = 0;
    std::uint64_t orbits = 0;  // when each stands for all its renamings
    std::vector<bool> halves;  // by id
  };
  [[nodiscard]] const Found& found() const { return found_; }
  void restore_found(Found found) { found_ = std::move(found); }
  void show() { WorkerTally::show(found_.states); }

 private:
  struct Arriving {
    std::uint64_t fingerprint = 0;
    HalfId half = kNone;
    std::uint32_t first = 0;  // of its messages
    std::uint32_t size = 0;
  };
  void take(EdgeId id, MessageId spent);
  void arrive(HalfId half, std::span<const MessageId> messages);
  void add(HalfId half, std::span<const MessageId> messages);
  [[nodiscard]] auto cut() {
    return [this](unsigned bound) { note_cut(bound); };
  }

  HalfGraph& graph_;
  NetworkSteps<MessageList> steps_;
  const Fingerprints& fingerprints_;
  FingerprintTable& table_;
  StateLog log_;
  Found found_;

  // Fingerprints lately met, each where its low bits say: many states are met again soon, and this
  // fits the cache.
  std::vector<std::uint64_t> recent_;
  std::vector<MessageId> read_;
  MessageList state_;
  MessageList added_;
  std::vector<std::byte> bytes_;
  std::vector<Arriving> arriving_;
  std::vector<MessageId> messages_;  // of those arriving, end to end
};

}  // namespace engine
