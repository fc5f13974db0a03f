#include <gtest/gtest.h>

#include "spec/test_worlds.hpp"

namespace spec {
namespace {

MessageView message(std::string kind, ServerId from, ServerId to) {
  return {from, to, std::move(kind), {{"term", std::uint64_t{1}}}};
}

MessageView pre_vote_reply(ServerId from, ServerId to, bool granted) {
  MessageView reply = message("pre_vote_reply", from, to);
  reply.fields.emplace_back("vote_granted", granted);
  return reply;
}

std::string judge_exchange(const ServerView& before, const ServerView& after,
                           const MessageView* received, const std::vector<MessageView>& sent) {
  return verdict(check_exchange(before, after, {received, sent}, kAllProperties));
}

ServerView leased(ServerView server, ServerId leader) {
  server.leader = leader;
  server.lease = true;
  return server;
}

TEST(PreVotePromise, Holds_WhenAServerGrantsAndStaysAsItIs) {
  const MessageView asked = message("pre_vote", 3, 1);
  EXPECT_EQ(judge_exchange(follower(1, 1), follower(1, 1), &asked, {pre_vote_reply(1, 3, true)}),
            "holds");
}

TEST(PreVotePromise, Holds_WhenALeaderOrAFollowerInTouchRefuses) {
  const MessageView asked = message("pre_vote", 3, 1);
  const std::vector<MessageView> refused = {pre_vote_reply(1, 3, false)};
  EXPECT_EQ(judge_exchange(leader(1, 1), leader(1, 1), &asked, refused), "holds");
  const ServerView in_touch = leased(follower(1, 1), 2);
  EXPECT_EQ(judge_exchange(in_touch, in_touch, &asked, refused), "holds");
}

TEST(PreVotePromise, IsBroken_WhenTheTermRises) {
  const MessageView asked = message("pre_vote", 3, 1);
  EXPECT_EQ(judge_exchange(follower(1, 1), follower(1, 2), &asked, {}),
            "PreVotePromise: server 1 went from term 1 to term 2 when it was asked for a pre-vote");
}

TEST(PreVotePromise, IsBroken_WhenTheVoteIsGiven) {
  const MessageView asked = message("pre_vote", 3, 1);
  EXPECT_EQ(judge_exchange(follower(1, 1), voting(follower(1, 1), 3), &asked, {}),
            "PreVotePromise: server 1 changed its vote in term 1 when it was asked for a pre-vote");
}

TEST(PreVotePromise, IsBroken_WhenAskingTakesANewTerm) {
  EXPECT_EQ(judge_exchange(follower(1, 1), candidate(1, 2), nullptr, {message("pre_vote", 1, 2)}),
            "PreVotePromise: server 1 went from term 1 to term 2 to ask for pre-votes");
}

TEST(PreVotePromise, IsBroken_WhenALeaderGrants) {
  const MessageView asked = message("pre_vote", 3, 1);
  EXPECT_EQ(judge_exchange(leader(1, 1), leader(1, 1), &asked, {pre_vote_reply(1, 3, true)}),
            "PreVotePromise: server 1 leads term 1 and granted a pre-vote to server 3");
}

TEST(PreVotePromise, IsBroken_WhenAFollowerInTouchGrants) {
  const MessageView asked = message("pre_vote", 3, 1);
  const ServerView in_touch = leased(follower(1, 1), 2);
  EXPECT_EQ(judge_exchange(in_touch, in_touch, &asked, {pre_vote_reply(1, 3, true)}),
            "PreVotePromise: server 1 granted a pre-vote to server 3 within the minimum election "
            "timeout of hearing from its leader, server 2");
}

TEST(PreVotePromise, SaysNothing_OfOtherMessages) {
  const MessageView asked = message("request_vote", 3, 1);
  EXPECT_EQ(judge_exchange(follower(1, 1), voting(follower(1, 2), 3), &asked, {}), "holds");
}

MessageView timeout_now(ServerId from, ServerId to) { return message("timeout_now", from, to); }

TEST(TransferPromise, Holds_WhenTheTargetHasTheWholeLog) {
  const ServerView before = matching(leader(1, 1, {command(1, "x")}), {0, 1, 0});
  EXPECT_EQ(judge_exchange(before, before, nullptr, {timeout_now(1, 2)}), "holds");
}

TEST(TransferPromise, IsBroken_WhenTheTargetIsBehind) {
  const ServerView before = matching(leader(1, 1, {command(1, "x")}), {0, 1, 0});
  EXPECT_EQ(judge_exchange(before, before, nullptr, {timeout_now(1, 3)}),
            "TransferPromise: server 1, leader of term 1, told server 3 to stand for election, "
            "which has its log through index 0 of 1");
}

TEST(TransferPromise, IsBroken_WhenNoLeaderTells) {
  EXPECT_EQ(judge_exchange(follower(1, 1), follower(1, 1), nullptr, {timeout_now(1, 2)}),
            "TransferPromise: server 1 does not lead term 1 and told server 2 to stand for "
            "election");
}

TEST(TransferPromise, IsBroken_WhenAnEarlierLeaderIsObeyed) {
  const MessageView told = timeout_now(2, 1);
  EXPECT_EQ(judge_exchange(follower(1, 2), candidate(1, 3), &told, {}),
            "TransferPromise: server 1, in term 2, stood for election since the leader of term 1 "
            "said so");
  EXPECT_EQ(judge_exchange(follower(1, 1), candidate(1, 2), &told, {}), "holds");
  EXPECT_EQ(judge_exchange(follower(1, 2), follower(1, 2), &told, {}), "holds");
}

TEST(TransferPromise, IsBroken_WhenTheLogGrowsMeanwhile) {
  ServerView before = leader(1, 1);
  before.transferee = 2;
  ServerView after = leader(1, 1, {command(1, "x")});
  after.transferee = 2;
  EXPECT_EQ(judge_step(before, after, kRunning, set_of(Property::TransferPromise)),
            "TransferPromise: server 1, leader of term 1, is handing its lead over to server 2 and "
            "appended \"x\" of term 1");
  after.transferee = kNoServer;
  EXPECT_EQ(judge_step(before, after, kRunning, set_of(Property::TransferPromise)), "holds");
}

TEST(PreVotePromise, IsAboutJudgedKindsOnly) {
  EXPECT_TRUE(is_judged("pre_vote"));
  EXPECT_TRUE(is_judged("pre_vote_reply"));
  EXPECT_FALSE(is_judged("request_vote"));
  EXPECT_FALSE(is_judged("append_entries"));
}

ServerView applied_through(Index index) {
  ServerView server = follower(1, 1);
  server.last_applied = index;
  return server;
}

std::string judge_applied(Index before, Index after, const Applied& applied) {
  return verdict(check_exchange(applied_through(before), applied_through(after),
                                {.applied = &applied}, kAllProperties));
}

TEST(AppliedInOrder, Holds_WhenWhatFollowsIsHandedOut_OrNothingIsDue) {
  EXPECT_EQ(judge_applied(2, 2, {}), "holds");
  EXPECT_EQ(judge_applied(2, 4, {.first = 3, .last = 4}), "holds");
  EXPECT_EQ(judge_applied(4, 0, {.anew = 0}), "holds") << "a restart";
  EXPECT_EQ(judge_applied(1, 7, {.anew = 7}), "holds") << "a snapshot";
  EXPECT_EQ(judge_applied(1, 8, {.anew = 7, .first = 8, .last = 8}), "holds");
}

TEST(AppliedInOrder, IsBroken_WhenAnEntryIsSkippedDoubledOrLeftOut) {
  EXPECT_EQ(judge_applied(2, 4, {.first = 4, .last = 4}),
            "AppliedInOrder: the state machine of server 1 stood at index 2 and was handed the "
            "entries 4 to 4, while the server calls all through 4 applied");
  EXPECT_NE(judge_applied(2, 4, {.first = 2, .last = 4}), "holds");
  EXPECT_NE(judge_applied(2, 4, {.first = 3, .last = 3}), "holds");
  EXPECT_NE(judge_applied(2, 3, {.first = 3, .last = 4}), "holds");
  EXPECT_NE(judge_applied(2, 1, {.first = 3, .last = 1}), "holds");
  EXPECT_EQ(judge_applied(2, 3, {}),
            "AppliedInOrder: the state machine of server 1 stood at index 2 and was handed "
            "nothing, while the server calls all through 3 applied");
  EXPECT_NE(judge_applied(2, 2, {.anew = 0}), "holds") << "a restart that calls old work done";
}

TEST(AppliedInOrder, IsNotJudged_WhenTheImplementationDoesNotSay) {
  EXPECT_EQ(verdict(check_exchange(applied_through(2), applied_through(4), {}, kAllProperties)),
            "holds");
}

TEST(TransferPromise, SaysNothing_OfAnOrderWithoutATerm) {
  const MessageView told{2, 1, "timeout_now", {}};
  EXPECT_EQ(judge_exchange(follower(1, 2), candidate(1, 3), &told, {}), "holds");
}

TEST(TransferPromise, IsBroken_WhenALeaderWithoutASlotForAServerTellsItToStand) {
  const ServerView old_leader = matching(leader(1, 1, {command(1, "x")}), {});
  EXPECT_EQ(judge_exchange(old_leader, old_leader, nullptr, {message("timeout_now", 1, 2)}),
            "TransferPromise: server 1, leader of term 1, told server 2 to stand for election, "
            "which has its log through index 0 of 1");
}

}  // namespace
}  // namespace spec
