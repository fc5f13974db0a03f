// Sessions: what is offered can be done, what is taken back is gone, and goals are reached.
#include "checker/cluster/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/trace_check.hpp"
#include "checker/engine/random.hpp"
#include "checker/node/memo_node.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

std::vector<SessionOptions> many_options() {
  return {{.node = {.servers = 3}},
          {.node = {.servers = 3}, .network = "unordered"},
          {.node = {.servers = 4, .no_op = true, .pre_vote = true, .check_quorum = true},
           .network = "ordered"},
          {.node = {.servers = 3, .vote_lease = true, .lease_reads = true}},
          {.node = {.servers = 3, .snapshots = true, .snapshot_chunk = 6, .async_disk = true},
           .network = "unordered",
           .compactions = 1},
          {.node = {.servers = 4, .snapshots = true, .changes = node::Changes::Joint, .voters = 3},
           .changes = 2}};
}

void expect_replays(node::Node& node, const Session& session) {
  const traces::Trace trace = session.trace();
  EXPECT_FALSE(contradiction(trace)) << contradiction(trace)->explanation;
  const ReplayResult replayed = replay(node, trace, [](std::size_t) {});
  EXPECT_NE(replayed.verdict, ReplayVerdict::Differs)
      << replayed.path << ": " << replayed.explanation << traces::render_text(trace);
}

TEST(Session, TakesWhatItOffers_AndTheTraceReplays) {
  std::size_t kinds = 0;
  for (const SessionOptions& options : many_options()) {
    const auto node = node::make_raft_node(options.node);
    node::MemoNode memo(*node);
    Session session(memo, options);
    engine::Random random(1, 0);
    std::set<traces::ActionKind> seen;
    for (int i = 0; i < 150; ++i) {
      const std::vector<traces::Action> actions = session.possible();
      ASSERT_FALSE(actions.empty());
      const traces::Action& action =
          actions[random.below(static_cast<std::uint32_t>(actions.size()))];
      seen.insert(action.kind);
      const auto taken = session.take(action);
      ASSERT_TRUE(taken) << taken.error();
    }
    EXPECT_EQ(session.steps(), 150U);
    expect_replays(*node, session);
    kinds += seen.size();
  }
  EXPECT_GT(kinds, 25U);  // the walks see more than deliveries
}

TEST(Session, OffersWhatHasAnEffect) {
  const auto node = node::make_raft_node({.servers = 3});
  Session session(*node, {.node = {.servers = 3}});
  // Nothing but an election timeout changes a new server.
  const auto actions = session.possible();
  EXPECT_EQ(actions.size(), 3U);
  EXPECT_TRUE(std::ranges::all_of(actions, [](const traces::Action& action) {
    return action.kind == traces::ActionKind::ElectionTimeout;
  }));
}

TEST(Session, KeepsToItsBudgets) {
  const node::Options node_options{.servers = 1, .snapshots = true};
  const auto node = node::make_raft_node(node_options);
  Session session(*node, {.node = node_options, .compactions = 1});
  const auto offers = [&](traces::ActionKind kind) {
    return std::ranges::count(session.possible(), kind, &traces::Action::kind);
  };
  ASSERT_TRUE(session.run_to({.witness = spec::Witness::EntryCommitted}, {}));
  ASSERT_EQ(offers(traces::ActionKind::Compact), 1);
  ASSERT_TRUE(session.run_to({.witness = spec::Witness::LogCompacted}, {}));
  ASSERT_TRUE(session.run_to({.witness = spec::Witness::EntryCommitted}, {}));
  EXPECT_EQ(offers(traces::ActionKind::Compact), 0);
}

TEST(Session, NumbersReadsAnew) {
  const auto node = node::make_raft_node({.servers = 1});
  Session session(*node, {.node = {.servers = 1}});
  ASSERT_TRUE(session.run_to({.witness = spec::Witness::EntryCommitted}, {}));
  for (std::uint64_t id = 1; id <= 3; ++id) {
    const auto actions = session.possible();
    const auto read = std::ranges::find(actions, traces::ActionKind::Read, &traces::Action::kind);
    ASSERT_NE(read, actions.end());
    EXPECT_EQ(read->read, id);
    ASSERT_TRUE(session.take(*read));
  }
}

