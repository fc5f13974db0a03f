// The reader: one function for each kind of value in FORMAT.md. Place and reason of an error travel
// as a ReadError to from_json, which alone turns them into a Result.
#include <fmt/format.h>

#include <algorithm>

#include "traces/json.hpp"
#include "traces/json_cursor.hpp"
#include "traces/json_guard.hpp"
#include "traces/json_pointer.hpp"

namespace traces {
namespace {

using internal::Cursor;

constexpr std::uint64_t kOptionMax = 1'000'000'000;
constexpr std::uint64_t kChunkMax = 1'000'000;
constexpr std::size_t kDifferenceBytesMax = 200;  // of each side, when `changed` is wrong

std::map<std::string, std::uint64_t> read_options(const Cursor& at) {
  std::map<std::string, std::uint64_t> options;
  for (const auto& [name, value] : at.members()) {
    if (!internal::is_snake_case(name)) value.fail("expected an option's name in snake_case");
    options.emplace(name, value.number(1, kOptionMax));
  }
  if (options.empty()) at.fail("expected an option at least; leave it out if none is");
  return options;
}

Config read_config(const Cursor& at) {
  Config config;
  config.snapshots = at.has("snapshot_chunk");
  std::vector<std::string_view> keys{"servers", "no_op", "backtracking", "entries_per_message",
                                     "network"};
  if (config.snapshots) keys.emplace_back("snapshot_chunk");
  const bool has_changes = at.has("changes");
  if (has_changes) keys.insert(keys.end(), {"changes", "voters"});
  config.async_disk = at.has("disk");
  if (config.async_disk) keys.emplace_back("disk");
  at.require_keys(keys, {"options"});
  config.servers = static_cast<std::uint32_t>(at.member("servers").number(1, kServersMax));
  config.no_op = at.member("no_op").boolean();
  config.backtracking = at.member("backtracking").one_of("back-tracking", {"fast", "plain"});
  config.entries_per_message = at.member("entries_per_message").number(0, kEntriesPerMessageMax);
  config.network = at.member("network").one_of("network", {"any", "unordered", "ordered"});
  if (config.snapshots) config.snapshot_chunk = at.member("snapshot_chunk").number(0, kChunkMax);
  if (has_changes) {
    config.changes = at.member("changes").one_of("kind of changes", {"single", "joint"});
    config.voters = static_cast<std::uint32_t>(at.member("voters").number(0, config.servers));
  }
  if (config.async_disk) static_cast<void>(at.member("disk").one_of("disk", {"async"}));
  if (at.has("options")) config.options = read_options(at.member("options"));
  return config;
}

std::vector<spec::ServerId> read_plain_ids(const Cursor& at) {
  std::vector<spec::ServerId> ids;
  for (const Cursor& element : at.elements()) {
    ids.push_back(static_cast<spec::ServerId>(element.number(1, kServersMax)));
    if (ids.size() > 1 && ids[ids.size() - 2] >= ids.back()) {
      element.fail("expected ids in ascending order");
    }
  }
  return ids;
}

spec::MembershipView read_membership(const Cursor& at) {
  at.require_keys({"voters", "outgoing", "learners"});
  spec::MembershipView membership{read_plain_ids(at.member("voters")),
                                  read_plain_ids(at.member("outgoing")),
                                  read_plain_ids(at.member("learners"))};
  if (!membership.is_known()) at.member("voters").fail("expected at least one voter");
  return membership;
}

std::vector<spec::EntryView> read_entries(const Cursor& at) {
  std::vector<spec::EntryView> entries;
  for (const Cursor& element : at.elements()) {
    spec::EntryView entry;
    entry.term = element.member("term").number();
    entry.no_op = element.has("no_op");
    entry.is_membership = element.has("membership");
    element.require_keys({"term", entry.no_op           ? "no_op"
                                  : entry.is_membership ? "membership"
                                                        : "command"});
    const bool is_known = entry.is_membership && !element.member("membership").is_null();
    if (is_known) entry.membership = read_membership(element.member("membership"));
    if (entry.no_op && !element.member("no_op").boolean()) {
      element.member("no_op").fail(
          "expected true; an entry that is no no-op has a command instead");
    }
    if (!entry.no_op && !entry.is_membership) entry.command = element.member("command").string();
    entries.push_back(std::move(entry));
  }
  return entries;
}

spec::SnapshotView read_snapshot(const Cursor& at) {
  std::vector<std::string_view> keys{"index", "term", "entries"};
  const bool has_membership = at.has("membership");
  if (has_membership) keys.emplace_back("membership");
  at.require_keys(keys);
  return {.index = at.member("index").number(1),
          .term = at.member("term").number(),
          .entries = read_entries(at.member("entries")),
          .membership =
              has_membership ? read_membership(at.member("membership")) : spec::MembershipView{}};
}

spec::FieldValue read_field(const Cursor& at) {
  if (at.is_boolean()) return at.boolean();
  if (at.is_array()) return read_entries(at);
  if (at.is_string()) return at.string();
  return at.number();
}

// " (program_version "0.3.0")" or nothing: another version need not have the key, nor a string in
// it.
std::string writer_of(const Cursor& document) {
  for (const auto& [key, member] : document.members()) {
    if (key == "program_version") return " (program_version " + member.found() + ")";
  }
  return {};
}

// The parts whose rules depend on the configuration and on the steps before.
class Reader {
 public:
  Trace read(const Cursor& document);

