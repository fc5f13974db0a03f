#include "checker/cli/ci_reports.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checker/cli/text.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

constexpr std::string_view kStdin = "-";

std::vector<std::string> those_written(std::initializer_list<std::string> files) {
  std::vector<std::string> written;
  std::ranges::copy_if(files, std::back_inserter(written),
                       [](const std::string& file) { return !file.empty(); });
  return written;
}

std::string with_bug(const std::optional<std::string>& bug) {
  return bug ? fmt::format(" with the bug {}", *bug) : "";
}

std::string place_of(const traces::Trace& trace) {
  const std::size_t step = trace.violation ? trace.violation->step : trace.steps.size();
  return step == 0 ? "at the start" : fmt::format("at step {}", step);
}

std::string replay_command(const std::string& trace_path) {
  return trace_path.empty() ? "" : "raftcheck replay " + trace_path;
}

// The properties, of which some are violated; the others held, or it is not known.
std::vector<Check> checks_of(const std::vector<std::string>& properties,
                             const std::vector<Check>& broken, const std::string& why_unknown) {
  std::vector<Check> checks;
  for (const std::string& property : properties) {
    const auto found = std::ranges::find(broken, property, &Check::name);
    if (found != broken.end()) {
      checks.push_back(*found);
    } else if (why_unknown.empty()) {
      checks.push_back({.name = property});
    } else {
      checks.push_back({.name = property, .state = CheckState::Unknown, .message = why_unknown});
    }
  }
  // A property that is violated in several ways is a case in each.
  std::ranges::copy_if(broken, std::back_inserter(checks), [&](const Check& check) {
    return std::ranges::find(properties, check.name) == properties.end();
  });
  return checks;
}

std::optional<Check> broken_in(const Outcome& outcome) {
  const cluster::ExploreReport& report = outcome.report;
  Check check{.name = {},
              .state = CheckState::Violated,
              .files = those_written({outcome.trace_path, outcome.page_path}),
              .again = replay_command(outcome.trace_path)};
  if (report.violation) {
    check.name = to_string(report.violation->property);
    check.message = report.violation->message;
  } else if (report.recovery && report.recovery->progress.failing > 0) {
    check.name = traces::kRecoveryProperty;
    check.message = report.recovery->message;
  } else if (outcome.model && outcome.model->violation != 0) {
    check.name = violated_property(*outcome.model);
    check.message = "violated; the run is printed";
  } else {
    return std::nullopt;
  }
  return check;
}

// The states may all have been reached, and not all have been asked whether they recover.
void mark_recovery(const Outcome& outcome, CiReport& report) {
  const auto& recovery = outcome.report.recovery;
  if (!recovery || !recovery->stopped_by || recovery->progress.failing > 0) return;
  report.headline = stopped_words(outcome, *recovery->stopped_by) + ": no violation so far";
  report.warnings = {report.headline};
  Check& last = report.checks.back();
  last.state = CheckState::Unknown;
  last.message = report.headline;
}

// The first violation, and those of further kinds (--keep-going).
std::vector<Check> all_broken_in(const Outcome& outcome) {
  std::vector<Check> all;
  if (auto first = broken_in(outcome)) all.push_back(std::move(*first));
  for (const FurtherViolation& one : outcome.further) {
    Check check{.name = to_string(one.finding.violation.property),
                .state = CheckState::Violated,
                .message = one.finding.violation.message,
                .files = those_written({one.trace_path, one.page_path}),
                .again = replay_command(one.trace_path)};
    if (std::ranges::find(all, check.name, &Check::name) != all.end()) {
      check.name += " by " + one.finding.action;
    }
    all.push_back(std::move(check));
  }
  return all;
}

std::vector<std::string> properties_of(const Outcome& outcome) {
  if (outcome.model) return outcome.model->properties;
  std::vector<std::string> names = property_names(outcome.plan.options.properties);
  if (outcome.plan.options.recovery_steps) names.emplace_back(traces::kRecoveryProperty);
  return names;
}

}  // namespace

CiReport ci_report(const Outcome& outcome) {
  const std::vector<Check> broken = all_broken_in(outcome);
  const engine::StopReason stopped_by = outcome.report.search.stopped_by;
  CiReport report{.command = "explore",
                  .arguments = outcome.arguments,
                  .headline = "No violation" + with_bug(outcome.bug) + ": the space is exhausted",
                  .seconds = outcome.seconds,
                  .checks = {},
                  .text = summary_text(outcome)};
  if (outcome.report.trace) report.trace = &*outcome.report.trace;
  std::string why_unknown;
  if (outcome.further_stopped_by == engine::StopReason::Exhausted) {
    // Every kind of violation is known.
  } else if (stopped_by == engine::StopReason::Violation && !broken.empty()) {
    why_unknown = fmt::format("the search ended when {} was violated", broken.back().name);
  } else if (stopped_by != engine::StopReason::Exhausted) {
    report.headline =
        stopped_words(outcome, stopped_by) + ": no violation" + with_bug(outcome.bug) + " so far";
    why_unknown = report.headline;
    report.warnings.push_back(report.headline);
  }
  if (!broken.empty()) {
    report.headline =
        fmt::format("{} is violated{}{}", broken.front().name, with_bug(outcome.bug),
                    report.trace != nullptr ? " " + place_of(*report.trace) : std::string());
    report.warnings.clear();
  }
  if (!outcome.model && is_vacuous(outcome)) {
    report.warnings.emplace_back(
        "No leader was ever elected within these bounds, so this shows next to nothing");
  }
  report.checks = checks_of(properties_of(outcome), broken, why_unknown);
  mark_recovery(outcome, report);
  return report;
}

