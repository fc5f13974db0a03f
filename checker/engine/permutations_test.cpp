#include "checker/engine/permutations.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace engine {
namespace {

using Images = std::vector<std::uint8_t>;

Images images(const Permutations& all, Renaming p) {
  return {all.images(p).begin(), all.images(p).end()};
}

TEST(Permutations, AreAllThatThereAre_AndTheFirstIsTheIdentity) {
  const std::array<std::size_t, 7> factorial{1, 1, 2, 6, 24, 120, 720};
  for (std::size_t n = 0; n <= 6; ++n) {
    const Permutations all(n);
    ASSERT_EQ(all.size(), factorial[n]);
    std::set<Images> distinct;
    for (Renaming p = 0; p < all.size(); ++p) {
      Images sorted = images(all, p);
      distinct.insert(sorted);
      std::ranges::sort(sorted);
      EXPECT_EQ(sorted, images(all, 0));
    }
    EXPECT_EQ(distinct.size(), all.size());
    EXPECT_TRUE(std::ranges::is_sorted(all.images(0)));
  }
}

TEST(Permutations, TakeTheFirstFirst_WhenOneFollowsAnother) {
  const Permutations all(4);
  for (Renaming p = 0; p < all.size(); ++p) {
    for (Renaming q = 0; q < all.size(); ++q) {
      const auto both = all.images(all.then(p, q));
      for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(both[i], all.images(q)[all.images(p)[i]]);
    }
  }
}

TEST(Permutations, AreUndoneByTheirInverses) {
  for (std::size_t n = 0; n <= 5; ++n) {
    const Permutations all(n);
    for (Renaming p = 0; p < all.size(); ++p) {
      EXPECT_EQ(all.then(p, all.inverse(p)), 0U);
      EXPECT_EQ(all.then(all.inverse(p), p), 0U);
    }
  }
}

}  // namespace
}  // namespace engine
