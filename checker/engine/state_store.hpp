// The exact set of visited states (cluster half, network half).
//
// Layout: for each cluster half a table of the network halves it was seen with: open addressing, 4
// bytes a slot, filled to at most 80 %, grown by two fifths. A network has its place in a line of
// the cache, 16 slots that are filled from the front, or, once that is full, in one after it;
// mostly one line is looked at, all of it at once. Since a line grows with the hash, growing
// streams through both tables; no table is large, and none is ever copied together with another. Up
// to four networks need no table. So a state takes about 6 bytes; no hash stands in for a state.
// Rejected: one flat table of 64-bit keys: twice the bytes, and its growth stops the world.
//
// Threads: any number may work on the sets of different halves.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "checker/engine/ids.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

class StateStore {
 public:
  StateStore() = default;
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;
  ~StateStore();

  // Brings the place where insert() will look into the cache.
  void prefetch(HalfId half, NetworkId network) const {
    const Set& set = sets_[half];
    if (set.lines != 0) __builtin_prefetch(set.table.lines + line_of(set, network));
  }

  // Adds the state; false if it was there.
  bool insert(HalfId half, NetworkId network) {
    Set& set = sets_[half];
    if (set.lines == 0) return insert_among_few(half, network);
    Line* const first = set.table.lines + line_of(set, network);
    if (is_on(*first, network)) return false;
    if ((*first)[kLine - 1] != kNone && is_beyond(set, first, network)) return false;
    if (set.size == set.table.size_max) grow(set);
    put(set, network);
    ++set.size;
    return true;
  }

  // Calls f(half, size) for every half that has states, in id order.
  template <class F>
  void for_each_half(F f) const {
    for (HalfId half = 0; half < halves_end_; ++half) {
      if (sets_[half].size != 0) f(half, std::uint64_t{sets_[half].size});
    }
  }
  // Calls f(network) for every state of a half.
  template <class F>
  void for_each_network(HalfId half, F f) const {
    const Set& set = sets_[half];
    if (set.lines == 0) {
      for (std::uint32_t i = 0; i < set.size; ++i) f(set.few[i]);
    } else {
      for_each_in(set.table.lines, set.lines, f);
    }
  }
  // Of all tables.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kLine = 16;  // slots: 64 bytes
  static constexpr std::uint32_t kFew = 4;
  static constexpr std::size_t kHalvesMax = std::size_t{1} << 30U;
  using Line = std::array<NetworkId, kLine>;
  struct Table {
    Line* lines;
    std::uint32_t size_max;  // no more without growing; less than there are slots
  };
  struct Set {  // all zero bytes: empty
    union {
      std::array<NetworkId, kFew> few;  // if lines is 0
      Table table;
    };
    std::uint32_t lines;
    std::uint32_t size;
  };
  static std::size_t line_of(const Set& set, NetworkId network) {
    const std::uint32_t spread = network * 0x9E3779B1U;
    return (std::uint64_t{spread} * set.lines) >> 32U;
  }
  // Compares four slots at once: compilers do not find this by themselves.
  static bool is_on(const Line& line, NetworkId network) {
    using Four = NetworkId __attribute__((vector_size(16)));
    const Four sought = {network, network, network, network};
    Four equal = {};
    for (std::size_t i = 0; i < kLine; i += 4) {
      Four slots;
      std::memcpy(&slots, &line[i], sizeof(slots));
      equal |= slots == sought;
    }
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &equal, sizeof(equal));
    return (halves[0] | halves[1]) != 0;
  }
  template <class F>
  static void for_each_in(const Line* lines, std::uint32_t count, const F& f) {
    for (const Line* line = lines; line != lines + count; ++line) {
      for (const NetworkId network : *line) {
        if (network != kNone) f(network);
      }
    }
  }
  static Line* after(const Set& set, Line* line) {
    return line + 1 == set.table.lines + set.lines ? set.table.lines : line + 1;
  }
  // Whether the network is on a line after its own, which is full.
  static bool is_beyond(const Set& set, Line* line, NetworkId network);
  static void put(Set& set, NetworkId network);
  static void put_all(const Set& from, Set& to);
  bool insert_among_few(HalfId half, NetworkId network);
  void grow(Set& set);

  ReservedArray<Set> sets_{kHalvesMax};
  std::atomic<HalfId> halves_end_{0};
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace engine
