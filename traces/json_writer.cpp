#include "traces/json.hpp"
#include "traces/json_printer.hpp"
#include "traces/json_values.hpp"

namespace traces {
namespace {

using internal::Json;
using internal::to_json_value;

Json config_value(const Config& config) {
  Json object = Json::object();
  object["servers"] = config.servers;
  object["no_op"] = config.no_op;
  object["backtracking"] = config.backtracking;
  object["entries_per_message"] = config.entries_per_message;
  object["network"] = config.network;
  if (config.snapshots) object["snapshot_chunk"] = config.snapshot_chunk;
  if (config.changes != "none") {
    object["changes"] = config.changes;
    object["voters"] = config.voters;
  }
  if (config.async_disk) object["disk"] = "async";
  if (!config.options.empty()) object["options"] = config.options;
  return object;
}

Json violation_value(const std::optional<ViolationRecord>& violation) {
  if (!violation) return nullptr;
  Json object = Json::object();
  object["property"] = violation->property;
  object["message"] = violation->message;
  object["step"] = violation->step;
  return object;
}

Json recovery_value(const RecoveryRecord& recovery) {
  Json object = Json::object();
  object["after"] = recovery.after;
  object["steps"] = recovery.steps;
  object["order"] = recovery.order;
  return object;
}

Json action_value(const Action& action, const Config& config) {
  Json object = Json::object();
  object["kind"] = to_string(action.kind);
  if (acts_on_server(action.kind)) object["server"] = action.server;
  if (action.kind == ActionKind::Propose) object["command"] = action.command;
  if (action.kind == ActionKind::Deliver) {
    object["message"] = action.message ? to_json_value(*action.message) : Json(nullptr);
    object["sent_at"] = action.sent_at;
    object["keep_copy"] = action.keep_copy;
  }
  if (action.kind == ActionKind::Cut) object["groups"] = action.groups;
  if (action.kind == ActionKind::Read) object["read"] = action.read;
  if (action.kind == ActionKind::Transfer) object["target"] = action.target;
  if (action.kind == ActionKind::Crash && config.async_disk) object["survived"] = action.survived;
  if (action.kind == ActionKind::Compact) object["index"] = action.index;
  if (action.kind == ActionKind::ChangeMembership) {
    object["voters"] = action.voters;
    object["learners"] = action.learners;
  }
  return object;
}

Json sent_value(const std::vector<SentMessage>& sent) {
  Json array = Json::array();
  for (const SentMessage& item : sent) {
    Json object = to_json_value(item.message);
    object["lost"] = item.lost;
    array.push_back(std::move(object));
  }
  return array;
}

Json step_value(const Trace& trace, std::size_t position) {
  const Step& step = trace.steps[position];
  const spec::ServerView* before = view_before(trace, position, step.action.server);
  Json object = Json::object();
  object["step"] = step.number;
  object["action"] = action_value(step.action, trace.config);
  object["outcome"] = step.outcome;
  object["sent"] = sent_value(step.sent);
  if (!step.answered.empty()) object["answered"] = step.answered;
  object["changed"] = step.view && before != nullptr ? internal::changed_fields(*before, *step.view)
                                                     : Json::object();
  object["view"] = step.view ? to_json_value(*step.view) : Json(nullptr);
  return object;
}

}  // namespace

std::string to_json(const Trace& trace) {
  Json document = Json::object();
  document["format"] = "raftcheck-trace";
  document["version"] = kFormatVersion;
  document["program_version"] = trace.program_version;
  document["config"] = config_value(trace.config);
  document["bounds"] = trace.bounds;
  document["bug"] = trace.bug ? Json(*trace.bug) : Json(nullptr);
  document["shortest"] = trace.shortest;
  document["violation"] = violation_value(trace.violation);
  if (trace.recovery) document["recovery"] = recovery_value(*trace.recovery);
  document["initial"] = Json::array();
  for (const spec::ServerView& view : trace.initial) {
    document["initial"].push_back(to_json_value(view));
  }
  document["steps"] = Json::array();
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    document["steps"].push_back(step_value(trace, i));
  }
  return internal::print(document) + "\n";
}

}  // namespace traces
