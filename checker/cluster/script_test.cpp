// Scripts: what was done, run again, is what happened; parts of it go as far as they can.
#include "checker/cluster/script.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "checker/cluster/choice_plans.hpp"
#include "checker/cluster/choices.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

constexpr RunLimits kNoLimits{.losses = 1'000'000, .inflight = 1'000'000};

std::vector<node::Options> many_nodes() {
  return {{.servers = 3},
          {.servers = 4, .no_op = true, .pre_vote = true, .check_quorum = true},
          {.servers = 3, .vote_lease = true, .lease_reads = true},
          {.servers = 3, .snapshots = true, .snapshot_chunk = 6, .async_disk = true},
          {.servers = 4, .snapshots = true, .changes = node::Changes::Joint, .voters = 3}};
}

// A random run, with losses, copies, cuts and whatever else the options have.
traces::Trace random_trace(node::Node& node, const node::Options& options, std::uint64_t seed,
                           std::size_t steps) {
  engine::Random random(seed, 0);
  ChosenRun run(node, options);
  run.take(draw_choices(options, random, steps));
  return run.trace();
}

TEST(Script, OfATrace_RunsAsTheTraceDid) {
  std::size_t steps = 0;
  for (const node::Options& options : many_nodes()) {
    const auto node = node::make_raft_node(options);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const traces::Trace trace = random_trace(*node, options, seed, 300);
      const ScriptRun run = run_script(*node, script_of(trace), {.limits = kNoLimits});
      ASSERT_FALSE(run.exceeds);
      ASSERT_EQ(run.trace.steps, trace.steps) << traces::render_text(trace);
      EXPECT_EQ(run.trace.initial, trace.initial);
      EXPECT_EQ(run.trace.violation, trace.violation);
      EXPECT_EQ(run.taken.size(), trace.steps.size());
      steps += trace.steps.size();
    }
  }
  EXPECT_GT(steps, 5'000U);  // the runs are no empty ones
}

TEST(Script, WithoutSomeActions_IsARunThatReplays) {
  for (const node::Options& options : many_nodes()) {
    const auto node = node::make_raft_node(options);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      const Script script = script_of(random_trace(*node, options, seed, 200));
      engine::Random random(seed, 0);
      std::vector<bool> dropped(script.actions.size());
      for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] = random.below(4) == 0;
      ScriptRun run = run_script(*node, without(script, dropped), {.limits = kNoLimits});
      EXPECT_TRUE(std::ranges::is_sorted(run.taken));
      const ReplayResult replayed = replay(*node, run.trace, [](std::size_t) {});
      EXPECT_NE(replayed.verdict, ReplayVerdict::Differs)
          << replayed.path << ": " << replayed.explanation;
    }
  }
}

traces::Action action_of(traces::ActionKind kind, spec::ServerId server) {
  traces::Action action;
  action.kind = kind;
  action.server = server;
  return action;
}

ScriptAction delivery(const spec::MessageView& message, std::size_t origin) {
  ScriptAction one{.action = action_of(traces::ActionKind::Deliver, message.to)};
  one.action.message = message;
  one.origin = origin;
  return one;
}

// Server 1 stands twice; its second request for a vote reaches server 2.
Script two_elections(node::Node& node) {
  Runner runner(node, 3, "unordered", 0);
  const auto first = runner.apply(action_of(traces::ActionKind::ElectionTimeout, 1));
  const auto second = runner.apply(action_of(traces::ActionKind::ElectionTimeout, 1));
  Script script;
  script.config.servers = 3;
  script.config.network = "unordered";
  script.actions = {{.action = first->step.action},
                    {.action = second->step.action},
                    delivery(second->step.sent[0].message, 1)};
  return script;
}

TEST(Script, Delivers_WhatTheStepSendsNow) {
  const auto node = node::make_raft_node({.servers = 3});
  const Script script = two_elections(*node);
  const ScriptRun whole = run_script(*node, script, {});
  ASSERT_EQ(whole.trace.steps.size(), 3U);
  EXPECT_EQ(whole.trace.steps[2].view->current_term, 2U);
  const ScriptRun rest = run_script(*node, without(script, {true, false, false}), {});
  ASSERT_EQ(rest.trace.steps.size(), 2U);
  EXPECT_EQ(rest.trace.steps[1].view->current_term, 1U);
  EXPECT_EQ(rest.trace.steps[1].action.sent_at, 1U);
  EXPECT_EQ(rest.taken, (std::vector<std::size_t>{0, 1}));
}

