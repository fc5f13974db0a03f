#include "checker/engine/antichain.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace engine {
namespace {

using Plain = std::set<MessageId>;

MessageSet packed(const Plain& messages) {
  MessageSet set;
  for (const MessageId message : messages) insert(set, message);
  return set;
}

Plain unpacked(std::span<const std::uint64_t> set) {
  Plain messages;
  for_each_message(set, [&](MessageId message) { messages.insert(message); });
  return messages;
}

// A choice of messages on both sides of the borders between words.
Plain chosen(unsigned choice) {
  constexpr std::array<MessageId, 9> kMessages{0, 1, 62, 63, 64, 65, 127, 128, 191};
  Plain messages;
  for (unsigned i = 0; i < kMessages.size(); ++i) {
    if ((choice >> i & 1U) != 0) messages.insert(kMessages[i]);
  }
  return messages;
}

RC_GTEST_PROP(MessageSet, HoldsWhatWasInserted_LikeASet, (const std::vector<std::uint8_t>& ids)) {
  MessageSet set;
  Plain expected;
  for (const std::uint8_t id : ids) RC_ASSERT(insert(set, id) == expected.insert(id).second);
  RC_ASSERT(size_of(set) == expected.size());
  RC_ASSERT(unpacked(set) == expected);
  for (MessageId id = 0; id < 300; ++id) RC_ASSERT(contains(set, id) == expected.contains(id));
}

TEST(Antichain, CoversNothing_WhileItIsEmpty) {
  const Antichain antichain;
  EXPECT_FALSE(antichain.covers(0, {}));
  EXPECT_FALSE(antichain.has(0));
  EXPECT_EQ(antichain.size(), 0U);
}

TEST(Antichain, CoversTheEmptySet_OnceAnySetIsThere) {
  Antichain antichain;
  antichain.add(2, {}, 0, 0);
  EXPECT_TRUE(antichain.covers(2, {}));
  EXPECT_FALSE(antichain.covers(2, packed({0})));
  EXPECT_FALSE(antichain.covers(1, {}));
  EXPECT_TRUE(antichain.find(2, 0).present);
  EXPECT_TRUE(antichain.find(2, 0).set.empty());
}

TEST(Antichain, DropsTheSetsThatANewOneIncludes) {
  Antichain antichain;
  antichain.add(0, packed({1}), 0, 0);
  antichain.add(0, packed({200}), 1, 0);
  antichain.add(0, packed({1, 2}), 2, 0);
  EXPECT_EQ(antichain.size(), 2U);
  EXPECT_FALSE(antichain.find(0, 0).present);
  EXPECT_EQ(unpacked(antichain.find(0, 1).set), (Plain{200}));
  EXPECT_EQ(unpacked(antichain.find(0, 2).set), (Plain{1, 2}));
}

TEST(Antichain, KeepsTheSetsOfEarlierLevels) {
  Antichain antichain;
  antichain.add(0, packed({1}), 5, 0);
  antichain.add(0, packed({2}), 6, 0);
  antichain.add(0, packed({1, 2}), 7, 6);
  EXPECT_EQ(antichain.size(), 2U);
  EXPECT_TRUE(antichain.find(0, 5).present);
  EXPECT_FALSE(antichain.find(0, 6).present);
}

TEST(Antichain, IgnoresWordsOfZerosAtTheEnd) {
  Antichain antichain;
  MessageSet wide = packed({3});
  wide.resize(9, 0);
  antichain.add(0, packed({3, 4}), 0, 0);
  EXPECT_TRUE(antichain.covers(0, wide));
  antichain.add(0, packed({5}), 1, 0);
  wide.resize(20, 0);
  EXPECT_TRUE(antichain.covers(0, wide));
}

// The oracle: for each half, all nodes that are kept, as plain sets.
RC_GTEST_PROP(Antichain, KeepsAndCovers_LikeAListOfSets, ()) {
  struct Kept {
    NodeId node;
    Plain set;
  };
  const auto choices = *rc::gen::container<std::vector<unsigned>>(80, rc::gen::inRange(0U, 512U));
  const auto halves = *rc::gen::container<std::vector<unsigned>>(80, rc::gen::inRange(0U, 3U));
  const auto level_size = *rc::gen::inRange<NodeId>(1, 30);
  std::map<HalfId, std::vector<Kept>> expected;
  Antichain antichain;
  for (NodeId node = 0; node < choices.size(); ++node) {
    const Plain set = chosen(choices[node]);
    auto& kept = expected[halves[node]];
    const bool is_covered =
        std::ranges::any_of(kept, [&](const Kept& k) { return std::ranges::includes(k.set, set); });
    RC_ASSERT(antichain.covers(halves[node], packed(set)) == is_covered);
    if (is_covered) continue;
    const NodeId droppable_from = node / level_size * level_size;
    std::erase_if(kept, [&](const Kept& k) {
      return k.node >= droppable_from && std::ranges::includes(set, k.set);
    });
    kept.push_back({node, set});
    antichain.add(halves[node], packed(set), node, droppable_from);
  }
  std::size_t size = 0;
  std::vector<HalfId> present;
  for (const auto& [half, kept] : expected) {
    size += kept.size();
    present.push_back(half);
    for (NodeId node = 0; node < choices.size(); ++node) {
      const auto at = std::ranges::find(kept, node, &Kept::node);
      const Antichain::Found found = antichain.find(half, node);
      RC_ASSERT(found.present == (at != kept.end()));
      if (found.present) RC_ASSERT(unpacked(found.set) == at->set);
    }
  }
  RC_ASSERT(antichain.size() == size);
  std::vector<HalfId> listed;
  antichain.for_each_half([&](HalfId half) { listed.push_back(half); });
  RC_ASSERT(listed == present);
}

}  // namespace
}  // namespace engine
