// Linearizable reads: ReadIndex (dissertation 6.4) and leases (6.4.1).
#include <gtest/gtest.h>

#include "src/raft/contract.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

using Ids = std::vector<std::uint64_t>;

Effects read(Server& server, std::uint64_t id) { return step(server, Read{id}); }

AppendEntriesReply accepted_in(std::uint64_t term, std::uint64_t match, std::uint64_t round) {
  AppendEntriesReply reply = accepted(term, match);
  reply.round = round;
  return reply;
}

// Three servers; an entry of the leader's own term is committed.
Server leading(Situation now = {}) {
  now.term = 2;
  now.log = {1, 2};
  now.commit = 2;
  return leader(now);
}

Server leading_with_lease() {
  Server server = leading({.vote_lease = true, .lease_reads = true});
  read(server, 1);
  EXPECT_EQ(deliver(server, 2, accepted_in(2, 2, 1)).reads, Ids{1});
  return server;
}

Server following() {
  Server server = follower({.term = 2, .log = {1, 2}, .commit = 1});
  server.role = Follower{.leader = ServerId{2}};
  return server;
}

// 6.4, steps 1 to 4.
TEST(Read, Leader_AsksAMajority_AndAnswersOnceItIsConfirmed) {
  Server server = leading();
  const Effects asked = read(server, 7);
  EXPECT_EQ(asked.outcome, Outcome::ReadStarted);
  EXPECT_TRUE(asked.reads.empty());
  const auto rounds = sent<AppendEntries>(asked);
  ASSERT_EQ(rounds.size(), 2u);
  EXPECT_EQ(rounds.front().second.round, 1u);
  EXPECT_EQ(deliver(server, 3, accepted_in(2, 2, 1)).reads, Ids{7});
  EXPECT_TRUE(deliver(server, 2, accepted_in(2, 2, 1)).reads.empty()) << "once";
}

TEST(Read, OneServer_ConfirmsItself) {
  Server server = leading({.servers = 1});
  EXPECT_EQ(read(server, 1).reads, Ids{1});
}

TEST(Read, IsConfirmed_ByARejectionToo_WhichIsAWordOfTheLeadersTerm) {
  Server server = leading();
  read(server, 7);
  AppendEntriesReply reply = rejected(2, 0, 1);
  reply.round = 1;
  EXPECT_EQ(deliver(server, 3, reply).reads, Ids{7});
}

TEST(Read, IsNotConfirmed_ByAnswersToWhatWasSentBefore) {
  Server server = leading();
  read(server, 7);
  EXPECT_TRUE(deliver(server, 2, accepted_in(2, 2, 0)).reads.empty());
  read(server, 8);
  EXPECT_EQ(deliver(server, 2, accepted_in(2, 2, 1)).reads, Ids{7}) << "not the later one";
  EXPECT_EQ(deliver(server, 2, accepted_in(2, 2, 2)).reads, Ids{8});
}

TEST(Read, IsConfirmed_ByALaterRound) {
  Server server = leading();
  read(server, 7);
  read(server, 8);
  EXPECT_EQ(deliver(server, 2, accepted_in(2, 2, 2)).reads, (Ids{7, 8}));
}

TEST(Read, NeedsAMajorityOfDifferentServers) {
  Server server = leading({.servers = 5});
  read(server, 7);
  EXPECT_TRUE(deliver(server, 2, accepted_in(2, 2, 1)).reads.empty());
  EXPECT_TRUE(deliver(server, 2, accepted_in(2, 2, 1)).reads.empty());
  EXPECT_EQ(deliver(server, 4, accepted_in(2, 2, 1)).reads, Ids{7});
}

// 6.4, step 1: not before an entry of the leader's own term is committed.
TEST(Read, IsRefused_BeforeTheFirstCommitOfTheTerm) {
  Server server = leader({.term = 2, .log = {1, 2}, .commit = 1});
  EXPECT_EQ(read(server, 7), (Effects{.outcome = Outcome::ReadRefused}));
  Server fresh = leader({.term = 1});
  EXPECT_EQ(read(fresh, 7).outcome, Outcome::ReadRefused);
}

