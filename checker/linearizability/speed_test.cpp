// How long a verdict takes, with room for a slow machine. Each case is decided from several seeds,
// as it is, and with an answer changed. What was measured stands in docs/linearizability.md.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "checker/linearizability/check.hpp"
#include "checker/linearizability/random_histories.hpp"

namespace linearizability {
namespace {

struct Case {
  const char* name;
  HistoryPlan plan;
  double seconds_max;
};

HistoryPlan store(std::uint32_t keys, std::uint32_t puts, std::uint32_t appends) {
  return {.model = Model::KeyValue,
          .clients = 50,
          .operations = 2000,
          .keys = keys,
          .writes = puts,
          .changes = appends};
}

HistoryPlan reg(std::uint32_t operations, std::uint32_t unanswered) {
  return {.model = Model::Register,
          .clients = 5,
          .operations = operations,
          .values = 5,
          .writes = 33,
          .changes = 33,
          .unanswered = unanswered};
}

HistoryPlan with_unanswered(HistoryPlan plan, std::uint32_t unanswered) {
  plan.unanswered = unanswered;
  return plan;
}

const Case kCases[] = {
    {"StoreOfTenKeys", store(10, 20, 40), 10},
    {"StoreOfOneKey", store(1, 20, 40), 10},
    {"StoreOfOneKeyWithFewPuts", store(1, 5, 50), 10},
    {"PutsToOneKey", store(1, 50, 0), 10},
    {"HardlyAnythingButPuts", store(1, 90, 0), 10},
    {"AppendsToOneKey", store(1, 0, 50), 10},
    {"HardlyAnythingButAppends", store(1, 0, 90), 10},
    {"StoreWithUnanswered", with_unanswered(store(10, 20, 40), 5), 10},
    {"Register", reg(200, 0), 0.1},
    {"RegisterWithUnanswered", reg(150, 5), 0.1},
    {"RegisterWithManyUnanswered", reg(200, 15), 0.1},
};

class VerdictSpeed : public testing::TestWithParam<Case> {};

double seconds_to(const History& history, Model model, Answer& answer) {
  const auto begin = std::chrono::steady_clock::now();
  answer = check(history, model).answer;
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

TEST_P(VerdictSpeed, IsWithinItsTime) {
  const HistoryPlan& plan = GetParam().plan;
  double worst = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Answer answer = Answer::Unknown;
    const History legal = legal_history(plan, seed);
    worst = std::max(worst, seconds_to(legal, plan.model, answer));
    EXPECT_EQ(answer, Answer::Legal) << "seed " << seed;
    const History changed = with_another_answer(legal, seed);
    worst = std::max(worst, seconds_to(changed, plan.model, answer));
    EXPECT_NE(answer, Answer::Unknown) << "seed " << seed;
  }
  RecordProperty("seconds", std::to_string(worst));
  EXPECT_LT(worst, GetParam().seconds_max);
}

INSTANTIATE_TEST_SUITE_P(Cases, VerdictSpeed, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace linearizability
