#include <fmt/format.h>

#include <cstdio>

#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/progress.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "traces/file.hpp"

namespace cli {
namespace {

void fill_in(traces::Trace& trace, const Outcome& outcome) {
  trace.program_version = kVersion;
  trace.bounds = bounds_in_force(outcome.plan);
  if (outcome.plan.options.properties != spec::kAllProperties) {
    trace.bounds["property"] =
        fmt::format("{}", fmt::join(property_names(outcome.plan.options.properties), " "));
  }
  trace.bug = outcome.bug;
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

// What was found is reported first; the files that could not be written are then said, and exit 2.
void report_all(Outcome& outcome, cluster::ExploreReport& report,
                const ExploreArguments& arguments) {
  std::vector<std::string> failures;
  const auto note = [&](const char* flag, const traces::Result<void>& written) {
    if (!written) failures.push_back(fmt::format("{}: {}", flag, written.error()));
  };
  if (report.trace) {
    fill_in(*report.trace, outcome);
    const auto written = traces::write_trace(arguments.trace_path, *report.trace);
    if (written) outcome.trace_path = arguments.trace_path;
    note("--trace", written);
  }
  print_to(arguments.json_path == kStdout ? stderr : stdout, summary_text(outcome));
  if (arguments.json_path == kStdout) {
    print_to(stdout, summary_json(outcome));
  } else if (arguments.json_path) {
    note("--json", traces::write_file(*arguments.json_path, summary_json(outcome)));
  }
  if (!failures.empty()) throw UsageError(fmt::format("{}", fmt::join(failures, "\n")));
}

}  // namespace

int run_explore(const ExploreArguments& arguments) {
  std::optional<Bug> bug;
  if (!arguments.bug.empty()) bug = bug_named(arguments.bug, "--bug");
  FlagValues values(arguments.flags, bug ? bug->bounds : std::map<std::string, std::string>{});
  const Plan plan = make_plan(std::move(values), arguments.properties);
  require_places_for_files(arguments.json_path, arguments.trace_path);
  NodeHolder holder(bug, plan.options.node);

  catch_interruptions();
  ProgressObserver observer(plan.seconds_max);
  cluster::ExploreReport report = cluster::explore(*holder, plan.options, observer);
  observer.clear();
  Outcome outcome{.plan = plan,
                  .report = report,
                  .seconds = observer.seconds(),
                  .bug = bug ? std::optional(bug->name) : std::nullopt,
                  .arguments = arguments.command_line,
                  .trace_path = {}};
  report_all(outcome, report, arguments);
  return exit_status(report.search);
}

}  // namespace cli
