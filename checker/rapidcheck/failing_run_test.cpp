// What somebody gets whose Raft has a bug: a small run, a seed that finds it again, and a trace
// that replays.
#include "checker/rapidcheck/failing_run.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/rapidcheck/runs.hpp"
#include "checker/rapidcheck/silent_listener.hpp"

namespace cluster::rapid {
namespace {

using rc::detail::FailureResult;

class FailingRun : public testing::Test {
 protected:
  void SetUp() override { ::setenv("RAFTCHECK_TRACE_DIR", testing::TempDir().c_str(), 1); }
  void TearDown() override {
    std::filesystem::remove(trace_path("FailingRun"));
    ::unsetenv("RAFTCHECK_TRACE_DIR");
  }

  // The property that a cluster of such nodes breaks none of spec's; the run that failed last is
  // left in run_.
  template <class Node>
  rc::detail::TestResult check(
      const std::unordered_map<std::string, rc::detail::Reproduce>& again) {
    rc::detail::TestMetadata metadata;
    metadata.id = "FailingRun";
    rc::detail::TestParams params;
    params.seed = 5840;
    params.maxSuccess = 1000;
    return rc::detail::checkProperty(rc::detail::toProperty([this] {
                                       const PlannedRun run = *runs();
                                       Node node(run.options);
                                       ChosenRun chosen(node, run.options);
                                       chosen.take(run.choices);
                                       if (chosen.violation()) run_ = run;
                                       require_no_violation(chosen, "FailingRun");
                                     }),
                                     metadata, params, listener_, again);
  }

  template <class Node>
  void expect_nothing_can_be_left_out() {
    for (std::size_t i = 0; i < run_.choices.size(); ++i) {
      PlannedRun smaller = run_;
      smaller.choices.erase(smaller.choices.begin() + static_cast<std::ptrdiff_t>(i));
      Node node(smaller.options);
      ChosenRun chosen(node, smaller.options);
      chosen.take(smaller.choices);
      EXPECT_FALSE(chosen.violation()) << "without choice " << i << " of " << run_;
    }
  }

  PlannedRun run_;

 private:
  SilentListener listener_;
};

TEST_F(FailingRun, IsShrunk_AndLeavesATraceThatReplays) {
  rc::detail::TestResult result = check<DoubleVotingNode>({});
  ASSERT_TRUE(result.is<FailureResult>()) << "two votes in a term were not found";
  const std::string said = result.get<FailureResult>().description;
  const std::string path = trace_path("FailingRun").string();
  EXPECT_NE(said.find("raftcheck replay " + path), std::string::npos) << said;
  EXPECT_NE(said.find("OneVotePerTerm is violated at step 4"), std::string::npos) << said;
  EXPECT_EQ(run_.options.servers, 3U);
  EXPECT_EQ(run_.choices.size(), 4U);  // two stand for election, and a third votes for both
  expect_nothing_can_be_left_out<DoubleVotingNode>();

  const auto trace = traces::read_trace(path);
  ASSERT_TRUE(trace) << trace.error();
  DoubleVotingNode node(node_options(trace->config));
  const ReplayResult replayed = replay(node, *trace, [](std::size_t) {});
  EXPECT_EQ(replayed.verdict, ReplayVerdict::Reproduced) << replayed.explanation;
  const auto core = node::make_raft_node(node_options(trace->config));
  EXPECT_EQ(replay(*core, *trace, [](std::size_t) {}).verdict, ReplayVerdict::Differs);
}

TEST_F(FailingRun, IsFoundAgain_ByWhatRapidCheckPrints) {
  rc::detail::TestResult first = check<ForgetfulNode>({});
  ASSERT_TRUE(first.is<FailureResult>());
  const FailureResult found = first.get<FailureResult>();
  const std::vector<Choice> choices = run_.choices;
  expect_nothing_can_be_left_out<ForgetfulNode>();
  run_ = {};
  rc::detail::TestResult again = check<ForgetfulNode>({{"FailingRun", found.reproduce}});
  ASSERT_TRUE(again.is<FailureResult>());
  EXPECT_EQ(again.get<FailureResult>().description, found.description);
  EXPECT_EQ(run_.choices, choices);
}

TEST_F(FailingRun, IsReported_WhereItsTraceCannotBeWritten) {
  ::setenv("RAFTCHECK_TRACE_DIR", "/nowhere/at/all", 1);
  rc::detail::TestResult result = check<ForgetfulNode>({});
  ASSERT_TRUE(result.is<FailureResult>());
  const std::string said = result.get<FailureResult>().description;
  EXPECT_NE(said.find("is violated at step"), std::string::npos) << said;
  EXPECT_NE(said.find("no trace: "), std::string::npos) << said;
}

}  // namespace
}  // namespace cluster::rapid
