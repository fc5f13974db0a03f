// Random walks over real servers, from the seed to a trace that replays.
#include "checker/cluster/simulate.hpp"

#include <gtest/gtest.h>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/server_model.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/vocabulary.hpp"

namespace cluster {
namespace {

class Watcher final : public SimulateObserver {
 public:
  std::optional<WalkStop> poll(const WalkProgress&) override {
    return ++polls > polls_max ? std::optional(WalkStop::Interrupted) : std::nullopt;
  }
  void on_violation_found(spec::Property, std::uint64_t, std::uint64_t) override { ++found; }
  int found = 0;
  int polls = 0;
  int polls_max = 1'000'000;
};

SimulateOptions options_of(std::uint64_t walks) {
  SimulateOptions options;
  options.bounds = {.terms = 3, .log = 2, .proposals = 3, .inflight = 12};
  options.node = {.servers = 3};
  options.seed = 11;
  options.walks = walks;
  options.depth = 80;
  return options;
}

SimulateReport run(const SimulateOptions& options) {
  const auto node = node::make_raft_node(options.node);
  Watcher watcher;
  return simulate(*node, options, watcher);
}

TEST(Simulate, TakesTheWalksAskedFor_AndFindsNothingInTheCore) {
  for (const Network network : {Network::Any, Network::Unordered, Network::Ordered}) {
    SimulateOptions options = options_of(3000);
    options.bounds.network = network;
    if (network == Network::Any) options.bounds.inflight.reset();
    const SimulateReport report = run(options);
    EXPECT_EQ(report.stopped_by, WalkStop::Walks);
    EXPECT_FALSE(report.found.has_value());
    EXPECT_EQ(report.totals.walks, 3000U);
    EXPECT_GT(report.totals.steps, 3000U * 20);
    EXPECT_EQ(report.totals.witnesses, spec::kPlainWitnesses);
    EXPECT_LT(report.step_calls, report.totals.steps);
  }
}

TEST(Simulate, IsTheSame_WhenWhatIsRememberedIsForgotten) {
  SimulateOptions options = options_of(400);
  const SimulateReport remembering = run(options);
  options.memory = 1;  // forget after each walk
  const SimulateReport forgetting = run(options);
  EXPECT_EQ(remembering.restarts, 0U);
  EXPECT_EQ(forgetting.restarts, 400U);
  EXPECT_EQ(forgetting.totals.steps, remembering.totals.steps);
  EXPECT_EQ(forgetting.totals.action_counts, remembering.totals.action_counts);
  EXPECT_EQ(forgetting.totals.bounds_met, remembering.totals.bounds_met);
  EXPECT_EQ(forgetting.totals.witnesses, remembering.totals.witnesses);
  EXPECT_GT(forgetting.step_calls, remembering.step_calls);
}

TEST(Simulate, ShardsAddUpToTheRun) {
  SimulateOptions options = options_of(301);
  const SimulateReport whole = run(options);
  options.shards = 3;
  engine::WalkTotals sum;
  sum.action_counts.resize(whole.action_names.size());
  for (options.shard = 0; options.shard < 3; ++options.shard) {
    const SimulateReport part = run(options);
    sum.walks += part.totals.walks;
    sum.steps += part.totals.steps;
    for (std::size_t i = 0; i < sum.action_counts.size(); ++i) {
      sum.action_counts[i] += part.totals.action_counts[i];
    }
  }
  EXPECT_EQ(sum.walks, 301U);
  EXPECT_EQ(sum.steps, whole.totals.steps);
  EXPECT_EQ(sum.action_counts, whole.totals.action_counts);
}

TEST(Simulate, StopsWhenToldTo) {
  const auto node = node::make_raft_node({.servers = 3});
  Watcher watcher;
  watcher.polls_max = 2;
  SimulateOptions options = options_of(1'000'000);
  const SimulateReport report = simulate(*node, options, watcher);
  EXPECT_EQ(report.stopped_by, WalkStop::Interrupted);
  EXPECT_GT(report.totals.walks, 0U);
  EXPECT_LT(report.totals.walks, 100'000U);
}

template <class BuggyNode>
SimulateReport find_bug(Network network, std::uint64_t seed, spec::PropertySet properties) {
  SimulateOptions options = options_of(20'000);
  options.bounds.network = network;
  if (network == Network::Any) options.bounds.inflight.reset();
  options.seed = seed;
  options.properties = properties;
  BuggyNode node(options.node);
  Watcher watcher;
  SimulateReport report = simulate(node, options, watcher);
  EXPECT_EQ(watcher.found, 1);
  EXPECT_EQ(report.stopped_by, WalkStop::Violation);
  EXPECT_TRUE(report.found.has_value());
  if (!report.found) return report;
  EXPECT_TRUE(report.found->is_minimal);
  EXPECT_FALSE(report.found->trace.shortest);
  EXPECT_LE(report.found->trace.steps.size(), report.found->steps);
  const ReplayResult replayed = replay(node, report.found->trace, [](std::size_t) {});
  EXPECT_EQ(replayed.verdict, ReplayVerdict::Reproduced) << replayed.explanation;
  return report;
}

TEST(Simulate, FindsBugsOverEveryNetwork_AndTheTracesReplay) {
  for (const Network network : {Network::Any, Network::Unordered, Network::Ordered}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const auto two_leaders = spec::set_of(spec::Property::ElectionSafety);
      find_bug<DoubleVotingNode>(network, seed, two_leaders);
      find_bug<ForgetfulNode>(network, seed, spec::kAllProperties);
      find_bug<ForgetfulNode>(network, seed, spec::set_of(spec::Property::LeaderCompleteness));
    }
  }
}

TEST(Simulate, FindsTheSameTraceAgain) {
  const auto once = find_bug<ForgetfulNode>(Network::Unordered, 3, spec::kAllProperties);
  const auto again = find_bug<ForgetfulNode>(Network::Unordered, 3, spec::kAllProperties);
  EXPECT_EQ(once.found->trace, again.found->trace);
  EXPECT_EQ(once.found->walk, again.found->walk);
}

TEST(ServerModel, KnowsWhichStepsAddToNoHistory) {
  // Each step that is said to read no record is observed all the same, with every record so far.
  const auto node = node::make_raft_node({.servers = 3});
  ServerModel model(*node, {.servers = 3, .terms = 2, .log = 2}, spec::kAllProperties);
  std::vector<engine::PartId> parts = model.initial_parts();
  engine::RecordId record = model.initial_record();
  std::uint64_t silent = 0;
  std::uint64_t telling = 0;
  engine::Random random(1, 1);
  std::vector<engine::MessageId> flying;
  for (int i = 0; i < 20'000; ++i) {
    if (i % 100 == 0) {
      parts = model.initial_parts();
      record = model.initial_record();
      flying.clear();
    }
    engine::Step step;
    std::size_t part = random.below(3);
    if (flying.empty() || random.below(4) == 0) {
      std::vector<engine::Step> steps;
      model.internal_steps(parts[part], 0, steps);
      step = steps[random.below(static_cast<std::uint32_t>(steps.size()))];
    } else {
      const auto at = flying.begin() + random.below(static_cast<std::uint32_t>(flying.size()));
      part = model.link(*at).to;
      step = model.deliver(parts[part], *at);
      flying.erase(at);
    }
    if (step.next == engine::kNone) continue;
    for (const engine::MessageId message : model.sends(step.sends)) flying.push_back(message);
    if (step.next == parts[part]) continue;
    const auto observed = model.observe(record, parts[part], step.next, step.action);
    if (model.reads_record(parts[part], step)) {
      ++telling;
    } else {
      ++silent;
      EXPECT_EQ(observed.record, record);
      EXPECT_EQ(observed.witnesses, step.witnesses);
    }
    record = observed.record;
    parts[part] = step.next;
  }
  EXPECT_GT(silent, 1000U);
  EXPECT_GT(telling, 100U);
}

}  // namespace
}  // namespace cluster
