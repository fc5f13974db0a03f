// Writes that are acknowledged: what waits for the disk, what does not (dissertation, section
// 10.2.1), and what a crash may leave. "Updated on stable storage before responding to RPCs":
// Figure 2.
#include "src/raft/disk.hpp"

#include <gtest/gtest.h>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

Server async(Server server) {
  server.config.async_disk = true;
  server.stable_index = server.log.last_index();
  return server;
}

Write write_after(const Server& server, const Effects& effects) {
  return write_of(effects.persist, server).value();
}

Effects acknowledge(Server& server, const Write& write) { return step(server, persisted(write)); }

TEST(Disk, Vote_WaitsForTheTermAndTheVote) {
  Server server = async(follower({.term = 1}));
  const Effects effects = deliver(server, 2, request_vote(2, 0, 0));
  EXPECT_TRUE(effects.messages.empty());
  ASSERT_EQ(effects.after_persist.size(), 1u);
  EXPECT_EQ(std::get<RequestVoteReply>(effects.after_persist[0].body), vote(2, true));
  EXPECT_EQ(write_after(server, effects).hard_state, (HardState{Term{2}, ServerId{2}}));
}

TEST(Disk, WhatPromisesNothing_DoesNotWait) {
  Server voter = async(follower({.term = 2, .pre_vote = true}));
  EXPECT_EQ(deliver(voter, 2, PreVote{Term{2}, {}, {}}).messages.size(), 1u);
  EXPECT_EQ(step(voter, ElectionTimeout{}).messages.size(), 2u);  // pre-votes
  Server handing_over = async(leader({.term = 2}));
  EXPECT_EQ(sent<TimeoutNow>(step(handing_over, Transfer{{2}})).size(), 1u);
}

TEST(Disk, Acknowledgement_OfASnapshot_WaitsForIt) {  // Figure 13
  Server server = async(follower({.term = 2}));
  const Effects effects = deliver(server, 2,
                                  InstallSnapshot{.term = Term{2},
                                                  .last_included_index = Index{3},
                                                  .last_included_term = Term{1},
                                                  .data = "state",
                                                  .done = true});
  EXPECT_TRUE(effects.messages.empty());
  EXPECT_EQ(effects.after_persist.size(), 1u);
}

TEST(Disk, Acknowledgement_WaitsForTheEntries_AndForEarlierWrites) {
  Server server = async(follower({.term = 1}));
  const Effects effects = deliver(server, 2, append(1, {0, 0}, {1}));
  EXPECT_TRUE(effects.messages.empty());
  EXPECT_EQ(effects.after_persist.size(), 1u);
  const Effects again = deliver(server, 2, append(1, {0, 0}, {1}));  // asks for no write of its own
  EXPECT_EQ(again.persist, Persist{});
  EXPECT_EQ(again.after_persist.size(), 1u);
}

TEST(Disk, Candidate_AsksForVotes_AndCountsItsOwn_OnceItsVoteIsDurable) {
  Server server = async(follower({.term = 1}));
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_TRUE(effects.messages.empty());
  EXPECT_EQ(effects.after_persist.size(), 2u);
  EXPECT_EQ(std::get<Candidate>(server.role).votes_granted, ServerSet{});
  const Server before = server;
  EXPECT_EQ(acknowledge(server, write_after(server, effects)).outcome, Outcome::WriteAcknowledged);
  EXPECT_EQ(std::get<Candidate>(server.role).votes_granted, ServerSet::first(1));
  deliver(server, 2, vote(2, true));
  EXPECT_TRUE(is_leader(server));
  EXPECT_TRUE(is_candidate(before));
}

TEST(Disk, Candidate_DoesNotCountAVoteOfAnEarlierTerm) {
  Server server = async(follower({.servers = 1}));
  const Effects first = step(server, ElectionTimeout{});
  const Write late = write_after(server, first);
  step(server, ElectionTimeout{});
  acknowledge(server, late);
  EXPECT_TRUE(is_candidate(server));
}

TEST(Disk, LoneServer_Leads_OnceItsVoteIsDurable) {
  Server server = async(follower({.servers = 1}));
  const Effects effects = step(server, ElectionTimeout{});
  EXPECT_FALSE(is_leader(server));
  EXPECT_EQ(acknowledge(server, write_after(server, effects)).outcome, Outcome::BecameLeader);
}

TEST(Disk, Leader_SendsEntriesAtOnce_AndCountsItself_OnceTheyAreDurable) {  // section 10.2.1
  Server server = async(leader({.term = 2, .log = {2}, .commit = 1}));
  const Effects effects = step(server, Propose{"x"});
  EXPECT_EQ(sent<AppendEntries>(effects).size(), 2u);
  EXPECT_TRUE(effects.after_persist.empty());
  deliver(server, 2, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{1});
  const Effects done = acknowledge(server, write_after(server, effects));
  EXPECT_EQ(done.apply, (Apply{Index{2}, Index{2}}));
}

