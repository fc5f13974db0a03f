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
  std::vector<std::string> command_line;  // for the record
};
int run_explore(const ExploreArguments& arguments);

struct SimulateArguments {
  std::map<std::string, std::string> flags;  // those given, without dashes
  std::vector<std::string> properties;       // none: all
  std::string bug;
  std::optional<std::string> trace_path;  // none: see kDefaultTrace in simulate_command.cpp
  std::optional<std::string> json_path;   // "-": the standard output
  std::vector<std::string> command_line;  // for the record
};
int run_simulate(const SimulateArguments& arguments);

struct MergeArguments {
  std::vector<std::string> paths;        // of summaries
  std::optional<std::string> json_path;  // "-": the standard output
};
int run_merge(const MergeArguments& arguments);

struct ReplayArguments {
  std::string trace_path;
  std::string bug;  // empty: the trace's own; "none": the core as it is
};
int run_replay(const ReplayArguments& arguments);

// what: "bugs", "properties", "actions" or "witnesses"; anything else is refused.
int run_list(const std::string& what);

}  // namespace cli