TEST(Script, PassesOver_WhatNobodySent) {
  const auto node = node::make_raft_node({.servers = 3});
  const Script script = two_elections(*node);
  const ScriptRun none = run_script(*node, without(script, {true, true, false}), {});
  EXPECT_TRUE(none.trace.steps.empty());
  // Another sending of the very message will do.
  Script other = script;
  other.actions[2].origin = kNoOrigin;
  EXPECT_EQ(run_script(*node, other, {}).trace.steps.size(), 3U);
}

TEST(Script, Exceeds_WhatTheNetworkAllows) {
  const auto node = node::make_raft_node({.servers = 3});
  Script script = two_elections(*node);
  EXPECT_FALSE(run_script(*node, script, {.limits = {.losses = 0, .inflight = 4}}).exceeds);
  EXPECT_TRUE(run_script(*node, script, {.limits = {.losses = 0, .inflight = 3}}).exceeds);
  script.actions[0].lost = {0};
  EXPECT_FALSE(run_script(*node, script, {.limits = {.losses = 1, .inflight = 3}}).exceeds);
  EXPECT_TRUE(run_script(*node, script, {.limits = {.losses = 0, .inflight = 4}}).exceeds);
  script.actions[2].action.keep_copy = true;
  EXPECT_FALSE(run_script(*node, script, {.limits = {.duplicates = 1}}).exceeds);
  EXPECT_TRUE(run_script(*node, script, {.limits = {.duplicates = 0}}).exceeds);
}

TEST(Script, EndsLeasesEarly_OnlyAsOftenAsItMay) {
  const node::Options options{.servers = 3, .no_op = true, .vote_lease = true, .lease_reads = true};
  const auto node = node::make_raft_node(options);
  Runner runner(*node, 3, "any", 0);
  traces::Trace trace;
  trace.config = trace_config(options, Network::Any);
  trace.initial = runner.views();
  const auto take = [&](const traces::Action& action) {
    trace.steps.push_back(runner.apply(action)->step);
  };
  const auto receive = [&](std::size_t step, spec::ServerId to) {
    for (const traces::SentMessage& sent : trace.steps[step - 1].sent) {
      if (sent.message.to == to) return take(delivery(sent.message, step - 1).action);
    }
    FAIL() << "step " << step << " sends nothing to " << to;
  };
  take(action_of(traces::ActionKind::ElectionTimeout, 1));
  receive(1, 2);
  receive(2, 1);  // leads
  receive(3, 2);
  receive(4, 1);  // its no-op is committed
  traces::Action read = action_of(traces::ActionKind::Read, 1);
  read.read = 1;
  take(read);
  receive(6, 2);  // its lease begins anew
  receive(7, 1);
  ASSERT_TRUE(runner.views()[0].lease);
  EXPECT_EQ(limits_of(trace).clock_drifts, 0U);
  take(action_of(traces::ActionKind::LeaseTimeout, 2));
  EXPECT_EQ(limits_of(trace).clock_drifts, 1U);
  EXPECT_FALSE(run_script(*node, script_of(trace), {.limits = limits_of(trace)}).exceeds);
  EXPECT_TRUE(run_script(*node, script_of(trace), {}).exceeds);
}

TEST(Script, HasTheLimitsOfItsTrace) {
  traces::Trace trace;
  trace.bounds = {{"loss", "2"}, {"inflight", "4"}, {"duplicates", "unlimited"}};
  trace.config.network = "any";
  EXPECT_FALSE(limits_of(trace).losses);
  trace.config.network = "unordered";
  EXPECT_EQ(limits_of(trace).losses, 2U);
  EXPECT_EQ(limits_of(trace).inflight, 4U);
  EXPECT_FALSE(limits_of(trace).duplicates);
  trace.bounds["loss"] = "none";
  EXPECT_EQ(limits_of(trace).losses, 0U);
  trace.bounds["loss"] = "free";
  EXPECT_FALSE(limits_of(trace).losses);
}

}  // namespace
}  // namespace cluster
