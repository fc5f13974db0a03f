#include "checker/linearizability/configurations.hpp"

#include <gtest/gtest.h>

#include <span>
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

// More rows than the table begins with, each the beginning of those before it: many meet in a slot.
TEST(Configurations, AreRemembered_HoweverManyThereAre) {
  Row longest(3000);
  for (std::size_t i = 0; i < longest.size(); ++i) longest[i] = i % 7;
  Configurations seen;
  for (const bool is_new : {true, false}) {
    for (std::size_t size = longest.size(); size > 0; --size) {
      EXPECT_EQ(seen.insert(std::span(longest).first(size)), is_new) << size;
    }
  }
}

}  // namespace
}  // namespace linearizability
