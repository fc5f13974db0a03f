#include "traces/json_values.hpp"

namespace traces::internal {
namespace {

Json id_or_null(spec::ServerId id) { return id == spec::kNoServer ? Json(nullptr) : Json(id); }

Json to_json_value(const spec::MembershipView& membership) {
  if (!membership.is_known()) return nullptr;
  Json object = Json::object();
  object["voters"] = membership.voters;
  object["outgoing"] = membership.outgoing;
  object["learners"] = membership.learners;
  return object;
}

Json to_json_value(const std::vector<spec::EntryView>& entries) {
  Json array = Json::array();
  for (const spec::EntryView& entry : entries) {
    Json object = {{"term", entry.term}};
    if (entry.no_op) {
      object["no_op"] = true;
    } else if (entry.is_membership) {
      object["membership"] = to_json_value(entry.membership);
    } else {
      object["command"] = entry.command;
    }
    array.push_back(std::move(object));
  }
  return array;
}

Json to_json_value(const spec::FieldValue& field) {
  if (const auto* entries = std::get_if<std::vector<spec::EntryView>>(&field)) {
    return to_json_value(*entries);
  }
  if (const auto* text = std::get_if<std::string>(&field)) return *text;
  if (const auto* flag = std::get_if<bool>(&field)) return *flag;
  return std::get<std::uint64_t>(field);
}

Json to_json_value(const spec::DiskView& disk) {
  Json object = Json::object();
  object["current_term"] = disk.current_term;
  object["voted_for"] = id_or_null(disk.voted_for);
  object["log_index"] = disk.log_index;
  object["pending"] = disk.pending;
  return object;
}

Json to_json_value(const spec::SnapshotView& snapshot) {
  Json object = Json::object();
  object["index"] = snapshot.index;
  object["term"] = snapshot.term;
  object["entries"] = to_json_value(snapshot.entries);
  if (snapshot.membership.is_known()) object["membership"] = to_json_value(snapshot.membership);
  return object;
}

}  // namespace

Json to_json_value(const spec::MessageView& message) {
  Json fields = Json::object();
  for (const auto& [name, value] : message.fields) fields[name] = to_json_value(value);
  Json object = Json::object();
  object["kind"] = message.kind;
  object["from"] = message.from;
  object["to"] = message.to;
  object["fields"] = std::move(fields);
  return object;
}

Json to_json_value(const spec::ServerView& view) {
  Json object = Json::object();
  object["id"] = view.id;
  object["role"] = spec::to_string(view.role);
  object["current_term"] = view.current_term;
  object["voted_for"] = id_or_null(view.voted_for);
  object["log"] = to_json_value(view.log);
  object["commit_index"] = view.commit_index;
  object["last_applied"] = view.last_applied;
  object["leader"] = id_or_null(view.leader);
  object["votes_granted"] = view.votes_granted;
  object["next_index"] = view.next_index;
  object["match_index"] = view.match_index;
  if (view.snapshot.index > 0) object["snapshot"] = to_json_value(view.snapshot);
  if (view.membership.is_known()) object["membership"] = to_json_value(view.membership);
  if (view.disk) object["disk"] = to_json_value(*view.disk);
  return object;
}

Json changed_fields(const spec::ServerView& before, const spec::ServerView& after) {
  const Json old_values = to_json_value(before);
  const Json new_values = to_json_value(after);
  Json changed = Json::object();
  for (const auto& [name, value] : new_values.items()) {
    const Json old_value = old_values.value(name, Json());
    if (old_value != value) changed[name] = Json::array({old_value, value});
  }
  for (const auto& [name, value] : old_values.items()) {
    if (!new_values.contains(name)) changed[name] = Json::array({value, nullptr});
  }
  return changed;
}

}  // namespace traces::internal
