// Figure 2 of the paper, sentence by sentence. Each test names the box of the figure and the rule
// in it; the other test files look at single concerns in depth.
#include <gtest/gtest.h>

#include "src/raft/contract.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

// --- State, persistent on all servers -----------------------------------------------------------

// State, persistent: term, vote and log are on stable storage before an RPC is answered. The
// effects that hold the answer say what has to be stored first.
TEST(Figure2, State_PersistentState_IsInTheSameEffectsAsTheAnswer) {
  Server server = follower({.term = 1});
  const Effects voted = deliver(server, 2, request_vote(2, 0, 0));
  EXPECT_EQ(voted.messages.size(), 1u);
  EXPECT_EQ(voted.persist.hard_state, (HardState{Term{2}, ServerId{2}}));
  const Effects appended = deliver(server, 2, append(2, {0, 0}, {2}));
  EXPECT_EQ(appended.messages.size(), 1u);
  EXPECT_EQ(appended.persist.log_from, Index{1});
}

// State, currentTerm: 0 on first boot.
TEST(Figure2, State_CurrentTerm_IsZeroOnFirstBoot) {
  EXPECT_EQ(fresh_server({.servers = 3}, ServerId{1}).current_term(), Term{0});
}

// State, currentTerm: the latest term seen; it only grows.
TEST(Figure2, State_CurrentTerm_NeverGoesBack) {
  Server server = follower({.term = 3});
  deliver(server, 2, request_vote(2, 9, 2));
  EXPECT_EQ(server.current_term(), Term{3});
  deliver(server, 2, append(2, {0, 0}));
  EXPECT_EQ(server.current_term(), Term{3});
}

// State, votedFor: the candidate that has this server's vote in the current term, or nobody.
TEST(Figure2, State_VotedFor_NamesTheCandidateAndIsEmptyInANewTerm) {
  Server server = follower({.term = 1});
  deliver(server, 3, request_vote(1, 0, 0));
  EXPECT_EQ(server.hard_state.voted_for, ServerId{3});
  deliver(server, 2, append(2, {0, 0}));
  EXPECT_EQ(server.hard_state.voted_for, kNoServer);
}

// State, log[]: each entry holds a command and the term in which the leader received it; the first
// index is 1.
TEST(Figure2, State_Log_HoldsCommandAndTermFromIndexOne) {
  Server server = leader({.term = 4});
  const Effects effects = step(server, Propose{"x"});
  EXPECT_EQ(effects.proposed, Index{1});
  EXPECT_EQ(server.log.at(Index{1}), (Entry{Term{4}, EntryKind::Command, "x"}));
}

// --- State, volatile on all servers -------------------------------------------------------------

// State, commitIndex: starts at 0.
TEST(Figure2, State_CommitIndex_StartsAtZero) {
  EXPECT_EQ(fresh_server({.servers = 3}, ServerId{1}).commit_index, Index{0});
}

// State, commitIndex: only grows.
TEST(Figure2, State_CommitIndex_NeverGoesBack) {
  Server server = follower({.term = 1, .log = {1, 1}, .commit = 2});
  deliver(server, 2, append(1, {2, 1}, {}, 1));
  EXPECT_EQ(server.commit_index, Index{2});
}

// State, lastApplied: starts at 0.
TEST(Figure2, State_LastApplied_StartsAtZero) {
  EXPECT_EQ(fresh_server({.servers = 3}, ServerId{1}).last_applied, Index{0});
}

// State, lastApplied: only grows, so that no entry is handed out twice.
TEST(Figure2, State_LastApplied_NeverGoesBack) {
  Server server = follower({.term = 1, .log = {1, 1}, .commit = 2});
  const Effects effects = deliver(server, 2, append(1, {2, 1}, {}, 1));
  EXPECT_EQ(server.last_applied, Index{2});
  EXPECT_EQ(effects.apply, Apply{});
}

