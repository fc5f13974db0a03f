#include "spec/history.hpp"

#include <gtest/gtest.h>

#include "spec/test_worlds.hpp"

namespace spec {
namespace {

TEST(History, Follower_AddsNothing_WhenItCommittedNothing) {
  EXPECT_EQ(extended(History{}, follower(1, 3, {command(1, "x")})), History{});
  EXPECT_EQ(extended(History{}, candidate(1, 3, {command(1, "x")})), History{});
}

TEST(History, Leader_IsRecorded_AtTheSlotOfItsTerm) {
  const History history = extended(History{}, leader(2, 3));
  EXPECT_EQ(history.leaders, (std::vector<ServerId>{kNoServer, kNoServer, kNoServer, 2}));
  EXPECT_TRUE(history.committed.empty());
}

TEST(History, Leader_IsRecorded_BelowALaterTermThatHadOne) {
  const History history = extended(extended(History{}, leader(2, 3)), leader(1, 2));
  EXPECT_EQ(history.leaders, (std::vector<ServerId>{kNoServer, kNoServer, 1, 2}));
}

TEST(History, Leader_IsNotRecorded_WhenItsTermAlreadyHadOne) {
  const History history = extended(History{}, leader(2, 1));
  EXPECT_EQ(extended(history, leader(3, 1)), history);
}

TEST(History, Leader_IsNotRecorded_InTermZero) {
  EXPECT_EQ(extended(History{}, leader(1, 0)), History{});
}

TEST(History, Entries_AreRecorded_WithTheTermOfTheCommittingServer) {
  const ServerView server =
      committed(leader(1, 4, {command(2, "x"), no_op(4), command(4, "y")}), 2);
  EXPECT_EQ(extended(History{}, server).committed,
            (std::vector<CommittedEntry>{{command(2, "x"), 4}, {no_op(4), 4}}));
}

TEST(History, Entries_AreRecorded_OfAFollowerToo) {
  const ServerView server = committed(follower(1, 2, {command(2, "x")}), 1);
  EXPECT_EQ(extended(History{}, server).committed,
            (std::vector<CommittedEntry>{{command(2, "x"), 2}}));
}

TEST(History, Entries_AreAdded_OnlyBeyondThoseRecorded) {
  const History history{{}, {{command(1, "x"), 1}}};
  const ServerView server = committed(follower(2, 3, {command(2, "other"), command(3, "y")}), 2);
  EXPECT_EQ(extended(history, server).committed,
            (std::vector<CommittedEntry>{{command(1, "x"), 1}, {command(3, "y"), 3}}));
}

TEST(History, Entries_EndWithTheLog_WhenTheCommitIndexIsBeyondIt) {
  const ServerView server = committed(follower(1, 1, {command(1, "x")}), 5);
  EXPECT_EQ(extended(History{}, server).committed.size(), 1U);
}

TEST(History, IsToldBeforehand_WhetherAnythingIsAdded) {
  const std::vector<ServerView> servers = {
      follower(1, 3, {command(1, "x")}),
      candidate(1, 3),
      leader(2, 3),
      leader(1, 2),
      leader(3, 3),
      leader(1, 0),
      committed(leader(1, 4, {command(2, "x"), no_op(4)}), 1),
      committed(follower(2, 4, {command(2, "x"), no_op(4)}), 2),
      committed(follower(3, 4, {command(2, "x")}), 5)};
  History history;
  std::size_t additions = 0;
  for (int round = 0; round < 2; ++round) {
    for (const ServerView& server : servers) {
      const History next = extended(history, server);
      EXPECT_EQ(adds_to(history, server), next != history);
      additions += next != history ? 1U : 0U;
      history = next;
    }
  }
  EXPECT_EQ(additions, 4U);
  EXPECT_TRUE(adds_to(history, servers[0], {.asked = 1, .answered = {}}));
  EXPECT_TRUE(adds_to(history, servers[0], {.asked = 0, .answered = {1}}));
}

TEST(History, FirstMembership_IsAdded_Once) {
  ServerView member = follower(1, 0);
  member.membership.voters = {1, 2, 3};
  EXPECT_TRUE(adds_to(History{}, member));
  const History history = extended(History{}, member);
  EXPECT_EQ(history.first_membership, member.membership);
  member.membership.voters = {1, 2};
  EXPECT_FALSE(adds_to(history, member));
  EXPECT_EQ(extended(history, member), history);
}

TEST(History, Entries_StayRecorded_WhenAServerKnowsOfFewer) {
  const History history{{}, {{command(1, "x"), 1}, {command(1, "y"), 1}}};
  EXPECT_EQ(extended(history, committed(follower(2, 1, {command(1, "x")}), 1)), history);
}

}  // namespace
}  // namespace spec
