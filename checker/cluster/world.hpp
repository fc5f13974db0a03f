// What a state holds beside servers, history and messages: the budgets spent and the partition.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "spec/view.hpp"

namespace cluster {

using WorldId = std::uint32_t;

// Budgets that have no bound stay 0, so that they multiply no states.
struct World {
  std::uint32_t crashes = 0;
  std::uint32_t timeouts = 0;
  std::uint32_t proposals = 0;
  std::uint32_t duplicates = 0;
  std::uint32_t losses = 0;
  std::uint32_t cuts = 0;
  std::uint32_t partition = 0;  // number of the partition in force; 0: everybody reaches everybody
  std::uint32_t transfers = 0;
  std::uint32_t reads = 0;
  std::uint32_t drifts = 0;
  std::uint32_t compactions = 0;
  std::uint32_t changes = 0;

  static constexpr std::size_t kNumbers = 12;
  [[nodiscard]] std::array<std::uint32_t, kNumbers> packed() const {
    return {crashes,   timeouts,  proposals, duplicates, losses,      cuts,
            partition, transfers, reads,     drifts,     compactions, changes};
  }
  static World unpacked(std::span<const std::uint32_t, kNumbers> p) {
    return {p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11]};
  }
};

// groups[i] is the group of server i + 1. Groups are numbered in the order of their first server,
// so equal partitions are equal values.
using Partition = std::vector<std::uint8_t>;

// All partitions of n servers; the first is the whole.
std::vector<Partition> all_partitions(std::size_t n);

// The same partition with its groups numbered as Partition demands.
Partition normalised(const Partition& groups);

// The servers of each group, for people: {{1, 2}, {3}}.
std::vector<std::vector<spec::ServerId>> groups_of(const Partition& partition);

}  // namespace cluster
