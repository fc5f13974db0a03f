#include "checker/linearizability/configurations.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace linearizability {
namespace {

using Row = std::vector<std::uint64_t>;

// One that was taken for another would never be tried.
TEST(Configurations, AreToldApart_ThoughOneBeginsAsAnother) {
  Configurations seen;
  EXPECT_TRUE(seen.insert(Row{1, 2, 3}));
  EXPECT_TRUE(seen.insert(Row{1, 2}));
  EXPECT_TRUE(seen.insert(Row{1, 2, 3, 0}));
  EXPECT_TRUE(seen.insert(Row{1, 2, 4}));
  EXPECT_TRUE(seen.insert(Row{}));
  for (const Row& row : {Row{1, 2, 3}, Row{1, 2}, Row{1, 2, 3, 0}, Row{1, 2, 4}, Row{}}) {
    EXPECT_FALSE(seen.insert(row));
  }
}

// More rows than the table begins with, each the beginning of the next.
TEST(Configurations, AreRemembered_HoweverManyThereAre) {
  Configurations seen;
  Row row;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    row.push_back(i % 7);
    EXPECT_TRUE(seen.insert(row)) << i;
  }
  row.clear();
  for (std::uint64_t i = 0; i < 3000; ++i) {
    row.push_back(i % 7);
    EXPECT_FALSE(seen.insert(row)) << i;
  }
}

}  // namespace
}  // namespace linearizability
