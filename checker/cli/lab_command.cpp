#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "checker/cli/ci_reports.hpp"
#include "checker/cli/commands.hpp"
#include "checker/cli/define_lab.hpp"
#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/gallery.hpp"
#include "checker/cli/lab_report.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/pages.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/suggest.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "checker/cli/watch.hpp"
#include "checker/lab/evidence.hpp"
#include "checker/linearizability/history_files.hpp"
#include "traces/file.hpp"

namespace cli {
namespace {

constexpr std::string_view kRunPlace = "{run}";
constexpr const char* kDefaultTrace = "raftcheck-lab-{run}.json";
constexpr const char* kDefaultHistory = "raftcheck-lab-{run}.edn";
// A core that fails everywhere need not fill the folder.
constexpr std::size_t kTracesMax = 10;

std::vector<const lab::Test*> tests_named(const std::vector<std::string>& names) {
  std::vector<const lab::Test*> tests;
  std::vector<std::string> known;
  for (const lab::Test& test : lab::suite()) {
    known.emplace_back(test.name);
    const bool is_wanted =
        names.empty() || std::ranges::any_of(names, [&](const std::string& name) {
          return name == test.name || name == std::string(1, test.part);
        });
    if (is_wanted) tests.push_back(&test);
  }
  for (const std::string& name : names) {
    if (std::ranges::any_of(tests, [&](const lab::Test* test) {
          return name == test->name || name == std::string(1, test->part);
        })) {
      continue;
    }
    throw UsageError(fmt::format("--only {}: no such test or part{} (see `raftcheck lab --list`)",
                                 name, did_you_mean(name, known)));
  }
  return tests;
}

// Short enough to be typed again.
std::uint64_t seed_of_system() {
  std::random_device system;
  return system();
}

constexpr std::uint64_t kIterationsMax = 10'000'000;

lab::CampaignOptions campaign(const LabArguments& arguments, const FlagValues& values,
                              const std::optional<Bug>& bug) {
  if (arguments.assertions_only && !arguments.properties.empty()) {
    throw UsageError("--property: with --assertions-only no property is checked");
  }
  lab::CampaignOptions options;
  options.tests = tests_named(arguments.only);
  const std::size_t no_op = choice(values, "no-op", {"on", "off", "both"});
  options.with_no_op = no_op != 1;
  options.without_no_op = no_op != 0;
  options.seed =
      values.is_given("seed") ? number(values, "seed", 0, ~std::uint64_t{0}) : seed_of_system();
  options.iterations = limit(values, "iterations", 1, kIterationsMax).value_or(kIterationsMax);
  options.from = number(values, "from", 0, 0xFFFFFFFF - options.iterations);
  options.jobs = static_cast<std::uint32_t>(number(values, "jobs", 1, 64));
  options.stops_at_failure = bug.has_value();
  options.run.make_live = live_servers(bug);
  options.run.properties = arguments.assertions_only ? 0 : properties_named(arguments.properties);
  options.run.manner = choice(values, "judge", {"quick", "whole"}) == 0
                           ? lab::Judge::Manner::Incremental
                           : lab::Judge::Manner::Whole;
  return options;
}

class LabObserver final : public lab::CampaignObserver {
 public:
  // `has_iterations`: how many runs there will be is known.
  LabObserver(std::optional<double> seconds_max, bool has_iterations)
      : watch_(seconds_max, ~std::uint64_t{0}), has_iterations_(has_iterations) {}

  bool go_on(std::uint64_t done, std::uint64_t of, const lab::Row& row) override {
    const auto now = Watch::Clock::now();
    reason_ = watch_.reason_to_stop(now);
    if (reason_) return false;
    if (watch_.is_time_to_print(now)) {
      const std::string runs =
          has_iterations_ ? fmt::format("{} of {}", grouped(done), counted(of, "run", "runs"))
                          : counted(done, "run", "runs");
      watch_.print(fmt::format("{}, {} with no-op {}, {}", runs, row.test->name,
                               row.no_op ? "on" : "off", duration_text(watch_.seconds(now))),
                   now);
    }
    return true;
  }
  [[nodiscard]] std::string stopped_by() const {
    if (!reason_) return "iterations";
    return *reason_ == engine::StopReason::Interrupted ? "interrupt" : "time";
  }
  double clock() override { return watch_.seconds(); }
  void clear() { watch_.clear(); }

