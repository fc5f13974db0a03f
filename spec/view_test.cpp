#include "spec/view.hpp"

#include <gtest/gtest.h>

#include "spec/agreement.hpp"
#include "spec/test_worlds.hpp"
#include "spec/wording.hpp"

namespace spec {
namespace {

TEST(View, Roles_AreNamed_AsInTraces) {
  EXPECT_STREQ(to_string(Role::Follower), "follower");
  EXPECT_STREQ(to_string(Role::Candidate), "candidate");
  EXPECT_STREQ(to_string(Role::Leader), "leader");
}

TEST(View, EntryAt_CountsFromOne_AndIsNullOutsideTheLog) {
  const ServerView server = follower(1, 1, {command(1, "x"), command(1, "y")});
  EXPECT_EQ(entry_at(server, 0), nullptr);
  EXPECT_EQ(entry_at(server, 1)->command, "x");
  EXPECT_EQ(entry_at(server, 2)->command, "y");
  EXPECT_EQ(entry_at(server, 3), nullptr);
}

TEST(View, Majority_IsMoreThanHalf) {
  EXPECT_EQ(majority_of(1), 1U);
  EXPECT_EQ(majority_of(2), 2U);
  EXPECT_EQ(majority_of(3), 2U);
  EXPECT_EQ(majority_of(4), 3U);
  EXPECT_EQ(majority_of(5), 3U);
}

TEST(View, Agreement_EndsAtTheFirstDifference_OrTheShorterLog) {
  const ServerView abc = follower(1, 1, {command(1, "a"), command(1, "b"), command(1, "c")});
  EXPECT_EQ(agreed_through(abc, abc), 3U);
  EXPECT_EQ(agreed_through(abc, follower(2, 1, {command(1, "a"), command(1, "x")})), 1U);
  EXPECT_EQ(agreed_through(abc, follower(2, 1, {command(1, "a"), command(1, "b")})), 2U);
  EXPECT_EQ(agreed_through(follower(2, 1), abc), 0U);
}

TEST(View, Entries_AreDescribed_SoThatDifferentOnesReadDifferently) {
  const EntryView plain = command(2, "x");
  const EntryView empty = command(2, "");
  const EntryView bytes = command(2, "a\n\x01");
  const EntryView blank = no_op(3);
  const EntryView faulty{3, true, "x"};
  EXPECT_EQ(describe(&plain), R"("x" of term 2)");
  EXPECT_EQ(describe(&empty), R"("" of term 2)");
  EXPECT_EQ(describe(&bytes), R"("a\n\x01" of term 2)");
  EXPECT_EQ(describe(&blank), "a no-op of term 3");
  EXPECT_EQ(describe(&faulty), R"(a no-op "x" of term 3)");
  EXPECT_EQ(describe(nullptr), "no entry");
}

TEST(View, Quorum_IsOfBothMemberships_WhileTheyAreJoint) {
  const MembershipView joint{{1, 2, 3}, {3, 4, 5}, {}};
  EXPECT_TRUE(has_quorum(joint, {2, 3, 4}));
  EXPECT_FALSE(has_quorum(joint, {1, 2, 3}));  // one of three that leave
  EXPECT_FALSE(has_quorum(joint, {3, 4, 5}));  // one of three that stay
  EXPECT_TRUE(has_quorum({{1, 2, 3}, {}, {}}, {1, 2}));
}

TEST(View, Membership_IsDescribed_WithAllWhoBelongToIt) {
  EXPECT_EQ(describe(MembershipView{}), "unknown");
  EXPECT_EQ(describe(MembershipView{{1, 2}, {}, {}}), "{1 2}");
  EXPECT_EQ(describe(MembershipView{{1, 2}, {3}, {4}}), "{3} and {1 2}, learners {4}");
}

}  // namespace
}  // namespace spec
