#include "checker/cluster/faults.hpp"

#include <algorithm>
#include <set>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/simpler_scripts.hpp"
#include "checker/cluster/vocabulary.hpp"
#include "checker/node/memo_node.hpp"

namespace cluster {
namespace {

// Places in a script count from 0, steps from 1.
std::size_t place_of(std::size_t step) { return step - 1; }

// Finds faults by looking at the trace.
class FaultFinder {
 public:
  explicit FaultFinder(const traces::Trace& trace)
      : trace_(trace),
        end_(trace.recovery ? trace.recovery->after : trace.steps.size()),
        group_(trace.initial.size(), 0) {}

  std::vector<Fault> find() {
    views_ = trace_.initial;
    for (std::size_t i = 0; i < end_; ++i) {
      look_at(trace_.steps[i]);
      if (trace_.steps[i].view) views_.at(trace_.steps[i].view->id - 1) = *trace_.steps[i].view;
    }
    std::ranges::stable_sort(faults_, {}, &Fault::step);
    return std::move(faults_);
  }

 private:
  void look_at(const traces::Step& step) {
    note_cut(step.action);
    switch (step.action.kind) {
      case traces::ActionKind::Crash:
        faults_.push_back({.kind = FaultKind::Crash, .step = step.number});
        if (step.action.survived < pending_parts(views_.at(step.action.server - 1))) {
          faults_.push_back({.kind = FaultKind::TornWrite, .step = step.number});
        }
        break;
      case traces::ActionKind::Cut:
        faults_.push_back({.kind = FaultKind::Cut, .step = step.number});
        break;
      case traces::ActionKind::ElectionTimeout:
      case traces::ActionKind::LeaseTimeout:
        if (ends_lease_early(views_, step.action)) {
          faults_.push_back({.kind = FaultKind::Drift, .step = step.number});
        }
        break;
      default:
        break;
    }
    for (std::size_t i = 0; i < step.sent.size(); ++i) look_at_message(step, i);
  }

  // What became of a message: not received, received late, or more than once.
  void look_at_message(const traces::Step& step, std::size_t position) {
    const spec::MessageView& message = step.sent[position].message;
    std::vector<std::size_t> received;
    for (std::size_t i = step.number; i < end_; ++i) {
      const traces::Action& action = trace_.steps[i].action;
      const bool is_this = action.kind == traces::ActionKind::Deliver &&
                           action.sent_at == step.number && action.message == message;
      if (is_this) received.push_back(i + 1);
    }
    if (received.empty()) {
      if (group_.at(message.from - 1) != group_.at(message.to - 1)) return;  // the cut's doing
      faults_.push_back({.kind = FaultKind::Loss, .step = step.number, .position = position});
      return;
    }
    if (acts_between(message.to, step.number, received.front()) ||
        acts_between(message.from, step.number, received.front())) {
      faults_.push_back({.kind = FaultKind::Delay,
                         .step = step.number,
                         .position = position,
                         .received = received.front()});
    }
    for (std::size_t i = 1; i < received.size(); ++i) {
      faults_.push_back({.kind = FaultKind::Duplicate,
                         .step = step.number,
                         .position = position,
                         .received = received[i]});
    }
  }

  void note_cut(const traces::Action& action) {
    if (action.kind == traces::ActionKind::Heal) std::ranges::fill(group_, 0U);
    for (std::size_t group = 0; group < action.groups.size(); ++group) {
      for (const spec::ServerId id : action.groups[group]) group_.at(id - 1) = group;
    }
  }

  [[nodiscard]] bool acts_between(spec::ServerId server, std::size_t after,
                                  std::size_t before) const {
    return std::any_of(trace_.steps.begin() + static_cast<std::ptrdiff_t>(after),
                       trace_.steps.begin() + static_cast<std::ptrdiff_t>(before - 1),
                       [server](const traces::Step& step) { return step.action.server == server; });
  }