 private:
  Watch watch_;
  bool has_iterations_;
  std::optional<engine::StopReason> reason_;
};

std::string placed(std::string path, const lab::Row& row) {
  const std::string run = fmt::format("{}{}-{}", row.test->name, row.no_op ? "-no-op" : "",
                                      row.failures.front().iteration);
  for (std::size_t at = 0; (at = path.find(kRunPlace, at)) != std::string::npos; at += run.size()) {
    path.replace(at, kRunPlace.size(), run);
  }
  return path;
}

LabOutcome::Written write_trace_of(const LabOutcome& outcome, const std::optional<Bug>& bug,
                                   const lab::Row& row, const std::string& path) {
  const lab::Failure& failure = row.failures.front();
  const lab::RunId id{row.test, row.no_op, outcome.options.seed, failure.iteration};
  NodeHolder node(bug, lab::node_options(id));
  auto evidence = lab::evidence_of(*node, id, outcome.options.run, failure.result);
  if (!evidence) return {.path = {}, .size = 0, .why_not = "the run is too long for one"};
  evidence->trace.program_version = kVersion;
  evidence->trace.bug = outcome.bug;
  const auto written = traces::write_trace(path, evidence->trace);
  if (!written) return {.path = {}, .size = 0, .why_not = "--trace: " + written.error()};
  LabOutcome::Written result{.path = path, .size = evidence->trace.steps.size(), .why_not = {}};
  result.size_before = evidence->steps;
  if (evidence->trace.violation) result.is_minimal = evidence->is_minimal;
  if (!outcome.wants_page) return result;
  const auto page = write_page(page_path(path), evidence->trace, bug);
  if (page) {
    result.page = page_path(path);
  } else {
    result.why_not = "--html: " + page.error();
  }
  return result;
}

// In Jepsen's format, which has times.
LabOutcome::Written write_history_of(const linearizability::History& history,
                                     const std::string& path) {
  const auto text = linearizability::write_history(history, linearizability::Model::KeyValue,
                                                   linearizability::Format::Jepsen);
  const auto written = text ? traces::write_file(path, *text) : traces::Failure{text.error()};
  if (!written) return {.path = {}, .size = 0, .why_not = "--history: " + written.error()};
  return {.path = path, .size = history.size(), .why_not = {}};
}

// A file, and not one for each run.
bool is_single(const std::optional<std::string>& path) {
  return path && path->find(kRunPlace) == std::string::npos;
}

// Of the first failure of each test. What a bug breaks is seen from one.
void write_evidence(LabOutcome& outcome, const std::optional<Bug>& bug,
                    const LabArguments& arguments) {
  const std::string path = arguments.trace_path.value_or(kDefaultTrace);
  const std::string history_path = arguments.history_path.value_or(kDefaultHistory);
  const auto most = [&](const std::string& of) {
    return is_single(of) || bug.has_value() ? std::size_t{1} : kTracesMax;
  };
  std::size_t traces_left = most(path);
  std::size_t histories_left = most(history_path);
  for (std::size_t at = 0; at < outcome.report.rows.size(); ++at) {
    const lab::Row& row = outcome.report.rows[at];
    if (row.failures.empty()) continue;
    if (traces_left > 0) {
      --traces_left;
      outcome.traces[at] = write_trace_of(outcome, bug, row, placed(path, row));
    }
    const auto& history = row.failures.front().result.history;
    if (history && histories_left > 0) {
      --histories_left;
      outcome.histories[at] = write_history_of(*history, placed(history_path, row));
    }
  }
}

// What came of the runs is reported first; the files that could not be written are then said, and
// exit 2.
void report_all(const LabOutcome& outcome, const LabArguments& arguments) {
  const std::optional<std::string>& json_path = arguments.json_path;
  std::vector<std::string> failures;
  for (const auto* files : {&outcome.traces, &outcome.histories}) {
    for (const auto& written : *files) {
      if (written && written->why_not.starts_with("--")) failures.push_back(written->why_not);
    }
  }
  if (is_ci_told(arguments.junit_path)) {
    tell_ci(ci_report(outcome), arguments.junit_path, json_path == kStdout, failures);
  }
  print_to(json_path == kStdout ? stderr : stdout, lab_text(outcome));
  if (json_path == kStdout) {
    print_to(stdout, lab_json(outcome));
  } else if (json_path) {
    const auto written = traces::write_file(*json_path, lab_json(outcome));
    if (!written) failures.push_back("--json: " + written.error());
  }
  if (!failures.empty()) throw UsageError(fmt::format("{}", fmt::join(failures, "\n")));
}

void require_writable_if_single(const std::string& flag, const std::optional<std::string>& path) {
  if (is_single(path)) require_writable(flag, *path);
}

}  // namespace

int run_lab(const LabArguments& arguments) {
  if (arguments.is_list) {
    print_to(stdout, lab_list());
    return kHolds;
  }
  std::optional<Bug> bug;
  if (!arguments.bug.empty()) bug = bug_named(arguments.bug, "--bug");
  FlagValues values(arguments.flags, {}, lab_flags());
  const bool has_time = values["time"] != kUnlimited;
  if (has_time) values.imply("iterations", std::string(kUnlimited));
  const lab::CampaignOptions options = campaign(arguments, values, bug);
  const bool has_iterations = values["iterations"] != kUnlimited;
  if (!has_time && !has_iterations) {
    throw UsageError("--iterations unlimited: only with --time");
  }
  if (arguments.json_path && *arguments.json_path != kStdout) {
    require_writable("--json", *arguments.json_path);
  }
  require_writable_if_single("--trace", arguments.trace_path);
  require_writable_if_single("--history", arguments.history_path);
  if (arguments.wants_page && is_single(arguments.trace_path)) {
    require_place_for_page(*arguments.trace_path, arguments.json_path);
  }
  require_place_for_junit(arguments.junit_path,
                          {arguments.json_path.value_or(""), arguments.trace_path.value_or(""),
                           arguments.history_path.value_or("")});
  catch_interruptions();
  LabObserver observer(has_time ? std::optional(seconds(values, "time")) : std::nullopt,
                       has_iterations);
  LabOutcome outcome{.options = options,
                     .report = lab::run_campaign(options, observer),
                     .seconds = observer.clock(),
                     .stopped_by = observer.stopped_by(),
                     .has_iterations = has_iterations,
                     .bug = bug ? std::optional(bug->name) : std::nullopt,
                     .assertions_only = arguments.assertions_only,
                     .properties = arguments.properties,
                     .arguments = arguments.command_line,
                     .wants_page = arguments.wants_page,
                     .traces = {},
                     .histories = {}};
  observer.clear();
  outcome.traces.resize(outcome.report.rows.size());
  outcome.histories.resize(outcome.report.rows.size());
  write_evidence(outcome, bug, arguments);
  report_all(outcome, arguments);
  if (outcome.report.failed()) return kViolated;
  return outcome.stopped_by == "interrupt" ? kStopped : kHolds;
}

}  // namespace cli
