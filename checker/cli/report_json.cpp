#include "checker/cli/json_parts.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/report.hpp"
#include "checker/cli/version.hpp"
#include "traces/json.hpp"

namespace cli {
namespace {

Json violation_json(const Outcome& outcome) {
  if (!outcome.report.violation) return nullptr;
  const traces::Trace& trace = *outcome.report.trace;
  return {{"property", to_string(outcome.report.violation->property)},
          {"message", outcome.report.violation->message},
          {"depth", trace.steps.size()},
          {"shortest", trace.shortest},
          {"trace_file", outcome.trace_path},
          {"trace", Json::parse(traces::to_json(trace))}};
}

Json config_json(const Outcome& outcome) {
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
      {"local_states", report.local_states},
      {"cluster_states", report.cluster_states},
      {"messages", report.messages},
      {"step_calls", report.step_calls},
      {"cut_off", named(report.bound_names, search.cut_off)},
      {"coverage", named(report.action_names, search.action_counts)},
      {"witnesses", witnesses_json(search.witnesses)},
      {"violation", violation_json(outcome)},
  };
  // Always there, so that a reader finds the same keys: null where the search has no such thing.
  json["kept"] = report.covering ? Json(report.kept) : Json(nullptr);
  json["distinct_without_symmetry"] = report.covering ? Json(nullptr) : Json(search.orbits);
  json["network_states"] = report.covering ? Json(nullptr) : Json(report.network_halves);
  // A command line need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cli
