#include "checker/cluster/runner.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "checker/cluster/fair_schedule.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

using traces::Failure;

node::InputKind input_kind_of(traces::ActionKind kind) {
  switch (kind) {
    case traces::ActionKind::ElectionTimeout:
      return node::InputKind::ElectionTimeout;
    case traces::ActionKind::HeartbeatTimeout:
      return node::InputKind::HeartbeatTimeout;
    case traces::ActionKind::Propose:
      return node::InputKind::Propose;
    case traces::ActionKind::Crash:
      return node::InputKind::Restart;
    case traces::ActionKind::LeaseTimeout:
      return node::InputKind::LeaseTimeout;
    case traces::ActionKind::Transfer:
      return node::InputKind::Transfer;
    case traces::ActionKind::Read:
      return node::InputKind::Read;
    case traces::ActionKind::Compact:
      return node::InputKind::Compact;
    case traces::ActionKind::DiskWrite:
      return node::InputKind::DiskWrite;
    case traces::ActionKind::ChangeMembership:
      return node::InputKind::ChangeMembership;
    default:
      return node::InputKind::Receive;
  }
}

std::vector<const spec::ServerView*> pointers(const std::vector<spec::ServerView>& views) {
  std::vector<const spec::ServerView*> all;
  all.reserve(views.size());
  for (const spec::ServerView& view : views) all.push_back(&view);
  return all;
}

// node::Input::payload of an action that is not a delivery.
std::string payload_of(const traces::Action& action) {
  switch (action.kind) {
    case traces::ActionKind::Compact:
      return std::to_string(action.index);
    case traces::ActionKind::Crash:
      return action.survived > 0 ? std::to_string(action.survived) : "";
    case traces::ActionKind::ChangeMembership:
      return MembershipChange{action.voters, action.learners}.payload();
    default:
      return action.command;
  }
}

}  // namespace

Runner::Runner(node::Node& node, std::uint32_t servers, std::string network,
               spec::PropertySet properties)
    : node_(node), network_(std::move(network)), properties_(properties), partition_(servers, 0) {
  for (spec::ServerId id = 1; id <= servers; ++id) {
    states_.push_back(node_.initial_state(id));
    views_.push_back(node_.view(states_.back()));
    history_ = spec::extended(history_, views_.back());
  }
}

std::optional<spec::Violation> Runner::initial_violation() const {
  return spec::check_state(pointers(views_), history_, properties_);
}

bool Runner::reaches(spec::ServerId from, spec::ServerId to) const {
  return partition_[from - 1] == partition_[to - 1];
}

bool Runner::is_next_on_link(std::size_t position) const {
  const Sent& wanted = sent_[position];
  return std::none_of(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(position),
                      [&](const Sent& earlier) {
                        return earlier.available && earlier.view.from == wanted.view.from &&
                               earlier.view.to == wanted.view.to;
                      });
}

std::vector<Runner::Receivable> Runner::receivable() const {
  std::vector<Receivable> receivable;
  std::set<std::string_view> seen;  // a message's bytes name its sender and receiver
  std::size_t step = 0;
  std::size_t position = 0;
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    const Sent& sent = sent_[i];
    position = sent.step == step ? position + 1 : 0;
    step = sent.step;
    if (!sent.available || !reaches(sent.view.from, sent.view.to)) continue;
    if (network_ == "ordered" && !is_next_on_link(i)) continue;
    if (seen.insert(sent.bytes).second) receivable.push_back({sent.view, step, position});
  }
  return receivable;
}

traces::Result<std::size_t> Runner::find_message(const traces::Action& action) const {
  bool was_sent = false;
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    if (action.sent_at != 0 && sent_[i].step != action.sent_at) continue;
    if (sent_[i].view != *action.message) continue;
    was_sent = true;
    if (!sent_[i].available) continue;
    if (network_ == "ordered" && !is_next_on_link(i)) {
      return Failure{"the message is not the next on its link, and the network is ordered"};
    }
    return i;
  }
  if (was_sent) return Failure{"the message is no longer on the network: received or lost before"};
  return Failure{action.sent_at == 0 ? "no step so far sent the message"
                                     : "step " + std::to_string(action.sent_at) +
                                           " did not send the message that is received here"};
}

std::optional<spec::Violation> Runner::check(const spec::ServerView& before,
                                             const traces::Step& step,
                                             const node::StepResult& result) const {
  const bool restarted = step.action.kind == traces::ActionKind::Crash;
  std::vector<spec::MessageView> sent;
  for (const traces::SentMessage& message : step.sent) sent.push_back(message.message);
  const spec::Exchange exchange{step.action.message ? &*step.action.message : nullptr, sent,
                                result.applied ? &*result.applied : nullptr};
  const auto of_step = first_of(spec::check_step(before, *step.view, restarted, properties_),
                                spec::check_exchange(before, *step.view, exchange, properties_));
  return first_of(of_step, spec::check_state(pointers(views_), history_, properties_));
}

