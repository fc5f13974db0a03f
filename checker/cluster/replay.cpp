#include "checker/cluster/replay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>

#include "checker/cluster/explore.hpp"
#include "checker/cluster/recovery_run.hpp"
#include "checker/cluster/runner.hpp"
#include "checker/cluster/trace_check.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

std::string rendered(const std::vector<traces::SentMessage>& sent) {
  std::string text;
  for (const traces::SentMessage& message : sent) {
    if (!text.empty()) text += "; ";
    text += traces::render_message(message.message);
    if (message.lost) text += ", lost";
  }
  return text.empty() ? "nothing" : text;
}

// The first difference between what was recorded and what happened.
std::optional<TraceFault> difference(const traces::Step& recorded, const traces::Step& now) {
  const std::string at = fmt::format("/steps/{}", recorded.number - 1);
  if (recorded.outcome != now.outcome) {
    return TraceFault{at + "/outcome", fmt::format("the outcome was {} and is now {}",
                                                   recorded.outcome, now.outcome)};
  }
  if (recorded.sent != now.sent) {
    return TraceFault{at + "/sent", fmt::format("it sent {} and now sends {}",
                                                rendered(recorded.sent), rendered(now.sent))};
  }
  if (recorded.answered != now.answered) {
    return TraceFault{at + "/answered",
                      fmt::format("it answered the reads {{{}}} and now {{{}}}",
                                  fmt::join(recorded.answered, " "), fmt::join(now.answered, " "))};
  }
  if (recorded.view != now.view && recorded.view && now.view) {
    return TraceFault{at + "/view", fmt::format("the server was {} and is now {}",
                                                traces::render_view(*recorded.view),
                                                traces::render_view(*now.view))};
  }
  if (recorded == now) return std::nullopt;
  return TraceFault{at + "/action", "the recorded action differs"};
}

ReplayResult differs(std::size_t step, TraceFault fault) {
  return {ReplayVerdict::Differs, step, std::move(fault.path), std::move(fault.explanation)};
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

spec::PropertySet recorded_properties(const traces::Trace& trace) {
  if (!trace.violation) return spec::kAllProperties;
  if (trace.recovery) return 0;  // what a run ends in, no property of its steps
  const auto property = spec::property_named(trace.violation->property);
  return property ? spec::set_of(*property) : 0;
}

node::Options node_options(const traces::Config& config) {
  node::Options options{
      .servers = config.servers,
      .no_op = config.no_op,
      .fast_backtracking = config.backtracking == "fast",
      .entries_per_message = static_cast<std::uint32_t>(config.entries_per_message),
      .snapshots = config.snapshots,
      .snapshot_chunk = static_cast<std::uint32_t>(config.snapshot_chunk),
      .changes = config.changes == "joint"    ? node::Changes::Joint
                 : config.changes == "single" ? node::Changes::SingleServer
                                              : node::Changes::None,
      .async_disk = config.async_disk,
      .voters = config.voters};
  for (const auto& [name, value] : config.options) {
    const node::Feature* feature = node::feature_named(name);
    if (feature != nullptr) feature->set(options, static_cast<std::uint32_t>(value));
  }
  return options;
}

traces::Config trace_config(const node::Options& options, Network network) {
  traces::Config config{.servers = options.servers,
                        .no_op = options.no_op,
                        .backtracking = options.fast_backtracking ? "fast" : "plain",
                        .entries_per_message = options.entries_per_message,
                        .network = to_string(network),
                        .snapshots = options.snapshots,
                        .snapshot_chunk = options.snapshot_chunk,
                        .changes = to_string(options.changes),
                        .voters = options.voters,
                        .async_disk = options.async_disk};
  for (const node::Feature& feature : node::features()) {
    if (feature.get(options) != 0) config.options.emplace(feature.name, feature.get(options));
  }
  return config;
}

namespace {

std::optional<TraceFault> initial_difference(const std::vector<spec::ServerView>& now,
                                             const std::vector<spec::ServerView>& recorded) {
  if (now.size() != recorded.size()) {
    return TraceFault{"/initial", "there are more or fewer servers than the configuration says"};
  }
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] == recorded[i]) continue;
    return TraceFault{fmt::format("/initial/{}", i),
                      fmt::format("the server was {} and is now {}",
                                  traces::render_view(recorded[i]), traces::render_view(now[i]))};
  }
  return std::nullopt;
}

