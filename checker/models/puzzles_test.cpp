#include "checker/models/puzzles.hpp"

#include <gtest/gtest.h>

#include "checker/models/search_model.hpp"

namespace models {
namespace {

TEST(Jugs, OfThreeAndFiveGallonsHaveSixteenPositions) {
  const auto jugs = make_jugs({});
  const engine::SearchResult result = search(*jugs);
  EXPECT_EQ(result.progress.distinct, 16U);
  EXPECT_EQ(result.progress.generated, 1U + 16U * 6U);
  EXPECT_EQ(result.progress.depth, 8U);
}

TEST(Jugs, GiveFourGallonsAfterSixMoves) {
  const auto jugs = make_jugs({.goal = 4});
  const engine::SearchResult result = search(*jugs);
  EXPECT_EQ(result.violation, 1U);
  const RunText text = text_of_run(*jugs, result);
  EXPECT_EQ(text.steps,
            (std::vector<std::string>{"fill the big jug", "pour the big into the small",
                                      "empty the small jug", "pour the big into the small",
                                      "fill the big jug", "pour the big into the small"}));
  EXPECT_EQ(text.last_half, "small jug: 3 of 3\nbig jug: 4 of 5\n");
}

TEST(Hanoi, HasThreeToThePowerOfItsDiscsPositions) {
  std::uint64_t positions = 1;
  for (std::uint8_t discs = 1; discs <= 8; ++discs) {
    positions *= 3;
    const auto hanoi = make_hanoi({.discs = discs});
    const engine::SearchResult result = search(*hanoi);
    EXPECT_EQ(result.progress.distinct, positions);
    // Three moves at each position, but two where all discs are on one peg.
    EXPECT_EQ(result.progress.generated, 1 + 3 * positions - 3);
    EXPECT_EQ(result.progress.depth, std::uint64_t{1} << discs) << "2^discs - 1 moves";
  }
}

TEST(Hanoi, IsSolvedInTheLeastNumberOfMoves) {
  const auto hanoi = make_hanoi({.discs = 6, .has_goal = true});
  const engine::SearchResult result = search(*hanoi);
  EXPECT_EQ(result.path.size(), 63U);
  EXPECT_EQ(text_of_run(*hanoi, result).last_half, "peg 1:\npeg 2:\npeg 3: 6 5 4 3 2 1\n");
}

TEST(Tiles, OfAThreeByThreeBoardTakeAtMostThirtyOneMoves) {
  const auto tiles = make_tiles({});
  const engine::SearchResult result = search(*tiles);
  EXPECT_EQ(result.progress.distinct, 181'440U);
  EXPECT_EQ(result.progress.depth, 32U);
}

TEST(Tiles, OfATwoByThreeBoardTakeAtMostTwentyOneMoves) {
  const auto tiles = make_tiles({.rows = 2});
  const engine::SearchResult result = search(*tiles);
  EXPECT_EQ(result.progress.distinct, 360U);
  EXPECT_EQ(result.progress.depth, 22U);
}

}  // namespace
}  // namespace models
