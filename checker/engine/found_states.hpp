// States that a thread has found and nobody has looked up yet, dealt into groups by their halves.
//
// Looked up one by one as they are found, states miss the cache each. Kept until there are many,
// and then looked up group by group, they do not: the sets of a group's halves fit into the cache
// of a core. Groups are also what threads share the work by: who looks up a group has its halves'
// sets for himself.
//
// Layout: a group is a chain of pages, 8 bytes a state. Where the next state of a group goes is all
// that add() must know.
//
// Threads: one adds; any number may read between two calls of add().
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/engine/ids.hpp"
#include "checker/engine/line_vector.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

class FoundStates {
 public:
  struct State {
    HalfId half;
    NetworkId network;
    bool operator==(const State&) const = default;
  };

  FoundStates() : ends_(1) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::size_t groups() const { return ends_.size(); }
  // The group of a half, and where the half stands in it. Neighbours are of one group, so that what
  // is stored half by half has no cache line that two groups write to.
  [[nodiscard]] std::size_t group(HalfId half) const {
    return (half / kNeighbours) & (groups() - 1);
  }
  [[nodiscard]] std::size_t place(HalfId half) const {
    const std::size_t block = (half / kNeighbours) >> std::countr_zero(groups());
    return block * kNeighbours + half % kNeighbours;
  }

  [[gnu::always_inline]] void add(State state) {
    std::uint64_t& end = ends_[group(state.half)];
    if (end % kPage == 0) end = add_page(end);
    states_[end++] = state;
    ++size_;
  }
  // Calls f(states) for each page of a group.
  template <class F>
  void for_each_page(std::size_t group, F f) const {
    for (std::uint64_t end = ends_[group]; end != 0;) {
      const std::uint64_t first = (end - 1) / kPage * kPage + 1;
      const std::uint64_t before = page_before(end);
      if (before != 0) prefetch_page(before);
      f(states_.span(first, end - first));
      end = before;
    }
  }
  // Forgets all states. `groups`: how many there are from now on, a power of two.
  void clear(std::size_t groups) {
    ends_.assign(groups, 0);
    states_.restart();
    size_ = 0;
  }
  // Forgets all states for good: their memory goes back to the machine.
  void release() {
    ends_.assign(1, 0);
    states_.clear();
    size_ = 0;
  }

 private:
  static constexpr std::size_t kNeighbours = 8;  // of StateStore: three lines
  static constexpr std::size_t kLine = kCacheLine / sizeof(State);
  static constexpr std::uint64_t kPage = 256;  // states, the first of which links to another page

  // A page that begins with a link to what ends at `before`; where its states begin.
  std::uint64_t add_page(std::uint64_t before) {
    const std::uint64_t page = states_.size();
    states_.extend_to(page + kPage);
    states_[page] = {static_cast<HalfId>(before >> 32U), static_cast<NetworkId>(before)};
    return page + 1;
  }
  // The first lines of the page; the processor finds out about the others.
  void prefetch_page(std::uint64_t end) const {
    const State* const first = &states_[(end - 1) / kPage * kPage];
    for (std::size_t i = 0; i < 4 * kLine; i += kLine) __builtin_prefetch(first + i);
  }
  [[nodiscard]] std::uint64_t page_before(std::uint64_t end) const {
    const State link = states_[(end - 1) / kPage * kPage];
    return std::uint64_t{link.half} << 32U | link.network;
  }

  LineVector<std::uint64_t> ends_;  // of each group: behind the last state of its last page, or 0
  ReservedArray<State> states_{std::size_t{1} << 32U};
  std::uint64_t size_ = 0;
};

}  // namespace engine
