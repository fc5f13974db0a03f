#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/progress.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "traces/file.hpp"

namespace cli {
namespace {

constexpr const char* kStdout = "-";

// Found before a search that may take hours, not after it.
void require_writable(const std::string& flag, const std::string& path) {
  if (path.empty() || path == kStdout) return;
  if (const auto writable = traces::check_writable(path); !writable) {
    throw UsageError(fmt::format("{}: {}; name a file that can be written", flag,
                                 writable.error()));
  }
}

void print_to(std::FILE* stream, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() ||
      std::fflush(stream) != 0) {
    throw UsageError("the summary could not be written to the standard output");
  }
}

void fill_in(traces::Trace& trace, const Plan& plan, const std::optional<Bug>& bug) {
  trace.program_version = kVersion;
  for (const auto& [name, value] : plan.values.all()) trace.bounds[name] = value;
  if (bug) trace.bug = bug->name;
}

int exit_status(const engine::SearchResult& search) {
  switch (search.stopped_by) {
    case engine::StopReason::Exhausted:
      return kHolds;
    case engine::StopReason::Violation:
      return kViolated;
    default:
      return kStopped;
  }
}

}  // namespace

int run_explore(const ExploreArguments& arguments) {
  std::optional<Bug> bug;
  if (!arguments.bug.empty()) bug = bug_named(arguments.bug);
  FlagValues values(arguments.flags, bug ? bug->bounds : std::map<std::string, std::string>{});
  const Plan plan = make_plan(std::move(values), arguments.properties);
  require_writable("--json", arguments.json_path);
  require_writable("--trace", arguments.trace_path);
  NodeHolder holder(bug, plan.options.node);

  catch_interruptions();
  ProgressObserver observer(plan.seconds_max);
  cluster::ExploreReport report = cluster::explore(*holder, plan.options, observer);
  Outcome outcome{.plan = plan,
                  .report = report,
                  .seconds = observer.seconds(),
                  .bug = bug ? std::optional(bug->name) : std::nullopt,
                  .arguments = arguments.command_line,
                  .trace_path = {}};
  observer.clear();
  traces::Result<void> trace_written;
  if (report.trace) {
    fill_in(*report.trace, plan, bug);
    trace_written = traces::write_trace(arguments.trace_path, *report.trace);
    if (trace_written) outcome.trace_path = arguments.trace_path;
  }
  // What was found is reported first; a file that could not be written is then said, and exits 2.
  print_to(arguments.json_path == kStdout ? stderr : stdout, summary_text(outcome));
  if (arguments.json_path == kStdout) print_to(stdout, summary_json(outcome));
  if (!arguments.json_path.empty() && arguments.json_path != kStdout) {
    const auto written = traces::write_file(arguments.json_path, summary_json(outcome));
    if (!written) throw UsageError("--json: " + written.error());
  }
  if (!trace_written) throw UsageError("--trace: " + trace_written.error());
  return exit_status(report.search);
}

}  // namespace cli
