// Interned sequences for many threads: each distinct one is stored once and named by a dense id, in
// the order of first sight, which depends on the threads.
//
// Layout: the sequences lie end to end; where each begins, and how long it is, is 8 bytes more.
// Ids and 32 bits of each sequence's hash are in an IdTable. Sequences are compared whole.
//
// Threads: any number may use the table at once, but grow_table(), which is for one thread at a
// safe point.
#pragma once

#include <mutex>
#include <span>
#include <stdexcept>

#include "checker/engine/id_table.hpp"
#include "checker/engine/ids.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

template <class T>
class SharedSequences {
 public:
  using Items = std::span<const T>;

  SharedSequences()
      : places_(std::size_t{1} << 32U, Pages::Huge), items_(std::size_t{1} << 34U, Pages::Huge) {}

  [[nodiscard]] Items operator[](std::uint32_t id) const {
    const Place place = places_[id];
    return items_.span(place >> kSizeBits, place & kSizeMask);
  }
  // Brings a sequence into the cache: its place first, then its items.
  void prefetch(std::uint32_t id) const { __builtin_prefetch(&places_[id]); }
  void prefetch_items(std::uint32_t id) const {
    __builtin_prefetch(&items_[places_[id] >> kSizeBits]);
  }

  static std::uint32_t hash_of(Items items) {
    std::uint64_t h = items.size();
    for (const T item : items) h = mixed(h ^ item);
    return static_cast<std::uint32_t>(h >> 32U);
  }
  // The id of a sequence, in steps, so that a search can have many look-ups under way at once.
  void prefetch_slot(std::uint32_t hash) const { index_.prefetch(hash); }
  // A guess, kNone if there is surely none; intern() makes it good.
  [[nodiscard]] std::uint32_t candidate(std::uint32_t hash) const { return index_.candidate(hash); }
  // Throws std::length_error if it would be the `limit`-th or a later one.
  std::uint32_t intern(Items items, std::uint32_t hash, std::uint32_t candidate,
                       std::uint32_t limit = kNone) {
    if (candidate != kNone && is(candidate, items)) return candidate;
    const auto is_wanted = [&](std::uint32_t id) { return is(id, items); };
    if (const std::uint32_t known = index_.find(hash, is_wanted); known != kNone) return known;
    const std::lock_guard lock(mutex_);
    if (const std::uint32_t known = index_.find(hash, is_wanted); known != kNone) return known;
    if (items.size() > kSizeMask) throw std::length_error("too many messages on the network");
    const std::size_t id = places_.size();
    if (id >= limit) throw std::length_error("too many distinct networks");
    places_.push_back(items_.size() << kSizeBits | items.size());
    items_.append(items);
    index_.insert(hash, static_cast<std::uint32_t>(id));
    return static_cast<std::uint32_t>(id);
  }
  std::uint32_t intern(Items items, std::uint32_t limit = kNone) {
    return intern(items, hash_of(items), kNone, limit);
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }
  [[nodiscard]] bool wants_growth() const { return index_.wants_growth(); }
  // Bytes that the next grow_table() will add.
  [[nodiscard]] std::size_t growth_bytes() const {
    return index_.wants_growth() ? index_.growth_bytes() : 0;
  }
  void grow_table() { index_.grow(); }

 private:
  using Place = std::uint64_t;  // where its items begin, and how many there are
  static constexpr unsigned kSizeBits = 16;
  static constexpr Place kSizeMask = (Place{1} << kSizeBits) - 1;
  [[nodiscard]] bool is(std::uint32_t id, Items items) const {
    const Items known = (*this)[id];
    if (known.size() != items.size()) return false;
    T difference = 0;
    for (std::size_t i = 0; i < items.size(); ++i) difference |= known[i] ^ items[i];
    return difference == 0;
  }

  std::mutex mutex_;  // held to add to what follows
  ReservedArray<Place> places_;
  ReservedArray<T> items_;
  IdTable index_;
};

}  // namespace engine
