// The receiver of AppendEntries (section 5.3).
#include <gtest/gtest.h>

#include "src/raft/contract.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

TEST(AppendEntries, Receiver_AcceptsOnly_WhereThePreviousEntryAgrees) {
  struct Row {
    At previous;
    bool accepts;
  };
  for (const Row& row : {Row{{0, 0}, true}, Row{{1, 1}, true}, Row{{2, 2}, true},
                         Row{{2, 1}, false}, Row{{3, 3}, false}}) {
    SCOPED_TRACE(testing::Message()
                 << "previous " << row.previous.index << "@" << row.previous.term);
    Server server = follower({.term = 2, .log = {1, 2}, .commit = 1});
    const Effects effects = deliver(server, 2, append(3, row.previous));
    EXPECT_EQ(effects.outcome, row.accepts ? Outcome::AppendAccepted : Outcome::AppendRejectedLog);
    EXPECT_EQ(only<AppendEntriesReply>(effects).success, row.accepts);
    EXPECT_EQ(server.log, log_of({1, 2}));
  }
}

TEST(AppendEntries, Receiver_RemovesOnlyWhatConflicts) {
  struct Row {
    At previous;
    Terms entries;
    Terms log;
  };
  const std::vector<Row> rows = {
      {{2, 2}, {3}, {1, 2, 3}},
      {{1, 1}, {3, 4}, {1, 3, 4}},
      {{0, 0}, {1}, {1, 2}},  // an old request must not cut off what was acknowledged since
      {{0, 0}, {3}, {3}},
  };
  for (const Row& row : rows) {
    Server server = follower({.term = 2, .log = {1, 2}});
    const Effects effects = deliver(server, 2, append(4, row.previous, row.entries));
    EXPECT_EQ(effects.outcome, Outcome::AppendAccepted);
    EXPECT_EQ(terms_of(server.log), row.log);
    EXPECT_EQ(only<AppendEntriesReply>(effects),
              accepted(4, row.previous.index + row.entries.size()));
  }
}

TEST(AppendEntries, Receiver_CommitsOnlyWhatWasCompared) {
  struct Row {
    At previous;
    std::uint64_t leader_commit;
    Terms entries;
    bool accepts;
    std::uint64_t verified, commit;
  };
  const std::vector<Row> rows = {
      {{3, 2}, 3, {4}, false, 0, 1}, {{4, 3}, 3, {4}, false, 0, 1},   {{3, 3}, 3, {}, true, 3, 3},
      {{3, 3}, 4, {}, true, 3, 3},   {{3, 3}, 2, {}, true, 3, 2},     {{3, 3}, 0, {}, true, 3, 1},
      {{0, 0}, 3, {}, true, 0, 1},   {{3, 3}, 3, {4}, true, 4, 3},    {{3, 3}, 4, {4}, true, 4, 4},
      {{3, 3}, 5, {4}, true, 4, 4},  {{3, 3}, 5, {4, 4}, true, 5, 5}, {{2, 2}, 3, {4}, true, 3, 3},
      {{1, 1}, 3, {4}, true, 2, 2},  {{1, 1}, 3, {4, 4}, true, 3, 3},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(testing::Message() << "previous " << row.previous.index << ", leader's commit "
                                    << row.leader_commit << ", entries " << row.entries.size());
    Server server = follower({.term = 3, .log = {1, 2, 3}, .commit = 1});
    const auto reply = only<AppendEntriesReply>(
        deliver(server, 2, append(4, row.previous, row.entries, row.leader_commit)));
    EXPECT_EQ(reply.success, row.accepts);
    EXPECT_EQ(reply.match_index, Index{row.verified});
    EXPECT_EQ(server.commit_index, Index{row.commit});
    EXPECT_EQ(server.last_applied, Index{row.commit});
  }
}

TEST(AppendEntries, Receiver_BreaksAContract_WhenACommittedEntryWouldGo) {
  Server server = follower({.term = 3, .log = {1, 2, 3}, .commit = 1});
  EXPECT_THROW(deliver(server, 2, append(4, {0, 0}, {4}, 3)), ContractViolation);
}

TEST(AppendEntries, Receiver_MayRemoveTheFirstEntryAfterTheCommitted) {
  Server server = follower({.term = 3, .log = {1, 2, 3}, .commit = 1});
  deliver(server, 2, append(4, {1, 1}, {4}));
  EXPECT_EQ(server.log, log_of({1, 4}));
}

TEST(AppendEntries, Receiver_StatesFromWhereTheLogChanged) {
  struct Row {
    At previous;
    Terms entries;
    std::optional<Index> log_from;
  };
  const std::vector<Row> rows = {
      {{3, 2}, {3}, Index{4}},        // appended
      {{1, 1}, {2, 2, 3}, Index{4}},  // two known already, the third appended
      {{1, 1}, {2, 3, 3}, Index{3}},  // one known, the second in conflict
      {{1, 1}, {2}, std::nullopt},    // all known
      {{3, 2}, {}, std::nullopt},     // a heartbeat
  };
  for (const Row& row : rows) {
    Server server = follower({.term = 3, .log = {1, 2, 2}});
    EXPECT_EQ(deliver(server, 2, append(3, row.previous, row.entries)).persist.log_from,
              row.log_from);
  }
}

