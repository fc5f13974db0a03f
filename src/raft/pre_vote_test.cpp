// Pre-vote, the lease that keeps a vote back, and the check of a leader's quorum: dissertation 9.6,
// 4.2.3 and 6.2.
#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

Situation pre_voting(Situation now) {
  now.pre_vote = true;
  return now;
}
Situation leasing(Situation now) {
  now.vote_lease = true;
  return now;
}
Situation checking(Situation now) {
  now.check_quorum = true;
  return now;
}

Server in_touch(const Situation& now, std::uint32_t leader) {
  Server server = follower(now);
  server.role = Follower{.leader = ServerId{leader}, .lease = true};
  return server;
}

Server pre_candidate(const Situation& now) {
  Server server = follower(pre_voting(now));
  step(server, ElectionTimeout{});
  return server;
}

PreVote pre_vote(std::uint64_t term, At last = {}) {
  return {Term{term}, Index{last.index}, Term{last.term}};
}
PreVoteReply pre_vote_reply(std::uint64_t term, bool granted) { return {Term{term}, granted}; }

bool is_pre_candidate(const Server& server) {
  return std::holds_alternative<PreCandidate>(server.role);
}
bool has_lease(const Server& server) { return std::get<Follower>(server.role).lease; }

// 9.6: a candidate only increments its term if it first learns that a majority would vote for it.
TEST(PreVote, Server_AsksBeforeItStands_AndChangesNeitherTermNorVote) {
  Server server = follower(pre_voting({.term = 2, .voted_for = 3, .log = {1, 2}}));
  const HardState before = server.hard_state;
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(effects.outcome, Outcome::PreVoteStarted);
  EXPECT_TRUE(is_pre_candidate(server));
  EXPECT_EQ(server.hard_state, before);
  EXPECT_EQ(effects.persist, Persist{});
  EXPECT_TRUE(effects.timers.reset_election);
  const auto asked = sent<PreVote>(effects);
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked.front().second, pre_vote(2, {2, 2}));
}

TEST(PreVote, PreCandidate_StandsForElection_WhenAMajorityWouldVoteForIt) {
  Server server = pre_candidate({.servers = 5, .term = 2, .voted_for = 3});
  EXPECT_EQ(deliver(server, 2, pre_vote_reply(2, true)).outcome, Outcome::VoteCounted);
  EXPECT_EQ(deliver(server, 2, pre_vote_reply(2, true)).outcome, Outcome::VoteCounted) << "again";
  const Effects effects = deliver(server, 4, pre_vote_reply(2, true));
  EXPECT_EQ(effects.outcome, Outcome::ElectionStarted);
  EXPECT_TRUE(is_candidate(server));
  EXPECT_EQ(server.hard_state, (HardState{Term{3}, ServerId{1}}));
  EXPECT_EQ(effects.persist.hard_state, server.hard_state);
  EXPECT_EQ(sent<RequestVote>(effects).size(), 4u);
}

TEST(PreVote, OneServer_LeadsAtOnce) {
  Server server = follower(pre_voting({.servers = 1, .term = 2}));
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::BecameLeader);
  EXPECT_EQ(server.current_term(), Term{3});
}

TEST(PreVote, Candidate_AsksAnew_WhenItsElectionTimesOut) {
  Server server = candidate(pre_voting({.term = 2}));
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::PreVoteStarted);
  EXPECT_EQ(server.hard_state, (HardState{Term{2}, ServerId{1}}));
}

TEST(PreVote, Server_AsksForNoElection_WhenTermsAreExhausted) {
  Server server = follower(pre_voting({.term = kHuge}));
  EXPECT_EQ(step(server, ElectionTimeout{}), (Effects{.outcome = Outcome::TermsExhausted}));
}

// 9.6: granted if the log is up to date and no leader was heard from within the minimum timeout.
TEST(PreVote, Server_GrantsAndChangesNothing) {
  Server server = follower(pre_voting({.term = 2, .voted_for = 3, .log = {1, 2}}));
  const Server before = server;
  for (const std::uint64_t term : {std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{9}}) {
    const Effects effects = deliver(server, 2, pre_vote(term, {2, 2}));
    EXPECT_EQ(effects.outcome, Outcome::VoteGranted);
    EXPECT_EQ(only<PreVoteReply>(effects), pre_vote_reply(term, true)) << "the request's term";
    EXPECT_EQ(effects.timers, Timers{});
    EXPECT_EQ(effects.persist, Persist{});
    EXPECT_EQ(server, before);
  }
}

