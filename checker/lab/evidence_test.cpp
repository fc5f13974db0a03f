// A failed run as a trace, on a core with a bug made here: a vote that is given twice.
#include "checker/lab/evidence.hpp"

#include <gtest/gtest.h>

#include "checker/cluster/replay.hpp"
#include "checker/node/raft_node.hpp"

namespace lab {
namespace {

// Says of every command that it must not be applied: no test of the suite can pass.
Task<void> never(Lab& lab) {
  co_await lab.one("a", 3, true);
  lab.fail("on purpose");
}
constexpr Test kNeverSnapshots{"Never", 'B', 3, {}, Snapshots::Every, 0, never};

RunOptions core() {
  RunOptions options;
  options.make_live = make_core();
  return options;
}

TEST(Evidence, OfAnAssertion_IsTheWholeRun_WithoutAViolation) {
  const RunId id{&kNeverSnapshots, true, 2, 3};
  const RunResult failed = run(id, core());
  ASSERT_EQ(failed.failure, "on purpose");
  const auto node = node::make_raft_node(node_options(id));
  const auto evidence = evidence_of(*node, id, core(), failed);
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->trace.steps.size(), failed.totals.events);
  EXPECT_FALSE(evidence->trace.violation);
  EXPECT_EQ(evidence->trace.bounds.at("lab"), "Never");
  const auto replayed = cluster::replay(*node, evidence->trace, [](std::size_t) {});
  EXPECT_EQ(replayed.verdict, cluster::ReplayVerdict::Passed) << replayed.explanation;
}

TEST(Evidence, OfARunThatComesToSomethingElse_IsRefused) {
  const RunId id{&kNeverSnapshots, true, 2, 3};
  RunResult failed = run(id, core());
  failed.failure = "something else";
  const auto node = node::make_raft_node(node_options(id));
  EXPECT_THROW((void)evidence_of(*node, id, core(), failed), std::logic_error);
}

// The interleaving of every test can be followed on the other form of the boundary: the same steps,
// the same messages.
TEST(Evidence, AnyRunOfTheSuite_IsTheSameOnTheNodesOfTheSearch) {
  for (const char* name : {"ManyElections", "Rejoin", "Persist2", "SnapshotAllCrash"}) {
    const RunId id{test_named(name), false, 4, 1};
    const RunResult passed = run(id, core());
    ASSERT_FALSE(passed.failure);
    const auto node = node::make_raft_node(node_options(id));
    const auto evidence = evidence_of(*node, id, core(), passed);
    ASSERT_TRUE(evidence) << name;
    EXPECT_FALSE(evidence->trace.violation) << name;
    EXPECT_EQ(evidence->trace.steps.size(), passed.totals.events) << name;
  }
}

}  // namespace
}  // namespace lab
