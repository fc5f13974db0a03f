#include "checker/engine/level_log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

namespace engine {
namespace {

using Segment = LevelLog::Segment;
using Level = std::vector<std::pair<HalfId, std::vector<NetworkId>>>;

// Sets TMPDIR for as long as it lives.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const char* path) {
    if (const char* old = std::getenv("TMPDIR")) old_ = old;
    ::setenv("TMPDIR", path, 1);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    if (old_) {
      ::setenv("TMPDIR", old_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }

 private:
  std::optional<std::string> old_;
};

void add(LevelLog& log, const Level& level) {
  std::vector<Segment> segments;
  std::vector<NetworkId> networks;
  for (const auto& [half, of_half] : level) {
    segments.push_back({half, static_cast<std::uint32_t>(of_half.size())});
    networks.insert(networks.end(), of_half.begin(), of_half.end());
  }
  log.add_level(segments, networks);
}

// What for_each() gives, parts of a segment put together again; `parts` counts them.
template <class IsWanted>
Level read(const LevelLog& log, std::size_t level, IsWanted is_wanted,
           std::size_t* parts = nullptr) {
  Level result;
  log.for_each(level, is_wanted, [&](HalfId half, std::span<const NetworkId> networks) {
    if (parts != nullptr) ++*parts;
    if (result.empty() || result.back().first != half)
      result.emplace_back(half, Level::value_type::second_type{});
    result.back().second.insert(result.back().second.end(), networks.begin(), networks.end());
  });
  return result;
}

bool every(HalfId) { return true; }

std::vector<NetworkId> numbers(std::size_t count, NetworkId first) {
  std::vector<NetworkId> all(count);
  std::iota(all.begin(), all.end(), first);
  return all;
}

// In memory, on disk, and from the third level on disk.
class LevelLogs : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Kept, LevelLogs,
                         testing::Values(LevelLog::kMemoryMax, std::size_t{0}, std::size_t{60}));

TEST_P(LevelLogs, GiveEachLevelBack_InTheOrderInWhichItWasAdded) {
  const std::vector<Level> levels{{{5, {9}}},
                                  {{2, {4, 3}}, {7, {1, 2, 0}}},
                                  {},
                                  {{7, {8}}, {2, {6, 7, 8, 9}}, {4, {1}}},
                                  {{0, {0}}}};
  LevelLog log(GetParam());
  for (std::size_t added = 0; added < levels.size(); ++added) {
    add(log, levels[added]);
    EXPECT_EQ(log.levels(), added + 1);
    for (std::size_t level = 0; level <= added; ++level) {
      EXPECT_EQ(read(log, level, every), levels[level]);
      const std::vector<Segment> segments = log.segments(level);
      ASSERT_EQ(segments.size(), levels[level].size());
      for (std::size_t i = 0; i < segments.size(); ++i) {
        EXPECT_EQ(segments[i].half, levels[level][i].first);
        EXPECT_EQ(segments[i].size, levels[level][i].second.size());
      }
    }
  }
}

TEST_P(LevelLogs, GiveOnlyTheHalvesThatAreWanted) {
  LevelLog log(GetParam());
  add(log, {{1, {10, 11}}, {2, {20}}, {3, {30, 31, 32}}, {4, {40}}});
  const auto is_odd = [](HalfId half) { return half % 2 == 1; };
  EXPECT_EQ(read(log, 0, is_odd), (Level{{1, {10, 11}}, {3, {30, 31, 32}}}));
  EXPECT_EQ(read(log, 0, [](HalfId half) { return half == 4; }), (Level{{4, {40}}}));
  EXPECT_EQ(read(log, 0, [](HalfId) { return false; }), Level{});
}

TEST_P(LevelLogs, GiveALargeSegmentInParts) {
  const Level level{{3, numbers(200'001, 7)}, {8, numbers(5, 1)}};
  LevelLog log(GetParam());
  add(log, level);
  std::size_t parts = 0;
  EXPECT_EQ(read(log, 0, every, &parts), level);
  EXPECT_EQ(parts, 5U);
  EXPECT_EQ(read(log, 0, [](HalfId half) { return half == 8; }), (Level{level.back()}));
}

TEST(LevelLog, KeepsItsLevelsInMemory_WhereNoFileCanBeWritten) {
  const TemporaryDirectory nowhere("/nonexistent/raftcheck");
  LevelLog log(0);
  const Level first{{3, numbers(1000, 7)}};
  const Level second{{1, {2}}, {3, {4, 5}}};
  add(log, first);
  add(log, second);
  EXPECT_EQ(read(log, 0, every), first);
  EXPECT_EQ(read(log, 1, every), second);
}

TEST(LevelLog, LeavesNoNameBehind_InTheDirectoryOfItsFile) {
  std::string directory = testing::TempDir() + "levels-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const TemporaryDirectory temporary(directory.c_str());
  LevelLog log(0);
  add(log, {{1, {2}}});
  EXPECT_EQ(read(log, 0, every), (Level{{1, {2}}}));
  EXPECT_EQ(::rmdir(directory.c_str()), 0);  // it is empty
}

}  // namespace
}  // namespace engine
