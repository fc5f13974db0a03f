#include "checker/engine/counting_search.hpp"

#include <algorithm>

#include "checker/engine/counterexample.hpp"

namespace engine {
namespace {
constexpr std::size_t kChunk = 1024;  // states dealt out at once
}  // namespace

CountingSearch::CountingSearch(Model& model, const CountingOptions& options)
    : LevelSearch(options), system_(model, options), shares_(options.threads) {
  for (std::size_t number = 0; number < options.threads; ++number) {
    workers_.push_back(std::make_unique<CountingWorker>(system_, number, shares_, workers_));
  }
}

bool CountingSearch::explore_chunk(std::size_t worker) {
  const std::size_t number = take_chunk();
  if (number >= chunks_.size()) return false;
  const Chunk& chunk = chunks_[number];
  const auto frontier = workers_[chunk.worker]->store().frontier();
  workers_[worker]->explore(chunk.half, frontier.subspan(chunk.first, chunk.size));
  return true;
}

std::size_t CountingSearch::deal_out() {
  chunks_.clear();
  for (std::uint32_t number = 0; number < workers_.size(); ++number) {
    std::size_t first = 0;
    for (const LevelLog::Segment& segment : workers_[number]->store().frontier_segments()) {
      for (std::size_t done = 0; done < segment.size; done += kChunk) {
        const std::size_t size = std::min(kChunk, segment.size - done);
        chunks_.push_back({segment.half, number, first + done, size});
      }
      first += segment.size;
    }
  }
  return chunks_.size();
}

void CountingSearch::add_initial() {
  const BoundedSystem::State initial = system_.initial();
  for (const auto& worker : workers_) {
    if (worker->owns(initial.half)) worker->add_initial(initial);
    worker->store().advance();
  }
}

void CountingSearch::describe_states(SearchResult& result) {
  for (const auto& worker : workers_) {
    worker->store().for_each_half([&](HalfId half, std::uint64_t states) {
      const std::uint64_t orbit = system_.orbit_size({half, NetworkTable::kEmptyNetwork});
      result.halves += orbit;
      if (system_.graph().automorphisms(half).empty()) {
        result.orbits += orbit * states;
        return;
      }
      worker->store().for_each_network(
          half, [&](NetworkId network) { result.orbits += system_.orbit_size({half, network}); });
    });
  }
}

std::vector<PathStep> CountingSearch::path_to(std::uint32_t violation) {
  std::vector<const LevelLog*> logs;
  for (const auto& worker : workers_) logs.push_back(&worker->store().log());
  ExactStates states(system_, std::move(logs));
  return Counterexample(states, violation).path(level());
}

std::vector<HalfId> CountingSearch::visited_halves() const {
  std::vector<HalfId> halves;
  for (const auto& worker : workers_) {
    worker->store().for_each_half([&](HalfId half, std::uint64_t) { halves.push_back(half); });
  }
  std::ranges::sort(halves);
  return halves;
}

}  // namespace engine
