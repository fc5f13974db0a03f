// The counting search on systems whose counts are known.
#include "checker/engine/counting_search.hpp"

#include <gtest/gtest.h>

#include "checker/engine/path_checker.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Baton;
using toy::Broadcast;
using toy::Puzzle;
using toy::TableModel;

SearchResult count(Model& model, const CountingOptions& options) {
  toy::NoObserver observer;
  return CountingSearch(model, options).run(observer);
}

CountingOptions with(Order order, Loss loss, std::size_t inflight) {
  CountingOptions options;
  options.order = order;
  options.loss = order == Order::Once ? Loss::None : loss;
  options.inflight = order == Order::Once ? kUnlimited : inflight;
  options.inflight_bound = toy::kInflightBound;
  options.loss_bound = toy::kLossBound;
  return options;
}

std::uint64_t power(std::uint64_t base, unsigned exponent) {
  return exponent == 0 ? 1 : base * power(base, exponent - 1);
}

std::uint64_t choose(unsigned n, unsigned k) {
  return k == 0 ? 1 : choose(n, k - 1) * (n - k + 1) / k;
}

// Reachable: one jug is empty or full. {0, 0..5}, {3, 0..5}, {1..2, 0} and {1..2, 5}.
// Moves that change something: 10 + 12 fill, 10 + 12 empty, 7 + 7 pour.
TEST(CountingSearch, FindsSixteenStatesAndFiftyEightMoves_OfTheTwoJugs) {
  Puzzle jugs({0, 0}, toy::jug_moves, toy::never);
  const SearchResult result = count(jugs, {});
  EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
  EXPECT_EQ(result.progress.distinct, 16U);
  EXPECT_EQ(result.progress.generated, 1U + 58U);
  EXPECT_EQ(result.progress.depth, 8U);
  EXPECT_EQ(result.progress.queue, 0U);
  EXPECT_EQ(result.halves, 16U);
  EXPECT_EQ(result.orbits, 16U);
  EXPECT_EQ(result.action_counts, (std::vector<std::uint64_t>{58, 0}));
  EXPECT_EQ(result.cut_off, (std::vector<std::uint64_t>{0, 0, 0}));
  EXPECT_EQ(result.violation, 0U);
  EXPECT_TRUE(result.path.empty());
}

TEST(CountingSearch, GetsFourGallonsInSixMoves_WithTheTwoJugs) {
  Puzzle jugs({0, 0}, toy::jug_moves, toy::has_four_gallons);
  const CountingOptions options;
  const SearchResult result = count(jugs, options);
  EXPECT_EQ(result.stopped_by, StopReason::Violation);
  EXPECT_EQ(result.violation, toy::kGoal);
  EXPECT_EQ(result.path.size(), 6U);
  EXPECT_TRUE(result.shortest);
  EXPECT_EQ(PathChecker(jugs, &options).fault_of(result), "");
}

// The ten safe states lie on a path that splits into two ways in its middle: 10 crossings, each
// either way.
TEST(CountingSearch, FindsTenStates_OfTheWolfTheGoatAndTheCabbage) {
  Puzzle ferry({0, 0, 0, 0}, toy::ferry_moves, toy::never);
  const SearchResult result = count(ferry, {});
  EXPECT_EQ(result.progress.distinct, 10U);
  EXPECT_EQ(result.progress.generated, 1U + 20U);
  EXPECT_EQ(result.progress.depth, 8U);
}

TEST(CountingSearch, FerriesAllOverInSevenCrossings) {
  Puzzle ferry({0, 0, 0, 0}, toy::ferry_moves, toy::all_are_over);
  const CountingOptions options;
  const SearchResult result = count(ferry, options);
  EXPECT_EQ(result.path.size(), 7U);
  EXPECT_EQ(PathChecker(ferry, &options).fault_of(result), "");
}

TEST(CountingSearch, ReportsAnEmptyPath_WhenTheInitialStateIsViolating) {
  Puzzle done(
      Puzzle::State{1},
      [](const Puzzle::State& state) { return std::vector<Puzzle::State>{state}; },
      [](const Puzzle::State&) { return true; });
  const SearchResult result = count(done, {});
  EXPECT_EQ(result.stopped_by, StopReason::Violation);
  EXPECT_EQ(result.violation, toy::kGoal);
  EXPECT_TRUE(result.path.empty());
  EXPECT_EQ(result.progress.distinct, 1U);
}

