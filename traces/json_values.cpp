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
  object["pending_ends"] = disk.pending_ends;
  return object;
}

Json to_json_value(const spec::SnapshotView& snapshot) {
  if (snapshot.index == 0) return nullptr;
  Json object = Json::object();
  object["index"] = snapshot.index;
  object["term"] = snapshot.term;
  object["entries"] = to_json_value(snapshot.entries);
  if (snapshot.membership.is_known()) object["membership"] = to_json_value(snapshot.membership);
  return object;
}

// The fields that only some clusters have; all of them, or those that say something.
void add_features(const spec::ServerView& view, bool all, Json& object) {
  if (all || view.lease) object["lease"] = view.lease;
  if (all || view.transferee != spec::kNoServer) {
    object["transferee"] = id_or_null(view.transferee);
  }
  if (all || !view.in_flight.empty()) object["in_flight"] = view.in_flight;
  if (all || !view.probed.empty()) object["probed"] = view.probed;
  if (all || !view.reads.empty()) object["reads"] = view.reads;
  if (all || view.heard) object["heard"] = view.heard ? Json(*view.heard) : Json(nullptr);
  if (all || view.snapshot.index > 0) object["snapshot"] = to_json_value(view.snapshot);
  if (all || view.membership.is_known()) object["membership"] = to_json_value(view.membership);
  if (all || view.disk) object["disk"] = view.disk ? to_json_value(*view.disk) : Json(nullptr);
}

Json plain_value(const spec::ServerView& view) {
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
  Json object = plain_value(view);
  add_features(view, false, object);
  return object;
}

Json changed_fields(const spec::ServerView& before, const spec::ServerView& after) {
  Json old_values = plain_value(before);
  Json new_values = plain_value(after);
  add_features(before, true, old_values);
  add_features(after, true, new_values);
  Json changed = Json::object();
  for (const auto& [name, value] : new_values.items()) {
    const Json& old_value = old_values.at(name);
    if (old_value != value) changed[name] = Json::array({old_value, value});
  }
  return changed;
}

}  // namespace traces::internal