// State, volatile: what is volatile is gone after a crash.
TEST(Figure2, State_VolatileState_IsLostInARestart) {
  Server server = follower({.term = 1, .log = {1, 1}, .commit = 2});
  step(server, Restart{{server.hard_state, server.log}});
  EXPECT_EQ(server.commit_index, Index{0});
  EXPECT_EQ(server.last_applied, Index{0});
  EXPECT_EQ(server.log, log_of({1, 1}));
}

// --- State, volatile on leaders -----------------------------------------------------------------

// State, leaders: both arrays are set anew after an election.
TEST(Figure2, State_LeaderArrays_AreSetAnewAfterEachElection) {
  Server server = leader({.term = 1, .log = {1}});
  deliver(server, 2, accepted(1, 1));
  deliver(server, 3, request_vote(2, 1, 1));
  step(server, ElectionTimeout{});
  deliver(server, 2, vote(3, true));
  EXPECT_EQ(progress_of(server, 2), (Progress{Index{2}, Index{0}}));
}

// State, nextIndex[]: starts right after the leader's last entry.
TEST(Figure2, State_NextIndex_StartsAfterTheLeadersLastEntry) {
  Server server = candidate({.term = 2, .log = {1, 1}});
  deliver(server, 3, vote(2, true));
  EXPECT_EQ(progress_of(server, 2).next_index, Index{3});
  EXPECT_EQ(progress_of(server, 3).next_index, Index{3});
}

// State, matchIndex[]: starts at 0.
TEST(Figure2, State_MatchIndex_StartsAtZero) {
  Server server = candidate({.term = 2, .log = {1, 1}});
  deliver(server, 3, vote(2, true));
  EXPECT_EQ(progress_of(server, 2).match_index, Index{0});
  EXPECT_EQ(progress_of(server, 3).match_index, Index{0});
}

// State, matchIndex[]: only grows.
TEST(Figure2, State_MatchIndex_NeverGoesBack) {
  Server server = leader({.term = 1, .log = {1, 1}});
  deliver(server, 2, accepted(1, 2));
  deliver(server, 2, accepted(1, 1));
  EXPECT_EQ(progress_of(server, 2).match_index, Index{2});
}

// --- AppendEntries RPC --------------------------------------------------------------------------

// AppendEntries, purpose: the leader replicates its entries with it.
TEST(Figure2, AppendEntries_ReplicatesTheLeadersEntries) {
  Server sender = leader({.id = 2, .term = 1});
  const Effects proposed = step(sender, Propose{"x"});
  Server receiver = follower({.id = 1, .term = 1});
  step(receiver, Receive{proposed.messages.at(0)});
  EXPECT_EQ(receiver.log, sender.log);
}

// AppendEntries, purpose: it is the heartbeat too.
TEST(Figure2, AppendEntries_IsTheHeartbeatToo) {
  Server server = leader({.term = 1});
  EXPECT_EQ(sent<AppendEntries>(step(server, HeartbeatTimeout{})).size(), 2u);
}

// AppendEntries, argument term: the leader's.
TEST(Figure2, AppendEntries_ArgumentTerm_IsTheLeaders) {
  Server server = leader({.servers = 2, .term = 5, .log = {1}});
  EXPECT_EQ(only<AppendEntries>(step(server, HeartbeatTimeout{})).term, Term{5});
}

// AppendEntries, argument leaderId: lets a follower send clients on to the leader.
TEST(Figure2, AppendEntries_ArgumentLeader_IsWhereAFollowerSendsClients) {
  Server server = follower({.term = 1});
  deliver(server, 3, append(1, {0, 0}));
  EXPECT_EQ(step(server, Propose{"x"}).leader, ServerId{3});
}

// AppendEntries, arguments prevLogIndex and prevLogTerm: the entry right before the new ones.
TEST(Figure2, AppendEntries_ArgumentsPrevious_AreTheEntryBeforeTheNewOnes) {
  Server server = leader({.servers = 2, .term = 3, .log = {1, 2}});
  const auto request = only<AppendEntries>(step(server, Propose{"x"}));
  EXPECT_EQ(request.prev_log_index, Index{2});
  EXPECT_EQ(request.prev_log_term, Term{2});
}

