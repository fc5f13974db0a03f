// Reads: what history keeps of them, and ReadsSeeCommitted, which is judged by that.
#include <gtest/gtest.h>

#include "spec/test_worlds.hpp"

namespace spec {
namespace {

constexpr PropertySet kAlone = set_of(Property::ReadsSeeCommitted);

ServerView with_an_entry() { return committed(leader(1, 1, {command(1, "x")}), 1); }

// One entry was committed, as server 1 knows, and then a read with the id 7 was asked there.
History read_behind_an_entry() {
  return extended(extended(History{}, with_an_entry()), with_an_entry(), {.asked = 7});
}

std::string judged(const History& history) {
  return judge({follower(1, 1), follower(2, 1), follower(3, 1)}, history, kAlone);
}

TEST(Reads, AreKept_WithWhatWasCommittedWhenTheyWereAsked_UntilTheyAreAnswered) {
  const History asked = read_behind_an_entry();
  EXPECT_EQ(asked.reads, (std::vector<AskedRead>{{7, 1}}));
  EXPECT_TRUE(extended(asked, with_an_entry(), {.answered = {7}}).reads.empty());
}

TEST(Reads, NeedNotSee_WhatTheStepItselfCommits) {
  const History asked = extended(History{}, with_an_entry(), {.asked = 7});
  EXPECT_EQ(asked.reads, (std::vector<AskedRead>{{7, 0}}));
}

TEST(Reads, Answer_ChangesNothing_WhenNobodyAskedForIt) {
  const History asked = read_behind_an_entry();
  EXPECT_EQ(extended(asked, follower(2, 1), {.answered = {8}}), asked);
}

TEST(ReadsSeeCommitted, Holds_WhenWhatWasCommittedIsAppliedWhereItIsAnswered) {
  const ServerView other = committed(follower(2, 1, {command(1, "x")}), 1);
  const History answered = extended(read_behind_an_entry(), other, {.answered = {7}});
  EXPECT_EQ(judged(answered), "holds");
}

TEST(ReadsSeeCommitted, IsBroken_WhenSomethingCommittedBeforeIsNotYetApplied) {
  const History answered = extended(read_behind_an_entry(), follower(2, 1), {.answered = {7}});
  EXPECT_EQ(judged(answered),
            "ReadsSeeCommitted: server 2 answered read 7 with what is applied through index 0, but "
            "index 1 was committed when the read was asked");
}

TEST(ReadsSeeCommitted, TellsOfTheFirstStaleRead_WhenThereAreMore) {
  History history = extended(read_behind_an_entry(), with_an_entry(), {.asked = 8});
  history = extended(history, follower(2, 1), {.answered = {7}});
  history = extended(history, follower(3, 1), {.answered = {8}});
  EXPECT_EQ(history.stale_read, (StaleRead{{7, 1}, 2, 0}));
  EXPECT_NE(history.stale_read, (StaleRead{{7, 1}, 3, 0}));
}

}  // namespace
}  // namespace spec
