// The commands. Each returns the program's exit status (usage_error.hpp) and throws UsageError.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cli {

struct ExploreArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::vector<std::string> properties;       // none: all
  std::string bug;
  std::string trace_path;
  std::optional<std::string> json_path;   // "-": the standard output
  std::optional<std::string> checkpoint;  // directory to write checkpoints to
  std::optional<std::string> resume;      // directory of the checkpoint to go on from
  std::vector<std::string> command_line;  // for the record
};
int run_explore(const ExploreArguments& arguments);

struct ReplayArguments {
  std::string trace_path;
  std::string bug;  // empty: the trace's own; "none": the core as it is
};
int run_replay(const ReplayArguments& arguments);

// what: "bugs", "properties", "actions" or "witnesses"; anything else is refused.
int run_list(const std::string& what);

}  // namespace cli
