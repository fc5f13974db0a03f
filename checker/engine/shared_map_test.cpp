#include "checker/engine/shared_map.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace engine {
namespace {

TEST(SharedMap, FindsWhatWasAdded_AndNothingElse) {
  SharedMap<std::string> map;
  EXPECT_EQ(map.find(0), nullptr);
  constexpr std::uint64_t kKeys = 20'000;  // more than it has slots at first
  const std::string* first = &map.add(0, "0");
  for (std::uint64_t key = 1; key < kKeys; ++key) map.add(key << 40U | key, std::to_string(key));
  EXPECT_EQ(map.size(), kKeys);
  EXPECT_EQ(map.find(0), first);  // nothing moves
  for (std::uint64_t key = 0; key < kKeys; ++key) {
    const std::string* found = map.find(key << 40U | key);
    ASSERT_NE(found, nullptr);
    ASSERT_EQ(*found, std::to_string(key));
    ASSERT_EQ(map.find(key << 40U | (key + 1)), nullptr);
  }
}

TEST(SharedMap, TakesEveryKey) {
  SharedMap<int> map;
  map.add(~std::uint64_t{0}, 1);
  map.add(0, 2);
  EXPECT_EQ(*map.find(~std::uint64_t{0}), 1);
  EXPECT_EQ(*map.find(0), 2);
}

// Each thread asks for the same answers, in an order of its own.
TEST(SharedMap, ComputesEachAnswerOnce_WhenManyThreadsAsk) {
  constexpr std::uint64_t kKeys = 50'000;
  constexpr std::uint64_t kThreads = 4;
  SharedMap<std::vector<std::uint64_t>> map;
  std::mutex mutex;
  std::uint64_t computed = 0;
  const auto answer = [&](std::uint64_t key) -> const std::vector<std::uint64_t>& {
    if (const auto* known = map.find(key)) return *known;
    const std::lock_guard lock(mutex);
    if (const auto* known = map.find(key)) return *known;
    ++computed;
    return map.add(key, {key, key * key});
  };
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < kKeys; ++i) {
        const std::uint64_t key = (i * (2 * thread + 1) + 1000 * thread) % kKeys;
        if (answer(key) != std::vector<std::uint64_t>{key, key * key}) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(computed, map.size());
  EXPECT_LE(map.size(), kKeys);
}

}  // namespace
}  // namespace engine