  const traces::Trace& trace_;
  std::size_t end_;
  std::vector<spec::ServerView> views_;
  std::vector<std::size_t> group_;  // of each server, while the network is cut
  std::vector<Fault> faults_;
};

Script dropping(const Script& script, std::initializer_list<std::size_t> places) {
  std::vector<bool> dropped(script.actions.size(), false);
  for (const std::size_t place : places) dropped.at(place) = true;
  return without(script, dropped);
}

Script without_cut(const Script& script, std::size_t cut) {
  for (std::size_t place = cut; place < script.actions.size(); ++place) {
    if (script.actions[place].action.kind == traces::ActionKind::Heal) {
      return dropping(script, {cut, place});
    }
  }
  return dropping(script, {cut});
}

// The message is received right after the step that sends it.
Script with_receipt(const Script& script, const traces::Trace& trace, const Fault& loss) {
  const traces::Step& step = trace.steps[place_of(loss.step)];
  ScriptAction receipt;
  receipt.action.kind = traces::ActionKind::Deliver;
  receipt.action.message = step.sent[loss.position].message;
  receipt.action.server = receipt.action.message->to;
  receipt.origin = script.actions.size();
  for (std::size_t i = 0; i < loss.position; ++i) {
    if (step.sent[i].message.to == receipt.action.server) ++receipt.ordinal;
  }
  Script more = script;
  std::erase(more.actions[place_of(loss.step)].lost, loss.position);
  receipt.origin = place_of(loss.step);
  more.actions.push_back(std::move(receipt));
  return moved(more, more.actions.size() - 1, loss.step).value();
}

Script without_duplicate(const Script& script, const Fault& duplicate) {
  Script once = script;
  const ScriptAction& second = script.actions[place_of(duplicate.received)];
  for (ScriptAction& one : once.actions) {
    const bool is_same = one.origin == second.origin && one.ordinal == second.ordinal &&
                         one.action.kind == traces::ActionKind::Deliver;
    if (is_same) one.action.keep_copy = false;
  }
  return dropping(once, {place_of(duplicate.received)});
}

Script with_all_durable(const Script& script, const traces::Trace& trace, std::size_t crash) {
  Script durable = script;
  traces::Action& action = durable.actions[place_of(crash)].action;
  action.survived = pending_parts(*traces::view_before(trace, place_of(crash), action.server));
  return durable;
}

Script without_fault(const Script& script, const traces::Trace& trace, const Fault& fault) {
  switch (fault.kind) {
    case FaultKind::Crash:
    case FaultKind::Drift:
      return dropping(script, {place_of(fault.step)});
    case FaultKind::TornWrite:
      return with_all_durable(script, trace, fault.step);
    case FaultKind::Cut:
      return without_cut(script, place_of(fault.step));
    case FaultKind::Duplicate:
      return without_duplicate(script, fault);
    case FaultKind::Loss:
      return with_receipt(script, trace, fault);
    case FaultKind::Delay:
      return moved(script, place_of(fault.received), fault.step).value();
  }
  return script;
}

}  // namespace

const char* to_string(FaultKind kind) {
  constexpr std::array kNames = {"crash", "torn_write", "cut",  "duplicate",
                                 "loss",  "delay",      "drift"};
  return kNames.at(static_cast<std::size_t>(kind));
}

FaultsTried try_faults(node::Node& node, const traces::Trace& trace,
                       const std::function<bool(std::size_t, std::size_t)>& go_on) {
  node::MemoNode memo(node);
  const Script script = script_of(trace);
  RunLimits limits = limits_of(trace);
  limits.inflight.reset();  // what arrives at once is not on the network for long
  FaultsTried tried{.faults = FaultFinder(trace).find()};
  for (std::size_t i = 0; i < tried.faults.size(); ++i) {
    if (!go_on(i, tried.faults.size())) {
      tried.untried = tried.faults.size() - i;
      tried.faults.resize(i);
      break;
    }
    Fault& fault = tried.faults[i];
    const ScriptRun run = run_script(memo, without_fault(script, trace, fault),
                                     {.properties = recorded_properties(trace), .limits = limits});
    fault.is_needed =
        !run.trace.violation || run.trace.violation->property != trace.violation->property;
  }
  return tried;
}

}  // namespace cluster
