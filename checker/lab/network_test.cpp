#include "checker/lab/network.hpp"

#include <gtest/gtest.h>

namespace lab {
namespace {

constexpr int kCalls = 100'000;

TEST(Network, Reliable_LosesNothing_AndTakesNoLongerThanAMachineDoes) {
  Network network(3, 1, 1);
  for (int i = 0; i < kCalls; ++i) {
    const auto delay = network.request_delay();
    ASSERT_TRUE(delay);
    ASSERT_GE(*delay, 1);
    ASSERT_LE(*delay, kDispatchMax);
    ASSERT_EQ(network.reply_delay(), Time{0});
  }
}

TEST(Network, Unreliable_LosesOneOfTenRequests_AndOneOfTenReplies) {
  Network network(3, 1, 2);
  network.rules.is_reliable = false;
  int requests = 0;
  int replies = 0;
  Time sum = 0;
  for (int i = 0; i < kCalls; ++i) {
    const auto delay = network.request_delay();
    requests += delay ? 0 : 1;
    replies += network.reply_delay() ? 0 : 1;
    if (!delay) continue;
    ASSERT_LE(*delay, kRequestDelayMax + kDispatchMax);
    sum += *delay;
  }
  EXPECT_NEAR(requests, kCalls / 10, kCalls / 200);
  EXPECT_NEAR(replies, kCalls / 10, kCalls / 200);
  EXPECT_NEAR(static_cast<double>(sum / (kCalls - requests)), millis(13), millis(13) / 50);
}

TEST(Network, LongReordering_DelaysTwoOfThreeReplies_By200To2200Milliseconds) {
  Network network(3, 1, 3);
  network.rules.has_long_reordering = true;
  int late = 0;
  Time most = 0;
  for (int i = 0; i < kCalls; ++i) {
    const auto delay = network.reply_delay();
    ASSERT_TRUE(delay);
    if (*delay == 0) continue;
    ++late;
    ASSERT_GE(*delay, millis(200));
    ASSERT_LE(*delay, millis(2200));
    most = std::max(most, *delay);
  }
  EXPECT_NEAR(late, 2 * kCalls / 3, kCalls / 100);
  EXPECT_GT(most, millis(2000));
}

TEST(Network, ACallThatCannotBeMade_FailsWithinAHundredMilliseconds_OrSevenSeconds) {
  Network network(3, 1, 4);
  Time most = 0;
  for (int i = 0; i < kCalls; ++i) most = std::max(most, network.fail_delay());
  EXPECT_LE(most, millis(99));
  EXPECT_GT(most, millis(98));
  network.rules.has_long_delays = true;
  for (int i = 0; i < kCalls; ++i) most = std::max(most, network.fail_delay());
  EXPECT_LE(most, millis(6999));
  EXPECT_GT(most, millis(6900));
}

TEST(Network, Disconnect_CutsBothDirectionsToEverybody_UntilBothAreConnected) {
  Network network(3, 1, 5);
  network.disconnect(1);
  network.disconnect(2);
  EXPECT_FALSE(network.reaches(1, 3));
  EXPECT_FALSE(network.reaches(3, 1));
  network.connect(1);
  EXPECT_TRUE(network.reaches(1, 3));
  EXPECT_FALSE(network.reaches(1, 2));
  network.connect(2);
  EXPECT_TRUE(network.reaches(2, 1));
}

TEST(Network, ALinkThatIsClosed_IsClosedInOneDirection) {
  Network network(3, 1, 6);
  network.links.close(1, 2);
  EXPECT_FALSE(network.reaches(1, 2));
  EXPECT_TRUE(network.reaches(2, 1));
  network.links = Links(3);
  EXPECT_TRUE(network.reaches(1, 2));
}

}  // namespace
}  // namespace lab
