// Both searches against the naive checker, on the toys and on random systems with messages.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checker/engine/covering_search.hpp"
#include "checker/engine/fingerprint_search.hpp"
#include "checker/engine/path_checker.hpp"
#include "checker/engine/random_systems.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::any_dice;
using toy::any_options;
using toy::any_table;
using toy::Constraint;
using toy::Dice;
using toy::Table;
using toy::TableModel;

void expect_same_counts(const SearchResult& result, const NaiveResult& naive) {
  RC_ASSERT(result.progress.distinct == naive.distinct);
  RC_ASSERT(result.progress.generated == naive.generated);
  RC_ASSERT(result.progress.depth == naive.depth);
  RC_ASSERT(result.orbits == naive.distinct);
  RC_ASSERT(result.halves == naive.halves.size());
  RC_ASSERT(result.action_counts == naive.action_counts);
  RC_ASSERT(result.cut_off == naive.cut_off);
  RC_ASSERT(result.violation == naive.violation);
}

std::set<HalfId> as_set(const std::vector<HalfId>& halves) {
  return {halves.begin(), halves.end()};
}

RC_GTEST_PROP(CountingSearch, CountsAsTheNaiveCheckerDoes_OnRandomSystems, ()) {
  Dice dice = any_dice();
  const CountingOptions options = any_options(dice);
  TableModel model(any_table(dice, false, Constraint::Some));
  model.set_alternatives(1 + dice.roll(2));
  const NaiveResult naive = naive_count(model, options);
  toy::NoObserver observer;
  const auto search = make_counting_search(model, options);
  const SearchResult result = search->run(observer);
  RC_CLASSIFY(naive.distinct > 100, "more than 100 states");
  RC_ASSERT(result.stopped_by == StopReason::Exhausted);
  expect_same_counts(result, naive);
  RC_ASSERT(result.progress.queue == 0U);
  RC_ASSERT(as_set(search->visited_halves()) == naive.halves);
  RC_ASSERT(result.action_counts[0] + result.action_counts[1] + 1 == naive.generated);
}

RC_GTEST_PROP(CountingSearch, FindsAShortestViolation_OnRandomSystems, ()) {
  Dice dice = any_dice();
  const CountingOptions options = any_options(dice);
  TableModel model(any_table(dice, true, Constraint::Some));
  model.set_alternatives(1 + dice.roll(2));
  const NaiveResult naive = naive_count(model, options);
  toy::NoObserver observer;
  const SearchResult result = make_counting_search(model, options)->run(observer);
  RC_CLASSIFY(naive.violation_depth.value_or(0) > 2, "more than two steps");
  expect_same_counts(result, naive);
  RC_ASSERT((result.stopped_by == StopReason::Violation) == naive.violation_depth.has_value());
  if (!naive.violation_depth) return;
  RC_ASSERT(result.path.size() == *naive.violation_depth);
  RC_ASSERT(PathChecker(model, &options).fault_of(result) == "");
}

RC_GTEST_PROP(CountingSearch, MissesNothingWithinTheDepth_OnRandomSystems, ()) {
  Dice dice = any_dice();
  CountingOptions options = any_options(dice);
  options.limits.depth = dice.roll(8);
  const bool violating = dice.roll(2) == 0;
  TableModel model(any_table(dice, violating, Constraint::Some));
  model.set_alternatives(1 + dice.roll(2));
  const NaiveResult naive = naive_count(model, options);
  toy::NoObserver observer;
  const SearchResult result = make_counting_search(model, options)->run(observer);
  if (naive.violation_depth) {
    RC_ASSERT(result.path.size() == *naive.violation_depth);
    return;
  }
  expect_same_counts(result, naive);
  RC_ASSERT((result.stopped_by == StopReason::Depth) == (result.progress.queue > 0));
}

RC_GTEST_PROP(CoveringSearch, ReachesTheHalvesOfThePlainFixpoint_OnRandomSystems, ()) {
  Dice dice = any_dice();
  TableModel model(any_table(dice, false));
  const NaiveResult naive = naive_cover(model);
  for (const CoverOrder order : {CoverOrder::Fastest, CoverOrder::Shortest}) {
    toy::NoObserver observer;
    CoveringSearch search(model, {.order = order, .symmetry = nullptr, .limits = {}});
    const SearchResult result = search.run(observer);
    RC_ASSERT(result.stopped_by == StopReason::Exhausted);
    RC_ASSERT(as_set(search.reached_halves()) == naive.halves);
    RC_ASSERT(result.halves == naive.halves.size());
    RC_ASSERT(result.progress.distinct <= naive.distinct);
    if (order == CoverOrder::Fastest) RC_ASSERT(result.progress.distinct == naive.maximal);
    RC_ASSERT(result.progress.queue == 0U);
  }
}

