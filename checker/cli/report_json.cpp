#include "checker/cli/json_parts.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/version.hpp"
#include "traces/json.hpp"

namespace cli {
namespace {

Json violation_json(const Outcome& outcome) {
  if (outcome.model) return violation_json(*outcome.model);
  const cluster::ExploreReport& report = outcome.report;
  const bool is_recovery = report.recovery && report.recovery->progress.failing > 0;
  if (!report.violation && !is_recovery) return nullptr;
  Json json = {
      {"property", is_recovery ? traces::kRecoveryProperty : to_string(report.violation->property)},
      {"message", is_recovery ? report.recovery->message : report.violation->message}};
  // A run to a state that does not recover may not have been found in time.
  json["depth"] = report.trace ? Json(report.trace->steps.size()) : Json(nullptr);
  json["shortest"] = report.trace && report.trace->shortest;
  json["trace_file"] = outcome.trace_path;
  json["page_file"] = outcome.page_path;
  json["trace"] = report.trace ? Json::parse(traces::to_json(*report.trace)) : Json(nullptr);
  return json;
}

// Of one of several: with the action that breaks the property.
Json violations_json(const Outcome& outcome) {
  Json violations = Json::array();
  Json first = violation_json(outcome);
  if (first.is_null()) return violations;
  if (outcome.report.trace) first["action"] = cluster::breaking_action(*outcome.report.trace);
  violations.push_back(std::move(first));
  for (const FurtherViolation& one : outcome.further) {
    violations.push_back({{"property", to_string(one.finding.violation.property)},
                          {"message", one.finding.violation.message},
                          {"depth", one.finding.trace.steps.size()},
                          {"shortest", one.finding.trace.shortest},
                          {"trace_file", one.trace_path},
                          {"page_file", one.page_path},
                          {"trace", Json::parse(traces::to_json(one.finding.trace))},
                          {"action", one.finding.action}});
  }
  return violations;
}

Json recovery_json(const std::optional<cluster::RecoveryReport>& recovery) {
  if (!recovery) return nullptr;
  return {{"states", recovery->progress.states},
          {"checked", recovery->progress.checked},
          {"failing", recovery->progress.failing},
          {"distinct", recovery->distinct},
          {"orders", recovery->orders},
          {"steps", recovery->progress.steps},
          {"steps_max", recovery->steps_max},
          {"steps_needed", recovery->steps_needed},
          {"step_calls", recovery->step_calls}};
}

Json config_json(const Outcome& outcome) {
  if (outcome.model) return config_json(*outcome.model, outcome.plan.values);
  Json config = Json::object();
  for (const auto& [name, value] : outcome.plan.values.all()) config[name] = value_json(value);
  config["bug"] = outcome.bug ? Json(*outcome.bug) : Json(nullptr);
  config["properties"] = property_names(outcome.plan.options.properties);
  return config;
}

}  // namespace

std::string summary_json(const Outcome& outcome) {
  const cluster::ExploreReport& report = outcome.report;
  const engine::SearchResult& search = report.search;
  const auto distinct = static_cast<double>(search.progress.distinct);
  const std::uint64_t peak = peak_resident_bytes();
  Json json = {
      {"version", kVersion},
      {"command", "explore"},
      {"arguments", outcome.arguments},
      {"config", config_json(outcome)},
      {"generated", search.progress.generated},
      {"distinct", search.progress.distinct},
      {"depth", search.progress.depth},
      {"queue", search.progress.queue},
      {"exhausted", search.stopped_by == engine::StopReason::Exhausted},
      {"stopped_by", to_string(search.stopped_by)},
      {"seconds", outcome.seconds},
      {"transitions_per_second", static_cast<double>(search.progress.generated) / outcome.seconds},
      {"distinct_per_second", distinct / outcome.seconds},
      {"bytes_per_state", static_cast<double>(peak) / distinct},
      {"peak_rss_bytes", peak},
      {"local_states", outcome.model ? Json(nullptr) : Json(report.local_states)},
      {"cluster_states", report.cluster_states},
      {"messages", report.messages},
      {"step_calls", outcome.model ? Json(nullptr) : Json(report.step_calls)},
      {"cut_off", named(report.bound_names, search.cut_off)},
      {"coverage", named(report.action_names, search.action_counts)},
      {"witnesses", outcome.model ? Json(nullptr) : witnesses_json(search.witnesses)},
      {"violation", violation_json(outcome)},
      {"violations", violations_json(outcome)},
      {"violations_complete", outcome.further_stopped_by ? Json(outcome.further_stopped_by ==
                                                                engine::StopReason::Exhausted)
                                                         : Json(nullptr)},
  };
  // Always there, so that a reader finds the same keys: null where the search has no such thing.
  json["kept"] = report.covering ? Json(report.kept) : Json(nullptr);
  json["distinct_without_symmetry"] = report.covering ? Json(nullptr) : Json(search.orbits);
  json["network_states"] = report.network_halves ? Json(*report.network_halves) : Json(nullptr);
  const auto& collisions = search.collisions;
  json["collisions"] = !collisions ? Json(nullptr)
                                   : Json({{"from_counts", collisions->from_counts},
                                           {"from_fingerprints", collisions->from_gap}});
  const auto directory = [](const std::string& path) { return path.empty() ? Json() : Json(path); };
  json["resumed_from"] = directory(outcome.resumed);
  json["checkpoint"] = directory(outcome.checkpoint);
  json["vacuous"] = outcome.model ? Json(nullptr) : Json(is_vacuous(outcome));
  const auto& full = report.without_symmetry;
  json["symmetry_check"] = !full ? Json(nullptr)
                                 : Json({{"distinct", full->progress.distinct},
                                         {"generated", full->progress.generated},
                                         {"cluster_states", full->halves}});
  json["recovery"] = recovery_json(report.recovery);
  // A command line need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cli
