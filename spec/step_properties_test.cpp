// Each property of one server's step: steps that break it, and close by steps that do not.
#include <gtest/gtest.h>

#include "spec/test_worlds.hpp"

namespace spec {
namespace {

ServerView commit_only(ServerView server, Index commit_index) {
  server.commit_index = commit_index;
  return server;
}

ServerView applied_only(ServerView server, Index last_applied) {
  server.last_applied = last_applied;
  return server;
}

// ---- LeaderAppendOnly

TEST(StepProperties, LeaderAppendOnly_Fails_WhenALeaderDropsAnEntry) {
  EXPECT_EQ(judge_step(leader(1, 2, {command(1, "x"), command(2, "y")}),
                       leader(1, 2, {command(1, "x")}), kRunning),
            R"(LeaderAppendOnly: server 1, leader of term 2, held "y" of term 2 at index 2 and )"
            R"(now holds no entry)");
}

TEST(StepProperties, LeaderAppendOnly_Fails_WhenALeaderOverwritesAnEntryAndAppends) {
  EXPECT_EQ(judge_step(leader(3, 2, {command(1, "x")}),
                       leader(3, 2, {command(2, "y"), command(2, "z")}), kRunning),
            R"(LeaderAppendOnly: server 3, leader of term 2, held "x" of term 1 at index 1 and )"
            R"(now holds "y" of term 2)");
}

TEST(StepProperties, LeaderAppendOnly_Holds_WhenALeaderAppends) {
  EXPECT_EQ(judge_step(leader(1, 2, {command(1, "x")}),
                       leader(1, 2, {command(1, "x"), command(2, "y")}), kRunning),
            "holds");
}

TEST(StepProperties, LeaderAppendOnly_Holds_WhenTheServerNoLongerLeadsOrDidNotLead) {
  const std::vector<EntryView> log = {command(1, "x")};
  EXPECT_EQ(judge_step(leader(1, 2, log), follower(1, 3), kRunning), "holds");
  EXPECT_EQ(judge_step(leader(1, 2, log), voting(follower(1, 2), 1), kRunning), "holds");
  EXPECT_EQ(judge_step(voting(follower(1, 2, log), 1), leader(1, 2), kRunning), "holds");
}

TEST(StepProperties, LeaderAppendOnly_Holds_WhenTheServerLeadsAnotherTerm) {
  EXPECT_EQ(judge_step(leader(1, 2, {command(1, "x")}), leader(1, 3), kRunning), "holds");
}

TEST(StepProperties, LeaderAppendOnly_SaysNothing_OfARestart) {
  EXPECT_EQ(judge_step(leader(1, 2, {command(1, "x")}), leader(1, 2), kRestarted,
                       set_of(Property::LeaderAppendOnly)),
            "holds");
}

// ---- OwnTermCommit

TEST(StepProperties, OwnTermCommit_Fails_WhenALeaderCommitsUpToAnOldEntry) {
  const ServerView before = leader(1, 3, {command(1, "x"), command(2, "y"), command(3, "z")});
  EXPECT_EQ(judge_step(before, committed(before, 2), kRunning),
            R"(OwnTermCommit: server 1, leader of term 3, moved its commit index from 0 to 2, )"
            R"(where it holds "y" of term 2)");
}

TEST(StepProperties, OwnTermCommit_Fails_WhenALeaderCommitsBeyondItsLog) {
  const ServerView before = leader(1, 3, {command(3, "x")});
  EXPECT_EQ(judge_step(before, committed(before, 2), kRunning),
            "OwnTermCommit: server 1, leader of term 3, moved its commit index from 0 to 2, where "
            "it holds no entry");
}

TEST(StepProperties, OwnTermCommit_Holds_WhenAnOwnEntryTakesOldOnesAlong) {
  const ServerView before = leader(1, 3, {command(1, "x"), command(2, "y"), command(3, "z")});
  EXPECT_EQ(judge_step(before, committed(before, 3), kRunning), "holds");
}

TEST(StepProperties, OwnTermCommit_Holds_WhenTheCommitIndexOfAnOldEntryStays) {
  const ServerView before = committed(leader(1, 3, {command(1, "x")}), 1);
  EXPECT_EQ(judge_step(before, before, kRunning), "holds");
}

TEST(StepProperties, OwnTermCommit_Holds_WhenAFollowerLearnsOfAnOldCommit) {
  const ServerView before = follower(1, 3, {command(1, "x")});
  EXPECT_EQ(judge_step(before, committed(before, 1), kRunning), "holds");
}

TEST(StepProperties, OwnTermCommit_SaysNothing_OfTheStepThatElects) {
  const ServerView before = candidate(1, 3, {command(1, "x")});
  EXPECT_EQ(judge_step(before, committed(leader(1, 3, {command(1, "x")}), 1), kRunning), "holds");
}

// ---- OneVotePerTerm

TEST(StepProperties, OneVotePerTerm_Fails_WhenAVoteMovesToAnotherServer) {
  EXPECT_EQ(judge_step(voting(follower(2, 4), 1), voting(follower(2, 4), 3), kRunning),
            "OneVotePerTerm: server 2 voted for server 1 and then for server 3 in term 4");
}

TEST(StepProperties, OneVotePerTerm_Fails_WhenARestartLosesTheVote) {
  EXPECT_EQ(judge_step(voting(follower(2, 4), 1), follower(2, 4), kRestarted),
            "OneVotePerTerm: server 2 crashed in term 4 with its vote for server 1 and restarted "
            "with no vote");
}

TEST(StepProperties, OneVotePerTerm_Fails_WhenARestartChangesTheVote) {
  EXPECT_EQ(judge_step(voting(follower(2, 4), 1), voting(follower(2, 4), 3), kRestarted),
            "OneVotePerTerm: server 2 crashed in term 4 with its vote for server 1 and restarted "
            "with its vote for server 3");
}

TEST(StepProperties, OneVotePerTerm_Fails_WhenARestartInventsAVote) {
  EXPECT_EQ(judge_step(follower(2, 4), voting(follower(2, 4), 3), kRestarted),
            "OneVotePerTerm: server 2 crashed in term 4 with no vote and restarted with its vote "
            "for server 3");
}

TEST(StepProperties, OneVotePerTerm_Holds_WhenAVoteIsGivenKeptOrGivenUp) {
  EXPECT_EQ(judge_step(follower(2, 4), voting(follower(2, 4), 3), kRunning), "holds");
  EXPECT_EQ(judge_step(voting(follower(2, 4), 3), voting(follower(2, 4), 3), kRunning), "holds");
  EXPECT_EQ(judge_step(voting(follower(2, 4), 3), follower(2, 4), kRunning), "holds");
}

TEST(StepProperties, OneVotePerTerm_Holds_WhenTheVoteIsInALaterTerm) {
  EXPECT_EQ(judge_step(voting(follower(2, 4), 1), voting(follower(2, 5), 3), kRunning), "holds");
}

TEST(StepProperties, OneVotePerTerm_Holds_WhenARestartKeepsTheVote) {
  EXPECT_EQ(judge_step(voting(follower(2, 4), 1), voting(follower(2, 4), 1), kRestarted), "holds");
}

// ---- TermMonotonic

TEST(StepProperties, TermMonotonic_Fails_WhenTheTermGoesBack) {
  EXPECT_EQ(judge_step(follower(2, 3), follower(2, 2), kRunning),
            "TermMonotonic: server 2 went back from term 3 to term 2");
}

TEST(StepProperties, TermMonotonic_Fails_WhenARestartForgetsTheTerm) {
  EXPECT_EQ(judge_step(follower(2, 3), follower(2, 0), kRestarted),
            "TermMonotonic: server 2 went back from term 3 to term 0 over a restart");
}

TEST(StepProperties, TermMonotonic_Holds_WhenTheTermStaysOrGrows) {
  EXPECT_EQ(judge_step(follower(2, 3), follower(2, 3), kRunning), "holds");
  EXPECT_EQ(judge_step(follower(2, 3), follower(2, 7), kRunning), "holds");
  EXPECT_EQ(judge_step(follower(2, 3), follower(2, 3), kRestarted), "holds");
}

// ---- CommitIndexMonotonic, LastAppliedMonotonic

const ServerView kTwoEntries = follower(2, 1, {command(1, "x"), command(1, "y")});

TEST(StepProperties, CommitIndexMonotonic_Fails_WhenTheCommitIndexGoesBack) {
  EXPECT_EQ(judge_step(commit_only(kTwoEntries, 2), commit_only(kTwoEntries, 1), kRunning),
            "CommitIndexMonotonic: the commit index of server 2 went back from 2 to 1");
}

TEST(StepProperties, CommitIndexMonotonic_Holds_WhenItStaysGrowsOrIsResetByARestart) {
  EXPECT_EQ(judge_step(commit_only(kTwoEntries, 1), commit_only(kTwoEntries, 1), kRunning),
            "holds");
  EXPECT_EQ(judge_step(commit_only(kTwoEntries, 1), commit_only(kTwoEntries, 2), kRunning),
            "holds");
  EXPECT_EQ(judge_step(commit_only(kTwoEntries, 2), kTwoEntries, kRestarted), "holds");
}

TEST(StepProperties, LastAppliedMonotonic_Fails_WhenTheLastAppliedIndexGoesBack) {
  EXPECT_EQ(judge_step(applied_only(kTwoEntries, 2), applied_only(kTwoEntries, 1), kRunning),
            "LastAppliedMonotonic: the last applied index of server 2 went back from 2 to 1");
}

TEST(StepProperties, LastAppliedMonotonic_Holds_WhenItStaysGrowsOrIsResetByARestart) {
  EXPECT_EQ(judge_step(applied_only(kTwoEntries, 1), applied_only(kTwoEntries, 1), kRunning),
            "holds");
  EXPECT_EQ(judge_step(applied_only(kTwoEntries, 1), applied_only(kTwoEntries, 2), kRunning),
            "holds");
  EXPECT_EQ(judge_step(applied_only(kTwoEntries, 2), kTwoEntries, kRestarted), "holds");
}

// ---- MatchIndexMonotonic

TEST(StepProperties, MatchIndexMonotonic_Fails_WhenOneFollowersMatchIndexGoesBack) {
  EXPECT_EQ(
      judge_step(matching(leader(1, 2), {0, 1, 3}), matching(leader(1, 2), {0, 2, 2}), kRunning),
      "MatchIndexMonotonic: server 1, leader of term 2, moved its match index for server 3 "
      "back from 3 to 2");
}

TEST(StepProperties, MatchIndexMonotonic_Fails_WhenASlotDisappears) {
  EXPECT_EQ(judge_step(matching(leader(1, 2), {0, 1, 3}), matching(leader(1, 2), {0, 1}), kRunning),
            "MatchIndexMonotonic: server 1, leader of term 2, moved its match index for server 3 "
            "back from 3 to 0");
}

TEST(StepProperties, MatchIndexMonotonic_Holds_WhenMatchIndicesStayOrGrow) {
  EXPECT_EQ(
      judge_step(matching(leader(1, 2), {0, 1, 3}), matching(leader(1, 2), {0, 2, 3}), kRunning),
      "holds");
}

TEST(StepProperties, MatchIndexMonotonic_Holds_WhenTheServerLeadsAnotherTermOrNotAtAll) {
  EXPECT_EQ(judge_step(matching(leader(1, 2), {0, 1, 3}), leader(1, 3), kRunning), "holds");
  EXPECT_EQ(judge_step(matching(leader(1, 2), {0, 1, 3}), follower(1, 3), kRunning), "holds");
}

TEST(StepProperties, MatchIndexMonotonic_SaysNothing_OfARestart) {
  EXPECT_EQ(judge_step(matching(leader(1, 2), {0, 1, 3}), leader(1, 2), kRestarted), "holds");
}

// ---- LogSurvivesRestart

TEST(StepProperties, LogSurvivesRestart_Fails_WhenARestartLosesTheEndOfTheLog) {
  EXPECT_EQ(judge_step(kTwoEntries, follower(2, 1, {command(1, "x")}), kRestarted),
            R"(LogSurvivesRestart: server 2 crashed with "y" of term 1 at index 2 and restarted )"
            R"(with no entry there)");
}

TEST(StepProperties, LogSurvivesRestart_Fails_WhenARestartBringsBackADroppedEntry) {
  EXPECT_EQ(judge_step(follower(2, 1, {command(1, "x")}), kTwoEntries, kRestarted),
            R"(LogSurvivesRestart: server 2 crashed with no entry at index 2 and restarted with )"
            R"("y" of term 1 there)");
}

TEST(StepProperties, LogSurvivesRestart_Holds_WhenTheLogIsKept) {
  EXPECT_EQ(judge_step(committed(kTwoEntries, 2), kTwoEntries, kRestarted), "holds");
}

TEST(StepProperties, LogSurvivesRestart_Holds_WhenAFollowerThatRunsDropsEntries) {
  EXPECT_EQ(judge_step(kTwoEntries, follower(2, 2, {command(2, "z")}), kRunning), "holds");
}

// ---- Selection and order

struct BrokenStep {
  Property property;
  ServerView before;
  ServerView after;
  bool restarted;
};

// Three steps, once for each property that they break: of a leader, out of leadership, a restart.
std::vector<BrokenStep> ruined_steps() {
  const std::vector<EntryView> log = {command(2, "x"), command(2, "y")};
  const ServerView old_leader = matching(applied_only(leader(1, 3, log), 1), {0, 1, 1});
  const ServerView forgetful =
      voting(applied_only(commit_only(leader(1, 3, {command(2, "x")}), 1), 0), 2);
  const ServerView behind = follower(1, 2, {command(2, "x")});
  return {
      {Property::LeaderAppendOnly, old_leader, forgetful, kRunning},
      {Property::OwnTermCommit, old_leader, forgetful, kRunning},
      {Property::OneVotePerTerm, old_leader, forgetful, kRunning},
      {Property::LastAppliedMonotonic, old_leader, forgetful, kRunning},
      {Property::MatchIndexMonotonic, old_leader, forgetful, kRunning},
      {Property::TermMonotonic, committed(old_leader, 2), behind, kRunning},
      {Property::CommitIndexMonotonic, committed(old_leader, 2), behind, kRunning},
      {Property::TermMonotonic, old_leader, behind, kRestarted},
      {Property::LogSurvivesRestart, old_leader, behind, kRestarted},
  };
}

TEST(StepProperties, EachProperty_IsJudged_WhenItAloneIsSelected) {
  for (const BrokenStep& step : ruined_steps()) {
    const auto violation =
        check_step(step.before, step.after, step.restarted, set_of(step.property));
    ASSERT_TRUE(violation) << to_string(step.property);
    EXPECT_EQ(violation->property, step.property);
  }
}

// The names of what is reported, each property being deselected once it was.
std::vector<std::string> reported(const BrokenStep& step) {
  std::vector<std::string> names;
  PropertySet selected = kAllProperties;
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    const auto violation = check_step(step.before, step.after, step.restarted, selected);
    if (!violation) break;
    names.emplace_back(to_string(violation->property));
    selected &= ~set_of(violation->property);
  }
  return names;
}

TEST(StepProperties, TheFirstSelectedProperty_IsReported_WhenSeveralAreBroken) {
  const std::vector<BrokenStep> steps = ruined_steps();
  EXPECT_EQ(reported(steps.front()),
            (std::vector<std::string>{"LeaderAppendOnly", "OwnTermCommit", "OneVotePerTerm",
                                      "LastAppliedMonotonic", "MatchIndexMonotonic"}));
  EXPECT_EQ(reported(steps[5]), (std::vector<std::string>{"TermMonotonic", "CommitIndexMonotonic",
                                                          "LastAppliedMonotonic"}));
  EXPECT_EQ(reported(steps.back()),
            (std::vector<std::string>{"TermMonotonic", "LogSurvivesRestart"}));
}

TEST(StepProperties, NothingIsReported_WhenNothingIsSelected) {
  for (const BrokenStep& step : ruined_steps()) {
    EXPECT_EQ(judge_step(step.before, step.after, step.restarted, 0), "holds");
  }
}

// ---- restarts from a disk that was behind

ServerView behind(ServerView server, DiskView disk) {
  server.disk = std::move(disk);
  return server;
}

TEST(Disk, Restart_MayLoseWhatWasNotDurable_AndNothingElse) {
  const ServerView before = behind(voting(follower(1, 3, {command(1, "x"), command(2, "y")}), 2),
                                   {2, 3, 1, {1, 2}, {2, 2}});
  const auto after = [](Term term, ServerId vote, std::vector<EntryView> log) {
    return voting(follower(1, term, std::move(log)), vote);
  };
  EXPECT_EQ(judge_step(before, after(2, 3, {command(1, "x")}), kRestarted), "holds");
  EXPECT_EQ(judge_step(before, after(3, 2, {command(1, "x"), command(2, "y")}), kRestarted),
            "holds");
  EXPECT_EQ(
      judge_step(before, after(2, 1, {command(1, "x")}), kRestarted),
      "OneVotePerTerm: server 1 crashed in term 2 with its vote for server 3 and restarted with "
      "its vote for server 1");
  EXPECT_EQ(judge_step(before, after(1, 0, {command(1, "x")}), kRestarted),
            "TermMonotonic: server 1 went back from term 3 to term 1 over a restart");
  EXPECT_EQ(
      judge_step(before, after(2, 3, {}), kRestarted),
      "LogSurvivesRestart: server 1 crashed with \"x\" of term 1 at index 1 and restarted with "
      "no entry there");
}

}  // namespace
}  // namespace spec
