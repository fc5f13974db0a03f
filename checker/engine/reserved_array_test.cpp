#include "checker/engine/reserved_array.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace engine {
namespace {

TEST(ReservedArray, KeepsItsElementsWhereTheyAre_HoweverMuchItGrows) {
  ReservedArray<std::uint32_t> array;
  array.push_back(7);
  const std::uint32_t* first = &array[0];
  for (std::uint32_t i = 1; i < 3'000'000; ++i) array.push_back(i);
  EXPECT_EQ(&array[0], first);
  EXPECT_EQ(*first, 7U);
  EXPECT_EQ(array.back(), 2'999'999U);
  EXPECT_EQ(array.size(), 3'000'000U);
}

TEST(ReservedArray, ReadsAsZero_BeyondItsEnd) {
  ReservedArray<std::uint64_t> array;
  array.push_back(1);
  EXPECT_EQ(array[1], 0U);
  EXPECT_EQ(array[array.capacity() - 1], 0U);
  array.extend_to(1000);
  EXPECT_EQ(array.size(), 1000U);
  EXPECT_EQ(array.back(), 0U);
}

TEST(ReservedArray, GivesEachThreadElementsOfItsOwn_WhenManyClaim) {
  constexpr std::size_t kClaims = 20'000;
  constexpr std::size_t kThreads = 4;
  ReservedArray<std::uint64_t> array;
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t i = 0; i < kClaims; ++i) {
        const std::size_t count = 1 + i % 3;
        const std::size_t first = array.claim(count);
        for (std::size_t at = first; at < first + count; ++at) array[at] += thread + 1;
      }
    });
  }
  threads.clear();
  std::array<std::size_t, kThreads> owned{};
  for (std::size_t i = 0; i < array.size(); ++i) {
    ASSERT_GE(array[i], 1U);
    ASSERT_LE(array[i], kThreads);
    ++owned[array[i] - 1];
  }
  std::size_t expected = 0;
  for (std::size_t i = 0; i < kClaims; ++i) expected += 1 + i % 3;
  for (const std::size_t each : owned) EXPECT_EQ(each, expected);
}

TEST(ReservedArray, RefusesAnElementByName_BeyondItsReserve) {
  ReservedArray<std::uint64_t> array(1);
  EXPECT_EQ(array.at(array.capacity() - 1, "words"), 0U);
  try {
    array.at(array.capacity(), "words");
    FAIL();
  } catch (const std::length_error& error) {
    EXPECT_STREQ(error.what(), "too many words");
  }
}

TEST(ReservedArray, RefusesAClaim_BeyondItsReserve) {
  ReservedArray<std::uint64_t> array(1);
  const std::size_t capacity = array.capacity();
  EXPECT_EQ(array.claim(capacity), 0U);
  EXPECT_THROW(array.claim(1), std::length_error);
}

TEST(ReservedArray, AppendsSequences_EndToEnd) {
  ReservedArray<std::uint16_t> array;
  EXPECT_TRUE(array.empty());
  const std::array<std::uint16_t, 3> values{4, 5, 6};
  array.append(values);
  array.append({});
  array.append(std::span(values).first(1));
  const auto all = array.span(0, array.size());
  EXPECT_EQ(std::vector(all.begin(), all.end()), (std::vector<std::uint16_t>{4, 5, 6, 4}));
}

TEST(ReservedArray, RefusesWhatIsBeyondItsReserve_AndStaysAsItWas) {
  ReservedArray<std::uint64_t> array(1);  // the least reserve: a mebibyte
  const std::size_t capacity = array.capacity();
  EXPECT_EQ(capacity, (std::size_t{1} << 20U) / sizeof(std::uint64_t));
  array.extend_to(capacity - 1);
  array.push_back(3);
  EXPECT_THROW(array.push_back(4), std::length_error);
  EXPECT_THROW(array.append(std::array<std::uint64_t, 1>{5}), std::length_error);
  EXPECT_THROW(array.extend_to(capacity + 1), std::length_error);
  EXPECT_EQ(array.size(), capacity);
  EXPECT_EQ(array.back(), 3U);
}

TEST(ReservedArray, IsEmptyAndUsable_AfterItIsCleared) {
  ReservedArray<std::uint32_t> array;
  for (const std::uint32_t size : {3U, 2'000'000U, 5U}) {
    for (std::uint32_t i = 0; i < size; ++i) array.push_back(i + size);
    EXPECT_EQ(array[0], size);
    EXPECT_EQ(array.back(), 2 * size - 1);
    array.clear();
    EXPECT_TRUE(array.empty());
  }
}

TEST(ReservedArray, DestroysEveryElementOnce_WhoeverHoldsThemInTheEnd) {
  const auto counted = std::make_shared<int>(1);
  {
    ReservedArray<std::shared_ptr<int>> array;
    for (int i = 0; i < 10; ++i) array.emplace_back(counted);
    ReservedArray<std::shared_ptr<int>> taken(std::move(array));
    EXPECT_EQ(taken.size(), 10U);
    EXPECT_EQ(counted.use_count(), 11);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

}  // namespace
}  // namespace engine
