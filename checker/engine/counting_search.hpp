// The counting search with an exact store: breadth first over every state of a bounded network,
// each counted once.
//
// Threads (counting_worker.hpp): each owns the states of some halves; a state found goes to its
// owner's store.
#pragma once

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
  [[nodiscard]] std::optional<std::uint64_t> network_halves() const override {
    return system_.network_count();
  }

 private:
  // States of one half in a worker's frontier.
  struct Chunk {
    HalfId half = kNone;
    std::uint32_t worker = 0;
    std::size_t first = 0;
    std::size_t size = 0;
  };

  [[nodiscard]] HalfGraph& graph() override { return system_.graph(); }
  [[nodiscard]] WorkerTally& tally(std::size_t worker) override { return *workers_[worker]; }
  void add_initial() override;
  std::size_t deal_out() override;
  [[nodiscard]] bool wants_growth() const override { return system_.wants_growth(); }
  [[nodiscard]] std::size_t growth_bytes() const override { return system_.growth_bytes(); }
  void grow_tables() override { system_.grow_tables(); }
  void describe_states(SearchResult& result) override;
  std::vector<PathStep> path_to(std::uint32_t violation) override;

  bool explore_chunk(std::size_t worker) override;
  void flush(std::size_t worker) override { workers_[worker]->flush(); }
  void receive(std::size_t worker) override { workers_[worker]->receive(); }
  void end_level(std::size_t worker) override { workers_[worker]->store().advance(); }
  // The level is copied when it is complete: to the frontier, and to the log of levels.
  [[nodiscard]] std::uint64_t level_bytes(std::uint64_t states) const override {
    return 2 * sizeof(NetworkId) * states;
  }

  // counting_checkpoint.cpp
  void save_states(ArchiveWriter& writer) override;
  void load_states(ArchiveReader& reader) override;
  void save_stores(ArchiveWriter& writer) const;
  void save_frontier(ArchiveWriter& writer) const;
  void save_levels(ArchiveWriter& writer) const;
  class NetworkReader;
  void load_stores(ArchiveReader& reader, NetworkReader& ids);
  void load_frontier(ArchiveReader& reader, NetworkReader& ids);
  void load_levels(ArchiveReader& reader, NetworkReader& ids);
  [[nodiscard]] CountingWorker& owner_of(HalfId half) { return *workers_[shares_.owner(half)]; }

  BoundedSystem system_;
  Shares shares_;
  std::vector<std::unique_ptr<CountingWorker>> workers_;
  std::vector<Chunk> chunks_;  // of the current level
};

}  // namespace engine