 private:
  [[nodiscard]] spec::ServerId read_id(const Cursor& at) const;
  [[nodiscard]] spec::ServerId read_id_or_null(const Cursor& at) const;
  [[nodiscard]] std::vector<spec::ServerId> read_ids(const Cursor& at) const;
  [[nodiscard]] std::vector<spec::Index> read_slots(const Cursor& at, spec::Role role) const;
  [[nodiscard]] spec::MessageView read_message(const Cursor& at) const;
  [[nodiscard]] SentMessage read_sent(const Cursor& at) const;
  [[nodiscard]] std::vector<std::vector<spec::ServerId>> read_groups(const Cursor& at) const;
  void read_features(const Cursor& at, spec::ServerView& view) const;
  [[nodiscard]] spec::DiskView read_disk(const Cursor& at) const;
  [[nodiscard]] spec::ServerView read_view(const Cursor& at, spec::ServerId id) const;
  [[nodiscard]] Action read_action(const Cursor& at) const;
  void read_delivery(const Cursor& at, Action& action) const;
  [[nodiscard]] std::optional<ViolationRecord> read_violation(const Cursor& at) const;
  [[nodiscard]] RecoveryRecord read_recovery(const Cursor& at) const;
  void read_initial(const Cursor& at);
  void read_step(const Cursor& at);
  void verify_changed(const Cursor& at, const Step& step) const;

