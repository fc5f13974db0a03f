// The commands `simulate` and `merge` on the command line.
#pragma once

#include <string>
#include <vector>

#include "checker/cli/commands.hpp"
#include "checker/cli/define_flags.hpp"

namespace cli {

// Where the command line is put.
struct SimulateParsed {
  FlagTexts flags;
  std::vector<std::string> properties;
  std::string bug;
  bool wants_page = false;
  std::string trace_path;
  std::string json_path;
  std::string junit_path;
};
struct MergeParsed {
  std::vector<std::string> paths;
  std::string json_path;
};

void define_simulate(CLI::App& app, SimulateParsed& parsed);
void define_merge(CLI::App& app, MergeParsed& parsed);

// What was given, after the command line was read.
SimulateArguments simulate_arguments(const CLI::App& command, const SimulateParsed& parsed);
MergeArguments merge_arguments(const CLI::App& command, const MergeParsed& parsed);

}  // namespace cli