// What the end of a run that was as recorded comes to.
ReplayResult verdict(const traces::Trace& trace, const std::optional<spec::Violation>& broken,
                     std::size_t broken_at) {
  if (!broken && !trace.violation) return {};
  if (!broken) {
    return differs(trace.violation->step,
                   {"/violation/property",
                    trace.violation->property + " holds now; it was violated when recorded"});
  }
  if (!trace.violation || broken_at != trace.violation->step) {
    return differs(broken_at,
                   {trace.violation ? "/violation/step" : "/violation",
                    fmt::format("{} is violated at step {}, which was not recorded: {}",
                                to_string(broken->property), broken_at, broken->message)});
  }
  return {ReplayVerdict::Reproduced, broken_at, {}, broken->message};
}

// Follows a trace step by step, and knows where the implementation left it.
class Follower {
 public:
  Follower(Runner& runner, const traces::Trace& trace,
           const std::function<void(std::size_t)>& on_step)
      : runner_(runner), trace_(trace), on_step_(on_step) {}

  // Takes the next recorded step; nothing if it differs from what was recorded.
  std::optional<Runner::Taken> take() {
    const traces::Step& recorded = trace_.steps[taken_];
    auto taken = runner_.apply(recorded.action);
    if (!taken) {
      return fail(recorded.number, {fmt::format("/steps/{}/action", taken_), taken.error()});
    }
    lose_as_recorded(runner_, recorded, taken->step);
    if (auto fault = difference(recorded, taken->step)) {
      return fail(recorded.number, std::move(*fault));
    }
    on_step_(taken_++);
    return *taken;
  }

  // The same, if it is this action.
  std::optional<Runner::Taken> take(const traces::Action& action) {
    if (taken_ == trace_.steps.size()) {
      return fail(taken_, {"/steps", "the fair schedule goes on where the trace ends"});
    }
    if (trace_.steps[taken_].action != action) {
      return fail(taken_ + 1, {fmt::format("/steps/{}/action", taken_),
                               "the fair schedule takes another step here"});
    }
    return take();
  }

  [[nodiscard]] std::size_t taken() const { return taken_; }
  [[nodiscard]] const std::optional<ReplayResult>& failure() const { return failure_; }

 private:
  std::nullopt_t fail(std::size_t step, TraceFault fault) {
    failure_ = differs(step, std::move(fault));
    return std::nullopt;
  }

  Runner& runner_;
  const traces::Trace& trace_;
  const std::function<void(std::size_t)>& on_step_;
  std::size_t taken_ = 0;
  std::optional<ReplayResult> failure_;
};

// The run to the state where faults stop, as recorded; then the schedule, which says itself what
// step comes next.
ReplayResult replay_recovery(Runner& runner, const traces::Trace& trace, Follower& follower) {
  while (follower.taken() < trace.recovery->after) {
    if (!follower.take()) return *follower.failure();
  }
  const ScheduleResult end = run_schedule(
      runner, *trace.recovery, [&](const traces::Action& action) { return follower.take(action); });
  if (follower.failure()) return *follower.failure();
  const std::size_t last = follower.taken();
  if (end.end == ScheduleEnd::Recovered) {
    return differs(
        last, {"/violation/property",
               fmt::format("the cluster recovers, {} steps after the faults stopped", end.steps)});
  }
  if (last != trace.steps.size()) {
    return differs(last + 1, {fmt::format("/steps/{}", last), "the fair schedule ends before"});
  }
  if (last != trace.violation->step) {
    return differs(last,
                   {"/violation/step", fmt::format("the fair schedule ends at step {}", last)});
  }
  return {ReplayVerdict::Reproduced, last, {}, recovery_failure(trace, end, runner.views())};
}

}  // namespace

ReplayResult replay(node::Node& node, const traces::Trace& trace,
                    const std::function<void(std::size_t)>& on_step) {
  if (auto fault = contradiction(trace)) return differs(0, std::move(*fault));
  const spec::PropertySet properties = recorded_properties(trace);
  if (properties == 0 && !trace.recovery) {
    return differs(trace.violation->step,
                   {"/violation/property",
                    "this version knows no property \"" + trace.violation->property + "\""});
  }
  Runner runner(node, trace.config.servers, trace.config.network, properties);
  if (auto fault = initial_difference(runner.views(), trace.initial)) {
    return differs(0, std::move(*fault));
  }
  Follower follower(runner, trace, on_step);
  if (trace.recovery) return replay_recovery(runner, trace, follower);
  std::optional<spec::Violation> broken = runner.initial_violation();
  while (follower.taken() < trace.steps.size() && !broken) {
    auto taken = follower.take();
    if (!taken) return *follower.failure();
    broken = std::move(taken->violation);
  }
  return verdict(trace, broken, follower.taken());
}

}  // namespace cluster
