// Interning: each distinct value is stored once and named by a dense 32-bit id, in the order of
// first sight.
//
// Layout: the values lie end to end in one arena; a flat table with linear probing finds them. Its
// slots hold an id and 32 bits of the value's hash, which tell most other values without looking at
// them and let the table grow without reading the values. About 8 / load factor + 8 bytes a value
// beside the value itself. Values are compared whole: no hash ever decides.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <stdexcept>
#include <vector>

#include "checker/engine/huge_allocator.hpp"
#include "checker/engine/ids.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

// Mixes 64 bits (the finaliser of MurmurHash3). Used for table positions only, never as identity.
constexpr std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33U;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33U);
}

// Sequences of T (a trivially copyable type without padding). Values never move: one thread may
// read those it was told of while another interns.
template <class T>
class SequenceInterner {
 public:
  SequenceInterner() : slots_(16) { offsets_.push_back(0); }

  // The value's id; `added` tells whether it is new.
  struct Interned {
    std::uint32_t id;
    bool added;
  };
  Interned intern(std::span<const T> value) {
    if ((size() + 1) * 4 > slots_.size() * 3) grow();
    const auto tag = static_cast<std::uint32_t>(hash(value));
    std::size_t at = tag & mask();
    for (; slots_[at].id != kNone; at = (at + 1) & mask()) {
      const Slot& slot = slots_[at];
      if (slot.tag == tag && equal((*this)[slot.id], value)) return {slot.id, false};
    }
    if (size() == kNone) throw std::length_error("more than 2^32 - 1 distinct values");
    const auto id = static_cast<std::uint32_t>(size());
    slots_[at] = {id, tag};
    arena_.append(value);
    offsets_.push_back(arena_.size());
    return {id, true};
  }

  std::span<const T> operator[](std::uint32_t id) const {
    return arena_.span(offsets_[id], offsets_[id + 1] - offsets_[id]);
  }
  [[nodiscard]] std::size_t size() const { return offsets_.size() - 1; }

 private:
  struct Slot {
    std::uint32_t id = kNone;  // kNone: free
    std::uint32_t tag = 0;     // of the value's hash; gives its place, too
  };
  using Slots = std::vector<Slot, HugeAllocator<Slot>>;
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  static bool equal(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() &&
           (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
  }
  static std::uint64_t hash(std::span<const T> value) {
    std::uint64_t h = value.size();
    for (const T& item : value) h = mixed(h ^ static_cast<std::uint64_t>(item)) + h;
    return mixed(h);
  }
  void grow() {
    Slots old(slots_.size() * 2);
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id == kNone) continue;
      std::size_t at = slot.tag & mask();
      while (slots_[at].id != kNone) at = (at + 1) & mask();
      slots_[at] = slot;
    }
  }

  Slots slots_;
  ReservedArray<T> arena_;
  ReservedArray<std::size_t> offsets_;
};

// A map from 64-bit keys to 32-bit values: flat, linear probing, nothing is ever removed.
// The key ~0 is reserved.
class FlatMap {
 public:
  FlatMap() : slots_(16, Slot{kEmpty, 0}) {}

  // The value of `key`, or nullptr. Valid until the next insertion.
  const std::uint32_t* find(std::uint64_t key) const {
    for (std::size_t at = mixed(key) & mask();; at = (at + 1) & mask()) {
      if (slots_[at].key == key) return &slots_[at].value;
      if (slots_[at].key == kEmpty) return nullptr;
    }
  }
  // Brings the place where find() will look into the cache.
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&slots_[mixed(key) & mask()]); }
  // Precondition: the key is not there yet.
  void insert(std::uint64_t key, std::uint32_t value) {
    if ((size_ + 1) * 4 > slots_.size() * 3) grow();
    place({key, value});
    ++size_;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
#pragma pack(push, 4)
  struct Slot {  // 12 bytes: the table is the largest part of some searches
    std::uint64_t key;
    std::uint32_t value;
  };
#pragma pack(pop)
  using Slots = std::vector<Slot, HugeAllocator<Slot>>;
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  void place(Slot slot) {
    std::size_t at = mixed(slot.key) & mask();
    while (slots_[at].key != kEmpty) at = (at + 1) & mask();
    slots_[at] = slot;
  }
  void grow() {
    Slots old(slots_.size() * 2, Slot{kEmpty, 0});
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.key != kEmpty) place(slot);
    }
  }

  Slots slots_;
  std::size_t size_ = 0;
};

// The key of a pair of ids.
constexpr std::uint64_t pair_key(std::uint32_t high, std::uint32_t low) {
  return (std::uint64_t{high} << 32U) | low;
}

}  // namespace engine
