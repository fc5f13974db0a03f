#include <fmt/format.h>

#include <chrono>

#include "checker/cli/ci_reports.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/pages.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cluster/replay.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

void require_places(const ReplayArguments& arguments) {
  require_place_for_junit(
      arguments.junit_path,
      {arguments.trace_path, arguments.wants_page ? page_path(arguments.trace_path) : ""});
  if (!arguments.wants_page) return;
  if (arguments.trace_path == kStdout) {
    throw UsageError(
        "--html: a trace from the standard input has no place beside it; use `raftcheck show - "
        "--format html --output FILE`");
  }
  if (!arguments.trace_path.empty()) require_place_for_page(arguments.trace_path);
}

// The trace with what the real code says now.
void finish(const ReplayArguments& arguments, const traces::Trace& trace,
            const std::optional<Bug>& bug) {
  print_to(stdout, traces::render_ending(trace));
  if (!arguments.wants_page) return;
  const std::string path = page_path(arguments.trace_path);
  if (const auto written = write_page(path, trace, bug); !written) {
    throw UsageError("--html: " + written.error());
  }
  fmt::print("Its page is {}.\n", path);
}

void tell_ci_of(const ReplayArguments& arguments, const traces::Trace& trace,
                const cluster::ReplayResult& result, double seconds, const std::string& failure) {
  if (!is_ci_told(arguments.junit_path)) return;
  const bool has_page = arguments.wants_page && result.verdict != cluster::ReplayVerdict::Differs;
  const ReplayOutcome outcome{.path = arguments.trace_path,
                              .trace = trace,
                              .result = result,
                              .seconds = seconds,
                              .arguments = arguments.command_line,
                              .page = has_page ? page_path(arguments.trace_path) : "",
                              .failure = failure};
  std::vector<std::string> failures;
  tell_ci(ci_report(outcome), arguments.junit_path, false, failures);
  if (!failures.empty()) throw UsageError(failures.front());
}

}  // namespace

int run_replay(const ReplayArguments& arguments) {
  require_places(arguments);
  const traces::Trace trace = require_trace("replay", arguments.trace_path, arguments.bug);
  const std::optional<Bug> bug = bug_of(trace, arguments.trace_path, arguments.bug);
  NodeHolder holder(bug, cluster::node_options(trace.config));

  print_to(stdout,
           fmt::format("Replaying on {}: {}", core_text(bug), traces::render_header(trace)));
  const auto begin = std::chrono::steady_clock::now();
  const cluster::ReplayResult result = cluster::replay(*holder, trace, [&](std::size_t position) {
    print_to(stdout, traces::render_step(trace, position));
  });
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  switch (result.verdict) {
    case cluster::ReplayVerdict::Reproduced: {
      traces::Trace now = trace;
      now.violation->message = result.explanation;  // what the real code says, not what is written
      finish(arguments, now, bug);
      tell_ci_of(arguments, now, result, seconds, "");
      fmt::print("Reproduced on the real code, at step {}.\n", result.step);
      return kViolated;
    }
    case cluster::ReplayVerdict::Passed:
      finish(arguments, trace, bug);
      tell_ci_of(arguments, trace, result, seconds, "");
      fmt::print("Passed: the real code took {} as recorded and violated no property.\n",
                 counted(trace.steps.size(), "step", "steps"));
      return kHolds;
    case cluster::ReplayVerdict::Differs:
      break;
  }
  const std::string failure = replay_failure(arguments.trace_path, result);
  tell_ci_of(arguments, trace, result, seconds, failure);
  throw UsageError(failure);
}

}  // namespace cli