// AppendEntries, argument entries[]: none in a heartbeat, and several may go at once.
TEST(Figure2, AppendEntries_ArgumentEntries_MayBeNoneOrSeveral) {
  Server server = leader({.servers = 2, .term = 1, .log = {}});
  EXPECT_TRUE(only<AppendEntries>(step(server, HeartbeatTimeout{})).entries.empty());
  step(server, Propose{"x"});
  EXPECT_EQ(only<AppendEntries>(step(server, Propose{"y"})).entries.size(), 2u);
}

// AppendEntries, argument leaderCommit: the leader's commitIndex.
TEST(Figure2, AppendEntries_ArgumentLeaderCommit_IsTheLeadersCommitIndex) {
  Server server = leader({.servers = 2, .term = 1, .log = {1, 1, 1}, .commit = 2});
  EXPECT_EQ(only<AppendEntries>(step(server, HeartbeatTimeout{})).leader_commit, Index{2});
}

// AppendEntries, result term: the receiver's, so that a leader of the past learns of it.
TEST(Figure2, AppendEntries_ResultTerm_IsTheReceivers) {
  Server server = follower({.term = 4});
  EXPECT_EQ(only<AppendEntriesReply>(deliver(server, 2, append(3, {0, 0}))).term, Term{4});
  EXPECT_EQ(only<AppendEntriesReply>(deliver(server, 2, append(5, {0, 0}))).term, Term{5});
}

// AppendEntries, result success: whether the receiver has the entry at prevLogIndex.
TEST(Figure2, AppendEntries_ResultSuccess_SaysThatThePreviousEntryIsThere) {
  Server server = follower({.term = 2, .log = {1}});
  EXPECT_TRUE(only<AppendEntriesReply>(deliver(server, 2, append(2, {1, 1}))).success);
  EXPECT_FALSE(only<AppendEntriesReply>(deliver(server, 2, append(2, {2, 1}))).success);
}

// AppendEntries, receiver 1 (section 5.1): a term that is over is refused.
TEST(Figure2, AppendEntries_Receiver1_RefusesATermThatIsOver) {
  Server server = follower({.term = 3, .log = {1}});
  const Effects effects = deliver(server, 2, append(2, {1, 1}, {2}));
  EXPECT_EQ(effects.outcome, Outcome::AppendRejectedTerm);
  EXPECT_FALSE(only<AppendEntriesReply>(effects).success);
  EXPECT_EQ(server.log, log_of({1}));
}

// AppendEntries, receiver 2 (section 5.3): refused unless prevLogIndex has prevLogTerm here.
TEST(Figure2, AppendEntries_Receiver2_RefusesUnlessThePreviousTermAgrees) {
  Server server = follower({.term = 3, .log = {1, 1}});
  const Effects effects = deliver(server, 2, append(3, {2, 2}, {3}));
  EXPECT_EQ(effects.outcome, Outcome::AppendRejectedLog);
  EXPECT_EQ(server.log, log_of({1, 1}));
}

// AppendEntries, receiver 3 (section 5.3): an entry in conflict goes, and all that follow it.
TEST(Figure2, AppendEntries_Receiver3_RemovesAConflictAndAllThatFollows) {
  Server server = follower({.term = 3, .log = {1, 2, 2, 2}});
  deliver(server, 2, append(3, {1, 1}, {3}));
  EXPECT_EQ(server.log, log_of({1, 3}));
}

// AppendEntries, receiver 4: entries that are not in the log yet are appended.
TEST(Figure2, AppendEntries_Receiver4_AppendsWhatIsNotThereYet) {
  Server server = follower({.term = 2, .log = {1, 2}});
  deliver(server, 2, append(2, {1, 1}, {2, 2, 2}));
  EXPECT_EQ(server.log, log_of({1, 2, 2, 2}));
}

