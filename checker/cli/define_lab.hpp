// The command `lab` on the command line.
#pragma once

#include <string>
#include <vector>

#include "checker/cli/commands.hpp"
#include "checker/cli/define_flags.hpp"

namespace cli {

std::span<const Flag> lab_flags();

// Where the command line is put.
struct LabParsed {
  FlagTexts flags;
  std::vector<std::string> only;
  std::vector<std::string> properties;
  bool assertions_only = false;
  bool is_list = false;
  std::string bug;
  bool wants_page = false;
  std::string trace_path;
  std::string history_path;
  std::string json_path;
  std::string junit_path;
};

void define_lab(CLI::App& app, LabParsed& parsed);

// What was given, after the command line was read.
LabArguments lab_arguments(const CLI::App& command, const LabParsed& parsed);

}  // namespace cli
