// The states of past levels, in the order in which they were explored: what a run is rebuilt from.
//
// Layout: one block a level: its segments (half, how many states), then the network halves of all
// segments end to end; 4 bytes a state. Blocks stay in memory while they are small; beyond that
// they go to a SpillFile, or stay in memory if that cannot be written.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "checker/engine/ids.hpp"
#include "checker/engine/spill_file.hpp"

namespace engine {

class LevelLog {
 public:
  struct Segment {
    HalfId half = kNone;
    std::uint32_t size = 0;
  };

  // Blocks of fewer bytes than this in all are kept in memory.
  static constexpr std::size_t kMemoryMax = std::size_t{32} << 20U;
  explicit LevelLog(std::size_t memory_max = kMemoryMax) : memory_max_(memory_max) {}

  void add_level(std::span<const Segment> segments, std::span<const NetworkId> networks);
  [[nodiscard]] std::size_t levels() const { return blocks_.size(); }
  // The segments of a level, in the order of add_level().
  [[nodiscard]] std::vector<Segment> segments(std::size_t level) const;
  // Calls f(half, networks) for each segment of a level that is_wanted(half), in order; a large
  // segment may come in parts.
  template <class IsWanted, class F>
  void for_each(std::size_t level, IsWanted is_wanted, F f) const {
    std::size_t first = 0;
    std::vector<NetworkId> networks;
    for (const Segment& segment : segments(level)) {
      for (std::size_t done = 0; is_wanted(segment.half) && done < segment.size;) {
        networks.resize(std::min<std::size_t>(segment.size - done, kPartSize));
        read_networks(level, first + done, networks);
        f(segment.half, std::span<const NetworkId>(networks));
        done += networks.size();
      }
      first += segment.size;
    }
  }

 private:
  static constexpr std::size_t kPartSize = std::size_t{1} << 16U;
  struct Block {
    std::size_t segments = 0;
    std::vector<Segment> kept_segments;  // in memory, or
    std::vector<NetworkId> kept_networks;
    std::int64_t offset = -1;  // in the file
  };
  bool write(std::span<const Segment> segments, std::span<const NetworkId> networks, Block& block);
  void read_networks(std::size_t level, std::size_t first, std::span<NetworkId> networks) const;

  std::size_t memory_max_;
  std::size_t memory_ = 0;
  std::vector<Block> blocks_;
  SpillFile file_;
};

}  // namespace engine
