#include "checker/engine/shares.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace engine {
namespace {

class SharesOf : public testing::TestWithParam<std::size_t> {};

TEST_P(SharesOf, HasOneOwnerForAHalf_AndAPlaceOfItsOwnWithHim) {
  const Shares shares(GetParam());
  std::vector<std::set<std::size_t>> places(GetParam());
  constexpr HalfId kManyHalves = 10'000;
  for (HalfId half = 0; half < kManyHalves; ++half) {
    ASSERT_LT(shares.owner(half), GetParam());
    EXPECT_TRUE(places[shares.owner(half)].insert(shares.place(half)).second) << half;
  }
  for (const auto& of_owner : places) {
    constexpr double kAll = kManyHalves;
    const double fair = kAll / static_cast<double>(GetParam());
    EXPECT_NEAR(static_cast<double>(of_owner.size()), fair, 0.13 * fair + 2);
    // Few places are wasted.
    EXPECT_LT(static_cast<double>(*of_owner.rbegin()), 1.15 * fair + 32);
  }
}

TEST_P(SharesOf, HasRoomForTheLastHalf) {
  const Shares shares(GetParam());
  EXPECT_LE(shares.place(0xFFFFFFFEU), 0xFFFFFFFEU);
}

INSTANTIATE_TEST_SUITE_P(Workers, SharesOf, testing::Values(1, 2, 3, 4, 5, 6, 7, 8, 12, 100));

}  // namespace
}  // namespace engine