RC_GTEST_PROP(CoveringSearch, FindsAViolationAndTheOrderShortestAShortest_OnRandomSystems, ()) {
  Dice dice = any_dice();
  TableModel model(any_table(dice, true));
  const NaiveResult naive = naive_cover(model);
  RC_CLASSIFY(naive.violation_depth.value_or(0) > 2, "more than two steps");
  for (const CoverOrder order : {CoverOrder::Fastest, CoverOrder::Shortest}) {
    toy::NoObserver observer;
    const SearchResult result =
        CoveringSearch(model, {.order = order, .symmetry = nullptr, .limits = {}}).run(observer);
    RC_ASSERT((result.stopped_by == StopReason::Violation) == naive.violation_depth.has_value());
    if (!naive.violation_depth) continue;
    RC_ASSERT(PathChecker(model, nullptr).fault_of(result) == "");
    RC_ASSERT(result.path.size() >= *naive.violation_depth);
    if (order == CoverOrder::Shortest) RC_ASSERT(result.path.size() == *naive.violation_depth);
  }
}

RC_GTEST_PROP(CoveringSearch, MissesNothingWithinTheDepth_OnRandomSystems, ()) {
  Dice dice = any_dice();
  const std::uint64_t depth = dice.roll(8);
  TableModel model(any_table(dice, true));
  const NaiveResult naive = naive_cover(model);
  toy::NoObserver observer;
  const SearchResult result = CoveringSearch(model, {.order = CoverOrder::Shortest,
                                                     .symmetry = nullptr,
                                                     .limits = {.depth = depth, .states = {}}})
                                  .run(observer);
  const bool is_within = naive.violation_depth && *naive.violation_depth <= depth;
  RC_ASSERT((result.stopped_by == StopReason::Violation) == is_within);
  if (is_within) RC_ASSERT(result.path.size() == *naive.violation_depth);
}

// Losing and doubling at will, and as many in flight as matter: what any network can do.
RC_GTEST_PROP(BothSearches, ReachTheSameHalves_OnceTheBoundedNetworkIsLargeEnough, ()) {
  Dice dice = any_dice();
  Table table = any_table(dice, false);
  table.copies = 0;  // the budget of copies is part of a half
  TableModel model(table);
  toy::NoObserver observer;
  CoveringSearch covering(model, {});
  covering.run(observer);
  std::set<HalfId> reached;
  for (const std::size_t inflight : {1U, 2U, 3U, 4U}) {
    CountingOptions options;
    options.inflight = inflight;
    CountingSearch counting(model, options);
    counting.run(observer);
    const std::set<HalfId> visited = as_set(counting.visited_halves());
    RC_ASSERT(std::ranges::includes(visited, reached));
    reached = visited;
  }
  RC_ASSERT(std::ranges::includes(as_set(covering.reached_halves()), reached));
}

// Some receivers, whichever they are, have received just these rounds.
RC_GTEST_PROP(BothSearches, UndoTheirRenamings_InTheRunToAnyViolation, ()) {
  const auto n = *rc::gen::inRange<std::size_t>(2, 4);
  const auto rounds = n == 2 ? *rc::gen::inRange(1, 4) : 2;
  auto target = *rc::gen::container<std::vector<int>>(n, rc::gen::inRange(1, 1 << rounds));
  std::ranges::sort(target);
  const auto is_bad = [&](const std::vector<int>& state) {
    std::vector<int> received(state.begin() + 1, state.end());
    std::ranges::sort(received);
    return received == target;
  };
  Dice dice = any_dice();
  CountingOptions options = any_options(dice);
  toy::NoObserver observer;
  toy::Broadcast full(n, rounds, is_bad);
  toy::Broadcast folded(n, rounds, is_bad, true);
  const SearchResult of_full = make_counting_search(full, options)->run(observer);
  options.symmetry = folded.permutations();
  const SearchResult of_folded = make_counting_search(folded, options)->run(observer);
  RC_CLASSIFY(of_full.path.size() > 3, "more than three steps");
  RC_ASSERT(of_folded.path.size() == of_full.path.size());
  if (!of_full.path.empty()) {
    RC_ASSERT(PathChecker(folded, &options).fault_of(of_folded) == "");
  }
  for (const CoverOrder order : {CoverOrder::Fastest, CoverOrder::Shortest}) {
    toy::Broadcast model(n, rounds, is_bad, true);
    const SearchResult result =
        CoveringSearch(model, {.order = order, .symmetry = model.permutations(), .limits = {}})
            .run(observer);
    if (result.path.empty()) {
      RC_ASSERT(of_full.path.empty());
      continue;
    }
    RC_ASSERT(PathChecker(model, nullptr).fault_of(result) == "");
  }
}

TEST(NaiveChecker, KnowsTheToys) {
  toy::Puzzle jugs({0, 0}, toy::jug_moves, toy::never);
  const NaiveResult of_jugs = naive_count(jugs, {});
  EXPECT_EQ(of_jugs.distinct, 16U);
  EXPECT_EQ(of_jugs.generated, 59U);
  EXPECT_EQ(of_jugs.depth, 8U);
  toy::Puzzle solved({0, 0}, toy::jug_moves, toy::has_four_gallons);
  EXPECT_EQ(naive_count(solved, {}).violation_depth, 6U);
  toy::Broadcast broadcast(3, 1, toy::never);
  EXPECT_EQ(naive_count(broadcast, {}).distinct, 28U);
  EXPECT_EQ(naive_cover(broadcast).halves.size(), 9U);
}

}  // namespace
}  // namespace engine
