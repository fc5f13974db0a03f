#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cluster/replay.hpp"
#include "traces/render.hpp"

namespace cli {
int run_replay(const ReplayArguments& arguments) {
  const traces::Trace trace = require_trace("replay", arguments.trace_path);
  const std::optional<Bug> bug = bug_of(trace, arguments.trace_path, arguments.bug);
  NodeHolder holder(bug, cluster::node_options(trace.config));

  fmt::print("Replaying on {}: {}", core_text(bug), traces::render_header(trace));
  const cluster::ReplayResult result = cluster::replay(*holder, trace, [&](std::size_t position) {
    fmt::print("{}", traces::render_step(trace, position));
  });
  switch (result.verdict) {
    case cluster::ReplayVerdict::Reproduced: {
      traces::Trace now = trace;
      now.violation->message = result.explanation;  // what the real code says, not what is written
      fmt::print("{}", traces::render_ending(now));
      fmt::print("Reproduced on the real code, at step {}.\n", result.step);
      return kViolated;
    }
    case cluster::ReplayVerdict::Passed:
      fmt::print("{}", traces::render_ending(trace));
      fmt::print("Passed: the real code took {} as recorded and violated no property.\n",
                 counted(trace.steps.size(), "step", "steps"));
      return kHolds;
    case cluster::ReplayVerdict::Differs:
      break;
  }
  const std::string place = result.step == 0 ? "the start" : fmt::format("step {}", result.step);
  throw UsageError(fmt::format("{}: {}: the implementation no longer follows the trace at {}: {}",
                               arguments.trace_path, result.path, place, result.explanation));
}

}  // namespace cli
