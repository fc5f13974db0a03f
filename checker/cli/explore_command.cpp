#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <tuple>

#include "checker/cli/checkpoints.hpp"
#include "checker/cli/ci_reports.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/pages.hpp"
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

// "run-2.json" for "run.json".
std::string numbered_path(const std::string& path, std::size_t number) {
  const std::filesystem::path whole(path);
  std::filesystem::path name = whole.stem();
  name += fmt::format("-{}", number);
  name += whole.extension();
  return (whole.parent_path() / name).string();
}

int status_of(const cluster::ExploreReport& report) {
  if (report.recovery) {
    if (report.recovery->progress.failing > 0) return kViolated;
    if (report.recovery->stopped_by) return kStopped;
  }
  return exit_status(report.search);
}

// The bug that is explored comes with its story, for the page.
void report_all(Outcome& outcome, cluster::ExploreReport& report, const ExploreArguments& arguments,
                const std::optional<Bug>& bug, const std::string& checkpoint_failure) {
  std::vector<std::string> failures;
  if (!checkpoint_failure.empty()) failures.push_back("--checkpoint: " + checkpoint_failure);
  const auto note = [&](const char* flag, const traces::Result<void>& written) {
    if (!written) failures.push_back(fmt::format("{}: {}", flag, written.error()));
    return written.has_value();
  };
  // Where the trace and its page are now; empty where they could not be written.
  const auto write = [&](traces::Trace& trace, const std::string& path) {
    std::pair<std::string, std::string> places;
    fill_in(trace, outcome);
    if (note("--trace", traces::write_trace(path, trace))) places.first = path;
    if (!arguments.wants_page) return places;
    const std::string page = page_path(path);
    if (note("--html", write_page(page, trace, bug))) places.second = page;
    return places;
  };
  if (report.trace) {
    std::tie(outcome.trace_path, outcome.page_path) = write(*report.trace, arguments.trace_path);
  }
  std::size_t number = 1;
  for (FurtherViolation& one : outcome.further) {
    std::tie(one.trace_path, one.page_path) =
        write(one.finding.trace, numbered_path(arguments.trace_path, ++number));
  }
  if (is_ci_told(arguments.junit_path)) {
    tell_ci(ci_report(outcome), arguments.junit_path, arguments.json_path == kStdout, failures);
  }
  report_summary(outcome, arguments.json_path, std::move(failures));
}

}  // namespace

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
void report_summary(const Outcome& outcome, const std::optional<std::string>& json_path,
                    std::vector<std::string> failures) {
  report(
      summary_text(outcome), [&] { return summary_json(outcome); }, json_path, std::move(failures));
}

namespace {

// What is searched, from the command line and the checkpoint that the search goes on from.
struct Setting {
  std::optional<Bug> bug;
  Plan plan;
  RunRecord record;  // empty where there are no checkpoints
};

Setting make_setting(const ExploreArguments& arguments,
                     const std::optional<Resumption>& resumption) {
  std::string name = arguments.bug;
  std::vector<std::string> properties = arguments.properties;
  std::map<std::string, std::string> flags;  // beside those given
  if (resumption) {
    resumption->require_given(arguments.flags, arguments.bug);
    name = resumption->bug();
    flags = resumption->flags();
    if (properties.empty()) properties = resumption->properties();
  }
  std::optional<Bug> bug;
  if (!name.empty()) bug = bug_named(name, "--bug");
  if (bug) flags.insert(bug->bounds.begin(), bug->bounds.end());  // a checkpoint's come first
  Plan plan = make_plan(FlagValues(arguments.flags, std::move(flags)), properties);
  RunRecord record;
  if (arguments.checkpoint || arguments.resume) record = record_of(plan, bug);
  if (resumption) resumption->require_same(record);
  return {std::move(bug), std::move(plan), std::move(record)};
}

// Where checkpoints go, if anywhere.
std::optional<std::string> place_for_checkpoints(const ExploreArguments& arguments,
                                                 const Plan& plan) {
  const std::optional<std::string> place =
      arguments.checkpoint ? arguments.checkpoint : arguments.resume;
  if (!place) {
    if (plan.values.is_given("checkpoint-every")) {
      throw UsageError(
          fmt::format("--checkpoint-every {}: there is no place for checkpoints; add --checkpoint "
                      "DIR, or leave this flag out",
                      plan.values["checkpoint-every"]));
    }
    return std::nullopt;
  }
  if (plan.options.bounds.network == cluster::Network::Any &&
      plan.options.order == engine::CoverOrder::Shortest) {
    throw UsageError(fmt::format(
        "--checkpoint {}: the search in the order shortest (which --depth implies) writes no "
        "checkpoints; leave this flag out, or choose --order fastest",
        *place));
  }
  Checkpoints::require_place(*place, arguments.resume.value_or(""));
  return place;
}

}  // namespace

int run_explore(const ExploreArguments& arguments) {
  if (!arguments.model.empty()) return run_explore_model(arguments);
  std::optional<Resumption> resumption;
  if (arguments.resume) resumption.emplace(*arguments.resume);
  const Setting setting = make_setting(arguments, resumption);
  const Plan& plan = setting.plan;
  require_places_for_files(arguments.json_path, arguments.trace_path);
  require_place_for_junit(arguments.junit_path,
                          {arguments.json_path.value_or(""), arguments.trace_path,
                           arguments.wants_page ? page_path(arguments.trace_path) : ""});
  if (arguments.wants_page) require_place_for_page(arguments.trace_path, arguments.json_path);
  const std::optional<std::string> place = place_for_checkpoints(arguments, plan);
  NodeHolder holder(setting.bug, plan.options.node);

  catch_interruptions();
  ProgressObserver observer(plan.seconds_max, plan.memory_max);
  const double before = resumption ? resumption->seconds() : 0;
  std::optional<Checkpoints> checkpoints;
  cluster::ExploreOptions options = plan.options;
  if (place) {
    checkpoints.emplace(*place, plan.checkpoint_every, setting.record, before,
                        [&](const std::string& failure) {
                          observer.clear();
                          fmt::print(stderr, "--checkpoint: {}; the search goes on\n", failure);
                        });
    options.checkpointing = &checkpoints->seam();
  }
  if (resumption) options.resume = &resumption->reader();
  cluster::ExploreReport report = cluster::explore(*holder, options, observer);
  std::optional<cluster::Findings> findings;
  if (plan.violations_max > 1 && report.violation && report.trace) {
    findings = cluster::keep_going(*holder, options, report, plan.violations_max - 1, observer);
  }
  observer.clear();
  Outcome outcome{.plan = plan,
                  .report = report,
                  .seconds = before + observer.seconds(),
                  .bug = setting.bug ? std::optional(setting.bug->name) : std::nullopt,
                  .arguments = arguments.command_line,
                  .trace_path = {},
                  .checkpoint = checkpoints ? checkpoints->written() : "",
                  .resumed = arguments.resume.value_or("")};
  if (findings) {
    outcome.further_stopped_by = findings->stopped_by;
    for (cluster::Finding& one : findings->further) outcome.further.push_back({std::move(one)});
  }
  // A checkpoint that is missing in the end matters only where there is something to go on with.
  const bool is_stopped = status_of(report) == kStopped;
  report_all(outcome, report, arguments, setting.bug,
             checkpoints && is_stopped ? checkpoints->failure() : "");
  return status_of(report);
}

}  // namespace cli
