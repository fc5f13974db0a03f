// The counting search: breadth first over every state of a bounded network, each counted once.
//
// Breadth first, so the run that is reported is a shortest one, and `distinct`, `generated` and
// `depth` mean what TLC means by them. A level in which a violation is found is still completed:
// counts and run are then the same whatever the number of threads and the order of the ids.
//
// Threads (counting_worker.hpp): each owns the states of some halves. The states of a level are
// dealt out in chunks to whoever is free; a state found goes to its owner's store. All meet at a
// barrier when a level is done, when a shared table must grow, or when the search is to stop.
#pragma once

#include <barrier>
#include <exception>
#include <thread>

#include "checker/engine/bounded_system.hpp"
#include "checker/engine/counting_worker.hpp"
#include "checker/engine/search.hpp"

namespace engine {

struct CountingOptions : BoundedSystemOptions {
  Limits limits;
  std::size_t threads = 1;
  const Checkpointing* checkpointing = nullptr;  // nullptr: no checkpoints
};

class CountingSearch {
 public:
  CountingSearch(Model& model, const CountingOptions& options);

  // Before run(): goes on where the search was that wrote the checkpoint. The model must be one
  // that was asked nothing but what the constructor asks; the options must be equal but for limits,
  // threads and checkpoints.
  void resume(ArchiveReader& reader);

  SearchResult run(Observer& observer);

  // After run(): the visited cluster halves (canonical ones), in id order.
  [[nodiscard]] std::vector<HalfId> visited_halves() const;
  [[nodiscard]] std::size_t network_halves() const { return system_.network_count(); }

 private:
  // States of one half in a worker's frontier.
  struct Chunk {
    HalfId half = kNone;
    std::uint32_t worker = 0;
    std::size_t first = 0;
    std::size_t size = 0;
  };
  struct OnBarrier {
    CountingSearch* search;
    void operator()() noexcept { search->all_stand_still(); }
  };

  void start_threads(std::vector<std::jthread>& threads);
  // A thread's life: level by level until the end is agreed on.
  void work(std::size_t number, Observer* observer);
  void work_on_level(CountingWorker& worker, Observer* observer);
  void end_level(CountingWorker& worker);
  // Waits for all; `done`: nothing is left to do in this level, for all this worker knows.
  void meet(bool done);
  // At the barrier, while no worker works.
  void all_stand_still() noexcept;
  void begin();
  // Deals the frontier out and goes on, unless a violation was met or nothing is left.
  void start_level(std::size_t level);
  void deal_out();
  // Explores what is dealt out, unless a limit is reached.
  void go_on(std::size_t level);
  // The least number of a violation met so far; 0 if there was none.
  [[nodiscard]] std::uint32_t least_violation() const;
  void note_failure();
  // Asks the observer, if it is time to.
  void poll(Observer& observer);
  // At the barrier: grows shared tables that need it, unless the observer has something against it.
  void grow_tables();
  void stop(StopReason reason);

  [[nodiscard]] Progress progress() const;
  void finish();

  // counting_checkpoint.cpp. At the barrier, while no worker works.
  void write_checkpoint();
  void save(ArchiveWriter& writer);
  void save_counts(ArchiveWriter& writer);
  void save_states(ArchiveWriter& writer) const;
  void save_frontier(ArchiveWriter& writer) const;
  void save_levels(ArchiveWriter& writer) const;
  void load_counts(ArchiveReader& reader);
  void load_states(ArchiveReader& reader);
  void load_frontier(ArchiveReader& reader);
  void load_levels(ArchiveReader& reader);
  [[nodiscard]] CountingWorker& owner_of(HalfId half) { return *workers_[shares_.owner(half)]; }

  BoundedSystem system_;
  CountingOptions options_;
  Shares shares_;
  std::vector<std::unique_ptr<CountingWorker>> workers_;
  std::barrier<OnBarrier> barrier_;

  std::vector<Chunk> chunks_;  // of the current level
  alignas(64) std::atomic<std::size_t> next_chunk_{0};
  std::size_t level_ = 0;
  std::uint64_t distinct_before_level_ = 0;
  std::uint64_t polled_at_ = 0;  // states expanded when the observer was last asked

  // Written by any worker, acted upon at the barrier.
  alignas(64) std::atomic<bool> is_pause_wanted_{false};
  std::atomic<std::size_t> done_{0};
  std::atomic<bool> is_stop_wanted_{false};
  std::atomic<bool> is_checkpoint_wanted_{false};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::optional<StopReason> stop_reason_;
  // Agreed on at the barrier.
  enum class Phase : std::uint8_t { Exploring, LevelExplored, Over };
  Phase phase_ = Phase::Over;

  Observer* observer_ = nullptr;
  bool is_resumed_ = false;
  SearchResult result_;
};

}  // namespace engine
