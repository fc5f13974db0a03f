// Each property of a cluster state: worlds that break it, and close by worlds that do not.
#include <gtest/gtest.h>

#include "spec/test_worlds.hpp"

namespace spec {
namespace {

// The history of a cluster whose servers came to look like this one after the other.
History history_of(const std::vector<ServerView>& seen) {
  History history;
  for (const ServerView& server : seen) history = extended(history, server);
  return history;
}

// ---- ElectionSafety

TEST(StateProperties, ElectionSafety_Fails_WhenTwoServersLeadOneTerm) {
  const std::vector<ServerView> servers = {leader(1, 1), follower(2, 1), leader(3, 1)};
  EXPECT_EQ(judge(servers, history_of(servers)),
            "ElectionSafety: server 1 and server 3 both lead term 1");
}

TEST(StateProperties, ElectionSafety_Fails_WhenTheTermHadALeaderBefore) {
  const std::vector<ServerView> servers = {follower(1, 1), leader(2, 1), follower(3, 1)};
  EXPECT_EQ(judge(servers, history_of({leader(1, 1), leader(2, 1)})),
            "ElectionSafety: server 2 leads term 1, which server 1 led before");
}

TEST(StateProperties, ElectionSafety_Fails_WhenTheFirstLeaderNowLeadsAnotherTerm) {
  const std::vector<ServerView> servers = {leader(1, 2), leader(2, 1), follower(3, 1)};
  EXPECT_EQ(judge(servers, history_of({leader(1, 1), leader(2, 1), leader(1, 2)})),
            "ElectionSafety: server 2 leads term 1, which server 1 led before");
}

TEST(StateProperties, ElectionSafety_Holds_WhenTwoServersLeadDifferentTerms) {
  const std::vector<ServerView> servers = {leader(1, 1), leader(2, 2), follower(3, 2)};
  EXPECT_EQ(judge(servers, history_of(servers)), "holds");
}

TEST(StateProperties, ElectionSafety_Holds_WhenOneServerLeadsAndAnotherFollowsOrStands) {
  const std::vector<ServerView> servers = {leader(1, 1), follower(2, 1), candidate(3, 1)};
  EXPECT_EQ(judge(servers, history_of(servers)), "holds");
}

TEST(StateProperties, ElectionSafety_SaysNothing_OfATermWithNoLeaderRecorded) {
  EXPECT_EQ(judge({leader(1, 0), follower(2, 1), leader(3, 1)}, history_of({leader(3, 1)})),
            "holds");
}

// ---- LogMatching

TEST(StateProperties, LogMatching_Fails_WhenSameIndexAndTermHoldDifferentCommands) {
  const std::vector<ServerView> servers = {follower(1, 1, {command(1, "x")}),
                                           follower(2, 1, {command(1, "y")}), follower(3, 1)};
  EXPECT_EQ(judge(servers, {}),
            R"(LogMatching: server 1 and server 2 both hold an entry of term 1 at index 1, yet )"
            R"(their logs differ at index 1: "x" of term 1 and "y" of term 1)");
}

TEST(StateProperties, LogMatching_Fails_WhenLogsDifferBelowASharedTerm) {
  const std::vector<ServerView> servers = {
      follower(1, 3), follower(2, 3, {command(1, "x"), command(1, "z"), command(3, "w")}),
      follower(3, 3, {command(1, "x"), command(2, "y"), command(3, "w")})};
  EXPECT_EQ(judge(servers, {}),
            R"(LogMatching: server 2 and server 3 both hold an entry of term 3 at index 3, yet )"
            R"(their logs differ at index 2: "z" of term 1 and "y" of term 2)");
}

TEST(StateProperties, LogMatching_Fails_WhenANoOpMeetsACommandOfItsTerm) {
  const std::vector<ServerView> servers = {follower(1, 1, {no_op(1)}), follower(2, 1),
                                           follower(3, 1, {command(1, "")})};
  EXPECT_EQ(judge(servers, {}),
            R"(LogMatching: server 1 and server 3 both hold an entry of term 1 at index 1, yet )"
            R"(their logs differ at index 1: a no-op of term 1 and "" of term 1)");
}

TEST(StateProperties, LogMatching_Holds_WhenLogsDifferAboveTheLastSharedTerm) {
  const std::vector<ServerView> servers = {follower(1, 3, {command(1, "x"), command(2, "y")}),
                                           follower(2, 3, {command(1, "x"), command(3, "y")}),
                                           follower(3, 3, {command(1, "x")})};
  EXPECT_EQ(judge(servers, {}), "holds");
}

TEST(StateProperties, LogMatching_Holds_WhenTheSharedTermIsAtDifferentIndices) {
  const std::vector<ServerView> servers = {follower(1, 2, {command(1, "x"), command(2, "y")}),
                                           follower(2, 2, {command(2, "z")}), follower(3, 2)};
  EXPECT_EQ(judge(servers, {}), "holds");
}

// ---- LeaderCompleteness

const History kXCommittedInTerm2{{}, {{command(1, "x"), 2}}};

TEST(StateProperties, LeaderCompleteness_Fails_WhenALaterLeaderHoldsAnotherEntry) {
  const std::vector<ServerView> servers = {follower(1, 2, {command(1, "x")}),
                                           follower(2, 2, {command(1, "x")}),
                                           leader(3, 3, {command(3, "y")})};
  EXPECT_EQ(judge(servers, kXCommittedInTerm2),
            R"(LeaderCompleteness: server 3 leads term 3 with "y" of term 3 at index 1, where )"
            R"("x" of term 1 was committed in term 2)");
}

TEST(StateProperties, LeaderCompleteness_Fails_WhenALaterLeaderHoldsNoEntryThere) {
  const std::vector<ServerView> servers = {follower(1, 2, {command(1, "x")}),
                                           follower(2, 2, {command(1, "x")}), leader(3, 3)};
  EXPECT_EQ(judge(servers, kXCommittedInTerm2),
            R"(LeaderCompleteness: server 3 leads term 3 with no entry at index 1, where )"
            R"("x" of term 1 was committed in term 2)");
}

TEST(StateProperties, LeaderCompleteness_Fails_WhenOnlyASecondCommittedEntryIsMissing) {
  const History history{{}, {{command(1, "x"), 1}, {command(1, "y"), 1}}};
  const std::vector<ServerView> servers = {follower(1, 1, {command(1, "x"), command(1, "y")}),
                                           follower(2, 1, {command(1, "x"), command(1, "y")}),
                                           leader(3, 2, {command(1, "x")})};
  EXPECT_EQ(judge(servers, history),
            R"(LeaderCompleteness: server 3 leads term 2 with no entry at index 2, where )"
            R"("y" of term 1 was committed in term 1)");
}

TEST(StateProperties, LeaderCompleteness_Fails_WhenTheEntryDiffersInItsCommandAlone) {
  EXPECT_EQ(
      judge({follower(1, 3), follower(2, 3), leader(3, 3, {command(1, "y")})}, kXCommittedInTerm2),
      R"(LeaderCompleteness: server 3 leads term 3 with "y" of term 1 at index 1, where )"
      R"("x" of term 1 was committed in term 2)");
}

TEST(StateProperties, LeaderCompleteness_Holds_WhenTheLeadersTermIsNotLaterThanTheCommit) {
  // A leader of the term of the commit, or an old one that has not heard of it, may lack the entry.
  const std::vector<ServerView> servers = {follower(1, 2, {command(1, "x")}),
                                           follower(2, 2, {command(1, "x")}), leader(3, 2)};
  EXPECT_EQ(judge(servers, kXCommittedInTerm2), "holds");
}

TEST(StateProperties, LeaderCompleteness_Holds_WhenALaterServerWithoutTheEntryOnlyStands) {
  const std::vector<ServerView> servers = {follower(1, 2, {command(1, "x")}),
                                           follower(2, 2, {command(1, "x")}), candidate(3, 3)};
  EXPECT_EQ(judge(servers, kXCommittedInTerm2), "holds");
}

TEST(StateProperties, LeaderCompleteness_Holds_WhenALaterLeaderHasTheEntry) {
  const std::vector<ServerView> servers = {follower(1, 2, {command(1, "x")}), follower(2, 2),
                                           leader(3, 3, {command(1, "x"), no_op(3)})};
  EXPECT_EQ(judge(servers, kXCommittedInTerm2), "holds");
}

// ---- StateMachineSafety

TEST(StateProperties, StateMachineSafety_Fails_WhenAServerAppliesAnotherEntryThanTheFirst) {
  const std::vector<ServerView> servers = {committed(follower(1, 2, {command(1, "x")}), 1),
                                           follower(2, 2, {command(1, "x")}),
                                           committed(follower(3, 2, {command(2, "y")}), 1)};
  EXPECT_EQ(judge(servers, history_of(servers)),
            R"(StateMachineSafety: server 3 applied "y" of term 2 at index 1, where )"
            R"("x" of term 1 was committed first)");
}

TEST(StateProperties, StateMachineSafety_Fails_WhenAnAppliedEntryIsGoneFromTheLog) {
  const History history{{}, {{command(1, "x"), 1}}};
  const std::vector<ServerView> servers = {follower(1, 1, {command(1, "x")}),
                                           follower(2, 1, {command(1, "x")}),
                                           committed(follower(3, 1), 1)};
  EXPECT_EQ(judge(servers, history),
            "StateMachineSafety: server 3 applied index 1 but holds no entry there");
}

TEST(StateProperties, StateMachineSafety_Fails_WhenAnEntryIsAppliedThatWasNeverCommitted) {
  ServerView hasty = follower(2, 1, {command(1, "x")});
  hasty.last_applied = 1;
  const std::vector<ServerView> servers = {follower(1, 1, {command(1, "x")}), hasty,
                                           follower(3, 1)};
  EXPECT_EQ(judge(servers, history_of(servers)),
            R"(StateMachineSafety: server 2 applied "x" of term 1 at index 1, where nothing was )"
            R"(ever committed)");
}

TEST(StateProperties, StateMachineSafety_Holds_WhenTheConflictingEntryIsNotApplied) {
  const std::vector<ServerView> servers = {committed(follower(1, 2, {command(1, "x")}), 1),
                                           follower(2, 2, {command(1, "x")}),
                                           follower(3, 2, {command(2, "y")})};
  EXPECT_EQ(judge(servers, history_of(servers)), "holds");
}

TEST(StateProperties, StateMachineSafety_Holds_WhenServersHaveAppliedDifferentPrefixes) {
  const std::vector<EntryView> log = {command(1, "x"), command(1, "y")};
  const std::vector<ServerView> servers = {committed(follower(1, 1, log), 2),
                                           committed(follower(2, 1, log), 1), follower(3, 1)};
  EXPECT_EQ(judge(servers, history_of(servers)), "holds");
}

// ---- CommittedOnQuorum

const History kXCommitted{{}, {{command(1, "x"), 1}}};

TEST(StateProperties, CommittedOnQuorum_Fails_WhenOneServerOfThreeHoldsTheEntry) {
  const std::vector<ServerView> servers = {follower(1, 2, {command(2, "x")}),
                                           follower(2, 2, {command(1, "x")}), follower(3, 2)};
  EXPECT_EQ(judge(servers, kXCommitted),
            R"(CommittedOnQuorum: the committed entry "x" of term 1 at index 1 is in the logs of )"
            R"(1 of 3 servers (server 2); a majority is 2)");
}

TEST(StateProperties, CommittedOnQuorum_Fails_WhenHalfOfFourServersHoldTheEntry) {
  const std::vector<ServerView> servers = {follower(1, 1, {command(1, "x")}), follower(2, 1),
                                           follower(3, 1), follower(4, 1, {command(1, "x")})};
  EXPECT_EQ(judge(servers, kXCommitted),
            R"(CommittedOnQuorum: the committed entry "x" of term 1 at index 1 is in the logs of )"
            R"(2 of 4 servers (server 1, server 4); a majority is 3)");
}

TEST(StateProperties, CommittedOnQuorum_Fails_WhenNoServerHoldsTheEntryAnyMore) {
  EXPECT_EQ(judge({follower(1, 1), follower(2, 1)}, kXCommitted),
            R"(CommittedOnQuorum: the committed entry "x" of term 1 at index 1 is in the logs of )"
            R"(0 of 2 servers (none); a majority is 2)");
}

TEST(StateProperties, CommittedOnQuorum_Fails_WhenOnlyTheLaterEntryIsOnTooFewServers) {
  const History history{{}, {{command(1, "x"), 1}, {no_op(1), 1}}};
  EXPECT_EQ(judge({follower(1, 1, {command(1, "x"), no_op(1)}), follower(2, 1, {command(1, "x")}),
                   follower(3, 1)},
                  history),
            "CommittedOnQuorum: the committed entry a no-op of term 1 at index 2 is in the logs of "
            "1 of 3 servers (server 1); a majority is 2");
}

TEST(StateProperties, CommittedOnQuorum_Holds_WhenJustAMajorityHoldsTheEntry) {
  EXPECT_EQ(
      judge({follower(1, 1), follower(2, 1, {command(1, "x")}), follower(3, 1, {command(1, "x")})},
            kXCommitted),
      "holds");
}

// ---- MatchIndexSound

TEST(StateProperties, MatchIndexSound_Fails_WhenTheFollowerLacksTheEntry) {
  const std::vector<ServerView> servers = {
      matching(leader(1, 2, {command(1, "x"), command(2, "y")}), {0, 1, 2}),
      follower(2, 2, {command(1, "x")}), follower(3, 2, {command(1, "x")})};
  EXPECT_EQ(judge(servers, {}),
            R"(MatchIndexSound: server 1, leader of term 2, has match index 2 for server 3, yet )"
            R"(their logs differ at index 2: "y" of term 2 and no entry)");
}

TEST(StateProperties, MatchIndexSound_Fails_WhenTheFollowerHoldsAnotherEntry) {
  const std::vector<ServerView> servers = {follower(1, 2, {command(1, "x")}),
                                           matching(leader(2, 2, {command(2, "y")}), {1, 0, 0}),
                                           follower(3, 2)};
  EXPECT_EQ(judge(servers, {}),
            R"(MatchIndexSound: server 2, leader of term 2, has match index 1 for server 1, yet )"
            R"(their logs differ at index 1: "y" of term 2 and "x" of term 1)");
}

TEST(StateProperties, MatchIndexSound_Fails_WhenItIsBeyondTheLeadersOwnLog) {
  const std::vector<ServerView> servers = {matching(leader(1, 1, {command(1, "x")}), {0, 2, 0}),
                                           follower(2, 1, {command(1, "x")}), follower(3, 1)};
  EXPECT_EQ(judge(servers, {}),
            R"(MatchIndexSound: server 1, leader of term 1, has match index 2 for server 2, yet )"
            R"(neither log reaches index 2)");
}

TEST(StateProperties, MatchIndexSound_Fails_WhenTheFollowersTermIsEarlier) {
  const std::vector<ServerView> servers = {matching(leader(1, 2, {command(2, "x")}), {0, 1, 0}),
                                           follower(2, 1), follower(3, 2)};
  EXPECT_EQ(judge(servers, {}),
            R"(MatchIndexSound: server 1, leader of term 2, has match index 1 for server 2, yet )"
            R"(their logs differ at index 1: "x" of term 2 and no entry)");
}

TEST(StateProperties, MatchIndexSound_Holds_WhenTheFollowersTermIsLater) {
  // A leader of term 3 may since have replaced what server 2 acknowledged to server 1.
  const std::vector<ServerView> servers = {matching(leader(1, 2, {command(2, "x")}), {0, 1, 0}),
                                           follower(2, 3, {command(3, "y")}), follower(3, 3)};
  EXPECT_EQ(judge(servers, {}), "holds");
}

TEST(StateProperties, MatchIndexSound_Holds_WhenTheFollowerHasMoreThanItIsKnownFor) {
  const std::vector<EntryView> log = {command(1, "x"), command(2, "y")};
  const std::vector<ServerView> servers = {matching(leader(1, 2, log), {0, 1, 0}),
                                           follower(2, 2, log), follower(3, 2, {command(1, "z")})};
  // Server 3's log is for LogMatching to judge; server 1 claims nothing of it.
  EXPECT_EQ(judge(servers, {}, set_of(Property::MatchIndexSound)), "holds");
}

TEST(StateProperties, MatchIndexSound_Holds_WhateverAServerThatDoesNotLeadRemembers) {
  const std::vector<ServerView> servers = {matching(follower(1, 2), {0, 7, 7}), follower(2, 2),
                                           follower(3, 2)};
  EXPECT_EQ(judge(servers, {}), "holds");
}

TEST(StateProperties, MatchIndexSound_SaysNothing_OfTheLeadersOwnSlot) {
  const std::vector<ServerView> servers = {matching(leader(1, 2), {9, 0, 0}), follower(2, 2),
                                           follower(3, 2)};
  EXPECT_EQ(judge(servers, {}), "holds");
}

// ---- Selection and order

// Breaks every property of a cluster state at once.
std::vector<ServerView> ruined() {
  return {committed(matching(leader(1, 2, {command(2, "a")}), {0, 1, 1}), 1),
          leader(2, 2, {command(2, "b")}), follower(3, 2)};
}
const History kRuinedHistory{{kNoServer, kNoServer, 1}, {{command(1, "x"), 1}}};

const std::vector<Property> kStateProperties = {
    Property::ElectionSafety,     Property::LogMatching,       Property::LeaderCompleteness,
    Property::StateMachineSafety, Property::CommittedOnQuorum, Property::MatchIndexSound};

std::optional<Violation> check_ruined(PropertySet properties) {
  const std::vector<ServerView> servers = ruined();
  const std::vector<const ServerView*> pointers = {&servers[0], &servers[1], &servers[2]};
  return check_state(pointers, kRuinedHistory, properties);
}

TEST(StateProperties, EachProperty_IsJudged_WhenItAloneIsSelected) {
  for (const Property property : kStateProperties) {
    const auto violation = check_ruined(set_of(property));
    ASSERT_TRUE(violation) << to_string(property);
    EXPECT_EQ(violation->property, property);
  }
}

TEST(StateProperties, TheFirstSelectedProperty_IsReported_WhenSeveralAreBroken) {
  PropertySet selected = kAllProperties;
  for (const Property property : kStateProperties) {
    const auto violation = check_ruined(selected);
    ASSERT_TRUE(violation) << to_string(property);
    EXPECT_EQ(violation->property, property);
    selected &= ~set_of(property);
  }
  selected &= ~set_of(Property::CommittedDurable);  // what is in no log is on no disk either
  EXPECT_EQ(verdict(check_ruined(selected)), "holds");
}

TEST(StateProperties, NothingIsReported_WhenNothingIsSelected) {
  EXPECT_EQ(verdict(check_ruined(0)), "holds");
}

TEST(StateProperties, EveryProperty_Holds_OfFreshServersAndOfOneAlone) {
  EXPECT_EQ(judge({follower(1, 0), follower(2, 0), follower(3, 0)}, {}), "holds");
  const ServerView alone = committed(leader(1, 1, {command(1, "x")}), 1);
  EXPECT_EQ(judge({alone}, history_of({alone})), "holds");
}

// ---- SnapshotMatchesApplied

ServerView snapshotted(Index index, Term term, std::vector<EntryView> entries) {
  ServerView server = committed(follower(1, 2, {command(1, "x"), command(2, "y")}), 2);
  server.snapshot = {index, term, std::move(entries), {}};
  return server;
}

const History kTwoCommitted{{}, {{command(1, "x"), 1}, {command(2, "y"), 2}}};

TEST(SnapshotMatchesApplied, Holds_WhenTheSnapshotIsTheCommittedPrefix) {
  const PropertySet alone = set_of(Property::SnapshotMatchesApplied);
  EXPECT_EQ(judge({snapshotted(0, 0, {})}, kTwoCommitted, alone), "holds");
  EXPECT_EQ(judge({snapshotted(1, 1, {command(1, "x")})}, kTwoCommitted, alone), "holds");
  EXPECT_EQ(judge({snapshotted(2, 2, {command(1, "x"), command(2, "y")})}, kTwoCommitted, alone),
            "holds");
}

TEST(SnapshotMatchesApplied, IsBroken_WhenAnEntryIsMissingDoubledOrAnother) {
  const PropertySet alone = set_of(Property::SnapshotMatchesApplied);
  EXPECT_EQ(judge({snapshotted(2, 2, {command(1, "x")})}, kTwoCommitted, alone),
            "SnapshotMatchesApplied: the snapshot of server 1 through index 2 holds 1 entries");
  EXPECT_EQ(judge({snapshotted(2, 1, {command(1, "x"), command(1, "x")})}, kTwoCommitted, alone),
            "SnapshotMatchesApplied: the snapshot of server 1 holds \"x\" of term 1 at index 2, "
            "where \"y\" of term 2 was committed");
  EXPECT_EQ(judge({snapshotted(1, 1, {command(1, "x")})}, {}, alone),
            "SnapshotMatchesApplied: the snapshot of server 1 holds \"x\" of term 1 at index 1, "
            "where no entry was committed");
}

TEST(SnapshotMatchesApplied, IsBroken_WhenItsTermIsNotItsLastEntrys) {
  EXPECT_EQ(
      judge({snapshotted(1, 2, {command(1, "x")})}, kTwoCommitted,
            set_of(Property::SnapshotMatchesApplied)),
      "SnapshotMatchesApplied: the snapshot of server 1 through index 1 says that its term is "
      "2, not 1");
}

// ---- memberships that change

History of_three(std::vector<CommittedEntry> committed = {}) {
  History history;
  history.committed = std::move(committed);
  history.first_membership.voters = {1, 2, 3};
  return history;
}

std::vector<ServerView> four_with(ServerView first) {
  return {std::move(first), follower(2, 1), follower(3, 1), follower(4, 1)};
}

TEST(QuorumsOverlap, Holds_WhenOneVoterChanges_OrThroughBoth) {
  const PropertySet alone = set_of(Property::QuorumsOverlap);
  EXPECT_EQ(judge(four_with(follower(1, 1, {membership(1, {1, 2, 3, 4})})), of_three(), alone),
            "holds");
  EXPECT_EQ(
      judge(four_with(follower(1, 1, {membership(1, {1, 4}, {1, 2, 3}), membership(1, {1, 4})})),
            of_three(), alone),
      "holds");
}

TEST(QuorumsOverlap, IsBroken_WhenQuorumsCanPart) {
  const PropertySet alone = set_of(Property::QuorumsOverlap);
  EXPECT_EQ(
      judge(four_with(follower(1, 1, {membership(1, {1})})), of_three(), alone),
      "QuorumsOverlap: server 1 holds at index 1 the membership {1}, which has a quorum apart "
      "from one of {1 2 3}");
  EXPECT_EQ(
      judge(four_with(follower(1, 1, {membership(1, {1, 4}, {1, 2, 3}), membership(1, {2})})),
            of_three(), alone),
      "QuorumsOverlap: server 1 holds at index 2 the membership {2}, which has a quorum apart "
      "from one of {1 2 3} and {1 4}");
}

TEST(CommittedOnQuorum, AsksForEveryQuorumOfTheCommittedMembership_WhereItChanges) {
  const PropertySet alone = set_of(Property::CommittedOnQuorum);
  const History history = of_three({{membership(1, {1, 2, 3, 4}), 1}});
  std::vector<ServerView> servers = four_with(follower(1, 1, {membership(1, {1, 2, 3, 4})}));
  EXPECT_EQ(
      judge(servers, history, alone),
      "CommittedOnQuorum: the committed entry the membership {1 2 3 4} of term 1 at index 1 is "
      "in the logs of server 1; the others are a quorum of the membership committed there");
  servers[1].log = servers[0].log;  // two of four: no three are without it
  EXPECT_EQ(judge(servers, history, alone), "holds");
}

TEST(SnapshotMatchesApplied, IsBroken_WhenTheSnapshotHasAnotherMembership) {
  const PropertySet alone = set_of(Property::SnapshotMatchesApplied);
  const History history = of_three({{membership(1, {1, 2}), 1}});
  ServerView server = committed(follower(1, 1, {membership(1, {1, 2})}), 1);
  server.snapshot = {1, 1, {membership(1, {})}, {{1, 2}, {}, {}}};
  EXPECT_EQ(judge(four_with(server), history, alone), "holds");
  server.snapshot.membership = {{1, 2, 3}, {}, {}};
  EXPECT_EQ(judge(four_with(server), history, alone),
            "SnapshotMatchesApplied: the snapshot of server 1 through index 1 has the membership "
            "{1 2 3}, not {1 2}");
}

// ---- CommittedDurable

TEST(CommittedDurable, IsBroken_WhenACommittedEntryIsInLogsButNotOnDisks) {
  const PropertySet alone = set_of(Property::CommittedDurable);
  const History history{{}, {{command(1, "x"), 1}}};
  std::vector<ServerView> servers = {follower(1, 1, {command(1, "x")}),
                                     follower(2, 1, {command(1, "x")}), follower(3, 1)};
  EXPECT_EQ(judge(servers, history, alone), "holds");  // disks that keep up are not shown
  servers[1].disk = DiskView{1, kNoServer, 0, {2}, {1}};
  EXPECT_EQ(
      judge(servers, history, alone),
      "CommittedDurable: the committed entry \"x\" of term 1 at index 1 is on the disks of 1 of "
      "3 servers");
  servers[1].disk->log_index = 1;
  EXPECT_EQ(judge(servers, history, alone), "holds");
}

}  // namespace
}  // namespace spec
