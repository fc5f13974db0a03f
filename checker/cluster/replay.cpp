#include "checker/cluster/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checker/cluster/runner.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

// The recorded violation is looked for, and nothing else: an early form may well have fired before.
spec::PropertySet properties_of(const traces::Trace& trace) {
  if (!trace.violation) return spec::kAllProperties;
  const auto property = spec::property_named(trace.violation->property);
  return property ? spec::set_of(*property) : 0;
}

std::string rendered(const std::vector<traces::SentMessage>& sent) {
  std::string text;
  for (const traces::SentMessage& message : sent) {
    if (!text.empty()) text += "; ";
    text += traces::render_message(message.message);
    if (message.lost) text += ", lost";
  }
  return text.empty() ? "nothing" : text;
}

// The first difference between what was recorded and what happened; empty if there is none.
std::string difference(const traces::Step& recorded, const traces::Step& now) {
  if (recorded.outcome != now.outcome) {
    return fmt::format("the outcome was {} and is now {}", recorded.outcome, now.outcome);
  }
  if (recorded.sent != now.sent) {
    return fmt::format("it sent {} and now sends {}", rendered(recorded.sent), rendered(now.sent));
  }
  if (recorded.view != now.view && recorded.view && now.view) {
    return fmt::format("the server was {} and is now {}", traces::render_view(*recorded.view),
                       traces::render_view(*now.view));
  }
  return recorded == now ? "" : "the recorded action differs";
}

ReplayResult differs(std::size_t step, std::string explanation) {
  return {ReplayVerdict::Differs, step, std::move(explanation)};
}

// Marks as lost what the trace says was lost, where the messages are the recorded ones at all.
void lose_as_recorded(Runner& runner, const traces::Step& recorded, traces::Step& now) {
  if (recorded.sent.size() != now.sent.size()) return;
  for (std::size_t i = 0; i < now.sent.size(); ++i) {
    if (!recorded.sent[i].lost || now.sent[i].lost) continue;
    now.sent[i].lost = true;
    runner.lose(i);
  }
}

}  // namespace

node::Options node_options(const traces::Config& config) {
  return {.servers = config.servers,
          .no_op = config.no_op,
          .fast_backtracking = config.backtracking == "fast",
          .entries_per_message = static_cast<std::uint32_t>(config.entries_per_message)};
}

ReplayResult replay(node::Node& node, const traces::Trace& trace,
                    const std::function<void(std::size_t)>& on_step) {
  const spec::PropertySet properties = properties_of(trace);
  if (trace.violation && properties == 0) {
    return differs(trace.violation->step,
                   "this version knows no property \"" + trace.violation->property + "\"");
  }
  Runner runner(node, trace.config.servers, trace.config.network, properties);
  const std::vector<spec::ServerView> start = runner.views();
  if (const auto [now, recorded] = std::ranges::mismatch(start, trace.initial);
      now != start.end() && recorded != trace.initial.end()) {
    return differs(0, fmt::format("the server was {} and is now {}",
                                  traces::render_view(*recorded), traces::render_view(*now)));
  }
  if (start.size() != trace.initial.size()) return differs(0, "there are more or fewer servers");
  std::optional<spec::Violation> broken = runner.initial_violation();
  std::size_t broken_at = 0;
  for (std::size_t i = 0; i < trace.steps.size() && !broken; ++i) {
    const traces::Step& recorded = trace.steps[i];
    auto taken = runner.apply(recorded.action);
    if (!taken) return differs(recorded.number, taken.error());
    lose_as_recorded(runner, recorded, taken->step);
    const std::string found = difference(recorded, taken->step);
    if (!found.empty()) return differs(recorded.number, found);
    on_step(i);
    broken = taken->violation;
    broken_at = recorded.number;
  }
  if (!broken && !trace.violation) return {ReplayVerdict::Passed, 0, {}};
  if (!broken) {
    return differs(trace.violation->step,
                   trace.violation->property + " holds now; it was violated when recorded");
  }
  if (!trace.violation || broken_at != trace.violation->step) {
    return differs(broken_at, std::string(to_string(broken->property)) +
                                  " is violated here, which was not recorded: " + broken->message);
  }
  return {ReplayVerdict::Reproduced, broken_at, broken->message};
}

}  // namespace cluster
