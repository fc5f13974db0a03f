#include "checker/engine/memory_pool.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <vector>

#include "checker/engine/huge_allocator.hpp"

namespace engine {
namespace {

struct Held {
  std::byte* memory;
  std::size_t size;
  std::byte mark;
  [[nodiscard]] bool is_untouched() const {
    return std::all_of(memory, memory + size, [this](std::byte byte) { return byte == mark; });
  }
};

// A mark in every byte of what is held shows whether two pieces overlap.
RC_GTEST_PROP(MemoryPool, HandsOutPiecesThatDoNotOverlap, ()) {
  MemoryPool pool;
  std::vector<Held> held;
  const auto steps = *rc::gen::container<std::vector<std::pair<bool, std::size_t>>>(
      rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::size_t>(1, 5000)));
  for (const auto& [gives_back, number] : steps) {
    if (gives_back && !held.empty()) {
      const auto at = held.begin() + static_cast<std::ptrdiff_t>(number % held.size());
      RC_ASSERT(at->is_untouched());
      pool.deallocate(at->memory, at->size);
      held.erase(at);
    } else {
      const auto mark = static_cast<std::byte>(number * 31 + held.size());
      auto* const memory = static_cast<std::byte*>(pool.allocate(number));
      RC_ASSERT(reinterpret_cast<std::uintptr_t>(memory) % 16 == 0U);
      std::memset(memory, static_cast<int>(mark), number);
      held.push_back({memory, number, mark});
    }
  }
  for (const Held& each : held) RC_ASSERT(each.is_untouched());
}

TEST(MemoryPool, HandsOutAgain_WhatWasGivenBackOfTheSameSize) {
  MemoryPool pool;
  for (const std::size_t size : {1U, 16U, 17U, 1024U, 1025U, 100'000U}) {
    void* const first = pool.allocate(size);
    void* const second = pool.allocate(size);
    pool.deallocate(first, size);
    pool.deallocate(second, size);
    EXPECT_EQ(pool.allocate(size), second) << size;
    EXPECT_EQ(pool.allocate(size), first) << size;
  }
}

TEST(MemoryPool, GoesOn_WhereARangeIsUsedUp) {
  MemoryPool pool;
  constexpr std::size_t kLarge = std::size_t{700} << 20U;  // more than half a range, as rounded
  auto* const one = static_cast<std::byte*>(pool.allocate(kLarge));
  auto* const other = static_cast<std::byte*>(pool.allocate(kLarge));
  one[kLarge - 1] = std::byte{1};
  other[0] = std::byte{2};
  other[kLarge - 1] = std::byte{3};
  EXPECT_EQ(one[kLarge - 1], std::byte{1});
}

TEST(MemoryPool, RefusesAlignmentsItDoesNotKeep) {
  MemoryPool pool;
  EXPECT_THROW((void)pool.allocate(64, 64), std::bad_alloc);
}

TEST(HugeAllocator, KeepsItems_AcrossTheSizeFromWhichPagesAreHuge) {
  std::vector<std::uint32_t, HugeAllocator<std::uint32_t>> items;
  for (std::uint32_t i = 0; i < 3'000'000; ++i) items.push_back(i);
  const auto copy = items;
  items.resize(10);
  items.shrink_to_fit();
  EXPECT_EQ(items.back(), 9U);
  EXPECT_EQ(copy.back(), 2'999'999U);
  EXPECT_EQ(std::accumulate(copy.begin(), copy.end(), std::uint64_t{0}),
            std::uint64_t{2'999'999} * 3'000'000 / 2);
}

TEST(HugeAllocator, StartsLargeTablesAtAPage) {
  HugeAllocator<std::uint64_t> allocator;
  for (const std::size_t count : {std::size_t{1} << 18U, (std::size_t{1} << 18U) + 1}) {
    std::uint64_t* const memory = allocator.allocate(count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % (std::size_t{1} << 21U), 0U);
    allocator.deallocate(memory, count);
  }
  EXPECT_THROW((void)allocator.allocate(~std::size_t{0} / 8), std::bad_array_new_length);
}

}  // namespace
}  // namespace engine
