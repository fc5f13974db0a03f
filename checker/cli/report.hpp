// What an exploration came to, as text and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/cli/flags.hpp"
#include "checker/cli/model_report.hpp"
#include "checker/cluster/explore.hpp"
#include "checker/cluster/keep_going.hpp"

namespace cli {

// A violation of a further kind (--keep-going), and where it is to be seen.
struct FurtherViolation {
  cluster::Finding finding;
  std::string trace_path{};  // empty if it could not be written
  std::string page_path{};   // the same, or without --html
};

struct Outcome {
  const Plan& plan;
  const cluster::ExploreReport& report;
  double seconds = 0;
  std::optional<std::string> bug;
  std::vector<std::string> arguments;  // the command line
  std::string trace_path;              // where the trace went; empty if there is none
  std::optional<ModelRun> model{};     // what was explored instead of a cluster
  std::string checkpoint{};            // the directory of the last one written; empty if none was
  std::string page_path{};             // where the trace's page went; empty if there is none
  std::string resumed{};               // the directory that this run went on from; or empty
  std::vector<FurtherViolation> further{};
  // Why there are no more of them; nothing where they were not looked for.
  std::optional<engine::StopReason> further_stopped_by{};
};

// 0, 1 or 3: see ExitStatus.
int exit_status(const engine::SearchResult& search);

// Prints the summary and writes its JSON. What could not be written is added to `failures` or,
// where there are any in the end, thrown as UsageError.
void report_summary(const Outcome& outcome, const std::optional<std::string>& json_path,
                    std::vector<std::string> failures);

// "exhausted", "violation", "depth", "states", "time", "memory", "interrupt".
const char* to_string(engine::StopReason reason);

// "Stopped after --time 60": why a search ended before the space was exhausted.
std::string stopped_words(const Outcome& outcome, engine::StopReason reason);

// Whether no leader was ever elected in a space that was exhausted: nothing is shown then.
bool is_vacuous(const Outcome& outcome);

// The summary for people, ended by a newline.
std::string summary_text(const Outcome& outcome);

// One JSON object, ended by a newline. Its keys are stable: keys stay, new ones may come.
std::string summary_json(const Outcome& outcome);

}  // namespace cli
