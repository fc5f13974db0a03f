#include "checker/linearizability/random_histories.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "checker/linearizability/check.hpp"
#include "checker/linearizability/history_files.hpp"

namespace linearizability {
namespace {

HistoryPlan a_plan() {
  const auto up_to = [](std::uint32_t max) { return *rc::gen::inRange<std::uint32_t>(0, max + 1); };
  HistoryPlan plan;
  plan.model = *rc::gen::noShrink(rc::gen::element(Model::Register, Model::KeyValue));
  plan.clients = 1 + up_to(12);
  plan.operations = up_to(150);
  plan.keys = 1 + up_to(3);
  plan.values = *rc::gen::element(0U, 2U, 5U);
  plan.writes = up_to(50);
  plan.changes = up_to(50);
  plan.unanswered = up_to(1) * up_to(30);
  plan.duration_max = *rc::gen::element(0, 3, 30);
  plan.pause_max = *rc::gen::element(0, 2, 30);
  return plan;
}

bool has_kind(const History& history, Outcome outcome) {
  for (const Operation& operation : history) {
    if (operation.outcome == outcome) return true;
  }
  return false;
}

bool has_width(const History& history, bool is_zero) {
  for (const Operation& operation : history) {
    if ((operation.invoked == operation.returned) == is_zero) return true;
  }
  return false;
}

RC_GTEST_PROP(RandomHistory, OfARealObjectIsLegal, ()) {
  const HistoryPlan plan = a_plan();
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const History history = legal_history(plan, seed);
  RC_CLASSIFY(plan.model == Model::KeyValue, "key/value");
  RC_CLASSIFY(has_kind(history, Outcome::Unknown), "unanswered");
  RC_CLASSIFY(has_kind(history, Outcome::Mismatch), "mismatch");
  RC_CLASSIFY(has_width(history, true), "zero width");
  const Verdict verdict = check(history, plan.model, {.configurations = 1'000'000, .memory = {}});
  RC_CLASSIFY(verdict.answer == Answer::Unknown, "too hard");
  for (const Operation& operation : history) RC_LOG() << text(operation, plan.model) << "\n";
  RC_ASSERT(verdict.answer != Answer::Illegal);
}

// What fits when it is told fits when it is not, and what was cut off fits too.
RC_GTEST_PROP(RandomHistory, StaysLegalWhenLessIsTold, ()) {
  const HistoryPlan plan = a_plan();
  History history = legal_history(plan, *rc::gen::arbitrary<std::uint64_t>());
  RC_PRE(!history.empty());
  const auto changed = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, history.size()));
  for (const std::size_t index : changed) {
    history[index].outcome = Outcome::Unknown;
    history[index].result.reset();
  }
  const Verdict verdict = check(history, plan.model, {.configurations = 1'000'000, .memory = {}});
  RC_ASSERT(verdict.answer != Answer::Illegal);
}

// Shifting and stretching time changes nothing but numbers.
RC_GTEST_PROP(RandomHistory, HasOneVerdictWhateverTheClockIs, ()) {
  const HistoryPlan plan = a_plan();
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  const History history = with_another_answer(legal_history(plan, seed), seed + 1);
  History other = history;
  const auto factor = *rc::gen::inRange<std::int64_t>(1, 1000);
  const auto offset = *rc::gen::inRange<std::int64_t>(-1'000'000, 1'000'000);
  for (Operation& operation : other) {
    operation.invoked = operation.invoked * factor + offset;
    operation.returned = operation.returned * factor + offset;
  }
  const Limits limits{.configurations = 100'000, .memory = {}};
  const Verdict one = check(history, plan.model, limits);
  const Verdict two = check(other, plan.model, limits);
  RC_ASSERT(one.answer == two.answer);
  RC_ASSERT(one.explanation == two.explanation);
}

TEST(RandomHistory, IsTheSameFromTheSameSeed) {
  const HistoryPlan plan{.operations = 500, .changes = 30, .unanswered = 10};
  EXPECT_EQ(legal_history(plan, 4), legal_history(plan, 4));
  EXPECT_NE(legal_history(plan, 4), legal_history(plan, 5));
}

TEST(RandomHistory, WithAnotherAnswerIsMostlyIllegal) {
  const HistoryPlan plan{.operations = 100};
  int illegal = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const History changed = with_another_answer(legal_history(plan, seed), seed);
    illegal += check(changed, plan.model).answer == Answer::Illegal ? 1 : 0;
  }
  EXPECT_GT(illegal, 70);
}

}  // namespace
}  // namespace linearizability
