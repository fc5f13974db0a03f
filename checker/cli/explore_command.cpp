#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

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

namespace fs = std::filesystem;

constexpr const char* kStdout = "-";

void require_writable(const std::string& flag, const std::string& path) {
  if (path.empty()) throw UsageError(flag + " '': name a file that can be written");
  if (const auto writable = traces::check_writable(path); !writable) {
    throw UsageError(
        fmt::format("{}: {}; name a file that can be written", flag, writable.error()));
  }
}

// Found before a search that may take hours, not after it.
void require_places_for_files(const ExploreArguments& arguments) {
  if (arguments.json_path && *arguments.json_path != kStdout) {
    require_writable("--json", *arguments.json_path);
  }
  if (arguments.trace_path == kStdout) {
    throw UsageError("--trace -: the standard output has the summary; name a file");
  }
  require_writable("--trace", arguments.trace_path);
  std::error_code ignored;  // of files that are not there yet
  if (arguments.json_path && !fs::is_character_file(*arguments.json_path, ignored) &&
      (*arguments.json_path == arguments.trace_path ||
       fs::equivalent(*arguments.json_path, arguments.trace_path, ignored))) {
    throw UsageError(fmt::format("--json {}: that is where the trace would go; name another file",
                                 *arguments.json_path));
  }
}

void print_to(std::FILE* stream, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size() || std::fflush(stream) != 0) {
    throw UsageError("the summary could not be written to the standard output");
  }
}

void fill_in(traces::Trace& trace, const Outcome& outcome) {
  trace.program_version = kVersion;
  trace.bounds = bounds_in_force(outcome.plan);
  if (outcome.plan.options.properties != spec::kAllProperties) {
    trace.bounds["property"] =
        fmt::format("{}", fmt::join(property_names(outcome.plan.options.properties), " "));
  }
  trace.bug = outcome.bug;
}

int exit_status(const cluster::ExploreReport& report) {
  if (report.recovery) {
    if (report.recovery->progress.failing > 0) return kViolated;
    if (report.recovery->stopped_by) return kStopped;
  }
  switch (report.search.stopped_by) {
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
  require_places_for_files(arguments);
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
  return exit_status(report);
}

}  // namespace cli
