// A set of 64-bit fingerprints for many threads.
//
// Layout: 16 shards by the topmost bits, each an array of lines (a cache line: eight fingerprints,
// those there are in front; 0 is none). A fingerprint's home line grows with its value; it lies
// there, or, where that is full, in one of the few lines after it. So a look-up touches one line
// most of the time, although seven eighths of the slots may be taken; growing streams through the
// old and the new lines; and the fingerprints can be visited in order without sorting the table.
// A shard grows by a quarter, each at its own time, which keeps the whole near 10 bytes a
// fingerprint. What finds no place near its home before its shard could grow is spilled: kept apart
// until it does.
//
// Threads: any number may insert; nothing is ever removed. grow() and what is said to be for one
// thread is for one at a safe point, while no other uses the table: a search calls grow() there
// once wants_growth() says so.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "checker/engine/reserved_array.hpp"

namespace engine {

class FingerprintTable {
 public:
  FingerprintTable();

  void prefetch(std::uint64_t fingerprint) const {
    __builtin_prefetch(&shards_[shard_of(fingerprint)].lines->home(fingerprint));
  }
  // Adds it; false if it was there. Precondition: it is not 0.
  bool insert(std::uint64_t fingerprint) {
    Shard& shard = shards_[shard_of(fingerprint)];
    switch (shard.lines->insert(fingerprint)) {
      case Placed::Known:
        return false;
      case Placed::New:
        break;
      case Placed::Nowhere:
        if (!spill(shard, fingerprint)) return false;
        break;
    }
    const std::size_t size = shard.size.fetch_add(1, std::memory_order_relaxed) + 1;
    if (size > shard.size_max) wants_growth_.store(true, std::memory_order_relaxed);
    return true;
  }

  [[nodiscard]] bool wants_growth() const { return wants_growth_.load(std::memory_order_relaxed); }

  // The following are for one thread.
  [[nodiscard]] std::uint64_t size() const;
  [[nodiscard]] std::size_t bytes() const;
  // Bytes that grow() will add.
  [[nodiscard]] std::size_t growth_bytes() const;
  void grow();
  // Calls f(fingerprint) for all, in ascending order.
  template <class F>
  void for_each(F f) {
    settle();
    std::vector<std::uint64_t> run;  // of lines that may overlap
    for (const Shard& shard : shards_) shard.lines->for_each_in_order(run, f);
  }
  // The least difference of two; 0 if there are none.
  [[nodiscard]] std::uint64_t smallest_gap();

 private:
  static constexpr unsigned kShardBits = 4;
  static constexpr std::size_t kShards = std::size_t{1} << kShardBits;
  static constexpr std::size_t kPerLine = 8;
  static constexpr std::size_t kReach = 31;  // lines after a fingerprint's home
  static constexpr std::size_t kLinesAtFirst = 256;

  enum class Placed : std::uint8_t { Known, New, Nowhere };
  struct alignas(64) Line {
    std::array<std::atomic<std::uint64_t>, kPerLine> slots;
  };
  class Lines {
   public:
    explicit Lines(std::size_t count);
    [[nodiscard]] std::size_t count() const { return count_; }
    // The line that a fingerprint belongs to. Those beyond count() are nobody's home.
    [[nodiscard]] Line& home(std::uint64_t fingerprint) const {
      const std::uint64_t next_bits = fingerprint << kShardBits >> 32U;
      return lines()[next_bits * count_ >> 32U];
    }
    Placed insert(std::uint64_t fingerprint) {
      Line* line = &home(fingerprint);
      for (Line* const end = line + kReach + 1; line != end; ++line) {
        for (auto& slot : line->slots) {
          std::uint64_t there = slot.load(std::memory_order_relaxed);
          if (there == 0 &&
              slot.compare_exchange_strong(there, fingerprint, std::memory_order_relaxed)) {
            return Placed::New;
          }
          if (there == fingerprint) return Placed::Known;
        }
      }
      return Placed::Nowhere;
    }
    // Takes all of another's, and gives that one's memory back on the way. Calls spill(fingerprint)
    // for those that find no place.
    template <class Spill>
    void take(Lines& other, Spill spill);
    template <class F>
    void for_each_in_order(std::vector<std::uint64_t>& run, F f) const {
      for (std::size_t at = 0; at < count_ + kReach; ++at) {
        const Line& line = lines()[at];
        for (const auto& slot : line.slots) {
          const std::uint64_t there = slot.load(std::memory_order_relaxed);
          if (there != 0) run.push_back(there);
        }
        // What belongs to this line or one before it lies no further, unless this line is full.
        if (line.slots.back().load(std::memory_order_relaxed) == 0) give(run, f);
      }
      give(run, f);
    }

   private:
    template <class F>
    static void give(std::vector<std::uint64_t>& run, F f) {
      std::ranges::sort(run);
      for (const std::uint64_t fingerprint : run) f(fingerprint);
      run.clear();
    }
    [[nodiscard]] Line* lines() const { return static_cast<Line*>(range_.data()); }

    std::size_t count_;
    ReservedRange range_;
  };
  struct alignas(64) Shard {
    std::unique_ptr<Lines> lines;
    std::size_t size_max = 0;  // beyond it, the shard is to grow
    alignas(64) std::atomic<std::size_t> size{0};
    std::atomic<bool> has_spilled{false};
  };

  static std::size_t shard_of(std::uint64_t fingerprint) {
    return fingerprint >> (64U - kShardBits);
  }
  static std::size_t size_max(std::size_t lines) { return lines * kPerLine / 6 * 5; }
  static std::size_t more_than(std::size_t lines);
  [[nodiscard]] bool is_to_grow(const Shard& shard) const {
    return shard.size.load(std::memory_order_relaxed) > shard.size_max ||
           shard.has_spilled.load(std::memory_order_relaxed);
  }
  bool spill(Shard& shard, std::uint64_t fingerprint);
  void enlarge(Shard& shard);
  // Finds a place for what was spilled.
  void settle();

  std::array<Shard, kShards> shards_;
  std::atomic<bool> wants_growth_{false};
  std::mutex spill_mutex_;
  std::set<std::uint64_t> spilled_;
};

}  // namespace engine
