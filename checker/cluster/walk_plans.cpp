#include "checker/cluster/walk_plans.hpp"

#include <array>

#include "checker/cluster/cluster_model.hpp"

namespace cluster {
namespace {

using engine::kCertain;
using engine::Random;
using engine::Rate;
using engine::WalkPlan;

std::uint32_t& weight(WalkPlan& plan, ActionKind kind) {
  return plan.weights[static_cast<std::size_t>(kind)];
}

constexpr bool has_loss(Faults faults) { return faults == Faults::Lossy || faults == Faults::All; }
constexpr bool has_crashes(Faults faults) {
  return faults == Faults::Crashy || faults == Faults::All;
}
constexpr bool has_cuts(Faults faults) {
  return faults == Faults::Partitions || faults == Faults::All;
}

void set_network(Faults faults, WalkPlan& plan) {
  if (has_loss(faults)) {
    plan.loss = kCertain / 8;
    plan.duplicate = kCertain / 16;
    plan.reorder = kCertain / 2;
  }
  if (has_cuts(faults)) {
    plan.cut = kCertain / 32;
    plan.heal = kCertain / 16;
  }
}

void draw_uniform(Faults faults, Random&, WalkPlan& plan) {
  weight(plan, ActionKind::ElectionTimeout) = 1;
  weight(plan, ActionKind::HeartbeatTimeout) = 1;
  weight(plan, ActionKind::Propose) = 1;
  weight(plan, ActionKind::LeaseTimeout) = 1;
  weight(plan, ActionKind::Transfer) = 1;
  weight(plan, ActionKind::Compact) = 1;
  weight(plan, ActionKind::DiskWrite) = 8;
  weight(plan, ActionKind::ChangeMembership) = 1;
  weight(plan, ActionKind::Crash) = has_crashes(faults) ? 1 : 0;
  plan.deliver_weight = 1;
  plan.weighs_each_message = true;
  set_network(faults, plan);
}

// Election timeouts are rare, so that leaders have time to lead.
void draw_pct(Faults faults, Random& random, WalkPlan& plan) {
  weight(plan, ActionKind::ElectionTimeout) = 2;
  weight(plan, ActionKind::HeartbeatTimeout) = 4;
  weight(plan, ActionKind::Propose) = 6;
  weight(plan, ActionKind::LeaseTimeout) = 2;
  weight(plan, ActionKind::Transfer) = 1;
  weight(plan, ActionKind::Compact) = 1;
  weight(plan, ActionKind::DiskWrite) = 8;
  weight(plan, ActionKind::ChangeMembership) = 1;
  weight(plan, ActionKind::Crash) = has_crashes(faults) ? 1 : 0;
  plan.deliver_weight = 64;
  plan.by_priority = true;
  plan.change_points = 1 + random.below(8);
  set_network(faults, plan);
}

// 1, 2, 4, ... each as likely as the other.
std::uint32_t draw_weight(Random& random, std::uint32_t powers) {
  return std::uint32_t{1} << random.below(powers);
}

Rate draw_rate(Random& random, Rate most) { return random.below(2) == 0 ? 0 : random.below(most); }

void draw_swarm(Faults faults, Random& random, WalkPlan& plan) {
  weight(plan, ActionKind::ElectionTimeout) = draw_weight(random, 4);  // nothing begins without
  for (const ActionKind kind : {ActionKind::HeartbeatTimeout, ActionKind::Propose}) {
    weight(plan, kind) = random.below(4) == 0 ? 0 : draw_weight(random, 6);
  }
  weight(plan, ActionKind::Compact) = 2;  // not drawn: walks without snapshots stay as they are
  weight(plan, ActionKind::ChangeMembership) = 2;
  weight(plan, ActionKind::DiskWrite) = 16;
  weight(plan, ActionKind::Crash) =
      has_crashes(faults) && random.below(2) == 0 ? draw_weight(random, 4) : 0;
  // Only some clusters have these: nothing is drawn.
  weight(plan, ActionKind::LeaseTimeout) = 1;
  weight(plan, ActionKind::Transfer) = 1;
  plan.weighs_each_message = random.below(2) == 0;
  plan.deliver_weight = draw_weight(random, plan.weighs_each_message ? 4 : 7);
  if (has_loss(faults)) {
    plan.loss = draw_rate(random, kCertain / 2);
    plan.duplicate = draw_rate(random, kCertain / 4);
    plan.reorder = draw_rate(random, kCertain);
  }
  if (has_cuts(faults)) {
    plan.cut = 1 + random.below(kCertain / 8);
    plan.heal = 1 + random.below(kCertain / 4);
  }
}

}  // namespace

void draw_plan(Scheduler scheduler, Faults faults, Random& random, WalkPlan& plan) {
  constexpr std::array kSchedulers = {Scheduler::Uniform, Scheduler::Pct, Scheduler::Swarm};
  constexpr std::array kFaults = {Faults::None, Faults::Lossy, Faults::Crashy, Faults::Partitions,
                                  Faults::All};
  if (scheduler == Scheduler::Mix) scheduler = kSchedulers.at(random.below(kSchedulers.size()));
  if (faults == Faults::Mix) faults = kFaults.at(random.below(kFaults.size()));
  switch (scheduler) {
    case Scheduler::Uniform:
      return draw_uniform(faults, random, plan);
    case Scheduler::Pct:
      return draw_pct(faults, random, plan);
    default:
      return draw_swarm(faults, random, plan);
  }
}

}  // namespace cluster
