#include "checker/engine/patient_mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace engine {
namespace {

TEST(PatientMutex, LetsOneInAtATime) {
  PatientMutex mutex;
  std::uint64_t count = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 20'000; ++k) {
          const std::lock_guard lock(mutex);
          ++count;
        }
      });
    }
  }
  EXPECT_EQ(count, 80'000U);
}

TEST(PatientMutex, WaitsForWhoHoldsItLong) {
  PatientMutex mutex;
  bool is_done = false;
  mutex.lock();
  std::jthread other([&] {
    const std::lock_guard lock(mutex);
    EXPECT_TRUE(is_done);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  is_done = true;
  mutex.unlock();
}

}  // namespace
}  // namespace engine
