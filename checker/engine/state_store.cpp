#include "checker/engine/state_store.hpp"

#include <algorithm>

namespace engine {

void StateStore::grow(Set& set) {
  set.slots.assign(std::max<std::size_t>(4, set.slots.size() + set.slots.size() / 2), kNone);
  for (const NetworkId network : set.log) {
    std::size_t at = position(network, set.slots.size());
    while (set.slots[at] != kNone) at = at + 1 == set.slots.size() ? 0 : at + 1;
    set.slots[at] = network;
  }
}

const std::vector<HalfId>& StateStore::advance() {
  frontier_halves_.clear();
  frontier_halves_.swap(next_level_);
  std::ranges::sort(frontier_halves_);
  auto& segments = levels_.emplace_back();
  segments.reserve(frontier_halves_.size());
  for (const HalfId half : frontier_halves_) {
    Set& set = sets_[half];
    set.frontier_begin = set.frontier_end;
    set.frontier_end = set.log.size();
    segments.push_back({half, static_cast<std::uint32_t>(set.frontier_begin),
                        static_cast<std::uint32_t>(set.frontier_end)});
  }
  return frontier_halves_;
}

}  // namespace engine
