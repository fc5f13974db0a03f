// The checker against the definition, on small histories of every kind.
#include "checker/linearizability/brute_force.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checker/linearizability/check.hpp"
#include "checker/linearizability/random_histories.hpp"

namespace linearizability {

void showValue(const Operation& operation, std::ostream& os) {
  const Model model = operation.kind == Kind::Append ? Model::KeyValue : Model::Register;
  os << text(operation, model);
}

namespace {

struct Bounds {
  Model model;
  int operations_max = 8;
  int clients = 3;
  int ticks = 8;
  int keys = 1;
};

Value value_of(Model model, int number) {
  if (model == Model::Register) return number == 0 ? Value{} : Value(std::int64_t{number});
  const std::vector<std::string> texts = {"", "a", "b", "ab", "ba", "aa"};
  return texts[static_cast<std::size_t>(number)];
}

rc::Gen<Value> a_value(Model model) {
  const int end = model == Model::Register ? 4 : 6;
  return rc::gen::map(rc::gen::inRange(0, end),
                      [model](int number) { return value_of(model, number); });
}

Kind a_kind(Model model) {
  const Kind third = model == Model::Register ? Kind::Cas : Kind::Append;
  return *rc::gen::element(Kind::Read, Kind::Read, Kind::Write, third);
}

// Any answer: most such histories are illegal, but many are not, they are so short.
Operation an_operation(const Bounds& bounds) {
  Operation operation;
  operation.client = *rc::gen::inRange(0, bounds.clients);
  operation.key = std::int64_t{*rc::gen::inRange(0, bounds.keys)};
  operation.kind = a_kind(bounds.model);
  operation.invoked = *rc::gen::inRange(0, bounds.ticks);
  const std::int64_t longest = bounds.ticks - 1 - operation.invoked;
  operation.returned = operation.invoked + *rc::gen::inRange<std::int64_t>(0, longest + 1);
  if (operation.kind == Kind::Cas) operation.expected = *a_value(bounds.model);
  if (operation.kind == Kind::Read) {
    if (*rc::gen::inRange(0, 8) != 0) operation.result = *a_value(bounds.model);
  } else {
    operation.argument = *a_value(bounds.model);
  }
  const int lot = *rc::gen::inRange(0, 16);
  if (lot < 3) operation.outcome = Outcome::Unknown;
  if (lot == 3) operation.outcome = Outcome::Failed;
  if (operation.kind == Kind::Cas && lot > 9) operation.outcome = Outcome::Mismatch;
  return operation;
}

History a_history(const Bounds& bounds) {
  const int size = *rc::gen::inRange(0, bounds.operations_max + 1);
  History history;
  for (int i = 0; i < size; ++i) history.push_back(an_operation(bounds));
  return history;
}

void agrees_with_the_definition(const History& history, Model model) {
  const bool is_legal = BruteForce(history, model).is_legal();
  RC_TAG(is_legal ? "legal" : "illegal");
  const Verdict verdict = check(history, model);
  RC_LOG() << rc::toString(history);
  RC_ASSERT(verdict.answer == (is_legal ? Answer::Legal : Answer::Illegal));
}

void agrees_with_the_definition(const Bounds& bounds) {
  // At full size from the first: the short ones are few anyhow.
  const History history =
      *rc::gen::resize(rc::kNominalSize, rc::gen::exec([&bounds] { return a_history(bounds); }));
  agrees_with_the_definition(history, bounds.model);
}

RC_GTEST_PROP(LinearizabilityAgainstDefinition, Registers, ()) {
  agrees_with_the_definition({.model = Model::Register});
}

RC_GTEST_PROP(LinearizabilityAgainstDefinition, Stores, ()) {
  agrees_with_the_definition({.model = Model::KeyValue});
}

RC_GTEST_PROP(LinearizabilityAgainstDefinition, MeetingsAtFewTicks, ()) {
  const Model model = *rc::gen::noShrink(rc::gen::element(Model::Register, Model::KeyValue));
  agrees_with_the_definition({.model = model, .clients = 2, .ticks = 3});
}

// Of a real object, with one answer or two changed: whether that is legal hangs on more than in a
// history of any answers.
RC_GTEST_PROP(LinearizabilityAgainstDefinition, ChangedAnswersOfARealObject, ()) {
  const auto up_to = [](std::uint32_t max) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, max + 1));
  };
  HistoryPlan plan;
  plan.model = *rc::gen::noShrink(rc::gen::element(Model::Register, Model::KeyValue));
  plan.clients = 2 + up_to(3);
  plan.operations = 4 + up_to(5);
  plan.values = up_to(3);
  plan.writes = 20 + up_to(30);
  plan.changes = up_to(40);
  plan.unanswered = up_to(1) * up_to(40);
  plan.duration_max = 1 + up_to(10);
  plan.pause_max = up_to(3);
  History history = legal_history(plan, *rc::gen::arbitrary<std::uint64_t>());
  const std::uint32_t changes = up_to(2);
  for (std::uint32_t i = 0; i < changes; ++i) {
    history = with_another_answer(std::move(history), *rc::gen::arbitrary<std::uint64_t>());
  }
  agrees_with_the_definition(history, plan.model);
}

// Distinct ticks: where everything has an order in time, keys can be judged each for itself.
RC_GTEST_PROP(LinearizabilityAgainstDefinition, KeyByKeyIsTheSameAsAllAtOnce, ()) {
  const Model model = *rc::gen::noShrink(rc::gen::element(Model::Register, Model::KeyValue));
  History history =
      *rc::gen::resize(rc::kNominalSize, rc::gen::exec([&] {
                         return a_history({.model = model, .clients = 8, .ticks = 6, .keys = 3});
                       }));
  for (std::size_t i = 0; i < history.size(); ++i) {
    const auto place = static_cast<std::int64_t>(i);
    history[i].invoked = history[i].invoked * 100 + 7 * place % 10;
    history[i].returned = history[i].returned * 100 + 50 + place;
  }
  agrees_with_the_definition(history, model);
}

}  // namespace
}  // namespace linearizability
