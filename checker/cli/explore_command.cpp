#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "checker/cli/checkpoints.hpp"
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
void report_all(Outcome& outcome, cluster::ExploreReport& report, const ExploreArguments& arguments,
                const std::string& checkpoint_failure) {
  std::vector<std::string> failures;
  if (!checkpoint_failure.empty()) failures.push_back("--checkpoint: " + checkpoint_failure);
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
  if (plan.options.bounds.network == cluster::Network::Any) {
    throw UsageError(fmt::format(
        "--checkpoint {}: the search over any network writes no checkpoints; leave this "
        "flag out, or choose --network unordered or ordered",
        *place));
  }
  Checkpoints::require_place(*place, arguments.resume.value_or(""));
  return place;
}

}  // namespace

int run_explore(const ExploreArguments& arguments) {
  std::optional<Resumption> resumption;
  if (arguments.resume) resumption.emplace(*arguments.resume);
  const Setting setting = make_setting(arguments, resumption);
  const Plan& plan = setting.plan;
  require_places_for_files(arguments);
  const std::optional<std::string> place = place_for_checkpoints(arguments, plan);
  NodeHolder holder(setting.bug, plan.options.node);

  catch_interruptions();
  constexpr std::uint64_t kQuarters = 4;
  ProgressObserver observer(plan.seconds_max,
                            plan.memory_max.value_or(memory_bytes() / kQuarters * 3));
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
  observer.clear();
  Outcome outcome{.plan = plan,
                  .report = report,
                  .seconds = before + observer.seconds(),
                  .bug = setting.bug ? std::optional(setting.bug->name) : std::nullopt,
                  .arguments = arguments.command_line,
                  .trace_path = {},
                  .checkpoint = checkpoints ? checkpoints->written() : "",
                  .resumed = arguments.resume.value_or("")};
  // A checkpoint that is missing in the end matters only where there is something to go on with.
  const bool is_stopped = exit_status(report) == kStopped;
  report_all(outcome, report, arguments, checkpoints && is_stopped ? checkpoints->failure() : "");
  return exit_status(report);
}

}  // namespace cli
