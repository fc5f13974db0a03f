// Random runs against the gallery's bugs: is a bug found, how soon, and by how short a run?
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checker/node/node.hpp"
#include "traces/result.hpp"

namespace cluster::rapid {

struct SafetyBug {
  std::string name;
  std::filesystem::path library;  // the node with the bug
  node::Options options;          // of the cluster that its story is about
};

// Those of a built gallery (<build>/gallery) that violate a property of spec, by name. Bugs that
// only keep a cluster from recovering, and controls, are no safety bugs.
traces::Result<std::vector<SafetyBug>> safety_bugs(const std::filesystem::path& gallery);

struct Hunt {
  std::uint64_t seed = 0;
  double seconds_max = 60;
  bool is_core = false;  // hunt in the core as it is, with the bug's options
};

struct Kill {
  std::string property;
  double seconds_shrinking = 0;
  std::size_t steps = 0;        // of the shrunk run
  std::filesystem::path trace;  // of the same; a replay has reproduced it
};

struct HuntReport {
  double seconds = 0;        // until it was found, or given up
  std::uint64_t runs = 0;    // the same
  std::uint64_t steps = 0;   // the same
  std::optional<Kill> kill;  // if it was found
};

// Throws std::runtime_error if the library can't be used, or the trace of a kill does not replay.
HuntReport hunt(const SafetyBug& bug, const Hunt& options);

}  // namespace cluster::rapid
