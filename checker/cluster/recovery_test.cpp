// The recovery schedule: its fast form against the plain one, and the runner where faults stop.
#include "checker/cluster/recovery.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checker/cluster/recovery_run.hpp"
#include "checker/cluster/runner.hpp"
#include "checker/node/raft_node.hpp"

namespace cluster {
namespace {

// ---- the fast form against the runner

// Takes steps at will: a state somewhere in the space, and how it was reached.
void walk(Runner& runner, std::size_t steps) {
  std::vector<spec::MessageView> sent;
  for (std::size_t i = 0; i < steps; ++i) {
    traces::Action action;
    const auto servers = static_cast<std::uint32_t>(runner.states().size());
    action.server = *rc::gen::inRange<spec::ServerId>(1, servers + 1);
    const std::size_t roll = *rc::gen::inRange<std::size_t>(0, 16);
    const spec::Index applied = runner.views()[action.server - 1].last_applied;
    action.index = applied;
    action.kind = roll == 0                  ? traces::ActionKind::ElectionTimeout
                  : roll == 1                ? traces::ActionKind::Crash
                  : roll == 2 && applied > 0 ? traces::ActionKind::Compact
                  : roll < 4                 ? traces::ActionKind::Propose
                                             : traces::ActionKind::HeartbeatTimeout;
    if (action.kind == traces::ActionKind::Propose) action.command = "v1";
    if (roll >= 6 && !sent.empty()) {
      action.kind = traces::ActionKind::Deliver;
      action.message = sent[*rc::gen::inRange<std::size_t>(0, sent.size())];
      action.server = action.message->to;
    }
    const auto taken = runner.apply(action);
    RC_ASSERT(static_cast<bool>(taken));
    for (const traces::SentMessage& message : taken->step.sent) sent.push_back(message.message);
  }
}

ScheduleResult run_plainly(Runner runner, const TimerOrder& order, std::uint64_t steps_max) {
  const auto take = [&](const traces::Action& action) -> std::optional<Runner::Taken> {
    auto taken = runner.apply(action);
    RC_ASSERT(static_cast<bool>(taken));
    return *taken;
  };
  return run_schedule(runner, {0, steps_max, order}, take);
}

RC_GTEST_PROP(Recovery, JudgesLikeTheRunner_InEveryOrder, ()) {
  const node::Options options{.servers = *rc::gen::inRange<std::uint32_t>(1, 5),
                              .no_op = *rc::gen::arbitrary<bool>(),
                              .fast_backtracking = *rc::gen::arbitrary<bool>(),
                              .snapshots = true,
                              .snapshot_chunk = *rc::gen::inRange<std::uint32_t>(0, 8),
                              .async_disk = *rc::gen::arbitrary<bool>()};
  const auto node = node::make_raft_node(options);
  const auto steps_max = *rc::gen::element<std::uint64_t>(8, 20, 400);
  Runner runner(*node, options.servers, "any", 0);
  walk(runner, *rc::gen::inRange<std::size_t>(0, 60));
  bool recovers = true;
  std::uint64_t worst = 0;
  std::uint64_t all = 0;
  for (const TimerOrder& order : timer_orders(options.servers)) {
    const ScheduleResult plain = run_plainly(runner, order, steps_max);
    recovers = plain.end == ScheduleEnd::Recovered;
    worst = recovers ? std::max(worst, plain.steps) : plain.steps;
    all += plain.steps;
    if (!recovers) break;
  }
  if (steps_max == 400) RC_ASSERT(recovers);  // the core does
  Recovery recovery(*node, options.servers, steps_max);
  for (int again = 0; again < 2; ++again) {
    const Recovery::Verdict verdict = recovery.verdict(runner.states());
    RC_ASSERT(verdict.recovers == recovers);
    RC_ASSERT(verdict.steps == worst);
    RC_ASSERT(verdict.all == all);
  }
  RC_ASSERT(recovery.failing_order(runner.states()).has_value() == !recovers);
}

// So that one state of each orbit is enough.
RC_GTEST_PROP(Recovery, JudgesRenamedServersAlike, ()) {
  const auto node = node::make_raft_node({.servers = 3, .snapshots = true});
  Runner runner(*node, 3, "any", 0);
  walk(runner, *rc::gen::inRange<std::size_t>(0, 60));
  std::vector<std::uint8_t> images{0, 1, 2};
  std::ranges::rotate(images, images.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, 3));
  if (*rc::gen::arbitrary<bool>()) std::swap(images[0], images[1]);
  std::vector<std::string> renamed(3);
  for (std::size_t i = 0; i < 3; ++i) {
    renamed[images[i]] = node->renamed_state(runner.states()[i], images);
  }
  for (const std::uint64_t steps_max : {16, 24, 400}) {
    Recovery recovery(*node, 3, steps_max);
    const Recovery::Verdict one = recovery.verdict(runner.states());
    const Recovery::Verdict other = recovery.verdict(renamed);
    RC_ASSERT(one.recovers == other.recovers);
    if (one.recovers) RC_ASSERT(one.steps == other.steps);
  }
}

// ---- the runner where faults stop

// On the runner: a message sent during the cut is lost, one sent after it is not.
TEST(Runner, ForgetsCutsAndMessages_WhenFaultsStop) {
  const auto node = node::make_raft_node({.servers = 2});
  for (const char* network : {"any", "unordered", "ordered"}) {
    Runner runner(*node, 2, network, 0);
    traces::Action timeout;
    timeout.kind = traces::ActionKind::ElectionTimeout;
    timeout.server = 1;
    const auto before = runner.apply(timeout);
    ASSERT_TRUE(before);
    if (network != std::string("any")) {
      traces::Action cut;
      cut.kind = traces::ActionKind::Cut;
      cut.groups = {{1}, {2}};
      ASSERT_TRUE(runner.apply(cut));
    }
    runner.stop_faults();
    traces::Action receipt;
    receipt.kind = traces::ActionKind::Deliver;
    receipt.server = 2;
    receipt.message = before->step.sent.front().message;
    EXPECT_FALSE(runner.apply(receipt));
    const auto after = runner.apply(timeout);
    ASSERT_TRUE(after);
    receipt.message = after->step.sent.front().message;
    EXPECT_TRUE(runner.apply(receipt));
  }
}

}  // namespace
}  // namespace cluster
