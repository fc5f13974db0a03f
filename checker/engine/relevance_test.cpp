// What the covering search leaves out of its sets: nothing that matters.
#include "checker/engine/relevance.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "checker/engine/covering_search.hpp"
#include "checker/engine/naive_checker.hpp"
#include "checker/engine/path_checker.hpp"
#include "checker/engine/toy_processes.hpp"

namespace engine {
namespace {

using toy::Processes;
using toy::ProcessRules;

// Random bytes, uniform whatever the size that RapidCheck starts with; zeros when they run out.
class RuleDice {
 public:
  explicit RuleDice(std::vector<std::uint8_t> rolls) : rolls_(std::move(rolls)) {}
  int roll(int sides) { return at_ < rolls_.size() ? rolls_[at_++] % sides : 0; }

 private:
  std::vector<std::uint8_t> rolls_;
  std::size_t at_ = 0;
};

RuleDice any_rule_dice() {
  return RuleDice(*rc::gen::container<std::vector<std::uint8_t>>(
                       200, rc::gen::resize(100, rc::gen::arbitrary<std::uint8_t>()))
                       .as("dice"));
}

// Half of the rules stay where they are: that is where messages are spent. With one way at most, a
// step is told by its process: what PathChecker asks for.
ProcessRules any_rules(RuleDice& dice, int states, int words, bool violating) {
  ProcessRules rules{.words = words};
  if (violating) rules.bad = states - 1;
  for (int from = 0; from < states; ++from) {
    auto& alone = rules.alone.emplace_back();
    for (int left = dice.roll(violating ? 2 : 3); left > 0; --left) {
      alone.push_back({dice.roll(states), dice.roll(words)});
    }
    auto& told = rules.told.emplace_back();
    for (int said = 0; said < words; ++said) {
      for (ProcessRules::Told& each : told.emplace_back()) {
        const bool stays = dice.roll(2) == 0;
        each.next = stays ? from : dice.roll(states);
        each.who = static_cast<ProcessRules::Friend>(stays ? 0 : dice.roll(3));
        each.answer = static_cast<ProcessRules::Answer>(dice.roll(2) * dice.roll(4));
        each.word = dice.roll(words);
      }
    }
  }
  return rules;
}

using States = std::set<Processes::State>;

struct Found {
  SearchResult result;
  States states;  // the halves, by what they hold
  std::string fault;
};

Found cover(Processes& model, CoverOrder order, std::size_t threads = 1) {
  toy::NoObserver observer;
  CoveringSearch search(model, {.order = order,
                                .symmetry = model.permutations(),
                                .limits = {},
                                .threads = threads,
                                .neighbour_bits = 0});  // so that small systems are dealt out, too
  Found found{search.run(observer), {}, {}};
  for (const HalfId half : search.reached_halves()) found.states.insert(model.state(half));
  if (found.result.stopped_by == StopReason::Violation) {
    found.fault = PathChecker(model, nullptr, model.permutations()).fault_of(found.result);
  }
  return found;
}

constexpr std::array<CoverOrder, 2> kBothOrders{CoverOrder::Fastest, CoverOrder::Shortest};

// Three processes alike: who is told word 0 makes the teller its friend, and then heeds its word 1.
std::span<const NamedPart> parts_of(Relevance& relevance, HalfId half) {
  relevance.learn_half(half);
  return relevance.parts_of(half);
}

struct Befriending {
  static ProcessRules rules() {
    using Told = ProcessRules::Told;
    using Friend = ProcessRules::Friend;
    ProcessRules rules{.words = 2};
    rules.alone = {{{0, 0}}, {}};
    const std::array<Told, 2> befriends{Told{.next = 0, .who = Friend::Teller}, Told{.next = 0}};
    const std::array<Told, 2> heeds_friend{Told{.next = 0}, Told{.next = 1}};
    const std::array<Told, 2> at_end{Told{.next = 1}, Told{.next = 1}};
    rules.told = {{befriends, heeds_friend}, {at_end, at_end}};
    return rules;
  }
  static constexpr MessageId word(MessageId word, MessageId from, MessageId to) {
    return (word * 3 + from) * 3 + to;
  }

  Processes model{3, rules(), true};
  HalfGraph graph{model};
  MessageNames names{graph, model.permutations()};
  Relevance relevance{graph, names};
  HalfId half = graph.initial().half;
  std::span<const NamedPart> parts = parts_of(relevance, half);

