// Log compaction and InstallSnapshot, by section 7 and Figure 13 of the paper.
#include <gtest/gtest.h>

#include "src/raft/contract.hpp"
#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

// A server whose log is compacted through `through`, which it has applied.
Server compacted(Server server, std::uint64_t through) {
  step(server, Compact{Index{through}, "s" + std::to_string(through)});
  return server;
}

Compact compact(std::uint64_t through) { return {Index{through}, "state"}; }

InstallSnapshot snapshot(std::uint64_t term, At last) {
  return {.term = Term{term},
          .last_included_index = Index{last.index},
          .last_included_term = Term{last.term},
          .data = "state",
          .done = true};
}

InstallSnapshot chunk(InstallSnapshot whole, std::uint64_t offset, std::string data, bool done) {
  whole.offset = offset;
  whole.data = std::move(data);
  whole.done = done;
  return whole;
}

// --- Compaction (section 7) ---------------------------------------------------------------------

TEST(Snapshot, Compaction_DropsTheLogThroughAnAppliedIndex_AndKeepsTheRest) {
  Server server = follower({.term = 3, .log = {1, 2, 3}, .commit = 2});
  const Effects effects = step(server, compact(2));
  EXPECT_EQ(effects.outcome, Outcome::Compacted);
  EXPECT_TRUE(effects.persist.snapshot);
  EXPECT_FALSE(effects.restore);
  EXPECT_EQ(server.snapshot, (Snapshot{Index{2}, Term{2}, "state"}));
  EXPECT_EQ(server.log.base_index(), Index{2});
  EXPECT_EQ(server.log.base_term(), Term{2});
  EXPECT_EQ(terms_of(server.log), (Terms{3}));
  EXPECT_EQ(server.log.last_index(), Index{3});
}

TEST(Snapshot, Compaction_IsRefused_BeyondWhatIsApplied_OrDoneAlready) {
  Server server = follower({.term = 3, .log = {1, 2, 3}, .commit = 2});
  for (const std::uint64_t index : {0, 3, 9}) {
    EXPECT_EQ(step(server, compact(index)).outcome, Outcome::CompactRefused) << index;
  }
  step(server, compact(2));
  const Server before = server;
  for (const std::uint64_t index : {1, 2}) {
    EXPECT_EQ(step(server, compact(index)).outcome, Outcome::CompactRefused) << index;
  }
  EXPECT_EQ(server, before);
}

TEST(Snapshot, Log_RefusesToGuessATermBelowItsBase) {
  const Server server = compacted(follower({.term = 2, .log = {1, 1, 2}, .commit = 2}), 2);
  EXPECT_EQ(server.log.term_at(Index{2}), Term{1});
  EXPECT_THROW(static_cast<void>(server.log.term_at(Index{1})), ContractViolation);
  EXPECT_THROW(static_cast<void>(server.log.term_at(Index{0})), ContractViolation);
}

TEST(Snapshot, Candidate_ShowsTheBaseAsItsLastEntry_WhenAllIsCompacted) {
  Server server = compacted(follower({.term = 4, .log = {1, 3}, .commit = 2}), 2);
  const auto requests = sent<RequestVote>(step(server, ElectionTimeout{}));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].second, request_vote(5, 2, 3));
}

TEST(Snapshot, Voter_ComparesWithTheBase_WhenAllIsCompacted) {  // section 5.4.1
  const Server voter = compacted(follower({.term = 3, .log = {1, 3}, .commit = 2}), 2);
  for (const auto& [last, is_granted] :
       {std::pair{At{2, 3}, true}, {At{1, 3}, false}, {At{9, 2}, false}, {At{1, 4}, true}}) {
    Server server = voter;
    const auto reply =
        only<RequestVoteReply>(deliver(server, 2, request_vote(4, last.index, last.term)));
    EXPECT_EQ(reply.vote_granted, is_granted) << last.index << "@" << last.term;
  }
}

// --- The leader ---------------------------------------------------------------------------------

