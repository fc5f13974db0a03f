#include "checker/engine/counting_search.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "checker/engine/counterexample.hpp"

namespace engine {
namespace {
constexpr std::size_t kChunk = 1024;  // states dealt out at once

// States wait to be looked up until they are as many as a quarter of those that are stored: 2 bytes
// a state, and each line of a set is needed about once.
constexpr std::uint64_t kFoundLeast = std::uint64_t{1} << 17U;
constexpr std::uint64_t kFoundShare = 4;
// Of the sets of one group: a fraction of a core's second cache.
constexpr std::uint64_t kGroupBytes = std::uint64_t{1024} << 10U;
constexpr std::uint64_t kGroupsLeast = 16;
constexpr std::uint64_t kGroupsMost = 1U << 13U;
constexpr std::uint64_t kWindowLeast = std::uint64_t{1} << 23U;  // ranks that are marked at once
}  // namespace

CountingSearch::CountingSearch(Model& model, const CountingOptions& options)
    : LevelSearch(options), system_(model, options) {
  for (std::size_t number = 0; number < options.threads; ++number) {
    workers_.push_back(std::make_unique<CountingWorker>(system_, store_));
  }
  end_look_up();
}

bool CountingSearch::explore_chunk(std::size_t worker) {
  const std::size_t number = take_chunk();
  if (number >= chunks_.size()) return false;
  workers_[worker]->explore(chunks_[number].half, chunks_[number].networks);
  return true;
}

bool CountingSearch::look_up(std::size_t worker) {
  const std::size_t group = next_group_.fetch_add(1);
  if (group >= workers_[worker]->found().groups()) return false;
  workers_[worker]->look_up(group, workers_);
  return true;
}

void CountingSearch::end_look_up() {
  const std::uint64_t groups =
      std::clamp(std::bit_ceil(store_.bytes() / kGroupBytes + 1), kGroupsLeast, kGroupsMost);
  for (const auto& worker : workers_) {
    worker->found().clear(groups);
    worker->show();
  }
  const std::uint64_t distinct = progress().distinct;
  std::uint64_t most = std::max(kFoundLeast, distinct / kFoundShare);
  if (options().limits.states) {
    // Near the limit, no more than may be new.
    most = std::min(most, std::max(*options().limits.states, distinct) - distinct + 1);
  }
  found_max_ = most / workers_.size() + 1;
}

std::uint64_t CountingSearch::bytes_ahead(std::uint64_t states) const {
  // Of the states found, few are new: each of them takes up to 8 bytes in a set and 4 in its level.
  constexpr std::uint64_t kBytes = 2;
  std::uint64_t found = 0;
  for (const auto& worker : workers_) found += worker->found_count();
  return kBytes * found + std::min<std::uint64_t>(sizeof(NetworkId) * states, LevelLog::kMemoryMax);
}

std::size_t CountingSearch::deal_out() {
  chunks_.clear();
  for (const auto& worker : workers_) {
    const LevelStates::Level& level = worker->states().explored();
    std::size_t first = 0;
    for (const LevelLog::Segment& segment : level.segments) {
      for (std::size_t done = 0; done < segment.size; done += kChunk) {
        const std::size_t size = std::min(kChunk, segment.size - done);
        chunks_.push_back({segment.half, level.networks.span(first + done, size)});
      }
      first += segment.size;
    }
  }
  return chunks_.size();
}

void CountingSearch::add_initial() {
  workers_.front()->add_initial(system_.initial());
  for (const auto& worker : workers_) worker->states().advance();
}

void CountingSearch::describe_states(SearchResult& result) {
  for (const auto& worker : workers_) worker->found().release();
  BoundedSteps steps(system_);
  const NetworkId empty = system_.initial().network;
  store_.for_each_half([&](HalfId half, std::uint64_t states) {
    const std::uint64_t orbit = steps.orbit_size({half, empty});
    result.halves += orbit;
    if (system_.graph().automorphisms(half).empty()) {
      result.orbits += orbit * states;
      return;
    }
    store_.for_each_network(
        half, [&](NetworkId network) { result.orbits += steps.orbit_size({half, network}); });
  });
}

std::vector<PathStep> CountingSearch::path_to(std::uint32_t violation) {
  std::vector<const LevelLog*> logs;
  for (const auto& worker : workers_) logs.push_back(&worker->states().log());
  ExactStates states(system_, std::move(logs));
  return Counterexample(states, violation).path(level());
}

std::vector<HalfId> CountingSearch::visited_halves() const {
  std::vector<HalfId> halves;
  store_.for_each_half([&](HalfId half, std::uint64_t) { halves.push_back(half); });
  return halves;
}

// Interned ones are all met; of the ranks, those that some state has: marked in as many passes over
// the store as there are windows of ranks, so that no more than a byte a state is needed for it.
std::optional<std::uint64_t> CountingSearch::network_halves() const {
  std::uint64_t end = 0;
  std::uint64_t states = 0;
  for_each_rank([&](NetworkId rank) {
    end = std::max(end, std::uint64_t{rank} + 1);
    ++states;
  });
  std::uint64_t count = system_.interned();
  std::vector<std::uint64_t> is_met(std::min(end, std::max(kWindowLeast, 8 * states)) / 64 + 1);
  const std::uint64_t window = 64 * is_met.size();
  for (std::uint64_t first = 0; first < end; first += window) {
    for_each_rank([&](NetworkId rank) {
      const std::uint64_t at = rank - first;  // wraps below the window
      if (at < window) is_met[at / 64] |= std::uint64_t{1} << at % 64;
    });
    for (std::uint64_t& ranks : is_met) {
      count += static_cast<std::uint64_t>(std::popcount(std::exchange(ranks, 0U)));
    }
  }
  return count;
}

template <class F>
void CountingSearch::for_each_rank(F f) const {
  store_.for_each_half([&](HalfId half, std::uint64_t) {
    store_.for_each_network(half, [&](NetworkId network) {
      if (system_.is_ranked(network)) f(network);
    });
  });
}

}  // namespace engine
