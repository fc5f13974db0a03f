#include <gtest/gtest.h>

#include <algorithm>

#include "checker/linearizability/brute_force.hpp"
#include "checker/linearizability/check.hpp"
#include "checker/linearizability/hand_made_histories.hpp"
#include "checker/linearizability/history_files.hpp"

namespace linearizability {
namespace {

class HandMadeHistory : public testing::TestWithParam<HandMade> {
 protected:
  [[nodiscard]] static Answer expected() {
    return GetParam().is_legal ? Answer::Legal : Answer::Illegal;
  }
};

TEST_P(HandMadeHistory, HasItsVerdict) {
  const Verdict verdict = check(GetParam().history, GetParam().model);
  EXPECT_EQ(verdict.answer, expected());
  EXPECT_EQ(verdict.explanation.has_value(), !GetParam().is_legal);
  EXPECT_FALSE(verdict.stopped_by.has_value());
}

TEST_P(HandMadeHistory, IsJudgedTheSameInAnyOrderOfItsOperations) {
  History history = GetParam().history;
  // What one client does at one tick stands in its order; the table has such operations in order.
  std::ranges::stable_sort(history, std::greater<>(),
                           [](const Operation& operation) { return operation.client; });
  EXPECT_EQ(check(history, GetParam().model).answer, expected());
}

TEST_P(HandMadeHistory, HasItsVerdictByTheDefinition) {
  EXPECT_EQ(BruteForce(GetParam().history, GetParam().model).is_legal(), GetParam().is_legal);
}

TEST_P(HandMadeHistory, KeepsItsVerdictInAFile) {
  const auto written = write_history(GetParam().history, GetParam().model, Format::Jepsen);
  ASSERT_TRUE(written.has_value()) << written.error();
  const auto read = read_history(*written, "h", GetParam().model);
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(check(read->history, GetParam().model).answer, expected());
}

INSTANTIATE_TEST_SUITE_P(Table, HandMadeHistory, testing::ValuesIn(hand_made_histories()),
                         [](const auto& one) { return one.param.name; });

TEST(HandMadeHistories, AreEnoughOfBothKinds) {
  const std::vector<HandMade> all = hand_made_histories();
  const auto legal = std::ranges::count_if(all, &HandMade::is_legal);
  EXPECT_GE(legal, 20);
  EXPECT_GE(static_cast<std::ptrdiff_t>(all.size()) - legal, 20);
}

}  // namespace
}  // namespace linearizability
