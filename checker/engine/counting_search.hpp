// The counting search with an exact store: breadth first over every state of a bounded network,
// each counted once.
//
// Threads (counting_worker.hpp): all share one store; while states are looked up, who has a half
// has its states for himself.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "checker/engine/bounded_system.hpp"
#include "checker/engine/counting_worker.hpp"
#include "checker/engine/level_search.hpp"

namespace engine {

class CountingSearch final : public LevelSearch {
 public:
  CountingSearch(Model& model, const CountingOptions& options);

  [[nodiscard]] std::vector<HalfId> visited_halves() const override;
  [[nodiscard]] std::optional<std::uint64_t> network_halves() const override;

 private:
  // States of one half in a worker's part of the level.
  struct Chunk {
    HalfId half = kNone;
    std::span<const NetworkId> networks;
  };

  [[nodiscard]] HalfGraph& graph() override { return system_.graph(); }
  [[nodiscard]] WorkerTally& tally(std::size_t worker) override { return *workers_[worker]; }
  void add_initial() override;
  std::size_t deal_out() override;
  [[nodiscard]] bool wants_growth() const override { return system_.wants_growth(); }
  [[nodiscard]] std::size_t growth_bytes() const override { return system_.growth_bytes(); }
  void grow_tables() override { system_.grow_tables(); }
  void begin_look_up() override { next_group_ = 0; }
  void end_look_up() override;
  void describe_states(SearchResult& result) override;
  std::vector<PathStep> path_to(std::uint32_t violation) override;

  bool explore_chunk(std::size_t worker) override;
  [[nodiscard]] bool wants_pause(std::size_t worker) const override {
    return system_.wants_growth() || workers_[worker]->found().size() >= found_max_;
  }
  void flush(std::size_t worker) override { workers_[worker]->flush(); }
  bool look_up(std::size_t worker) override;
  void end_level(std::size_t worker) override { workers_[worker]->states().advance(); }
  [[nodiscard]] std::uint64_t bytes_ahead(std::uint64_t states) const override;

  // counting_checkpoint.cpp
  void save_states(ArchiveWriter& writer) override;
  void load_states(ArchiveReader& reader) override;
  void save_store(ArchiveWriter& writer) const;
  void save_added(ArchiveWriter& writer) const;
  void save_frontier(ArchiveWriter& writer) const;
  void save_levels(ArchiveWriter& writer) const;
  class NetworkReader;
  void load_store(ArchiveReader& reader, NetworkReader& ids);
  void load_added(ArchiveReader& reader, NetworkReader& ids);
  void load_frontier(ArchiveReader& reader, NetworkReader& ids);
  void load_levels(ArchiveReader& reader, NetworkReader& ids);

  // Calls f(rank) for the network of every state that is named by its rank.
  template <class F>
  void for_each_rank(F f) const;

  BoundedSystem system_;
  StateStore store_;
  std::vector<std::unique_ptr<CountingWorker>> workers_;
  std::vector<Chunk> chunks_;    // of the current level
  std::uint64_t found_max_ = 0;  // states that a worker may find before they are looked up
  alignas(64) std::atomic<std::size_t> next_group_{0};
};

}  // namespace engine