  MessageId image(MessageId message) {
    Relevance::Considered considered;
    return relevance.image(parts, message, considered);
  }
};

TEST(Relevance, TakesForSpent_WhatNoStepKnownSoFarGivesAUse) {
  Befriending toy;
  EXPECT_NE(toy.image(toy.word(0, 1, 0)), kNone);
  EXPECT_EQ(toy.image(toy.word(1, 1, 0)), kNone);
  EXPECT_EQ(toy.relevance.changed_at(toy.parts), 0U);
}

// `questions`: it is cut short when it asks for the so manieth time.
bool settle(Relevance& relevance, Relevance::Lessons& lessons, std::size_t questions = 0) {
  Relevance::Lessons* const all[] = {&lessons};
  std::size_t asked = 0;
  return relevance.settle(all, [&] { return ++asked == questions; });
}

TEST(Relevance, ConcludesNothing_WhereItIsCutShort) {
  Befriending toy;
  const Step step = toy.model.deliver(toy.half, toy.word(0, 1, 0), 0);
  const Canonical next = toy.model.canonical(step.next);
  toy.relevance.learn_half(next.half);
  Relevance::Lessons lessons;
  toy.relevance.learn_step(toy.half, next.half, next.renaming, lessons);
  EXPECT_FALSE(settle(toy.relevance, lessons, 1));
  EXPECT_EQ(toy.relevance.changed_at(toy.parts), 0U);
  EXPECT_EQ(toy.image(toy.word(1, 1, 0)), kNone);
  EXPECT_TRUE(settle(toy.relevance, lessons));
  EXPECT_GT(toy.relevance.changed_at(toy.parts), 0U);
  EXPECT_NE(toy.image(toy.word(1, 1, 0)), kNone);
}

// Whatever was concluded on the way, or begun, and whenever a message became known.
RC_GTEST_PROP(Relevance, ConcludesTheSame_HoweverOften, ()) {
  RuleDice dice = any_rule_dice();
  constexpr int kWords = 3;
  const auto n = static_cast<std::uint32_t>(2 + dice.roll(2));
  Processes model(n, any_rules(dice, 2 + dice.roll(3), kWords, false), dice.roll(2) == 1);
  model.know_words(1);
  HalfGraph graph(model);
  MessageNames names(graph, model.permutations());
  Relevance often(graph, names);
  Relevance once(graph, names);
  Relevance::Lessons lessons;
  Relevance::Lessons all_lessons;
  std::vector<HalfId> halves{graph.initial().half};
  const auto learn = [&](HalfId from, EdgeId id) {
    const Edge& edge = graph.edge(id);
    for (Relevance* each : {&often, &once}) each->learn_half(edge.next);
    often.learn_step(from, edge.next, edge.renaming, lessons);
    once.learn_step(from, edge.next, edge.renaming, all_lessons);
    if (std::ranges::find(halves, edge.next) == halves.end()) halves.push_back(edge.next);
  };
  for (Relevance* each : {&often, &once}) each->learn_half(halves[0]);
  bool knows_all = false;
  for (int words = 1; words <= kWords; ++words) {
    model.know_words(words);
    for (std::size_t i = 0; i < halves.size() && i < 40; ++i) {
      const HalfId half = halves[i];
      const auto internal = graph.internal(half);
      for (EdgeId id = internal.first; id != internal.last; ++id) learn(half, id);
      for (MessageId message = 0; message < model.message_count(); ++message) {
        learn(half, graph.delivery(half, message));
      }
      knows_all = knows_all || (words == kWords && often.has_news());
      settle(often, lessons, 1 + i * 7 % 48);
      settle(often, lessons);
    }
  }
  settle(once, all_lessons);
  RC_CLASSIFY(halves.size() > 10, "more than 10 halves");
  RC_CLASSIFY(knows_all, "news after the last word");
  if (!knows_all) return;  // new messages alone are no reason to conclude anything
  Relevance::Considered considered;
  for (const HalfId half : halves) {
    for (MessageId message = 0; message < model.message_count(); ++message) {
      RC_ASSERT(often.image(often.parts_of(half), message, considered) ==
                once.image(once.parts_of(half), message, considered));
    }
  }
}

// One part hears two words of three tellers, and may take the second and the third for one another.
class Swapping final : public toy::ToyModel {
 public:
  static constexpr std::uint32_t kMessages = 6;
  HalfId initial() override { return 0; }
  void internal_steps(HalfId, std::vector<Step>&) override {}
  Step deliver(HalfId, MessageId, unsigned) override { return {}; }
  [[nodiscard]] std::size_t message_count() const override { return kMessages; }
  [[nodiscard]] Link link(MessageId message) const override { return {message % 3, 0}; }
  MessageId renamed(MessageId message, Renaming p) override {
    return message / 3 * 3 + permutations_.images(p)[message % 3];
  }
  [[nodiscard]] std::size_t renaming_count() const override { return permutations_.size(); }
  [[nodiscard]] std::size_t part_count() const override { return 3; }
  void parts(HalfId half, std::span<NamedPart> parts) override {
    for (PartId id = 0; id < 3; ++id) parts[id] = {id, 0};
    while (half == 1 && permutations_.images(parts[0].renaming)[1] != 2) ++parts[0].renaming;
  }
  [[nodiscard]] std::size_t slot(PartId part) const override { return part; }
  Reaction reaction(PartId, MessageId message) override {
    return {.outcome = message == 1 || message == 5 ? 1U : 0U};
  }
  [[nodiscard]] const Permutations& permutations() const { return permutations_; }

