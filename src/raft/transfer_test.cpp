// Leadership transfer (dissertation 3.10).
#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

Effects transfer(Server& server, std::uint32_t to) { return step(server, Transfer{ServerId{to}}); }
ServerId transferee_of(const Server& server) { return std::get<Leader>(server.role).transferee; }

// Three servers; server 2 has the whole log, server 3 nothing that is known.
Server leader_followed_by_2(const Situation& now = {.term = 2, .log = {1, 2}}) {
  Server server = leader(now);
  deliver(server, 2, accepted(2, 2));
  return server;
}

// 3.10, step 3: the leader sends TimeoutNow to a server whose log matches its own.
TEST(Transfer, Leader_TellsItsTargetAtOnce_WhenTheTargetHasTheWholeLog) {
  Server server = leader_followed_by_2();
  const Effects effects = transfer(server, 2);
  EXPECT_EQ(effects.outcome, Outcome::TransferStarted);
  EXPECT_EQ(only<TimeoutNow>(effects), TimeoutNow{Term{2}});
  EXPECT_TRUE(effects.timers.reset_election) << "it ends with an election timeout";
  EXPECT_TRUE(is_leader(server));
}

// 3.10, step 2: the leader first brings the target's log up to its own.
TEST(Transfer, Leader_CatchesItsTargetUpFirst) {
  Server server = leader_followed_by_2();
  const Effects started = transfer(server, 3);
  EXPECT_TRUE(sent<TimeoutNow>(started).empty());
  EXPECT_EQ(sent<AppendEntries>(started).size(), 1u);
  EXPECT_TRUE(sent<TimeoutNow>(deliver(server, 3, accepted(2, 1))).empty());
  const Effects caught_up = deliver(server, 3, accepted(2, 2));
  EXPECT_EQ(sent<TimeoutNow>(caught_up).size(), 1u);
  EXPECT_EQ(sent<TimeoutNow>(deliver(server, 3, accepted(2, 2))).size(), 1u) << "it may be lost";
}

TEST(Transfer, OnlyTheTarget_IsTold) {
  Server server = leader_followed_by_2();
  transfer(server, 3);
  EXPECT_TRUE(sent<TimeoutNow>(deliver(server, 2, accepted(2, 2))).empty());
}

// 3.10, step 1: the leader stops accepting client requests.
TEST(Transfer, Leader_RefusesProposalsMeanwhile_AndNamesTheTarget) {
  Server server = leader_followed_by_2();
  transfer(server, 3);
  const Server before = server;
  const Effects effects = step(server, Propose{"x"});
  EXPECT_EQ(effects.outcome, Outcome::ProposalRefused);
  EXPECT_EQ(effects.leader, ServerId{3});
  EXPECT_EQ(server, before);
}

// 3.10: if it does not complete after about an election timeout, the leader aborts it.
TEST(Transfer, IsAborted_AtAnElectionTimeout) {
  Server server = leader_followed_by_2();
  transfer(server, 3);
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::TransferAborted);
  EXPECT_EQ(transferee_of(server), kNoServer);
  EXPECT_EQ(step(server, Propose{"x"}).outcome, Outcome::ProposalAppended);
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::TimeoutIgnored);
}

TEST(Transfer, IsAborted_AndTheQuorumCheckedTogether) {
  Server server = leader({.term = 2, .check_quorum = true});
  transfer(server, 3);
  deliver(server, 2, accepted(2, 0));
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::TransferAborted);
  EXPECT_TRUE(is_leader(server));
  transfer(server, 3);
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::QuorumLost);
  EXPECT_TRUE(is_follower(server));
}

TEST(Transfer, IsRefused_ByAnybodyButALeader_WhichIsNamed) {
  Server server = follower({.term = 2});
  server.role = Follower{.leader = ServerId{3}};
  const Effects effects = transfer(server, 2);
  EXPECT_EQ(effects.outcome, Outcome::TransferRefused);
  EXPECT_EQ(effects.leader, ServerId{3});
  Server other = candidate({.term = 2});
  EXPECT_EQ(transfer(other, 2).outcome, Outcome::TransferRefused);
}

TEST(Transfer, IsRefused_ToItselfToStrangersAndWhileOneIsUnderWay) {
  Server server = leader_followed_by_2();
  for (const Changes changes : {Changes::Joint, Changes::None}) {
    server.config.changes = changes;
    for (const std::uint32_t to : {0u, 1u, 4u, 65u, 66u, ~0u}) {
      EXPECT_EQ(transfer(server, to), (Effects{.outcome = Outcome::TransferRefused}));
    }
  }
  transfer(server, 3);
  const Effects effects = transfer(server, 2);
  EXPECT_EQ(effects.outcome, Outcome::TransferRefused);
  EXPECT_EQ(effects.leader, ServerId{3});
}

// 3.10: the target starts an election at once, as if its election timer had run out.
TEST(TimeoutNow, Server_StandsForElection_WithoutAPreVote_AndSaysWhy) {
  Server server = follower({.term = 2, .log = {1, 2}, .pre_vote = true});
  server.role = Follower{.leader = ServerId{2}, .lease = true};
  const Effects effects = deliver(server, 2, TimeoutNow{Term{2}});
  EXPECT_EQ(effects.outcome, Outcome::ElectionStarted);
  EXPECT_TRUE(is_candidate(server));
  EXPECT_EQ(server.current_term(), Term{3});
  for (const auto& [to, request] : sent<RequestVote>(effects)) {
    EXPECT_EQ(request, (RequestVote{Term{3}, Index{2}, Term{2}, true}));
  }
}

TEST(TimeoutNow, OfALaterTerm_IsFollowed_AndOfAnEarlierOneIgnored) {
  Server server = follower({.term = 2});
  EXPECT_EQ(deliver(server, 2, TimeoutNow{Term{1}}),
            (Effects{.outcome = Outcome::TimeoutNowIgnored}));
  EXPECT_EQ(deliver(server, 2, TimeoutNow{Term{4}}).outcome, Outcome::ElectionStarted);
  EXPECT_EQ(server.current_term(), Term{5});
}

TEST(TimeoutNow, IsIgnored_ByALeader_AndWhenTermsAreExhausted) {
  Server server = leader({.term = 2});
  EXPECT_EQ(deliver(server, 2, TimeoutNow{Term{2}}).outcome, Outcome::TimeoutNowIgnored);
  Server last = follower({.term = kHuge});
  EXPECT_EQ(deliver(last, 2, TimeoutNow{Term{kHuge}}).outcome, Outcome::TermsExhausted);
}

// 4.2.3: such a request bears a flag that says that the leader itself permits it.
TEST(TimeoutNow, Election_IsHeldInSpiteOfLeases) {
  Server voter = follower({.term = 2, .vote_lease = true});
  voter.role = Follower{.leader = ServerId{3}, .lease = true};
  EXPECT_EQ(deliver(voter, 2, RequestVote{Term{3}, {}, {}, true}).outcome, Outcome::VoteGranted);
  Server old_leader = leader({.term = 2, .vote_lease = true});
  EXPECT_EQ(deliver(old_leader, 2, RequestVote{Term{3}, {}, {}, true}).outcome,
            Outcome::VoteGranted);
}

}  // namespace
}  // namespace raft::test
