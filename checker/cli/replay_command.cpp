#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cluster/replay.hpp"
#include "traces/file.hpp"
#include "traces/render.hpp"

namespace cli {

int run_replay(const ReplayArguments& arguments) {
  const auto trace = traces::read_trace(arguments.trace_path);
  if (!trace) throw UsageError(trace.error());
  std::string bug_name = arguments.bug.empty() ? trace->bug.value_or("none") : arguments.bug;
  std::optional<Bug> bug;
  if (bug_name != "none") bug = bug_named(bug_name);
  NodeHolder holder(bug, cluster::node_options(trace->config));

  fmt::print("{}", traces::render_header(*trace));
  if (!arguments.bug.empty()) {
    fmt::print("replayed with {}\n", bug ? "the bug " + bug->name : "the core as it is");
  }
  const cluster::ReplayResult result = cluster::replay(
      *holder, *trace,
      [&](std::size_t position) { fmt::print("{}", traces::render_step(*trace, position)); });
  switch (result.verdict) {
    case cluster::ReplayVerdict::Reproduced:
      fmt::print("{}", traces::render_ending(*trace));
      fmt::print("Reproduced on the real code at step {}: {}\n", result.step, result.explanation);
      return kViolated;
    case cluster::ReplayVerdict::Passed:
      fmt::print("{}", traces::render_ending(*trace));
      fmt::print("Passed: {} steps were as recorded and no property was violated.\n",
                 trace->steps.size());
      return kHolds;
    case cluster::ReplayVerdict::Differs:
      break;
  }
  throw UsageError(fmt::format("{}: the implementation no longer follows the trace at step {}: {}",
                               arguments.trace_path, result.step, result.explanation));
}

}  // namespace cli
