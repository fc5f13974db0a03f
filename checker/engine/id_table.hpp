// A hash table of ids for many threads: who the ids belong to is the caller's business.
//
// Layout: open addressing with linear probing; a slot is 8 bytes, an id and 32 bits of its value's
// hash, which tell most values apart without a look at them. An entry's position grows with its
// hash, so growing streams through the old and the new slots side by side and gives the old ones
// back on the way: no second table's worth of memory, no pause for random access.
//
// Threads: find() may run at any time on any thread; insert() on one at a time (the caller has a
// lock, under which it looks again before it inserts). grow() is for one thread while no other uses
// the table: a search calls it at a safe point once wants_growth() says so, and the table must not
// be filled to the brim in between.
#pragma once

#include <atomic>
#include <utility>

#include "checker/engine/ids.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

class IdTable {
 public:
  IdTable() : slots_(allocate(kSlotsAtFirst)), slot_count_(kSlotsAtFirst) {}

  // The id for which is_wanted(id) is true, among those of values with this hash; kNone if there is
  // none.
  template <class IsWanted>
  std::uint32_t find(std::uint32_t hash, IsWanted is_wanted) const {
    for (std::size_t at = position(hash);; at = next(at)) {
      const std::uint64_t slot = slot_at(at).load(std::memory_order_acquire);
      if (slot == kEmpty) return kNone;
      if (tag_of(slot) == hash && is_wanted(id_of(slot))) return id_of(slot);
    }
  }
  // The first id whose value has this hash, most likely the one that is sought; or kNone.
  [[nodiscard]] std::uint32_t candidate(std::uint32_t hash) const {
    return find(hash, [](std::uint32_t) { return true; });
  }
  void prefetch(std::uint32_t hash) const { __builtin_prefetch(&slot_at(position(hash))); }

  // Precondition: the value is not there.
  void insert(std::uint32_t hash, std::uint32_t id) {
    place(std::uint64_t{hash} << 32U | (std::uint64_t{id} + 1U));
    size_.store(size() + 1, std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool wants_growth() const { return size() * 4 > slot_count_ * 3; }
  // Bytes that grow() will add.
  [[nodiscard]] std::size_t growth_bytes() const { return slot_count_ / 2 * sizeof(std::uint64_t); }

  void grow() {
    ReservedRange old = std::exchange(slots_, allocate(grown()));
    auto* from = static_cast<std::atomic<std::uint64_t>*>(old.data());
    const std::size_t old_count = std::exchange(slot_count_, grown());
    constexpr std::size_t kReleaseInterval = std::size_t{1} << 20U;  // slots
    for (std::size_t i = 0; i < old_count; ++i) {
      const std::uint64_t slot = from[i].load(std::memory_order_relaxed);
      if (slot != kEmpty) place(slot);
      if (i % kReleaseInterval == 0) old.release_front(i * sizeof(std::uint64_t));
    }
  }

 private:
  static constexpr std::uint64_t kEmpty = 0;
  static constexpr std::size_t kSlotsAtFirst = std::size_t{1} << 17U;

  [[nodiscard]] std::size_t grown() const { return slot_count_ + slot_count_ / 2; }
  static ReservedRange allocate(std::size_t slots) {
    return ReservedRange(slots * sizeof(std::uint64_t), Pages::Huge);
  }
  static std::uint32_t tag_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot >> 32U); }
  static std::uint32_t id_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot) - 1U; }
  [[nodiscard]] std::size_t position(std::uint32_t hash) const {
    return (std::uint64_t{hash} * slot_count_) >> 32U;
  }
  [[nodiscard]] std::size_t next(std::size_t at) const { return at + 1 == slot_count_ ? 0 : at + 1; }
  [[nodiscard]] std::atomic<std::uint64_t>& slot_at(std::size_t at) const {
    return static_cast<std::atomic<std::uint64_t>*>(slots_.data())[at];
  }
  void place(std::uint64_t slot) {
    std::size_t at = position(tag_of(slot));
    while (slot_at(at).load(std::memory_order_relaxed) != kEmpty) at = next(at);
    slot_at(at).store(slot, std::memory_order_release);
  }

  ReservedRange slots_;
  std::size_t slot_count_;
  alignas(64) std::atomic<std::size_t> size_{0};  // apart: written at every insertion
};

}  // namespace engine
