#include "checker/engine/fingerprint_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "checker/engine/interner.hpp"

namespace engine {
namespace {

std::vector<std::uint64_t> contents(FingerprintTable& table) {
  std::vector<std::uint64_t> all;
  table.for_each([&](std::uint64_t fingerprint) { all.push_back(fingerprint); });
  return all;
}

std::uint64_t naive_gap(const std::set<std::uint64_t>& fingerprints) {
  std::uint64_t gap = 0;
  std::uint64_t last = 0;
  for (const std::uint64_t fingerprint : fingerprints) {
    if (last != 0 && (gap == 0 || fingerprint - last < gap)) gap = fingerprint - last;
    last = fingerprint;
  }
  return gap;
}

void expect_holds(FingerprintTable& table, const std::set<std::uint64_t>& expected) {
  EXPECT_EQ(table.size(), expected.size());
  EXPECT_TRUE(std::ranges::equal(contents(table), expected));
  EXPECT_EQ(table.smallest_gap(), naive_gap(expected));
}

TEST(FingerprintTable, HoldsNothing_AtFirst) {
  FingerprintTable table;
  expect_holds(table, {});
}

TEST(FingerprintTable, TellsNewFromKnown_WhileItGrows) {
  FingerprintTable table;
  std::set<std::uint64_t> expected;
  for (std::uint64_t i = 1; i <= 300'000; ++i) {
    const std::uint64_t fingerprint = mixed(i % 200'000 + 1);
    ASSERT_EQ(table.insert(fingerprint), expected.insert(fingerprint).second);
    if (table.wants_growth()) {
      EXPECT_GT(table.growth_bytes(), 0U);
      table.grow();
      ASSERT_FALSE(table.wants_growth());
    }
  }
  expect_holds(table, expected);
}

TEST(FingerprintTable, LosesNothing_ThoughNobodyLetsItGrow) {
  FingerprintTable table;
  std::set<std::uint64_t> expected;
  for (std::uint64_t i = 1; i <= 60'000; ++i) {  // it begins with about 37,000 places
    EXPECT_EQ(table.insert(mixed(i)), expected.insert(mixed(i)).second);
  }
  EXPECT_TRUE(table.wants_growth());
  for (const std::uint64_t known : expected) ASSERT_FALSE(table.insert(known));
  table.grow();
  EXPECT_FALSE(table.wants_growth());
  for (const std::uint64_t known : expected) ASSERT_FALSE(table.insert(known));
  expect_holds(table, expected);
}

// The places near a home are 256.
TEST(FingerprintTable, LosesNothing_WhereAllBelongToOneLine) {
  for (const std::uint64_t home : {std::uint64_t{1}, std::uint64_t{0xFFFFFFFFFFFFF000}}) {
    FingerprintTable table;
    std::set<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 250; ++i) {
      EXPECT_TRUE(table.insert(home + i));
      expected.insert(home + i);
    }
    expect_holds(table, expected);
    for (const std::uint64_t known : expected) EXPECT_FALSE(table.insert(known));
  }
}

TEST(FingerprintTable, FindsPlacesForWhatItSpilled_WhenItGrows) {
  FingerprintTable table;
  std::set<std::uint64_t> expected;
  for (std::uint64_t i = 0; i < 2000; ++i) {  // of one line at first, later of several
    const std::uint64_t fingerprint = (std::uint64_t{5} << 60U) + (i << 42U) + 1;
    EXPECT_TRUE(table.insert(fingerprint));
    expected.insert(fingerprint);
  }
  EXPECT_TRUE(table.wants_growth());
  for (const std::uint64_t known : expected) ASSERT_FALSE(table.insert(known));
  table.grow();
  expect_holds(table, expected);
  for (const std::uint64_t known : expected) ASSERT_FALSE(table.insert(known));
}

RC_GTEST_PROP(FingerprintTable, VisitsAllInOrder_HoweverTheyAreSpread, ()) {
  const unsigned bits = *rc::gen::inRange(4U, 64U);
  const auto numbers = *rc::gen::container<std::vector<std::uint64_t>>(
      rc::gen::inRange(std::uint64_t{1}, std::uint64_t{1} << bits));
  const unsigned shift = *rc::gen::inRange(0U, 64U - bits + 1U);
  FingerprintTable table;
  std::set<std::uint64_t> expected;
  for (const std::uint64_t number : numbers) {
    const std::uint64_t fingerprint = number << shift;
    RC_ASSERT(table.insert(fingerprint) == expected.insert(fingerprint).second);
  }
  RC_ASSERT(contents(table) == std::vector<std::uint64_t>(expected.begin(), expected.end()));
  RC_ASSERT(table.smallest_gap() == naive_gap(expected));
}

TEST(FingerprintTable, TellsOneThreadAlone_ThatAFingerprintIsNew) {
  constexpr std::uint64_t kCount = 50'000;  // more than there are places for at first
  for (int round = 0; round < 3; ++round) {
    FingerprintTable table;
    std::array<std::uint64_t, 3> added{};
    {
      std::vector<std::jthread> threads;
      for (std::uint64_t& count : added) {
        threads.emplace_back([&table, &count] {
          for (std::uint64_t i = 1; i <= kCount; ++i) count += table.insert(mixed(i)) ? 1U : 0U;
        });
      }
    }
    EXPECT_EQ(added[0] + added[1] + added[2], kCount);
    EXPECT_EQ(table.size(), kCount);
    EXPECT_EQ(contents(table).size(), kCount);
  }
}

TEST(FingerprintTable, TakesAboutElevenBytesAFingerprint_WheneverItIsAsked) {
  FingerprintTable table;
  for (std::uint64_t i = 1; i <= 4'000'000; ++i) {
    table.insert(mixed(i));
    if (table.wants_growth()) table.grow();
    if (i > 500'000 && i % 100'000 == 0) {
      const double each = static_cast<double>(table.bytes()) / static_cast<double>(i);
      EXPECT_GT(each, 9.5) << i;
      EXPECT_LT(each, 12.5) << i;
    }
  }
}

}  // namespace
}  // namespace engine
