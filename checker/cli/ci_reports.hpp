// What each command tells continuous integration (ci.hpp).
#pragma once

#include "checker/cli/ci.hpp"
#include "checker/cli/lab_report.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/simulate_report.hpp"
#include "checker/cluster/replay.hpp"

namespace cli {

// A case a property. One that the search did not decide, since it stopped before, is Unknown. The
// report looks at the outcome's trace.
CiReport ci_report(const Outcome& outcome);
// The same. A property held if all walks that were asked for were taken.
CiReport ci_report(const SimulateOutcome& outcome);
// A case a test with one setting.
CiReport ci_report(const LabOutcome& outcome);

// One case: whether the trace's violation happens again.
struct ReplayOutcome {
  std::string path;  // of the trace
  const traces::Trace& trace;
  const cluster::ReplayResult& result;
  double seconds = 0;
  std::vector<std::string> arguments;
  std::string page{};     // where its page went; empty if there is none
  std::string failure{};  // with Differs: what the program says
};
CiReport ci_report(const ReplayOutcome& outcome);

}  // namespace cli
