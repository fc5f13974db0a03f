// The lab's tests by their names: parts A (elections), B (the log), C (persistence) and D
// (snapshots), K, the key/value layer above Raft, and N, the nemesis. What each does and demands is
// in the suite_*.cpp of its part; docs/lab.md tells them in a table.
#pragma once

#include <span>
#include <string_view>

#include "checker/lab/scenario.hpp"

namespace lab {

inline constexpr bool kRetry = true;  // Lab::one's third argument, in words
inline constexpr NetworkRules kUnreliable{.is_reliable = false};

struct Test {
  const char* name;
  char part;              // 'A', 'B', 'C', 'D', 'K', 'N'
  std::uint32_t servers;  // 0: drawn
  NetworkRules network;
  Snapshots snapshots;
  std::size_t snapshot_bytes;  // with Snapshots::BySize
  Task<void> (*play)(Lab& lab);
  // What is special about the cluster, drawn with dice of its own; nullptr: nothing is, the servers
  // are as the paper has them.
  void (*configure)(SimulatorOptions& options, engine::Random& dice) = nullptr;
};

std::span<const Test> election_tests();
std::span<const Test> log_tests();
std::span<const Test> persistence_tests();
std::span<const Test> snapshot_tests();
std::span<const Test> kv_tests();
std::span<const Test> nemesis_tests();

// All, in the order of the parts.
const std::vector<Test>& suite();
const Test* test_named(std::string_view name);  // nullptr: there is none

}  // namespace lab