TEST(Session, TakesBackStepsAndLosses) {
  const SessionOptions options{.node = {.servers = 3}, .network = "unordered"};
  const auto node = node::make_raft_node(options.node);
  Session session(*node, options);
  std::vector<traces::Trace> before;
  engine::Random random(2, 0);
  for (int i = 0; i < 30; ++i) {
    before.push_back(session.trace());
    const auto receivable = session.runner().receivable();
    if (i % 3 == 2 && !receivable.empty()) {
      ASSERT_TRUE(session.lose(receivable[0].sent_at, receivable[0].position));
    } else {
      const auto actions = session.possible();
      ASSERT_TRUE(session.take(actions[random.below(static_cast<std::uint32_t>(actions.size()))]));
    }
    ASSERT_NE(session.trace(), before.back());
  }
  expect_replays(*node, session);
  while (!before.empty()) {
    ASSERT_TRUE(session.undo());
    ASSERT_EQ(session.trace(), before.back());
    before.pop_back();
  }
  EXPECT_FALSE(session.undo());
}

TEST(Session, FollowsATrace_AndTakesItBackStepByStep) {
  const SessionOptions options{.node = {.servers = 3}, .network = "unordered"};
  const auto node = node::make_raft_node(options.node);
  Session first(*node, options);
  ASSERT_TRUE(first.run_to({.witness = spec::Witness::LeaderElected}, {}));
  ASSERT_TRUE(first.lose(1, 0) || first.lose(1, 1));
  const traces::Trace trace = first.trace();
  Session second(*node, options);
  for (const traces::Step& step : trace.steps) {
    const auto followed = second.follow(step);
    ASSERT_TRUE(followed) << followed.error();
  }
  EXPECT_EQ(second.trace(), trace);
  for (std::size_t left = trace.steps.size(); left-- > 0;) {
    ASSERT_TRUE(second.undo());
    ASSERT_EQ(second.steps(), left);
  }
  EXPECT_FALSE(second.undo());
  traces::Step changed = trace.steps[0];
  changed.outcome = "Another";
  EXPECT_FALSE(second.follow(changed));
}

TEST(Session, RefusesWhatCannotBe_AndStaysAsItWas) {
  const auto node = node::make_raft_node({.servers = 3});
  Session session(*node, {.node = {.servers = 3}, .network = "unordered"});
  traces::Action action;
  action.kind = traces::ActionKind::ElectionTimeout;
  action.server = 4;
  EXPECT_FALSE(session.take(action));
  action.server = 1;
  ASSERT_TRUE(session.take(action));
  const traces::Trace before = session.trace();
  EXPECT_FALSE(session.lose(0, 0));
  EXPECT_FALSE(session.lose(1, 2));
  EXPECT_FALSE(session.lose(2, 0));
  EXPECT_EQ(session.trace(), before);
  ASSERT_TRUE(session.lose(1, 1));
  EXPECT_FALSE(session.lose(1, 1));
}

TEST(Session, RunsToAWitness_AndGoesOnFromThere) {
  for (const SessionOptions& options : many_options()) {
    const auto node = node::make_raft_node(options.node);
    node::MemoNode memo(*node);
    Session session(memo, options);
    const auto elected = session.run_to({.witness = spec::Witness::LeaderElected}, {});
    ASSERT_TRUE(elected);
    EXPECT_LE(*elected, 12U) << traces::render_text(session.trace());
    ASSERT_TRUE(session.run_to({.witness = spec::Witness::EntryCommitted}, {}));
    EXPECT_NE(session.witnesses() & spec::set_of(spec::Witness::EntryCommitted), 0U);
    expect_replays(*node, session);
  }
}

TEST(Session, RunsToAViolation_WhichEndsTheRun) {
  DoubleVotingNode node({.servers = 3});
  node::MemoNode memo(node);
  SessionOptions options{.node = {.servers = 3}};
  options.properties = spec::set_of(spec::Property::ElectionSafety);
  Session session(memo, options);
  const auto steps = session.run_to({}, {});
  ASSERT_TRUE(steps);
  EXPECT_LE(*steps, 7U) << traces::render_text(session.trace());
  ASSERT_TRUE(session.violation());
  EXPECT_EQ(session.violation()->property, spec::Property::ElectionSafety);
  EXPECT_TRUE(session.possible().empty());
  traces::Action action;
  action.kind = traces::ActionKind::ElectionTimeout;
  action.server = 1;
  EXPECT_FALSE(session.take(action));
  expect_replays(node, session);
  ASSERT_TRUE(session.undo());
  EXPECT_FALSE(session.violation());
  EXPECT_FALSE(session.possible().empty());
}

TEST(Session, SaysThatAGoalWasNotReached_AndChangesNothing) {
  const auto node = node::make_raft_node({.servers = 2});
  node::MemoNode memo(*node);
  Session session(memo, {.node = {.servers = 2}});
  std::uint64_t asked = 0;
  const auto go_on = [&](std::uint64_t) { return ++asked <= 20; };
  EXPECT_FALSE(session.run_to({}, {.walks = 1000, .steps = 50, .go_on = go_on}));
  EXPECT_EQ(asked, 21U);
  EXPECT_EQ(session.steps(), 0U);
}

}  // namespace
}  // namespace cluster