TEST(Read, IsLost_WhenTheLeaderStepsDown) {
  Server server = leading();
  read(server, 7);
  deliver(server, 2, rejected(3, 0, 0));
  EXPECT_TRUE(deliver(server, 3, accepted_in(2, 2, 1)).reads.empty());
}

TEST(Read, IsRefused_WithoutALeader) {
  Server server = follower({.term = 2});
  EXPECT_EQ(read(server, 7).outcome, Outcome::ReadRefused);
  Server other = candidate({.term = 2});
  EXPECT_EQ(read(other, 7).outcome, Outcome::ReadRefused);
}

TEST(Read, Follower_AsksItsLeader_AndAnswersWhenItHasAppliedSoFar) {
  Server server = following();
  const Effects asked = read(server, 7);
  EXPECT_EQ(asked.outcome, Outcome::ReadStarted);
  EXPECT_EQ(only<ReadIndex>(asked), (ReadIndex{Term{2}, 7}));
  const Effects told = deliver(server, 2, ReadIndexReply{Term{2}, 7, Index{2}});
  EXPECT_EQ(told.outcome, Outcome::ReadConfirmed);
  EXPECT_TRUE(told.reads.empty()) << "only index 1 is applied";
  EXPECT_EQ(deliver(server, 2, append(2, {2, 2}, {}, 2)).reads, Ids{7});
}

// The leader answers them in their order or refuses them, so what is missing will not come.
TEST(Read, Follower_GivesUpEarlierReads_ThatTheLeaderHasNotAnswered) {
  Server server = following();
  read(server, 7);
  read(server, 8);
  deliver(server, 2, ReadIndexReply{Term{2}, 7, Index{2}});
  read(server, 9);
  read(server, 10);
  deliver(server, 2, ReadIndexReply{Term{2}, 10, Index{2}});
  EXPECT_EQ(deliver(server, 2, append(2, {2, 2}, {}, 2)).reads, (Ids{7, 10}));
  EXPECT_TRUE(std::get<Follower>(server.role).reads.empty());
}

TEST(Read, Follower_AnswersAtOnce_WhenItHasAppliedSoFar_AndOnce) {
  Server server = following();
  read(server, 7);
  EXPECT_EQ(deliver(server, 2, ReadIndexReply{Term{2}, 7, Index{1}}).reads, Ids{7});
  EXPECT_EQ(deliver(server, 2, ReadIndexReply{Term{2}, 7, Index{1}}).outcome,
            Outcome::StaleReplyIgnored);
}

TEST(Read, Follower_KeepsItsReads_WhileItFollows_Only) {
  Server server = following();
  read(server, 7);
  deliver(server, 2, append(2, {2, 2}));
  EXPECT_EQ(std::get<Follower>(server.role).reads.size(), 1u);
  deliver(server, 3, append(3, {2, 2}));
  EXPECT_TRUE(std::get<Follower>(server.role).reads.empty());
}

TEST(ReadIndex, Leader_TellsTheFollower_OnceItIsConfirmed) {
  Server server = leading();
  EXPECT_EQ(deliver(server, 3, ReadIndex{Term{2}, 4}).outcome, Outcome::ReadStarted);
  const Effects confirmed = deliver(server, 2, accepted_in(2, 2, 1));
  EXPECT_EQ(only<ReadIndexReply>(confirmed), (ReadIndexReply{Term{2}, 4, Index{2}}));
  EXPECT_TRUE(confirmed.reads.empty());
}

