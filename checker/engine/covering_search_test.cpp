// The covering search on systems whose reachable halves are known.
#include "checker/engine/covering_search.hpp"

#include <gtest/gtest.h>

#include <array>

#include "checker/engine/path_checker.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Baton;
using toy::Broadcast;
using toy::Puzzle;
using toy::TableModel;

constexpr std::array<CoverOrder, 2> kOrders{CoverOrder::Fastest, CoverOrder::Shortest};

SearchResult cover(Model& model, CoverOrder order, const Permutations* symmetry = nullptr) {
  toy::NoObserver observer;
  return CoveringSearch(model, {.order = order, .symmetry = symmetry, .limits = {}}).run(observer);
}

TEST(CoveringSearch, ReachesEveryStateOfAPuzzle_ThatHasNoNetwork) {
  for (const CoverOrder order : kOrders) {
    Puzzle jugs({0, 0}, toy::jug_moves, toy::never);
    const SearchResult result = cover(jugs, order);
    EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
    EXPECT_EQ(result.halves, 16U);
    EXPECT_EQ(result.progress.distinct, 16U);
    EXPECT_EQ(result.progress.generated, 1U + 58U);
    EXPECT_EQ(result.progress.queue, 0U);
    EXPECT_EQ(result.action_counts, (std::vector<std::uint64_t>{58, 0}));
  }
}

TEST(CoveringSearch, SolvesPuzzlesInTheFewestMoves_InTheOrderShortest) {
  Puzzle jugs({0, 0}, toy::jug_moves, toy::has_four_gallons);
  Puzzle ferry({0, 0, 0, 0}, toy::ferry_moves, toy::all_are_over);
  const SearchResult of_jugs = cover(jugs, CoverOrder::Shortest);
  EXPECT_TRUE(of_jugs.shortest);
  EXPECT_EQ(of_jugs.path.size(), 6U);
  EXPECT_EQ(PathChecker(jugs, nullptr).fault_of(of_jugs), "");
  EXPECT_EQ(cover(ferry, CoverOrder::Shortest).path.size(), 7U);
}

TEST(CoveringSearch, SaysThatItsRunMayNotBeShortest_InTheOrderFastest) {
  Puzzle jugs({0, 0}, toy::jug_moves, toy::has_four_gallons);
  const SearchResult result = cover(jugs, CoverOrder::Fastest);
  EXPECT_EQ(result.violation, toy::kGoal);
  EXPECT_FALSE(result.shortest);
  EXPECT_GE(result.path.size(), 6U);
  EXPECT_EQ(PathChecker(jugs, nullptr).fault_of(result), "");
}

TEST(CoveringSearch, ReportsAnEmptyPath_WhenTheInitialStateIsViolating) {
  for (const CoverOrder order : kOrders) {
    Puzzle done(
        Puzzle::State{1},
        [](const Puzzle::State& state) { return std::vector<Puzzle::State>{state}; },
        [](const Puzzle::State&) { return true; });
    const SearchResult result = cover(done, order);
    EXPECT_EQ(result.stopped_by, StopReason::Violation);
    EXPECT_EQ(result.violation, toy::kGoal);
    EXPECT_TRUE(result.path.empty());
  }
}

// The token may be received again and again, by whoever it was once sent to.
TEST(CoveringSearch, ReachesEveryHolder_OfATokenInARing) {
  for (const CoverOrder order : kOrders) {
    TableModel ring(toy::token_ring(5));
    EXPECT_EQ(cover(ring, order).halves, 6U);
  }
}

TEST(CoveringSearch, ReachesEverySetOfReceivers_OfABroadcast) {
  for (const CoverOrder order : kOrders) {
    for (unsigned n = 1; n <= 6; ++n) {
      Broadcast model(n, 1, toy::never);
      const SearchResult result = cover(model, order);
      EXPECT_EQ(result.halves, 1U + (1U << n));
      EXPECT_EQ(result.progress.distinct, result.halves);  // all sent: one maximal set each
      EXPECT_EQ(result.progress.depth, n + 2);
    }
  }
}

TEST(CoveringSearch, ReceivesTheSecondLetterFirst) {
  for (const CoverOrder order : kOrders) {
    TableModel letters(toy::numbered_letters(4));
    const SearchResult result = cover(letters, order);
    EXPECT_EQ(result.violation, toy::kGoal);
    EXPECT_EQ(PathChecker(letters, nullptr).fault_of(result), "");
    if (order == CoverOrder::Shortest) {
      EXPECT_EQ(result.path.size(), 3U);
    }
  }
}

