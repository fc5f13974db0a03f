// Elections and the election restriction (sections 5.2, 5.4.1).
#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

TEST(Election, Voter_GivesOneVoteATerm) {
  struct Row {
    std::uint32_t voted_for, candidate;
    bool granted;
  };
  for (const Row& row : {Row{0, 2, true}, Row{0, 3, true}, Row{2, 2, true}, Row{3, 3, true},
                         Row{2, 3, false}, Row{3, 2, false}}) {
    SCOPED_TRACE(testing::Message()
                 << "voted for " << row.voted_for << ", asked by " << row.candidate);
    Server server = follower({.term = 1, .voted_for = row.voted_for});
    const Effects effects = deliver(server, row.candidate, request_vote(1, 0, 0));
    EXPECT_EQ(effects.outcome, row.granted ? Outcome::VoteGranted : Outcome::VoteRefusedVoted);
    EXPECT_EQ(only<RequestVoteReply>(effects), vote(1, row.granted));
    EXPECT_EQ(server.hard_state.voted_for.value, row.granted ? row.candidate : row.voted_for);
  }
}

TEST(Election, Voter_ComparesLastTermFirstAndLengthSecond) {
  struct Row {
    Terms log;
    At last;
    bool granted;
  };
  const std::vector<Row> rows = {
      {{1}, {1, 1}, true},  {{1}, {2, 1}, true},  {{1, 1}, {1, 1}, false},
      {{1}, {1, 2}, true},  {{1}, {2, 2}, true},  {{1, 1}, {1, 2}, true},
      {{2}, {1, 1}, false}, {{2}, {2, 1}, false}, {{2, 2}, {1, 1}, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(testing::Message() << "voter has " << row.log.size() << " entries, candidate "
                                    << row.last.index << "@" << row.last.term);
    Server server = follower({.term = 2, .log = row.log});
    const Effects effects = deliver(server, 2, request_vote(3, row.last.index, row.last.term));
    EXPECT_EQ(effects.outcome, row.granted ? Outcome::VoteGranted : Outcome::VoteRefusedLog);
    EXPECT_EQ(only<RequestVoteReply>(effects), vote(3, row.granted));
    EXPECT_EQ(server.hard_state, (HardState{Term{3}, ServerId{row.granted ? 2u : 0u}}));
  }
}

TEST(Election, Candidate_Wins_OnlyWithAMajority) {
  struct Row {
    std::vector<std::pair<std::uint32_t, bool>> replies;
    std::uint32_t servers;
    bool leads;
  };
  const std::vector<Row> rows = {
      {{}, 1, true},
      {{{2, true}}, 3, true},
      {{{2, true}, {3, true}}, 5, true},
      {{{2, true}}, 5, false},
      {{{2, false}, {3, false}}, 3, false},
      {{}, 3, false},
      {{}, 2, false},
      {{{2, true}}, 2, true},
      {{{2, true}}, 4, false},
      {{{2, true}, {4, true}}, 4, true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(testing::Message()
                 << row.servers << " servers, " << row.replies.size() << " replies");
    Server server = fresh_server({.servers = row.servers}, ServerId{1});
    step(server, ElectionTimeout{});
    for (const auto& [from, granted] : row.replies) deliver(server, from, vote(1, granted));
    EXPECT_EQ(is_leader(server), row.leads);
    EXPECT_EQ(is_candidate(server), !row.leads);
    EXPECT_EQ(server.current_term(), Term{1});
  }
}

TEST(Election, Follower_RejectsVote_WhenLogIsStale) {
  Server server = follower({.term = 2, .log = {1, 2}});
  const Effects effects = deliver(server, 3, request_vote(3, 5, 1));
  EXPECT_EQ(effects.outcome, Outcome::VoteRefusedLog);
  // The candidate's term is adopted all the same, and the vote stays free for another.
  EXPECT_EQ(server.hard_state, (HardState{Term{3}, kNoServer}));
  EXPECT_EQ(effects.persist.hard_state, server.hard_state);
}

TEST(Election, CandidateAndLeader_RefuseTheirVote_InTheirOwnTerm) {
  for (Server server : {candidate({.term = 2}), leader({.term = 2})}) {
    const Server before = server;
    EXPECT_EQ(deliver(server, 2, request_vote(2, 9, 2)).outcome, Outcome::VoteRefusedVoted);
    EXPECT_EQ(server, before);
  }
}

TEST(Election, Leader_GrantsVote_InALaterTerm) {
  Server server = leader({.term = 2, .log = {2}});
  EXPECT_EQ(deliver(server, 3, request_vote(3, 1, 2)).outcome, Outcome::VoteGranted);
  EXPECT_EQ(server, follower({.term = 3, .voted_for = 3, .log = {2}}));
}

TEST(Election, Voter_KeepsItsVote_WhenALaterElectionIsRefused) {
  Server server = follower({.term = 1, .voted_for = 2});
  deliver(server, 3, request_vote(1, 0, 0));
  EXPECT_EQ(server.hard_state.voted_for, ServerId{2});
}

TEST(Election, Candidate_CountsAServerOnce_WhenItsVoteArrivesTwice) {
  Server server = candidate({.servers = 5, .term = 1});
  EXPECT_EQ(deliver(server, 2, vote(1, true)).outcome, Outcome::VoteCounted);
  EXPECT_EQ(deliver(server, 2, vote(1, true)).outcome, Outcome::VoteCounted);
  EXPECT_TRUE(is_candidate(server));
  EXPECT_EQ(deliver(server, 3, vote(1, true)).outcome, Outcome::BecameLeader);
}

TEST(Election, Candidate_IgnoresVotes_OfAnEarlierTerm) {
  Server server = candidate({.term = 2});
  EXPECT_EQ(deliver(server, 2, vote(1, true)).outcome, Outcome::StaleReplyIgnored);
  EXPECT_EQ(server, candidate({.term = 2}));
}

TEST(Election, Candidate_StaysOne_WhenAVoteIsDenied) {
  Server server = candidate({.term = 2});
  const Effects effects = deliver(server, 2, vote(2, false));
  EXPECT_EQ(effects.outcome, Outcome::VoteDenied);
  EXPECT_TRUE(effects.messages.empty());
  EXPECT_EQ(server, candidate({.term = 2}));
}

TEST(Election, Candidate_StepsDown_WhenAReplyHasALaterTerm) {
  Server server = candidate({.term = 2});
  const Effects effects = deliver(server, 2, vote(3, false));
  EXPECT_EQ(effects.outcome, Outcome::SteppedDown);
  EXPECT_EQ(server, follower({.term = 3}));
  EXPECT_EQ(effects.persist.hard_state, (HardState{Term{3}, kNoServer}));
}

TEST(Election, Candidate_DoesNotCountAVote_OfALaterTerm) {
  Server server = candidate({.servers = 2, .term = 2});
  EXPECT_EQ(deliver(server, 2, vote(3, true)).outcome, Outcome::SteppedDown);
  EXPECT_TRUE(is_follower(server));
}

TEST(Election, LeaderAndFollower_IgnoreLateVotes) {
  for (Server server : {leader({.term = 2}), follower({.term = 2})}) {
    const Server before = server;
    const Effects effects = deliver(server, 3, vote(2, true));
    EXPECT_EQ(effects.outcome, Outcome::StaleReplyIgnored);
    EXPECT_TRUE(effects.messages.empty());
    EXPECT_EQ(server, before);
  }
}

TEST(Election, Leader_IgnoresItsElectionTimer) {
  Server server = leader({.term = 2});
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(effects.outcome, Outcome::TimeoutIgnored);
  EXPECT_EQ(server, leader({.term = 2}));
  EXPECT_TRUE(effects.messages.empty());
}

TEST(Election, NewLeader_AppendsANoOp_WhenConfigured) {
  Server server = candidate({.servers = 2, .term = 3, .log = {1}, .no_op = true});
  const Effects effects = deliver(server, 2, vote(3, true));
  EXPECT_EQ(server.log.at(Index{2}), (Entry{Term{3}, EntryKind::NoOp, ""}));
  EXPECT_EQ(effects.persist.log_from, Index{2});
  const auto request = only<AppendEntries>(effects);
  EXPECT_EQ(request.prev_log_index, Index{1});
  ASSERT_EQ(request.entries.size(), 1u);
  EXPECT_EQ(request.entries[0].kind, EntryKind::NoOp);
}

TEST(Election, NewLeader_AppendsNothing_WithoutTheNoOp) {
  Server server = candidate({.servers = 2, .term = 3, .log = {1}});
  const Effects effects = deliver(server, 2, vote(3, true));
  EXPECT_EQ(server.log, log_of({1}));
  EXPECT_EQ(effects.persist.log_from, std::nullopt);
}

TEST(Election, LoneServer_LeadsAtOnce_AndCommitsItsNoOp) {
  Server server = follower({.servers = 1, .term = 1, .log = {1}, .no_op = true});
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(effects.outcome, Outcome::BecameLeader);
  EXPECT_EQ(effects.persist.hard_state, (HardState{Term{2}, ServerId{1}}));
  EXPECT_EQ(effects.apply, (Apply{Index{1}, Index{2}}));
  EXPECT_TRUE(effects.messages.empty());
}

TEST(Election, LastOfSixtyFourServers_CanWin) {
  Server server = fresh_server({.servers = kServersMax}, ServerId{kServersMax});
  EXPECT_EQ(step(server, ElectionTimeout{}).messages.size(), 63u);
  for (std::uint32_t id = 1; id <= 31; ++id) deliver(server, id, vote(1, true));
  EXPECT_TRUE(is_candidate(server));
  deliver(server, 32, vote(1, true));
  EXPECT_TRUE(is_leader(server));
}

}  // namespace
}  // namespace raft::test