TEST(ReadIndex, IsTakenOnce_ThoughItComesTwice) {
  Server server = leading();
  deliver(server, 3, ReadIndex{Term{2}, 4});
  EXPECT_EQ(deliver(server, 3, ReadIndex{Term{2}, 4}).outcome, Outcome::ReadRefused);
  EXPECT_EQ(deliver(server, 3, ReadIndex{Term{2}, 3}).outcome, Outcome::ReadRefused);
  EXPECT_EQ(deliver(server, 2, ReadIndex{Term{2}, 4}).outcome, Outcome::ReadStarted)
      << "another server's";
}

TEST(ReadIndex, IsRefused_WhenStaleOrMalformed) {
  Server server = leading();
  EXPECT_EQ(deliver(server, 3, ReadIndex{Term{1}, 4}).outcome, Outcome::ReadRefused);
  EXPECT_EQ(deliver(server, 3, ReadIndex{Term{2}, 0}).outcome, Outcome::MalformedIgnored);
  Server other = following();
  EXPECT_EQ(deliver(other, 3, ReadIndex{Term{2}, 4}).outcome, Outcome::ReadRefused);
  EXPECT_EQ(deliver(other, 2, ReadIndexReply{Term{2}, 4, Index{0}}).outcome,
            Outcome::MalformedIgnored);
}

// 6.4.1: the lease counts from when the round was begun.
TEST(LeaseRead, Leader_StartsItsLeaseTimer_BeforeTheRoundLeaves) {
  Server server = leading({.vote_lease = true, .lease_reads = true});
  EXPECT_TRUE(read(server, 1).timers.reset_lease);
  EXPECT_FALSE(read(server, 2).timers.reset_lease) << "the first round's still runs";
}

TEST(LeaseRead, Leader_AnswersAtOnce_WhileItsLeaseLasts) {
  Server server = leading_with_lease();
  const Effects effects = read(server, 2);
  EXPECT_EQ(effects.outcome, Outcome::ReadAnswered);
  EXPECT_EQ(effects.reads, Ids{2});
  EXPECT_TRUE(effects.messages.empty());
  EXPECT_EQ(only<ReadIndexReply>(deliver(server, 3, ReadIndex{Term{2}, 3})),
            (ReadIndexReply{Term{2}, 3, Index{2}}));
}

TEST(LeaseRead, Leader_AsksAgain_AfterItsLease) {
  Server server = leading_with_lease();
  EXPECT_EQ(step(server, LeaseTimeout{}).outcome, Outcome::LeaseEnded);
  EXPECT_EQ(step(server, LeaseTimeout{}).outcome, Outcome::TimeoutIgnored);
  const Effects effects = read(server, 2);
  EXPECT_TRUE(effects.reads.empty());
  EXPECT_TRUE(effects.timers.reset_lease);
}

TEST(LeaseRead, Leader_HasNoLease_WhenItsTimerEndsBeforeItIsConfirmed) {
  Server server = leading({.vote_lease = true, .lease_reads = true});
  read(server, 1);
  step(server, LeaseTimeout{});
  EXPECT_EQ(deliver(server, 2, accepted_in(2, 2, 1)).reads, Ids{1});
  EXPECT_TRUE(read(server, 2).reads.empty());
}

// A successor's election does not wait for leases, and TimeoutNow may arrive at any later time.
TEST(LeaseRead, Leader_NeverHasOneAgain_OnceItHandedItsLeadOver) {
  Server server = leading_with_lease();
  step(server, Transfer{ServerId{3}});
  EXPECT_TRUE(read(server, 2).reads.empty());
  step(server, ElectionTimeout{});
  EXPECT_FALSE(read(server, 3).timers.reset_lease);
  EXPECT_EQ(deliver(server, 2, accepted_in(2, 2, 3)).reads, (Ids{2, 3}));
  EXPECT_TRUE(read(server, 4).reads.empty());
}

TEST(LeaseRead, NeedsVoteLeases) {
  EXPECT_THROW(fresh_server({.servers = 3, .lease_reads = true}, ServerId{1}), ContractViolation);
}

}  // namespace
}  // namespace raft::test