TEST(Snapshot, Leader_SendsItsSnapshot_WhenTheNextEntryIsCompacted) {
  Server server = compacted(leader({.term = 2, .log = {1, 1, 2}, .commit = 3}), 2);
  auto& progress = std::get<Leader>(server.role).progress;
  progress[ServerId{2}].next_index = Index{2};  // compacted, the last of them
  progress[ServerId{3}].next_index = Index{3};
  const Effects effects = step(server, HeartbeatTimeout{});
  const auto snapshots = sent<InstallSnapshot>(effects);
  ASSERT_EQ(snapshots.size(), 1u);
  EXPECT_EQ(snapshots[0].first, 2u);
  EXPECT_EQ(snapshots[0].second.term, Term{2});
  EXPECT_EQ(snapshots[0].second.last_included_index, Index{2});
  EXPECT_EQ(snapshots[0].second.last_included_term, Term{1});
  EXPECT_EQ(snapshots[0].second.data, "s2");
  EXPECT_TRUE(snapshots[0].second.done);
  const auto appends = sent<AppendEntries>(effects);
  ASSERT_EQ(appends.size(), 1u);
  EXPECT_EQ(appends[0].second,
            append(2, {2, 1}, {2}, 3));  // previous is the base: its term is known
}

TEST(Snapshot, Leader_FallsBackToItsSnapshot_WhenARejectionLeadsBelowTheBase) {
  Server server = compacted(leader({.term = 2, .log = {1, 1, 2}, .commit = 3}), 2);
  const Effects effects = deliver(server, 2, rejected(2, 0, 1));
  EXPECT_EQ(effects.outcome, Outcome::BackedUp);
  EXPECT_EQ(only<InstallSnapshot>(effects).last_included_index, Index{2});
}

TEST(Snapshot, Leader_GoesOnBehindTheSnapshot_OnceItIsInstalled) {
  Server server = compacted(leader({.term = 2, .log = {1, 1, 2}, .commit = 3}), 2);
  deliver(server, 2, rejected(2, 0, 1));
  const Effects effects = deliver(
      server, 2,
      InstallSnapshotReply{.term = Term{2}, .last_included_index = Index{2}, .installed = true});
  EXPECT_EQ(effects.outcome, Outcome::Acknowledged);
  EXPECT_EQ(progress_of(server, 2), (Progress{Index{3}, Index{2}}));
  EXPECT_EQ(only<AppendEntries>(effects), append(2, {2, 1}, {2}, 3));
}

TEST(Snapshot, Leader_IgnoresRepliesThatSayNothingOrComeLate) {
  Server server = compacted(leader({.term = 2, .log = {1, 1, 2}, .commit = 3}), 2);
  deliver(server, 2, rejected(2, 0, 1));
  const Server before = server;
  for (const InstallSnapshotReply& reply :
       {InstallSnapshotReply{.term = Term{2}},
        InstallSnapshotReply{.term = Term{1}, .last_included_index = Index{2}, .installed = true},
        InstallSnapshotReply{.term = Term{2}, .last_included_index = Index{1}, .stored = 1},
        InstallSnapshotReply{.term = Term{2}, .last_included_index = Index{2}, .stored = 2}}) {
    EXPECT_EQ(deliver(server, 2, reply).outcome, Outcome::StaleReplyIgnored);
    EXPECT_EQ(server, before);
  }
  const InstallSnapshotReply beyond{
      .term = Term{2}, .last_included_index = Index{4}, .installed = true};
  EXPECT_EQ(deliver(server, 2, beyond).outcome, Outcome::MalformedIgnored);
}

TEST(Snapshot, Leader_StepsDown_WhenAReplyShowsALaterTerm) {
  Server server = compacted(leader({.term = 2, .log = {1, 2}, .commit = 2}), 1);
  EXPECT_EQ(deliver(server, 2, InstallSnapshotReply{.term = Term{3}}).outcome,
            Outcome::SteppedDown);
  EXPECT_TRUE(is_follower(server));
}

