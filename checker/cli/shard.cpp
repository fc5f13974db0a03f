#include "checker/cli/shard.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <vector>

#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/usage_error.hpp"

namespace cli {
namespace {

constexpr std::uint64_t kShardsMax = 1'000'000;
constexpr std::string_view kNoShards = "none";

std::optional<std::uint64_t> parsed(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

[[noreturn]] void refuse_variable(std::string_view name, std::string_view value,
                                  std::string_view why) {
  throw UsageError(
      fmt::format("{}={}: {}; correct it, or say which part this is with --shard i/n "
                  "(0/1: all of it)",
                  name, value.empty() ? "''" : value, why));
}

std::optional<std::uint64_t> variable(const char* name) {
  const char* text = std::getenv(name);
  if (text == nullptr) return std::nullopt;
  const auto value = parsed(text);
  if (!value) refuse_variable(name, text, "not a whole number");
  return value;
}

// The number of parts that goes with an index.
std::uint64_t count_for(const char* index_name, const char* count_name,
                        std::optional<std::uint64_t> count, std::uint64_t index) {
  if (!count) {
    refuse_variable(index_name, std::to_string(index),
                    fmt::format("of how many? {} is not set", count_name));
  }
  const std::uint64_t parts = count.value_or(0);
  if (parts == 0 || parts > kShardsMax) {
    refuse_variable(count_name, std::to_string(parts), fmt::format("not from 1 to {}", kShardsMax));
  }
  if (index >= parts) {
    refuse_variable(
        index_name, std::to_string(index),
        fmt::format("not one of the {} parts that {} says there are", parts, count_name));
  }
  return parts;
}

std::optional<Shard> of_open_mpi() {
  const auto rank = variable("OMPI_COMM_WORLD_RANK");
  if (!rank) return std::nullopt;
  const auto count = count_for("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                               variable("OMPI_COMM_WORLD_SIZE"), *rank);
  return Shard{*rank, count, "OMPI_COMM_WORLD_RANK"};
}

// `sbatch --array=3-9:2` numbers the tasks 3, 5, 7, 9.
std::optional<Shard> of_slurm() {
  const auto id = variable("SLURM_ARRAY_TASK_ID");
  if (!id) return std::nullopt;
  const std::uint64_t first = variable("SLURM_ARRAY_TASK_MIN").value_or(0);
  const std::uint64_t step = variable("SLURM_ARRAY_TASK_STEP").value_or(1);
  if (*id < first || step == 0 || (*id - first) % step != 0) {
    refuse_variable("SLURM_ARRAY_TASK_ID", std::to_string(*id),
                    fmt::format("not among the tasks from {} in steps of {}", first, step));
  }
  const std::uint64_t index = (*id - first) / step;
  const auto count = count_for("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT",
                               variable("SLURM_ARRAY_TASK_COUNT"), index);
  return Shard{index, count, "SLURM_ARRAY_TASK_ID"};
}

// Kubernetes tells an indexed job its index, but not how many there are.
std::optional<Shard> of_indexed_job(std::optional<std::uint64_t> shards) {
  const auto index = variable("JOB_COMPLETION_INDEX");
  if (!index) return std::nullopt;
  const auto completions = variable("JOB_COMPLETIONS");
  if (shards && completions && *shards != *completions) {
    refuse_variable("JOB_COMPLETIONS", std::to_string(*completions),
                    fmt::format("contradicts --shards {}", *shards));
  }
  const auto count =
      count_for("JOB_COMPLETION_INDEX", shards ? "--shards" : "JOB_COMPLETIONS (or --shards)",
                shards ? shards : completions, *index);
  return Shard{*index, count, "JOB_COMPLETION_INDEX"};
}

Shard of_flag(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto index = parsed(std::string_view(text).substr(0, slash));
  std::uint64_t count = 0;
  if (slash != std::string::npos) {
    count = parsed(std::string_view(text).substr(slash + 1)).value_or(0);
  }
  if (!index || *index >= count || count > kShardsMax) {
    refuse("shard", text,
           fmt::format("give i/n, i from 0 to n - 1, n up to {}: 0/4, 1/4, 2/4, 3/4", kShardsMax));
  }
  return {*index, count, "--shard"};
}

Shard of_environment(std::optional<std::uint64_t> shards) {
  std::vector<Shard> found;
  for (const auto& one : {of_open_mpi(), of_slurm(), of_indexed_job(shards)}) {
    if (one && (one->is_divided() || found.empty())) {
      std::erase_if(found, [](const Shard& other) { return !other.is_divided(); });
      found.push_back(*one);
    }
  }
  if (found.empty()) return {};
  for (const Shard& other : found) {
    if (other.index == found[0].index && other.count == found[0].count) continue;
    refuse_variable(other.source, fmt::format("{} of {}", other.index, other.count),
                    fmt::format("contradicts {}, which says {} of {}", found[0].source,
                                found[0].index, found[0].count));
  }
  return found[0];
}

}  // namespace

Shard shard_of(const FlagValues& values) {
  std::optional<std::uint64_t> shards;
  if (values["shards"] != kNoShards) {
    shards = number(values, "shards", 1, kShardsMax);
  }
  if (values["shard"] != kNoShards) {
    const Shard shard = of_flag(values["shard"]);
    if (shards && *shards != shard.count) {
      refuse("shards", values["shards"],
             fmt::format("contradicts --shard {}; leave this flag out", values["shard"]));
    }
    return shard;
  }
  const Shard shard = of_environment(shards);
  if (shards && shard.source != "JOB_COMPLETION_INDEX") {
    refuse("shards", values["shards"],
           "goes with the environment's JOB_COMPLETION_INDEX, which is not in use here; give "
           "--shard i/n instead");
  }
  return shard;
}

}  // namespace cli
