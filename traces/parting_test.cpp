#include "traces/parting.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "traces/test_traces.hpp"

namespace traces {
namespace {

std::vector<std::string> names_of(const std::vector<Difference>& differences) {
  std::vector<std::string> names;
  for (const Difference& one : differences) names.push_back(one.what);
  return names;
}

TEST(Parting, IsNone_OfATraceAndItself) {
  const Trace trace = samples::every_action();
  const Parting parting = parting_of(trace, trace);
  EXPECT_EQ(parting.kind, PartingKind::None);
  EXPECT_EQ(parting.common_steps, trace.steps.size());
  EXPECT_TRUE(parting.settings.empty());
  EXPECT_TRUE(parting.differences.empty());
}

TEST(Parting, SettingsMakeNoOtherRun) {
  const Trace a = samples::every_action();
  Trace b = a;
  b.program_version = "another";
  b.violation->message = "in other words";
  b.bounds["crashes"] = "99";
  b.bug = "another-bug";
  b.config.no_op = !a.config.no_op;
  const Parting parting = parting_of(a, b);
  EXPECT_EQ(parting.kind, PartingKind::None);
  EXPECT_EQ(names_of(parting.settings),
            (std::vector<std::string>{"configuration", "crashes", "bug"}));
}

TEST(Parting, NamesTheKind_AndTheStep) {
  const Trace a = samples::every_action();
  Trace b = a;
  b.steps[4].outcome = "Another";
  Parting parting = parting_of(a, b);
  EXPECT_EQ(parting.kind, PartingKind::Reaction);
  EXPECT_EQ(parting.common_steps, 4U);
  EXPECT_EQ(parting.differences,
            (std::vector<Difference>{{"outcome", a.steps[4].outcome, "Another"}}));

  b = a;
  std::swap(b.steps[0].action, b.steps[1].action);
  EXPECT_EQ(parting_of(a, b).kind, PartingKind::Action);
  EXPECT_EQ(parting_of(a, b).common_steps, 0U);

  b = a;
  b.steps.pop_back();
  EXPECT_EQ(parting_of(a, b).kind, PartingKind::End);
  EXPECT_EQ(parting_of(b, a).common_steps, b.steps.size());

  b = a;
  b.violation->property = "Another";
  EXPECT_EQ(parting_of(a, b).kind, PartingKind::Verdict);

  b = a;
  b.initial[1].current_term = 7;
  EXPECT_EQ(parting_of(a, b).kind, PartingKind::Start);
  EXPECT_EQ(names_of(parting_of(a, b).differences),
            std::vector<std::string>{"server 2: current_term"});
}

TEST(Parting, ShowsWhatWasSent_AndTheFieldsThatDiffer) {
  const Trace a = samples::every_action();
  Trace b = a;
  const auto sender = std::ranges::find_if(
      b.steps, [](const Step& step) { return !step.sent.empty() && step.view; });
  sender->sent[0].lost = !sender->sent[0].lost;
  sender->view->current_term += 1;
  const auto names = names_of(parting_of(a, b).differences);
  EXPECT_EQ(names.size(), 2U);
  EXPECT_EQ(names[0], "sends");
  EXPECT_TRUE(names[1].ends_with(": current_term")) << names[1];
}

TEST(Parting, ShowsWhatOnlyOneOfThemSends) {
  const Trace a = samples::every_action();
  Trace b = a;
  const auto sender =
      std::ranges::find_if(b.steps, [](const Step& step) { return !step.sent.empty(); });
  sender->sent.pop_back();
  const auto less = parting_of(a, b).differences;
  ASSERT_EQ(names_of(less), std::vector<std::string>{"sends"});
  EXPECT_FALSE(less[0].a.empty());
  EXPECT_EQ(less[0].b, "");
  EXPECT_EQ(parting_of(b, a).differences, (std::vector<Difference>{{"sends", "", less[0].a}}));
}

TEST(Parting, TellsWhereFaultsStop) {
  Trace a = samples::every_action();
  a.recovery = RecoveryRecord{.after = 3, .steps = 30, .order = {1, 2}};
  Trace b = a;
  b.recovery->order = {2, 1};
  const Parting parting = parting_of(a, b);
  EXPECT_EQ(parting.kind, PartingKind::Verdict);
  EXPECT_EQ(parting.differences,
            (std::vector<Difference>{{"faults stop",
                                      "after step 3, within 30 steps, timers in the order 1 2",
                                      "after step 3, within 30 steps, timers in the order 2 1"}}));
}

// Each step of both is there once and in order, and those side by side are alike.
void expect_aligned(const Trace& a, const Trace& b, std::size_t first, std::size_t both_min) {
  std::size_t next_a = first;
  std::size_t next_b = first;
  std::size_t both = 0;
  for (const AlignedStep& one : aligned(a, b, first)) {
    ASSERT_TRUE(one.a || one.b);
    if (one.a) {
      ASSERT_EQ(*one.a, next_a++);
    }
    if (one.b) {
      ASSERT_EQ(*one.b, next_b++);
    }
    if (!one.a || !one.b) continue;
    ++both;
    Action there = b.steps[*one.b].action;
    there.sent_at = a.steps[*one.a].action.sent_at;
    ASSERT_EQ(a.steps[*one.a].action, there);
  }
  EXPECT_EQ(next_a, a.steps.size());
  EXPECT_EQ(next_b, b.steps.size());
  EXPECT_GE(both, both_min);
}

TEST(Aligned, HasWhatIsLeftOfATrace_SideBySide) {
  const Trace a = samples::every_action();
  Trace b = a;
  b.steps.erase(b.steps.begin() + 3);
  b.steps.erase(b.steps.begin() + 7, b.steps.begin() + 9);
  for (Step& step : b.steps) {
    if (step.action.sent_at > 0) ++step.action.sent_at;
  }
  expect_aligned(a, b, 0, b.steps.size());
  expect_aligned(a, b, 3, b.steps.size() - 3);
  expect_aligned(b, a, 3, b.steps.size() - 3);
}

RC_GTEST_PROP(Aligned, IsWholeAndInOrder, ()) {
  const Trace a = *samples::any_trace();
  Trace b = a;
  if (!b.steps.empty()) {
    const auto at = *rc::gen::inRange<std::size_t>(0, b.steps.size());
    b.steps.erase(b.steps.begin() + static_cast<std::ptrdiff_t>(at));
  }
  expect_aligned(a, b, 0, b.steps.size());
  const Parting parting = parting_of(a, b);
  RC_ASSERT((parting.kind == PartingKind::None) == a.steps.empty());
}

TEST(Aligned, DoesNotTakeForeverOverLongTraces) {
  Trace a = samples::every_action();
  const Step step = a.steps[0];
  a.steps.assign(100'000, step);
  expect_aligned(a, a, 0, 0);
}

}  // namespace
}  // namespace traces