TEST(Snapshot, Leader_CommitsBehindTheBase_WhenAMajorityHoldsAnEntry) {
  Server server = compacted(leader({.term = 2, .log = {1, 2, 2}, .commit = 2}), 2);
  deliver(server, 2, accepted(2, 0));  // a majority of match indices is below the base
  EXPECT_EQ(server.commit_index, Index{2});
  EXPECT_EQ(deliver(server, 2, accepted(2, 3)).apply, (Apply{Index{3}, Index{3}}));
}

// --- The follower (Figure 13, InstallSnapshot) --------------------------------------------------

TEST(Snapshot, Follower_RefusesASnapshotOfAnEarlierTerm) {  // 1
  Server server = follower({.term = 3, .log = {1}});
  const Effects effects = deliver(server, 2, snapshot(2, {3, 2}));
  EXPECT_EQ(effects.outcome, Outcome::SnapshotRefused);
  EXPECT_EQ(only<InstallSnapshotReply>(effects), (InstallSnapshotReply{.term = Term{3}}));
  EXPECT_FALSE(effects.timers.reset_election);
  EXPECT_EQ(terms_of(server.log), (Terms{1}));
}

TEST(Snapshot, Follower_DiscardsItsWholeLog_WhenItLacksTheLastIncludedEntry) {  // 7, 8
  for (const Terms& log : {Terms{}, Terms{1}, Terms{1, 1, 1}, Terms{1, 1, 3, 3}}) {
    Server server = follower({.term = 3, .log = log});
    const Effects effects = deliver(server, 2, snapshot(3, {3, 2}));
    EXPECT_EQ(effects.outcome, Outcome::SnapshotInstalled);
    EXPECT_EQ(server.log, Log(Index{3}, Term{2}, {}));
    EXPECT_EQ(server.snapshot, (Snapshot{Index{3}, Term{2}, "state"}));
    EXPECT_EQ(server.commit_index, Index{3});
    EXPECT_EQ(server.last_applied, Index{3});
    EXPECT_TRUE(effects.persist.snapshot);
    EXPECT_TRUE(effects.restore);
    EXPECT_TRUE(effects.timers.reset_election);
    EXPECT_EQ(only<InstallSnapshotReply>(effects),
              (InstallSnapshotReply{
                  .term = Term{3}, .last_included_index = Index{3}, .installed = true}));
  }
}

TEST(Snapshot, Follower_KeepsWhatFollowsTheLastIncludedEntry_WhenItHasThatEntry) {  // 6
  Server server = follower({.term = 3, .log = {1, 2, 2, 3}, .commit = 1});
  const Effects effects = deliver(server, 2, snapshot(3, {3, 2}));
  EXPECT_EQ(effects.outcome, Outcome::SnapshotKeptSuffix);
  EXPECT_EQ(server.log, Log(Index{3}, Term{2}, entries_of({3})));
  EXPECT_EQ(server.commit_index, Index{3});
}

TEST(Snapshot, Follower_ChangesNothing_WhenItHasCommittedAsMuch) {
  Server server = follower({.term = 3, .log = {1, 2, 2, 3}, .commit = 3});
  const Server before = server;
  const Effects effects = deliver(server, 2, snapshot(3, {2, 2}));
  EXPECT_EQ(effects.outcome, Outcome::SnapshotIgnored);
  EXPECT_EQ(server.log, before.log);
  EXPECT_EQ(server.commit_index, before.commit_index);
  EXPECT_EQ(effects.persist, Persist{});
  EXPECT_EQ(
      only<InstallSnapshotReply>(effects),
      (InstallSnapshotReply{.term = Term{3}, .last_included_index = Index{2}, .installed = true}));
}

TEST(Snapshot, Follower_AnswersTheReadsThatItLetsItAnswer) {  // dissertation, section 6.4
  Server server = follower({.term = 3, .log = {1}});
  server.role = Follower{.leader = ServerId{2}, .reads = {{7, Index{3}}, {8, Index{4}}}};
  const Effects effects = deliver(server, 2, snapshot(3, {3, 2}));
  EXPECT_TRUE(effects.restore);
  EXPECT_EQ(effects.reads, std::vector<std::uint64_t>{7});
  EXPECT_EQ(std::get<Follower>(server.role).reads, (std::vector<FollowerRead>{{8, Index{4}}}));
}