// n places to hold the token and n to be under way to; lost, it is nowhere (one state more).
TEST(CountingSearch, PassesTheToken_AllAroundTheRing) {
  for (std::uint32_t n = 2; n <= 6; ++n) {
    TableModel kept(toy::token_ring(n));
    const SearchResult without_loss = count(kept, with(Order::Unordered, Loss::None, 1));
    EXPECT_EQ(without_loss.progress.distinct, 2 * n);
    EXPECT_EQ(without_loss.progress.generated, 1 + 2 * n);
    EXPECT_EQ(without_loss.progress.depth, 2 * n);
    TableModel lossy(toy::token_ring(n));
    const SearchResult with_loss = count(lossy, with(Order::PerLink, Loss::Free, 1));
    EXPECT_EQ(with_loss.progress.distinct, 2 * n + 1);
    EXPECT_EQ(with_loss.progress.generated, 1 + 3 * n);
    EXPECT_EQ(with_loss.halves, n + 1);
  }
}

// After the one step that sends, each receiver's message is on its way, received or lost; at most k
// are not lost. With j not lost, C(n, j) 2^j states, and j 2^(j-1) C(n, j) messages on their way.
TEST(CountingSearch, CountsWhatABroadcastLeaves_WithinEveryBoundInFlight) {
  for (unsigned n = 1; n <= 6; ++n) {
    for (unsigned k = 0; k <= n; ++k) {
      std::uint64_t distinct = 1;
      std::uint64_t generated = 1;
      for (unsigned j = 0; j <= k; ++j) {
        distinct += choose(n, j) * power(2, j);
        generated += choose(n, j) + (j == 0 ? 0 : choose(n, j) * j * power(2, j - 1));
      }
      Broadcast model(n, 1, toy::never);
      const SearchResult result = count(model, with(Order::Unordered, Loss::Free, k));
      EXPECT_EQ(result.progress.distinct, distinct) << n << " receivers, " << k << " in flight";
      EXPECT_EQ(result.progress.generated, generated) << n << " receivers, " << k << " in flight";
      EXPECT_EQ(result.progress.depth, k + 2);
      EXPECT_EQ(result.cut_off[toy::kInflightBound], k < n ? 1U : 0U);
      EXPECT_EQ(result.action_counts[0] + result.action_counts[1], generated - 1);
    }
  }
}

TEST(CountingSearch, SendsNothing_WhenNothingMayBeLostAndTheNetworkIsTooSmall) {
  Broadcast model(3, 1, toy::never);
  const SearchResult result = count(model, with(Order::Unordered, Loss::None, 2));
  EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
  EXPECT_EQ(result.progress.distinct, 1U);
  EXPECT_EQ(result.progress.generated, 1U);
  EXPECT_EQ(result.cut_off[toy::kInflightBound], 1U);
}

// Without loss: each message is on its way and not received, both (a copy stayed), or received.
TEST(CountingSearch, LetsCopiesStay_WhereDuplicatesAreAllowed) {
  for (unsigned n = 1; n <= 5; ++n) {
    Broadcast model(n, 1, toy::never);
    model.set_alternatives(2);
    const SearchResult result = count(model, with(Order::PerLink, Loss::None, n));
    EXPECT_EQ(result.progress.distinct, 1 + power(3, n));
    EXPECT_EQ(result.progress.generated, 2 + 4 * std::uint64_t{n} * power(3, n - 1));
  }
}

TEST(CountingSearch, NeedsOneStepMoreThanReceivers_UntilAllHaveReceived) {
  for (const Loss loss : {Loss::Free, Loss::None}) {
    Broadcast model(4, 1, toy::all_received);
    const CountingOptions options = with(Order::Unordered, loss, 4);
    const SearchResult result = count(model, options);
    EXPECT_EQ(result.stopped_by, StopReason::Violation);
    EXPECT_EQ(result.path.size(), 5U);
    EXPECT_EQ(PathChecker(model, &options).fault_of(result), "");
  }
  Broadcast model(4, 1, toy::all_received);
  EXPECT_EQ(count(model, with(Order::Unordered, Loss::Free, 3)).stopped_by, StopReason::Exhausted);
}

// States (s sent, r received) with 0 <= s - r <= k; a step from each but at the borders.
TEST(CountingSearch, ReceivesLettersInTheOrderOfSending_OnAnOrderedLink) {
  for (std::uint32_t n = 1; n <= 6; ++n) {
    for (std::uint32_t k = 1; k <= n; ++k) {
      std::uint64_t distinct = n + 1;
      std::uint64_t sendings = 0;
      for (std::uint32_t d = 1; d <= k; ++d) {
        distinct += n + 1 - d;
        sendings += n + 1 - d;
      }
      TableModel model(toy::numbered_letters(n));
      const SearchResult result = count(model, with(Order::PerLink, Loss::None, k));
      EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
      EXPECT_EQ(result.progress.distinct, distinct);
      EXPECT_EQ(result.progress.generated, 1 + 2 * sendings);
      EXPECT_EQ(result.progress.depth, 2 * n + 1);
      EXPECT_EQ(result.cut_off[toy::kInflightBound], n - k);  // full, and more to send
    }
  }
}

