// A report depends on the cluster and its bounds: not on threads, and its run not on symmetry.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>

#include "checker/cluster/explore.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/test_searches.hpp"

namespace cluster {
namespace {

class Silent final : public ExploreObserver {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return {}; }
  void on_violation_found(const spec::Violation&) override {}
};

struct Space {
  const char* name;
  std::function<std::unique_ptr<node::Node>(const node::Options&)> make;
  Bounds bounds;
  spec::PropertySet properties = spec::kAllProperties;
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Space& space, std::ostream* os) { *os << space.name; }

template <class Node>
std::unique_ptr<node::Node> make(const node::Options& options) {
  return std::make_unique<Node>(options);
}

std::vector<Space> spaces() {
  const auto budgeted = [](Bounds& b) {
    b.loss = LossMode::Budgeted;
    b.losses = 2;
    b.duplicates = 1;
    b.crashes = 1;
    b.log = 0;
    b.inflight = 2;
  };
  const Bounds small = counted(3, 1, 0, 3);
  return {
      {"Core", node::make_raft_node, counted(3, 1, 1, 2)},
      {"CoreOrderedCrash", node::make_raft_node,
       with(counted(3, 1, 0, 2),
            [](Bounds& b) {
              b.network = Network::Ordered;
              b.crashes = 1;
            })},
      {"CoreBudgets", node::make_raft_node, with(counted(2, 2, 0, 2), budgeted)},
      {"CorePartition", node::make_raft_node,
       with(counted(3, 1, 0, 2), [](Bounds& b) { b.partitions = 1; })},
      {"VotingTwice", make<DoubleVotingNode>, small},
      {"VotingTwiceOrdered", make<DoubleVotingNode>,
       with(small, [](Bounds& b) { b.network = Network::Ordered; }),
       spec::set_of(spec::Property::ElectionSafety)},
      {"VotingTwiceAcrossACut", make<DoubleVotingNode>,
       with(counted(3, 1, 0, 2),
            [](Bounds& b) {
              b.loss = LossMode::None;
              b.partitions = 2;
            }),
       spec::set_of(spec::Property::ElectionSafety)},
      {"Forgetting", make<ForgetfulNode>,
       with(counted(3, 1, 0, 2), [](Bounds& b) { b.crashes = 1; }),
       spec::set_of(spec::Property::ElectionSafety)},
      {"ForgettingLosses", make<ForgetfulNode>, with(counted(3, 1, 0, 2), budgeted),
       spec::set_of(spec::Property::ElectionSafety)},
  };
}

class ThreadedSpace : public testing::TestWithParam<Space> {
 protected:
  static ExploreReport explored(std::size_t threads, bool symmetry) {
    const Space& space = GetParam();
    ExploreOptions options{.bounds = space.bounds,
                           .node = {.servers = space.bounds.servers},
                           .limits = {},
                           .threads = threads,
                           .properties = space.properties};
    options.bounds.symmetry = symmetry;
    const auto node = space.make(options.node);
    Silent observer;
    return explore(*node, options, observer);
  }
};

INSTANTIATE_TEST_SUITE_P(Small, ThreadedSpace, testing::ValuesIn(spaces()),
                         [](const auto& space) { return std::string(space.param.name); });

TEST_P(ThreadedSpace, HasTheSameReport_WhateverTheThreads) {
  for (const bool symmetry : {false, true}) {
    const ExploreReport one = explored(1, symmetry);
    for (const std::size_t threads : {2U, 3U, 5U}) {
      const ExploreReport more = explored(threads, symmetry);
      EXPECT_EQ(more.search.stopped_by, one.search.stopped_by);
      EXPECT_EQ(more.search.progress.distinct, one.search.progress.distinct);
      EXPECT_EQ(more.search.progress.generated, one.search.progress.generated);
      EXPECT_EQ(more.search.progress.depth, one.search.progress.depth);
      EXPECT_EQ(more.search.progress.queue, one.search.progress.queue);
      EXPECT_EQ(more.search.halves, one.search.halves);
      EXPECT_EQ(more.search.orbits, one.search.orbits);
      EXPECT_EQ(more.search.cut_off, one.search.cut_off);
      EXPECT_EQ(more.search.witnesses, one.search.witnesses);
      EXPECT_EQ(more.search.violation, one.search.violation);
      EXPECT_EQ(more.local_states, one.local_states);
      EXPECT_EQ(more.messages, one.messages);
      EXPECT_TRUE(more.trace == one.trace) << threads << " threads";
    }
  }
}

TEST_P(ThreadedSpace, HasTheSameTrace_WithAndWithoutSymmetry) {
  const ExploreReport full = explored(1, false);
  const ExploreReport folded = explored(2, true);
  EXPECT_EQ(folded.search.orbits, full.search.progress.distinct);
  EXPECT_EQ(folded.search.halves, full.search.halves);
  EXPECT_EQ(folded.search.progress.depth, full.search.progress.depth);
  EXPECT_EQ(folded.search.violation, full.search.violation);
  EXPECT_TRUE(folded.trace == full.trace);
  const bool is_core = std::string(GetParam().name).starts_with("Core");
  EXPECT_EQ(full.trace.has_value(), !is_core);
  if (is_core) return;
  const auto node = GetParam().make({.servers = GetParam().bounds.servers});
  EXPECT_EQ(replay(*node, *folded.trace, [](std::size_t) {}).verdict, ReplayVerdict::Reproduced);
}

std::vector<Space> any_spaces() {
  const auto election = spec::set_of(spec::Property::ElectionSafety);
  return {
      {"Core", node::make_raft_node, over_any(3, 2, 1, 0)},
      {"CoreCrash", node::make_raft_node, over_any(3, 1, 1, 1)},
      {"CoreFive", node::make_raft_node, over_any(5, 1, 0, 0)},
      {"VotingTwice", make<DoubleVotingNode>, over_any(3, 1, 1, 0), election},
      {"Forgetting", make<ForgetfulNode>, over_any(3, 1, 0, 1), election},
  };
}

class ThreadedCover : public testing::TestWithParam<Space> {
 protected:
  static ExploreReport explored(std::size_t threads, std::uint64_t shortest_states_max) {
    const Space& space = GetParam();
    const ExploreOptions options{.bounds = space.bounds,
                                 .node = {.servers = space.bounds.servers},
                                 .limits = {},
                                 .threads = threads,
                                 .properties = space.properties,
                                 .shortest_states_max = shortest_states_max};
    const auto node = space.make(options.node);
    Silent observer;
    return explore(*node, options, observer);
  }
};

INSTANTIATE_TEST_SUITE_P(Any, ThreadedCover, testing::ValuesIn(any_spaces()),
                         [](const auto& space) { return std::string(space.param.name); });

TEST_P(ThreadedCover, HasTheSameStatesAndTrace_WhateverTheThreads) {
  const bool is_core = std::string(GetParam().name).starts_with("Core");
  for (const std::uint64_t shortest_states_max : {1U, 1'000'000U}) {
    const ExploreReport one = explored(1, shortest_states_max);
    EXPECT_EQ(one.trace.has_value(), !is_core);
    for (const std::size_t threads : {2U, 3U, 5U}) {
      const ExploreReport more = explored(threads, shortest_states_max);
      EXPECT_EQ(more.search.stopped_by, one.search.stopped_by);
      EXPECT_TRUE(more.trace == one.trace) << threads << " threads";
      if (!is_core) continue;
      EXPECT_EQ(more.cluster_states, one.cluster_states);
      EXPECT_EQ(more.search.cut_off, one.search.cut_off);
      EXPECT_EQ(more.search.witnesses, one.search.witnesses);
    }
  }
}

}  // namespace
}  // namespace cluster
