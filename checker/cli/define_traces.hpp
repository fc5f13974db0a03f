// The commands that take a trace and make something of it, on the command line.
#pragma once

#include <optional>
#include <string>

#include "checker/cli/commands.hpp"
#include "checker/cli/define_flags.hpp"

namespace cli {

// Where the command line is put.
struct TracesParsed {
  FlagTexts shrink_flags;
  std::string shrink_output;
  std::string shrink_json;
  ShrinkArguments shrink;
  std::string explain_json;
  ExplainArguments explain;
  FlagTexts test_from_flags;
  std::string test_from_output;
  TestFromArguments test_from;
  FlagTexts diff_flags;
  std::string diff_json;
  DiffArguments diff;
  FlagTexts step_flags;
  StepArguments step;
  FlagTexts show_flags;
  std::string show_output;
  ShowArguments show;
};

void define_traces(CLI::App& app, TracesParsed& parsed);

// Runs the command if it is one of these.
std::optional<int> run_traces(const CLI::App& command, TracesParsed& parsed);

}  // namespace cli
