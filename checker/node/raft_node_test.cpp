#include "checker/node/raft_node.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

#include "src/raft/contract.hpp"

namespace node {
namespace {

RC_GTEST_PROP(RaftNode, RefusesGarbage, (const std::string& garbage)) {
  const auto node = make_raft_node({.servers = 3});
  const std::string bytes = garbage + '\xFF';  // ends in the middle of a number
  RC_ASSERT_THROWS_AS(node->view(bytes), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->message_view(bytes), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->step(bytes, {InputKind::Restart, {}}), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->step(node->initial_state(1), {InputKind::Receive, bytes}),
                      std::invalid_argument);
  const std::vector<std::uint8_t> identity{0, 1, 2};
  RC_ASSERT_THROWS_AS(node->renamed_state(bytes, identity), std::invalid_argument);
  RC_ASSERT_THROWS_AS(node->renamed_message(bytes, identity), std::invalid_argument);
}

TEST(RaftNode, RefusesTheStateOfAnotherCluster) {
  const auto three = make_raft_node({.servers = 3});
  const auto five = make_raft_node({.servers = 5});
  EXPECT_THROW(three->view(five->initial_state(1)), std::invalid_argument);
  EXPECT_THROW(five->view(three->initial_state(1)), std::invalid_argument);
}

TEST(RaftNode, IsNotMade_WithoutServersOrWithTooMany) {
  EXPECT_THROW(make_raft_node({.servers = 0}), raft::ContractViolation);
  EXPECT_THROW(make_raft_node({.servers = 65}), raft::ContractViolation);
}

TEST(RaftNode, StartsAsAFollowerInTermZero) {
  const auto node = make_raft_node({.servers = 3});
  spec::ServerView expected;
  expected.id = 2;
  EXPECT_EQ(node->view(node->initial_state(2)), expected);
}

// Two clusters that know nothing of each other elect different leaders in the same term.
TEST(RaftNode, SaysWhichContractWasBroken_AndGivesNoState) {
  const auto node = make_raft_node({.servers = 2});
  const auto elect = [&](spec::ServerId leader) {
    const auto candidate =
        node->step(node->initial_state(leader), {InputKind::ElectionTimeout, {}});
    const auto voter = node->step(node->initial_state(3 - leader),
                                  {InputKind::Receive, candidate.messages[0].bytes});
    return node->step(candidate.state, {InputKind::Receive, voter.messages[0].bytes}).state;
  };
  const StepResult heartbeat = node->step(elect(2), {InputKind::HeartbeatTimeout, {}});
  ASSERT_EQ(heartbeat.messages.size(), 1U);
  const StepResult result = node->step(elect(1), {InputKind::Receive, heartbeat.messages[0].bytes});
  ASSERT_TRUE(result.contract.has_value());
  EXPECT_NE(*result.contract, "");
  EXPECT_TRUE(result.state.empty());
  EXPECT_TRUE(result.messages.empty());
}

// One election and one entry among three servers, told through the views of states and messages.
class Story : public testing::Test {
 protected:
  // Steps a server; checks that it stays within its contract.
  std::vector<Message> step(spec::ServerId server, InputKind kind,
                            const std::string& payload = {}) {
    std::string& state = states_[server - 1];
    const StepResult result = node_->step(state, {kind, payload});
    EXPECT_FALSE(result.contract.has_value());
    state = result.state;
    outcome_ = result.outcome;
    return result.messages;
  }
  spec::ServerView view(spec::ServerId server) { return node_->view(states_[server - 1]); }

  Node& node() { return *node_; }
  [[nodiscard]] const std::string& outcome() const { return outcome_; }

