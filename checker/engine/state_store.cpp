#include "checker/engine/state_store.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>
#include <vector>

namespace engine {
namespace {
constexpr std::align_val_t kLineAlignment{64};
constexpr std::uint32_t kLinesMax = 0x08000000;  // 2^31 slots
}  // namespace

StateStore::~StateStore() {
  for (HalfId half = 0; half < halves_end_; ++half) {
    if (sets_[half].lines != 0) ::operator delete[](sets_[half].table.lines, kLineAlignment);
  }
}

bool StateStore::is_beyond(const Set& set, Line* line, NetworkId network) {
  do {
    line = after(set, line);
    if (is_on(*line, network)) return true;
  } while ((*line)[kLine - 1] != kNone);
  return false;
}

// Precondition: it is not there, and there is room.
void StateStore::put(Set& set, NetworkId network) {
  Line* line = set.table.lines + line_of(set, network);
  while ((*line)[kLine - 1] != kNone) line = after(set, line);
  *std::ranges::find(*line, kNone) = network;
}

// As put() for each, but with a count for each line instead of a look at it.
void StateStore::put_all(const Set& from, Set& to) {
  std::vector<std::uint8_t> used(to.lines, 0);
  for_each_in(from.table.lines, from.lines, [&](NetworkId network) {
    std::size_t at = line_of(to, network);
    while (used[at] == kLine) at = at + 1 == to.lines ? 0 : at + 1;
    to.table.lines[at][used[at]++] = network;
  });
}

bool StateStore::insert_among_few(HalfId half, NetworkId network) {
  Set& set = sets_.at(half, "cluster halves");
  const auto end = set.few.begin() + set.size;
  if (std::find(set.few.begin(), end, network) != end) return false;
  if (set.size < kFew) {
    *end = network;
  } else {
    const std::array<NetworkId, kFew> few = set.few;
    grow(set);
    for (const NetworkId each : few) put(set, each);
    put(set, network);
  }
  ++set.size;
  for (HalfId end_now = halves_end_;
       end_now <= half && !halves_end_.compare_exchange_weak(end_now, half + 1);) {
  }
  return true;
}

void StateStore::grow(Set& set) {
  if (set.lines > kLinesMax) throw std::length_error("a cluster half has too many states");
  Set larger = set;
  larger.lines = set.lines + set.lines / 5 * 2 + 1;
  larger.table.lines =
      static_cast<Line*>(::operator new[](larger.lines * sizeof(Line), kLineAlignment));
  std::fill_n(larger.table.lines->data(), std::size_t{larger.lines} * kLine, kNone);
  larger.table.size_max =
      larger.lines == 1 ? kLine - 1 : larger.lines / 5 * (4 * kLine) + larger.lines % 5 * 12;
  if (set.lines != 0) {
    put_all(set, larger);
    ::operator delete[](set.table.lines, kLineAlignment);
  }
  bytes_.fetch_add((larger.lines - set.lines) * sizeof(Line), std::memory_order_relaxed);
  set = larger;
}

}  // namespace engine
