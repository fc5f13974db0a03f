// The leader's side of replication: nextIndex, back-tracking, and the paper's Figure 7.
#include <gtest/gtest.h>

#include <deque>

#include "src/raft/test_support.hpp"

namespace raft::test {
namespace {

TEST(Replication, Leader_GoesOnAfterItsLastEntryOfTheConflictingTerm) {
  Server server = leader({.term = 8, .log = {1, 1, 4, 4, 5, 6}});
  const Effects effects = deliver(server, 2, rejected(8, 4, 2));
  EXPECT_EQ(effects.outcome, Outcome::BackedUp);
  EXPECT_EQ(progress_of(server, 2).next_index, Index{5});
  EXPECT_EQ(only<AppendEntries>(effects), append(8, {4, 4}, {5, 6}));
}

TEST(Replication, Leader_GoesWhereTheFollowerSays_WhenItLacksTheConflictingTerm) {
  Server server = leader({.term = 8, .log = {1, 1, 4, 4, 5, 6}});
  EXPECT_EQ(only<AppendEntries>(deliver(server, 2, rejected(8, 3, 3))),
            append(8, {2, 1}, {4, 4, 5, 6}));
}

TEST(Replication, Leader_GoesToTheEndOfAShortLog) {
  Server server = leader({.term = 8, .log = {1, 1, 4, 4, 5, 6}});
  EXPECT_EQ(only<AppendEntries>(deliver(server, 2, rejected(8, 0, 1))),
            append(8, {0, 0}, {1, 1, 4, 4, 5, 6}));
}

TEST(Replication, Leader_GoesBackOneEntry_WhenBacktrackingIsPlain) {
  Server server = leader({.term = 3, .log = {1, 1, 2}, .backtracking = Backtracking::Plain});
  EXPECT_EQ(only<AppendEntries>(deliver(server, 2, rejected(3, 0, 3))), append(3, {2, 1}, {2}));
  EXPECT_EQ(only<AppendEntries>(deliver(server, 2, rejected(3, 0, 2))), append(3, {1, 1}, {1, 2}));
}

TEST(Replication, Leader_DoesNotMoveForward_OnAnOldRejection) {
  Server server = leader({.term = 3, .log = {1, 1, 2}});
  deliver(server, 2, rejected(3, 0, 1));
  const Server before = server;
  const Effects effects = deliver(server, 2, rejected(3, 0, 3));
  EXPECT_EQ(effects.outcome, Outcome::StaleReplyIgnored);
  EXPECT_TRUE(effects.messages.empty());
  EXPECT_EQ(server, before);
}

TEST(Replication, Leader_DoesNotGoBelowWhatIsAcknowledged_OnAnOldRejection) {
  Server server = leader({.servers = 5, .term = 3, .log = {1, 1, 2, 3}});
  deliver(server, 2, accepted(3, 2));
  EXPECT_EQ(deliver(server, 2, rejected(3, 0, 1)).outcome, Outcome::BackedUp);
  EXPECT_EQ(progress_of(server, 2), (Progress{Index{3}, Index{2}}));
  EXPECT_EQ(deliver(server, 2, rejected(3, 0, 1)).outcome, Outcome::StaleReplyIgnored);
}

TEST(Replication, Leader_KeepsWhatItKnows_WhenALateAcknowledgementArrives) {
  Server server = leader({.servers = 5, .term = 3, .log = {1, 1, 2}});
  deliver(server, 2, accepted(3, 3));
  const Server before = server;
  EXPECT_EQ(deliver(server, 2, accepted(3, 1)).outcome, Outcome::Acknowledged);
  EXPECT_EQ(server, before);
}

TEST(Replication, Leader_SendsWhatIsMissing_AfterAnAcknowledgement) {
  Server server = leader({.servers = 5, .term = 3, .log = {3, 3, 3}, .entries_per_message = 1});
  deliver(server, 2, rejected(3, 0, 1));
  EXPECT_EQ(only<AppendEntries>(deliver(server, 2, accepted(3, 1))), append(3, {1, 3}, {3}));
  EXPECT_EQ(only<AppendEntries>(deliver(server, 2, accepted(3, 2))), append(3, {2, 3}, {3}));
  EXPECT_TRUE(deliver(server, 2, accepted(3, 3)).messages.empty());
}

TEST(Replication, Leader_SendsAtMostTheConfiguredNumberOfEntries) {
  Server server = leader({.term = 2, .log = {1, 1, 1, 1, 2}, .entries_per_message = 2});
  EXPECT_EQ(only<AppendEntries>(deliver(server, 2, rejected(2, 0, 2))), append(2, {1, 1}, {1, 1}));
}

TEST(Replication, Leader_SendsFollowersWhatTheyAreKnownToLack) {
  Server server = leader({.servers = 3, .term = 2, .log = {1, 2}});
  deliver(server, 2, rejected(2, 0, 1));
  const auto requests = sent<AppendEntries>(step(server, HeartbeatTimeout{}));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0], std::pair(2u, append(2, {0, 0}, {1, 2})));
  EXPECT_EQ(requests[1], std::pair(3u, append(2, {2, 2})));
}

