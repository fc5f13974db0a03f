#include "checker/cli/lab_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "checker/cli/json_parts.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/version.hpp"

namespace cli {
namespace {

double seconds_of(lab::Time time) { return static_cast<double>(time) / 1e6; }

struct LabSum {
  std::uint64_t runs = 0;
  std::uint64_t failed = 0;
  lab::Totals totals;
};

LabSum sum_of(const LabOutcome& outcome) {
  LabSum sum;
  for (const lab::Row& row : outcome.report.rows) {
    sum.runs += row.iterations;
    sum.failed += row.failures.size();
    sum.totals.events += row.totals.events;
    sum.totals.calls += row.totals.calls;
    sum.totals.bytes += row.totals.bytes;
    sum.totals.time += row.totals.time;
  }
  return sum;
}

// As bytes_text, in seven columns.
std::string short_bytes(std::uint64_t bytes) { return short_number(bytes); }

std::string row_line(const std::string& name, const char* no_op, const std::string& runs,
                     std::uint64_t failed, const lab::Totals& totals, double seconds) {
  return fmt::format("{:<28} {:<5} {:>6} {:>6} {:>8} {:>6} {:>6} {:>7.2f}\n", name, no_op, runs,
                     failed, short_number(static_cast<std::uint64_t>(seconds_of(totals.time))),
                     short_number(totals.calls), short_bytes(totals.bytes), seconds);
}

std::string table(const LabOutcome& outcome) {
  std::string text = fmt::format("{:<28} {:<5} {:>6} {:>6} {:>8} {:>6} {:>6} {:>7}\n", "test",
                                 "no-op", "runs", "failed", "virtual", "RPCs", "bytes", "seconds");
  double seconds = 0;
  for (const lab::Row& row : outcome.report.rows) {
    text += row_line(row.test->name, row.no_op ? "on" : "off", std::to_string(row.iterations),
                     row.failures.size(), row.totals, row.seconds);
    seconds += row.seconds;
  }
  const LabSum sum = sum_of(outcome);
  return text + row_line("all", "", short_number(sum.runs), sum.failed, sum.totals, seconds);
}

std::string headline(const LabOutcome& outcome) {
  const LabSum sum = sum_of(outcome);
  const std::string bug = outcome.bug ? fmt::format(" with the bug {}", *outcome.bug) : "";
  const std::string runs = counted(sum.runs, "run", "runs");
  const std::string hours = fmt::format("{:.1f} virtual hours", seconds_of(sum.totals.time) / 3600);
  if (sum.failed > 0) {
    return fmt::format("{} of {} failed{}, in {}.\n", grouped(sum.failed), runs, bug, hours);
  }
  if (outcome.stopped_by == "interrupt") {
    return fmt::format("Interrupted: no failure{} so far in {}, in {}.\n", bug, runs, hours);
  }
  return fmt::format("No failure{} in {}, in {}.\n", bug, runs, hours);
}

std::string why(const lab::Failure& failure) {
  const std::string& text = *failure.result.failure;
  if (!failure.result.violation) return text;
  return fmt::format("{} is violated: {}", to_string(failure.result.violation->property), text);
}

std::string trace_words(const LabOutcome::Written& written) {
  if (!written.why_not.empty()) return fmt::format("  no trace: {}\n", written.why_not);
  const std::string of_run =
      written.is_minimal ? fmt::format(", of {} in the run", grouped(written.size_before)) : "";
  const std::string rest =
      written.is_minimal.value_or(true)
          ? ""
          : fmt::format("  it may be made shorter: raftcheck shrink {}\n", written.path);
  return fmt::format("  trace of {}{}: {}\n", counted(written.size, "step", "steps"), of_run,
                     written.path) +
         rest + (written.page.empty() ? "" : fmt::format("  its page: {}\n", written.page));
}

std::string history_words(const LabOutcome::Written& written) {
  if (!written.why_not.empty()) return fmt::format("  no history: {}\n", written.why_not);
  return fmt::format("  history of {}: {}\n", counted(written.size, "operation", "operations"),
                     written.path);
}

std::string failure_text(const LabOutcome& outcome, std::size_t at) {
  const lab::Row& row = outcome.report.rows[at];
  const lab::Failure& first = row.failures.front();
  std::string text = wrapped(fmt::format("{}, no-op {}, iteration {}:", row.test->name,
                                         row.no_op ? "on" : "off", first.iteration),
                             2, words_of(harmless(why(first).substr(0, why(first).find('\n')))));
  const std::size_t end_of_line = why(first).find('\n');
  if (end_of_line != std::string::npos) text += harmless(why(first).substr(end_of_line + 1));
  if (row.failures.size() > 1) {
    text += fmt::format("  failed {} in all\n", counted(row.failures.size(), "time", "times"));
  }
  if (outcome.traces[at]) text += trace_words(*outcome.traces[at]);
  if (outcome.histories[at]) text += history_words(*outcome.histories[at]);
  return text + "  again: " + command_again(outcome, row, first) + "\n";
}

Json failures_json(const LabOutcome& outcome, const lab::Row& row) {
  Json failures = Json::array();
  for (const lab::Failure& failure : row.failures) {
    const auto& violation = failure.result.violation;
    failures.push_back({{"iteration", failure.iteration},
                        {"property", violation ? Json(to_string(violation->property)) : Json()},
                        {"message", *failure.result.failure},
                        {"command", command_again(outcome, row, failure)}});
  }
  return failures;
}

// Where it went, or null.
Json path_json(const std::optional<LabOutcome::Written>& written) {
  return written && written->why_not.empty() ? Json(written->path) : Json();
}

Json row_json(const LabOutcome& outcome, std::size_t at) {
  const lab::Row& row = outcome.report.rows[at];
  Json json{{"test", row.test->name},
            {"part", std::string(1, row.test->part)},
            {"no_op", row.no_op},
            {"iterations", row.iterations},
            {"failed", row.failures.size()},
            {"events", row.totals.events},
            {"virtual_microseconds", row.totals.time},
            {"rpcs", row.totals.calls},
            {"bytes", row.totals.bytes},
            {"seconds", row.seconds},
            {"failures", failures_json(outcome, row)}};
  const auto& trace = outcome.traces[at];
  json["trace"] = path_json(trace);
  json["trace_minimal"] = trace && trace->is_minimal ? Json(*trace->is_minimal) : Json();
  json["page"] = trace && !trace->page.empty() ? Json(trace->page) : Json();
  json["history"] = path_json(outcome.histories[at]);
  json["happened"] = row.happened;
  json["convergence_microseconds_max"] = row.convergence_max ? Json(*row.convergence_max) : Json();
  return json;
}

// What the tests count, with and without no-ops together.
std::string happened_text(const LabOutcome& outcome) {
  std::map<std::string, std::map<std::string, std::uint64_t>> happened;  // by test
  std::map<std::string, lab::Time> convergence;
  for (const lab::Row& row : outcome.report.rows) {
    for (const auto& [what, times] : row.happened) happened[row.test->name][what] += times;
    if (!row.convergence_max) continue;
    lab::Time& most = convergence[row.test->name];
    most = std::max(most, *row.convergence_max);
  }
  std::string text;
  for (const auto& [test, counts] : happened) {
    std::vector<std::string> parts;
    for (const auto& [what, times] : counts) {
      parts.push_back(fmt::format("{} {}", what, short_number(times)));
    }
    text += wrapped(test + ":", 2, listed(parts));
    if (!convergence.contains(test)) continue;
    text += fmt::format("  after the last fault, all was well within {:.2f} s\n",
                        seconds_of(convergence[test]));
  }
  return text;
}

}  // namespace

std::string command_again(const LabOutcome& outcome, const lab::Row& row,
                          const lab::Failure& failure) {
  std::string text = fmt::format(
      "raftcheck lab --only {} --no-op {} --seed {} --from {} --iterations 1", row.test->name,
      row.no_op ? "on" : "off", outcome.options.seed, failure.iteration);
  if (outcome.bug) text += fmt::format(" --bug {}", *outcome.bug);
  if (outcome.assertions_only) text += " --assertions-only";
  for (const std::string& property : outcome.properties) text += " --property " + property;
  return text;
}

std::string failure_message(const lab::Row& row) {
  const std::string text = why(row.failures.front());
  return fmt::format(
      "iteration {}: {}{}", row.failures.front().iteration, text.substr(0, text.find('\n')),
      row.failures.size() == 1 ? ""
                               : fmt::format("; {} runs failed", grouped(row.failures.size())));
}

std::string lab_text(const LabOutcome& outcome) {
  std::string text = headline(outcome) + "\n" + table(outcome) + "\n";
  const LabSum sum = sum_of(outcome);
  text += fmt::format("seed {}, {} steps of servers, {} on {}\n", outcome.options.seed,
                      grouped(sum.totals.events), duration_text(outcome.seconds),
                      counted(outcome.options.jobs, "thread", "threads"));
  text += happened_text(outcome);
  if (outcome.assertions_only) text += "No property was checked after the steps.\n";
  for (std::size_t row = 0; row < outcome.report.rows.size(); ++row) {
    if (!outcome.report.rows[row].failures.empty()) text += "\n" + failure_text(outcome, row);
  }
  return text;
}

std::string lab_json(const LabOutcome& outcome) {
  const LabSum sum = sum_of(outcome);
  Json json{{"version", kVersion},
            {"command", "lab"},
            {"arguments", outcome.arguments},
            {"seed", outcome.options.seed},
            {"from", outcome.options.from},
            {"iterations", outcome.has_iterations ? Json(outcome.options.iterations) : Json()},
            {"jobs", outcome.options.jobs},
            {"bug", outcome.bug ? Json(*outcome.bug) : Json()},
            {"assertions_only", outcome.assertions_only},
            {"interrupted", outcome.stopped_by == "interrupt"},
            {"stopped_by", outcome.stopped_by},
            {"runs", sum.runs},
            {"failed", sum.failed},
            {"events", sum.totals.events},
            {"virtual_microseconds", sum.totals.time},
            {"seconds", outcome.seconds},
            {"peak_rss_bytes", peak_resident_bytes()}};
  Json rows = Json::array();
  for (std::size_t row = 0; row < outcome.report.rows.size(); ++row) {
    rows.push_back(row_json(outcome, row));
  }
  json["tests"] = std::move(rows);
  return json.dump(2) + "\n";
}

std::string lab_list() {
  std::string text;
  for (const lab::Test& test : lab::suite()) {
    text += fmt::format("{}  {:<28} {} servers, {}{}\n", test.part, test.name,
                        test.servers == 0 ? "drawn" : std::to_string(test.servers),
                        test.network.is_reliable ? "reliable" : "unreliable",
                        test.snapshots == lab::Snapshots::None ? "" : ", snapshots");
  }
  return text;
}

}  // namespace cli
