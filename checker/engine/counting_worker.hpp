// One thread of the counting search: takes the steps of the states it is given, and looks up the
// states that it and the others have found.
//
// The two are done in turns, by all threads together (LevelSearch). While steps are taken, threads
// share next to nothing: what a step makes of a network is worked out (network_steps.hpp) and put
// aside (found_states.hpp). While states are looked up, each thread takes whole groups of halves.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "checker/engine/bounded_system.hpp"
#include "checker/engine/found_states.hpp"
#include "checker/engine/level_states.hpp"
#include "checker/engine/naming_queue.hpp"
#include "checker/engine/state_store.hpp"
#include "checker/engine/worker_tally.hpp"

namespace engine {

class CountingWorker final : public WorkerTally {
 public:
  using State = BoundedSystem::State;

  // Both must outlive this.
  CountingWorker(BoundedSystem& system, StateStore& store);

  // Takes all steps of states with the same half.
  void explore(HalfId half, std::span<const NetworkId> networks);
  // Finishes the steps under way.
  void flush();
  // Looks up what all workers have found of a group; new states are this worker's.
  void look_up(std::size_t group, const std::vector<std::unique_ptr<CountingWorker>>& all);

  [[nodiscard]] FoundStates& found() { return found_; }
  [[nodiscard]] LevelStates& states() { return states_; }
  [[nodiscard]] const LevelStates& states() const { return states_; }

  // A state that is not reached by a step.
  void add_initial(State state);
  // For a search that goes on from a checkpoint: so many states are stored already.
  void restore_distinct(std::uint64_t distinct) { distinct_ = distinct; }
  // Makes what was counted so far known to all.
  void show() {
    WorkerTally::show(distinct_);
    shown_found_.store(found_.size(), std::memory_order_relaxed);
  }
  // As it was when show() was last called: how many states are found and not looked up.
  [[nodiscard]] std::uint64_t found_count() const {
    return shown_found_.load(std::memory_order_relaxed);
  }

 private:
  template <class List>
  void explore_lists(NetworkSteps<List>& steps, HalfId half, std::span<const NetworkId> networks);
  void explore_once(HalfId half, std::span<const NetworkId> networks);
  template <class List>
  void take(NetworkSteps<List>& steps, EdgeId id, MessageId spent);
  void await_name(HalfId half, const MessageList& list) { unnamed_->add(half, list.span()); }
  template <std::size_t K>
  void await_name(HalfId half, const SortedBag<K>& bag) {
    std::array<MessageId, K> messages;
    unnamed_->add(half, bag.write(messages));
  }
  void take_once(EdgeId id, MessageId spent);
  void drain_names();
  // Adds the new states of a group to the level, half by half.
  void add_fresh();
  [[nodiscard]] auto cut() {
    return [this](unsigned bound) { note_cut(bound); };
  }

  BoundedSystem& system_;
  HalfGraph& graph_;
  StateStore& store_;
  FoundStates found_;
  LevelStates states_;
  std::uint64_t distinct_ = 0;
  std::atomic<std::uint64_t> shown_found_{0};

  // Bags of few messages have steps for just their size.
  using ListSteps = std::variant<NetworkSteps<MessageList>, NetworkSteps<SortedBag<1>>,
                                 NetworkSteps<SortedBag<2>>, NetworkSteps<SortedBag<3>>,
                                 NetworkSteps<SortedBag<4>>, NetworkSteps<SortedBag<5>>,
                                 NetworkSteps<SortedBag<6>>>;
  template <std::size_t K>
  void make_steps();

  // With BoundedSystem::once() the second of each, else the first.
  std::optional<ListSteps> steps_;
  std::optional<OnceSteps> once_steps_;
  std::optional<NamingQueue<MessageId>> unnamed_;
  std::optional<NamingQueue<OnceSet::Word>> once_unnamed_;

  std::vector<State> fresh_;  // of one group
  std::vector<HalfId> fresh_halves_;
  std::vector<std::uint32_t> cursor_;  // by a half's place in its group
  std::vector<NetworkId> sorted_;
};

}  // namespace engine
