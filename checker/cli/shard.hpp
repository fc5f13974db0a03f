// Which part of a run this process is: from --shard, or from what a scheduler of jobs has put into
// the environment.
#pragma once

#include <cstdint>
#include <string>

#include "checker/cli/flags.hpp"

namespace cli {

struct Shard {
  std::uint64_t index = 0;  // from 0
  std::uint64_t count = 1;
  std::string source;  // "--shard", or the variable that told; empty: not divided
  [[nodiscard]] bool is_divided() const { return count > 1; }
};

// Reads --shard and --shards. Throws UsageError that names the flag or the variable.
Shard shard_of(const FlagValues& values);

}  // namespace cli
