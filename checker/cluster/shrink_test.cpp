// Traces made smaller: what is left still violates the property, and nothing of it can be left out.
#include "checker/cluster/shrink.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "checker/cluster/explore.hpp"
#include "checker/cluster/hand_made.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/runner.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/trace_size.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

using traces::Action;

// Two leaders of one term by a server that votes twice, among much that has no part in it: an
// earlier term, a heartbeat, a crash, a message received twice.
traces::Trace long_story(node::Node& node, const std::string& network) {
  HandMade story(node, spec::Property::ElectionSafety, network);
  const bool copies = network == "unordered";
  story.act(traces::ActionKind::ElectionTimeout, 1)
      .act(traces::ActionKind::ElectionTimeout, 1)  // term 2
      .act(traces::ActionKind::Crash, 2)
      .deliver("request_vote", 1, 3, copies)
      .deliver("request_vote_reply", 3, 1)
      .act(traces::ActionKind::HeartbeatTimeout, 1)
      .act(traces::ActionKind::Crash, 3)
      .act(traces::ActionKind::ElectionTimeout, 2)
      .act(traces::ActionKind::ElectionTimeout, 2)
      .deliver("request_vote", 2, 3)
      .deliver("request_vote_reply", 3, 2);
  return story.trace();
}

ShrinkOptions two_leaders() { return {.properties = spec::set_of(spec::Property::ElectionSafety)}; }

void expect_replays(node::Node& node, const traces::Trace& trace) {
  const ReplayResult replayed = replay(node, trace, [](std::size_t) {});
  EXPECT_EQ(replayed.verdict, ReplayVerdict::Reproduced)
      << replayed.path << replayed.explanation << traces::render_text(trace);
}

// Every delivery of the trace as far as it can still be taken, without one action.
bool violates_without(node::Node& node, const traces::Trace& trace, std::size_t left_out) {
  Runner runner(node, 3, trace.config.network, spec::set_of(spec::Property::ElectionSafety));
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    if (i == left_out) continue;
    Action action = trace.steps[i].action;
    action.sent_at = 0;
    const auto taken = runner.apply(action);
    if (taken && taken->violation) return true;
  }
  return false;
}

TEST(Shrink, LeavesOutWhatHasNoPartInIt) {
  for (const std::string network : {"any", "unordered"}) {
    DoubleVotingNode node({.servers = 3});
    const traces::Trace trace = long_story(node, network);
    ASSERT_EQ(trace.steps.size(), 11U);
    const Shrunk shrunk = shrink(node, trace, two_leaders());
    EXPECT_TRUE(shrunk.is_minimal);
    EXPECT_GT(shrunk.runs, 6U);
    // Two timeouts, two votes, two replies: in term 1, though the story was about term 2.
    EXPECT_EQ(shrunk.trace.steps.size(), 6U) << network;
    EXPECT_EQ(shrunk.trace.steps.front().view->current_term, 1U);
    EXPECT_FALSE(shrunk.trace.shortest);
    EXPECT_EQ(shrunk.trace.violation->step, 6U);
    for (const traces::Step& step : shrunk.trace.steps) EXPECT_FALSE(step.action.keep_copy);
    expect_replays(node, shrunk.trace);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_FALSE(violates_without(node, shrunk.trace, i)) << i;
  }
}

TEST(Shrink, OfAShrunkTrace_ChangesNothing) {
  DoubleVotingNode node({.servers = 3});
  const Shrunk once = shrink(node, long_story(node, "unordered"), two_leaders());
  const Shrunk twice = shrink(node, once.trace, two_leaders());
  EXPECT_EQ(once.trace, twice.trace);
}

TEST(Shrink, KeepsToTheLimitsOfTheNetwork) {
  DoubleVotingNode node({.servers = 3});
  const traces::Trace trace = long_story(node, "unordered");
  std::size_t most = 0;
  {
    std::vector<std::size_t> flying;  // the greatest number at once, in the trace as it is
    std::size_t now = 0;
    for (const traces::Step& step : trace.steps) {
      if (step.action.kind == traces::ActionKind::Deliver && !step.action.keep_copy) --now;
      now += step.sent.size();
      most = std::max(most, now);
    }
  }
  ShrinkOptions options = two_leaders();
  options.limits = {.losses = 0, .inflight = most};
  const Shrunk shrunk = shrink(node, trace, options);
  std::size_t now = 0;
  for (const traces::Step& step : shrunk.trace.steps) {
    if (step.action.kind == traces::ActionKind::Deliver && !step.action.keep_copy) --now;
    now += step.sent.size();
    EXPECT_LE(now, most);
    for (const traces::SentMessage& sent : step.sent) EXPECT_FALSE(sent.lost);
  }
  expect_replays(node, shrunk.trace);
  EXPECT_LT(shrunk.trace.steps.size(), trace.steps.size());
}