TEST(PreVote, Server_RefusesWithItsOwnTerm_WhenTheSenderIsLeftBehind) {
  Server server = follower(pre_voting({.term = 5, .log = {1, 2}}));
  const Effects effects = deliver(server, 2, pre_vote(4, {3, 3}));
  EXPECT_EQ(effects.outcome, Outcome::VoteRefusedTerm);
  EXPECT_EQ(only<PreVoteReply>(effects), pre_vote_reply(5, false));
}

TEST(PreVote, Server_Refuses_WhenTheLogIsBehind) {
  Server server = follower(pre_voting({.term = 2, .log = {1, 2}}));
  EXPECT_EQ(deliver(server, 2, pre_vote(2, {3, 1})).outcome, Outcome::VoteRefusedLog);
  EXPECT_EQ(deliver(server, 2, pre_vote(7, {1, 2})).outcome, Outcome::VoteRefusedLog);
  EXPECT_EQ(server.current_term(), Term{2});
}

TEST(PreVote, Server_Refuses_WhileItIsInTouchWithItsLeader) {
  Server server = in_touch(pre_voting({.term = 2}), 3);
  const Effects effects = deliver(server, 2, pre_vote(2));
  EXPECT_EQ(effects.outcome, Outcome::VoteRefusedLease);
  EXPECT_EQ(only<PreVoteReply>(effects), pre_vote_reply(2, false));
  EXPECT_EQ(step(server, LeaseTimeout{}).outcome, Outcome::LeaseEnded);
  EXPECT_EQ(deliver(server, 2, pre_vote(2)).outcome, Outcome::VoteGranted);
}

TEST(PreVote, Leader_Refuses_AndLeadsOn) {
  Server server = leader(pre_voting({.term = 2}));
  const Server before = server;
  EXPECT_EQ(deliver(server, 2, pre_vote(5)).outcome, Outcome::VoteRefusedLease);
  EXPECT_EQ(server, before);
}

TEST(PreVote, Candidates_GrantPreVotes) {
  Server server = candidate(pre_voting({.term = 2}));
  EXPECT_EQ(deliver(server, 2, pre_vote(2)).outcome, Outcome::VoteGranted);
  Server other = pre_candidate({.term = 2});
  EXPECT_EQ(deliver(other, 2, pre_vote(2)).outcome, Outcome::VoteGranted);
}

TEST(PreVoteReply, PreCandidate_EntersTheTerm_WhenARefusalShowsALaterOne) {
  Server server = pre_candidate({.term = 2, .voted_for = 1});
  const Effects effects = deliver(server, 2, pre_vote_reply(5, false));
  EXPECT_EQ(effects.outcome, Outcome::SteppedDown);
  EXPECT_TRUE(is_follower(server));
  EXPECT_EQ(server.hard_state, (HardState{Term{5}, kNoServer}));
}

TEST(PreVoteReply, Refusal_OfItsOwnTerm_IsNoted) {
  Server server = pre_candidate({.term = 2});
  EXPECT_EQ(deliver(server, 2, pre_vote_reply(2, false)).outcome, Outcome::VoteDenied);
  EXPECT_TRUE(is_pre_candidate(server));
}

TEST(PreVoteReply, IsStale_WhenOfAnEarlierTermOrRole) {
  Server server = pre_candidate({.term = 2});
  EXPECT_EQ(deliver(server, 2, pre_vote_reply(1, true)).outcome, Outcome::StaleReplyIgnored);
  Server other = follower(pre_voting({.term = 2}));
  EXPECT_EQ(deliver(other, 2, pre_vote_reply(2, true)).outcome, Outcome::StaleReplyIgnored);
}

TEST(PreVoteReply, Grant_OfALaterTerm_WasNeverAskedFor) {
  Server server = pre_candidate({.term = 2});
  const Server before = server;
  EXPECT_EQ(deliver(server, 2, pre_vote_reply(3, true)),
            (Effects{.outcome = Outcome::MalformedIgnored}));
  EXPECT_EQ(server, before);
}

