// The exact set of visited states (cluster half, network half), and their order of discovery.
//
// Layout: for each cluster half, a table of the network halves it was seen with (open addressing,
// 4 bytes a slot, filled to at most 3/4, grown by half) and a log of the same ids in the order of
// discovery, which is breadth-first order: the part of the log that a level added is that level's
// frontier. So a state takes 4 bytes in the log and about 6 in the table; no hash stands in for a
// state, no table is ever copied whole, and no parent is kept: a run is rebuilt backwards, level by
// level (counting_search.cpp). Rejected: one flat table of 64-bit keys: twice the bytes, and its
// growth needs three times the table.
#pragma once

#include <cstddef>
#include <vector>

#include "checker/engine/ids.hpp"

namespace engine {

class StateStore {
 public:
  // Brings the place where insert() will look into the cache.
  void prefetch(HalfId half, NetworkId network) const {
    if (half >= sets_.size()) return;
    const Set& set = sets_[half];
    if (!set.slots.empty()) __builtin_prefetch(&set.slots[position(network, set.slots.size())]);
  }

  // Adds the state; false if it was there.
  bool insert(HalfId half, NetworkId network) {
    if (half >= sets_.size()) sets_.resize(half + 1);
    Set& set = sets_[half];
    if ((set.log.size() + 1) * 4 > set.slots.size() * 3) grow(set);
    // By a quarter: doubling would leave a third of the log's memory unused.
    if (set.log.size() == set.log.capacity()) set.log.reserve(set.log.size() * 5 / 4 + 4);
    std::size_t at = position(network, set.slots.size());
    for (; set.slots[at] != kNone; at = at + 1 == set.slots.size() ? 0 : at + 1) {
      if (set.slots[at] == network) return false;
    }
    set.slots[at] = network;
    if (set.log.size() == set.frontier_end) next_level_.push_back(half);
    set.log.push_back(network);
    ++size_;
    return true;
  }

  // Ends the level that was being added: it becomes the frontier. Returns its cluster halves.
  const std::vector<HalfId>& advance();

  // The network halves of the current frontier at one of its cluster halves, as positions in the
  // log of that half; states may be inserted meanwhile.
  struct Range {
    std::size_t first = 0;
    std::size_t last = 0;
  };
  [[nodiscard]] Range frontier(HalfId half) const {
    return {sets_[half].frontier_begin, sets_[half].frontier_end};
  }
  [[nodiscard]] NetworkId at(HalfId half, std::size_t position) const {
    return sets_[half].log[position];
  }

  // Calls f(half, network) for every state of a past level (0 is the first) in a fixed order, until
  // f returns true; returns whether it did.
  template <class F>
  bool any_of_level(std::size_t level, F f) const {
    for (const Segment& segment : levels_[level]) {
      for (std::size_t i = segment.first; i < segment.last; ++i) {
        if (f(segment.half, sets_[segment.half].log[i])) return true;
      }
    }
    return false;
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  template <class F>
  void for_each_half(F f) const {
    for (HalfId half = 0; half < sets_.size(); ++half) {
      if (!sets_[half].log.empty()) f(half);
    }
  }
  template <class F>
  void for_each_state(F f) const {
    for_each_half([&](HalfId half) {
      for (const NetworkId network : sets_[half].log) f(half, network);
    });
  }

 private:
  struct Set {
    std::vector<NetworkId> slots;
    std::vector<NetworkId> log;
    std::size_t frontier_begin = 0;
    std::size_t frontier_end = 0;
  };
  struct Segment {
    HalfId half = kNone;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  static std::size_t position(NetworkId network, std::size_t slots) {
    const std::uint32_t spread = network * 0x9E3779B1U;
    return (std::uint64_t{spread} * slots) >> 32U;
  }
  static void grow(Set& set);

  std::vector<Set> sets_;
  std::vector<HalfId> frontier_halves_;
  std::vector<HalfId> next_level_;
  std::vector<std::vector<Segment>> levels_;
  std::uint64_t size_ = 0;
};

}  // namespace engine
