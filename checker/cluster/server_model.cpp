#include "checker/cluster/server_model.hpp"

#include <cstring>

#include "checker/cluster/history_bytes.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/step_judge.hpp"
#include "spec/witness.hpp"

namespace cluster {
namespace {

// Of a step that adds nothing to any history: those that no history changes.
spec::WitnessSet own_witnesses(const spec::ServerView& before, const spec::ServerView& after,
                               bool restarted) {
  spec::History history;
  history.committed.resize(after.commit_index);
  return spec::witnesses(before, after, restarted, history);
}

// Beside the bytes themselves: a view with its log and lists, tables, indices. Measured.
constexpr std::size_t kLocalBytes = 600;
constexpr std::size_t kMessageBytes = 120;
constexpr std::size_t kHistoryBytes = 400;

}  // namespace

ServerModel::ServerModel(node::Node& node, const Space& space, spec::PropertySet properties)
    : node_(node), space_(space), properties_(properties) {
  sends_.intern({});  // kNoSends
  spec::History history;
  for (spec::ServerId id = 1; id <= space.servers; ++id) {
    initial_.push_back(intern_local(node_.initial_state(id)));
    history = spec::extended(history, locals_[initial_.back()].view);
  }
  intern_history(history);
}

std::span<const std::uint64_t> ServerModel::words_of(std::string_view bytes) {
  words_.assign(1 + (bytes.size() + 7) / 8, 0);
  words_[0] = bytes.size();
  std::memcpy(words_.data() + 1, bytes.data(), bytes.size());
  return words_;
}

engine::PartId ServerModel::intern_local(const std::string& bytes) {
  const auto [id, added] = local_index_.intern(words_of(bytes));
  if (added) {
    locals_.push_back({bytes, node_.view(bytes)});
    bytes_ += 2 * bytes.size() + kLocalBytes;
  }
  return id;
}

engine::MessageId ServerModel::intern_message(const node::Message& message) {
  const auto [id, added] = message_index_.intern(words_of(message.bytes));
  if (added) {
    messages_.push_back({message.bytes,
                         {message.from - 1, message.to - 1},
                         delivery_of(node_.message_view(message.bytes).kind)});
    bytes_ += 2 * message.bytes.size() + kMessageBytes;
  }
  return id;
}

engine::RecordId ServerModel::intern_history(const spec::History& history) {
  const std::string bytes = bytes_of(history);
  const auto [id, added] = history_index_.intern(words_of(bytes));
  if (added) {
    histories_.push_back(history);
    bytes_ += bytes.size() + kHistoryBytes;
  }
  return id;
}

std::optional<engine::Step> ServerModel::step(engine::PartId part, const node::Input& input,
                                              ServerLabel label) {
  ++step_calls_;
  const node::StepResult result = node_.step(locals_[part].bytes, input);
  engine::Step step{.action = static_cast<std::uint16_t>(action_kind_of(label.kind)),
                    .label = label.packed()};
  if (result.contract) {  // leaves no state behind
    if ((properties_ & spec::set_of(spec::Property::Contract)) == 0) {
      return forbidden(BoundKind::Contract);
    }
    step.next = part;
    step.violation = number_of(spec::Property::Contract);
    return step;
  }
  step.next = intern_local(result.state);
  if (locals_[step.next].view.current_term > space_.terms) return forbidden(BoundKind::Terms);
  std::vector<engine::MessageId> list;
  for (const node::Message& message : result.messages) list.push_back(intern_message(message));
  step.sends = sends_.intern(list).id;
  const bool restarted = input.kind == node::InputKind::Restart;
  const auto broken = judge_step(node_, properties_, locals_[part].view, locals_[step.next].view,
                                 input, is_judged_receipt_, result, list, messages_);
  if (broken) {
    step.violation = number_of(broken->property);
  }
  if (step.next != part && !reads_record(part, step)) {
    step.witnesses = own_witnesses(locals_[part].view, locals_[step.next].view, restarted);
  }
  if (step.next == part && step.sends == engine::kNoSends && step.violation == 0) return {};
  return step;
}

void ServerModel::internal_steps(engine::PartId part, std::uint32_t serial,
                                 std::vector<engine::Step>& steps) {
  const spec::ServerId id = locals_[part].view.id;
  const bool leads = locals_[part].view.role == spec::Role::Leader;
  const auto add = [&](traces::ActionKind kind, const node::Input& input) {
    if (const auto found = step(part, input, {kind, id})) steps.push_back(*found);
  };
  add(traces::ActionKind::HeartbeatTimeout, {node::InputKind::HeartbeatTimeout, {}});
  add(traces::ActionKind::ElectionTimeout, {node::InputKind::ElectionTimeout, {}});
  add(traces::ActionKind::LeaseTimeout, {node::InputKind::LeaseTimeout, {}});
  if (space_.async_disk) {
    add(traces::ActionKind::DiskWrite, {node::InputKind::DiskWrite, {}});
    add_crashes(part, steps);
  } else {
    add(traces::ActionKind::Crash, {node::InputKind::Restart, {}});
  }
  for (spec::ServerId target = 1; space_.has_transfers && leads && target <= space_.servers;
       ++target) {
    const ServerLabel label{traces::ActionKind::Transfer, id, target};
    const node::Input input{.kind = node::InputKind::Transfer, .payload = {}, .target = target};
    if (const auto found = step(part, input, label)) steps.push_back(*found);
  }
  if (space_.compacts) add_compactions(part, steps);
  if (space_.changes && leads) add_changes(part, steps);
  if (locals_[part].view.log.size() >= space_.log) {
    if (leads) steps.push_back(forbidden(BoundKind::Log));
    return;
  }
  const std::uint32_t number = space_.numbers_proposals ? serial + 1 : 1;
  const std::string command = command_of(number);
  const ServerLabel label{traces::ActionKind::Propose, id, number};
  if (const auto found = step(part, {node::InputKind::Propose, command}, label)) {
    steps.push_back(*found);
  }
}

void ServerModel::add_compactions(engine::PartId part, std::vector<engine::Step>& steps) {
  const spec::ServerId id = locals_[part].view.id;
  const auto first = static_cast<std::uint32_t>(locals_[part].view.snapshot.index + 1);
  const auto last = static_cast<std::uint32_t>(locals_[part].view.last_applied);
  for (std::uint32_t index = first; index <= last; ++index) {
    const std::string payload = std::to_string(index);
    const ServerLabel label{traces::ActionKind::Compact, id, index};
    if (const auto found = step(part, {node::InputKind::Compact, payload}, label)) {
      steps.push_back(*found);
    }
  }
}

void ServerModel::add_crashes(engine::PartId part, std::vector<engine::Step>& steps) {
  const spec::ServerId id = locals_[part].view.id;
  const std::uint32_t parts = pending_parts(locals_[part].view);
  for (std::uint32_t survive = 0; survive <= parts; ++survive) {
    const std::string payload = std::to_string(survive);
    const ServerLabel label{traces::ActionKind::Crash, id, survive};
    if (const auto found = step(part, {node::InputKind::Restart, payload}, label)) {
      steps.push_back(*found);
    }
  }
}

void ServerModel::add_changes(engine::PartId part, std::vector<engine::Step>& steps) {
  const spec::ServerId id = locals_[part].view.id;
  const spec::MembershipView membership = locals_[part].view.membership;
  for (const MembershipChange& change :
       changes_from(membership, space_.servers, space_.joint_changes, space_.learners)) {
    const std::string payload = change.payload();
    const ServerLabel label{traces::ActionKind::ChangeMembership, id, change.packed()};
    if (const auto found = step(part, {node::InputKind::ChangeMembership, payload}, label)) {
      steps.push_back(*found);
    }
  }
}

engine::Step ServerModel::deliver(engine::PartId part, engine::MessageId message) {
  const std::string bytes = messages_[message].bytes;  // stepping may intern messages
  const std::uint16_t action = messages_[message].action;
  is_judged_receipt_ = is_judged(action);
  const ServerLabel label{traces::ActionKind::Deliver, locals_[part].view.id};
  const auto found = step(part, {node::InputKind::Receive, bytes}, label);
  engine::Step result = found ? *found : engine::Step{.next = part, .label = label.packed()};
  result.action = action;
  return result;
}

// Every history has been extended by the state before: it knows that state's leader and commits.
bool ServerModel::reads_record(engine::PartId part, const engine::Step& step) const {
  return may_extend_history(locals_[part].view, locals_[step.next].view);
}

engine::PartModel::Observed ServerModel::observe(engine::RecordId record, engine::PartId before,
                                                 engine::PartId after, std::uint16_t action) {
  const bool restarted = action == static_cast<std::uint16_t>(ActionKind::Crash);
  const spec::WitnessSet witnesses =
      spec::witnesses(locals_[before].view, locals_[after].view, restarted, histories_[record]);
  return {intern_history(spec::extended(histories_[record], locals_[after].view)), witnesses};
}

std::uint32_t ServerModel::check(std::span<const engine::PartId> parts, engine::RecordId record) {
  scratch_.clear();
  for (const engine::PartId part : parts) scratch_.push_back(&locals_[part].view);
  const auto broken = spec::check_state(scratch_, histories_[record], properties_);
  return broken ? number_of(broken->property) : 0;
}

}  // namespace cluster
