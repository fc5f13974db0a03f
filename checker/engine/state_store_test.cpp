#include "checker/engine/state_store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace engine {
namespace {

using State = std::pair<HalfId, NetworkId>;

TEST(StateStore, AddsAStateOnce) {
  StateStore store;
  EXPECT_TRUE(store.insert(3, 0));
  EXPECT_FALSE(store.insert(3, 0));
  EXPECT_TRUE(store.insert(0, 3));
  EXPECT_EQ(store.size(), 2U);
}

TEST(StateStore, HasAnEmptyFrontier_WhenALevelAddedNothing) {
  StateStore store;
  store.insert(1, 1);
  EXPECT_EQ(store.advance(), std::vector<HalfId>{1});
  store.insert(1, 1);
  EXPECT_TRUE(store.advance().empty());
}

TEST(StateStore, KeepsTheFrontierInPlace_WhileTheNextLevelIsAdded) {
  StateStore store;
  store.insert(2, 40);
  store.insert(2, 41);
  store.advance();
  const StateStore::Range range = store.frontier(2);
  for (NetworkId network = 0; network < 1000; ++network) store.insert(2, network);
  ASSERT_EQ(range.last - range.first, 2U);
  EXPECT_EQ(store.at(2, range.first), 40U);
  EXPECT_EQ(store.at(2, range.first + 1), 41U);
  store.advance();
  EXPECT_EQ(store.frontier(2).last - store.frontier(2).first, 998U);
}

RC_GTEST_PROP(StateStore, HoldsEachLevelsNewStates_LikeASetOfStates, ()) {
  const auto state =
      rc::gen::pair(rc::gen::inRange<HalfId>(0, 5), rc::gen::inRange<NetworkId>(0, 60));
  const auto levels = *rc::gen::container<std::vector<std::vector<State>>>(
      rc::gen::container<std::vector<State>>(30, state));
  StateStore store;
  std::set<State> seen;
  std::vector<std::set<State>> added;
  for (const auto& level : levels) {
    auto& expected = added.emplace_back();
    for (const State& s : level) {
      store.prefetch(s.first, s.second);
      const bool is_new = seen.insert(s).second;
      RC_ASSERT(store.insert(s.first, s.second) == is_new);
      if (is_new) expected.insert(s);
    }
    std::set<State> frontier;
    const std::vector<HalfId> halves = store.advance();
    RC_ASSERT(std::ranges::is_sorted(halves));
    for (const HalfId half : halves) {
      const StateStore::Range range = store.frontier(half);
      RC_ASSERT(range.first < range.last);
      for (std::size_t i = range.first; i < range.last; ++i) {
        RC_ASSERT(frontier.emplace(half, store.at(half, i)).second);
      }
    }
    RC_ASSERT(frontier == expected);
  }
  RC_ASSERT(store.size() == seen.size());
  for (std::size_t i = 0; i < added.size(); ++i) {
    std::set<State> of_level;
    const bool was_stopped = store.any_of_level(i, [&](HalfId half, NetworkId network) {
      of_level.emplace(half, network);
      return false;
    });
    RC_ASSERT(!was_stopped);
    RC_ASSERT(of_level == added[i]);
  }
  std::set<State> all;
  store.for_each_state([&](HalfId half, NetworkId network) { all.emplace(half, network); });
  RC_ASSERT(all == seen);
}

TEST(StateStore, StopsLookingThroughALevel_WhenTold) {
  StateStore store;
  for (NetworkId network = 0; network < 5; ++network) store.insert(0, network);
  store.advance();
  int calls = 0;
  EXPECT_TRUE(store.any_of_level(0, [&](HalfId, NetworkId network) {
    ++calls;
    return network == 2;
  }));
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace engine
