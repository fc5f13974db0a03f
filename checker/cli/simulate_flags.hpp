// The flags of `raftcheck simulate` that say what is walked, and what they come to.
#pragma once

#include "checker/cli/flags.hpp"
#include "checker/cli/shard.hpp"
#include "checker/cluster/simulate.hpp"

namespace cli {

std::span<const Flag> simulate_flags();

struct SimulatePlan {
  cluster::SimulateOptions options;
  std::optional<double> seconds_max;
  Shard shard;
  FlagValues values;  // with everything implied filled in
};

// Throws UsageError that names the flag, the value and the remedy.
SimulatePlan make_simulate_plan(FlagValues values, const std::vector<std::string>& properties);

// Of a bug's own bounds, those that say what its cluster is made of. The others are the smallest
// space that shows it, and walks go far beyond.
std::map<std::string, std::string> bounds_for_walks(
    const std::map<std::string, std::string>& of_bug);

// As for explore (flags.hpp).
std::map<std::string, std::string> bounds_in_force(const SimulatePlan& plan);

}  // namespace cli
