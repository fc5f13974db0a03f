#include "checker/cluster/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cluster {
namespace {

TEST(Partitions, AreAsManyAsBellsNumbers_EachOnceAndNormalised) {
  const std::array<std::size_t, 6> bell{1, 1, 2, 5, 15, 52};
  for (std::size_t n = 1; n <= 5; ++n) {
    const std::vector<Partition> all = all_partitions(n);
    EXPECT_EQ(all.size(), bell[n]);
    EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size());
    EXPECT_EQ(all.front(), Partition(n, 0));
    for (const Partition& partition : all) EXPECT_EQ(normalised(partition), partition);
  }
}

TEST(Partitions, NumberTheirGroups_InTheOrderOfTheirFirstServer) {
  EXPECT_EQ(normalised({7, 3, 7, 0}), (Partition{0, 1, 0, 2}));
  EXPECT_EQ(normalised({0, 0}), (Partition{0, 0}));
  EXPECT_TRUE(normalised({}).empty());
}

TEST(Partitions, AreShownAsGroupsOfServers) {
  using Groups = std::vector<std::vector<spec::ServerId>>;
  EXPECT_EQ(groups_of({0, 1, 0}), (Groups{{1, 3}, {2}}));
  EXPECT_EQ(groups_of({0, 0, 0}), (Groups{{1, 2, 3}}));
}

TEST(World, KeepsAllItsCountsApart) {
  const World world{.crashes = 1,
                    .timeouts = 2,
                    .proposals = 3,
                    .duplicates = 4,
                    .losses = 5,
                    .cuts = 6,
                    .partition = 7,
                    .transfers = 8,
                    .reads = 9,
                    .drifts = 10,
                    .compactions = 11,
                    .changes = 12};
  auto packed = world.packed();
  std::ranges::sort(packed);
  EXPECT_EQ(packed, (std::array<std::uint32_t, 12>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

}  // namespace
}  // namespace cluster
