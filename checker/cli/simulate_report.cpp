#include "checker/cli/simulate_report.hpp"

#include <fmt/format.h>

#include <array>

#include "checker/cli/json_parts.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/report_lines.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/version.hpp"
#include "checker/cluster/vocabulary.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

// "3 servers", "6 terms", ..., "over an unordered network".
std::vector<std::string> bounds_in_words(const SimulateOutcome& outcome) {
  const cluster::WalkBounds& bounds = outcome.plan.options.bounds;
  return {counted(bounds.servers, "server", "servers"), counted(bounds.terms, "term", "terms"),
          fmt::format("logs of {}", bounds.log),
          fmt::format("over {} {} network", bounds.network == cluster::Network::Any ? "the" : "an",
                      to_string(bounds.network))};
}

std::string headline(const SimulateOutcome& outcome) {
  const cluster::SimulateReport& report = outcome.report;
  const std::string bug = outcome.bug ? fmt::format(" with the bug {}", *outcome.bug) : "";
  const std::string walks = counted(report.totals.walks, "random walk", "random walks");
  std::string first = fmt::format("No violation{} in {},", bug, walks);
  std::string last = "Walks prove nothing about the steps that they did not take; explore does.\n";
  if (report.found) {
    first = fmt::format("{} is violated{} in walk {},", to_string(report.found->violation.property),
                        bug, report.found->walk);
    last.clear();
  } else if (report.stopped_by != cluster::WalkStop::Walks) {
    first = fmt::format("{}: no violation{} so far in {},", stopped_words(outcome), bug, walks);
    const auto asked = walks_of(outcome.plan.options);
    if (asked) last = fmt::format("NOT all of the {} walks were taken.\n", grouped(*asked)) + last;
  }
  std::vector<std::string> parts = listed(bounds_in_words(outcome));
  parts.back() += '.';
  return wrapped(std::move(first), 2, parts) + last;
}

void add_counts(Out out, const SimulateOutcome& outcome) {
  const cluster::SimulateReport& report = outcome.report;
  const cluster::SimulateOptions& options = outcome.plan.options;
  line(out, "seed", std::to_string(options.seed));
  if (outcome.plan.shard.is_divided()) {
    line(out, "shard",
         fmt::format("{} of {} (from 0; {})", options.shard, options.shards,
                     outcome.plan.shard.source));
  }
  line(out, "walks", grouped(report.totals.walks));
  line(out, "steps", grouped(report.totals.steps));
  line(out, "local states", grouped(report.local_states));
  line(out, "messages", grouped(report.messages));
  line(out, "step calls", grouped(report.step_calls));
  line(out, "states checked", grouped(report.states_checked));
  if (report.restarts > 0)
    line(out, "memory begun anew", counted(report.restarts, "time", "times"));
  line(out, "time", fmt::format("{:.{}f} s", outcome.seconds, outcome.seconds < 1 ? 3 : 2));
  line(out, "speed",
       fmt::format("{} steps/s", grouped(static_cast<std::uint64_t>(
                                     static_cast<double>(report.totals.steps) / outcome.seconds))));
  line(out, "memory", bytes_text(peak_resident_bytes()) + " at most");
}

void add_bounds(Out out, const SimulateOutcome& outcome) {
  const auto in_force = bounds_in_force(outcome.plan);
  fmt::format_to(out, "bounds, and the walks that each held back\n");
  for (std::size_t i = 0; i < outcome.report.bound_names.size(); ++i) {
    const std::string& name = outcome.report.bound_names[i];
    const std::uint64_t met = outcome.report.totals.bounds_met[i];
    if (name == "contract" && met > 0) {
      line(out, "broken contracts", grouped(met) + " walks: contracts were not checked");
    }
    if (!in_force.contains(name)) continue;
    line(out, fmt::format("--{} {}", name, in_force.at(name)), met == 0 ? "none" : grouped(met));
  }
}

// Of the bounds of the walks, those of features.
cluster::Bounds features_of(const SimulateOutcome& outcome) {
  cluster::Bounds bounds;
  bounds.transfers = outcome.plan.options.bounds.transfers;
  bounds.compactions = outcome.plan.options.bounds.compactions;
  bounds.changes = outcome.plan.options.bounds.changes;
  bounds.joint_changes = outcome.plan.options.node.changes == node::Changes::Joint;
  bounds.async_disk = outcome.plan.options.node.async_disk;
  return bounds;
}

void add_coverage(Out out, const SimulateOutcome& outcome) {
  fmt::format_to(out, "actions taken\n");
  for (std::size_t i = 0; i < outcome.report.action_names.size(); ++i) {
    const std::uint64_t count = outcome.report.totals.action_counts[i];
    const std::string& name = outcome.report.action_names[i];
    const bool is_possible = has_feature_of(name, outcome.plan.options.node, features_of(outcome));
    if (count == 0 && (name == "deliver_other" || !is_possible)) continue;
    line(out, name, count == 0 ? "never" : grouped(count));
  }
}