TEST(PreVote, PreCandidate_FollowsTheLeaderOfItsTerm_AndKeepsItsVote) {
  Server server = pre_candidate({.term = 2, .voted_for = 3});
  const Effects effects = deliver(server, 3, append(2, {0, 0}));
  EXPECT_EQ(effects.outcome, Outcome::AppendAccepted);
  EXPECT_TRUE(has_lease(server));
  EXPECT_TRUE(effects.timers.reset_lease);
  EXPECT_EQ(server.hard_state, (HardState{Term{2}, ServerId{3}}));
}

TEST(PreVote, PreCandidate_Waits_WhenItGivesItsVote) {
  Server server = pre_candidate({.term = 2});
  EXPECT_EQ(deliver(server, 2, request_vote(2, 0, 0)).outcome, Outcome::VoteGranted);
  EXPECT_TRUE(is_follower(server));
  EXPECT_EQ(server.hard_state.voted_for, ServerId{2});
}

TEST(PreVote, PreCandidate_KeepsOn_WhenItRefusesItsVote) {
  Server server = pre_candidate({.term = 2, .voted_for = 3});
  EXPECT_EQ(deliver(server, 2, request_vote(2, 0, 0)).outcome, Outcome::VoteRefusedVoted);
  EXPECT_TRUE(is_pre_candidate(server));
}

TEST(PreVote, IsMalformed_WhenItsLastEntryCannotBe) {
  Server server = follower(pre_voting({.term = 2}));
  EXPECT_EQ(deliver(server, 2, pre_vote(2, {0, 1})).outcome, Outcome::MalformedIgnored);
  EXPECT_EQ(deliver(server, 2, pre_vote(2, {1, 0})).outcome, Outcome::MalformedIgnored);
  EXPECT_EQ(deliver(server, 2, pre_vote(2, {1, 3})).outcome, Outcome::MalformedIgnored);
}

TEST(PreVote, FreshServers_BeginTheFirstTerm) {
  Server server = follower(pre_voting({.term = 0}));
  EXPECT_EQ(deliver(server, 2, pre_vote(0)).outcome, Outcome::VoteGranted);
  step(server, ElectionTimeout{});
  EXPECT_EQ(deliver(server, 2, pre_vote_reply(0, true)).outcome, Outcome::ElectionStarted);
  EXPECT_EQ(server.current_term(), Term{1});
}

TEST(Lease, Follower_KeepsOne_OnlyWhereItIsAskedTo) {
  Server plain = follower({.term = 2});
  const Effects effects = deliver(plain, 2, append(2, {0, 0}));
  EXPECT_FALSE(has_lease(plain));
  EXPECT_FALSE(effects.timers.reset_lease);
  EXPECT_EQ(step(plain, LeaseTimeout{}).outcome, Outcome::TimeoutIgnored);
}

TEST(Lease, Follower_IsInTouch_EvenByARejection_ButNotByAStaleLeader) {
  Server server = follower(leasing({.term = 2}));
  EXPECT_FALSE(deliver(server, 2, append(1, {0, 0})).timers.reset_lease);
  EXPECT_FALSE(has_lease(server));
  EXPECT_TRUE(deliver(server, 2, append(2, {9, 2})).timers.reset_lease);
  EXPECT_TRUE(has_lease(server));
}

// 4.2.3: within the minimum election timeout of hearing from a leader, a server does not update
// its term or grant its vote.
TEST(Lease, Follower_NeitherVotesNorEntersTheTerm) {
  Server server = in_touch(leasing({.term = 2}), 3);
  const Server before = server;
  for (const std::uint64_t term : {std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{9}}) {
    const Effects effects = deliver(server, 2, request_vote(term, 0, 0));
    EXPECT_EQ(effects.outcome, Outcome::VoteRefusedLease);
    EXPECT_EQ(effects.persist, Persist{});
    EXPECT_EQ(server, before);
  }
  step(server, LeaseTimeout{});
  EXPECT_EQ(deliver(server, 2, request_vote(3, 0, 0)).outcome, Outcome::VoteGranted);
}

TEST(Lease, StaleCandidate_StillLearnsTheTerm) {
  Server server = in_touch(leasing({.term = 4}), 3);
  const Effects effects = deliver(server, 2, request_vote(3, 0, 0));
  EXPECT_EQ(effects.outcome, Outcome::VoteRefusedTerm);
  EXPECT_EQ(only<RequestVoteReply>(effects), vote(4, false));
}