// The same story in a cluster of five: two more servers vote for nobody.
traces::Trace story_of_five(node::Node& node) {
  HandMade story(node, spec::Property::ElectionSafety, "unordered", 5);
  story.act(traces::ActionKind::ElectionTimeout, 4)
      .act(traces::ActionKind::ElectionTimeout, 4)  // term 2
      .act(traces::ActionKind::ElectionTimeout, 5)
      .act(traces::ActionKind::ElectionTimeout, 5)
      .act(traces::ActionKind::Crash, 2);
  for (const spec::ServerId candidate : {4U, 5U}) {
    for (const spec::ServerId voter : {2U, 3U}) {
      story.deliver("request_vote", candidate, voter)
          .act(traces::ActionKind::HeartbeatTimeout, voter);
    }
  }
  for (const spec::ServerId candidate : {4U, 5U}) {
    for (const spec::ServerId voter : {2U, 3U}) {
      story.deliver("request_vote_reply", voter, candidate);
    }
  }
  return story.trace();
}

TEST(Shrink, TriesFewerServers_WhereItCanMakeThem) {
  const auto make_node = [](const node::Options& options) {
    return std::make_shared<DoubleVotingNode>(options);
  };
  DoubleVotingNode node({.servers = 5});
  const traces::Trace trace = story_of_five(node);
  ASSERT_TRUE(trace.violation);
  ShrinkOptions options = two_leaders();
  EXPECT_EQ(shrink(node, trace, options).trace.config.servers, 5U);
  options.make_node = make_node;
  const Shrunk shrunk = shrink(node, trace, options);
  EXPECT_EQ(shrunk.trace.config.servers, 3U);
  EXPECT_EQ(shrunk.trace.steps.size(), 6U);
  EXPECT_EQ(shrunk.trace.initial.size(), 3U);
  DoubleVotingNode three({.servers = 3});
  expect_replays(three, shrunk.trace);
}

// Whatever is taken for simpler must not depend on anything but the trace.
TEST(Shrink, OfTheSameTrace_IsTheSame) {
  for (const std::string network : {"any", "unordered"}) {
    DoubleVotingNode node({.servers = 3});
    const traces::Trace trace = long_story(node, network);
    const Shrunk once = shrink(node, trace, two_leaders());
    const Shrunk again = shrink(node, trace, two_leaders());
    EXPECT_EQ(once.trace, again.trace);
    EXPECT_EQ(once.runs, again.runs);
  }
}

TEST(Shrink, StopsWhenToldTo_WithATraceThatReplays) {
  DoubleVotingNode node({.servers = 3});
  for (int runs = 0; runs < 12; runs += 3) {
    ShrinkOptions options = two_leaders();
    options.go_on = [left = runs](const ShrinkProgress&) mutable { return left-- > 0; };
    const Shrunk shrunk = shrink(node, long_story(node, "unordered"), options);
    EXPECT_FALSE(shrunk.is_minimal);
    expect_replays(node, shrunk.trace);
  }
}

TEST(Shrink, TellsWhatItsRunsHaveCost) {
  DoubleVotingNode node({.servers = 3});
  const traces::Trace trace = long_story(node, "unordered");
  ShrinkProgress last;
  ShrinkOptions options = two_leaders();
  options.go_on = [&](const ShrinkProgress& progress) {
    EXPECT_GE(progress.entries, last.entries);
    last = progress;
    return progress.entries <= 2 * entries_in(trace);
  };
  EXPECT_FALSE(shrink(node, trace, options).is_minimal);
  EXPECT_GT(last.entries, 2 * entries_in(trace));
  EXPECT_LE(last.entries, 3 * entries_in(trace));  // one run more at most
}

TEST(Shrink, KeepsToThePropertyOfTheTrace) {
  DoubleVotingNode node({.servers = 3});
  const traces::Trace trace = long_story(node, "any");
  // With all properties looked at, the run ends before, in the second vote.
  ShrinkOptions options = two_leaders();
  options.properties = spec::kAllProperties;
  EXPECT_THROW(shrink(node, trace, options), std::invalid_argument);
}

TEST(Shrink, RefusesATraceThatViolatesNothing) {
  DoubleVotingNode node({.servers = 3});
  traces::Trace trace = long_story(node, "any");
  const auto sound = node::make_raft_node({.servers = 3});
  EXPECT_THROW(shrink(*sound, trace, two_leaders()), std::invalid_argument);
  trace.violation.reset();
  EXPECT_THROW(shrink(node, trace, two_leaders()), std::invalid_argument);
}

}  // namespace
}  // namespace cluster