TEST(Replication, Leader_StepsDown_WhenAReplyHasALaterTerm) {
  for (const AppendEntriesReply& reply : {accepted(3, 1), rejected(3, 0, 1), rejected(3, 0, 0)}) {
    Server server = leader({.term = 2, .log = {2}});
    const Effects effects = deliver(server, 2, reply);
    EXPECT_EQ(effects.outcome, Outcome::SteppedDown);
    EXPECT_EQ(server, follower({.term = 3, .log = {2}}));
    EXPECT_EQ(effects.persist.hard_state, server.hard_state);
  }
}

TEST(Replication, LeaderOfALaterTerm_IgnoresRepliesToItsEarlierTerms) {
  Server server = leader({.term = 3, .log = {1, 1}});
  const Server before = server;
  EXPECT_EQ(deliver(server, 2, accepted(2, 2)).outcome, Outcome::StaleReplyIgnored);
  EXPECT_EQ(deliver(server, 2, rejected(2, 0, 1)).outcome, Outcome::StaleReplyIgnored);
  EXPECT_EQ(server, before);
}

TEST(Replication, FollowerAndCandidate_IgnoreLateReplies) {
  for (Server server : {follower({.term = 3, .log = {1}}), candidate({.term = 3, .log = {1}})}) {
    const Server before = server;
    EXPECT_EQ(deliver(server, 2, accepted(3, 1)).outcome, Outcome::StaleReplyIgnored);
    EXPECT_EQ(server, before);
  }
}

TEST(Replication, FollowerAndCandidate_IgnoreTheHeartbeatTimer) {
  for (Server server : {follower({.term = 3}), candidate({.term = 3})}) {
    const Server before = server;
    const Effects effects = step(server, HeartbeatTimeout{});
    EXPECT_EQ(effects.outcome, Outcome::TimeoutIgnored);
    EXPECT_TRUE(effects.messages.empty());
    EXPECT_EQ(server, before);
  }
}

// Its request of an earlier term met this server's own later term: the answer bears the present
// term, but nothing in it is about the present log.
TEST(Replication, Leader_IgnoresARefusalForTerm_WhenItSinceLeadsThatTerm) {
  Server voter = follower({.id = 2, .term = 2, .voted_for = 1});
  const auto refusal = only<AppendEntriesReply>(deliver(voter, 1, append(1, {0, 0})));
  Server server = leader({.term = 2, .log = {1}});
  const Server before = server;
  EXPECT_EQ(deliver(server, 2, refusal).outcome, Outcome::StaleReplyIgnored);
  EXPECT_EQ(server, before);
}

// Delivers messages between the two, in the order in which they were sent, until none is left.
// Returns how many AppendEntries the follower rejected before it first accepted one, or -1 if the
// two do not come to an end.
int rejections_until_quiet(Server& leading, Server& following, const Effects& first) {
  std::deque<Message> network(first.messages.begin(), first.messages.end());
  int rejections = 0;
  bool accepted_one = false;
  for (int deliveries = 0; !network.empty(); network.pop_front()) {
    if (++deliveries > 1000) return -1;
    const Message message = network.front();
    if (message.to != leading.id && message.to != following.id) continue;
    Server& receiver = message.to == leading.id ? leading : following;
    const Effects effects = step(receiver, Receive{message});
    accepted_one |= effects.outcome == Outcome::AppendAccepted;
    if (effects.outcome == Outcome::AppendRejectedLog && !accepted_one) ++rejections;
    network.insert(network.end(), effects.messages.begin(), effects.messages.end());
  }
  return rejections;
}

// Figure 7: a leader of term 8 meets six logs that went different ways.
TEST(Replication, Figure7_EveryFollowerEndsWithTheLeadersLog) {
  struct Row {
    char name;
    Terms log;
    int plain, fast;
  };
  const std::vector<Row> rows = {
      {'a', {1, 1, 1, 4, 4, 5, 5, 6, 6}, 1, 1},
      {'b', {1, 1, 1, 4}, 6, 1},
      {'c', {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6}, 0, 0},
      {'d', {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7}, 0, 0},
      {'e', {1, 1, 1, 4, 4, 4, 4}, 5, 2},
      {'f', {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}, 7, 2},
  };
  for (const Row& row : rows) {
    for (const Backtracking backtracking : {Backtracking::Fast, Backtracking::Plain}) {
      const bool is_fast = backtracking == Backtracking::Fast;
      SCOPED_TRACE(testing::Message() << row.name << (is_fast ? ", fast" : ", plain"));
      Server leading = leader({.servers = 7,
                               .term = 8,
                               .log = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6},
                               .backtracking = backtracking});
      Server following = follower(
          {.servers = 7, .id = 2, .term = 7, .log = row.log, .backtracking = backtracking});
      const Effects proposed = step(leading, Propose{"t8"});
      EXPECT_EQ(rejections_until_quiet(leading, following, proposed),
                is_fast ? row.fast : row.plain);
      EXPECT_EQ(terms_of(following.log), (Terms{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 8}));
      EXPECT_EQ(following.log, leading.log);
      EXPECT_EQ(progress_of(leading, 2), (Progress{Index{12}, Index{11}}));
    }
  }
}

}  // namespace
}  // namespace raft::test