traces::Result<Runner::Taken> Runner::run(traces::Step step, const node::Input& input) {
  const spec::ServerId server = step.action.server;
  const node::StepResult result = node_.step(states_[server - 1], input);
  step.number = ++steps_;
  last_first_ = sent_.size();
  if (result.contract) {
    step.outcome = kContractOutcome;
    step.view = views_[server - 1];
    std::optional<spec::Violation> violation;
    if ((properties_ & spec::set_of(spec::Property::Contract)) != 0) {
      violation = {spec::Property::Contract,
                   "server " + std::to_string(server) + ": " + *result.contract};
    }
    return Taken{std::move(step), std::move(violation)};
  }
  const spec::ServerView before = views_[server - 1];
  const std::string before_bytes = std::exchange(states_[server - 1], result.state);
  views_[server - 1] = node_.view(result.state);
  const spec::ServerView& after = views_[server - 1];
  const bool is_taken = result.state != before_bytes || !result.messages.empty() ||
                        !result.reads.empty();  // else it was refused
  const spec::ReadEvents reads{.asked = is_taken ? step.action.read : 0, .answered = result.reads};
  history_ = spec::extended(history_, after, reads);
  step.answered = result.reads;
  step.outcome = result.outcome;
  step.view = after;
  for (const node::Message& message : result.messages) {
    const bool arrives = reaches(message.from, message.to);
    sent_.push_back({node_.message_view(message.bytes), message.bytes, steps_, arrives});
    step.sent.push_back({sent_.back().view, !arrives});
  }
  const spec::ServerId from = step.action.message ? step.action.message->from : spec::kNoServer;
  const ScheduledEffect timers = timers_of(result, before, after, from);
  std::optional<spec::Violation> violation = check(before, step, result);
  return Taken{std::move(step), std::move(violation), timers};
}

traces::Result<Runner::Taken> Runner::deliver(traces::Step step) {
  const spec::MessageView& message = *step.action.message;
  if (message.to != step.action.server) {
    return Failure{"the message is for server " + std::to_string(message.to)};
  }
  const auto found = find_message(step.action);
  if (!found) return Failure{found.error()};
  if (!reaches(message.from, message.to)) {
    return Failure{"the servers are cut off from each other"};
  }
  Sent& sent = sent_[*found];
  if (network_ != "any" && !step.action.keep_copy) sent.available = false;
  step.action.sent_at = sent.step;
  const std::string bytes = sent.bytes;  // running may send, and move sent_
  return run(std::move(step), {node::InputKind::Receive, bytes});
}

traces::Result<Runner::Taken> Runner::cut(traces::Step step) {
  const bool is_cut = step.action.kind == traces::ActionKind::Cut;
  if (network_ == "any") return Failure{"over any network there are no cuts"};
  if (is_cut == is_cut_) {
    return Failure{is_cut ? "the network is cut already" : "the network is not cut"};
  }
  if (is_cut) {
    Partition groups(partition_.size(), 0xFF);
    for (std::size_t group = 0; group < step.action.groups.size(); ++group) {
      for (const spec::ServerId id : step.action.groups[group]) {
        if (id < 1 || id > groups.size() || groups[id - 1] != 0xFF) {
          return Failure{"the groups of a cut must name every server once"};
        }
        groups[id - 1] = static_cast<std::uint8_t>(group);
      }
    }
    if (std::ranges::find(groups, 0xFF) != groups.end()) {
      return Failure{"the groups of a cut must name every server once"};
    }
    partition_ = normalised(groups);
  } else {
    std::ranges::fill(partition_, std::uint8_t{0});
  }
  is_cut_ = is_cut;
  step.number = ++steps_;
  last_first_ = sent_.size();
  return Taken{std::move(step), std::nullopt};
}

traces::Result<Runner::Taken> Runner::apply(const traces::Action& action) {
  traces::Step step;
  step.action = action;
  if (action.kind == traces::ActionKind::Cut || action.kind == traces::ActionKind::Heal) {
    return cut(std::move(step));
  }
  if (action.server < 1 || action.server > states_.size()) {
    return Failure{"there is no server " + std::to_string(action.server)};
  }
  if (action.kind == traces::ActionKind::Deliver) {
    if (!action.message) return Failure{"a delivery names its message"};
    return deliver(std::move(step));
  }
  const std::string payload = payload_of(action);
  return run(std::move(step), {input_kind_of(action.kind), payload, action.target, action.read});
}

void Runner::stop_faults() {
  for (Sent& sent : sent_) sent.available = false;
  std::ranges::fill(partition_, std::uint8_t{0});
  is_cut_ = false;
}

void Runner::lose(std::size_t position) { sent_[last_first_ + position].available = false; }

void Runner::lose(std::size_t step, std::size_t position) {
  const auto first = std::ranges::lower_bound(sent_, step, {}, &Sent::step);
  sent_[static_cast<std::size_t>(first - sent_.begin()) + position].available = false;
}

}  // namespace cluster
