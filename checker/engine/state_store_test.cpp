#include "checker/engine/state_store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace engine {
namespace {

using State = std::pair<HalfId, NetworkId>;

std::set<State> contents(const StateStore& store) {
  std::set<State> states;
  store.for_each_half([&](HalfId half, std::uint64_t size) {
    std::uint64_t count = 0;
    store.for_each_network(half, [&](NetworkId network) {
      EXPECT_TRUE(states.emplace(half, network).second);
      ++count;
    });
    EXPECT_EQ(count, size);
  });
  return states;
}

TEST(StateStore, AddsAStateOnce) {
  StateStore store;
  EXPECT_TRUE(store.insert(3, 0));
  EXPECT_FALSE(store.insert(3, 0));
  EXPECT_TRUE(store.insert(0, 3));
  EXPECT_EQ(contents(store), (std::set<State>{{0, 3}, {3, 0}}));
}

// Through the few that need no table, the first line, and every growth up to some thousands.
TEST(StateStore, KnowsAllThatItHolds_WheneverItGrows) {
  StateStore store;
  constexpr NetworkId kMany = 5000;
  for (NetworkId network = 0; network < kMany; ++network) {
    const NetworkId spread = network * 977;
    store.prefetch(1, spread);
    ASSERT_TRUE(store.insert(1, spread));
    ASSERT_FALSE(store.insert(1, spread));
    if (network % 97 != 0) continue;
    for (NetworkId known = 0; known <= network; ++known) {
      ASSERT_FALSE(store.insert(1, known * 977)) << known << " of " << network;
    }
  }
  EXPECT_EQ(contents(store).size(), kMany);
  EXPECT_LT(store.bytes(), kMany * sizeof(NetworkId) * 2.3);
}

// The inverse of the number by which networks are spread over lines, modulo 2^32: so that they all
// have their place on the first line, or the last.
NetworkId crowded(std::uint32_t spread) {
  constexpr std::uint32_t kInverse = 0xE8B2F51;
  static_assert(0x9E3779B1U * kInverse == 1);
  return spread * kInverse;
}

TEST(StateStore, PutsWhatALineHasNoRoomForOnTheNext_AroundTheEnd) {
  for (const std::uint32_t first : {0U, 0xFFFFF000U}) {
    StateStore store;
    std::set<State> expected;
    for (std::uint32_t i = 0; i < 300; ++i) {
      if (crowded(first + i) == kNone) continue;
      EXPECT_TRUE(store.insert(7, crowded(first + i)));
      expected.emplace(7, crowded(first + i));
    }
    for (std::uint32_t i = 0; i < 300; ++i) EXPECT_FALSE(store.insert(7, crowded(first + i)));
    EXPECT_EQ(contents(store), expected);
  }
}

RC_GTEST_PROP(StateStore, IsASetOfStates, ()) {
  const auto state =
      rc::gen::pair(rc::gen::inRange<HalfId>(0, 4), rc::gen::inRange<NetworkId>(0, 200));
  StateStore store;
  std::set<State> expected;
  for (const State& s : *rc::gen::container<std::vector<State>>(500, state)) {
    store.prefetch(s.first, s.second);
    RC_ASSERT(store.insert(s.first, s.second) == expected.insert(s).second);
  }
  RC_ASSERT(contents(store) == expected);
}

TEST(StateStore, IsWorkedOnByThreads_EachWithItsHalves) {
  StateStore store;
  constexpr HalfId kThreads = 3;
  {
    std::vector<std::jthread> threads;
    for (HalfId thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&store, thread] {
        for (NetworkId network = 0; network < 1000; ++network) {
          for (HalfId half = thread; half < 30; half += kThreads) store.insert(half, network);
        }
      });
    }
  }
  EXPECT_EQ(contents(store).size(), 30'000U);
}

}  // namespace
}  // namespace engine
