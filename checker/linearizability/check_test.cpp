#include "checker/linearizability/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "checker/linearizability/object.hpp"
#include "checker/linearizability/random_histories.hpp"

namespace linearizability {
namespace {

Operation get(std::int64_t client, std::string result, std::int64_t invoked,
              std::int64_t returned) {
  return {.client = client,
          .key = "k",
          .kind = Kind::Read,
          .result = std::move(result),
          .invoked = invoked,
          .returned = returned};
}

Operation put(std::int64_t client, std::string value, std::int64_t invoked, std::int64_t returned) {
  return {.client = client,
          .key = "k",
          .kind = Kind::Write,
          .argument = std::move(value),
          .invoked = invoked,
          .returned = returned};
}

std::vector<Value> texts(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// put a; put b while a get runs that says c.
History history_with_a_misfit() {
  return {put(1, "a", 0, 10), put(2, "b", 20, 30), get(3, "c", 5, 40), get(4, "b", 50, 60)};
}

TEST(Explanation, NamesTheAnswerThatFitsNoOrder) {
  const Verdict verdict = check(history_with_a_misfit(), Model::KeyValue);
  ASSERT_EQ(verdict.answer, Answer::Illegal);
  ASSERT_TRUE(verdict.explanation.has_value());
  EXPECT_EQ(verdict.explanation->key, Value("k"));
  EXPECT_EQ(verdict.explanation->misfit, 2U);
}

TEST(Explanation, HasAnOrderOfWhatReturnedBefore) {
  const Verdict verdict = check(history_with_a_misfit(), Model::KeyValue);
  ASSERT_TRUE(verdict.explanation.has_value());
  EXPECT_EQ(verdict.explanation->prefix, (Order{0, 1}));
  EXPECT_EQ(verdict.explanation->value, Value("b"));
}

TEST(Explanation, TellsWhatCouldHaveBeenSeen) {
  const Verdict verdict = check(history_with_a_misfit(), Model::KeyValue);
  ASSERT_TRUE(verdict.explanation.has_value());
  EXPECT_EQ(verdict.explanation->possible, texts({"b", "a", ""}));
  EXPECT_TRUE(verdict.explanation->is_complete);
}

TEST(Explanation, IsNotCompleteWhereTextGrows) {
  History history = history_with_a_misfit();
  history.push_back(put(5, "d", 0, 3));
  history.back().kind = Kind::Append;
  const Verdict verdict = check(history, Model::KeyValue);
  ASSERT_TRUE(verdict.explanation.has_value());
  EXPECT_FALSE(verdict.explanation->is_complete);
}

TEST(Explanation, BlamesTheFirstOfManyThatDoNotFit) {
  History history = {put(1, "a", 0, 1)};
  for (std::int64_t i = 1; i < 50; ++i)
    history.push_back(get(2, i < 20 ? "a" : "x", i * 2, i * 2 + 1));
  const Verdict verdict = check(history, Model::KeyValue);
  ASSERT_TRUE(verdict.explanation.has_value());
  EXPECT_EQ(verdict.explanation->misfit, 20U);
  EXPECT_EQ(verdict.explanation->prefix.size(), 20U);
}

TEST(Explanation, IsTextForAReader) {
  const History history = history_with_a_misfit();
  const Verdict verdict = check(history, Model::KeyValue);
  ASSERT_TRUE(verdict.explanation.has_value());
  EXPECT_EQ(text(*verdict.explanation, history, Model::KeyValue),
            "No order of the operations explains this answer:\n"
            "  client 3: get \"k\" -> \"c\" [5, 40]\n"
            "What had returned before it did has an order (2 long), and this is how it ends:\n"
            "      1. client 1: put \"a\" in \"k\" [0, 10]; then \"a\"\n"
            "      2. client 2: put \"b\" in \"k\" [20, 30]; then \"b\"\n"
            "It saw \"c\"; a read in its place could have seen \"b\", \"a\", \"\".\n");
}

TEST(Explanation, OfACasTellsWhatItExpected) {
  const History history = {
      {.client = 1, .kind = Kind::Cas, .argument = 2, .expected = 1, .invoked = 0, .returned = 5}};
  const Verdict verdict = check(history, Model::Register);
  ASSERT_TRUE(verdict.explanation.has_value());
  const std::string said = text(*verdict.explanation, history, Model::Register);
  EXPECT_NE(said.find("Nothing had to come before it."), std::string::npos) << said;
  EXPECT_NE(said.find("It found 1; a read in its place could have seen nil."), std::string::npos)
      << said;
}

TEST(Explanation, ShortensLongValues) {
  const std::string long_text(500, 'x');
  const History history = {put(1, long_text, 0, 1), get(2, "y", 2, 3)};
  const Verdict verdict = check(history, Model::KeyValue);
  ASSERT_TRUE(verdict.explanation.has_value());
  for (const char letter : {'x', 'y'}) {
    const std::string said = text(*verdict.explanation, history, Model::KeyValue);
    EXPECT_NE(said.find(letter), std::string::npos);
    EXPECT_LT(said.size(), 700U) << said;
  }
}

TEST(Verdict, OfALegalHistoryHasAnOrderOfEachKey) {
  const HistoryPlan plan{.clients = 8, .operations = 300, .keys = 4, .changes = 30};
  const History history = legal_history(plan, 3);
  const Verdict verdict = check(history, plan.model);
  ASSERT_EQ(verdict.answer, Answer::Legal);
  EXPECT_EQ(verdict.linearizations.size(), 4U);
  std::vector<std::size_t> placed;
  for (const Linearization& linearization : verdict.linearizations) {
    Object object(plan.model);
    for (const std::size_t index : linearization.order) {
      EXPECT_EQ(history[index].key, linearization.key);
      EXPECT_TRUE(object.agrees(history[index]));
      object.perform(history[index]);
      placed.push_back(index);
    }
  }
  std::ranges::sort(placed);
  EXPECT_EQ(std::ranges::adjacent_find(placed), placed.end());
  EXPECT_EQ(placed.size(), history.size());
}

TEST(Verdict, IsTheSameEveryTime) {
  const HistoryPlan plan{.clients = 10, .operations = 200, .changes = 30, .unanswered = 10};
  const History history = with_another_answer(legal_history(plan, 5), 6);
  const Verdict first = check(history, plan.model);
  const Verdict second = check(history, plan.model);
  EXPECT_EQ(first.answer, second.answer);
  EXPECT_EQ(first.linearizations, second.linearizations);
  EXPECT_EQ(first.explanation, second.explanation);
  EXPECT_EQ(first.progress.configurations, second.progress.configurations);
}

// Many clients that append the same few letters to one text: nothing is easy.
History hard_history() {
  const HistoryPlan plan{
      .clients = 60, .operations = 600, .values = 4, .writes = 20, .changes = 40, .pause_max = 2};
  return with_another_answer(with_another_answer(legal_history(plan, 1), 2), 3);
}

TEST(Verdict, IsUnknownAtALimit) {
  const Verdict few =
      check(hard_history(), Model::KeyValue, {.configurations = 1000, .memory = {}});
  EXPECT_EQ(few.answer, Answer::Unknown);
  EXPECT_EQ(few.stopped_by, StopReason::Configurations);
  EXPECT_EQ(few.progress.configurations, 1001U);
  const Verdict small =
      check(hard_history(), Model::KeyValue, {.configurations = {}, .memory = 1'000'000});
  EXPECT_EQ(small.answer, Answer::Unknown);
  EXPECT_EQ(small.stopped_by, StopReason::Memory);
}

class StopsAtOnce : public Observer {
 public:
  std::optional<StopReason> poll(const Progress& progress) override {
    seen = progress;
    return StopReason::Interrupted;
  }
  Progress seen;
};

TEST(Verdict, IsUnknownWhenTheObserverStopsIt) {
  StopsAtOnce observer;
  const Verdict verdict = check(hard_history(), Model::KeyValue, {}, &observer);
  EXPECT_EQ(verdict.answer, Answer::Unknown);
  EXPECT_EQ(verdict.stopped_by, StopReason::Interrupted);
  EXPECT_EQ(observer.seen.keys, 1U);
  EXPECT_GT(observer.seen.placed, 0U);
  EXPECT_LE(observer.seen.placed, observer.seen.operations);
}

TEST(Verdict, FindsTheIllegalKeyBesideAHardOne) {
  History history = hard_history();
  Operation wrong = get(1, "never", 0, 1);
  wrong.key = "small";
  history.push_back(wrong);
  const Verdict verdict = check(history, Model::KeyValue, {.configurations = 5000, .memory = {}});
  EXPECT_EQ(verdict.answer, Answer::Illegal);
}

TEST(Check, RefusesWhatTheModelDoesNotHave) {
  const Operation operation{.kind = Kind::Append, .argument = "x"};
  EXPECT_THROW(static_cast<void>(check({operation}, Model::Register)), std::invalid_argument);
}

}  // namespace
}  // namespace linearizability
