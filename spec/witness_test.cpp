#include "spec/witness.hpp"

#include <gtest/gtest.h>

#include <set>

#include "spec/test_worlds.hpp"

namespace spec {
namespace {

using Names = std::vector<std::string>;

// The names of the witnesses that a step fires.
Names fired(const ServerView& before, const ServerView& after, bool restarted = kRunning,
            const History& history = {}) {
  const WitnessSet set = witnesses(before, after, restarted, history);
  Names names;
  for (std::size_t i = 0; i < kWitnessCount; ++i) {
    const auto witness = static_cast<Witness>(i);
    if ((set & set_of(witness)) != 0) names.emplace_back(to_string(witness));
  }
  return names;
}

TEST(Witness, Names_AreTheEnumerators_AndDescriptionsDiffer) {
  const Names names = {"LeaderElected",
                       "LaterLeaderElected",
                       "CandidateYielded",
                       "LeaderDeposed",
                       "EntryAppended",
                       "EntryReplicated",
                       "ConflictTruncated",
                       "EntryCommitted",
                       "OldTermEntryCommitted",
                       "FollowerCommitted",
                       "LeaderBackedUp",
                       "ServerRestarted",
                       "LeaderRestarted",
                       "PreVoteWon",
                       "LeaseEnded",
                       "QuorumLost",
                       "TransferStarted",
                       "TransferAborted",
                       "LeaderAnsweredRead",
                       "FollowerAnsweredRead",
                       "ReadSawCommitted",
                       "AppendsPipelined",
                       "LogCompacted",
                       "SnapshotInstalled",
                       "SnapshotKeptSuffix",
                       "SnapshotBroughtMembership",
                       "RestartedFromSnapshot",
                       "MembershipCommitted",
                       "JointCommitted",
                       "MembershipRolledBack",
                       "LeaderLeft",
                       "LearnerPromoted",
                       "UnsyncedLost",
                       "WriteTorn"};
  ASSERT_EQ(names.size(), kWitnessCount);
  std::set<std::string> descriptions;
  for (std::size_t i = 0; i < kWitnessCount; ++i) {
    EXPECT_EQ(to_string(static_cast<Witness>(i)), names[i]);
    EXPECT_TRUE(descriptions.insert(description(static_cast<Witness>(i))).second);
  }
}

TEST(Witness, NothingFires_WhenNothingChanges) {
  const std::vector<EntryView> log = {command(1, "x")};
  EXPECT_EQ(fired(follower(1, 1, log), follower(1, 1, log)), Names{});
  EXPECT_EQ(fired(candidate(1, 1, log), candidate(1, 1, log)), Names{});
  EXPECT_EQ(fired(leader(1, 1, log), leader(1, 1, log)), Names{});
}

TEST(Witness, NothingFires_WhenAFollowerStandsForElectionOrEntersATerm) {
  EXPECT_EQ(fired(follower(1, 1), candidate(1, 2)), Names{});
  EXPECT_EQ(fired(follower(1, 1), follower(1, 2)), Names{});
}

TEST(Witness, LeaderElected_Fires_WhenACandidateWins) {
  EXPECT_EQ(fired(candidate(1, 2), leader(1, 2)), Names{"LeaderElected"});
}

TEST(Witness, LeaderElected_Fires_WhenALeaderWinsALaterTermInOneStep) {
  EXPECT_EQ(fired(leader(1, 1), leader(1, 2)), Names{"LeaderElected"});
}

TEST(Witness, LaterLeaderElected_Fires_WhenAnEarlierTermHadALeader) {
  const History history{{kNoServer, 3}, {}};
  EXPECT_EQ(fired(candidate(1, 2), leader(1, 2), kRunning, history),
            (Names{"LeaderElected", "LaterLeaderElected"}));
}

TEST(Witness, LaterLeaderElected_DoesNotFire_WhenOnlyThisOrALaterTermHadALeader) {
  const History history{{kNoServer, kNoServer, 3, 2}, {}};
  EXPECT_EQ(fired(candidate(1, 2), leader(1, 2), kRunning, history), Names{"LeaderElected"});
}

TEST(Witness, CandidateYielded_Fires_WhenACandidateFollows) {
  EXPECT_EQ(fired(candidate(1, 2), follower(1, 2)), Names{"CandidateYielded"});
}

TEST(Witness, LeaderDeposed_Fires_WhenALeaderFollows) {
  EXPECT_EQ(fired(leader(1, 2), follower(1, 3)), Names{"LeaderDeposed"});
}

TEST(Witness, EntryAppended_Fires_WhenALeaderAppends) {
  EXPECT_EQ(fired(leader(1, 2), leader(1, 2, {command(2, "x")})), Names{"EntryAppended"});
}

TEST(Witness, EntryAppended_Fires_WhenANewLeaderAppendsItsNoOp) {
  ServerView after = leader(1, 2);
  after.log = {no_op(2)};
  EXPECT_EQ(fired(candidate(1, 2), after), (Names{"LeaderElected", "EntryAppended"}));
}

TEST(Witness, EntryReplicated_Fires_WhenAFollowersLogGrows) {
  EXPECT_EQ(fired(follower(1, 1), follower(1, 1, {command(1, "x")})), Names{"EntryReplicated"});
}

TEST(Witness, ConflictTruncated_Fires_WhenAFollowersLogShrinks) {
  EXPECT_EQ(
      fired(follower(1, 2, {command(1, "x"), command(1, "y")}), follower(1, 2, {command(1, "x")})),
      Names{"ConflictTruncated"});
}

TEST(Witness, ConflictTruncated_Fires_WhenAnEntryIsReplaced) {
  EXPECT_EQ(fired(follower(1, 2, {command(1, "x")}), follower(1, 2, {command(2, "y")})),
            (Names{"EntryReplicated", "ConflictTruncated"}));
}

TEST(Witness, EntryCommitted_Fires_WhenALeaderCommitsFirst) {
  const ServerView before = leader(1, 2, {command(2, "x")});
  EXPECT_EQ(fired(before, committed(before, 1)), Names{"EntryCommitted"});
}

TEST(Witness, EntryCommitted_DoesNotFire_WhenTheEntryWasCommittedBefore) {
  const ServerView before = leader(1, 2, {command(1, "x")});
  const History history{{}, {{command(1, "x"), 1}}};
  EXPECT_EQ(fired(before, committed(before, 1), kRunning, history), Names{});
}

TEST(Witness, EntryCommitted_DoesNotFire_WhenTheLogHasNoSuchEntry) {
  EXPECT_EQ(fired(leader(1, 2), committed(leader(1, 2), 1)), Names{});
}

TEST(Witness, OldTermEntryCommitted_Fires_WhenAnOldEntryIsTakenAlong) {
  const ServerView before = leader(1, 2, {command(1, "x"), command(2, "y")});
  EXPECT_EQ(fired(before, committed(before, 2)),
            (Names{"EntryCommitted", "OldTermEntryCommitted"}));
}

TEST(Witness, OldTermEntryCommitted_DoesNotFire_WhenTheOldEntryWasCommittedBefore) {
  const ServerView before = committed(leader(1, 2, {command(1, "x"), command(2, "y")}), 1);
  const History history{{}, {{command(1, "x"), 1}}};
  EXPECT_EQ(fired(before, committed(before, 2), kRunning, history), Names{"EntryCommitted"});
}

TEST(Witness, FollowerCommitted_Fires_WhenAFollowerLearnsOfACommit) {
  const ServerView before = follower(2, 2, {command(2, "x")});
  const History history{{}, {{command(2, "x"), 2}}};
  EXPECT_EQ(fired(before, committed(before, 1), kRunning, history), Names{"FollowerCommitted"});
}

TEST(Witness, LeaderBackedUp_Fires_WhenANextIndexIsLowered) {
  ServerView before = leader(1, 2);
  ServerView after = before;
  before.next_index = {0, 2, 3};
  after.next_index = {0, 3, 2};
  EXPECT_EQ(fired(before, after), Names{"LeaderBackedUp"});
}

TEST(Witness, LeaderBackedUp_DoesNotFire_WhenNextIndicesGrowOrTheTermIsAnother) {
  ServerView before = leader(1, 2);
  ServerView after = before;
  before.next_index = {0, 2, 3};
  after.next_index = {0, 3, 3};
  EXPECT_EQ(fired(before, after), Names{});
  EXPECT_EQ(fired(before, leader(1, 3)), Names{"LeaderElected"});
}

TEST(Witness, LeaderBackedUp_DoesNotFire_WhenTheServerNoLongerLeads) {
  ServerView after = follower(1, 2);
  after.next_index = {0, 0, 0};  // left over: a follower's next indices mean nothing
  EXPECT_EQ(fired(leader(1, 2), after), (Names{"LeaderDeposed", "QuorumLost"}));
}

TEST(Witness, QuorumLost_Fires_WhenALeaderStepsDownInItsTerm_Only) {
  EXPECT_EQ(fired(leader(1, 2), follower(1, 2)), (Names{"LeaderDeposed", "QuorumLost"}));
  EXPECT_EQ(fired(leader(1, 2), follower(1, 3)), Names{"LeaderDeposed"});
}

TEST(Witness, PreVoteWon_Fires_WhenAPreCandidateStands_Only) {
  ServerView pre_candidate = follower(1, 2);
  pre_candidate.role = Role::PreCandidate;
  EXPECT_EQ(fired(pre_candidate, candidate(1, 3)), Names{"PreVoteWon"});
  EXPECT_EQ(fired(pre_candidate, follower(1, 3)), Names{});
  EXPECT_EQ(fired(follower(1, 2), pre_candidate), Names{});
}

TEST(Witness, LeaseEnded_Fires_WhenAFollowerInTouchIsSoNoMore) {
  ServerView in_touch = follower(1, 2);
  in_touch.leader = 2;
  in_touch.lease = true;
  ServerView after = in_touch;
  after.lease = false;
  EXPECT_EQ(fired(in_touch, after), Names{"LeaseEnded"});
  EXPECT_EQ(fired(after, in_touch), Names{});
  EXPECT_EQ(fired(in_touch, follower(1, 3)), Names{}) << "a later term";
}

TEST(Witness, ServerRestarted_Fires_WhenAServerWithATermRestarts) {
  EXPECT_EQ(fired(follower(1, 1), follower(1, 1), kRestarted), Names{"ServerRestarted"});
  EXPECT_EQ(fired(candidate(1, 1), follower(1, 1), kRestarted), Names{"ServerRestarted"});
}

TEST(Witness, ServerRestarted_DoesNotFire_WhenAFreshServerRestarts) {
  EXPECT_EQ(fired(follower(1, 0), follower(1, 0), kRestarted), Names{});
}

TEST(Witness, LeaderRestarted_Fires_WhenALeaderRestarts) {
  EXPECT_EQ(fired(leader(1, 1), follower(1, 1), kRestarted),
            (Names{"ServerRestarted", "LeaderRestarted"}));
}

TEST(Witness, NothingElseFires_WhenARestartLosesWhatItShouldNot) {
  const ServerView before = leader(1, 2, {command(2, "x")});
  EXPECT_EQ(fired(before, follower(1, 2), kRestarted),
            (Names{"ServerRestarted", "LeaderRestarted"}));
}

ServerView with_snapshot(ServerView server, std::vector<EntryView> entries) {
  const Index index = entries.size();
  const Term term = entries.back().term;
  server.snapshot = {index, term, std::move(entries), {}};
  return server;
}

TEST(Witness, LogCompacted_Fires_WhenAServerTakesASnapshotOfWhatItHasCommitted) {
  const ServerView before = committed(follower(1, 1, {command(1, "x")}), 1);
  const History history{{}, {{command(1, "x"), 1}}};
  EXPECT_EQ(fired(before, with_snapshot(before, {command(1, "x")}), kRunning, history),
            Names{"LogCompacted"});
}

TEST(Witness, SnapshotInstalled_Fires_WhenItStandsForMoreThanWasCommitted) {
  const History history{{}, {{command(1, "x"), 1}}};
  const ServerView after =
      with_snapshot(committed(follower(1, 1, {command(1, "x")}), 1), {command(1, "x")});
  EXPECT_EQ(fired(follower(1, 1), after, kRunning, history),
            (Names{"EntryReplicated", "FollowerCommitted", "SnapshotInstalled"}));
}

TEST(Witness, SnapshotKeptSuffix_Fires_WhenTheLogGoesBeyond) {
  const History history{{}, {{command(1, "x"), 1}}};
  const ServerView before = follower(1, 1, {command(1, "x"), command(1, "y")});
  EXPECT_EQ(
      fired(before, with_snapshot(committed(before, 1), {command(1, "x")}), kRunning, history),
      (Names{"FollowerCommitted", "SnapshotInstalled", "SnapshotKeptSuffix"}));
}

TEST(Witness, RestartedFromSnapshot_Fires_WhenThereWasOne) {
  const ServerView before =
      with_snapshot(committed(follower(1, 1, {command(1, "x")}), 1), {command(1, "x")});
  EXPECT_EQ(fired(before, before, kRestarted), (Names{"ServerRestarted", "RestartedFromSnapshot"}));
}

TEST(Witness, MembershipCommitted_Fires_AndJointCommitted_WhenItIsJoint) {
  const ServerView single = follower(1, 1, {membership(1, {1, 2})});
  EXPECT_EQ(fired(single, committed(single, 1)),
            (Names{"EntryCommitted", "FollowerCommitted", "MembershipCommitted"}));
  const ServerView joint = follower(1, 1, {membership(1, {1, 2}, {1, 3})});
  EXPECT_EQ(fired(joint, committed(joint, 1)), (Names{"EntryCommitted", "FollowerCommitted",
                                                      "MembershipCommitted", "JointCommitted"}));
}

TEST(Witness, MembershipRolledBack_Fires_WhenItsEntryIsTruncated) {
  EXPECT_EQ(fired(follower(1, 2, {membership(1, {1, 2})}), follower(1, 2, {})),
            (Names{"ConflictTruncated", "MembershipRolledBack"}));
}

TEST(Witness, LeaderLeft_Fires_WhenALeaderStepsDownSinceItIsNoMember) {
  ServerView before = leader(1, 1);
  before.membership.voters = {2, 3};
  ServerView after = follower(1, 1);
  after.membership.voters = {2, 3};
  EXPECT_EQ(fired(before, after), (Names{"LeaderDeposed", "LeaderLeft"}));
  after.membership.voters = {1, 2, 3};
  EXPECT_EQ(fired(before, after), (Names{"LeaderDeposed", "QuorumLost"}));
}

TEST(Witness, LearnerPromoted_Fires_WhenALearnerBecomesAVoter) {
  ServerView before = follower(1, 1);
  before.membership = {{1, 2}, {}, {3}};
  ServerView after = before;
  after.membership = {{1, 2}, {}, {}};
  EXPECT_EQ(fired(before, after), Names{});
  after.membership = {{1, 2, 3}, {}, {}};
  EXPECT_EQ(fired(before, after), Names{"LearnerPromoted"});
}

TEST(Witness, SnapshotBroughtMembership_Fires_WhenAnothersSnapshotHasAnother) {
  ServerView before = follower(1, 1);
  before.membership.voters = {1, 2};
  ServerView after =
      with_snapshot(committed(follower(1, 1, {command(1, "x")}), 1), {command(1, "x")});
  after.membership.voters = {1, 2};
  EXPECT_EQ(fired(before, after),
            (Names{"EntryReplicated", "EntryCommitted", "FollowerCommitted", "SnapshotInstalled"}));
  after.membership.voters = {1, 2, 3};
  EXPECT_EQ(fired(before, after), (Names{"EntryReplicated", "EntryCommitted", "FollowerCommitted",
                                         "SnapshotInstalled", "SnapshotBroughtMembership"}));
}

TEST(Witness, AppendsPipelined_Fires_WhenTwoAreOnTheirWayToAServer) {
  ServerView after = leader(1, 1);
  after.in_flight = {0, 1, 1};
  EXPECT_EQ(fired(after, after), Names{});
  after.in_flight = {0, 1, 2};
  EXPECT_EQ(fired(after, after), Names{"AppendsPipelined"});
}

TEST(Witness,
     UnsyncedLost_Fires_WhenARestartLosesWhatWasNotDurable_AndWriteTorn_WhenThatIsPartOfAWrite) {
  ServerView before = follower(1, 1, {command(1, "x"), command(1, "y"), command(1, "z")});
  before.disk = DiskView{1, kNoServer, 1, {3}, {3}};
  EXPECT_EQ(fired(before, before, kRestarted), Names{"ServerRestarted"});
  EXPECT_EQ(fired(before, follower(1, 1, {command(1, "x")}), kRestarted),
            (Names{"ServerRestarted", "UnsyncedLost"}));
  EXPECT_EQ(fired(before, follower(1, 1, {command(1, "x"), command(1, "y")}), kRestarted),
            (Names{"ServerRestarted", "UnsyncedLost", "WriteTorn"}));
  before.disk = DiskView{1, kNoServer, 1, {2, 2}, {2, 3}};  // one write an entry: none is torn
  EXPECT_EQ(fired(before, follower(1, 1, {command(1, "x"), command(1, "y")}), kRestarted),
            (Names{"ServerRestarted", "UnsyncedLost"}));
}

}  // namespace
}  // namespace spec