 private:
  Permutations permutations_{3};
};

// 0, 2, 3 and 4 are received alike at first. With the names swapped, 2 and 4 are what 1 and 5 are.
TEST(Relevance, TellsNoMoreMessagesApartThanItMust_WhereAPartMayBecomeItselfUnderOtherNames) {
  Swapping model;
  ASSERT_EQ(model.permutations().images(1)[0], 0);  // the first that swaps the other two
  HalfGraph graph(model);
  MessageNames names(graph, &model.permutations());
  Relevance relevance(graph, names);
  for (const HalfId half : {0U, 1U}) relevance.learn_half(half);
  Relevance::Lessons lessons;
  relevance.learn_step(0, 1, 0, lessons);
  EXPECT_TRUE(settle(relevance, lessons));
  Relevance::Considered considered;
  std::vector<MessageId> images;
  for (MessageId message = 0; message < Swapping::kMessages; ++message) {
    images.push_back(relevance.image(relevance.parts_of(0), message, considered));
  }
  EXPECT_EQ(images, (std::vector<MessageId>{0, 1, 2, 0, 2, 1}));
}

TEST(Relevance, HoldsUnderAllNames_WhatWasLearnedUnderSome) {
  Befriending toy;
  const Step step = toy.model.deliver(toy.half, toy.word(0, 1, 0), 0);
  const Canonical next = toy.model.canonical(step.next);
  toy.relevance.learn_half(next.half);
  Relevance::Lessons lessons;
  toy.relevance.learn_step(toy.half, next.half, next.renaming, lessons);
  settle(toy.relevance, lessons);
  EXPECT_GT(toy.relevance.changed_at(toy.parts), 0U);
  for (MessageId from = 0; from < 3; ++from) {
    for (MessageId to = 0; to < 3; ++to) {
      if (from == to) continue;
      EXPECT_NE(toy.image(toy.word(1, from, to)), kNone);
    }
  }
}

TEST(Relevance, TellsMessagesApart_OnlyWhereTheyLeadApart) {
  ProcessRules rules = Befriending::rules();
  rules.told[0][1] = rules.told[0][0];  // word 1 befriends as word 0 does
  Processes model(3, rules, false);
  HalfGraph graph(model);
  MessageNames names(graph, nullptr);
  Relevance relevance(graph, names);
  const auto parts = parts_of(relevance, model.initial());
  const auto image = [&](MessageId word, MessageId from) {
    Relevance::Considered considered;
    return relevance.image(parts, Befriending::word(word, from, 0), considered);
  };
  EXPECT_EQ(image(0, 1), image(1, 1));
  EXPECT_NE(image(0, 1), image(0, 2));
}

// The naive checker visits every set of messages: two processes are enough for it.
RC_GTEST_PROP(CoveringSearch, ReachesTheHalvesOfThePlainFixpoint_WhereMessagesAreSpent, ()) {
  RuleDice dice = any_rule_dice();
  const ProcessRules rules = any_rules(dice, 2 + dice.roll(4), 2, false);
  for (const CoverOrder order : kBothOrders) {
    Processes model(2, rules, false);
    const NaiveResult naive = naive_cover(model);
    States expected;
    for (const HalfId half : naive.halves) expected.insert(model.state(half));
    RC_CLASSIFY(naive.halves.size() > 8, "more than 8 halves");
    const Found found = cover(model, order);
    RC_ASSERT(found.result.stopped_by == StopReason::Exhausted);
    RC_ASSERT(found.states == expected);
    RC_ASSERT(found.result.progress.distinct <= naive.maximal || order == CoverOrder::Shortest);
  }
}

// The search that knows nothing of parts is held against the naive checker elsewhere.
RC_GTEST_PROP(CoveringSearch, ReachesTheSameHalves_WithAndWithoutPartsAndSymmetry, ()) {
  RuleDice dice = any_rule_dice();
  const auto n = static_cast<std::uint32_t>(2 + dice.roll(3));
  const ProcessRules rules = any_rules(dice, n == 4 ? 2 : 2 + dice.roll(3), n == 2 ? 2 : 1, false);
  Processes plain(n, rules, false, Processes::Parts::Hidden);
  const Found expected = cover(plain, CoverOrder::Fastest);
  RC_CLASSIFY(expected.result.halves > 50, "more than 50 halves");
  for (const CoverOrder order : kBothOrders) {
    Processes full(n, rules, false);
    RC_ASSERT(cover(full, order).states == expected.states);
    Processes folded(n, rules, true);
    RC_ASSERT(cover(folded, order).result.halves == expected.result.halves);
  }
}

RC_GTEST_PROP(CoveringSearch, ReachesTheSameHalves_WhateverTheThreads, ()) {
  RuleDice dice = any_rule_dice();
  const auto n = static_cast<std::uint32_t>(2 + dice.roll(3));
  const ProcessRules rules = any_rules(dice, n == 4 ? 2 : 2 + dice.roll(3), n == 2 ? 2 : 1, false);
  Processes alone(n, rules, false);
  const Found expected = cover(alone, CoverOrder::Fastest);
  RC_CLASSIFY(expected.result.halves > 50, "more than 50 halves");
  for (const std::size_t threads : {2U, 3U, 16U}) {  // many: nearly all goes from one to another
    Processes full(n, rules, false);
    const Found found = cover(full, CoverOrder::Fastest, threads);
    RC_ASSERT(found.result.stopped_by == StopReason::Exhausted);
    RC_ASSERT(found.states == expected.states);
    RC_ASSERT(found.result.cut_off == expected.result.cut_off);
    RC_ASSERT(found.result.witnesses == expected.result.witnesses);
    Processes folded(n, rules, true);
    RC_ASSERT(cover(folded, CoverOrder::Fastest, threads).result.halves == expected.result.halves);
  }
}

RC_GTEST_PROP(CoveringSearch, FindsAViolationWhereThereIsOne_WhateverTheThreads, ()) {
  RuleDice dice = any_rule_dice();
  const auto n = static_cast<std::uint32_t>(2 + dice.roll(2));
  const ProcessRules rules = any_rules(dice, 2 + dice.roll(n == 2 ? 5 : 2), 2, true);
  Processes alone(n, rules, true);
  const SearchResult expected = cover(alone, CoverOrder::Shortest).result;
  for (const std::size_t threads : {2U, 3U}) {
    Processes model(n, rules, true);
    const Found found = cover(model, CoverOrder::Fastest, threads);
    RC_ASSERT(found.result.stopped_by == expected.stopped_by);
    RC_ASSERT(found.fault == "");
    // In breadth there is one thread, whatever is asked for: the very same run.
    Processes again(n, rules, true);
    const SearchResult shortest = cover(again, CoverOrder::Shortest, threads).result;
    RC_ASSERT(shortest.path.size() == expected.path.size());
    for (std::size_t i = 0; i < shortest.path.size(); ++i) {
      RC_ASSERT(again.key_of(shortest.path[i]) == alone.key_of(expected.path[i]));
    }
  }
}

RC_GTEST_PROP(CoveringSearch, FindsAShortestViolation_WhereMessagesAreSpent, ()) {
  RuleDice dice = any_rule_dice();
  const auto n = static_cast<std::uint32_t>(2 + dice.roll(2));
  const ProcessRules rules = any_rules(dice, 2 + dice.roll(n == 2 ? 5 : 2), 2, true);
  Processes plain(n, rules, false, Processes::Parts::Hidden);
  const SearchResult expected = cover(plain, CoverOrder::Shortest).result;
  RC_CLASSIFY(expected.path.size() > 4, "more than four steps");
  for (const CoverOrder order : kBothOrders) {
    for (const bool symmetry : {false, true}) {
      Processes model(n, rules, symmetry);
      const Found found = cover(model, order);
      RC_ASSERT(found.result.stopped_by == expected.stopped_by);
      if (expected.stopped_by != StopReason::Violation) continue;
      RC_ASSERT(found.fault == "");
      RC_ASSERT(found.result.path.size() >= expected.path.size());
      if (order == CoverOrder::Shortest) {
        RC_ASSERT(found.result.path.size() == expected.path.size());
      }
    }
  }
}

}  // namespace
}  // namespace engine
