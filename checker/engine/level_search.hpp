// A breadth-first search of several threads, level by level: when they work, when they wait for one
// another, and when they stop. What a state is, and where it is stored, is left to CountingSearch
// and FingerprintSearch.
//
// Breadth first, so the run that is reported is a shortest one, and `distinct`, `generated` and
// `depth` mean what TLC means by them. A level in which a violation is found is still completed:
// counts and run are then the same whatever the number of threads and the order of the ids.
//
// Threads: the states of a level are dealt out in chunks to whoever is free. All meet at a barrier
// when a level is done, when enough states have been found to be looked up, when a shared table
// must grow, or when the search is to stop. What was found is looked up before anything else is
// done.
#pragma once

#include <atomic>
#include <barrier>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "checker/engine/network_steps.hpp"
#include "checker/engine/search.hpp"
#include "checker/engine/worker_tally.hpp"

namespace engine {

// How visited states are told apart: by all that they are, or by a hash of it.
enum class Store : std::uint8_t { Exact, Fingerprint };

struct CountingOptions : NetworkOptions {
  Limits limits;
  std::size_t threads = 1;
  const Checkpointing* checkpointing = nullptr;  // nullptr: no checkpoints
  Store store = Store::Exact;
  std::uint64_t fingerprint_seed = 0;  // another seed, other fingerprints
  unsigned fingerprint_bits = 64;      // fewer, so that tests meet collisions
};

class LevelSearch {
 public:
  LevelSearch(const LevelSearch&) = delete;
  LevelSearch& operator=(const LevelSearch&) = delete;
  virtual ~LevelSearch() = default;

  // Before run(): goes on where the search was that wrote the checkpoint. The model must be one
  // that was asked nothing but what the constructor asks; the options must be equal but for limits,
  // threads and checkpoints.
  void resume(ArchiveReader& reader);

  SearchResult run(Observer& observer);

  // After run(): the visited cluster halves (canonical ones), in id order.
  [[nodiscard]] virtual std::vector<HalfId> visited_halves() const = 0;
  // After run(): how many distinct networks were met; nothing if that is not known.
  [[nodiscard]] virtual std::optional<std::uint64_t> network_halves() const = 0;

 protected:
  explicit LevelSearch(const CountingOptions& options);

  [[nodiscard]] const CountingOptions& options() const { return options_; }
  // The level being explored; the initial state's is 0.
  [[nodiscard]] std::size_t level() const { return level_; }
  // Chunks have numbers, from 0 in each level. Those that nobody has taken yet begin here.
  [[nodiscard]] std::size_t next_chunk() const { return next_chunk_; }
  std::size_t take_chunk() { return next_chunk_.fetch_add(1); }
  // The first chunks are not to be taken: they were before a break in the search.
  void skip_chunks(std::size_t count) { next_chunk_ = count; }
  [[nodiscard]] Progress progress();
  // The least number of a violation met so far; 0 if there was none.
  [[nodiscard]] std::uint32_t least_violation();

  // The following are called while no worker works, ...
  [[nodiscard]] virtual HalfGraph& graph() = 0;
  [[nodiscard]] virtual WorkerTally& tally(std::size_t worker) = 0;
  // Stores the initial state, as the first level.
  virtual void add_initial() = 0;
  // Makes chunks of the states of the level that was completed last, and says how many.
  virtual std::size_t deal_out() = 0;
  [[nodiscard]] virtual bool wants_growth() const = 0;
  // Bytes that the next grow_tables() will add.
  [[nodiscard]] virtual std::size_t growth_bytes() const = 0;
  virtual void grow_tables() = 0;
  // What is known of the states in the end.
  virtual void describe_states(SearchResult& result) = 0;
  // All that was found is about to be looked up; ...
  virtual void begin_look_up() = 0;
  // ... it has been.
  virtual void end_look_up() = 0;
  // The run to a violation that was met in level(), once that level is complete.
  virtual std::vector<PathStep> path_to(std::uint32_t violation) = 0;
  // The states of a checkpoint, those of the current level that are not yet explored among them.
  virtual void save_states(ArchiveWriter& writer) = 0;
  virtual void load_states(ArchiveReader& reader) = 0;

  // ... these by each worker, in its own thread.
  // Explores a chunk (take_chunk()); false if there was none left.
  virtual bool explore_chunk(std::size_t worker) = 0;
  // All are to meet soon: a table must grow, or enough states have been found.
  [[nodiscard]] virtual bool wants_pause(std::size_t worker) const = 0;
  // Finishes the steps under way.
  virtual void flush(std::size_t worker) = 0;
  // Looks up a part of what all have found; false if there was none left.
  virtual bool look_up(std::size_t worker) = 0;
  // The level that is being added is complete.
  virtual void end_level(std::size_t worker) = 0;

  // Any thread: bytes that will be taken when what is found is looked up, and when the level being
  // added, of so many states, is complete.
  [[nodiscard]] virtual std::uint64_t bytes_ahead(std::uint64_t states) const = 0;

 private:
  struct OnBarrier {
    LevelSearch* search;
    void operator()() const noexcept { search->all_stand_still(); }
  };

  void start_threads(std::vector<std::jthread>& threads);
  // A thread's life: phase by phase until the end is agreed on.
  void work(std::size_t number);
  // True if nothing is left to explore in this level, for all this worker knows.
  bool explore(std::size_t number);
  // Waits for all; `done`: as explore() said.
  void meet(bool done);
  // At the barrier, while no worker works.
  void all_stand_still() noexcept;
  void end_phase();
  void begin();
  // Deals the frontier out and goes on, unless a violation was met or nothing is left.
  void start_level(std::size_t level);
  // Explores what is dealt out, unless a limit is reached.
  void go_on(std::size_t level);
  void note_failure();
  // Asks the observer, if it is time to. Every worker does: the others go on, and need memory,
  // while the system lets one of them wait.
  void poll();
  // At the barrier: grows shared tables that need it, unless the observer has something against it.
  void let_tables_grow();
  void stop(StopReason reason);
  void finish();

  // level_checkpoint.cpp. At the barrier, while no worker works.
  void write_checkpoint();
  void save(ArchiveWriter& writer);
  void save_counts(ArchiveWriter& writer);
  void load_counts(ArchiveReader& reader);

  CountingOptions options_;
  std::barrier<OnBarrier> barrier_;

  alignas(64) std::atomic<std::size_t> next_chunk_{0};
  std::size_t level_ = 0;
  std::uint64_t distinct_before_level_ = 0;
  std::mutex poll_mutex_;
  std::atomic<std::uint64_t> polled_at_{0};  // work done when the observer was last asked

  // Written by any worker, acted upon at the barrier.
  alignas(64) std::atomic<bool> is_pause_wanted_{false};
  std::atomic<std::size_t> done_{0};
  std::atomic<bool> is_stop_wanted_{false};
  std::atomic<bool> is_checkpoint_wanted_{false};
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::optional<StopReason> stop_reason_;
  // Agreed on at the barrier.
  enum class Phase : std::uint8_t { Exploring, LookingUp, EndingLevel, Over };
  Phase phase_ = Phase::Over;
  bool is_level_explored_ = false;

  Observer* observer_ = nullptr;
  bool is_resumed_ = false;
  SearchResult result_;
};

}  // namespace engine
