#include "checker/cluster/world.hpp"

#include <algorithm>

namespace cluster {

Partition normalised(const Partition& groups) {
  constexpr std::uint8_t kUnnumbered = 0xFF;
  std::array<std::uint8_t, 256> number{};
  number.fill(kUnnumbered);
  std::uint8_t next = 0;
  Partition result;
  for (const std::uint8_t group : groups) {
    if (number[group] == kUnnumbered) number[group] = next++;
    result.push_back(number[group]);
  }
  return result;
}

std::vector<Partition> all_partitions(std::size_t n) {
  // Restricted growth strings: each server joins a group so far, or opens the next one.
  std::vector<Partition> partitions{{}};
  for (std::size_t server = 0; server < n; ++server) {
    std::vector<Partition> longer;
    for (const Partition& partition : partitions) {
      const auto groups = static_cast<std::uint8_t>(
          partition.empty() ? 0 : *std::ranges::max_element(partition) + 1);
      for (std::uint8_t group = 0; group <= groups; ++group) {
        longer.push_back(partition);
        longer.back().push_back(group);
      }
    }
    partitions.swap(longer);
  }
  return partitions;
}

std::vector<std::vector<spec::ServerId>> groups_of(const Partition& partition) {
  std::vector<std::vector<spec::ServerId>> groups;
  for (std::size_t server = 0; server < partition.size(); ++server) {
    if (partition[server] >= groups.size()) groups.resize(partition[server] + 1U);
    groups[partition[server]].push_back(static_cast<spec::ServerId>(server + 1));
  }
  return groups;
}

}  // namespace cluster
