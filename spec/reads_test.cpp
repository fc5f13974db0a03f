// Reads: what history keeps of them, and ReadsSeeCommitted, which is judged by that.
#include <gtest/gtest.h>

#include "spec/test_worlds.hpp"

namespace spec {
namespace {

constexpr PropertySet kAlone = set_of(Property::ReadsSeeCommitted);

// One entry is committed, as server 1 knows, and a read with the id 7 was asked there since.
History read_behind_an_entry() {
  const ServerView server = committed(leader(1, 1, {command(1, "x")}), 1);
  return extended(History{}, server, {.asked = 7});
}

std::string judged(const History& history) {
  return judge({follower(1, 1), follower(2, 1), follower(3, 1)}, history, kAlone);
}

TEST(Reads, AreKept_WithWhatWasCommittedWhenTheyWereAsked_UntilTheyAreAnswered) {
  const History asked = read_behind_an_entry();
  EXPECT_EQ(asked.reads, (std::vector<AskedRead>{{7, 1}}));
  const ServerView server = committed(leader(1, 1, {command(1, "x")}), 1);
  EXPECT_TRUE(extended(asked, server, {.answered = {7}}).reads.empty());
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
  const ServerView server = committed(leader(1, 1, {command(1, "x")}), 1);
  History history = extended(read_behind_an_entry(), server, {.asked = 8});
  history = extended(history, follower(2, 1), {.answered = {7}});
  history = extended(history, follower(3, 1), {.answered = {8}});
  EXPECT_EQ(history.stale_read, (StaleRead{{7, 1}, 2, 0}));
  EXPECT_NE(history.stale_read, (StaleRead{{7, 1}, 3, 0}));
}

}  // namespace
}  // namespace spec