// AppendEntries, receiver 5: commitIndex follows leaderCommit, up to the last new entry.
TEST(Figure2, AppendEntries_Receiver5_CommitsUpToTheLastNewEntry) {
  Server server = follower({.term = 2, .log = {1}});
  deliver(server, 2, append(2, {1, 1}, {2, 2}, 2));
  EXPECT_EQ(server.commit_index, Index{2});
  deliver(server, 2, append(2, {3, 2}, {2}, 9));
  EXPECT_EQ(server.commit_index, Index{4});
}

// --- RequestVote RPC ----------------------------------------------------------------------------

// RequestVote, arguments: the candidate's term, its name, and its last entry.
TEST(Figure2, RequestVote_Arguments_AreTermNameAndLastEntry) {
  Server server = follower({.servers = 2, .id = 2, .term = 2, .log = {1, 2, 2}});
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(only<RequestVote>(effects), request_vote(3, 3, 2));
  EXPECT_EQ(effects.messages.front().from, ServerId{2});
}

// RequestVote, result term: the voter's, so that a candidate of the past learns of it.
TEST(Figure2, RequestVote_ResultTerm_IsTheVoters) {
  Server server = follower({.term = 4});
  EXPECT_EQ(only<RequestVoteReply>(deliver(server, 2, request_vote(3, 0, 0))).term, Term{4});
  EXPECT_EQ(only<RequestVoteReply>(deliver(server, 2, request_vote(5, 0, 0))).term, Term{5});
}

// RequestVote, result voteGranted: true means that the candidate has the vote.
TEST(Figure2, RequestVote_ResultVoteGranted_SaysWhetherTheVoteIsGiven) {
  Server server = follower({.term = 1});
  EXPECT_TRUE(only<RequestVoteReply>(deliver(server, 2, request_vote(1, 0, 0))).vote_granted);
  EXPECT_FALSE(only<RequestVoteReply>(deliver(server, 3, request_vote(1, 0, 0))).vote_granted);
}

// RequestVote, receiver 1 (section 5.1): a term that is over gets no vote.
TEST(Figure2, RequestVote_Receiver1_RefusesATermThatIsOver) {
  Server server = follower({.term = 3});
  EXPECT_EQ(deliver(server, 2, request_vote(2, 5, 2)).outcome, Outcome::VoteRefusedTerm);
  EXPECT_EQ(server.hard_state.voted_for, kNoServer);
}

// RequestVote, receiver 2 (sections 5.2, 5.4): one candidate a term, and only with a log that is at
// least as up to date.
TEST(Figure2, RequestVote_Receiver2_GrantsOneCandidateWithAnUpToDateLog) {
  Server server = follower({.term = 3, .log = {1, 2}});
  EXPECT_EQ(deliver(server, 2, request_vote(3, 1, 1)).outcome, Outcome::VoteRefusedLog);
  EXPECT_EQ(deliver(server, 3, request_vote(3, 2, 2)).outcome, Outcome::VoteGranted);
  EXPECT_EQ(deliver(server, 2, request_vote(3, 9, 3)).outcome, Outcome::VoteRefusedVoted);
  EXPECT_EQ(deliver(server, 3, request_vote(3, 2, 2)).outcome, Outcome::VoteGranted);
}

// --- Rules for servers: all servers -------------------------------------------------------------

// All servers 1 (section 5.3): what is committed is applied, in order and each entry once.
TEST(Figure2, AllServers_ApplyWhatIsCommittedInOrder) {
  Server server = follower({.term = 1, .log = {1, 1, 1}, .commit = 1});
  const Effects effects = deliver(server, 2, append(1, {3, 1}, {}, 3));
  EXPECT_EQ(effects.apply, (Apply{Index{2}, Index{3}}));
  EXPECT_EQ(server.last_applied, Index{3});
}

