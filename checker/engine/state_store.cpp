#include "checker/engine/state_store.hpp"

#include <algorithm>

namespace engine {

void StateStore::grow(Set& set, HalfId half) {
  set.half = half;
  const std::uint32_t old_count = set.slot_count;
  if (old_count > 0xC0000000U) throw std::length_error("a cluster half has too many states");
  const std::uint32_t slot_count = old_count + old_count / 5 * 2 + 4;
  auto slots = std::make_unique_for_overwrite<NetworkId[]>(slot_count);
  std::fill_n(slots.get(), slot_count, kNone);
  for (std::uint32_t i = 0; i < old_count; ++i) {
    const NetworkId network = set.slots[i];
    if (network == kNone) continue;
    std::size_t at = position(network, slot_count);
    while (slots[at] != kNone) at = at + 1 == slot_count ? 0 : at + 1;
    slots[at] = network;
  }
  set.slots = std::move(slots);
  set.slot_count = slot_count;
}

void StateStore::advance() {
  segments_.clear();
  frontier_.clear();
  // How many there are of each half, ...
  std::vector<HalfId> halves;
  for (std::size_t i = 0; i < fresh_.size(); ++i) {
    Set& set = sets_[shares_.place(fresh_[i].half)];
    if (set.cursor++ == 0) halves.push_back(set.half);
  }
  std::ranges::sort(halves);
  // ... where those of each begin, ...
  std::uint64_t first = 0;
  for (const HalfId half : halves) {
    Set& set = sets_[shares_.place(half)];
    segments_.push_back({half, set.cursor});
    set.cursor = static_cast<std::uint32_t>(first);
    first += segments_.back().size;
  }
  if (first > 0xFFFFFFFFU) throw std::length_error("a level has more than 2^32 states");
  // ... and everything to its place.
  frontier_.extend_to(first);
  for (std::size_t i = 0; i < fresh_.size(); ++i) {
    frontier_[sets_[shares_.place(fresh_[i].half)].cursor++] = fresh_[i].network;
  }
  for (const HalfId half : halves) sets_[shares_.place(half)].cursor = 0;
  fresh_.clear();
  log_.add_level(segments_, frontier());
}

}  // namespace engine
