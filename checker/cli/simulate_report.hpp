// What random walks came to, as text and as JSON.
#pragma once

#include "checker/cli/simulate_flags.hpp"
#include "checker/cluster/simulate.hpp"

namespace cli {

struct SimulateOutcome {
  const SimulatePlan& plan;
  const cluster::SimulateReport& report;
  double seconds = 0;
  std::optional<std::string> bug;
  std::vector<std::string> arguments;  // the command line
  std::string trace_path;              // where the trace went; empty if there is none
  std::string page_path{};             // where its page went; empty if there is none
};

// "walks", "violation", "time", "memory", "interrupt".
const char* to_string(cluster::WalkStop stop);

// "Stopped after --time 60": why the walks ended before all were taken.
std::string stopped_words(const SimulateOutcome& outcome);

// How many walks of the run are this process's own; nothing where that has no end.
std::optional<std::uint64_t> walks_of(const cluster::SimulateOptions& options);

// The summary for people, ended by a newline.
std::string simulate_text(const SimulateOutcome& outcome);

// One JSON object, ended by a newline. Its keys are stable: keys stay, new ones may come.
std::string simulate_json(const SimulateOutcome& outcome);

}  // namespace cli