// All servers 2 (section 5.1): a later term in a request or a reply is adopted, as a follower.
TEST(Figure2, AllServers_AdoptALaterTermAsAFollower) {
  const std::vector<MessageBody> later = {request_vote(7, 0, 0), vote(7, false), append(7, {0, 0}),
                                          rejected(7, 0, 0)};
  for (const MessageBody& body : later) {
    for (Server server : {follower({.term = 6}), candidate({.term = 6}), leader({.term = 6})}) {
      deliver(server, 2, body);
      EXPECT_EQ(server.current_term(), Term{7});
      EXPECT_TRUE(is_follower(server));
    }
  }
}

// --- Rules for servers: followers ---------------------------------------------------------------

// Followers 1 (section 5.2): they answer candidates and leaders.
TEST(Figure2, Followers_AnswerCandidatesAndLeaders) {
  Server server = follower({.term = 1});
  const Effects to_candidate = deliver(server, 2, request_vote(1, 0, 0));
  EXPECT_EQ(sent<RequestVoteReply>(to_candidate).at(0).first, 2u);
  const Effects to_leader = deliver(server, 3, append(1, {0, 0}));
  EXPECT_EQ(sent<AppendEntriesReply>(to_leader).at(0).first, 3u);
}

// Followers 2: an election timeout makes them candidates.
TEST(Figure2, Followers_BecomeCandidates_WhenTheElectionTimerFires) {
  Server server = follower({.term = 1});
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::ElectionStarted);
  EXPECT_TRUE(is_candidate(server));
}

// Followers 2: hearing from the current leader or giving a vote puts that timeout off.
TEST(Figure2, Followers_PutTheTimeoutOff_WhenTheLeaderIsHeardOrAVoteGiven) {
  Server server = follower({.term = 1});
  EXPECT_TRUE(deliver(server, 2, request_vote(1, 0, 0)).timers.reset_election);
  EXPECT_TRUE(deliver(server, 2, append(1, {0, 0})).timers.reset_election);
}

// --- Rules for servers: candidates --------------------------------------------------------------

// Candidates 1 (section 5.2): an election is started with a new term, the own vote, a fresh timer
// and a request to every other server.
TEST(Figure2, Candidates_StartAnElectionInFourActs) {
  Server server = follower({.servers = 3, .id = 2, .term = 4});
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_EQ(server.current_term(), Term{5});
  EXPECT_EQ(server.hard_state.voted_for, ServerId{2});
  EXPECT_TRUE(effects.timers.reset_election);
  const auto requests = sent<RequestVote>(effects);
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].first, 1u);
  EXPECT_EQ(requests[1].first, 3u);
}

// Candidates 2: the votes of a majority make a leader.
TEST(Figure2, Candidates_BecomeLeaders_WithTheVotesOfAMajority) {
  Server server = candidate({.servers = 3, .term = 1});
  EXPECT_EQ(deliver(server, 3, vote(1, true)).outcome, Outcome::BecameLeader);
  EXPECT_TRUE(is_leader(server));
}

// Candidates 3: AppendEntries of the new leader makes a follower.
TEST(Figure2, Candidates_BecomeFollowers_WhenTheNewLeaderIsHeard) {
  Server server = candidate({.term = 2});
  deliver(server, 3, append(2, {0, 0}));
  EXPECT_EQ(server.role, Role{Follower{ServerId{3}}});
  EXPECT_EQ(server.hard_state, (HardState{Term{2}, ServerId{1}}));
}

// Candidates 4: an election timeout starts a new election.
TEST(Figure2, Candidates_StartANewElection_WhenTheTimerFiresAgain) {
  Server server = candidate({.servers = 5, .term = 2});
  deliver(server, 2, vote(2, true));
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::ElectionStarted);
  EXPECT_EQ(server, candidate({.servers = 5, .term = 3}));
}

// --- Rules for servers: leaders -----------------------------------------------------------------

