// What an exploration came to, as text and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/cli/flags.hpp"
#include "checker/cluster/explore.hpp"

namespace cli {

struct Outcome {
  const Plan& plan;
  const cluster::ExploreReport& report;
  double seconds = 0;
  std::optional<std::string> bug;
  std::vector<std::string> arguments;  // the command line
  std::string trace_path;              // where the trace went; empty if there is none
  std::string checkpoint{};            // the directory of the last one written; empty if none was
  std::string resumed{};               // the directory that this run went on from; or empty
};

// "exhausted", "violation", "depth", "states", "time", "memory", "interrupt".
const char* to_string(engine::StopReason reason);

// The summary for people, ended by a newline.
std::string summary_text(const Outcome& outcome);

// One JSON object, ended by a newline. Its keys are stable: keys stay, new ones may come.
std::string summary_json(const Outcome& outcome);

}  // namespace cli
