#include "checker/cluster/choices.hpp"

#include <algorithm>
#include <ostream>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/explore.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

constexpr std::array<const char*, kChoiceKinds> kNames = {"deliver",
                                                          "duplicate",
                                                          "lose",
                                                          "election timeout",
                                                          "heartbeat timeout",
                                                          "lease timeout",
                                                          "propose",
                                                          "read",
                                                          "crash",
                                                          "cut",
                                                          "heal",
                                                          "disk write",
                                                          "compact",
                                                          "transfer",
                                                          "change membership"};

constexpr bool is_of_message(ChoiceKind kind) { return kind <= ChoiceKind::Lose; }

// Of a choice that is a server's step.
traces::ActionKind trace_kind_of(ChoiceKind kind) {
  constexpr std::array<traces::ActionKind, kChoiceKinds> kKinds = {
      traces::ActionKind::Deliver,
      traces::ActionKind::Deliver,
      traces::ActionKind::Deliver,
      traces::ActionKind::ElectionTimeout,
      traces::ActionKind::HeartbeatTimeout,
      traces::ActionKind::LeaseTimeout,
      traces::ActionKind::Propose,
      traces::ActionKind::Read,
      traces::ActionKind::Crash,
      traces::ActionKind::Cut,
      traces::ActionKind::Heal,
      traces::ActionKind::DiskWrite,
      traces::ActionKind::Compact,
      traces::ActionKind::Transfer,
      traces::ActionKind::ChangeMembership};
  return kKinds.at(static_cast<std::size_t>(kind));
}

void print(std::ostream& out, const node::Options& options) {
  out << options.servers << " servers";
  if (options.no_op) out << ", no-op";
  if (!options.fast_backtracking) out << ", plain back-tracking";
  if (options.entries_per_message > 0) {
    out << ", entries a message " << options.entries_per_message;
  }
  for (const node::Feature& feature : node::features()) {
    if (feature.get(options) == 0) continue;
    out << ", " << feature.name;
    if (feature.most > 1) out << ' ' << feature.get(options);
  }
  if (options.snapshots) out << ", snapshots";
  if (options.snapshot_chunk > 0) out << " in chunks of " << options.snapshot_chunk;
  if (options.changes != node::Changes::None) {
    out << ", changes " << to_string(options.changes) << ", voters " << options.voters;
  }
  if (options.async_disk) out << ", asynchronous disk";
}

}  // namespace