TEST(Lease, Leader_IsNotDeposedByACandidate_ButByALaterTermElsewhere) {
  Server server = leader(leasing({.term = 2}));
  EXPECT_EQ(deliver(server, 2, request_vote(5, 0, 0)).outcome, Outcome::VoteRefusedLease);
  EXPECT_TRUE(is_leader(server));
  EXPECT_EQ(deliver(server, 2, rejected(5, 0, 0)).outcome, Outcome::SteppedDown);
  EXPECT_TRUE(is_follower(server));
}

TEST(Lease, Outlives_TheTerm) {
  Server server = in_touch(leasing({.term = 2}), 3);
  EXPECT_EQ(deliver(server, 2, vote(4, false)).outcome, Outcome::SteppedDown);
  EXPECT_EQ(server.current_term(), Term{4});
  EXPECT_EQ(deliver(server, 2, request_vote(4, 0, 0)).outcome, Outcome::VoteRefusedLease);
}

TEST(Lease, Restart_BeginsOne_SinceALeaderMayHaveBeenHeardBefore) {
  Server server = follower(leasing({.term = 2}));
  const Effects effects = step(server, Restart{.durable = {{Term{2}, kNoServer}, {}}});
  EXPECT_TRUE(effects.timers.reset_lease);
  EXPECT_EQ(deliver(server, 2, request_vote(3, 0, 0)).outcome, Outcome::VoteRefusedLease);
  Server pre = follower(pre_voting({.term = 2}));
  EXPECT_FALSE(step(pre, Restart{.durable = {{Term{2}, kNoServer}, {}}}).timers.reset_lease);
}

TEST(Lease, ElectionTimeout_EndsIt) {
  Server server = in_touch(leasing({.term = 2}), 3);
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::ElectionStarted);
  EXPECT_EQ(deliver(server, 2, request_vote(4, 0, 0)).outcome, Outcome::VoteGranted);
}

// 6.2: a leader steps down if an election timeout elapses without a round of heartbeats answered
// by a majority.
TEST(CheckQuorum, Leader_StartsItsElectionTimer) {
  Server server = candidate(checking({.term = 2}));
  const Effects effects = deliver(server, 2, vote(2, true));
  EXPECT_EQ(effects.timers, (Timers{.reset_election = true, .reset_heartbeat = true}));
}

TEST(CheckQuorum, Leader_StepsDown_WhenItHeardFromNoMajority_AndKeepsTermAndVote) {
  Server server = leader(checking({.servers = 5, .term = 2}));
  deliver(server, 2, accepted(2, 0));
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(effects.outcome, Outcome::QuorumLost);
  EXPECT_EQ(effects.timers, Timers{.reset_election = true});
  EXPECT_EQ(effects.persist, Persist{});
  EXPECT_EQ(server.role, Role{Follower{}});
  EXPECT_EQ(server.hard_state, (HardState{Term{2}, ServerId{1}}));
}

TEST(CheckQuorum, Leader_LeadsOn_WhenAMajorityAnswered_AndAsksAnewEachTime) {
  Server server = leader(checking({.servers = 5, .term = 2, .log = {1}}));
  deliver(server, 2, accepted(2, 0));
  deliver(server, 2, accepted(2, 0));  // the same again is no more
  deliver(server, 3, rejected(2, 0, 1));
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(effects.outcome, Outcome::QuorumHeard);
  EXPECT_EQ(effects.timers, Timers{.reset_election = true});
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::QuorumLost);
}

TEST(CheckQuorum, StaleAnswers_AreNoContact) {
  Server server = leader(checking({.term = 2}));
  deliver(server, 2, accepted(1, 0));
  deliver(server, 3, rejected(2, 0, 0));  // refuses a request of an earlier term
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::QuorumLost);
}

TEST(CheckQuorum, OneServer_IsItsOwnMajority) {
  Server server = leader(checking({.servers = 1, .term = 2}));
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::QuorumHeard);
}

TEST(CheckQuorum, Off_ALeaderHasNoElectionTimeout) {
  Server server = leader({.term = 2});
  EXPECT_EQ(step(server, ElectionTimeout{}), (Effects{.outcome = Outcome::TimeoutIgnored}));
}

}  // namespace
}  // namespace raft::test
