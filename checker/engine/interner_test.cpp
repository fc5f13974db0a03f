#include "checker/engine/interner.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

namespace engine {
namespace {

using Values = std::vector<std::uint32_t>;

TEST(SequenceInterner, IsEmptyAtFirst) { EXPECT_EQ(SequenceInterner<char>().size(), 0U); }

TEST(SequenceInterner, NumbersValues_InTheOrderOfFirstSight) {
  SequenceInterner<char> interner;
  const auto intern = [&](const std::string& text) {
    return interner.intern(std::span(text.data(), text.size()));
  };
  EXPECT_EQ(intern("b").id, 0U);
  EXPECT_TRUE(intern("").added);
  EXPECT_EQ(intern("").id, 1U);
  EXPECT_EQ(intern("a").id, 2U);
  EXPECT_EQ(intern("b").id, 0U);
  EXPECT_FALSE(intern("b").added);
  EXPECT_EQ(interner.size(), 3U);
  EXPECT_EQ(std::string(interner[2].begin(), interner[2].end()), "a");
  EXPECT_TRUE(interner[1].empty());
}

TEST(SequenceInterner, TellsValuesApart_ThatDifferInLengthAlone) {
  SequenceInterner<std::uint32_t> interner;
  for (std::size_t zeros = 0; zeros < 50; ++zeros) {
    EXPECT_EQ(interner.intern(Values(zeros, 0)).id, zeros);
  }
  EXPECT_EQ(interner.size(), 50U);
}

// So many that some agree in the 32 bits of their hashes that the table holds.
TEST(SequenceInterner, TellsValuesApart_WhoeverTheirNeighboursAre) {
  constexpr std::uint32_t kCount = 300'000;
  SequenceInterner<std::uint32_t> interner;
  for (int pass = 0; pass < 2; ++pass) {
    for (std::uint32_t i = 0; i < kCount; ++i) {
      const auto [id, added] = interner.intern(Values{i * 2654435761U});
      ASSERT_EQ(id, i);
      ASSERT_EQ(added, pass == 0);
    }
  }
}

// Few letters and short words: many repetitions, and the tables grow several times.
RC_GTEST_PROP(SequenceInterner, NamesEqualValuesAlikeAndKeepsThem_LikeAMap, ()) {
  const auto word = rc::gen::container<Values>(rc::gen::inRange(0U, 4U));
  const auto words = *rc::gen::container<std::vector<Values>>(200, word);
  SequenceInterner<std::uint32_t> interner;
  std::map<Values, std::uint32_t> expected;
  for (const Values& value : words) {
    const auto [known, is_new] = expected.emplace(value, expected.size());
    const auto [id, added] = interner.intern(value);
    RC_ASSERT(id == known->second);
    RC_ASSERT(added == is_new);
  }
  RC_ASSERT(interner.size() == expected.size());
  for (const auto& [value, id] : expected) {
    RC_ASSERT(Values(interner[id].begin(), interner[id].end()) == value);
  }
}

RC_GTEST_PROP(FlatMap, FindsWhatWasInsertedAndNothingElse_LikeAMap, ()) {
  // Keys that differ in a few bits only, the high half included.
  const auto key = rc::gen::map(rc::gen::pair(rc::gen::inRange(0U, 40U), rc::gen::inRange(0U, 40U)),
                                [](auto pair) { return pair_key(pair.first, pair.second); });
  const auto keys = *rc::gen::container<std::vector<std::uint64_t>>(300, key);
  FlatMap map;
  std::map<std::uint64_t, std::uint32_t> expected;
  for (const std::uint64_t k : keys) {
    map.prefetch(k);
    const std::uint32_t* found = map.find(k);
    const auto known = expected.find(k);
    RC_ASSERT((found != nullptr) == (known != expected.end()));
    if (found != nullptr) {
      RC_ASSERT(*found == known->second);
      continue;
    }
    const auto value = static_cast<std::uint32_t>(expected.size() * 7);
    map.insert(k, value);
    expected.emplace(k, value);
  }
  RC_ASSERT(map.size() == expected.size());
  for (const auto& [k, value] : expected) RC_ASSERT(*map.find(k) == value);
}

TEST(FlatMap, HoldsTheLargestKeyAndValueThatAreNotReserved) {
  FlatMap map;
  map.insert(pair_key(kNone, kNone - 1), kNone);
  map.insert(0, 0);
  EXPECT_EQ(*map.find(pair_key(kNone, kNone - 1)), kNone);
  EXPECT_EQ(*map.find(0), 0U);
  EXPECT_EQ(map.find(1), nullptr);
}

TEST(PairKey, TellsItsHalvesApart) {
  EXPECT_EQ(pair_key(1, 2), 0x1'0000'0002U);
  EXPECT_NE(pair_key(1, 2), pair_key(2, 1));
}

}  // namespace
}  // namespace engine