TEST(Disk, Leader_CommitsWithoutItsOwnDisk_WhenAMajorityOfOthersHasTheEntry) {
  Server server = async(leader({.term = 2, .log = {2}, .commit = 1}));
  step(server, Propose{"x"});
  deliver(server, 2, accepted(2, 2));
  deliver(server, 3, accepted(2, 2));
  EXPECT_EQ(server.commit_index, Index{2});
}

TEST(Disk, Acknowledgement_OfAnEntryThatWasReplaced_SaysNothingOfTheNewOne) {
  Server server = async(follower({.servers = 1, .term = 1}));
  server.config.servers = 3;
  const Effects old = deliver(server, 2, append(1, {0, 0}, {1, 1}));
  const Write old_write = write_after(server, old);
  const Effects fresh = deliver(server, 3, append(2, {1, 1}, {2}));
  acknowledge(server, old_write);
  EXPECT_EQ(server.stable_index, Index{0});  // the first entry is on disk; the next write tells so
  acknowledge(server, write_after(server, fresh));
  EXPECT_EQ(server.stable_index, Index{2});
}

TEST(Disk, StableIndex_GoesBackWithTheLog) {
  Server server = async(follower({.term = 1, .log = {1, 1}}));
  EXPECT_EQ(server.stable_index, Index{2});
  deliver(server, 2, append(2, {1, 1}, {2}));
  EXPECT_EQ(server.stable_index, Index{1});
}

TEST(Disk, Restart_TakesWhatIsOnDiskForDurable) {
  Server server = async(follower({.term = 1}));
  step(server, Restart{{{Term{1}, {}}, log_of({1, 1}), {}}});
  EXPECT_EQ(server.stable_index, Index{2});
}

TEST(Disk, Write_TearsBetweenItsParts_AndNeverBetweenTermAndVote) {
  const Write write{.hard_state = HardState{Term{2}, ServerId{3}},
                    .log_from = Index{2},
                    .entries = entries_of({2, 2}),
                    .last_index = Index{3},
                    .last_term = Term{2}};
  const Durable before{{Term{1}, ServerId{1}}, log_of({1, 1}), {}};
  ASSERT_EQ(parts_of(write), 4u);
  const std::vector<Terms> logs = {{1, 1}, {1, 1}, {1}, {1, 2}, {1, 2, 2}, {1, 2, 2}};
  for (std::size_t parts = 0; parts < logs.size(); ++parts) {
    Durable disk = before;
    write_parts(disk, write, parts);
    EXPECT_EQ(disk.hard_state, parts == 0 ? before.hard_state : *write.hard_state);
    EXPECT_EQ(terms_of(disk.log), logs[parts]) << parts;
  }
}

TEST(Disk, Snapshot_IsSavedBeforeTheLogIsCut) {  // section 7
  Server server = async(follower({.term = 2, .log = {1, 2, 2}, .commit = 2}));
  Durable disk{server.hard_state, server.log, {}};
  const Effects effects = step(server, Compact{Index{2}, "state"});
  const Write write = write_after(server, effects);
  ASSERT_EQ(parts_of(write), 2u);
  write_parts(disk, write, 1);
  EXPECT_EQ(disk.snapshot, server.snapshot);
  EXPECT_EQ(disk.log.base_index(), Index{0});
  Server restarted = server;
  step(restarted, Restart{disk});
  EXPECT_EQ(restarted.log, server.log);
  write_parts(disk, write, 2);
  EXPECT_EQ(disk.log, server.log);
}

TEST(Disk, Writes_InOrder_EndWithTheServersOwnState) {
  Server server = async(follower({.term = 1}));
  Durable disk{server.hard_state, server.log, {}};
  std::vector<Write> writes;
  const auto take = [&](const Effects& effects) {
    if (auto write = write_of(effects.persist, server)) writes.push_back(*write);
  };
  take(deliver(server, 2, append(1, {0, 0}, {1, 1, 1})));
  take(deliver(server, 3, append(2, {1, 1}, {2}, 2)));
  take(step(server, Compact{Index{2}, "state"}));
  take(deliver(server, 3, append(2, {2, 2}, {2})));
  for (const Write& write : writes) write_parts(disk, write, parts_of(write));
  EXPECT_EQ(disk, (Durable{server.hard_state, server.log, server.snapshot}));
}

}  // namespace
}  // namespace raft::test
