// What a state holds beside servers, history and messages: the budgets spent and the partition.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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

  [[nodiscard]] std::array<std::uint32_t, 7> packed() const {
    return {crashes, timeouts, proposals, duplicates, losses, cuts, partition};
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