void add_witnesses(Out out, const SimulateOutcome& outcome) {
  const spec::WitnessSet fired = outcome.report.totals.witnesses;
  add_witness_lines(out, fired,
                    cluster::expected_witnesses(outcome.plan.options.node, features_of(outcome)));
  if ((fired & set_of(spec::Witness::LeaderElected)) == 0 && !outcome.report.found) {
    fmt::format_to(out,
                   "VACUOUS: no leader was ever elected in these walks, so they show next to\n"
                   "nothing. Widen the bounds, or take more walks.\n");
  }
}

void add_trace(Out out, const SimulateOutcome& outcome) {
  const cluster::SimulateReport::Found& found = *outcome.report.found;
  fmt::format_to(out, "\n{}", traces::render_text(found.trace));
  if (outcome.plan.options.shrinks) {
    fmt::format_to(
        out, "Shrunk from {} to {}{}\n", counted(found.steps, "step", "steps"),
        counted(found.trace.steps.size(), "step", "steps"),
        found.is_minimal ? ", of which none can be left out." : "; interrupted before the end.");
  }
  if (!outcome.trace_path.empty()) {
    fmt::format_to(out, "The trace is in {0}. To see it again: raftcheck replay {0}\n",
                   outcome.trace_path);
  }
  if (!outcome.page_path.empty()) fmt::format_to(out, "Its page is {}.\n", outcome.page_path);
}

Json violation_json(const SimulateOutcome& outcome) {
  if (!outcome.report.found) return nullptr;
  const cluster::SimulateReport::Found& found = *outcome.report.found;
  return {{"walk", found.walk},
          {"property", to_string(found.violation.property)},
          {"message", found.violation.message},
          {"depth", found.trace.steps.size()},
          {"depth_of_walk", found.steps},
          {"shortest", found.trace.shortest},
          {"minimal", found.is_minimal},
          {"trace_file", outcome.trace_path},
          {"page_file", outcome.page_path},
          {"trace", Json::parse(traces::to_json(found.trace))}};
}

// What must be equal in summaries that are added up: nothing of one shard alone.
Json config_json(const SimulateOutcome& outcome) {
  Json config = Json::object();
  for (const auto& [name, value] : outcome.plan.values.all()) {
    if (name != "shard" && name != "shards") config[name] = value_json(value);
  }
  config["bug"] = outcome.bug ? Json(*outcome.bug) : Json(nullptr);
  config["properties"] = property_names(outcome.plan.options.properties);
  return config;
}

}  // namespace

const char* to_string(cluster::WalkStop stop) {
  constexpr std::array kNames = {"walks", "violation", "time", "memory", "interrupt"};
  return kNames.at(static_cast<std::size_t>(stop));
}

std::optional<std::uint64_t> walks_of(const cluster::SimulateOptions& options) {
  if (!options.walks) return std::nullopt;
  if (options.shard >= *options.walks) return 0;
  return (*options.walks - options.shard - 1) / options.shards + 1;
}

std::string stopped_words(const SimulateOutcome& outcome) {
  switch (outcome.report.stopped_by) {
    case cluster::WalkStop::Time:
      return fmt::format("Stopped after --time {}", outcome.plan.values["time"]);
    case cluster::WalkStop::Memory:
      return "Stopped since the machine's memory is nearly used up";
    default:
      return "Interrupted";
  }
}

std::string simulate_text(const SimulateOutcome& outcome) {
  std::string text = headline(outcome);
  const Out out = std::back_inserter(text);
  add_counts(out, outcome);
  add_bounds(out, outcome);
  add_coverage(out, outcome);
  add_witnesses(out, outcome);
  if (outcome.report.found) add_trace(out, outcome);
  return text;
}

std::string simulate_json(const SimulateOutcome& outcome) {
  const cluster::SimulateReport& report = outcome.report;
  const auto asked = walks_of(outcome.plan.options);
  Json json = {
      {"version", kVersion},
      {"command", "simulate"},
      {"arguments", outcome.arguments},
      {"config", config_json(outcome)},
      {"seed", outcome.plan.options.seed},
      {"shard",
       {{"index", outcome.plan.shard.index},
        {"count", outcome.plan.shard.count},
        {"source",
         outcome.plan.shard.source.empty() ? Json(nullptr) : Json(outcome.plan.shard.source)}}},
      {"walks_asked", asked ? Json(*asked) : Json(nullptr)},
      {"walks", report.totals.walks},
      {"steps", report.totals.steps},
      {"exhausted", false},
      {"stopped_by", to_string(report.stopped_by)},
      {"seconds", outcome.seconds},
      {"steps_per_second", static_cast<double>(report.totals.steps) / outcome.seconds},
      {"peak_rss_bytes", peak_resident_bytes()},
      {"local_states", report.local_states},
      {"messages", report.messages},
      {"step_calls", report.step_calls},
      {"states_checked", report.states_checked},
      {"memory_restarts", report.restarts},
      {"bounds_met", named(report.bound_names, report.totals.bounds_met)},
      {"coverage", named(report.action_names, report.totals.action_counts)},
      {"witnesses", witnesses_json(report.totals.witnesses)},
      {"violation", violation_json(outcome)},
  };
  // A command line need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cli
