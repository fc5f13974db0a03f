// One thread of the counting search: takes the steps of the states it is given, and keeps the
// states whose halves are its own.
//
// Steps go through a pipeline of stages (take steps, put their messages on the network, bring it to
// canonical names, look the states up), each over a whole batch, so that what one stage needs is
// fetched into the cache while the stage before it still works. States of another worker's halves
// go to that worker's inbox in blocks.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "checker/engine/bounded_system.hpp"
#include "checker/engine/patient_mutex.hpp"
#include "checker/engine/state_store.hpp"
#include "checker/engine/worker_tally.hpp"

namespace engine {

class CountingWorker final : public WorkerTally {
 public:
  using State = BoundedSystem::State;

  // The `number`-th of `all` (once they exist), who share the halves.
  CountingWorker(BoundedSystem& system, std::size_t number, const Shares& shares,
                 const std::vector<std::unique_ptr<CountingWorker>>& all);

  // Takes all steps of states with the same half.
  void explore(HalfId half, std::span<const NetworkId> networks);
  // Finishes the steps under way; states of other workers are in their inboxes when it returns.
  void flush();
  // Stores the states that other workers have sent so far.
  void receive();
  // A state of this worker's that is not reached by a step.
  void add_initial(State state) {
    store_.insert(state.half, state.network);
    show();
  }
  [[nodiscard]] bool owns(HalfId half) const { return shares_.owner(half) == number_; }

  [[nodiscard]] StateStore& store() { return store_; }

  // Makes what was counted so far known to all.
  void show() { WorkerTally::show(store_.size()); }

 private:
  using Taken = BoundedSystem::Taken;
  using Outcome = BoundedSystem::Outcome;
  // States on their way to another worker.
  struct Block {
    std::size_t size = 0;
    std::array<State, 2048> states;
  };

  // A way of a step, yet to be brought to canonical names.
  struct Settling {
    EdgeId edge = kNone;
    NetworkId network = kNone;
    std::uint32_t lost = 0;
  };

  void take(const Taken& taken);
  void await_settling(const Settling& settling, const Edge& edge);
  void settle(const Settling& settling, const Edge& edge);
  void add(EdgeId id, const Edge& edge, const Outcome& outcome);
  void arrive(State state) {
    const std::size_t owner = shares_.owner(state.half);
    if (owner == number_) {
      store_.prefetch(state.half, state.network);
      arriving_.push_back(state);
      return;
    }
    Block& block = *outboxes_[owner];
    block.states[block.size++] = state;
    if (block.size == block.states.size()) send(owner);
  }
  void prefetch(std::span<const NetworkId> networks, std::size_t at) const;
  void drain_growing();
  void drain_settling();
  void drain_arriving();
  void send(std::size_t to);
  std::unique_ptr<Block> empty_block();
  [[nodiscard]] auto cut() {
    return [this](unsigned bound) { note_cut(bound); };
  }

  BoundedSystem& system_;
  HalfGraph& graph_;
  NetworkTable& networks_;
  std::size_t number_;
  const Shares& shares_;
  const std::vector<std::unique_ptr<CountingWorker>>& all_;
  StateStore store_;

  // With BoundedSystem::once() the stages are: make the network, find it, look the state up.
  struct Made {
    HalfId half = kNone;
    std::uint32_t hash = 0;
    std::uint32_t first = 0;  // of its words in made_words_
    std::uint32_t size = 0;
    NetworkId candidate = kNone;
  };
  void make(EdgeId id, const Edge& edge, MessageId spent);
  void drain_making();

  std::optional<OnceSteps> once_steps_;
  std::vector<Made> making_;
  std::vector<OnceNetworks::Word> made_words_;

  std::vector<Taken> growing_;
  std::vector<NetworkTable::GrowthId> candidates_;
  std::vector<Settling> settling_;
  std::vector<State> arriving_;
  std::vector<std::unique_ptr<Block>> outboxes_;
  std::vector<std::unique_ptr<Block>> spare_;  // received and read

  // Apart from the rest: other workers write it.
  alignas(64) PatientMutex inbox_mutex_;
  std::vector<std::unique_ptr<Block>> inbox_;
};

}  // namespace engine
