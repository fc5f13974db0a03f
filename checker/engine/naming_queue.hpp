// Networks that are yet to be interned, with the halves that they were found at; one thread's own.
// They wait until there are many, so that the look-ups' cache misses overlap.
#pragma once

#include <span>
#include <vector>

#include "checker/engine/shared_sequences.hpp"

namespace engine {

template <class T>
class NamingQueue {
 public:
  explicit NamingQueue(SharedSequences<T>& table) : table_(table) {}

  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  void add(HalfId half, std::span<const T> items) {
    const std::uint32_t hash = SharedSequences<T>::hash_of(items);
    table_.prefetch_slot(hash);
    waiting_.push_back({.half = half,
                        .hash = hash,
                        .first = static_cast<std::uint32_t>(items_.size()),
                        .size = static_cast<std::uint32_t>(items.size())});
    items_.insert(items_.end(), items.begin(), items.end());
  }
  // Interns them all and calls f(half, id) for each. At most `limit` may be in the table.
  template <class F>
  void drain(std::uint32_t limit, F f) {
    for (Waiting& each : waiting_) {
      each.candidate = table_.candidate(each.hash);
      if (each.candidate != kNone) table_.prefetch(each.candidate);
    }
    for (const Waiting& each : waiting_) {
      if (each.candidate != kNone) table_.prefetch_items(each.candidate);
    }
    for (const Waiting& each : waiting_) {
      const auto items = std::span<const T>(items_).subspan(each.first, each.size);
      f(each.half, table_.intern(items, each.hash, each.candidate, limit));
    }
    waiting_.clear();
    items_.clear();
  }

 private:
  struct Waiting {
    HalfId half = kNone;
    std::uint32_t hash = 0;
    std::uint32_t first = 0;  // of its items
    std::uint32_t size = 0;
    std::uint32_t candidate = kNone;
  };

  SharedSequences<T>& table_;
  std::vector<Waiting> waiting_;
  std::vector<T> items_;  // of all, end to end
};

}  // namespace engine
