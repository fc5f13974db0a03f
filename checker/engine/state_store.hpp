// The exact set of visited states (cluster half, network half), and the frontier of a search.
//
// Layout: for each cluster half a table of the network halves it was seen with: open addressing,
// 4 bytes a slot, filled to at most 80 %, grown by two fifths. Since a slot's position grows with
// the id's hash, growing streams through both tables; no table is large, and none is ever copied
// together with another. New states are noted once more in the order of discovery, 8 bytes each,
// until their level is complete; then they are sorted by half and become the frontier (4 bytes
// each), and a copy goes to the log of levels, which lies on disk. So a state takes about 6
// bytes; no hash stands in for a state and no parent is kept: a run is rebuilt backwards, level by
// level (counterexample.hpp). Rejected: one flat table of 64-bit keys: twice the bytes, and its
// growth stops the world.
//
// Threads: a store has one owner, who alone calls what is not const. A search of several threads
// gives each its own store and splits the halves among them; the frontier may be read by all
// between two calls of advance().
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "checker/engine/ids.hpp"
#include "checker/engine/level_log.hpp"
#include "checker/engine/reserved_array.hpp"
#include "checker/engine/shares.hpp"

namespace engine {

class StateStore {
 public:
  // For the halves of one of the workers that share them.
  explicit StateStore(const Shares& shares = Shares(1)) : shares_(shares), fresh_(kFreshMax) {}

  // Brings the place where insert() will look into the cache.
  void prefetch(HalfId half, NetworkId network) const {
    const std::size_t index = shares_.place(half);
    if (index >= sets_.size()) return;
    const Set& set = sets_[index];
    if (set.slot_count != 0) __builtin_prefetch(&set.slots[position(network, set.slot_count)]);
  }

  // Adds the state; false if it was there.
  bool insert(HalfId half, NetworkId network) {
    const std::size_t index = shares_.place(half);
    if (index >= sets_.size()) sets_.resize(index + 1);
    Set& set = sets_[index];
    if ((std::uint64_t{set.size} + 1) * 5 > std::uint64_t{set.slot_count} * 4) grow(set, half);
    std::size_t at = position(network, set.slot_count);
    for (; set.slots[at] != kNone; at = at + 1 == set.slot_count ? 0 : at + 1) {
      if (set.slots[at] == network) return false;
    }
    set.slots[at] = network;
    ++set.size;
    fresh_.push_back({half, network});
    ++size_;
    return true;
  }

  // Ends the level that was being added: its states become the frontier, and a level of the log.
  void advance();
  [[nodiscard]] const std::vector<LevelLog::Segment>& frontier_segments() const {
    return segments_;
  }
  // The network halves of all segments, end to end.
  [[nodiscard]] std::span<const NetworkId> frontier() const {
    return frontier_.span(0, frontier_.size());
  }
  [[nodiscard]] const LevelLog& log() const { return log_; }

  // Calls f(half, network) for the states of the level that is being added.
  template <class F>
  void for_each_fresh(F f) const {
    for (std::size_t i = 0; i < fresh_.size(); ++i) f(fresh_[i].half, fresh_[i].network);
  }
  // For a search that goes on from a checkpoint: in this order, all states; those of the level that
  // is being added; what is left of the frontier; the past levels, the frontier's included.
  void restore(HalfId half, std::span<const NetworkId> networks) {
    for (const NetworkId network : networks) insert(half, network);
    fresh_.clear();
  }
  void restore_fresh(HalfId half, NetworkId network) { fresh_.push_back({half, network}); }
  void restore_frontier(HalfId half, std::span<const NetworkId> networks) {
    segments_.push_back({half, static_cast<std::uint32_t>(networks.size())});
    frontier_.append(networks);
  }
  void restore_level(std::span<const LevelLog::Segment> segments,
                     std::span<const NetworkId> networks) {
    log_.add_level(segments, networks);
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Calls f(half, size) for every half that has states, in id order.
  template <class F>
  void for_each_half(F f) const {
    for (std::size_t index = 0; index < sets_.size(); ++index) {
      if (sets_[index].size != 0) f(sets_[index].half, sets_[index].size);
    }
  }
  // Calls f(network) for every state of a half.
  template <class F>
  void for_each_network(HalfId half, F f) const {
    const Set& set = sets_[shares_.place(half)];
    for (std::size_t at = 0; at < set.slot_count; ++at) {
      if (set.slots[at] != kNone) f(set.slots[at]);
    }
  }

 private:
  static constexpr std::size_t kFreshMax = std::size_t{1} << 34U;
  struct Set {
    std::unique_ptr<NetworkId[]> slots;
    std::uint32_t slot_count = 0;
    std::uint32_t size = 0;
    HalfId half = kNone;
    std::uint32_t cursor = 0;  // of advance()
  };
  struct State {
    HalfId half;
    NetworkId network;
  };
  static std::size_t position(NetworkId network, std::uint32_t slot_count) {
    const std::uint32_t spread = network * 0x9E3779B1U;
    return (std::uint64_t{spread} * slot_count) >> 32U;
  }
  static void grow(Set& set, HalfId half);

  Shares shares_;
  std::vector<Set> sets_;
  ReservedArray<State> fresh_;
  std::vector<LevelLog::Segment> segments_;
  ReservedArray<NetworkId> frontier_;
  LevelLog log_;
  std::uint64_t size_ = 0;
};

}  // namespace engine
