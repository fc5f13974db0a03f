#include "checker/engine/fingerprint_table.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {
constexpr std::size_t kHugeFrom = 2 * kHugePage;  // bytes of a shard
}  // namespace

FingerprintTable::Lines::Lines(std::size_t count)
    : count_(count),
      range_((count + kReach) * sizeof(Line),
             count * sizeof(Line) < kHugeFrom ? Pages::Normal : Pages::Huge) {
  // Less may be reserved than was asked for.
  if (range_.bytes() < (count + kReach) * sizeof(Line)) throw std::bad_alloc();
}

// A quarter more; large shards are whole huge pages, so that a look-up seldom misses the TLB.
std::size_t FingerprintTable::more_than(std::size_t lines) {
  const std::size_t more = lines + lines / 4 + 1;
  const auto bytes_of = [](std::size_t count) { return (count + kReach) * sizeof(Line); };
  if (bytes_of(more) < kHugeFrom) return more;
  const std::size_t least = bytes_of(lines) / kHugePage + 1;
  const std::size_t nearest = (bytes_of(more) + kHugePage / 2) / kHugePage;
  return std::max(least, nearest) * kHugePage / sizeof(Line) - kReach;
}

template <class Spill>
void FingerprintTable::Lines::take(Lines& other, Spill spill) {
  constexpr std::size_t kLinesPerPage = kHugePage / sizeof(Line);
  for (std::size_t at = 0; at < other.count_ + kReach; ++at) {
    if (at % kLinesPerPage == 0) other.range_.release_front(at * sizeof(Line));
    for (const auto& slot : other.lines()[at].slots) {
      const std::uint64_t there = slot.load(std::memory_order_relaxed);
      if (there != 0 && insert(there) == Placed::Nowhere) spill(there);
    }
  }
}

// The sizes at first are spread over one step of growth, so that the shards grow one by one.
FingerprintTable::FingerprintTable() {
  for (std::size_t i = 0; i < kShards; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(kShards);
    const auto lines = static_cast<std::size_t>(kLinesAtFirst * std::pow(1.25, part));
    shards_[i].lines = std::make_unique<Lines>(lines);
    shards_[i].size_max = size_max(lines);
  }
}

bool FingerprintTable::spill(Shard& shard, std::uint64_t fingerprint) {
  const std::lock_guard lock(spill_mutex_);
  shard.has_spilled.store(true, std::memory_order_relaxed);
  wants_growth_.store(true, std::memory_order_relaxed);
  return spilled_.insert(fingerprint).second;
}

std::uint64_t FingerprintTable::size() const {
  std::uint64_t sum = 0;
  for (const Shard& shard : shards_) sum += shard.size.load(std::memory_order_relaxed);
  return sum;
}

std::size_t FingerprintTable::bytes() const {
  std::size_t lines = 0;
  for (const Shard& shard : shards_) lines += shard.lines->count() + kReach;
  return lines * sizeof(Line);
}

std::size_t FingerprintTable::growth_bytes() const {
  std::size_t bytes = 0;
  for (const Shard& shard : shards_) {
    if (!is_to_grow(shard)) continue;
    const std::size_t lines = shard.lines->count();
    bytes += (more_than(lines) - lines) * sizeof(Line) + kHugePage;  // one that is half moved
  }
  return bytes;
}

void FingerprintTable::enlarge(Shard& shard) {
  const std::size_t count = more_than(shard.lines->count());
  auto larger = std::make_unique<Lines>(count);
  larger->take(*shard.lines, [this](std::uint64_t lost) { spilled_.insert(lost); });
  shard.lines = std::move(larger);
  shard.size_max = size_max(count);
}

void FingerprintTable::grow() {
  for (Shard& shard : shards_) {
    while (is_to_grow(shard)) {
      enlarge(shard);
      shard.has_spilled.store(false, std::memory_order_relaxed);
    }
  }
  settle();
  wants_growth_.store(false, std::memory_order_relaxed);
}

void FingerprintTable::settle() {
  while (!spilled_.empty()) {
    const std::uint64_t fingerprint = *spilled_.begin();
    Shard& shard = shards_[shard_of(fingerprint)];
    if (shard.lines->insert(fingerprint) == Placed::Nowhere) {
      enlarge(shard);
    } else {
      spilled_.erase(fingerprint);
    }
  }
}

std::uint64_t FingerprintTable::smallest_gap() {
  std::uint64_t gap = 0;
  std::uint64_t last = 0;  // 0: none yet
  for_each([&](std::uint64_t fingerprint) {
    if (last != 0 && (gap == 0 || fingerprint - last < gap)) gap = fingerprint - last;
    last = fingerprint;
  });
  return gap;
}

}  // namespace engine
