#include "checker/cluster/choices.hpp"

#include <algorithm>
#include <array>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/explore.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

// Of a choice that is a server's step.
traces::ActionKind trace_kind_of(ChoiceKind kind) {
  constexpr std::array<traces::ActionKind, kChoiceKinds> kActionKinds = {
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
  return kActionKinds.at(static_cast<std::size_t>(kind));
}

}  // namespace

ChosenRun::ChosenRun(node::Node& node, const node::Options& options, spec::PropertySet properties)
    : rules_(options),
      runner_(node, options.servers, to_string(Network::Unordered), properties),
      violation_(runner_.initial_violation()) {
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
  asked_.proposals += choice.kind == ChoiceKind::Propose ? 1 : 0;
  asked_.reads += choice.kind == ChoiceKind::Read ? 1 : 0;
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

std::optional<traces::Action> ChosenRun::action_of(const Choice& choice) const {
  std::vector<const spec::ServerView*> views;
  for (const spec::ServerView& view : runner_.views()) views.push_back(&view);
  const auto decision = rules_.decide(choice, views, asked_);
  if (!decision) return std::nullopt;
  traces::Action action;
  action.kind = trace_kind_of(choice.kind);
  action.server = decision->server;
  switch (choice.kind) {
    case ChoiceKind::Propose:
      action.command = command_of(static_cast<std::uint32_t>(decision->number));
      break;
    case ChoiceKind::Read:
      action.read = decision->number;
      break;
    case ChoiceKind::Crash:
      action.survived = decision->number;
      break;
    case ChoiceKind::Cut:
      action.groups = groups_of(rules_.partitions()[decision->number]);
      break;
    case ChoiceKind::Compact:
      action.index = decision->number;
      break;
    case ChoiceKind::Transfer:
      action.target = static_cast<spec::ServerId>(decision->number);
      break;
    case ChoiceKind::ChangeMembership: {
      const auto changes = rules_.changes(*views[choice.server - 1U]);
      if (changes.empty()) return std::nullopt;
      action.voters = changes[choice.number % changes.size()].voters;
      action.learners = changes[choice.number % changes.size()].learners;
      break;
    }
    default:
      break;
  }
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
