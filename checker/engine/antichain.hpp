// For each cluster half, the sets of messages it was reached with: an antichain under inclusion.
//
// A state (half, M) can do nothing that (half, M') with M' a superset of M cannot, when any message
// ever sent may be delivered at any time. So only the maximal sets are kept.
//
// Layout: for each half the sets lie end to end, each `stride` words wide, beside their sizes and
// the search's names for them (nodes). The stride grows with the number of messages known, half by
// half, when a set needs it. Members are compared one by one, after their sizes.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "checker/engine/ids.hpp"

namespace engine {

using NodeId = std::uint32_t;

// A set of message ids: bit i % 64 of word i / 64.
using MessageSet = std::vector<std::uint64_t>;

inline bool contains(std::span<const std::uint64_t> set, MessageId message) {
  const std::size_t word = message / 64;
  return word < set.size() && (set[word] >> (message % 64) & 1U) != 0;
}

// Adds the message; false if it was there.
inline bool insert(MessageSet& set, MessageId message) {
  const std::size_t word = message / 64;
  if (word >= set.size()) set.resize(word + 1, 0);
  const std::uint64_t bit = std::uint64_t{1} << (message % 64);
  const bool added = (set[word] & bit) == 0;
  set[word] |= bit;
  return added;
}

inline std::size_t size_of(std::span<const std::uint64_t> set) {
  std::size_t size = 0;
  for (const std::uint64_t word : set) size += static_cast<std::size_t>(__builtin_popcountll(word));
  return size;
}

// Calls f(message) for the messages that `bits` stand for in the `word`-th word of a set, in order,
// until f returns true; returns whether it did.
template <class F>
bool any_in_word(std::size_t word, std::uint64_t bits, F f) {
  for (; bits != 0; bits &= bits - 1) {
    if (f(static_cast<MessageId>(word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits))))) {
      return true;
    }
  }
  return false;
}

// Calls f(message) for every message of the set, in order.
template <class F>
void for_each_message(std::span<const std::uint64_t> set, F f) {
  for (std::size_t word = 0; word < set.size(); ++word) {
    any_in_word(word, set[word], [&](MessageId message) {
      f(message);
      return false;
    });
  }
}

class Antichain {
 public:
  // Whether a member of the half's antichain includes `set`.
  [[nodiscard]] bool covers(HalfId half, std::span<const std::uint64_t> set) const;

  // Adds a set that no member covers. Members that it includes are dropped, if their node is not
  // below `droppable_from`.
  void add(HalfId half, std::span<const std::uint64_t> set, NodeId node, NodeId droppable_from);

  // The set of a node; empty span if it was dropped (or is the empty set). Valid until the next
  // add().
  struct Found {
    bool present = false;
    std::span<const std::uint64_t> set;
  };
  [[nodiscard]] Found find(HalfId half, NodeId node) const;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool has(HalfId half) const {
    return half < chains_.size() && !chains_[half].nodes.empty();
  }
  template <class F>
  void for_each_half(F f) const {
    for (HalfId half = 0; half < chains_.size(); ++half) {
      if (has(half)) f(half);
    }
  }

 private:
  struct Chain {
    std::vector<std::uint64_t> words;
    std::vector<std::uint32_t> sizes;
    std::vector<NodeId> nodes;
    std::size_t stride = 0;
  };
  static void widen(Chain& chain, std::size_t stride);

  std::vector<Chain> chains_;
  std::uint64_t size_ = 0;
};

}  // namespace engine