TEST(Snapshot, Answers_CountForTheCheckOfTheQuorum) {  // dissertation, section 6.2
  for (const bool is_installed : {false, true}) {
    Server server =
        compacted(leader({.term = 2, .log = {1, 2, 2}, .commit = 2, .check_quorum = true}), 2);
    deliver(server, 3,
            InstallSnapshotReply{
                .term = Term{2}, .last_included_index = Index{2}, .installed = is_installed});
    EXPECT_EQ(std::get<Leader>(server.role).heard, ServerSet::from_bits(4));
  }
}

TEST(Snapshot, Follower_HasHeardFromItsLeader) {  // dissertation, section 4.2.3
  Server server = follower({.term = 3, .log = {1}, .vote_lease = true});
  EXPECT_TRUE(deliver(server, 2, snapshot(3, {3, 2})).timers.reset_lease);
  EXPECT_TRUE(std::get<Follower>(server.role).lease);
}

TEST(Snapshot, Candidate_FollowsTheLeaderThatSendsASnapshot) {  // section 5.2
  Server server = candidate({.term = 3});
  deliver(server, 2, snapshot(3, {1, 1}));
  EXPECT_EQ(server.role, (Role{Follower{ServerId{2}, {}}}));
}

TEST(Snapshot, Leader_BreaksAContract_WhenAnotherOfItsTermSendsASnapshot) {
  Server server = leader({.term = 3});
  EXPECT_THROW(deliver(server, 2, snapshot(3, {1, 1})), ContractViolation);
}

TEST(Snapshot, Message_IsIgnored_WhenItsPositionCannotBe) {
  Server server = follower({.term = 3});
  for (const At last : {At{0, 1}, At{1, 0}, At{1, 4}}) {
    EXPECT_EQ(deliver(server, 2, snapshot(3, last)).outcome, Outcome::MalformedIgnored);
  }
  EXPECT_EQ(deliver(server, 2, chunk(snapshot(3, {1, 1}), ~std::uint64_t{0}, "ab", true)).outcome,
            Outcome::MalformedIgnored);
}

// --- Chunks (Figure 13, InstallSnapshot 2 to 4) -------------------------------------------------

TEST(Snapshot, Leader_SendsChunksOfBoundedSize) {
  Server server = leader({.term = 2, .log = {1, 2}, .commit = 2});
  server.config.snapshot_chunk = 3;
  step(server, Compact{Index{2}, "abcdefg"});
  const auto first = only<InstallSnapshot>(deliver(server, 2, rejected(2, 0, 1)));
  EXPECT_EQ(first, chunk(snapshot(2, {2, 2}), 0, "abc", false));
  const auto stored = [](std::uint64_t bytes) {
    return InstallSnapshotReply{.term = Term{2}, .last_included_index = Index{2}, .stored = bytes};
  };
  EXPECT_EQ(only<InstallSnapshot>(deliver(server, 2, stored(3))),
            chunk(snapshot(2, {2, 2}), 3, "def", false));
  EXPECT_EQ(only<InstallSnapshot>(deliver(server, 2, stored(6))),
            chunk(snapshot(2, {2, 2}), 6, "g", true));
}