TEST(AppendEntries, Receiver_KeepsTheLeadersCommandsAndKinds) {
  Server server = follower({.term = 2, .log = {1}});
  AppendEntries request = append(2, {1, 1});
  request.entries = {{Term{2}, EntryKind::NoOp, ""}, {Term{2}, EntryKind::Command, "x"}};
  deliver(server, 2, request);
  ASSERT_EQ(server.log.last_index(), Index{3});
  EXPECT_EQ(server.log.at(Index{2}), request.entries[0]);
  EXPECT_EQ(server.log.at(Index{3}), request.entries[1]);
}

TEST(AppendEntries, Receiver_RemembersTheLeader) {
  Server server = follower({.term = 2});
  deliver(server, 3, append(2, {5, 2}));  // rejected, but it comes from the term's leader
  EXPECT_EQ(server.role, Role{Follower{ServerId{3}}});
}

TEST(AppendEntries, Receiver_AdoptsALaterTerm_EvenWhenItRejects) {
  Server server = leader({.term = 2, .log = {2}});
  const Effects effects = deliver(server, 3, append(4, {2, 3}, {4}));
  EXPECT_EQ(effects.outcome, Outcome::AppendRejectedLog);
  EXPECT_EQ(server.hard_state, (HardState{Term{4}, kNoServer}));
  EXPECT_EQ(server.role, Role{Follower{ServerId{3}}});
  EXPECT_EQ(effects.persist.hard_state, server.hard_state);
}

TEST(AppendEntries, Receiver_ChangesNothing_WhenTheTermIsOver) {
  for (Server server : {follower({.term = 3, .log = {1}}), candidate({.term = 3, .log = {1}}),
                        leader({.term = 3, .log = {1}})}) {
    const Server before = server;
    const Effects effects = deliver(server, 2, append(2, {1, 1}, {2}, 2));
    EXPECT_EQ(effects.outcome, Outcome::AppendRejectedTerm);
    EXPECT_EQ(only<AppendEntriesReply>(effects), (AppendEntriesReply{.term = Term{3}}));
    EXPECT_EQ(effects.persist, Persist{});
    EXPECT_EQ(server, before);
  }
}

TEST(AppendEntries, Rejection_NamesTheEndOfALogThatIsTooShort) {
  Server server = follower({.term = 2, .log = {1, 1}});
  EXPECT_EQ(only<AppendEntriesReply>(deliver(server, 2, append(2, {7, 2}))), rejected(2, 0, 3));
}

TEST(AppendEntries, Rejection_NamesTheConflictingTermAndItsFirstIndex) {
  Server server = follower({.term = 5, .log = {1, 2, 2, 2, 3}});
  EXPECT_EQ(only<AppendEntriesReply>(deliver(server, 2, append(5, {4, 4}))), rejected(5, 2, 2));
}

TEST(AppendEntries, Rejection_NamesTheRefusedIndex_WhenBacktrackingIsPlain) {
  const Situation now{.term = 5, .log = {1, 2, 2, 2}, .backtracking = Backtracking::Plain};
  Server server = follower(now);
  EXPECT_EQ(only<AppendEntriesReply>(deliver(server, 2, append(5, {4, 4}))), rejected(5, 0, 4));
  EXPECT_EQ(only<AppendEntriesReply>(deliver(server, 2, append(5, {9, 4}))), rejected(5, 0, 9));
}

TEST(AppendEntries, Receiver_AppliesEachEntryOnce) {
  Server server = follower({.term = 1});
  EXPECT_EQ(deliver(server, 2, append(1, {0, 0}, {1, 1}, 1)).apply, (Apply{Index{1}, Index{1}}));
  EXPECT_EQ(deliver(server, 2, append(1, {0, 0}, {1, 1}, 1)).apply, Apply{});
  EXPECT_EQ(deliver(server, 2, append(1, {2, 1}, {1}, 3)).apply, (Apply{Index{2}, Index{3}}));
}

// --- The door for messages ----------------------------------------------------------------------

TEST(Step, OfAMessage_IsThatOfItsReceipt) {
  for (const Message& message :
       {Message{ServerId{3}, ServerId{1}, append(2, {0, 0}, {1, 2}, 1)},
        Message{ServerId{3}, ServerId{1}, append(0, {0, 0})}, Message{ServerId{2}, ServerId{3}, {}},
        Message{ServerId{2}, ServerId{1}, request_vote(3, 0, 0)}}) {
    Server one = follower({.term = 1});
    Server other = one;
    Effects effects{.outcome = Outcome::Restarted, .reads = {1}};
    step(one, message, effects);
    EXPECT_EQ(effects, step(other, Receive{message}));
    EXPECT_EQ(one, other);
  }
}

}  // namespace
}  // namespace raft::test
