// The counting search with a store of fingerprints: breadth first over every state of a bounded
// network, as CountingSearch, but what is kept of a visited state is a 64-bit hash alone. So it is
// not exact: where two states have one fingerprint, the one that comes later is taken to be
// visited, and with it whatever only it leads to is missed. How likely that was is estimated
// (Collisions).
//
// It pays where networks are many: they are not interned, and memory is about 10 bytes a state
// whatever is in flight and however wide the levels are, which lie on disk. What is reported was
// seen: states are logged in full, so runs are rebuilt exactly.
//
// Threads (fingerprint_worker.hpp): all share one table; a state belongs to whoever enters its
// fingerprint.
#pragma once

#include <memory>
#include <vector>

#include "checker/engine/fingerprint_worker.hpp"
#include "checker/engine/level_search.hpp"

namespace engine {

class FingerprintSearch final : public LevelSearch {
 public:
  // Throws std::invalid_argument for the order Once.
  FingerprintSearch(Model& model, const CountingOptions& options);

  [[nodiscard]] std::vector<HalfId> visited_halves() const override;
  [[nodiscard]] std::optional<std::uint64_t> network_halves() const override { return {}; }

 private:
  struct Chunk {
    const StateLog* log = nullptr;
    const StateLog::Block* block = nullptr;
  };

  [[nodiscard]] HalfGraph& graph() override { return graph_; }
  [[nodiscard]] WorkerTally& tally(std::size_t worker) override { return *workers_[worker]; }
  void add_initial() override;
  std::size_t deal_out() override;
  [[nodiscard]] bool wants_growth() const override { return table_.wants_growth(); }
  [[nodiscard]] std::size_t growth_bytes() const override { return table_.growth_bytes(); }
  void grow_tables() override { table_.grow(); }
  void describe_states(SearchResult& result) override;
  std::vector<PathStep> path_to(std::uint32_t violation) override;

  bool explore_chunk(std::size_t worker) override;
  void flush(std::size_t worker) override;
  [[nodiscard]] bool wants_pause(std::size_t) const override { return table_.wants_growth(); }
  bool look_up(std::size_t) override { return false; }  // each state was as it was found
  void begin_look_up() override {}
  void end_look_up() override {}
  void end_level(std::size_t worker) override { workers_[worker]->log().end_level(); }
  [[nodiscard]] std::uint64_t bytes_ahead(std::uint64_t) const override { return 0; }
  [[nodiscard]] Collisions collisions(const Progress& progress);

  // fingerprint_checkpoint.cpp
  void save_states(ArchiveWriter& writer) override;
  void load_states(ArchiveReader& reader) override;
  void save_found(ArchiveWriter& writer) const;
  void save_levels(ArchiveWriter& writer);
  void load_found(ArchiveReader& reader);
  void load_levels(ArchiveReader& reader);

  HalfGraph graph_;
  Fingerprints fingerprints_;
  FingerprintTable table_;
  std::vector<std::unique_ptr<FingerprintWorker>> workers_;
  std::vector<Chunk> chunks_;  // of the current level
};

// The search that the options ask for.
std::unique_ptr<LevelSearch> make_counting_search(Model& model, const CountingOptions& options);

}  // namespace engine