  Trace trace_;
};

spec::ServerId Reader::read_id(const Cursor& at) const {
  return static_cast<spec::ServerId>(at.number(1, trace_.config.servers));
}

spec::ServerId Reader::read_id_or_null(const Cursor& at) const {
  return at.is_null() ? spec::kNoServer : read_id(at);
}

// One at least: where there is none, the key is left out.
std::vector<std::uint64_t> read_numbers(const Cursor& at) {
  std::vector<std::uint64_t> numbers;
  for (const Cursor& element : at.elements()) numbers.push_back(element.number(1));
  if (numbers.empty()) at.fail("expected one at least; leave it out if there is none");
  return numbers;
}

// Strictly ascending, as views list the votes.
std::vector<spec::ServerId> Reader::read_ids(const Cursor& at) const {
  std::vector<spec::ServerId> ids;
  for (const Cursor& element : at.elements()) {
    const spec::ServerId id = read_id(element);
    if (!ids.empty() && id <= ids.back()) {
      element.fail(
          fmt::format("expected ids in ascending order, found {} after {}", id, ids.back()));
    }
    ids.push_back(id);
  }
  return ids;
}

std::vector<spec::Index> Reader::read_slots(const Cursor& at, spec::Role role) const {
  std::vector<spec::Index> slots;
  for (const Cursor& element : at.elements()) slots.push_back(element.number());
  const std::size_t expected = role == spec::Role::Leader ? trace_.config.servers : 0;
  if (slots.size() != expected) {
    at.fail(fmt::format("expected {} slots for a {} among {} servers, found {}", expected,
                        spec::to_string(role), trace_.config.servers, slots.size()));
  }
  return slots;
}

spec::MessageView Reader::read_message(const Cursor& at) const {
  spec::MessageView message;
  message.kind = at.member("kind").snake_case();
  message.from = read_id(at.member("from"));
  message.to = read_id(at.member("to"));
  for (const auto& [name, field] : at.member("fields").members()) {
    if (!internal::is_snake_case(name)) field.fail("expected a field's name in snake_case");
    message.fields.emplace_back(name, read_field(field));
  }
  return message;
}

SentMessage Reader::read_sent(const Cursor& at) const {
  at.require_keys({"kind", "from", "to", "fields", "lost"});
  return {.message = read_message(at), .lost = at.member("lost").boolean()};
}

std::vector<std::vector<spec::ServerId>> Reader::read_groups(const Cursor& at) const {
  std::vector<std::vector<spec::ServerId>> groups;
  std::vector<bool> seen(trace_.config.servers + 1, false);
  std::size_t placed = 0;
  for (const Cursor& group : at.elements()) {
    std::vector<spec::ServerId> members;
    for (const Cursor& element : group.elements()) {
      const spec::ServerId id = read_id(element);
      if (seen[id]) element.fail(fmt::format("server {} is in two places of the cut", id));
      seen[id] = true;
      members.push_back(id);
    }
    if (members.empty()) group.fail("expected at least one server in a group");
    placed += members.size();
    groups.push_back(std::move(members));
  }
  if (groups.size() < 2 || placed != trace_.config.servers) {
    at.fail(fmt::format("expected two groups or more with each of the {} servers in one of them",
                        trace_.config.servers));
  }
  return groups;
}

spec::DiskView Reader::read_disk(const Cursor& at) const {
  at.require_keys({"current_term", "voted_for", "log_index", "pending", "pending_ends"});
  spec::DiskView disk{at.member("current_term").number(),
                      read_id_or_null(at.member("voted_for")),
                      at.member("log_index").number(),
                      {},
                      {}};
  for (const Cursor& element : at.member("pending").elements()) {
    disk.pending.push_back(element.number(1));
  }
  for (const Cursor& element : at.member("pending_ends").elements()) {
    disk.pending_ends.push_back(element.number());
  }
  if (disk.pending_ends.size() != disk.pending.size()) {
    at.member("pending_ends").fail("expected as many as in pending");
  }
  return disk;
}

// What says nothing must not be there: a view has one form.
void Reader::read_features(const Cursor& at, spec::ServerView& view) const {
  if (at.has("lease")) {
    view.lease = at.member("lease").boolean();
    if (!view.lease) at.member("lease").fail("expected true; leave it out if it is not so");
  }
  if (at.has("heard")) view.heard = read_ids(at.member("heard"));
  if (at.has("reads")) view.reads = read_numbers(at.member("reads"));
  if (at.has("in_flight")) {
    if (view.role != spec::Role::Leader) at.member("in_flight").fail("only a leader has this");
    view.in_flight = read_slots(at.member("in_flight"), view.role);
  }
  if (at.has("probed")) {
    view.probed = read_ids(at.member("probed"));
    if (view.probed.empty()) at.member("probed").fail("expected one at least; or leave it out");
  }
  if (at.has("transferee")) view.transferee = read_id(at.member("transferee"));
  if (at.has("snapshot")) view.snapshot = read_snapshot(at.member("snapshot"));
  if (at.has("membership")) view.membership = read_membership(at.member("membership"));
  if (trace_.config.async_disk) view.disk = read_disk(at.member("disk"));
}

spec::ServerView Reader::read_view(const Cursor& at, spec::ServerId id) const {
  std::vector<std::string_view> keys{
      "id",           "role",   "current_term",  "voted_for",  "log",        "commit_index",
      "last_applied", "leader", "votes_granted", "next_index", "match_index"};
  if (trace_.config.async_disk) keys.emplace_back("disk");
  at.require_keys(keys, {"lease", "transferee", "reads", "in_flight", "probed", "heard", "snapshot",
                         "membership"});
  spec::ServerView view;
  view.id = static_cast<spec::ServerId>(at.member("id").number(id, id));
  const Cursor role = at.member("role");
  const std::string& role_name =
      role.one_of("role", {"follower", "candidate", "leader", "pre_candidate"});
  for (const spec::Role candidate :
       {spec::Role::Candidate, spec::Role::Leader, spec::Role::PreCandidate}) {
    if (role_name == spec::to_string(candidate)) view.role = candidate;
  }
  view.current_term = at.member("current_term").number();
  view.voted_for = read_id_or_null(at.member("voted_for"));
  view.log = read_entries(at.member("log"));
  view.commit_index = at.member("commit_index").number();
  view.last_applied = at.member("last_applied").number();
  view.leader = read_id_or_null(at.member("leader"));
  view.votes_granted = read_ids(at.member("votes_granted"));
  const bool is_candidate =
      view.role == spec::Role::Candidate || view.role == spec::Role::PreCandidate;
  if (!view.votes_granted.empty() && !is_candidate) {
    at.member("votes_granted").fail("expected [] unless the role is candidate or pre_candidate");
  }
  view.next_index = read_slots(at.member("next_index"), view.role);
  view.match_index = read_slots(at.member("match_index"), view.role);
  read_features(at, view);
  return view;
}

// A delivery names the send it comes from, which must be in the trace: an edited message is found
// here rather than as a mysterious difference in a replay.
void Reader::read_delivery(const Cursor& at, Action& action) const {
  const Cursor message = at.member("message");
  message.require_keys({"kind", "from", "to", "fields"});
  action.message = read_message(message);
  action.keep_copy = at.member("keep_copy").boolean();
  if (action.message->to != action.server) {
    message.member("to").fail(fmt::format("expected {}, the server that receives it, found {}",
                                          action.server, action.message->to));
  }
  const Cursor sent_at = at.member("sent_at");
  if (trace_.steps.empty()) sent_at.fail("the first step has no step before it that sent anything");
  action.sent_at = sent_at.number(1, trace_.steps.size());
  const std::vector<SentMessage>& sent = trace_.steps[action.sent_at - 1].sent;
  const SentMessage expected{.message = *action.message, .lost = false};
  if (std::ranges::find(sent, expected) == sent.end()) {
    message.fail(fmt::format("step {} sent no such message, or it was lost", action.sent_at));
  }
}

Action Reader::read_action(const Cursor& at) const {
  std::vector<std::string_view> names;
  for (const ActionKind kind : kActionKinds) names.emplace_back(to_string(kind));
  Action action;
  const std::string& name = at.member("kind").one_of("action", names);
  action.kind = action_kind_named(name).value_or(ActionKind::Heal);  // one_of has let it through
  std::vector<std::string_view> keys{"kind"};
  if (acts_on_server(action.kind)) keys.emplace_back("server");
  if (action.kind == ActionKind::Propose) keys.emplace_back("command");
  if (action.kind == ActionKind::Deliver) {
    keys.insert(keys.end(), {"message", "sent_at", "keep_copy"});
  }
  if (action.kind == ActionKind::Cut) keys.emplace_back("groups");
  if (action.kind == ActionKind::Read) keys.emplace_back("read");
  if (action.kind == ActionKind::Transfer) keys.emplace_back("target");
  if (action.kind == ActionKind::Compact) keys.emplace_back("index");
  const bool may_survive = action.kind == ActionKind::Crash && trace_.config.async_disk;
  if (may_survive) keys.emplace_back("survived");
  if (action.kind == ActionKind::ChangeMembership) {
    keys.insert(keys.end(), {"voters", "learners"});
  }
  at.require_keys(keys);
  if (acts_on_server(action.kind)) action.server = read_id(at.member("server"));
  if (action.kind == ActionKind::Propose) action.command = at.member("command").string();
  if (action.kind == ActionKind::Deliver) read_delivery(at, action);
  if (action.kind == ActionKind::Read) action.read = at.member("read").number(1);
  if (action.kind == ActionKind::Transfer) action.target = read_id(at.member("target"));
  if (action.kind == ActionKind::Cut) action.groups = read_groups(at.member("groups"));
  if (action.kind == ActionKind::Compact) action.index = at.member("index").number(1);
  if (may_survive) action.survived = at.member("survived").number();
  if (action.kind == ActionKind::ChangeMembership) {
    action.voters = read_ids(at.member("voters"));
    action.learners = read_ids(at.member("learners"));
  }
  return action;
}

// Recomputed from the views, so that neither can be edited without the other.
void Reader::verify_changed(const Cursor& at, const Step& step) const {
  if (!step.view) {
    if (!at.members().empty()) at.fail("expected {}: this action changes no server");
    return;
  }
  const spec::ServerView* before = view_before(trace_, trace_.steps.size(), step.action.server);
  const internal::Json changed = internal::changed_fields(*before, *step.view);
  for (const auto& [name, field] : at.members()) {
    if (!changed.contains(name)) field.fail("this field is not one that the views show to differ");
    const std::string expected = nlohmann::json(changed.at(name)).dump();
    if (field.canonical() != expected) {
      field.fail(fmt::format("the views say {}, but here is {}",
                             internal::excerpt(expected, kDifferenceBytesMax),
                             internal::excerpt(field.canonical(), kDifferenceBytesMax)));
    }
  }
  for (const auto& [name, value] : changed.items()) static_cast<void>(at.member(name));
}

void Reader::read_step(const Cursor& at) {
  at.require_keys({"step", "action", "outcome", "sent", "changed", "view"}, {"answered"});
  Step step;
  step.number = trace_.steps.size() + 1;
  static_cast<void>(at.member("step").number(step.number, step.number));
  step.action = read_action(at.member("action"));
  step.outcome = at.member("outcome").string();
  for (const Cursor& element : at.member("sent").elements())
    step.sent.push_back(read_sent(element));
  if (at.has("answered")) step.answered = read_numbers(at.member("answered"));
  const Cursor view = at.member("view");
  if (acts_on_server(step.action.kind)) {
    step.view = read_view(view, step.action.server);
  } else {
    if (!step.sent.empty()) at.member("sent").fail("expected []: this action sends nothing");
    if (at.has("answered")) at.member("answered").fail("this action is no server's");
    if (!view.is_null()) view.fail("expected null: this action is no server's");
  }
  verify_changed(at.member("changed"), step);
  trace_.steps.push_back(std::move(step));
}

std::optional<ViolationRecord> Reader::read_violation(const Cursor& at) const {
  if (at.is_null()) return std::nullopt;
  at.require_keys({"property", "message", "step"});
  ViolationRecord violation;
  violation.property = at.member("property").string();
  if (violation.property.empty()) at.member("property").fail("expected a property's name");
  violation.message = at.member("message").string();
  violation.step = at.member("step").number(0, trace_.steps.size());
  return violation;
}

RecoveryRecord Reader::read_recovery(const Cursor& at) const {
  at.require_keys({"after", "steps", "order"});
  RecoveryRecord recovery;
  recovery.after = at.member("after").number(0, trace_.steps.size());
  recovery.steps = at.member("steps").number(1);
  const Cursor order = at.member("order");
  for (const Cursor& element : order.elements()) {
    const spec::ServerId id = read_id(element);
    if (std::ranges::find(recovery.order, id) != recovery.order.end()) {
      element.fail(fmt::format("server {} is in two places of the order", id));
    }
    recovery.order.push_back(id);
  }
  // Where memberships change, those up are its members, however few.
  if (trace_.config.changes == "none" &&
      recovery.order.size() < spec::majority_of(trace_.config.servers)) {
    order.fail(
        fmt::format("expected at least a majority of the {} servers", trace_.config.servers));
  }
  return recovery;
}

void Reader::read_initial(const Cursor& at) {
  const std::vector<Cursor> views = at.elements();
  if (views.size() != trace_.config.servers) {
    at.fail(fmt::format("expected the views of {} servers, found {}", trace_.config.servers,
                        views.size()));
  }
  for (const Cursor& view : views) {
    const auto id = static_cast<spec::ServerId>(trace_.initial.size() + 1);
    trace_.initial.push_back(read_view(view, id));
  }
}

// Before anything else: another version's document is refused by name, not for its unknown keys.
void verify_version(const Cursor& document) {
  if (document.member("format").string() != "raftcheck-trace") {
    document.member("format").fail("not a trace: expected \"raftcheck-trace\", found " +
                                   document.member("format").found());
  }
  const std::uint64_t version = document.member("version").number(1);
  if (version == kFormatVersion) return;
  document.member("version").fail(
      fmt::format("trace format version {} is not read by this program, which reads version {}; "
                  "replay the trace with the raftcheck that wrote it{} or record it anew",
                  version, kFormatVersion, writer_of(document)));
}

Trace Reader::read(const Cursor& document) {
  verify_version(document);
  // `recovery` is there if and only if that is what is violated.
  const Cursor violation = document.member("violation");
  const bool is_recovery =
      !violation.is_null() && violation.member("property").string() == kRecoveryProperty;
  std::vector<std::string_view> keys{"format", "version",  "program_version", "config",  "bounds",
                                     "bug",    "shortest", "violation",       "initial", "steps"};
  if (is_recovery) keys.emplace_back("recovery");
  document.require_keys(keys);
  trace_.program_version = document.member("program_version").string();
  trace_.config = read_config(document.member("config"));
  for (const auto& [name, value] : document.member("bounds").members()) {
    trace_.bounds.emplace(name, value.string());
  }
  const Cursor bug = document.member("bug");
  if (!bug.is_null()) trace_.bug = bug.string();
  trace_.shortest = document.member("shortest").boolean();
  read_initial(document.member("initial"));
  for (const Cursor& step : document.member("steps").elements()) read_step(step);
  trace_.violation = read_violation(violation);
  if (is_recovery) trace_.recovery = read_recovery(document.member("recovery"));
  return std::move(trace_);
}

}  // namespace

Result<Trace> from_json(std::string_view text, std::string_view file_name) {
  if (const std::optional<std::string> refusal = internal::refusal_of_text(text)) {
    return Failure{fmt::format("{}: {}", file_name, *refusal)};
  }
  const internal::Json document = internal::Json::parse(text);
  try {
    return Reader().read(Cursor(document));
  } catch (const internal::ReadError& error) {
    return Failure{fmt::format("{}: {}", file_name, error.what())};
  }
}

}  // namespace traces