 private:
  std::unique_ptr<Node> node_ = make_raft_node({.servers = 3});
  std::vector<std::string> states_{node_->initial_state(1), node_->initial_state(2),
                                   node_->initial_state(3)};
  std::string outcome_;
};

TEST_F(Story, OfAnElectionAndAnEntry_IsToldByTheViews) {
  const auto requests = step(2, InputKind::ElectionTimeout);
  EXPECT_EQ(outcome(), "ElectionStarted");
  spec::ServerView candidate;
  candidate.id = 2;
  candidate.role = spec::Role::Candidate;
  candidate.current_term = 1;
  candidate.voted_for = 2;
  candidate.votes_granted = {2};
  EXPECT_EQ(view(2), candidate);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(node().message_view(requests[0].bytes),
            (spec::MessageView{2,
                               1,
                               "request_vote",
                               {{"term", std::uint64_t{1}},
                                {"last_log_index", std::uint64_t{0}},
                                {"last_log_term", std::uint64_t{0}}}}));

  const auto votes = step(1, InputKind::Receive, requests[0].bytes);
  EXPECT_EQ(outcome(), "VoteGranted");
  EXPECT_EQ(view(1).voted_for, 2U);
  EXPECT_EQ(view(1).current_term, 1U);
  ASSERT_EQ(votes.size(), 1U);
  EXPECT_EQ(node().message_view(votes[0].bytes),
            (spec::MessageView{
                1, 2, "request_vote_reply", {{"term", std::uint64_t{1}}, {"vote_granted", true}}}));

  step(2, InputKind::Receive, votes[0].bytes);
  EXPECT_EQ(outcome(), "BecameLeader");
  EXPECT_EQ(view(2).role, spec::Role::Leader);
  EXPECT_EQ(view(2).next_index, (std::vector<spec::Index>{1, 0, 1}));
  EXPECT_EQ(view(2).match_index, (std::vector<spec::Index>{0, 0, 0}));

  const auto appends = step(2, InputKind::Propose, "x");
  EXPECT_EQ(outcome(), "ProposalAppended");
  EXPECT_EQ(view(2).log, (std::vector<spec::EntryView>{{1, false, "x"}}));
  ASSERT_EQ(appends.size(), 2U);
  EXPECT_EQ(node().message_view(appends[1].bytes),
            (spec::MessageView{2,
                               3,
                               "append_entries",
                               {{"term", std::uint64_t{1}},
                                {"prev_log_index", std::uint64_t{0}},
                                {"prev_log_term", std::uint64_t{0}},
                                {"entries", std::vector<spec::EntryView>{{1, false, "x"}}},
                                {"leader_commit", std::uint64_t{0}}}}));

  const auto acknowledgements = step(3, InputKind::Receive, appends[1].bytes);
  EXPECT_EQ(outcome(), "AppendAccepted");
  EXPECT_EQ(view(3).log, view(2).log);
  EXPECT_EQ(view(3).leader, 2U);
  ASSERT_EQ(acknowledgements.size(), 1U);
  EXPECT_EQ(node().message_view(acknowledgements[0].bytes),
            (spec::MessageView{3,
                               2,
                               "append_entries_reply",
                               {{"term", std::uint64_t{1}},
                                {"success", true},
                                {"match_index", std::uint64_t{1}},
                                {"conflict_term", std::uint64_t{0}},
                                {"conflict_index", std::uint64_t{0}}}}));

  step(2, InputKind::Receive, acknowledgements[0].bytes);
  EXPECT_EQ(view(2).commit_index, 1U);
  EXPECT_EQ(view(2).last_applied, 1U);
  EXPECT_EQ(view(2).match_index, (std::vector<spec::Index>{0, 0, 1}));
}

TEST_F(Story, OfACrash_LeavesTermVoteAndLogAlone) {
  const auto requests = step(1, InputKind::ElectionTimeout);
  step(1, InputKind::Receive, step(3, InputKind::Receive, requests[1].bytes)[0].bytes);
  step(1, InputKind::Propose, "x");
  EXPECT_EQ(view(1).role, spec::Role::Leader);
  EXPECT_TRUE(step(1, InputKind::Restart).empty());
  EXPECT_EQ(outcome(), "Restarted");
  spec::ServerView restarted;
  restarted.id = 1;
  restarted.current_term = 1;
  restarted.voted_for = 1;
  restarted.log = {{1, false, "x"}};
  EXPECT_EQ(view(1), restarted);
}

TEST(RaftNode, LeadsAndCommitsAlone_InAClusterOfOne) {
  const auto node = make_raft_node({.servers = 1});
  std::string state = node->initial_state(1);
  state = node->step(state, {InputKind::ElectionTimeout, {}}).state;
  EXPECT_EQ(node->view(state).role, spec::Role::Leader);  // a majority of one
  state = node->step(state, {InputKind::Propose, "x"}).state;
  EXPECT_EQ(node->view(state).commit_index, 1U);
}

}  // namespace
}  // namespace node
