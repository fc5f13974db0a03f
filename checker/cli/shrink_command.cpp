#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checker/cli/commands.hpp"
#include "checker/cli/flag_parsing.hpp"
#include "checker/cli/json_parts.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/report_lines.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/trace_flags.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/version.hpp"
#include "checker/cli/watch.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/shrink.hpp"
#include "traces/file.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

// What a trace is made of, by name: what shrinking makes smaller.
struct Measure {
  const char* name;
  std::uint64_t (*of)(const traces::Trace& trace);
};

template <traces::ActionKind kind>
std::uint64_t count_of(const traces::Trace& trace) {
  return static_cast<std::uint64_t>(std::ranges::count(
      trace.steps, kind, [](const traces::Step& step) { return step.action.kind; }));
}

std::uint64_t highest_term(const traces::Trace& trace) {
  spec::Term term = 0;
  for (const traces::Step& step : trace.steps) {
    if (step.view) term = std::max(term, step.view->current_term);
  }
  return term;
}

std::uint64_t lost_messages(const traces::Trace& trace) {
  std::uint64_t lost = 0;
  for (const traces::Step& step : trace.steps) {
    lost +=
        static_cast<std::uint64_t>(std::ranges::count(step.sent, true, &traces::SentMessage::lost));
  }
  return lost;
}

using traces::ActionKind;
constexpr std::array kMeasures = {
    Measure{"steps",
            [](const traces::Trace& trace) -> std::uint64_t { return trace.steps.size(); }},
    Measure{"servers",
            [](const traces::Trace& trace) -> std::uint64_t { return trace.config.servers; }},
    Measure{"highest_term", highest_term},
    Measure{"election_timeouts", count_of<ActionKind::ElectionTimeout>},
    Measure{"proposals", count_of<ActionKind::Propose>},
    Measure{"deliveries", count_of<ActionKind::Deliver>},
    Measure{"lost_messages", lost_messages},
    Measure{"duplicates",
            [](const traces::Trace& trace) {
              return static_cast<std::uint64_t>(std::ranges::count(
                  trace.steps, true,
                  [](const traces::Step& step) { return step.action.keep_copy; }));
            }},
    Measure{"crashes", count_of<ActionKind::Crash>},
    Measure{"cuts", count_of<ActionKind::Cut>},
};

// Beside the trace: t.json gives t.shrunk.json.
std::string default_output(const std::string& path) {
  constexpr std::string_view kExtension = ".json";
  std::string stem = path;
  if (stem.ends_with(kExtension)) stem.resize(stem.size() - kExtension.size());
  return stem + ".shrunk.json";
}

struct ShrinkOutcome {
  const traces::Trace& before;
  const cluster::Shrunk& shrunk;
  std::optional<engine::StopReason> stopped_by;
  double seconds = 0;
  std::string trace_path;  // empty if it could not be written
};

std::string shrink_text(const ShrinkOutcome& outcome, const std::string& core) {
  const traces::Trace& after = outcome.shrunk.trace;
  std::string text = fmt::format("Shrunk on {}, in {} and {:.2f} s.\n", core,
                                 counted(outcome.shrunk.runs, "run", "runs"), outcome.seconds);
  for (const Measure& measure : kMeasures) {
    const std::uint64_t was = measure.of(outcome.before);
    const std::uint64_t is = measure.of(after);
    if (was == 0 && is == 0) continue;
    std::string name = measure.name;
    std::ranges::replace(name, '_', ' ');
    line(std::back_inserter(text), name,
         was == is ? grouped(is) : fmt::format("{} -> {}", grouped(was), grouped(is)));
  }
  text += fmt::format("\n{} is violated at step {}: {}\n", after.violation->property,
                      after.violation->step, after.violation->message);
  if (outcome.stopped_by) {
    text += "Stopped before the end: more could be left out.\n";
  } else {
    text += "No single action can be left out.\n";
  }
  if (!outcome.trace_path.empty()) {
    text += fmt::format("The trace is in {0}. To see it: raftcheck show {0}\n", outcome.trace_path);
  }
  return harmless(text);
}

