#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "checker/cli/ci_reports.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/pages.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/simulate_report.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "checker/cli/walk_progress.hpp"
#include "traces/file.hpp"

namespace cli {
namespace {

constexpr std::string_view kShardPlace = "{shard}";
constexpr const char* kDefaultTrace = "raftcheck-trace.json";
constexpr const char* kDefaultTraceOfShard = "raftcheck-trace-{shard}.json";

// The file of this shard: shards that share a folder must not write over one another's files.
std::string placed(std::string path, const Shard& shard) {
  const std::string index = std::to_string(shard.index);
  for (std::size_t at = 0; (at = path.find(kShardPlace, at)) != std::string::npos;
       at += index.size()) {
    path.replace(at, kShardPlace.size(), index);
  }
  return path;
}

struct Places {
  std::string trace;
  std::optional<std::string> json;
  std::optional<std::string> page;
  std::optional<std::string> junit;
};

// Where the files go, which can be written.
Places places_of(const SimulateArguments& arguments, const Shard& shard) {
  const char* usual = shard.is_divided() ? kDefaultTraceOfShard : kDefaultTrace;
  Places places{.trace = placed(arguments.trace_path.value_or(usual), shard),
                .json = {},
                .page = {},
                .junit = {}};
  if (arguments.json_path) places.json = placed(*arguments.json_path, shard);
  require_places_for_files(places.json, places.trace);
  if (arguments.wants_page) {
    require_place_for_page(places.trace, places.json);
    places.page = page_path(places.trace);
  }
  if (arguments.junit_path) places.junit = placed(*arguments.junit_path, shard);
  require_place_for_junit(places.junit,
                          {places.trace, places.json.value_or(""), places.page.value_or("")});
  return places;
}

void fill_in(cluster::SimulateReport::Found& found, const SimulateOutcome& outcome) {
  traces::Trace& trace = found.trace;
  trace.program_version = kVersion;
  trace.bounds = bounds_in_force(outcome.plan);
  trace.bounds["walk"] = std::to_string(found.walk);
  if (outcome.plan.options.properties != spec::kAllProperties) {
    trace.bounds["property"] =
        fmt::format("{}", fmt::join(property_names(outcome.plan.options.properties), " "));
  }
  trace.bug = outcome.bug;
}

// What was found is reported first; the files that could not be written are then said, and exit 2.
void report_all(SimulateOutcome& outcome, cluster::SimulateReport& report, const Places& places,
                const std::optional<Bug>& bug) {
  std::vector<std::string> failures;
  const auto note = [&](const char* flag, const traces::Result<void>& written) {
    if (!written) failures.push_back(fmt::format("{}: {}", flag, written.error()));
  };
  if (report.found) {
    fill_in(*report.found, outcome);
    const auto written = traces::write_trace(places.trace, report.found->trace);
    if (written) outcome.trace_path = places.trace;
    note("--trace", written);
    if (places.page) {
      const auto page = write_page(*places.page, report.found->trace, bug);
      if (page) outcome.page_path = *places.page;
      note("--html", page);
    }
  }
  if (is_ci_told(places.junit)) {
    tell_ci(ci_report(outcome), places.junit, places.json == kStdout, failures);
  }
  cli::report(
      simulate_text(outcome), [&] { return simulate_json(outcome); }, places.json,
      std::move(failures));
}

int exit_status(cluster::WalkStop stopped_by) {
  switch (stopped_by) {
    case cluster::WalkStop::Walks:
      return kHolds;
    case cluster::WalkStop::Violation:
      return kViolated;
    default:
      return kStopped;
  }
}

}  // namespace

int run_simulate(const SimulateArguments& arguments) {
  std::optional<Bug> bug;
  if (!arguments.bug.empty()) bug = bug_named(arguments.bug, "--bug");
  FlagValues values(arguments.flags,
                    bug ? bounds_for_walks(bug->bounds) : std::map<std::string, std::string>{},
                    simulate_flags());
  const SimulatePlan plan = make_simulate_plan(std::move(values), arguments.properties);
  const Places places = places_of(arguments, plan.shard);
  NodeHolder holder(bug, plan.options.node);

  catch_interruptions();
  WalkObserver observer(plan.seconds_max, walks_of(plan.options));
  cluster::SimulateReport report = cluster::simulate(*holder, plan.options, observer);
  observer.clear();
  SimulateOutcome outcome{.plan = plan,
                          .report = report,
                          .seconds = observer.seconds(),
                          .bug = bug ? std::optional(bug->name) : std::nullopt,
                          .arguments = arguments.command_line,
                          .trace_path = {}};
  report_all(outcome, report, places, bug);
  return exit_status(report.stopped_by);
}

}  // namespace cli
