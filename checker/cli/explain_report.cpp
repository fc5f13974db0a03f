#include "checker/cli/explain_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "checker/cli/json_parts.hpp"
#include "checker/cli/report_lines.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/version.hpp"
#include "traces/render.hpp"

namespace cli {
namespace {

using cluster::Fault;
using cluster::FaultKind;

constexpr std::size_t kTextColumn = 7;  // past the number of a step

void add_paragraph(Out out, std::size_t indent, const std::string& text) {
  fmt::format_to(out, "{}", wrapped(std::string(indent, ' '), indent, words_of(text)));
}

// "server 1, as step 3 left it, receives request_vote from 2, which step 4 sent".
std::string cause_text(const traces::Trace& trace, const cluster::Cause& cause) {
  const traces::Action& action = trace.steps[cause.step - 1].action;
  std::string text = traces::render_action(action);
  const std::string who = fmt::format("server {}", action.server);
  if (action.message) {
    text = fmt::format("{} receives {} from {}, which step {} sent", who, action.message->kind,
                       action.message->from, action.sent_at);
  }
  if (cause.local == 0 || !text.starts_with(who)) return text;
  return fmt::format("{}, as step {} left it,{}", who, cause.local, text.substr(who.size()));
}

// "[VoteGranted]: voted_for 1 -> 2".
std::string effect_text(const traces::Trace& trace, const traces::Step& step) {
  std::string text;
  if (!step.outcome.empty()) text += fmt::format(" [{}]", step.outcome);
  const spec::ServerView* before = traces::view_before(trace, step.number - 1, step.action.server);
  if (!step.view || before == nullptr) return text;
  const std::string changes = traces::render_changes(*before, *step.view);
  return changes.empty() ? text : fmt::format("{}: {}", text, changes);
}

void add_causes(Out out, const ExplainOutcome& outcome) {
  const traces::Trace& trace = outcome.trace;
  const std::size_t steps = trace.recovery ? trace.recovery->after : trace.steps.size();
  const char* what = trace.recovery ? "The state in which faults stop" : "It";
  if (outcome.causes.steps.empty()) {
    add_paragraph(out, 0, fmt::format("{} depends on no step: it is there from the start.", what));
    return;
  }
  fmt::format_to(out, "{} depends on {} of {}:\n", what, grouped(outcome.causes.steps.size()),
                 counted(steps, "step", "steps"));
  for (const cluster::Cause& cause : outcome.causes.steps) {
    const traces::Step& step = trace.steps[cause.step - 1];
    const std::string text = cause_text(trace, cause) + effect_text(trace, step);
    fmt::format_to(out, "{}",
                   wrapped(fmt::format("{:5} ", cause.step), kTextColumn, words_of(text)));
  }
}

std::string fault_text(const traces::Trace& trace, const Fault& fault) {
  const traces::Step& step = trace.steps[fault.step - 1];
  if (fault.kind == FaultKind::Crash || fault.kind == FaultKind::Cut) {
    return traces::render_action(step.action);
  }
  if (fault.kind == FaultKind::TornWrite) {
    return fmt::format("server {} loses what was not yet durable", step.action.server);
  }
  if (fault.kind == FaultKind::Drift) {
    return fmt::format("a clock runs wrong: {}", traces::render_action(step.action));
  }
  const std::string message = traces::render_message(step.sent[fault.position].message);
  if (fault.kind == FaultKind::Loss) return message + " is not received";
  if (fault.kind == FaultKind::Delay) {
    return fmt::format("{} is received as late as step {}", message, fault.received);
  }
  return fmt::format("{} is received once more, at step {}", message, fault.received);
}

void add_needed_faults(Out out, const ExplainOutcome& outcome) {
  fmt::format_to(out,
                 "Faults that it needs: without any one of them, the rest of the run, on the real\n"
                 "code, violates nothing.\n");
  for (const Fault& fault : outcome.tried.faults) {
    if (!fault.is_needed) continue;
    const std::string text = fault_text(outcome.trace, fault);
    fmt::format_to(out, "{}",
                   wrapped(fmt::format("{:5} ", fault.step), kTextColumn, words_of(text)));
  }
}

// "2 crashes, 5 messages that are not received".
std::string faults_not_needed(const std::vector<Fault>& faults) {
  struct Words {
    FaultKind kind;
    const char* one;
    const char* many;
  };
  constexpr std::array kWords = {
      Words{FaultKind::Crash, "crash", "crashes"},
      Words{FaultKind::TornWrite, "loss of what was not yet durable",
            "losses of what was not yet durable"},
      Words{FaultKind::Cut, "cut", "cuts"},
      Words{FaultKind::Duplicate, "duplicate", "duplicates"},
      Words{FaultKind::Loss, "message that is not received", "messages that are not received"},
      Words{FaultKind::Delay, "message that is late", "messages that are late"},
      Words{FaultKind::Drift, "lease that ends early", "leases that end early"}};
  std::vector<std::string> parts;
  for (const Words& words : kWords) {
    const auto count = static_cast<std::uint64_t>(std::ranges::count_if(
        faults, [&](const Fault& fault) { return fault.kind == words.kind && !fault.is_needed; }));
    if (count > 0) parts.push_back(counted(count, words.one, words.many));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void add_faults(Out out, const ExplainOutcome& outcome) {
  if (outcome.tried.faults.empty() && outcome.tried.untried == 0) {
    fmt::format_to(out, "It takes no fault: every message arrives in time, and nobody crashes.\n");
    return;
  }
  const bool needs_some = std::ranges::any_of(outcome.tried.faults, &Fault::is_needed);
  if (needs_some) add_needed_faults(out, outcome);
  if (outcome.tried.untried > 0) {
    fmt::format_to(out, "Interrupted: {} not tried.\n",
                   counted(outcome.tried.untried, "more was", "more were"));
  }
  const std::string rest = faults_not_needed(outcome.tried.faults);
  if (rest.empty()) return;
  add_paragraph(
      out, 0,
      fmt::format("{}: {}.", needs_some ? "It does not need" : "It needs none of these by itself",
                  rest));
}

// What one implementation made of the step.
std::string made_of_step(const spec::ServerView& before, const cluster::StepTaken& taken) {
  const traces::Step& step = taken.step;
  std::vector<std::string> parts;
  if (!step.outcome.empty()) parts.push_back(step.outcome);
  const std::string changes = traces::render_changes(before, *step.view);
  parts.push_back(changes.empty() ? "nothing changes" : changes);
  for (const traces::SentMessage& sent : step.sent) {
    parts.push_back("sends " + traces::render_message(sent.message));
  }
  if (!step.answered.empty()) {
    parts.push_back(fmt::format("answers reads {}", fmt::join(step.answered, " ")));
  }
  if (taken.timers.restarts_timer) parts.emplace_back("starts its election timer anew");
  return fmt::format("{}", fmt::join(parts, "; "));
}

void add_rule(Out out, const ExplainOutcome& outcome) {
  if (outcome.rule) {
    fmt::format_to(out, "The rule that would have stopped it: {}\n", to_string(*outcome.rule));
    add_paragraph(out, 2,
                  fmt::format("{}: {}.", source(*outcome.rule), description(*outcome.rule)));
  } else {
    fmt::format_to(out, "Which rule would have stopped it is not known here.\n");
  }
  if (!outcome.divergence) {
    add_paragraph(
        out, 2,
        outcome.rule ? "The core as it is takes the same steps: this is what the property rests on."
                     : "The core as it is takes the same steps.");
    return;
  }
  const cluster::Divergence& parting = *outcome.divergence;
  add_paragraph(
      out, 2,
      fmt::format("The core as it is parts from this run at step {}, when {}.",
                  parting.here.step.number, traces::render_action(parting.here.step.action)));
  fmt::format_to(out, "{}",
                 wrapped("  here:", 8, words_of(made_of_step(parting.before, parting.here))));
  fmt::format_to(out, "{}",
                 wrapped("  core:", 8, words_of(made_of_step(parting.before, parting.reference))));
  if (outcome.rule && !outcome.is_rule_seen) {
    add_paragraph(
        out, 2,
        "The rule is what the property rests on; the difference is about none that is known here.");
  }
}

Json step_or_null(std::size_t step) { return step == 0 ? Json(nullptr) : Json(step); }

Json faults_json(const ExplainOutcome& outcome) {
  Json json = Json::array();
  for (const Fault& fault : outcome.tried.faults) {
    const bool has_message = fault.kind == FaultKind::Loss || fault.kind == FaultKind::Delay ||
                             fault.kind == FaultKind::Duplicate;
    json.push_back({{"kind", to_string(fault.kind)},
                    {"step", fault.step},
                    {"message", has_message ? Json(fault.position) : Json(nullptr)},
                    {"received", step_or_null(fault.received)},
                    {"needed", fault.is_needed},
                    {"text", fault_text(outcome.trace, fault)}});
  }
  return json;
}

Json rule_json(const ExplainOutcome& outcome) {
  if (!outcome.rule) return nullptr;
  return {{"name", to_string(*outcome.rule)},
          {"source", source(*outcome.rule)},
          {"text", description(*outcome.rule)},
          {"found_by", outcome.is_rule_seen ? "divergence" : "property"}};
}

Json divergence_json(const ExplainOutcome& outcome) {
  if (!outcome.divergence) return nullptr;
  const cluster::Divergence& parting = *outcome.divergence;
  return {{"step", parting.here.step.number},
          {"here", made_of_step(parting.before, parting.here)},
          {"core", made_of_step(parting.before, parting.reference)}};
}

}  // namespace

std::string explain_text(const ExplainOutcome& outcome) {
  const traces::ViolationRecord& violation = *outcome.trace.violation;
  std::string text;
  const Out out = std::back_inserter(text);
  add_paragraph(
      out, 0,
      fmt::format("{} is violated at {}: {}", violation.property,
                  violation.step == 0 ? "the start" : fmt::format("step {}", violation.step),
                  violation.message));
  text += '\n';
  add_causes(out, outcome);
  constexpr std::size_t kLong = 40;
  if (outcome.causes.steps.size() > kLong) {
    fmt::format_to(out, "A smaller trace says it more clearly: raftcheck shrink.\n");
  }
  text += '\n';
  add_faults(out, outcome);
  text += '\n';
  add_rule(out, outcome);
  return harmless(text);
}

std::string explain_json(const ExplainOutcome& outcome) {
  const traces::ViolationRecord& violation = *outcome.trace.violation;
  Json steps = Json::array();
  for (const cluster::Cause& cause : outcome.causes.steps) {
    steps.push_back({{"step", cause.step},
                     {"message_from", step_or_null(cause.message)},
                     {"goes_on_from", step_or_null(cause.local)}});
  }
  const Json json = {{"version", kVersion},
                     {"command", "explain"},
                     {"property", violation.property},
                     {"message", violation.message},
                     {"step", violation.step},
                     {"depends_on", std::move(steps)},
                     {"roots", outcome.causes.roots},
                     {"faults", faults_json(outcome)},
                     {"faults_untried", outcome.tried.untried},
                     {"rule", rule_json(outcome)},
                     {"divergence", divergence_json(outcome)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cli
