#include "checker/cluster/divergence.hpp"

namespace cluster {
namespace {

Runner runner_of(node::Node& node, const traces::Trace& trace) {
  return {node, trace.config.servers, trace.config.network, 0};
}

bool is_alike(const Runner::Taken& one, const Runner::Taken& other) {
  return one.step == other.step && one.timers.restarts_timer == other.timers.restarts_timer &&
         one.timers.restarts_lease == other.timers.restarts_lease;
}

void lose_as_recorded(const traces::Step& recorded, Runner& runner, traces::Step& now) {
  for (std::size_t i = 0; i < recorded.sent.size() && i < now.sent.size(); ++i) {
    if (!recorded.sent[i].lost || now.sent[i].lost) continue;
    runner.lose(i);
    now.sent[i].lost = true;
  }
}

}  // namespace

std::optional<Divergence> first_divergence(node::Node& node, node::Node& reference,
                                           const traces::Trace& trace) {
  Runner here = runner_of(node, trace);
  Runner there = runner_of(reference, trace);
  if (here.views() != there.views()) return std::nullopt;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (trace.recovery && trace.recovery->after == i) {
      here.stop_faults();
      there.stop_faults();
    }
    const traces::Step& recorded = trace.steps[i];
    const std::vector<spec::ServerView> before = here.views();
    auto one = here.apply(recorded.action);
    auto other = there.apply(recorded.action);
    if (!one || !other) return std::nullopt;
    // Where they send different messages, that is told as it is, lost or not.
    if (is_alike(*one, *other)) {
      lose_as_recorded(recorded, here, one->step);
      lose_as_recorded(recorded, there, other->step);
      continue;
    }
    if (!traces::acts_on_server(recorded.action.kind)) return std::nullopt;
    return Divergence{before.at(recorded.action.server - 1),
                      {std::move(one->step), one->timers},
                      {std::move(other->step), other->timers}};
  }
  return std::nullopt;
}

}  // namespace cluster
