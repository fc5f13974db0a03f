#include "checker/engine/fingerprint_search.hpp"

#include <cmath>

#include "checker/engine/counterexample.hpp"
#include "checker/engine/counting_search.hpp"
#include "checker/engine/loose_states.hpp"

namespace engine {

FingerprintSearch::FingerprintSearch(Model& model, const CountingOptions& options)
    : LevelSearch(options),
      graph_(model),
      fingerprints_(options.fingerprint_seed, options.fingerprint_bits) {
  for (std::size_t number = 0; number < options.threads; ++number) {
    workers_.push_back(std::make_unique<FingerprintWorker>(graph_, options, fingerprints_, table_));
  }
}

void FingerprintSearch::add_initial() {
  workers_.front()->add_initial();
  for (const auto& worker : workers_) worker->log().end_level();
}

std::size_t FingerprintSearch::deal_out() {
  chunks_.clear();
  for (const auto& worker : workers_) {
    const StateLog& log = worker->log();
    for (const StateLog::Block& block : log.blocks(log.levels() - 1)) {
      chunks_.push_back({&log, &block});
    }
  }
  return chunks_.size();
}

bool FingerprintSearch::explore_chunk(std::size_t worker) {
  const std::size_t number = take_chunk();
  if (number >= chunks_.size()) return false;
  workers_[worker]->explore(*chunks_[number].log, *chunks_[number].block);
  return true;
}

void FingerprintSearch::flush(std::size_t worker) {
  workers_[worker]->flush();
  workers_[worker]->show();
}

void FingerprintSearch::describe_states(SearchResult& result) {
  for (const auto& worker : workers_) result.orbits += worker->found().orbits;
  const Permutations* symmetry = options().symmetry;
  for (const HalfId half : visited_halves()) {
    result.halves +=
        symmetry == nullptr ? 1 : symmetry->size() / (1 + graph_.automorphisms(half).size());
  }
  result.collisions = collisions(result.progress);
}

// As TLC estimates it: see Collisions.
Collisions FingerprintSearch::collisions(const Progress& progress) {
  const auto distinct = static_cast<double>(progress.distinct);
  const auto again = static_cast<double>(progress.generated - progress.distinct);
  const double possible = std::ldexp(1.0, static_cast<int>(options().fingerprint_bits));
  const double gap = std::ldexp(static_cast<double>(table_.smallest_gap()),
                                static_cast<int>(options().fingerprint_bits) - 64);
  return {.from_counts = std::min(1.0, distinct * again / possible),
          .from_gap = gap == 0 ? 0 : 1 / gap};
}

std::vector<PathStep> FingerprintSearch::path_to(std::uint32_t violation) {
  std::vector<const StateLog*> logs;
  for (const auto& worker : workers_) logs.push_back(&worker->log());
  LooseStates states(graph_, options(), std::move(logs));
  return Counterexample(states, violation).path(level());
}

std::vector<HalfId> FingerprintSearch::visited_halves() const {
  std::vector<bool> is_visited;
  for (const auto& worker : workers_) {
    const std::vector<bool>& found = worker->found().halves;
    if (found.size() > is_visited.size()) is_visited.resize(found.size(), false);
    for (std::size_t half = 0; half < found.size(); ++half) {
      if (found[half]) is_visited[half] = true;
    }
  }
  std::vector<HalfId> halves;
  for (HalfId half = 0; half < is_visited.size(); ++half) {
    if (is_visited[half]) halves.push_back(half);
  }
  return halves;
}

std::unique_ptr<LevelSearch> make_counting_search(Model& model, const CountingOptions& options) {
  if (options.store == Store::Fingerprint) {
    return std::make_unique<FingerprintSearch>(model, options);
  }
  return std::make_unique<CountingSearch>(model, options);
}

}  // namespace engine
