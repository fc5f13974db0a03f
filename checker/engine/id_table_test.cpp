#include "checker/engine/id_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "checker/engine/interner.hpp"

namespace engine {
namespace {

std::uint32_t hash_of(std::uint32_t value) {
  return static_cast<std::uint32_t>(mixed(value) >> 32U);
}

// A table of the values 0, 1, ..., each its own id.
std::uint32_t find(const IdTable& table, std::uint32_t value) {
  return table.find(hash_of(value), [&](std::uint32_t id) { return id == value; });
}

TEST(IdTable, FindsNothing_WhileItIsEmpty) {
  const IdTable table;
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(find(table, 0), kNone);
  EXPECT_EQ(table.candidate(5), kNone);
  EXPECT_FALSE(table.wants_growth());
}

TEST(IdTable, KeepsEverything_WhenItGrows) {
  IdTable table;
  std::size_t growths = 0;
  constexpr std::uint32_t kValues = 700'000;
  for (std::uint32_t value = 0; value < kValues; ++value) {
    table.insert(hash_of(value), value);
    if (!table.wants_growth()) continue;
    EXPECT_GT(table.growth_bytes(), std::size_t{4} * value);
    table.grow();
    EXPECT_FALSE(table.wants_growth());
    ++growths;
  }
  EXPECT_GE(growths, 3U);
  EXPECT_EQ(table.size(), kValues);
  for (std::uint32_t value = 0; value < kValues; ++value) ASSERT_EQ(find(table, value), value);
  for (std::uint32_t value = kValues; value < 2 * kValues; ++value) {
    ASSERT_EQ(find(table, value), kNone);
  }
}

// The safe point at which a search lets its tables grow may be long in coming.
TEST(IdTable, TakesWhatIsInserted_ThoughNobodyLetsItGrow) {
  IdTable table;
  constexpr std::uint32_t kValues = 500'000;
  for (std::uint32_t value = 0; value < kValues; ++value) table.insert(hash_of(value), value);
  for (std::uint32_t value = 0; value < kValues; ++value) ASSERT_EQ(find(table, value), value);
  EXPECT_EQ(find(table, kValues), kNone);
  table.grow();
  for (std::uint32_t value = 0; value < kValues; ++value) ASSERT_EQ(find(table, value), value);
}

TEST(IdTable, TellsValuesOfOneHashApart_ByTheValuesAlone) {
  for (const std::uint32_t hash : {0U, 77U, 0xFFFFFFFFU}) {
    IdTable table;
    for (std::uint32_t id = 0; id < 300; ++id) table.insert(hash, id);
    for (int growth = 0; growth < 2; ++growth) {
      for (std::uint32_t id = 0; id < 300; ++id) {
        EXPECT_EQ(table.find(hash, [&](std::uint32_t other) { return other == id; }), id);
      }
      EXPECT_EQ(table.find(hash, [](std::uint32_t) { return false; }), kNone);
      EXPECT_EQ(table.find(hash ^ 1U, [](std::uint32_t) { return true; }), kNone);
      EXPECT_LT(table.candidate(hash), 300U);
      for (std::uint32_t id = 300; !table.wants_growth(); ++id) table.insert(hash_of(id), id);
      table.grow();
    }
  }
}

// Few hashes, at both ends of their range: long runs of slots that wrap around.
RC_GTEST_PROP(IdTable, FindsWhatWasInsertedAndNothingElse_LikeAMap, ()) {
  const auto hash =
      rc::gen::map(rc::gen::pair(rc::gen::arbitrary<bool>(), rc::gen::inRange(0U, 20U)),
                   [](auto pair) { return pair.first ? ~pair.second : pair.second; });
  const auto hashes = *rc::gen::container<std::vector<std::uint32_t>>(500, hash);
  IdTable table;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> expected;
  for (std::uint32_t id = 0; id < hashes.size(); ++id) {
    table.prefetch(hashes[id]);
    table.insert(hashes[id], id);
    expected[hashes[id]].push_back(id);
  }
  RC_ASSERT(table.size() == hashes.size());
  for (std::uint32_t tried = 0; tried < 25; ++tried) {
    for (const std::uint32_t h : {tried, ~tried}) {
      std::vector<std::uint32_t> seen;
      const std::uint32_t none = table.find(h, [&](std::uint32_t id) {
        seen.push_back(id);
        return false;
      });
      RC_ASSERT(none == kNone);
      RC_ASSERT(seen == expected[h]);  // each once, the first inserted first
      RC_ASSERT(table.candidate(h) == (seen.empty() ? kNone : seen.front()));
    }
  }
}

// Each thread interns the same numbers, in an order of its own.
TEST(IdTable, GivesEachValueOneId_WhenManyThreadsInternIt) {
  constexpr std::uint32_t kValues = 150'000;  // more than it has slots at first
  constexpr std::uint32_t kThreadCount = 4;
  IdTable table;
  std::mutex mutex;
  ReservedArray<std::uint32_t> values;
  const auto intern = [&](std::uint32_t value) {
    const auto is_wanted = [&](std::uint32_t id) { return values[id] == value; };
    if (const auto known = table.find(hash_of(value), is_wanted); known != kNone) return known;
    const std::lock_guard lock(mutex);
    if (const auto known = table.find(hash_of(value), is_wanted); known != kNone) return known;
    const auto id = static_cast<std::uint32_t>(values.size());
    values.push_back(value);
    table.insert(hash_of(value), id);
    return id;
  };
  std::atomic<std::uint32_t> wrong{0};
  std::vector<std::jthread> threads;
  for (std::uint32_t thread = 0; thread < kThreadCount; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::uint32_t i = 0; i < kValues; ++i) {
        const std::uint32_t value = (i * (2 * thread + 1) + thread * 1000) % kValues;
        if (values[intern(value)] != value) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0U);
  for (std::uint32_t value = 0; value < kValues; ++value) intern(value);
  EXPECT_EQ(values.size(), kValues);
  EXPECT_EQ(table.size(), kValues);
}

}  // namespace
}  // namespace engine
