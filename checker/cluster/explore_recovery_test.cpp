// Recovery at the end of a search: what it finds, what it says when it is cut short, and its
// traces.
#include <gtest/gtest.h>

#include "checker/cluster/explore.hpp"
#include "checker/cluster/recovery.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"

namespace cluster {
namespace {

// ---- searches

class RecoveryWatcher : public ExploreObserver {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return {}; }
  void on_violation_found(const spec::Violation&) override {}
  void on_recovery_failure(const RecoveryProgress& progress) override { failed = progress.failing; }
  std::uint64_t failed = 0;
};

Bounds bounds_of(std::uint32_t servers, Network network = Network::Any) {
  Bounds bounds;
  bounds.servers = servers;
  bounds.log = 1;
  bounds.crashes = 0;
  bounds.network = network;
  bounds.inflight = 3;
  return bounds;
}

ExploreOptions options_of(const Bounds& bounds) {
  return {.bounds = bounds,
          .node = {.servers = bounds.servers},
          .limits = {},
          .recovery_steps = recovery_steps_for(bounds, {.servers = bounds.servers})};
}

TEST(ExploreRecovery, FindsThatTheCoreRecovers_WithAllItsOptions) {
  for (std::uint32_t servers = 1; servers <= 5; ++servers) {
    for (const bool no_op : {false, true}) {
      for (const bool fast : {false, true}) {
        Bounds bounds = bounds_of(servers);
        if (servers > 3) bounds.terms = 1;
        if (servers < 3) bounds.crashes = 1;
        ExploreOptions options = options_of(bounds);
        options.node.no_op = no_op;
        options.node.fast_backtracking = fast;
        options.node.entries_per_message = fast ? 0 : 1;
        const auto node = node::make_raft_node(options.node);
        RecoveryWatcher watcher;
        const ExploreReport report = explore(*node, options, watcher);
        ASSERT_TRUE(report.recovery.has_value());
        const RecoveryReport& recovery = *report.recovery;
        EXPECT_GT(recovery.progress.states, servers);
        EXPECT_EQ(recovery.progress.checked, recovery.progress.states);
        EXPECT_EQ(recovery.progress.failing, 0U);
        EXPECT_FALSE(recovery.stopped_by.has_value());
        EXPECT_GE(recovery.steps_needed, servers == 1 ? 2U : 2 * servers);
        EXPECT_LE(recovery.steps_needed, recovery.steps_max);
        EXPECT_FALSE(report.trace.has_value());
        EXPECT_EQ(watcher.failed, 0U);
      }
    }
  }
}

TEST(ExploreRecovery, FindsThatTheCoreRecovers_WithEachFeature) {
  for (const node::Options& features :
       {node::Options{}, node::Options{.pre_vote = true}, node::Options{.check_quorum = true},
        node::Options{.vote_lease = true},
        node::Options{.bytes_per_message = 1, .appends_in_flight = 2, .uncommitted = 2},
        node::Options{.pre_vote = true, .check_quorum = true, .vote_lease = true}}) {
    for (std::uint32_t servers = 2; servers <= 3; ++servers) {
      Bounds bounds = bounds_of(servers);
      if (servers < 3) bounds.crashes = 1;
      if (servers == 3) bounds.terms = 1;
      bounds.transfers = features.pre_vote ? 0 : 1;
      ExploreOptions options = options_of(bounds);
      options.node = features;
      options.node.servers = servers;
      options.recovery_steps = recovery_steps_for(bounds, options.node);
      const auto node = node::make_raft_node(options.node);
      RecoveryWatcher watcher;
      const ExploreReport report = explore(*node, options, watcher);
      ASSERT_TRUE(report.recovery.has_value());
      EXPECT_GT(report.recovery->progress.states, 50U);
      EXPECT_EQ(report.recovery->progress.failing, 0U);
      EXPECT_LE(report.recovery->steps_needed, report.recovery->steps_max);
    }
  }
}

TEST(ExploreRecovery, SaysTheSameOfTheSameStates_WhateverTheSearchThatReachedThem) {
  const auto report_of = [](Bounds bounds, bool symmetry) {
    bounds.symmetry = symmetry;
    const auto node = node::make_raft_node({.servers = bounds.servers});
    RecoveryWatcher watcher;
    return *explore(*node, options_of(bounds), watcher).recovery;
  };
  const RecoveryReport any = report_of(bounds_of(3), true);
  const RecoveryReport whole = report_of(bounds_of(3), false);
  EXPECT_EQ(whole.steps_needed, any.steps_needed);
  EXPECT_GT(whole.progress.states, 5 * any.progress.states);
  Bounds counted = bounds_of(2, Network::Unordered);
  counted.inflight = 8;
  const RecoveryReport covering = report_of(bounds_of(2), true);
  const RecoveryReport counting = report_of(counted, true);
  EXPECT_EQ(counting.steps_needed, covering.steps_needed);
  EXPECT_EQ(counting.progress.states, covering.progress.states);
}

TEST(ExploreRecovery, FailsOneStepBelowWhatIsNeeded) {
  ExploreOptions options = options_of(bounds_of(2));
  const auto node = node::make_raft_node(options.node);
  RecoveryWatcher watcher;
  const std::uint64_t needed = explore(*node, options, watcher).recovery->steps_needed;
  options.recovery_steps = needed;
  EXPECT_EQ(explore(*node, options, watcher).recovery->progress.failing, 0U);
  options.recovery_steps = needed - 1;
  const ExploreReport report = explore(*node, options, watcher);
  EXPECT_GT(report.recovery->progress.failing, 0U);
  EXPECT_EQ(watcher.failed, report.recovery->progress.failing);
  ASSERT_TRUE(report.trace.has_value());
  EXPECT_EQ(report.trace->steps.size(), report.trace->recovery->after + needed - 1);
}

// Never campaigns once its log has so many entries: not even a timer runs any more in the end.
template <std::size_t entries>
class WearyAfter final : public ChangedNode {
 public:
  using ChangedNode::ChangedNode;
  node::StepResult step(std::string_view state, const node::Input& input) override {
    if (input.kind != node::InputKind::ElectionTimeout || view(state).log.size() < entries) {
      return ChangedNode::step(state, input);
    }
    node::StepResult result;
    result.state = state;
    result.timers = node::Timers{};
    return result;
  }
};
using WearyNode = WearyAfter<1>;

// A leader's new command breaks a contract.
class BrittleNode final : public ChangedNode {
 public:
  using ChangedNode::ChangedNode;
  node::StepResult step(std::string_view state, const node::Input& input) override {
    if (input.kind != node::InputKind::Propose || input.payload != kRecoveryCommand) {
      return ChangedNode::step(state, input);
    }
    node::StepResult result;
    result.contract = "too much for me";
    return result;
  }
};

// Says nothing to inputs of one kind.
template <node::InputKind kKind>
class SilentNode final : public ChangedNode {
 public:
  using ChangedNode::ChangedNode;
  node::StepResult step(std::string_view state, const node::Input& input) override {
    node::StepResult result = ChangedNode::step(state, input);
    if (input.kind == kKind) result.messages.clear();
    return result;
  }
};
// A leader's heartbeats say nothing.
using SpeechlessNode = SilentNode<node::InputKind::HeartbeatTimeout>;
// Answers nothing.
using Aloof = SilentNode<node::InputKind::Receive>;

struct Found {
  std::size_t after = 0;
  std::string message;
};

// Every network, with and without symmetry, gives a trace that replays, and one as short.
template <class Node>
Found find(std::uint32_t servers) {
  Found found;
  bool is_first = true;
  for (const Network network : {Network::Any, Network::Unordered, Network::Ordered}) {
    for (const bool symmetry : {true, false}) {
      Bounds bounds = bounds_of(servers, network);
      bounds.symmetry = symmetry;
      Node node({.servers = servers});
      RecoveryWatcher watcher;
      const ExploreReport report = explore(node, options_of(bounds), watcher);
      if (!report.trace) {
        ADD_FAILURE() << "nothing was found";
        return found;
      }
      EXPECT_EQ(report.search.stopped_by, engine::StopReason::Exhausted);
      EXPECT_EQ(report.trace->violation->property, traces::kRecoveryProperty);
      EXPECT_EQ(report.trace->violation->step, report.trace->steps.size());
      EXPECT_EQ(report.recovery->message, report.trace->violation->message);
      EXPECT_TRUE(report.trace->shortest);
      const ReplayResult replayed = replay(node, *report.trace, [](std::size_t) {});
      EXPECT_EQ(replayed.verdict, ReplayVerdict::Reproduced) << replayed.explanation;
      EXPECT_EQ(replayed.explanation, report.trace->violation->message);
      if (is_first) found.after = report.trace->recovery->after;
      is_first = false;
      EXPECT_EQ(report.trace->recovery->after, found.after);
      found = {report.trace->recovery->after, report.trace->violation->message};
      const auto core = node::make_raft_node({.servers = servers});
      EXPECT_EQ(replay(*core, *report.trace, [](std::size_t) {}).verdict, ReplayVerdict::Differs);
    }
  }
  return found;
}

TEST(ExploreRecovery, FindsTheShortestRunToAStateWithoutTimers) {
  // Two servers: elect, vote, propose; then the leader falls. The other has no entry, and cannot
  // win.
  const Found two = find<WearyNode>(2);
  EXPECT_GT(two.after, 3U);
  EXPECT_NE(two.message.find("no server leads"), std::string::npos) << two.message;
}

TEST(ExploreRecovery, FindsABrokenContract_BeyondWhatTheSearchDoes) {
  const Found found = find<BrittleNode>(2);
  EXPECT_EQ(found.after, 0U);
  EXPECT_NE(found.message.find("contract"), std::string::npos) << found.message;
}

TEST(ExploreRecovery, FindsALeaderWhoseCommitmentsNobodyHearsOf) {
  const Found found = find<SpeechlessNode>(2);
  EXPECT_EQ(found.after, 0U);
}

TEST(ExploreRecovery, HealsACut_BeforeItBlamesTheCluster) {
  Bounds bounds = bounds_of(2, Network::Unordered);
  bounds.partitions = 1;
  bounds.timeouts = 1;
  ExploreOptions options = options_of(bounds);
  const auto core = node::make_raft_node(options.node);
  RecoveryWatcher watcher;
  EXPECT_EQ(explore(*core, options, watcher).recovery->progress.failing, 0U);
  Aloof node(options.node);
  const ExploreReport report = explore(node, options, watcher);
  ASSERT_TRUE(report.trace.has_value());
  EXPECT_EQ(replay(node, *report.trace, [](std::size_t) {}).verdict, ReplayVerdict::Reproduced);
}

TEST(ExploreRecovery, PrefersAPropertysViolation_AndLooksForNothingElse) {
  Bounds bounds = bounds_of(3);
  ExploreOptions options = options_of(bounds);
  DoubleVotingNode node(options.node);
  RecoveryWatcher watcher;
  const ExploreReport report = explore(node, options, watcher);
  EXPECT_TRUE(report.violation.has_value());
  EXPECT_FALSE(report.recovery.has_value());
}

// ---- searches cut short

class ImpatientWatcher final : public RecoveryWatcher {
 public:
  std::optional<engine::StopReason> poll_recovery(const RecoveryProgress& progress) override {
    if (progress.checked < 100) return std::nullopt;
    return engine::StopReason::Interrupted;
  }
};

TEST(ExploreRecovery, SaysHowFarItCame_WhenItIsInterrupted) {
  const ExploreOptions options = options_of(bounds_of(3));
  const auto node = node::make_raft_node(options.node);
  ImpatientWatcher observer;
  const ExploreReport report = explore(*node, options, observer);
  EXPECT_EQ(report.recovery->stopped_by, engine::StopReason::Interrupted);
  EXPECT_GE(report.recovery->progress.checked, 100U);
  EXPECT_LT(report.recovery->progress.checked, report.recovery->progress.states);
}

TEST(ExploreRecovery, JudgesWhatWasReached_WhenTheSearchStopsAtALimit) {
  for (const Network network : {Network::Any, Network::Unordered}) {
    ExploreOptions options = options_of(bounds_of(3, network));
    options.limits.states = 200;
    WearyNode node(options.node);
    RecoveryWatcher watcher;
    const ExploreReport report = explore(node, options, watcher);
    EXPECT_EQ(report.search.stopped_by, engine::StopReason::States);
    EXPECT_EQ(report.recovery->progress.checked, report.recovery->progress.states);
    EXPECT_GT(report.recovery->progress.checked, 0U);
  }
}

// The first search stops by itself; the one for the run to a bad state is stopped.
class StopsLater final : public RecoveryWatcher {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override {
    if (failed == 0) return std::nullopt;
    return engine::StopReason::Interrupted;
  }
};

TEST(ExploreRecovery, SaysThatThereIsNoTrace_WhenTheSearchForItIsStopped) {
  Bounds bounds = bounds_of(3);
  bounds.log = 2;
  const ExploreOptions options = options_of(bounds);
  WearyAfter<2> node(options.node);
  StopsLater observer;
  const ExploreReport report = explore(node, options, observer);
  EXPECT_GT(report.recovery->progress.failing, 0U);
  EXPECT_FALSE(report.trace.has_value());
  EXPECT_NE(report.recovery->message.find("stopped"), std::string::npos);
}

// Where breadth first keeps too much, the run that the other order finds is as good, but for its
// length.
TEST(ExploreRecovery, ReportsALongerRun_WhenTheShortestTakesTooManyStates) {
  ExploreOptions options = options_of(bounds_of(3));
  options.shortest_states_max = 20;
  WearyNode node(options.node);
  RecoveryWatcher watcher;
  const ExploreReport report = explore(node, options, watcher);
  ASSERT_TRUE(report.trace.has_value());
  EXPECT_FALSE(report.trace->shortest);
  EXPECT_EQ(replay(node, *report.trace, [](std::size_t) {}).verdict, ReplayVerdict::Reproduced);
}

// ---- replays of what was tampered with

class TamperedRecovery : public testing::Test {
 protected:
  void SetUp() override {
    RecoveryWatcher watcher;
    trace_ = *explore(node_, options_of(bounds_of(2)), watcher).trace;
  }
  // Where the replay says that the trace is wrong.
  std::string place() {
    const ReplayResult result = replay(node_, trace_, [](std::size_t) {});
    return result.verdict == ReplayVerdict::Differs ? result.path : "nowhere";
  }
  WearyNode node_{{.servers = 2}};
  traces::Trace trace_;
};

TEST_F(TamperedRecovery, IsReproducedAsItIs) { EXPECT_EQ(place(), "nowhere"); }

TEST_F(TamperedRecovery, IsRefused_WhenItsEndIsCutOff) {
  trace_.steps.pop_back();
  trace_.violation->step = trace_.steps.size();
  EXPECT_EQ(place(), "/steps");
}

TEST_F(TamperedRecovery, IsRefused_WhenTheScheduleIsNotTheFairOne) {
  ++trace_.recovery->after;
  EXPECT_NE(place(), "nowhere");
}

TEST_F(TamperedRecovery, IsRefused_WhenTheTimersRunOutInAnotherOrder) {
  std::ranges::reverse(trace_.recovery->order);
  EXPECT_NE(place(), "nowhere");
}

TEST_F(TamperedRecovery, IsRefused_WhenAnotherStepIsSaidToBeTheLast) {
  --trace_.violation->step;
  EXPECT_EQ(place(), "/violation/step");
}

TEST_F(TamperedRecovery, IsRefused_WhenFewerStepsWereAllowed) {
  trace_.recovery->steps = 1;
  EXPECT_TRUE(place().starts_with("/steps/"));
}

}  // namespace
}  // namespace cluster
