// Which step asks for which timer. A server that lets anybody but its leader, or a candidate it
// votes for, put its election off can be kept from ever electing (section 5.2).
#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

constexpr Timers kNone{};
constexpr Timers kElection{.reset_election = true};
constexpr Timers kHeartbeat{.reset_heartbeat = true};

TEST(Timers, Follower_RestartsItsElectionTimer_WhenItsLeaderIsHeard) {
  Server server = follower({.term = 2, .log = {1}});
  EXPECT_EQ(deliver(server, 2, append(2, {1, 1})).timers, kElection);
  EXPECT_EQ(deliver(server, 2, append(2, {1, 1}, {2})).timers, kElection);
  EXPECT_EQ(deliver(server, 2, append(2, {9, 2})).timers, kElection) << "a rejection, but heard";
  EXPECT_EQ(deliver(server, 3, append(3, {1, 1})).timers, kElection);
}

TEST(Timers, Follower_DoesNotRestartIt_WhenAppendEntriesIsStale) {
  Server server = follower({.term = 2});
  EXPECT_EQ(deliver(server, 2, append(1, {0, 0})).timers, kNone);
}

TEST(Timers, Follower_RestartsIt_WhenItGivesItsVote) {
  Server server = follower({.term = 2});
  EXPECT_EQ(deliver(server, 2, request_vote(2, 0, 0)).timers, kElection);
  EXPECT_EQ(deliver(server, 3, request_vote(3, 0, 0)).timers, kElection);
}

TEST(Timers, Follower_DoesNotRestartIt_WhenItRefusesItsVote) {
  Server server = follower({.term = 2, .voted_for = 3, .log = {2}});
  EXPECT_EQ(deliver(server, 2, request_vote(1, 0, 0)).timers, kNone) << "for the term";
  EXPECT_EQ(deliver(server, 2, request_vote(2, 1, 2)).timers, kNone) << "for an earlier vote";
  EXPECT_EQ(deliver(server, 2, request_vote(3, 5, 1)).timers, kNone) << "for the log";
}

TEST(Timers, Candidate_RestartsItsElectionTimer_WithEachElection) {
  Server server = follower({.term = 2});
  EXPECT_EQ(step(server, ElectionTimeout{}).timers, kElection);
  EXPECT_EQ(step(server, ElectionTimeout{}).timers, kElection);
}

TEST(Timers, Candidate_DoesNotRestartIt_WhenVotesArrive) {
  Server server = candidate({.servers = 5, .term = 2});
  EXPECT_EQ(deliver(server, 2, vote(2, true)).timers, kNone);
  EXPECT_EQ(deliver(server, 3, vote(2, false)).timers, kNone);
  EXPECT_EQ(deliver(server, 4, vote(1, true)).timers, kNone);
  EXPECT_EQ(deliver(server, 5, vote(3, false)).timers, kNone) << "it still runs";
}

TEST(Timers, Candidate_RestartsIt_WhenTheLeaderOfItsTermIsHeard) {
  Server server = candidate({.term = 2});
  EXPECT_EQ(deliver(server, 2, append(2, {0, 0})).timers, kElection);
}

TEST(Timers, NewLeader_StartsItsHeartbeatTimer) {
  Server server = candidate({.term = 2});
  EXPECT_EQ(deliver(server, 2, vote(2, true)).timers, kHeartbeat);
  Server lone = follower({.servers = 1, .term = 2});
  EXPECT_EQ(step(lone, ElectionTimeout{}).timers, kHeartbeat);
}

TEST(Timers, Leader_RestartsItsHeartbeatTimer_WhenItWritesToEverybody) {
  Server server = leader({.term = 2});
  EXPECT_EQ(step(server, HeartbeatTimeout{}).timers, kHeartbeat);
  EXPECT_EQ(step(server, Propose{"x"}).timers, kHeartbeat);
}

// A probe that was lost is sent anew with the next heartbeat: proposals must not put that off.
TEST(Timers, Leader_LetsItsHeartbeatTimerRun_WhenItMayNotWriteToEverybody) {
  Server server = leader({.term = 2, .appends_in_flight = 2});
  EXPECT_EQ(step(server, HeartbeatTimeout{}).timers, kHeartbeat);
  EXPECT_EQ(step(server, Propose{"x"}).timers, kNone);
}

TEST(Timers, Leader_RestartsNothing_WhenRepliesArrive) {
  Server server = leader({.term = 2, .log = {1, 2}});
  EXPECT_EQ(deliver(server, 2, accepted(2, 1)).timers, kNone);
  EXPECT_EQ(deliver(server, 2, rejected(2, 0, 2)).timers, kNone);
  EXPECT_EQ(deliver(server, 2, append(1, {0, 0})).timers, kNone);
}

// Its election timer was of no use while it led and may long have fired. Without a new one it would
// never stand again, and it may be the only server whose log can win.
TEST(Timers, FormerLeader_StartsItsElectionTimer_HoweverItLearnsOfALaterTerm) {
  for (const MessageBody& body :
       {MessageBody{request_vote(3, 0, 0)}, {vote(3, false)}, {rejected(3, 0, 0)}}) {
    Server server = leader({.term = 2, .log = {2}});
    EXPECT_EQ(deliver(server, 2, body).timers, kElection);
    EXPECT_TRUE(is_follower(server));
  }
}

TEST(Timers, Restart_StartsTheElectionTimer) {
  Server server = leader({.term = 2});
  EXPECT_EQ(step(server, Restart{{server.hard_state, server.log}}).timers, kElection);
}

TEST(Timers, IgnoredInputs_RestartNothing) {
  Server leading = leader({.term = 2});
  EXPECT_EQ(step(leading, ElectionTimeout{}).timers, kNone);
  Server following = follower({.term = 2});
  EXPECT_EQ(step(following, HeartbeatTimeout{}).timers, kNone);
  EXPECT_EQ(step(following, Propose{"x"}).timers, kNone);
  EXPECT_EQ(deliver(following, 2, append(2, {0, 1})).timers, kNone);
}

}  // namespace
}  // namespace raft::test