TEST(CoveringSearch, KeepsOneHalfAnOrbit_WithSymmetry) {
  for (const CoverOrder order : kOrders) {
    for (unsigned n = 1; n <= 5; ++n) {
      Broadcast full(n, 2, toy::never);
      Broadcast folded(n, 2, toy::never, true);
      const SearchResult of_full = cover(full, order);
      const SearchResult of_folded = cover(folded, order, folded.permutations());
      EXPECT_EQ(of_folded.halves, of_full.halves);
      if (n > 1) {
        EXPECT_LT(of_folded.progress.distinct, of_full.progress.distinct);
      }
    }
  }
}

TEST(CoveringSearch, UndoesItsRenamings_InTheRunItReports) {
  for (const CoverOrder order : kOrders) {
    for (std::size_t n = 1; n <= 4; ++n) {
      Broadcast folded(n, 1, toy::all_received, true);
      const SearchResult result = cover(folded, order, folded.permutations());
      EXPECT_EQ(result.path.size(), n + 1);
      EXPECT_EQ(PathChecker(folded, nullptr).fault_of(result), "");
    }
  }
}

// A violation by a step that leads nowhere new is one all the same.
TEST(CoveringSearch, FindsAViolation_OfAStepThatChangesNothing) {
  for (const CoverOrder order : kOrders) {
    toy::Table table;
    table.internal = {{{.next = 0, .sends = {0}}}};
    table.reactions = {{toy::Table::Entry{.next = 0, .violation = 3}}};
    table.links = {{0, 1}};
    TableModel model(table);
    const SearchResult result = cover(model, order);
    EXPECT_EQ(result.violation, 3U);
    EXPECT_EQ(result.path.size(), 2U);
    EXPECT_EQ(PathChecker(model, nullptr).fault_of(result), "");
  }
}

// What lies outside is generated and checked, but neither kept nor gone on from; nor is anything
// sent on the way out.
TEST(CoveringSearch, StaysInside_OfWhatTheModelExplores) {
  for (const CoverOrder order : kOrders) {
    toy::Table table;
    table.internal = {
        {{.next = 1, .is_outside = true}, {.next = 0, .sends = {0}, .is_outside = true}},
        {{.next = 2}},
        {}};
    table.reactions.assign(3, {toy::Table::Entry{.next = 2}});
    table.links = {{0, 1}};
    TableModel model(table);
    const SearchResult result = cover(model, order);
    EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
    EXPECT_EQ(result.halves, 1U);
    EXPECT_EQ(result.progress.generated, 1U + 2U);
  }
}

TEST(CoveringSearch, FindsAViolation_OfAStepThatLeadsOutside) {
  for (const CoverOrder order : kOrders) {
    toy::Table table;
    table.internal = {{{.next = 1, .violation = 4, .is_outside = true}}, {}};
    TableModel model(table);
    EXPECT_EQ(cover(model, order).violation, 4U);
  }
}

// An answer to an answer: the set of a half is closed under all that it can send as it is.
TEST(CoveringSearch, RebuildsTheStepsOfTheClosure_AndLeavesOutTheNeedlessOnes) {
  toy::Table table;
  const auto answer = [](MessageId message) {
    return toy::Table::Entry{.next = 0, .sends = {message}};
  };
  table.internal = {{{.next = 0, .sends = {0}}, {.next = 0, .sends = {4}}}, {}};
  table.reactions = {
      {answer(1), answer(2), toy::Table::Entry{.next = 1, .violation = 5}, answer(0), answer(3)},
      std::vector<std::optional<toy::Table::Entry>>(5)};
  table.links.assign(5, {0, 1});
  for (const CoverOrder order : kOrders) {
    TableModel model(table);
    const SearchResult result = cover(model, order);
    EXPECT_EQ(result.violation, 5U);
    EXPECT_EQ(result.path.size(), 4U);  // send 0, receive 0, 1 and 2; message 4 is of no use
    EXPECT_EQ(PathChecker(model, nullptr).fault_of(result), "");
  }
}

// To be told of a pass between two others, the baton must have been passed on since.
TEST(CoveringSearch, FollowsAHalf_ThatAStepLeadsBackToUnderOtherNames) {
  for (const CoverOrder order : kOrders) {
    Baton model(4, true);
    const SearchResult result = cover(model, order, &model.permutations());
    EXPECT_EQ(result.violation, toy::kGoal);
    EXPECT_EQ(PathChecker(model, nullptr, &model.permutations()).fault_of(result), "");
    if (order == CoverOrder::Shortest) {
      EXPECT_EQ(result.path.size(), 3U);
    }
  }
}

}  // namespace
}  // namespace engine