const char* to_string(ChoiceKind kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::ostream& operator<<(std::ostream& out, const Choice& choice) {
  out << to_string(choice.kind);
  const bool acts_on_network = choice.kind == ChoiceKind::Cut || choice.kind == ChoiceKind::Heal;
  if (!acts_on_network) out << ' ' << int{choice.server};
  if (is_of_message(choice.kind)) out << " from " << int{choice.other};
  if (choice.kind == ChoiceKind::Transfer) out << " to " << int{choice.other};
  if (choice.number > 0) out << " #" << int{choice.number};
  return out;
}

std::ostream& operator<<(std::ostream& out, const PlannedRun& run) {
  print(out, run.options);
  for (const Choice& choice : run.choices) out << "\n  " << choice;
  return out;
}

ChosenRun::ChosenRun(node::Node& node, const node::Options& options, spec::PropertySet properties)
    : options_(options),
      runner_(node, options.servers, to_string(Network::Unordered), properties),
      partitions_(all_partitions(options.servers)),
      violation_(runner_.initial_violation()) {
  partitions_.erase(partitions_.begin());
  trace_.config = trace_config(options, Network::Unordered);
  trace_.shortest = false;
  trace_.initial = runner_.views();
}

traces::Trace ChosenRun::trace() const {
  traces::Trace trace = trace_;
  if (violation_) {
    trace.violation = {to_string(violation_->property), violation_->message, trace.steps.size()};
  }
  return trace;
}

void ChosenRun::take(const std::vector<Choice>& choices) {
  for (const Choice& choice : choices) {
    if (violation_) return;
    take(choice);
  }
}

bool ChosenRun::take(const Choice& choice) {
  if (violation_) return false;
  if (is_of_message(choice.kind)) return take_message(choice);
  const auto action = action_of(choice);
  if (!action) return false;
  const bool is_torn =
      action->survived > 0 && action->survived < pending_parts(runner_.views()[action->server - 1]);
  if (!apply(*action)) return false;
  happened_.torn += is_torn ? 1 : 0;
  happened_.cuts += choice.kind == ChoiceKind::Cut ? 1 : 0;
  happened_.heals += choice.kind == ChoiceKind::Heal ? 1 : 0;
  proposals_ += choice.kind == ChoiceKind::Propose ? 1 : 0;
  reads_ += choice.kind == ChoiceKind::Read ? 1 : 0;
  return true;
}

std::size_t ChosenRun::find(const Choice& choice) const {
  std::size_t overtaken = 0;
  std::size_t found = flying_.size();
  for (std::size_t i = 0; i < flying_.size(); ++i) {
    if (flying_[i].from != choice.other || flying_[i].to != choice.server) continue;
    found = i;  // or the latest there is
    if (overtaken++ == choice.number) break;
  }
  return found;
}

bool ChosenRun::take_message(const Choice& choice) {
  const std::size_t place = find(choice);
  if (place == flying_.size()) return false;
  const Flying flying = flying_[place];
  traces::SentMessage& sent = trace_.steps[flying.step - 1].sent[flying.position];
  if (choice.kind == ChoiceKind::Lose) {
    // A trace says of a message that it was lost when it was sent. A copy is just never received.
    if (!flying.is_copy) runner_.lose(flying.step, flying.position);
    sent.lost = !flying.is_copy;
    ++happened_.lost;
    flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(place));
    return true;
  }
  traces::Action action;
  action.kind = traces::ActionKind::Deliver;
  action.server = flying.to;
  action.message = sent.message;
  action.sent_at = flying.step;
  action.keep_copy = choice.kind == ChoiceKind::Duplicate;
  if (!apply(action)) return false;  // the servers are cut off from each other
  const bool is_oldest = std::none_of(
      flying_.begin(), flying_.begin() + static_cast<std::ptrdiff_t>(place),
      [&](const Flying& other) { return other.from == flying.from && other.to == flying.to; });
  happened_.overtaken += is_oldest ? 0 : 1;
  if (action.keep_copy) {
    ++happened_.doubled;
    flying_[place].is_copy = true;
  } else {
    flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  return true;
}

bool ChosenRun::fill_in_change(const Choice& choice, const spec::ServerView& view,
                               traces::Action& action) const {
  if (options_.changes == node::Changes::None || view.role != spec::Role::Leader) return false;
  const auto changes = changes_from(view.membership, options_.servers,
                                    options_.changes == node::Changes::Joint, true);
  if (changes.empty()) return false;
  action.voters = changes[choice.number % changes.size()].voters;
  action.learners = changes[choice.number % changes.size()].learners;
  return true;
}

bool ChosenRun::fill_in_action(const Choice& choice, const spec::ServerView& view,
                               traces::Action& action) const {
  const bool leads = view.role == spec::Role::Leader;
  switch (choice.kind) {
    case ChoiceKind::ElectionTimeout:
      return !ends_lease_early(runner_.views(), action);
    case ChoiceKind::HeartbeatTimeout:
      return leads;
    case ChoiceKind::LeaseTimeout:
      return view.lease && !ends_lease_early(runner_.views(), action);
    case ChoiceKind::Propose:
      action.command = command_of(proposals_ + 1);
      return leads;
    case ChoiceKind::Read:
      action.read = reads_ + 1;
      return leads || view.leader != spec::kNoServer;
    case ChoiceKind::Crash:
      action.survived = choice.number % (pending_parts(view) + 1);
      return true;
    case ChoiceKind::DiskWrite:
      return view.disk && !view.disk->pending.empty();
    case ChoiceKind::Compact: {
      const bool can = options_.snapshots && view.last_applied > view.snapshot.index;
      if (!can) return false;
      action.index =
          view.snapshot.index + 1 + choice.number % (view.last_applied - view.snapshot.index);
      return true;
    }
    case ChoiceKind::Transfer:
      action.target = choice.other;
      return leads && choice.other >= 1 && choice.other <= options_.servers &&
             choice.other != choice.server;
    default:
      return fill_in_change(choice, view, action);
  }
}

std::optional<traces::Action> ChosenRun::action_of(const Choice& choice) const {
  traces::Action action;
  action.kind = trace_kind_of(choice.kind);
  if (choice.kind == ChoiceKind::Heal) return action;
  if (choice.kind == ChoiceKind::Cut) {
    if (partitions_.empty()) return std::nullopt;
    action.groups = groups_of(partitions_[choice.number % partitions_.size()]);
    return action;
  }
  if (choice.server < 1 || choice.server > options_.servers) return std::nullopt;
  action.server = choice.server;
  if (!fill_in_action(choice, runner_.views()[choice.server - 1U], action)) return std::nullopt;
  return action;
}

bool ChosenRun::apply(const traces::Action& action) {
  const bool is_server = traces::acts_on_server(action.kind);
  const std::optional<spec::ServerView> before =
      is_server ? std::optional(runner_.views()[action.server - 1]) : std::nullopt;
  const spec::History history = runner_.history();
  auto taken = runner_.apply(action);
  if (!taken) return false;
  ++happened_.steps;
  for (std::size_t i = 0; i < taken->step.sent.size(); ++i) {
    const traces::SentMessage& sent = taken->step.sent[i];
    if (sent.lost) continue;  // the receiver was cut off
    flying_.push_back({sent.message.from, sent.message.to, taken->step.number, i});
  }
  if (before && taken->step.view) {
    const bool restarted = action.kind == traces::ActionKind::Crash;
    happened_.witnesses |= spec::witnesses(*before, *taken->step.view, restarted, history);
    happened_.witnesses |= spec::read_witnesses(
        *taken->step.view, {.asked = action.read, .answered = taken->step.answered}, history);
  }
  violation_ = std::move(taken->violation);
  trace_.steps.push_back(std::move(taken->step));
  return true;
}

}  // namespace cluster
