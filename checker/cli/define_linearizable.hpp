// The command `linearizable` on the command line.
#pragma once

#include <string>

#include "checker/cli/commands.hpp"
#include "checker/cli/define_flags.hpp"

namespace cli {

// Where the command line is put.
struct LinearizableParsed {
  FlagTexts flags;
  std::string history_path;
  std::string json_path;
  std::string convert_path;
  std::string page_path;
};

void define_linearizable(CLI::App& app, LinearizableParsed& parsed);

// What was given, after the command line was read.
LinearizableArguments linearizable_arguments(const CLI::App& command,
                                             const LinearizableParsed& parsed);

}  // namespace cli