TEST(CountingSearch, ReceivesTheSecondLetterFirst_WhereTheNetworkReordersOrLoses) {
  for (const auto& options :
       {with(Order::Unordered, Loss::None, 2), with(Order::PerLink, Loss::Free, 1)}) {
    TableModel model(toy::numbered_letters(3));
    const SearchResult result = count(model, options);
    EXPECT_EQ(result.violation, toy::kGoal);
    EXPECT_EQ(result.path.size(), 3U);  // send, send, receive: a loss costs no step
    EXPECT_EQ(result.path[0].lost.size(), options.loss == Loss::Free ? 1U : 0U);
    EXPECT_EQ(PathChecker(model, &options).fault_of(result), "");
  }
}

TEST(CountingSearch, LosesNoMoreThanTheBudget) {
  for (unsigned budget = 0; budget <= 3; ++budget) {
    toy::Table table = toy::token_ring(4);
    table.losses = budget;
    TableModel model(table);
    const CountingOptions options = with(Order::Unordered, Loss::Budgeted, 1);
    const SearchResult result = count(model, options);
    // The first loss ends it all: a budget above 1 is never spent.
    EXPECT_EQ(result.progress.distinct, budget == 0 ? 8U : 9U);
    EXPECT_EQ(result.cut_off[toy::kLossBound], budget == 0 ? 4U : 0U);
  }
}

TEST(CountingSearch, FollowsTheReceivedTokenWithCopies_AsFarAsTheirBudgetGoes) {
  toy::Table table = toy::token_ring(3);
  table.copies = 2;
  TableModel model(table);
  model.set_alternatives(2);
  const CountingOptions options = with(Order::Unordered, Loss::None, 4);
  const SearchResult result = count(model, options);
  const NaiveResult naive = naive_count(model, options);
  EXPECT_EQ(result.progress.distinct, naive.distinct);
  EXPECT_EQ(result.progress.generated, naive.generated);
  EXPECT_GT(result.cut_off[toy::kDuplicateBound], 0U);
}

// A message that is sent again and again, and can be received at any time: not sent, on its way, or
// spent. It can be sent in each of the three.
TEST(CountingSearch, DeliversAMessageOnceEver_WithTheOrderOnce) {
  toy::Table table;
  table.links = {{0, 1}};
  table.internal = {{{.next = 0, .sends = {0}}}};
  table.reactions = {{toy::Table::Entry{.next = 0}}};
  TableModel model(table);
  const SearchResult result = count(model, with(Order::Once, Loss::None, 2));
  EXPECT_EQ(result.progress.distinct, 3U);
  EXPECT_EQ(result.progress.generated, 1U + 3U + 1U);
  EXPECT_EQ(result.progress.depth, 3U);
  EXPECT_EQ(result.cut_off[toy::kInflightBound], 0U);
  TableModel same(table);
  EXPECT_EQ(count(same, with(Order::Unordered, Loss::None, 5)).progress.distinct, 6U);
}

TEST(CountingSearch, LeavesAMessageWhereItIs_IfItsReceiptDoesNotConsumeIt) {
  for (const Order order : {Order::Unordered, Order::PerLink, Order::Once}) {
    for (const bool consumes : {false, true}) {
      toy::Table table;
      table.links = {{0, 1}};
      table.internal = {{{.next = 1, .sends = {0}}}, {}, {}, {}};
      table.reactions.resize(4, {std::nullopt});
      table.reactions[1] = {toy::Table::Entry{.next = 2, .consumes = consumes}};
      table.reactions[2] = {toy::Table::Entry{.next = 3, .violation = toy::kGoal}};
      TableModel model(table);
      const CountingOptions options = with(order, Loss::None, 1);
      const SearchResult result = count(model, options);
      EXPECT_EQ(result.path.size(), consumes ? 0U : 3U);
      if (!consumes) {
        EXPECT_EQ(PathChecker(model, &options).fault_of(result), "");
      }
    }
  }
}

// 0 -> 1 -> 2 -> 3, where 2 is outside.
TEST(CountingSearch, GeneratesWhatIsOutside_AndNeitherStoresNorExploresIt) {
  for (const std::uint32_t violation : {0U, toy::kGoal}) {
    toy::Table table;
    table.internal = {{{.next = 1}},
                      {{.next = 2, .violation = violation, .is_outside = true}},
                      {{.next = 3}},
                      {}};
    table.reactions.resize(4);
    TableModel model(table);
    const CountingOptions options;
    const SearchResult result = count(model, options);
    EXPECT_EQ(result.progress.distinct, 2U);
    EXPECT_EQ(result.progress.generated, 3U);
    EXPECT_EQ(result.halves, 2U);
    EXPECT_EQ(result.violation, violation);
    EXPECT_EQ(result.path.size(), violation == 0 ? 0U : 2U);
    if (violation != 0) {
      EXPECT_EQ(PathChecker(model, &options).fault_of(result), "");
    }
  }
}

