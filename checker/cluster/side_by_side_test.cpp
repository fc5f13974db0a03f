// The model's single steps against direct execution, on random walks that violations do not end.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/direct_cluster.hpp"
#include "checker/cluster/test_nodes.hpp"

namespace cluster {
namespace {

// Model and direct execution walk side by side, over states that violate properties too: equal
// halves have equal names, and steps offer, send and violate the same.
template <class Node>
class SideBySide {
 public:
  explicit SideBySide(const Bounds& bounds)
      : node_({.servers = bounds.servers}),
        model_(node_, bounds, spec::kAllProperties),
        direct_(node_, bounds, spec::kAllProperties) {}

  void walk(std::size_t steps) {
    half_ = model_.initial();
    plain_ = direct_.initial();
    sent_.clear();
    const auto rolls = *rc::gen::container<std::vector<std::uint32_t>>(
        2 * steps, rc::gen::inRange<std::uint32_t>(0, 64));
    for (std::size_t i = 0; i < steps; ++i) {
      meet();
      if (rolls[2 * i] % 4 != 0 && !sent_.empty()) {
        receive(sent_[rolls[2 * i + 1] % sent_.size()]);
      } else {
        act(rolls[2 * i + 1]);
      }
    }
    meet();
  }

 private:
  void meet() {
    RC_ASSERT(names_.emplace(half_, plain_).first->second == plain_);
    RC_ASSERT(halves_.emplace(plain_, half_).first->second == half_);
  }
  void receive(engine::MessageId id) {
    const auto [from, to] = model_.link(id);
    const DirectMessage message{from, to, model_.message_bytes(id)};
    const DirectAction action{.kind = ActionKind::Deliver, .server = to, .message = &message};
    go(model_.deliver(half_, id, 0), direct_.take(plain_, action));
  }
  void act(std::uint32_t roll) {
    std::vector<engine::Step> steps;
    model_.internal_steps(half_, steps);
    std::erase_if(steps, [](const engine::Step& step) { return step.next == engine::kNone; });
    std::size_t possible = 0;
    direct_.for_each_internal([&](const DirectAction& action) {
      if (direct_.take(plain_, action)) ++possible;
    });
    RC_ASSERT(steps.size() == possible);
    if (steps.empty()) return;
    const engine::Step& step = steps[roll % steps.size()];
    const Label label = Label::unpacked(step.label);
    DirectAction action{.kind = label.kind, .server = label.subject};
    if (label.kind == ActionKind::Cut) action.groups = model_.partitions()[label.subject];
    go(step, direct_.take(plain_, action));
  }
  void go(const engine::Step& step, const std::optional<DirectCluster::Taken>& taken) {
    RC_ASSERT((step.next != engine::kNone) == taken.has_value());
    if (!taken) return;
    RC_ASSERT(step.violation == taken->violation);
    const auto span = model_.sends(step.sends);
    RC_ASSERT(span.size() == taken->sent.size());
    for (std::size_t i = 0; i < span.size(); ++i) {
      RC_ASSERT(model_.message_bytes(span[i]) == taken->sent[i].bytes);
      sent_.push_back(span[i]);
    }
    half_ = step.next;
    plain_ = taken->half;
  }

  Node node_;
  ClusterModel model_;
  DirectCluster direct_;
  engine::HalfId half_ = engine::kNone;
  DirectHalf plain_;
  std::vector<engine::MessageId> sent_;
  std::map<engine::HalfId, DirectHalf> names_;
  std::map<DirectHalf, engine::HalfId> halves_;
};

Bounds wide() {
  Bounds bounds;
  bounds.crashes = 2;
  bounds.proposals = 3;
  bounds.partitions = 2;
  bounds.network = Network::Unordered;
  bounds.symmetry = false;
  return bounds;
}

RC_GTEST_PROP(ClusterModel, WalksSideBySideWithDirectExecution_ThoughServersVoteTwice, ()) {
  SideBySide<DoubleVotingNode>(wide()).walk(80);
}

RC_GTEST_PROP(ClusterModel, WalksSideBySideWithDirectExecution_ThoughServersForget, ()) {
  SideBySide<ForgetfulNode>(wide()).walk(80);
}

// The paper's property before the early form, the early form before the local one.
TEST(ClusterModel, ReportsTheFirstProperty_WhenAStepBreaksSeveral) {
  ForgetfulNode node({.servers = 3});
  ClusterModel model(node, wide(), spec::kAllProperties);
  engine::HalfId half = model.initial();
  std::vector<engine::MessageId> sent;
  std::uint32_t violation = 0;
  const auto go = [&](const engine::Step& step) {
    const auto span = model.sends(step.sends);
    sent.assign(span.begin(), span.end());
    half = step.next;
    violation = step.violation;
  };
  const auto act = [&](ActionKind kind, spec::ServerId server) {
    std::vector<engine::Step> steps;
    model.internal_steps(half, steps);
    const std::uint32_t label = Label{kind, server}.packed();
    go(*std::ranges::find(steps, label, &engine::Step::label));
  };
  const auto receive = [&] { go(model.deliver(half, sent.front(), 0)); };
  act(ActionKind::ElectionTimeout, 1);
  receive();  // server 2 votes
  receive();
  act(ActionKind::Propose, 1);
  receive();  // server 2 has the entry
  receive();  // ... and server 1 commits it
  EXPECT_EQ(violation, 0U);
  act(ActionKind::Crash, 2);  // term, vote and log are gone, and with them the quorum
  EXPECT_EQ(violation, 1 + static_cast<std::uint32_t>(spec::Property::CommittedOnQuorum));
}

}  // namespace
}  // namespace cluster