// Leaders 1 (section 5.2): once elected, they send empty AppendEntries to every server.
TEST(Figure2, Leaders_SendEmptyAppendEntries_OnceElected) {
  Server server = candidate({.servers = 3, .term = 2, .log = {1}});
  const auto heartbeats = sent<AppendEntries>(deliver(server, 2, vote(2, true)));
  ASSERT_EQ(heartbeats.size(), 2u);
  for (const auto& [to, request] : heartbeats) EXPECT_EQ(request, append(2, {1, 1}));
}

// Leaders 1: and again and again while nothing else happens.
TEST(Figure2, Leaders_RepeatHeartbeats_WhileIdle) {
  Server server = leader({.term = 2});
  for (int round = 0; round < 3; ++round) {
    const Effects effects = step(server, HeartbeatTimeout{});
    EXPECT_EQ(effects.messages.size(), 2u);
    EXPECT_TRUE(effects.timers.reset_heartbeat);
  }
}

// Leaders 2 (section 5.3): a command is appended to their own log and answered once applied; a step
// that hands the proposed index to the state machine is the moment to answer.
TEST(Figure2, Leaders_AppendACommand_AndHandItOutOnceCommitted) {
  Server server = leader({.term = 2, .log = {1}});
  const Effects proposed = step(server, Propose{"x"});
  EXPECT_EQ(proposed.outcome, Outcome::ProposalAppended);
  EXPECT_EQ(proposed.apply, Apply{});
  const Effects acknowledged = deliver(server, 3, accepted(2, 2));
  EXPECT_EQ(acknowledged.apply.last, proposed.proposed);
}

// Leaders 3: a follower that lacks entries gets those from nextIndex on.
TEST(Figure2, Leaders_SendFromNextIndexOn_WhenAFollowerLacksEntries) {
  Server server = leader({.servers = 3, .term = 2, .log = {1, 1, 2}});
  const Effects effects = deliver(server, 2, accepted(2, 1));
  EXPECT_EQ(sent<AppendEntries>(effects).size(), 0u) << "nextIndex is past the end already";
  const Effects backed_up = deliver(server, 3, rejected(2, 0, 2));
  EXPECT_EQ(only<AppendEntries>(backed_up), append(2, {1, 1}, {1, 2}));
}

// Leaders 3, success: nextIndex and matchIndex of the follower are brought forward.
TEST(Figure2, Leaders_BringNextAndMatchForward_OnSuccess) {
  Server server = leader({.servers = 5, .term = 2, .log = {1, 2}});
  step(server, Propose{"x"});
  deliver(server, 2, accepted(2, 3));
  EXPECT_EQ(progress_of(server, 2), (Progress{Index{4}, Index{3}}));
  EXPECT_EQ(progress_of(server, 3), (Progress{Index{3}, Index{0}}));
}

// Leaders 3, failure for a missing entry: nextIndex is lowered and the request tried again.
TEST(Figure2, Leaders_LowerNextIndexAndTryAgain_OnInconsistency) {
  Server server = leader({.term = 2, .log = {1, 2}, .backtracking = Backtracking::Plain});
  const Effects effects = deliver(server, 2, rejected(2, 0, 2));
  EXPECT_EQ(effects.outcome, Outcome::BackedUp);
  EXPECT_EQ(progress_of(server, 2).next_index, Index{2});
  EXPECT_EQ(only<AppendEntries>(effects), append(2, {1, 1}, {2}));
}

// Leaders 4 (sections 5.3, 5.4): an index that a majority holds is committed if its entry is of the
// leader's own term.
TEST(Figure2, Leaders_CommitWhatAMajorityHolds_IfItIsOfTheirOwnTerm) {
  Server server = leader({.servers = 3, .term = 2, .log = {1, 2}});
  deliver(server, 2, accepted(2, 1));
  EXPECT_EQ(server.commit_index, Index{0});
  deliver(server, 2, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{2});
}

}  // namespace
}  // namespace raft::test
