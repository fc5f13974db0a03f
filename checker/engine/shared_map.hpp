// Answers remembered by a 64-bit key, for many threads: each is added once and never changes.
//
// Layout: keys and values lie in one array in the order of adding, which never moves; an IdTable
// finds them.
//
// Threads: find() may run at any time on any thread; add() on one at a time (the caller has a lock,
// under which it looks again before it adds).
#pragma once

#include <utility>

#include "checker/engine/id_table.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

template <class Value>
class SharedMap {
 public:
  // nullptr if there is none. Valid as long as the map.
  [[nodiscard]] const Value* find(std::uint64_t key) const {
    const std::uint32_t id = index_.find(
        hash_of(key), [&](std::uint32_t candidate) { return entries_[candidate].key == key; });
    return id == kNone ? nullptr : &entries_[id].value;
  }
  // Precondition: the key is not there.
  const Value& add(std::uint64_t key, Value value) {
    const auto id = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back(key, std::move(value));
    index_.insert(hash_of(key), id);
    return entries_[id].value;
  }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
  static constexpr std::size_t kSlotsAtFirst = std::size_t{1} << 10U;
  struct Entry {
    std::uint64_t key = 0;
    Value value;
  };
  static std::uint32_t hash_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(mixed(key) >> 32U);
  }

  ReservedArray<Entry> entries_;
  IdTable index_{kSlotsAtFirst};
};

}  // namespace engine