TEST(Snapshot, Piece_IsSentOnceForAnAnswer_AndAnewWithAHeartbeat) {
  Server server = leader({.term = 2, .log = {1, 2}, .commit = 2});
  server.config.snapshot_chunk = 3;
  step(server, Compact{Index{2}, "abcdefgh"});
  std::get<Leader>(server.role).progress[ServerId{2}].next_index = Index{1};
  const auto stored = [](std::uint64_t bytes) {
    return InstallSnapshotReply{.term = Term{2}, .last_included_index = Index{2}, .stored = bytes};
  };
  const auto offset = [](const Effects& effects) {
    std::vector<std::uint64_t> offsets;
    for (const auto& [to, piece] : sent<InstallSnapshot>(effects)) offsets.push_back(piece.offset);
    return offsets;
  };
  using Offsets = std::vector<std::uint64_t>;
  EXPECT_EQ(offset(deliver(server, 2, stored(3))), Offsets{3});
  EXPECT_EQ(deliver(server, 2, stored(3)), (Effects{.outcome = Outcome::StaleReplyIgnored}));
  EXPECT_EQ(offset(step(server, HeartbeatTimeout{})), Offsets{3}) << "it may be lost";
  EXPECT_EQ(offset(deliver(server, 2, stored(0))), Offsets{0}) << "it has restarted";
  EXPECT_EQ(offset(deliver(server, 2, stored(6))), Offsets{6});
  step(server, Propose{"x"});
  deliver(server, 3, accepted(2, 3));
  step(server, Compact{Index{3}, "klmnopqrst"});
  EXPECT_EQ(offset(step(server, HeartbeatTimeout{})), Offsets{0}) << "another snapshot";
}

TEST(Snapshot, Follower_PutsChunksTogether_WhateverComesTwiceOrTooEarly) {
  Server server = follower({.term = 2});
  const InstallSnapshot whole = snapshot(2, {2, 2});
  const auto stored_after = [&](const InstallSnapshot& request) {
    return only<InstallSnapshotReply>(deliver(server, 2, request)).stored;
  };
  EXPECT_EQ(stored_after(chunk(whole, 3, "def", false)), 0u);  // a gap
  EXPECT_EQ(stored_after(chunk(whole, 0, "abc", false)), 3u);
  EXPECT_EQ(stored_after(chunk(whole, 3, "def", false)), 6u);
  EXPECT_EQ(stored_after(chunk(whole, 0, "abc", false)), 6u);  // once more: nothing is lost
  EXPECT_EQ(server.commit_index, Index{0});
  const Effects effects = deliver(server, 2, chunk(whole, 6, "g", true));
  EXPECT_EQ(effects.outcome, Outcome::SnapshotInstalled);
  EXPECT_EQ(server.snapshot.data, "abcdefg");
  EXPECT_EQ(server.role, (Role{Follower{ServerId{2}, {}}}));
}

TEST(Snapshot, Follower_BeginsAnew_WhenALaterSnapshotOrAnotherLeaderComes) {
  Server server = follower({.term = 2});
  deliver(server, 2, chunk(snapshot(2, {2, 2}), 0, "abc", false));
  EXPECT_EQ(
      only<InstallSnapshotReply>(deliver(server, 2, chunk(snapshot(2, {4, 2}), 0, "x", false))),
      (InstallSnapshotReply{.term = Term{2}, .last_included_index = Index{4}, .stored = 1}));
  // An earlier one comes late: the answer still tells of the later one.
  EXPECT_EQ(
      only<InstallSnapshotReply>(deliver(server, 2, chunk(snapshot(2, {2, 2}), 3, "d", true))),
      (InstallSnapshotReply{.term = Term{2}, .last_included_index = Index{4}, .stored = 1}));
  EXPECT_EQ(
      only<InstallSnapshotReply>(deliver(server, 3, chunk(snapshot(3, {4, 2}), 1, "y", true))),
      (InstallSnapshotReply{.term = Term{3}, .last_included_index = Index{4}, .stored = 0}));
}

TEST(Snapshot, Follower_ForgetsChunks_OnceTheirEntriesAreCommitted) {
  Server server = follower({.term = 2});
  deliver(server, 2, chunk(snapshot(2, {2, 2}), 0, "abc", false));
  deliver(server, 2, append(2, {0, 0}, {1, 2}, 1));
  EXPECT_EQ(std::get<Follower>(server.role).incoming.data, "abc");
  deliver(server, 2, append(2, {2, 2}, {}, 2));
  EXPECT_EQ(server.role, (Role{Follower{ServerId{2}, {}}}));
}

// --- AppendEntries at a server that has compacted -----------------------------------------------

