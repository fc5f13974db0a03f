// From the search to a trace that replays.
#include "checker/cluster/explore.hpp"

#include <gtest/gtest.h>

#include <array>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"

namespace cluster {
namespace {

class Watcher final : public ExploreObserver {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return {}; }
  void on_violation_found(const spec::Violation& violation) override { found.push_back(violation); }
  std::vector<spec::Violation> found;
};

Bounds small() {
  Bounds bounds;
  bounds.servers = 3;
  bounds.terms = 1;
  bounds.log = 0;
  bounds.crashes = 0;
  return bounds;
}

ExploreOptions options_for(const Bounds& bounds, spec::PropertySet properties) {
  return {.bounds = bounds,
          .node = {.servers = bounds.servers},
          .limits = {},
          .properties = properties};
}

std::vector<Bounds> networks() {
  std::vector<Bounds> all{small()};
  for (const Network network : {Network::Unordered, Network::Ordered}) {
    for (const LossMode loss : {LossMode::Free, LossMode::None, LossMode::Budgeted}) {
      for (const std::uint32_t inflight : {1U, 2U, 3U}) {
        Bounds bounds = small();
        bounds.network = network;
        bounds.loss = loss;
        bounds.losses = 4;
        bounds.inflight = inflight;
        all.push_back(bounds);
      }
    }
  }
  return all;
}

// With symmetry the search knows the servers by other names than the run that it reports, and
// sees their messages in another order.
TEST(Explore, WritesATraceThatReplays_OverEveryNetworkWithAndWithoutSymmetry) {
  const spec::PropertySet properties = spec::set_of(spec::Property::ElectionSafety);
  std::size_t traces = 0;
  for (Bounds bounds : networks()) {
    std::array<std::size_t, 2> lengths{};  // without and with symmetry; 0: no violation
    for (const bool symmetry : {false, true}) {
      bounds.symmetry = symmetry;
      DoubleVotingNode node({.servers = 3});
      Watcher watcher;
      const ExploreReport report = explore(node, options_for(bounds, properties), watcher);
      ASSERT_EQ(report.trace.has_value(), report.violation.has_value());
      if (!report.trace) continue;
      ++traces;
      lengths[symmetry ? 1 : 0] = report.trace->steps.size();
      EXPECT_TRUE(report.trace->shortest);
      EXPECT_EQ(report.violation->property, spec::Property::ElectionSafety);
      EXPECT_EQ(watcher.found.size(), report.covering ? 1U : 0U);
      const ReplayResult replayed = replay(node, *report.trace, [](std::size_t) {});
      EXPECT_EQ(replayed.verdict, ReplayVerdict::Reproduced) << replayed.explanation;
    }
    EXPECT_EQ(lengths[0], lengths[1]);
    if (bounds.network == Network::Any || bounds.loss == LossMode::Free) {
      EXPECT_GE(lengths[0], 6U);
    }
  }
  EXPECT_GT(traces, 14U);  // without loss, candidates get in each other's way
}

// Two timeouts, two votes of the server that votes twice, and two replies.
TEST(Explore, FindsTwoLeadersInSixSteps_WhenServersVoteTwice) {
  DoubleVotingNode node({.servers = 3});
  Watcher watcher;
  const ExploreReport report =
      explore(node, options_for(small(), spec::set_of(spec::Property::ElectionSafety)), watcher);
  ASSERT_TRUE(report.trace.has_value());
  EXPECT_EQ(report.trace->steps.size(), 6U);
}

TEST(Explore, ReportsNoViolationOfTheCore_AndWhatItReached) {
  for (const Bounds& bounds : networks()) {
    const auto node = node::make_raft_node({.servers = 3});
    Watcher watcher;
    const ExploreReport report = explore(*node, options_for(bounds, spec::kAllProperties), watcher);
    EXPECT_EQ(report.search.stopped_by, engine::StopReason::Exhausted);
    EXPECT_FALSE(report.violation.has_value());
    EXPECT_FALSE(report.trace.has_value());
    EXPECT_EQ(report.covering, bounds.network == Network::Any);
    EXPECT_EQ(report.cluster_states, report.search.halves);
    EXPECT_GT(report.local_states, 3U);
    EXPECT_GT(report.messages, 0U);
    EXPECT_GT(report.step_calls, report.local_states - 3);
    EXPECT_TRUE(watcher.found.empty());
  }
}

}  // namespace
}  // namespace cluster
