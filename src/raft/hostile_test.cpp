// Messages that no correct server sends, or that come too late, and numbers at their ends: each has
// an outcome with a name.
#include <gtest/gtest.h>

#include "src/raft/contract.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

std::vector<Server> one_of_each_role() {
  const Situation now{.term = 3, .log = {1, 2, 3}, .commit = 1};
  return {follower(now), candidate(now), leader(now)};
}

// Whatever the role, the server is as before and nothing is asked of its driver.
void expect_malformed(const Message& message) {
  for (Server server : one_of_each_role()) {
    const Server before = server;
    EXPECT_EQ(step(server, Receive{message}), (Effects{.outcome = Outcome::MalformedIgnored}));
    EXPECT_EQ(server, before);
  }
}

void expect_malformed(const MessageBody& body) {
  expect_malformed(Message{ServerId{2}, ServerId{1}, body});
}

TEST(Hostile, Message_IsIgnored_WhenMisaddressed) {
  // A later term, so that a check that comes too late would show.
  for (const MessageBody& body : {MessageBody{request_vote(9, 0, 0)},
                                  {vote(9, true)},
                                  {append(9, {0, 0})},
                                  {accepted(9, 1)}}) {
    expect_malformed({ServerId{2}, ServerId{3}, body});  // to another server
    expect_malformed({ServerId{2}, kNoServer, body});    // to nobody
    expect_malformed({ServerId{1}, ServerId{1}, body});  // from itself
    expect_malformed({kNoServer, ServerId{1}, body});    // from nobody
    expect_malformed({ServerId{4}, ServerId{1}, body});  // from outside of the cluster
    expect_malformed({ServerId{~0u}, ServerId{1}, body});
  }
}

TEST(Hostile, Message_IsIgnored_InTermZero) {
  expect_malformed(request_vote(0, 0, 0));
  expect_malformed(vote(0, true));
  expect_malformed(append(0, {0, 0}));
  expect_malformed(accepted(0, 0));
  // Nor does a server that is itself in term 0 take one.
  Server server = fresh_server({.servers = 3}, ServerId{1});
  EXPECT_EQ(deliver(server, 2, request_vote(0, 0, 0)).outcome, Outcome::MalformedIgnored);
}

TEST(Hostile, RequestVote_IsIgnored_WhenItsLastEntryCannotBe) {
  expect_malformed(request_vote(9, 0, 1));   // a term where there is no entry
  expect_malformed(request_vote(9, 1, 0));   // an entry without a term
  expect_malformed(request_vote(9, 1, 10));  // an entry of a term that has not come
}

TEST(Hostile, AppendEntries_IsIgnored_WhenItsPositionCannotBe) {
  expect_malformed(append(9, {0, 1}));
  expect_malformed(append(9, {1, 0}));
  expect_malformed(append(9, {1, 10}));
}

TEST(Hostile, AppendEntries_IsIgnored_WhenItsEntriesCannotBe) {
  expect_malformed(append(9, {0, 0}, {0}));      // no entry has term 0
  expect_malformed(append(9, {0, 0}, {2, 1}));   // terms go back
  expect_malformed(append(9, {1, 2}, {1}));      // and so from the previous entry
  expect_malformed(append(9, {0, 0}, {1, 10}));  // a term that has not come
}

TEST(Hostile, AppendEntries_IsIgnored_WhenItsIndexesOverflow) {
  expect_malformed(append(9, {kHuge, 1}, {1}));
  expect_malformed(append(9, {kHuge - 1, 1}, {1, 1}));
}

// Found by fuzz_handler: an index of 2^64 - 1 was installed, and the next one is 0.
TEST(Hostile, InstallSnapshot_IsIgnored_WhenNoLogCouldGoOnBehindIt) {
  for (const std::uint64_t index : {kHuge, kHuge - 1, kHuge / 2 + 1}) {
    expect_malformed(InstallSnapshot{.term = Term{9},
                                     .last_included_index = Index{index},
                                     .last_included_term = Term{9},
                                     .done = true});
  }
}

TEST(Hostile, AppendEntries_IsRejectedForItsLog_WhenItsIndexIsAbsurdButPossible) {
  for (const AppendEntries& request : {append(3, {kHuge, 1}), append(3, {kHuge - 1, 1}, {1})}) {
    Server server = follower({.term = 3, .log = {1, 2}});
    const Effects effects = deliver(server, 2, request);
    EXPECT_EQ(effects.outcome, Outcome::AppendRejectedLog);
    EXPECT_EQ(only<AppendEntriesReply>(effects), rejected(3, 0, 3));
  }
}

