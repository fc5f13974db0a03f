#include "checker/cluster/script.hpp"

#include <algorithm>
#include <charconv>

#include "checker/cluster/recovery_run.hpp"
#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

// The position of the `ordinal`-th message to `to`.
std::optional<std::size_t> position_of(const traces::Step& step, spec::ServerId to,
                                       std::size_t ordinal) {
  for (std::size_t i = 0; i < step.sent.size(); ++i) {
    if (step.sent[i].message.to == to && ordinal-- == 0) return i;
  }
  return std::nullopt;
}

// The number that a bound has in the trace; none for one that is not there or no number.
std::optional<std::uint64_t> bound_of(const traces::Trace& trace, const char* name) {
  const auto found = trace.bounds.find(name);
  if (found == trace.bounds.end()) return std::nullopt;
  const std::string& text = found->second;
  if (text == "none") return 0;
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc{} && rest == text.data() + text.size();
  return is_number ? std::optional(value) : std::nullopt;
}

// Messages on the network at once, of those that were not lost.
std::uint64_t most_in_flight(const std::vector<traces::Step>& steps) {
  std::uint64_t most = 0;
  std::uint64_t now = 0;
  for (const traces::Step& step : steps) {
    if (step.action.kind == traces::ActionKind::Deliver && !step.action.keep_copy) --now;
    now += static_cast<std::uint64_t>(
        std::ranges::count(step.sent, false, &traces::SentMessage::lost));
    most = std::max(most, now);
  }
  return most;
}

class ScriptRunner {
 public:
  ScriptRunner(node::Node& node, const Script& script, const ScriptOptions& options)
      : script_(script),
        network_(script.config.network),
        limits_(options.limits),
        runner_(node, script.config.servers, network_,
                script.recovery ? spec::PropertySet{0} : options.properties),
        step_of_(script.actions.size(), 0) {
    run_.trace.config = script.config;
    run_.trace.initial = runner_.views();
    note_violation(runner_.initial_violation());
  }

  ScriptRun run() {
    for (std::size_t place = 0; place < script_.actions.size(); ++place) {
      if (run_.trace.violation || run_.exceeds) break;
      take(place);
    }
    if (script_.recovery && !run_.exceeds) let_recover();
    if (run_.trace.violation && !script_.recovery) lose_the_rest();
    return std::move(run_);
  }

 private:
  struct Flying {
    std::size_t step = 0;  // that sent it, by number
    std::size_t position = 0;
    bool was_received = false;  // this is the copy
    bool operator==(const Flying& other) const {
      return step == other.step && position == other.position;
    }
  };

  [[nodiscard]] std::vector<traces::Step>& steps() { return run_.trace.steps; }
  [[nodiscard]] traces::SentMessage& sent(const Flying& flying) {
    return steps()[flying.step - 1].sent[flying.position];
  }

  void note_violation(const std::optional<spec::Violation>& violation) {
    if (!violation) return;
    run_.trace.violation = {to_string(violation->property), violation->message, steps().size()};
  }

  void take(std::size_t place) {
    const traces::Action& action = script_.actions[place].action;
    if (action.kind == traces::ActionKind::Deliver) {
      deliver(place);
      return;
    }
    drifts_ += ends_lease_early(runner_.views(), action) ? 1 : 0;
    run_.exceeds = drifts_ > limits_.clock_drifts;
    if (run_.exceeds) return;
    if (auto taken = runner_.apply(action)) note(place, std::move(*taken));
  }

  // What the script means by a delivery, among what is on the network.
  std::vector<Flying>::iterator find(const ScriptAction& wanted) {
    const std::size_t sender = wanted.origin == kNoOrigin ? 0 : step_of_[wanted.origin];
    if (sender != 0) {
      const auto position = position_of(steps()[sender - 1], wanted.action.server, wanted.ordinal);
      if (position) {
        const auto found = std::ranges::find(flying_, Flying{sender, *position});
        if (found != flying_.end()) return found;
      }
    }
    return std::ranges::find_if(flying_, [&](const Flying& flying) {
      return wanted.action.message && sent(flying).message == *wanted.action.message;
    });
  }

  void deliver(std::size_t place) {
    const ScriptAction& wanted = script_.actions[place];
    const auto flying = find(wanted);
    if (flying == flying_.end()) return;
    const Flying found = *flying;
    if (network_ == "ordered" && !lose_before(found)) return;
    traces::Action action = wanted.action;
    action.message = sent(found).message;
    action.sent_at = found.step;
    auto taken = runner_.apply(action);
    if (!taken) return;
    if (action.keep_copy) {
      std::ranges::find(flying_, found)->was_received = true;
    } else if (network_ != "any") {
      std::erase(flying_, found);
    }
    note(place, std::move(*taken));
  }

  // Messages in front of it on its link can only have been lost. False if they may not.
  bool lose_before(const Flying& wanted) {
    std::vector<Flying> before;
    for (const Flying& flying : flying_) {
      if (flying == wanted) break;
      const spec::MessageView& message = sent(flying).message;
      if (message.from == sent(wanted).message.from && message.to == sent(wanted).message.to) {
        before.push_back(flying);
      }
    }
    if (limits_.losses && losses_ + before.size() > *limits_.losses) return false;
    for (const Flying& flying : before) lose(flying);
    return true;
  }

