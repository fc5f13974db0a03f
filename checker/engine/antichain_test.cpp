#include "checker/engine/antichain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace engine {
namespace {

using Plain = std::set<MessageId>;

Messages packed(const Plain& messages) { return {messages.begin(), messages.end()}; }

Plain unpacked(MessagesView set) { return {set.begin(), set.end()}; }

// A choice of messages, some with the same place in a signature.
Plain chosen(unsigned choice) {
  constexpr std::array<MessageId, 9> kMessages{0, 1, 63, 64, 65, 127, 128, 129, 1000};
  Plain messages;
  for (unsigned i = 0; i < kMessages.size(); ++i) {
    if ((choice >> i & 1U) != 0) messages.insert(kMessages[i]);
  }
  return messages;
}

std::size_t add(Antichain& antichain, NodeId node, const Plain& set, NodeId droppable_from = 0) {
  return antichain.add(node, packed(set), packed(set), droppable_from);
}

RC_GTEST_PROP(Messages, HoldWhatWasInserted_LikeASet, (const std::vector<std::uint8_t>& ids)) {
  Messages set;
  Plain expected;
  for (const std::uint8_t id : ids) RC_ASSERT(insert(set, id) == expected.insert(id).second);
  RC_ASSERT(set == packed(expected));
  for (MessageId id = 0; id < 300; ++id) RC_ASSERT(contains(set, id) == expected.contains(id));
}

TEST(Antichain, CoversNothing_WhileItIsEmpty) {
  const Antichain antichain;
  EXPECT_FALSE(antichain.covers({}));
  EXPECT_TRUE(antichain.empty());
  EXPECT_EQ(antichain.size(), 0U);
}

TEST(Antichain, CoversTheEmptySet_OnceAnySetIsThere) {
  Antichain antichain;
  add(antichain, 0, {});
  EXPECT_TRUE(antichain.covers({}));
  EXPECT_FALSE(antichain.covers(packed({0})));
  EXPECT_TRUE(antichain.find(0).present);
  EXPECT_TRUE(antichain.find(0).set.empty());
}

TEST(Antichain, DropsTheSetsThatANewOneIncludes) {
  Antichain antichain;
  add(antichain, 0, {1});
  add(antichain, 1, {200});
  EXPECT_EQ(add(antichain, 2, {1, 2}), 1U);
  EXPECT_EQ(antichain.size(), 2U);
  EXPECT_FALSE(antichain.find(0).present);
  EXPECT_EQ(unpacked(antichain.find(1).set), (Plain{200}));
  EXPECT_EQ(unpacked(antichain.find(2).set), (Plain{1, 2}));
}

TEST(Antichain, KeepsTheSetsOfEarlierLevels) {
  Antichain antichain;
  add(antichain, 5, {1});
  add(antichain, 6, {2});
  EXPECT_EQ(add(antichain, 7, {1, 2}, 6), 1U);
  EXPECT_EQ(antichain.size(), 2U);
  EXPECT_TRUE(antichain.find(5).present);
  EXPECT_FALSE(antichain.find(6).present);
}

TEST(Antichain, ComparesImages_AndGivesTheSetsBack) {
  Antichain antichain;
  antichain.add(0, packed({7, 8}), packed({1, 2}), 0);
  EXPECT_TRUE(antichain.covers(packed({2})));
  EXPECT_FALSE(antichain.covers(packed({7})));
  EXPECT_EQ(unpacked(antichain.find(0).set), (Plain{7, 8}));
}

TEST(Antichain, TellsApart_WhatHasTheSameSignature) {
  Antichain antichain;
  add(antichain, 0, {1, 2});
  EXPECT_FALSE(antichain.covers(packed({65})));
  EXPECT_EQ(add(antichain, 1, {65, 66}), 0U);
}

// The oracle: all nodes that are kept, as plain sets.
RC_GTEST_PROP(Antichain, KeepsAndCovers_LikeAListOfSets, ()) {
  struct Kept {
    NodeId node;
    Plain set;
  };
  const auto choices = *rc::gen::container<std::vector<unsigned>>(60, rc::gen::inRange(0U, 512U));
  const auto level_size = *rc::gen::inRange<NodeId>(1, 30);
  std::vector<Kept> kept;
  Antichain antichain;
  for (NodeId node = 0; node < choices.size(); ++node) {
    const Plain set = chosen(choices[node]);
    const bool is_covered =
        std::ranges::any_of(kept, [&](const Kept& k) { return std::ranges::includes(k.set, set); });
    RC_ASSERT(antichain.covers(packed(set)) == is_covered);
    if (is_covered) continue;
    const NodeId droppable_from = node / level_size * level_size;
    const std::size_t dropped = std::erase_if(kept, [&](const Kept& k) {
      return k.node >= droppable_from && std::ranges::includes(set, k.set);
    });
    kept.push_back({node, set});
    RC_ASSERT(add(antichain, node, set, droppable_from) == dropped);
  }
  RC_ASSERT(antichain.size() == kept.size());
  for (NodeId node = 0; node < choices.size(); ++node) {
    const auto at = std::ranges::find(kept, node, &Kept::node);
    const Antichain::Found found = antichain.find(node);
    RC_ASSERT(found.present == (at != kept.end()));
    if (found.present) RC_ASSERT(unpacked(found.set) == at->set);
  }
  std::size_t visited = 0;
  antichain.for_each([&](NodeId node, MessagesView set) {
    RC_ASSERT(unpacked(antichain.find(node).set) == unpacked(set));
    ++visited;
  });
  RC_ASSERT(visited == kept.size());
}

}  // namespace
}  // namespace engine
