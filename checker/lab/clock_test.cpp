#include "checker/lab/clock.hpp"

#include <gtest/gtest.h>

#include "checker/engine/random.hpp"

namespace lab {
namespace {

TEST(Agenda, Events_ComeByTime_AndAtOneTimeInTheOrderOfScheduling) {
  Agenda agenda;
  engine::Random random(1, 1);
  for (std::uint64_t i = 0; i < 10'000; ++i) agenda.add(random.below(100), 0, 0, i);
  Time time = 0;
  std::uint64_t last = 0;
  std::size_t count = 0;
  for (; !agenda.empty(); ++count) {
    const Event event = agenda.next();
    ASSERT_EQ(agenda.now(), event.time);
    ASSERT_GE(event.time, time);
    if (count > 0 && event.time == time) {
      ASSERT_GT(event.payload, last);
    }
    time = event.time;
    last = event.payload;
  }
  EXPECT_EQ(count, 10'000U);
}

TEST(Agenda, TimeDoesNotGoBack_WhenAnEventIsScheduledInThePast) {
  Agenda agenda;
  agenda.add(millis(5), 0, 0, 1);
  agenda.next();
  agenda.add(millis(2), 0, 0, 2);
  EXPECT_EQ(agenda.next_time(), millis(5));
}

}  // namespace
}  // namespace lab