std::string shrink_json(const ShrinkOutcome& outcome) {
  const auto measured = [](const traces::Trace& trace) {
    Json json = Json::object();
    for (const Measure& measure : kMeasures) json[measure.name] = measure.of(trace);
    return json;
  };
  const Json json = {{"version", kVersion},
                     {"command", "shrink"},
                     {"property", outcome.shrunk.trace.violation->property},
                     {"before", measured(outcome.before)},
                     {"after", measured(outcome.shrunk.trace)},
                     {"minimal", outcome.shrunk.is_minimal},
                     {"runs", outcome.shrunk.runs},
                     {"seconds", outcome.seconds},
                     {"trace_file", outcome.trace_path}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Asked before each run: shows how far it is, and whether to go on.
class ShrinkWatch {
 public:
  explicit ShrinkWatch(std::optional<double> seconds_max, std::size_t steps)
      : watch_(seconds_max, memory_bytes() / 4 * 3), steps_(steps) {}

  bool go_on(const cluster::ShrinkProgress& progress) {
    const auto now = Watch::Clock::now();
    stopped_by_ = watch_.reason_to_stop(now);
    if (watch_.is_time_to_print(now)) {
      watch_.print(fmt::format("shrinking: {} -> {} steps, {} runs, {}", grouped(steps_),
                               grouped(progress.steps), grouped(progress.runs),
                               duration_text(watch_.seconds(now))),
                   now);
    }
    return !stopped_by_;
  }
  Watch& watch() { return watch_; }
  [[nodiscard]] std::optional<engine::StopReason> stopped_by() const { return stopped_by_; }

 private:
  Watch watch_;
  std::size_t steps_;
  std::optional<engine::StopReason> stopped_by_;
};

// As for a replay: the property that was violated is looked for, and nothing else.
cluster::Shrunk shrunk(const traces::Trace& trace, const std::string& path,
                       const std::optional<Bug>& bug, ShrinkWatch& watch) {
  const cluster::MakeNode make_node = node_maker(bug);
  const auto node = make_node(cluster::node_options(trace.config));
  cluster::ShrinkOptions options{
      .properties = cluster::recorded_properties(trace),
      .limits = cluster::limits_of(trace),
      .go_on = [&](const cluster::ShrinkProgress& progress) { return watch.go_on(progress); },
      .make_node = make_node};
  try {
    return cluster::shrink(*node, trace, options);
  } catch (const std::invalid_argument& error) {
    throw UsageError(fmt::format("{}: {} (on {})", path, error.what(), core_text(bug)));
  }
}

}  // namespace

int run_shrink(const ShrinkArguments& arguments) {
  const FlagValues values(arguments.flags, {}, shrink_flags());
  std::optional<double> seconds_max;
  if (values["time"] != kUnlimited) seconds_max = seconds(values, "time");
  if (arguments.trace_path == kStdout && !arguments.output) {
    throw UsageError("shrink -: say where the trace is to go: --output FILE");
  }
  const traces::Trace trace = require_trace("shrink", arguments.trace_path);
  const std::string output =
      arguments.output ? *arguments.output : default_output(arguments.trace_path);
  require_places_for_files(arguments.json_path, output, "--output");
  const std::optional<Bug> bug = bug_of(trace, arguments.trace_path, arguments.bug);

  catch_interruptions();
  ShrinkWatch watch(seconds_max, trace.steps.size());
  cluster::Shrunk result = shrunk(trace, arguments.trace_path, bug, watch);
  watch.watch().clear();
  result.trace.program_version = kVersion;
  result.trace.bug = bug ? std::optional(bug->name) : std::nullopt;
  ShrinkOutcome outcome{.before = trace,
                        .shrunk = result,
                        .stopped_by = watch.stopped_by(),
                        .seconds = watch.watch().seconds(),
                        .trace_path = {}};
  std::vector<std::string> failures;
  const auto written = traces::write_trace(output, result.trace);
  if (written) outcome.trace_path = output;
  if (!written) failures.push_back(fmt::format("--output: {}", written.error()));
  report(
      shrink_text(outcome, core_text(bug)), [&] { return shrink_json(outcome); },
      arguments.json_path, std::move(failures));
  return outcome.stopped_by ? kStopped : kHolds;
}

}  // namespace cli