  void lose(const Flying& flying) {
    runner_.lose(flying.step, flying.position);
    sent(flying).lost = true;
    std::erase(flying_, flying);
    ++losses_;
  }

  void note(std::size_t place, Runner::Taken taken) {
    steps().push_back(std::move(taken.step));
    run_.taken.push_back(place);
    step_of_[place] = steps().size();
    note_violation(taken.violation);
    duplicates_ += script_.actions[place].action.keep_copy ? 1 : 0;
    run_.exceeds = limits_.duplicates && duplicates_ > *limits_.duplicates;
    const std::vector<traces::SentMessage>& sent = steps().back().sent;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      if (!sent[i].lost) flying_.push_back({steps().size(), i});
    }
    if (network_ == "any" || !limits_.losses) return;
    for (const std::size_t position : script_.actions[place].lost) {
      const Flying flying{steps().size(), position};
      if (std::ranges::find(flying_, flying) != flying_.end()) lose(flying);
    }
    run_.exceeds = run_.exceeds || losses_ > *limits_.losses ||
                   (limits_.inflight && flying_.size() > *limits_.inflight);
  }

  // What is still on the network is lost, where that costs nothing: so a reader sees at once which
  // messages matter, and no more of them are on the network than were.
  void lose_the_rest() {
    if (network_ == "any" || limits_.losses) return;
    std::uint64_t staying = 0;
    for (const Flying& flying : flying_) {
      const bool stays =
          flying.was_received ||
          (flying.step == steps().size() && (!limits_.inflight || staying < *limits_.inflight));
      if (stays) {
        ++staying;
      } else {
        sent(flying).lost = true;
      }
    }
    run_.exceeds = limits_.inflight && most_in_flight(steps()) > *limits_.inflight;
  }

  // The fair schedule, and what it comes to.
  void let_recover() {
    traces::Trace& trace = run_.trace;
    trace.recovery = script_.recovery;
    trace.recovery->after = trace.steps.size();
    const auto take = [&](const traces::Action& action) -> std::optional<Runner::Taken> {
      auto taken = runner_.apply(action);
      if (!taken) return std::nullopt;
      trace.steps.push_back(taken->step);
      return *taken;
    };
    const ScheduleResult end = run_schedule(runner_, *trace.recovery, take);
    if (end.end == ScheduleEnd::Recovered) return;
    trace.violation = {traces::kRecoveryProperty, recovery_failure(trace, end, runner_.views()),
                       trace.steps.size()};
  }

  const Script& script_;
  std::string network_;
  RunLimits limits_;
  Runner runner_;
  std::vector<std::size_t> step_of_;  // by place: the number of its step; 0: not taken
  ScriptRun run_;
  std::vector<Flying> flying_;  // in the order of sending
  std::uint64_t losses_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t drifts_ = 0;
};

}  // namespace

Script script_of(const traces::Trace& trace) {
  Script script{.config = trace.config, .actions = {}, .recovery = trace.recovery};
  const std::size_t end = trace.recovery ? trace.recovery->after : trace.steps.size();
  for (std::size_t i = 0; i < end; ++i) {
    const traces::Step& step = trace.steps[i];
    ScriptAction item{.action = step.action};
    if (step.action.kind == traces::ActionKind::Deliver && step.action.sent_at != 0) {
      item.origin = step.action.sent_at - 1;
      for (const traces::SentMessage& sent : trace.steps.at(item.origin).sent) {
        if (sent.message == step.action.message) break;
        if (sent.message.to == step.action.server) ++item.ordinal;
      }
    }
    for (std::size_t j = 0; j < step.sent.size(); ++j) {
      if (step.sent[j].lost) item.lost.push_back(j);
    }
    script.actions.push_back(std::move(item));
  }
  return script;
}

RunLimits limits_of(const traces::Trace& trace) {
  RunLimits limits;
  if (trace.config.network != "any") {
    limits.losses = bound_of(trace, "loss");
    limits.inflight = bound_of(trace, "inflight");
    limits.duplicates = bound_of(trace, "duplicates");
  }
  std::vector<spec::ServerView> views = trace.initial;
  for (const traces::Step& step : trace.steps) {
    limits.clock_drifts += ends_lease_early(views, step.action) ? 1 : 0;
    if (step.view) views.at(step.view->id - 1) = *step.view;
  }
  return limits;
}

Script without(const Script& script, const std::vector<bool>& dropped) {
  Script rest{.config = script.config, .actions = {}, .recovery = script.recovery};
  std::vector<std::size_t> place_of(script.actions.size(), kNoOrigin);
  for (std::size_t i = 0; i < script.actions.size(); ++i) {
    if (dropped[i]) continue;
    place_of[i] = rest.actions.size();
    rest.actions.push_back(script.actions[i]);
    std::size_t& origin = rest.actions.back().origin;
    if (origin != kNoOrigin) origin = place_of[origin];
  }
  return rest;
}

ScriptRun run_script(node::Node& node, const Script& script, const ScriptOptions& options) {
  return ScriptRunner(node, script, options).run();
}

}  // namespace cluster
