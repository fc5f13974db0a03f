#include "checker/cli/watch.hpp"

#include <gtest/gtest.h>

#include "checker/cli/process.hpp"

namespace cli {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;

TEST(Watch, StopsForMemory_WhenWhatIsAboutToBeTakenIsTooMuch_HoweverOftenItIsAsked) {
  const std::uint64_t budget = resident_bytes() + kGiB;
  Watch watch({}, budget);
  auto now = Watch::Clock::now() + std::chrono::seconds(1);
  EXPECT_EQ(watch.reason_to_stop(now), std::nullopt);
  EXPECT_EQ(watch.reason_to_stop(now, kGiB / 2), std::nullopt);
  EXPECT_EQ(watch.reason_to_stop(now, 2 * kGiB), engine::StopReason::Memory);
}

TEST(Watch, StopsWhenTheTimeIsOver) {
  Watch watch(2.0, 64 * kGiB);
  EXPECT_EQ(watch.reason_to_stop(Watch::Clock::now()), std::nullopt);
  EXPECT_EQ(watch.reason_to_stop(Watch::Clock::now() + std::chrono::seconds(3)),
            engine::StopReason::Time);
}

}  // namespace
}  // namespace cli