TEST(Hostile, AppendEntries_CommitsNoMoreThanItShows_WhenItsCommitIsAbsurd) {
  Server server = follower({.term = 3, .log = {1, 2, 3}});
  EXPECT_EQ(deliver(server, 2, append(3, {2, 2}, {}, kHuge)).outcome, Outcome::AppendAccepted);
  EXPECT_EQ(server.commit_index, Index{2});
}

TEST(Hostile, RequestVote_IsGranted_WhenItsLogIsAbsurdlyLong) {
  Server server = follower({.term = 3, .log = {1, 2}});
  EXPECT_EQ(deliver(server, 2, request_vote(3, kHuge, 2)).outcome, Outcome::VoteGranted);
}

TEST(Hostile, AppendEntriesReply_IsIgnored_WhenItAcknowledgesWhatWasNeverSent) {
  Server server = leader({.term = 3, .log = {1, 3}});
  const Server before = server;
  for (const std::uint64_t match : {std::uint64_t{3}, kHuge}) {
    EXPECT_EQ(deliver(server, 2, accepted(3, match)),
              (Effects{.outcome = Outcome::MalformedIgnored}));
  }
  EXPECT_EQ(server, before);
}

TEST(Hostile, AppendEntriesReply_MovesNothing_WhenItsHintIsAbsurd) {
  Server server = leader({.term = 3, .log = {1, 3}});
  const Server before = server;
  for (const AppendEntriesReply& reply :
       {rejected(3, 0, 0), rejected(3, 0, kHuge), rejected(3, kHuge, kHuge), rejected(3, 3, 1)}) {
    EXPECT_EQ(deliver(server, 2, reply), (Effects{.outcome = Outcome::StaleReplyIgnored}));
    EXPECT_EQ(server, before);
  }
}

TEST(Hostile, AppendEntries_OfTheLeadersOwnTerm_BreaksAContract) {
  Server server = leader({.term = 3});
  EXPECT_THROW(deliver(server, 2, append(3, {0, 0})), ContractViolation);
}

TEST(Hostile, Leader_StaysLeader_WhenAppendEntriesOfAnEarlierTermArrives) {
  Server server = leader({.term = 3});
  EXPECT_EQ(deliver(server, 2, append(2, {0, 0})).outcome, Outcome::AppendRejectedTerm);
  EXPECT_TRUE(is_leader(server));
}

TEST(Hostile, Server_StartsNoElection_WhenTermsAreExhausted) {
  for (Server server : {follower({.term = kHuge}), candidate({.term = kHuge})}) {
    const Server before = server;
    EXPECT_EQ(step(server, ElectionTimeout{}), (Effects{.outcome = Outcome::TermsExhausted}));
    EXPECT_EQ(server, before);
  }
}

TEST(Hostile, Server_UsesTheLastTerm) {
  Server server = follower({.term = kHuge - 1});
  EXPECT_EQ(step(server, ElectionTimeout{}).outcome, Outcome::ElectionStarted);
  EXPECT_EQ(server.current_term(), Term{kHuge});
  EXPECT_EQ(deliver(server, 2, vote(kHuge, true)).outcome, Outcome::BecameLeader);
}

TEST(Hostile, Server_AdoptsTheLastTerm_AndStillServes) {
  Server server = leader({.term = 3});
  EXPECT_EQ(deliver(server, 2, request_vote(kHuge, 0, 0)).outcome, Outcome::VoteGranted);
  EXPECT_EQ(deliver(server, 2, append(kHuge, {0, 0}, {kHuge})).outcome, Outcome::AppendAccepted);
  EXPECT_EQ(server.log, log_of({kHuge}));
}

TEST(Hostile, Outcome_HasAName) {
  EXPECT_STREQ(to_string(Outcome::None), "None");
  EXPECT_STREQ(to_string(Outcome::VoteRefusedLog), "VoteRefusedLog");
  EXPECT_STREQ(to_string(Outcome::AppendRejectedLog), "AppendRejectedLog");
  EXPECT_STREQ(to_string(Outcome::ProposalRefused), "ProposalRefused");
  EXPECT_STREQ(to_string(Outcome::MalformedIgnored), "MalformedIgnored");
}

}  // namespace
}  // namespace raft::test
