#include "checker/engine/network_names.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace engine {
namespace {

std::vector<MessageId> read(const NetworkNames& names, NetworkId name) {
  MessageList list;
  names.read(name, list);
  return {list.span().begin(), list.span().end()};
}

// Bags of up to 4: those whose messages are below 524 have ranks, the others are interned.
RC_GTEST_PROP(NetworkNames, AreNamesOfOneListEach, ()) {
  const bool are_bags = *rc::gen::arbitrary<bool>();
  NetworkNames names(are_bags, 4);
  const auto lists = *rc::gen::container<std::vector<std::vector<MessageId>>>(
      40, rc::gen::container<std::vector<MessageId>>(
              rc::gen::element<MessageId>(0, 1, 2, 523, 524, 525, 1'000'000)));
  std::map<std::vector<MessageId>, NetworkId> known;
  for (std::vector<MessageId> list : lists) {
    if (list.size() > 4) list.resize(4);
    if (are_bags) std::ranges::sort(list);
    const NetworkId name = names.of(list);
    RC_ASSERT(names.is_name(name));
    RC_ASSERT(known.emplace(list, name).first->second == name);
    RC_ASSERT(read(names, name) == list);
    if (!are_bags) continue;
    RC_ASSERT(names.is_ranked(name) == (list.empty() || list.back() < 524));
    SortedBag<4> bag;
    names.read(name, bag);
    SortedBag<4> expected;
    expected.assign(list);
    RC_ASSERT(bag == expected);
    RC_ASSERT(names.ranked(bag) == (names.is_ranked(name) ? name : kNone));
  }
  std::vector<NetworkId> ids;
  for (const auto& [list, name] : known) ids.push_back(name);
  std::ranges::sort(ids);
  RC_ASSERT(std::ranges::adjacent_find(ids) == ids.end());
}

TEST(NetworkNames, AreNone_BeyondTheRanksAndWhatIsInterned) {
  NetworkNames names(true, 4);
  EXPECT_TRUE(names.is_name(0)) << "the empty network";
  EXPECT_FALSE(names.is_name(BagRanks::kEnd - 1)) << "no bag has this rank";
  EXPECT_FALSE(names.is_name(BagRanks::kEnd));
  EXPECT_EQ(names.of(std::vector<MessageId>{9999}), BagRanks::kEnd);
  EXPECT_TRUE(names.is_name(BagRanks::kEnd));
  EXPECT_FALSE(names.is_name(BagRanks::kEnd + 1));
  NetworkNames ordered(false, 4);
  EXPECT_FALSE(ordered.is_name(0));
  EXPECT_EQ(ordered.of({}), 0U);
  EXPECT_TRUE(ordered.is_name(0));
  EXPECT_FALSE(ordered.is_ranked(0));
}

}  // namespace
}  // namespace engine
