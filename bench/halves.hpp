// Halves of a cluster, for programs that measure what is done with them.
#pragma once

#include <vector>

#include "checker/cluster/cluster_model.hpp"

namespace bench {

// The first halves that steps of each other lead to, breadth first, none of them canonicalised.
inline std::vector<engine::HalfId> first_halves(cluster::ClusterModel& model, std::size_t count) {
  std::vector<engine::HalfId> halves{model.initial()};
  std::vector<bool> seen(1, true);
  const auto note = [&](const engine::Step& step) {
    if (step.next == engine::kNone) return;
    if (step.next >= seen.size()) seen.resize(step.next + 1);
    if (!seen[step.next]) halves.push_back(step.next);
    seen[step.next] = true;
  };
  for (std::size_t i = 0; i < halves.size() && halves.size() < count; ++i) {
    std::vector<engine::Step> steps;
    model.internal_steps(halves[i], steps);
    for (const engine::Step& step : steps) note(step);
    for (engine::MessageId m = 0; m < model.message_count(); ++m)
      note(model.deliver(halves[i], m, 0));
  }
  return halves;
}

}  // namespace bench