// The state of the second step is also reached by a step that leads outside, which no run takes.
TEST(CountingSearch, ReportsARunThatStaysInside) {
  toy::Table table;
  table.internal = {
      {{.next = 1, .is_outside = true}, {.next = 1}}, {{.next = 2, .violation = toy::kGoal}}, {}};
  table.reactions.resize(3);
  TableModel model(table);
  const CountingOptions options;
  const SearchResult result = count(model, options);
  ASSERT_EQ(result.path.size(), 2U);
  EXPECT_EQ(result.path[0].label, 1U);
}

// The step that would violate something sends what the full network does not take.
TEST(CountingSearch, MeetsNoViolation_InAStepThatTheNetworkForbids) {
  for (const Loss loss : {Loss::None, Loss::Budgeted}) {
    toy::Table table;
    table.links = {{0, 1}};
    table.internal = {
        {{.next = 1, .sends = {0}}}, {{.next = 2, .sends = {0}, .violation = toy::kGoal}}, {}};
    table.reactions.resize(3, {std::nullopt});
    TableModel model(table);
    const SearchResult result = count(model, with(Order::Unordered, loss, 1));
    EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
    EXPECT_EQ(result.progress.distinct, 2U);
  }
}

// With symmetry only the numbers of receivers that have received (and not), and of messages under
// way, are left: three numbers that add up to n.
TEST(CountingSearch, KeepsOneStateAnOrbit_WithSymmetry) {
  for (unsigned n = 1; n <= 5; ++n) {
    Broadcast full(n, 1, toy::never);
    Broadcast folded(n, 1, toy::never, true);
    CountingOptions options = with(Order::Unordered, Loss::Free, n);
    const SearchResult of_full = count(full, options);
    options.symmetry = folded.permutations();
    const SearchResult of_folded = count(folded, options);
    EXPECT_EQ(of_folded.progress.distinct, 1 + choose(n + 2, 2));
    EXPECT_EQ(of_folded.orbits, of_full.progress.distinct);
    EXPECT_EQ(of_folded.halves, of_full.halves);
    EXPECT_EQ(of_folded.progress.depth, of_full.progress.depth);
  }
}

// Two rounds with one message in flight: a shortest run loses all but one message in each round,
// and has to lose the right ones whatever the search calls the receivers.
TEST(CountingSearch, UndoesItsRenamings_InTheRunItReports) {
  const auto second_without_first = [](const std::vector<int>& state) {
    const auto is_in = [&](int rounds) {
      return std::find(state.begin() + 1, state.end(), rounds) != state.end();
    };
    return is_in(1) && is_in(2);  // one has the first round only, one the second only
  };
  for (std::size_t n = 2; n <= 4; ++n) {
    Broadcast full(n, 2, second_without_first);
    Broadcast folded(n, 2, second_without_first, true);
    CountingOptions options = with(Order::PerLink, Loss::Free, 1);
    EXPECT_EQ(count(full, options).path.size(), 4U);
    options.symmetry = folded.permutations();
    const SearchResult result = count(folded, options);
    EXPECT_EQ(result.path.size(), 4U);
    EXPECT_EQ(PathChecker(folded, &options).fault_of(result), "");
  }
}

// To be told of a pass between two others, the baton must have been passed on since.
TEST(CountingSearch, FollowsAHalf_ThatAStepLeadsBackToUnderOtherNames) {
  for (const std::uint32_t n : {3U, 4U}) {
    Baton full(n);
    Baton folded(n, true);
    CountingOptions options = with(Order::Unordered, Loss::None, 2);
    EXPECT_EQ(count(full, options).path.size(), 3U);
    options.symmetry = &folded.permutations();
    const SearchResult result = count(folded, options);
    EXPECT_EQ(result.path.size(), 3U);
    EXPECT_EQ(PathChecker(folded, &options, options.symmetry).fault_of(result), "");
  }
}

// On the way to the violation a copy can't stay twice; that the run is taken again to be reported
// does not count.
TEST(CountingSearch, CountsWhatBoundsForbadeOnce_WhenItReportsARun) {
  toy::Table table = toy::token_ring(3);
  table.reactions[3][2]->violation = toy::kGoal;
  TableModel model(table);
  model.set_alternatives(2);
  const SearchResult result = count(model, with(Order::Unordered, Loss::None, 1));
  EXPECT_EQ(result.path.size(), 4U);
  EXPECT_EQ(result.cut_off[toy::kDuplicateBound], 2U);
}

}  // namespace
}  // namespace engine