CiReport ci_report(const SimulateOutcome& outcome) {
  const cluster::SimulateReport& found = outcome.report;
  const std::string walks = counted(found.totals.walks, "random walk", "random walks");
  CiReport report{.command = "simulate",
                  .arguments = outcome.arguments,
                  .headline = fmt::format("No violation{} in {}", with_bug(outcome.bug), walks),
                  .seconds = outcome.seconds,
                  .checks = {},
                  .text = simulate_text(outcome)};
  std::vector<Check> broken;
  std::string why_unknown;
  if (found.found) {
    const traces::Trace& trace = found.found->trace;
    report.trace = &trace;
    broken.push_back({.name = to_string(found.found->violation.property),
                      .state = CheckState::Violated,
                      .message = found.found->violation.message,
                      .files = those_written({outcome.trace_path, outcome.page_path}),
                      .again = replay_command(outcome.trace_path)});
    report.headline = fmt::format("{} is violated{} {}", broken.front().name, with_bug(outcome.bug),
                                  place_of(trace));
    why_unknown = fmt::format("the walks ended when {} was violated", broken.front().name);
  } else if (found.stopped_by != cluster::WalkStop::Walks) {
    report.headline = fmt::format("{}: no violation{} so far in {}", stopped_words(outcome),
                                  with_bug(outcome.bug), walks);
    why_unknown = report.headline;
    // Walks that have no number end at their time.
    if (walks_of(outcome.plan.options)) report.warnings.push_back(report.headline);
  }
  report.checks = checks_of(property_names(outcome.plan.options.properties), broken, why_unknown);
  return report;
}

CiReport ci_report(const LabOutcome& outcome) {
  CiReport report{.command = "lab",
                  .arguments = outcome.arguments,
                  .headline = {},
                  .seconds = outcome.seconds,
                  .checks = {},
                  .text = lab_text(outcome)};
  report.headline = report.text.substr(0, report.text.find('\n'));
  const bool is_interrupted = outcome.stopped_by == "interrupt";
  for (std::size_t at = 0; at < outcome.report.rows.size(); ++at) {
    const lab::Row& row = outcome.report.rows[at];
    Check check{.name = fmt::format("{}, no-op {}", row.test->name, row.no_op ? "on" : "off"),
                .seconds = row.seconds};
    if (!row.failures.empty()) {
      check.state = CheckState::Violated;
      check.message = failure_message(row);
      check.again = command_again(outcome, row, row.failures.front());
      if (const auto& written = outcome.traces[at]) {
        check.files = those_written({written->path, written->page});
      }
      if (const auto& written = outcome.histories[at]; written && !written->path.empty()) {
        check.files.push_back(written->path);
      }
    } else if (row.iterations == 0 ||
               (is_interrupted && row.iterations < outcome.options.iterations)) {
      check.state = CheckState::Unknown;
      check.message = fmt::format("stopped ({}) after {}", outcome.stopped_by,
                                  counted(row.iterations, "run", "runs"));
    }
    report.checks.push_back(std::move(check));
  }
  if (is_interrupted) report.warnings.push_back(report.headline);
  return report;
}

CiReport ci_report(const ReplayOutcome& outcome) {
  const traces::Trace& trace = outcome.trace;
  CiReport report{.command = "replay",
                  .arguments = outcome.arguments,
                  .headline = "The trace passes",
                  .seconds = outcome.seconds,
                  .checks = {},
                  .text = traces::render_text(trace)};
  Check check{.name = outcome.path, .seconds = outcome.seconds};
  switch (outcome.result.verdict) {
    case cluster::ReplayVerdict::Passed:
      break;
    case cluster::ReplayVerdict::Reproduced:
      check.state = CheckState::Violated;
      check.message = fmt::format("{}: {}", trace.violation->property, outcome.result.explanation);
      if (outcome.path != kStdin) {
        check.files = those_written({outcome.path, outcome.page});
        check.again = replay_command(outcome.path);
      }
      report.headline =
          fmt::format("{} is violated {}", trace.violation->property, place_of(trace));
      report.trace = &trace;
      break;
    case cluster::ReplayVerdict::Differs:
      check.state = CheckState::Error;
      check.message = outcome.failure;
      report.headline = "The implementation no longer follows the trace";
      break;
  }
  report.checks.push_back(std::move(check));
  return report;
}

}  // namespace cli
