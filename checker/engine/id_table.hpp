// A hash table of ids for many threads: who the ids belong to is the caller's business.
//
// Layout: open addressing with linear probing; a slot is 8 bytes, an id and 32 bits of its value's
// hash, which tell most values apart without a look at them. An entry's position grows with its
// hash, so growing streams through the old and the new slots side by side and gives the old ones
// back on the way: no second table's worth of memory, no pause for random access.
//
// Threads: find() may run at any time on any thread; insert() on one at a time (the caller has a
// lock, under which it looks again before it inserts). grow() is for one thread while no other uses
// the table: a search calls it at a safe point once wants_growth() says so. If none comes before
// the table is nearly full, insert() moves everything to a larger one; the old one stays for those
// who still look into it, until grow() is called.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "checker/engine/ids.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

class IdTable {
 public:
  explicit IdTable(std::size_t slots_at_first = kSlotsAtFirst) {
    publish(std::make_unique<Slots>(slots_at_first));
  }

  // The id for which is_wanted(id) is true, among those of values with this hash; kNone if there is
  // none.
  template <class IsWanted>
  std::uint32_t find(std::uint32_t hash, IsWanted is_wanted) const {
    const Slots& slots = *current_.load(std::memory_order_acquire);
    for (std::size_t at = slots.position(hash);; at = slots.next(at)) {
      const std::uint64_t slot = slots[at].load(std::memory_order_acquire);
      if (slot == kEmpty) return kNone;
      if (tag_of(slot) == hash && is_wanted(id_of(slot))) return id_of(slot);
    }
  }
  // The first id whose value has this hash, most likely the one that is sought; or kNone.
  [[nodiscard]] std::uint32_t candidate(std::uint32_t hash) const {
    return find(hash, [](std::uint32_t) { return true; });
  }
  void prefetch(std::uint32_t hash) const {
    const Slots& slots = *current_.load(std::memory_order_acquire);
    __builtin_prefetch(&slots[slots.position(hash)]);
  }

  // Precondition: the value is not there.
  void insert(std::uint32_t hash, std::uint32_t id) {
    if ((size() + 1) * 8 > slot_count() * 7) enlarge([](Slots&, std::size_t) {});
    place(*tables_.back(), std::uint64_t{hash} << 32U | (std::uint64_t{id} + 1U));
    size_.store(size() + 1, std::memory_order_relaxed);
  }

  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool wants_growth() const { return size() * 4 > slot_count() * 3; }
  // Bytes that grow() will add.
  [[nodiscard]] std::size_t growth_bytes() const {
    return slot_count() / 2 * sizeof(std::uint64_t);
  }

  // Makes the table larger if it wants to be, and gives back the memory of smaller ones.
  void grow() {
    constexpr std::size_t kReleaseInterval = std::size_t{1} << 20U;  // slots
    while (wants_growth()) {
      enlarge([](Slots& from, std::size_t done) {
        if (done % kReleaseInterval == 0) from.range.release_front(done * sizeof(std::uint64_t));
      });
    }
    if (tables_.size() > 1) tables_.erase(tables_.begin(), tables_.end() - 1);
  }

 private:
  static constexpr std::uint64_t kEmpty = 0;
  static constexpr std::size_t kSlotsAtFirst = std::size_t{1} << 17U;

  struct Slots {
    explicit Slots(std::size_t slot_count)
        : range(slot_count * sizeof(std::uint64_t), Pages::Huge), count(slot_count) {}
    std::atomic<std::uint64_t>& operator[](std::size_t at) const {
      return static_cast<std::atomic<std::uint64_t>*>(range.data())[at];
    }
    [[nodiscard]] std::size_t position(std::uint32_t hash) const {
      return (std::uint64_t{hash} * count) >> 32U;
    }
    [[nodiscard]] std::size_t next(std::size_t at) const { return at + 1 == count ? 0 : at + 1; }

    ReservedRange range;
    std::size_t count;
  };

  static std::uint32_t tag_of(std::uint64_t slot) {
    return static_cast<std::uint32_t>(slot >> 32U);
  }
  static std::uint32_t id_of(std::uint64_t slot) { return static_cast<std::uint32_t>(slot) - 1U; }
  static void place(const Slots& slots, std::uint64_t slot) {
    std::size_t at = slots.position(tag_of(slot));
    while (slots[at].load(std::memory_order_relaxed) != kEmpty) at = slots.next(at);
    slots[at].store(slot, std::memory_order_release);
  }
  [[nodiscard]] std::size_t slot_count() const {
    return current_.load(std::memory_order_acquire)->count;
  }
  void publish(std::unique_ptr<Slots> slots) {
    current_.store(slots.get(), std::memory_order_release);
    tables_.push_back(std::move(slots));
  }
  // Calls moved(from, count) after each slot of the old table.
  template <class Moved>
  void enlarge(Moved moved) {
    Slots& from = *tables_.back();
    auto larger = std::make_unique<Slots>(from.count + from.count / 2);
    for (std::size_t i = 0; i < from.count; ++i) {
      const std::uint64_t slot = from[i].load(std::memory_order_relaxed);
      if (slot != kEmpty) place(*larger, slot);
      moved(from, i);
    }
    publish(std::move(larger));
  }

  std::atomic<const Slots*> current_{nullptr};
  std::vector<std::unique_ptr<Slots>> tables_;  // the current one last
  alignas(64) std::atomic<std::size_t> size_{0};
};

}  // namespace engine
