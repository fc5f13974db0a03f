// Scenarios: a run written in C++ is the run that it says; and what test-from writes of a trace.
#include "checker/cluster/scenario.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "checker/cluster/explore.hpp"
#include "checker/cluster/googletest.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

// Server 1 is elected in term 1; then server 2 is, if server 3 votes twice.
Scenario two_elections(const std::string& network = "any") {
  Scenario run({.servers = 3}, network);
  run.election_timeout(1);
  run.election_timeout(2);
  run.deliver(3, 1);
  run.deliver(1, 3);
  run.deliver(3, 2);
  run.deliver(2, 5);
  return run;
}

TEST(Scenario, IsTheRunThatItSays) {
  const auto node = node::make_raft_node({.servers = 3});
  const ScriptRun now = two_elections().take(*node);
  EXPECT_FALSE(now.trace.violation) << traces::render_text(now.trace);
  EXPECT_EQ(now.taken.size(), 6U);
  EXPECT_EQ(now.trace.steps[3].view->role, spec::Role::Leader);
  EXPECT_EQ(now.trace.steps[5].outcome, "VoteDenied");
}

TEST(Scenario, ViolatesWhatItViolates_OnABrokenNode) {
  for (const char* network : {"any", "unordered", "ordered"}) {
    DoubleVotingNode node({.servers = 3});
    const ScriptRun now =
        two_elections(network).take(node, spec::set_of(spec::Property::ElectionSafety));
    ASSERT_TRUE(now.trace.violation) << traces::render_text(now.trace);
    EXPECT_EQ(now.trace.violation->step, 6U);
    EXPECT_EQ(replay(node, now.trace, [](std::size_t) {}).verdict, ReplayVerdict::Reproduced);
  }
}

TEST(Scenario, PassesOverWhatCannotBeDone) {
  const auto node = node::make_raft_node({.servers = 3});
  Scenario run({.servers = 3}, "unordered");
  run.election_timeout(1);
  run.lose({0});      // request_vote to 2
  run.deliver(2, 1);  // lost
  run.deliver(3, 1);
  run.deliver(3, 1);     // received before
  run.deliver(3, 1, 5);  // step 1 sends one message to server 3
  run.cut({{1}, {2, 3}});
  run.deliver(1, 3);  // cut off
  run.heal();
  run.deliver(1, 3);
  const ScriptRun now = run.take(*node);
  EXPECT_EQ(now.taken, (std::vector<std::size_t>{0, 2, 5, 7, 8})) << traces::render_text(now.trace);
  EXPECT_EQ(now.trace.steps.back().view->role, spec::Role::Leader);
}

TEST(Scenario, RefusesADeliveryOfNoStep) {
  Scenario run({.servers = 3});
  EXPECT_THROW(run.deliver(1, 0), std::invalid_argument);
  EXPECT_THROW(run.deliver(1, 1), std::invalid_argument);
  EXPECT_THROW(run.lose({0}), std::invalid_argument);
  run.election_timeout(1);
  EXPECT_THROW(run.deliver(2, 2), std::invalid_argument);
  EXPECT_EQ(run.deliver(2, 1), 2U);
}

TEST(GoogleTestOf, HasALineForEachStep_AndNothingThatEscapes) {
  DoubleVotingNode node({.servers = 3});
  Scenario run({.servers = 3}, "unordered");
  run.propose(1, "a\"b\\\n?\?/\xff*/");  // refused: no leader
  run.election_timeout(1);
  traces::Trace trace = run.take(node).trace;
  trace.bug = "b\nint evil;";
  trace.steps[0].outcome = "Refused\\";
  const std::string text = googletest_of(
      trace, {.suite = "Run", .name = "HoldsIn_x", .source = "a\\\nb", .library = "/tmp/\"x\".so"});
  EXPECT_NE(text.find(R"(run.propose(1, "a\"b\\\012\?\?/\377*/");)"), std::string::npos) << text;
  EXPECT_NE(text.find("run.election_timeout(1);"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(node::LibraryNode library("/tmp/\"x\".so", options);)"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("\nint evil"), std::string::npos) << text;
  EXPECT_EQ(text.find("\\\n"), std::string::npos) << text;
}

TEST(GoogleTestOf, HasTheOptionsOfTheCluster) {
  const node::Options options{.servers = 3,
                              .no_op = true,
                              .fast_backtracking = false,
                              .entries_per_message = 2,
                              .pre_vote = true,
                              .check_quorum = true,
                              .vote_lease = true,
                              .lease_reads = true,
                              .bytes_per_message = 100,
                              .appends_in_flight = 4,
                              .uncommitted = 7,
                              .snapshots = true,
                              .snapshot_chunk = 8,
                              .changes = node::Changes::Joint,
                              .async_disk = true,
                              .voters = 2};
  const Scenario run(options);
  const std::string text = googletest_of(run.take(*node::make_raft_node(options)).trace,
                                         {.suite = "Run", .name = "HoldsIn_x", .source = "x"});
  for (const char* setting :
       {"servers = 3", "no_op = true", "fast_backtracking = false", "entries_per_message = 2",
        "pre_vote = true", "check_quorum = true", "vote_lease = true", "lease_reads = true",
        "bytes_per_message = 100", "appends_in_flight = 4", "uncommitted = 7", "snapshots = true",
        "snapshot_chunk = 8", "changes = node::Changes::Joint", "async_disk = true",
        "voters = 2"}) {
    EXPECT_NE(text.find(std::string("  options.") + setting + ";\n"), std::string::npos) << text;
  }
}

TEST(GoogleTestOf, SaysWhichMessageIsReceived_AndWhatSurvivesACrash) {
  const auto node = node::make_raft_node({.servers = 3});
  Scenario run({.servers = 3}, "unordered");
  run.election_timeout(1);
  run.deliver(2, 1);
  run.crash(2);
  traces::Trace trace = run.take(*node).trace;
  ASSERT_EQ(trace.steps.size(), 3U);
  // As if step 1 had sent server 2 something else before, and a write had survived.
  traces::SentMessage other = trace.steps[0].sent.front();
  other.message.to = 2;
  other.message.kind = "other";
  trace.steps[0].sent.insert(trace.steps[0].sent.begin(), other);
  trace.steps.push_back(trace.steps[2]);
  trace.steps[3].action.survived = 3;
  const std::string text =
      googletest_of(trace, {.suite = "Run", .name = "HoldsIn_x", .source = "x"});
  for (const char* call : {"run.deliver(2, 1, 1);", "run.crash(2);", "run.crash(2, 3);"}) {
    EXPECT_NE(text.find(call), std::string::npos) << text;
  }
}

TEST(GoogleTestOf, NamesAreIdentifiers) {
  EXPECT_EQ(identifier_of("double-vote"), "double_vote");
  EXPECT_EQ(identifier_of("2 a__b-"), "Run_2_a_b");
  EXPECT_EQ(identifier_of("--"), "");
}

}  // namespace
}  // namespace cluster
