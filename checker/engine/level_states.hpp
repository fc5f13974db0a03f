// One thread's part of the states of two levels, the one that is explored and the one that is being
// added, and the log of past ones.
//
// Layout: 4 bytes a state, in segments of one half each. What is added becomes what is explored
// without being moved.
#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "checker/engine/level_log.hpp"
#include "checker/engine/reserved_array.hpp"

namespace engine {

class LevelStates {
 public:
  using Segment = LevelLog::Segment;
  // Segments, and the networks of all of them end to end.
  struct Level {
    std::vector<Segment> segments;
    ReservedArray<NetworkId> networks{kStatesMax};

    void add(HalfId half, std::span<const NetworkId> some) {
      segments.push_back({half, static_cast<std::uint32_t>(some.size())});
      networks.append(some);
    }
    [[nodiscard]] std::span<const NetworkId> all() const {
      return networks.span(0, networks.size());
    }
  };

  [[nodiscard]] Level& explored() { return levels_[explored_]; }
  [[nodiscard]] const Level& explored() const { return levels_[explored_]; }
  [[nodiscard]] Level& added() { return levels_[1 - explored_]; }
  [[nodiscard]] const Level& added() const { return levels_[1 - explored_]; }
  [[nodiscard]] LevelLog& log() { return log_; }
  [[nodiscard]] const LevelLog& log() const { return log_; }

  // The level that was being added is complete.
  void advance() {
    explored().segments.clear();
    explored().networks.clear();
    explored_ = 1 - explored_;
    log_.add_level(explored().segments, explored().all());
  }

 private:
  static constexpr std::size_t kStatesMax = std::size_t{1} << 34U;

  std::array<Level, 2> levels_;
  std::size_t explored_ = 0;
  LevelLog log_;
};

}  // namespace engine
