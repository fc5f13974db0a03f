#include "checker/engine/bag_ranks.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

namespace engine {
namespace {

std::vector<MessageId> unranked(const BagRanks& ranks, BagRanks::Rank rank) {
  BagRanks::Bag bag;
  const auto messages = ranks.unrank(rank, bag);
  return {messages.begin(), messages.end()};
}

TEST(BagRanks, AreInTheOrderOfTheExample) {
  const BagRanks ranks(2);
  const std::vector<std::vector<MessageId>> in_order = {{}, {0}, {0, 0}, {1}, {0, 1}, {1, 1}, {2}};
  for (BagRanks::Rank rank = 0; rank < in_order.size(); ++rank) {
    EXPECT_EQ(ranks.rank(in_order[rank]), rank);
    EXPECT_EQ(unranked(ranks, rank), in_order[rank]);
  }
}

// Every rank is that of one bag.
TEST(BagRanks, CountAllBags_WithoutAGap) {
  for (std::size_t capacity = 1; capacity <= BagRanks::kSizeMax; ++capacity) {
    const BagRanks ranks(capacity);
    for (BagRanks::Rank rank = 0; rank < std::min(20'000U, ranks.end()); ++rank) {
      const std::vector<MessageId> bag = unranked(ranks, rank);
      ASSERT_LE(bag.size(), capacity);
      ASSERT_TRUE(std::ranges::is_sorted(bag));
      ASSERT_EQ(ranks.rank(bag), rank) << "of " << capacity;
    }
  }
}

TEST(BagRanks, AreThereForAsManyMessagesAsFitInto32Bits) {
  for (std::size_t capacity = 1; capacity <= BagRanks::kSizeMax; ++capacity) {
    const BagRanks ranks(capacity);
    ASSERT_GT(ranks.limit(), 0U);
    EXPECT_LE(ranks.end(), BagRanks::kEnd);
    const std::vector<MessageId> last(capacity, ranks.limit() - 1);
    EXPECT_EQ(ranks.rank(last), ranks.end() - 1);
    EXPECT_EQ(unranked(ranks, ranks.end() - 1), last);
    EXPECT_EQ(ranks.rank(std::vector<MessageId>{ranks.limit()}), kNone);
    EXPECT_EQ(ranks.rank(std::vector<MessageId>{kNone - 1}), kNone);
  }
  EXPECT_EQ(BagRanks(4).limit(), 524U);  // C(524 + 4, 4) is 3,192,781,125
}

TEST(BagRanks, AreNone_WhereBagsAreLargeOrHoldNothing) {
  for (const std::size_t capacity :
       {std::size_t{0}, BagRanks::kSizeMax + 1, std::size_t{1} << 40U}) {
    const BagRanks ranks(capacity);
    EXPECT_EQ(ranks.limit(), 0U);
    EXPECT_EQ(ranks.end(), 0U);
    EXPECT_EQ(ranks.rank(std::vector<MessageId>{}), kNone);
    EXPECT_EQ(ranks.rank(std::vector<MessageId>{0}), kNone);
  }
}

// Numbers are messages counted from 1, filled up with 0.
RC_GTEST_PROP(BagRanks, AreTheSameForNumbersAndForMessages, ()) {
  const BagRanks ranks(4);
  auto messages = *rc::gen::container<std::vector<MessageId>>(*rc::gen::inRange<std::size_t>(0, 5),
                                                              rc::gen::inRange<MessageId>(0, 600));
  std::ranges::sort(messages);
  std::array<std::uint32_t, 4> numbers{};
  for (std::size_t i = 0; i < messages.size(); ++i) {
    numbers[4 - messages.size() + i] = messages[i] + 1;
  }
  const BagRanks::Rank rank = ranks.rank(messages);
  RC_ASSERT(ranks.rank(numbers) == rank);
  RC_ASSERT((rank == kNone) == (!messages.empty() && messages.back() >= ranks.limit()));
  if (rank == kNone) return;
  RC_ASSERT(ranks.numbers<4>(rank) == numbers);
  RC_ASSERT(unranked(ranks, rank) == messages);
}

}  // namespace
}  // namespace engine