TEST(Snapshot, Follower_AcceptsEntriesThatBeginBelowItsBase) {
  for (const auto& [previous, entries, log] : {std::tuple{At{0, 0}, Terms{}, Terms{3}},
                                               {At{0, 0}, Terms{1}, Terms{3}},
                                               {At{0, 0}, Terms{1, 2}, Terms{3}},
                                               {At{1, 1}, Terms{2, 3, 3}, Terms{3, 3}},
                                               {At{0, 0}, Terms{1, 2, 4, 4}, Terms{4, 4}}}) {
    Server server = compacted(follower({.term = 4, .log = {1, 2, 3}, .commit = 2}), 2);
    const Effects effects = deliver(server, 2, append(4, previous, entries, 1));
    EXPECT_EQ(effects.outcome, Outcome::AppendAccepted);
    EXPECT_EQ(terms_of(server.log), log);
    EXPECT_EQ(server.log.base_index(), Index{2});
    EXPECT_EQ(server.commit_index, Index{2});
    const Index shown{std::max<std::uint64_t>(2, previous.index + entries.size())};
    EXPECT_EQ(only<AppendEntriesReply>(effects).match_index, shown);
  }
}

TEST(Snapshot, Follower_ComparesTheTermOfItsBase) {  // Figure 2, AppendEntries 2
  Server server = compacted(follower({.term = 3, .log = {1, 2}, .commit = 2}), 2);
  EXPECT_EQ(deliver(server, 2, append(3, {2, 2})).outcome, Outcome::AppendAccepted);
  EXPECT_EQ(deliver(server, 2, append(3, {2, 1})).outcome, Outcome::AppendRejectedLog);
  EXPECT_EQ(deliver(server, 2, append(3, {3, 2})).outcome, Outcome::AppendRejectedLog);
}

TEST(Snapshot, Follower_BreaksAContract_WhenACompactedEntryIsContradicted) {
  Server server = compacted(follower({.term = 4, .log = {1, 2}, .commit = 2}), 2);
  EXPECT_THROW(deliver(server, 2, append(4, {0, 0}, {1, 3})), ContractViolation);
}

// --- The disk -----------------------------------------------------------------------------------

TEST(Snapshot, Restart_GoesOnFromTheSnapshot) {
  Server server = follower({.term = 3, .log = {1, 2, 3}, .commit = 2});
  Durable disk{server.hard_state, server.log, {}};
  const Effects effects = step(server, compact(2));
  make_durable(disk, effects.persist, server);
  EXPECT_EQ(disk, (Durable{server.hard_state, server.log, server.snapshot}));
  const Effects restarted = step(server, Restart{disk});
  EXPECT_EQ(restarted.outcome, Outcome::Restarted);
  EXPECT_TRUE(restarted.restore);
  EXPECT_EQ(server.log, disk.log);
  EXPECT_EQ(server.snapshot, disk.snapshot);
  EXPECT_EQ(server.commit_index, Index{2});
  EXPECT_EQ(server.last_applied, Index{2});
}

TEST(Snapshot, Restart_BringsTheLogBehindTheSnapshot_WhenTheCrashCameInBetween) {
  const Snapshot saved{Index{2}, Term{2}, "state"};
  for (const auto& [log, expected] :
       {std::pair{Log(entries_of({1, 2, 3})), Log(Index{2}, Term{2}, entries_of({3}))},
        {Log(entries_of({1})), Log(Index{2}, Term{2}, {})},
        {Log(entries_of({1, 1, 1})), Log(Index{2}, Term{2}, {})}}) {
    Server server = follower({.term = 3});
    const Effects effects = step(server, Restart{{{Term{3}, {}}, log, saved}});
    EXPECT_EQ(server.log, expected);
    EXPECT_TRUE(effects.persist.snapshot);
  }
}

TEST(Snapshot, Restart_BreaksAContract_WhenTheSnapshotOfACompactedLogIsGone) {
  Server server = follower({.term = 3});
  const Durable disk{{Term{3}, {}}, Log(Index{2}, Term{2}, {}), {}};
  EXPECT_THROW(step(server, Restart{disk}), ContractViolation);
}

}  // namespace
}  // namespace raft::test
