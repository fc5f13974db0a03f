#include "checker/engine/found_states.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

namespace engine {
namespace {

using Counted = std::map<std::pair<HalfId, NetworkId>, int>;

Counted contents(const FoundStates& found) {
  Counted states;
  for (std::size_t group = 0; group < found.groups(); ++group) {
    found.for_each_page(group, [&](std::span<const FoundStates::State> page) {
      for (const FoundStates::State& state : page) {
        EXPECT_EQ(found.group(state.half), group);
        ++states[{state.half, state.network}];
      }
    });
  }
  return states;
}

// One, a page full, one more, many pages; over and over in the same memory.
TEST(FoundStates, HoldAllThatWasAdded_InTheGroupsOfTheirHalves) {
  FoundStates found;
  for (const std::size_t groups : {1U, 16U, 2U, 64U}) {
    found.clear(groups);
    EXPECT_EQ(found.groups(), groups);
    for (const NetworkId count : {0U, 1U, 254U, 1U, 1U, 3000U}) {
      const Counted before = contents(found);
      Counted expected = before;
      for (NetworkId i = 0; i < count; ++i) {
        found.add({.half = i % 50, .network = i});
        ++expected[{i % 50, i}];
      }
      ASSERT_EQ(contents(found), expected);
    }
    EXPECT_EQ(found.size(), 1U + 254 + 1 + 1 + 3000);
  }
  found.clear(4);
  EXPECT_EQ(found.size(), 0U);
  EXPECT_TRUE(contents(found).empty());
}

TEST(FoundStates, GiveEachHalfOfAGroupAPlaceOfItsOwn) {
  FoundStates found;
  found.clear(8);
  std::set<std::pair<std::size_t, std::size_t>> places;
  for (HalfId half = 0; half < 1000; ++half) {
    EXPECT_LT(found.place(half), 1024U / 8);
    EXPECT_TRUE(places.emplace(found.group(half), found.place(half)).second);
  }
}

}  // namespace
}  // namespace engine
