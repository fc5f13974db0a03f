#include "checker/engine/state_store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace engine {
namespace {

using State = std::pair<HalfId, NetworkId>;

// The states of the frontier; fails where its segments are not in the order of their halves, each
// once.
std::set<State> frontier_of(const StateStore& store) {
  std::set<State> states;
  std::vector<HalfId> halves;
  std::size_t first = 0;
  for (const LevelLog::Segment& segment : store.frontier_segments()) {
    halves.push_back(segment.half);
    EXPECT_GT(segment.size, 0U);
    for (const NetworkId network : store.frontier().subspan(first, segment.size)) {
      EXPECT_TRUE(states.emplace(segment.half, network).second);
    }
    first += segment.size;
  }
  EXPECT_EQ(first, store.frontier().size());
  EXPECT_TRUE(std::ranges::is_sorted(halves));
  EXPECT_EQ(std::set(halves.begin(), halves.end()).size(), halves.size());
  return states;
}

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
  store.advance();
  EXPECT_EQ(frontier_of(store), (std::set<State>{{1, 1}}));
  store.insert(1, 1);
  store.advance();
  EXPECT_TRUE(store.frontier().empty());
  EXPECT_TRUE(store.frontier_segments().empty());
}

TEST(StateStore, KeepsTheFrontierInPlace_WhileTheNextLevelIsAdded) {
  StateStore store;
  store.insert(2, 40);
  store.insert(2, 41);
  store.advance();
  const std::span<const NetworkId> frontier = store.frontier();
  for (NetworkId network = 0; network < 1000; ++network) store.insert(2, network);
  EXPECT_EQ(std::vector(frontier.begin(), frontier.end()), (std::vector<NetworkId>{40, 41}));
  store.advance();
  EXPECT_EQ(store.frontier().size(), 998U);
}

// What several workers own, each in a store of its own.
TEST(StateStore, HoldsTheHalvesOfOneOwnerOfThree) {
  const Shares shares(3);
  for (std::size_t owner = 0; owner < 3; ++owner) {
    StateStore store(shares);
    std::set<State> expected;
    for (HalfId half = 0; half < 300; ++half) {
      if (shares.owner(half) != owner) continue;
      for (NetworkId network = 0; network <= half % 7; ++network) {
        store.prefetch(half, network);
        EXPECT_TRUE(store.insert(half, network));
        expected.emplace(half, network);
      }
    }
    store.advance();
    EXPECT_EQ(frontier_of(store), expected);
    std::set<State> all;
    store.for_each_half([&](HalfId half, std::uint64_t size) {
      EXPECT_EQ(size, half % 7 + 1);
      store.for_each_network(half, [&](NetworkId network) { all.emplace(half, network); });
    });
    EXPECT_EQ(all, expected);
  }
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
    store.advance();
    RC_ASSERT(frontier_of(store) == expected);
  }
  RC_ASSERT(store.size() == seen.size());
  for (std::size_t i = 0; i < added.size(); ++i) {
    std::set<State> of_level;
    const auto every = [](HalfId) { return true; };
    store.log().for_each(i, every, [&](HalfId half, std::span<const NetworkId> networks) {
      for (const NetworkId network : networks) of_level.emplace(half, network);
    });
    RC_ASSERT(of_level == added[i]);
  }
  std::set<State> all;
  HalfId last = 0;
  store.for_each_half([&](HalfId half, std::uint64_t size) {
    RC_ASSERT(half >= last);
    last = half;
    const std::size_t before = all.size();
    store.for_each_network(half, [&](NetworkId network) { all.emplace(half, network); });
    RC_ASSERT(all.size() - before == size);
  });
  RC_ASSERT(all == seen);
}

}  // namespace
}  // namespace engine
