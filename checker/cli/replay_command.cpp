#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cluster/replay.hpp"
#include "traces/file.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

constexpr const char* kNoBug = "none";

std::optional<Bug> bug_of(const ReplayArguments& arguments, const traces::Trace& trace) {
  if (arguments.bug == kNoBug) return std::nullopt;
  if (!arguments.bug.empty()) return bug_named(arguments.bug, "--bug");
  if (!trace.bug) return std::nullopt;
  return bug_named(*trace.bug, arguments.trace_path + ": /bug:");
}

}  // namespace

int run_replay(const ReplayArguments& arguments) {
  if (arguments.trace_path.empty()) {
    throw UsageError("replay: name the file of a trace: raftcheck replay TRACE");
  }
  const auto trace = traces::read_trace(arguments.trace_path);
  if (!trace) throw UsageError(trace.error());
  const std::optional<Bug> bug = bug_of(arguments, *trace);
  NodeHolder holder(bug, cluster::node_options(trace->config));

  fmt::print("Replaying on {}: ", bug ? "the core with the bug " + bug->name : "the core as it is");
  fmt::print("{}", traces::render_header(*trace));
  const cluster::ReplayResult result = cluster::replay(*holder, *trace, [&](std::size_t position) {
    fmt::print("{}", traces::render_step(*trace, position));
  });
  switch (result.verdict) {
    case cluster::ReplayVerdict::Reproduced: {
      traces::Trace now = *trace;
      now.violation->message = result.explanation;  // what the real code says, not what is written
      fmt::print("{}", traces::render_ending(now));
      fmt::print("Reproduced on the real code, at step {}.\n", result.step);
      return kViolated;
    }
    case cluster::ReplayVerdict::Passed:
      fmt::print("{}", traces::render_ending(*trace));
      fmt::print("Passed: the real code took {} as recorded and violated no property.\n",
                 counted(trace->steps.size(), "step", "steps"));
      return kHolds;
    case cluster::ReplayVerdict::Differs:
      break;
  }
  const std::string place = result.step == 0 ? "the start" : fmt::format("step {}", result.step);
  throw UsageError(fmt::format("{}: {}: the implementation no longer follows the trace at {}: {}",
                               arguments.trace_path, result.path, place, result.explanation));
}

}  // namespace cli
