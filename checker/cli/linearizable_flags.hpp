// The flags of `raftcheck linearizable`, and what they come to.
#pragma once

#include "checker/cli/flags.hpp"
#include "checker/linearizability/history_files.hpp"

namespace cli {

std::span<const Flag> linearizable_flags();

struct LinearizablePlan {
  linearizability::Model model = linearizability::Model::Register;
  std::optional<linearizability::Format> format;  // absent: as the file looks
  std::optional<linearizability::Format> to;      // absent: the other one than the file's
  std::optional<double> seconds_max;
  std::optional<std::uint64_t> memory_max;  // bytes; absent: what suits the machine
  FlagValues values;
};

// Throws UsageError that names the flag, the value and the remedy.
LinearizablePlan make_linearizable_plan(FlagValues values);

}  // namespace cli
