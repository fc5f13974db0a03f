// Searches that do not come to their end: what stops them, and what they say then.
#include <gtest/gtest.h>

#include <array>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/covering_search.hpp"
#include "checker/engine/path_checker.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Broadcast;
using toy::NoObserver;

constexpr std::array<CoverOrder, 2> kCoverOrders{CoverOrder::Fastest, CoverOrder::Shortest};

// 1 + 3^9 states, more than a search explores between two questions whether to go on.
constexpr std::size_t kNineReceivers = 9;
constexpr std::uint64_t kStates = 19684;
// 1 + 2^12 halves, one maximal set each.
constexpr std::size_t kManyReceivers = 12;
constexpr std::uint64_t kHalves = 4097;

// Stops a search at the n-th question; until then its progress must grow.
class GrowthStopper final : public Observer {
 public:
  GrowthStopper(StopReason reason, int after) : reason_(reason), left_(after) {}
  std::optional<StopReason> poll(const Progress& progress) override {
    EXPECT_GE(progress.distinct, last_.distinct);
    EXPECT_GT(progress.generated, last_.generated);
    EXPECT_GE(progress.depth, last_.depth);
    last_ = progress;
    if (--left_ > 0) return std::nullopt;
    return reason_;
  }
  [[nodiscard]] const Progress& last() const { return last_; }

 private:
  StopReason reason_;
  int left_;
  Progress last_;
};

CountingOptions wide() {
  CountingOptions options;
  options.inflight = kNineReceivers;
  return options;
}

CountingOptions within_depth(std::uint64_t depth) {
  CountingOptions options;
  options.limits.depth = depth;
  return options;
}

SearchResult cover(Model& model, CoverOrder order, Limits limits) {
  NoObserver observer;
  return CoveringSearch(model, {.order = order, .symmetry = nullptr, .limits = limits})
      .run(observer);
}

TEST(CountingSearch, StopsAtTheLimitOfStates_AndDoesNotClaimToBeExhausted) {
  Broadcast model(kNineReceivers, 1, toy::never);
  NoObserver observer;
  CountingOptions options = wide();
  options.limits.states = 5000;
  const SearchResult result = CountingSearch(model, options).run(observer);
  EXPECT_EQ(result.stopped_by, StopReason::States);
  EXPECT_GE(result.progress.distinct, 5000U);
  EXPECT_LT(result.progress.distinct, kStates);
  EXPECT_GT(result.progress.queue, 0U);
  EXPECT_TRUE(result.path.empty());
  EXPECT_EQ(result.violation, 0U);
}

TEST(CountingSearch, IsExhausted_WhenTheLimitOfStatesIsNeverReached) {
  Broadcast model(kNineReceivers, 1, toy::never);
  NoObserver observer;
  CountingOptions options = wide();
  options.limits.states = kStates + 1;
  const SearchResult result = CountingSearch(model, options).run(observer);
  EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
  EXPECT_EQ(result.progress.distinct, kStates);
}

TEST(CountingSearch, StopsForItsObserver_AndSaysWhyAndHowFarItCame) {
  for (const StopReason reason : {StopReason::Time, StopReason::Interrupted}) {
    for (const int polls : {1, 2, 4}) {
      Broadcast model(kNineReceivers, 1, toy::never);
      GrowthStopper stopper(reason, polls);
      const SearchResult result = CountingSearch(model, wide()).run(stopper);
      EXPECT_EQ(result.stopped_by, reason);
      EXPECT_GE(result.progress.distinct, stopper.last().distinct);
      EXPECT_LE(result.progress.distinct, kStates);
      EXPECT_GE(result.progress.generated, stopper.last().generated);
      EXPECT_EQ(result.progress.depth, stopper.last().depth);
      EXPECT_GT(result.progress.queue, 0U);
      EXPECT_GE(result.orbits, stopper.last().distinct);
      EXPECT_TRUE(result.path.empty());
    }
  }
}

TEST(CountingSearch, AsksItsObserver_EveryFewThousandStates) {
  Broadcast model(kNineReceivers, 1, toy::never);
  GrowthStopper never_stops(StopReason::Time, 1000);
  const SearchResult result = CountingSearch(model, wide()).run(never_stops);
  EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
  EXPECT_GT(never_stops.last().distinct, kStates / 2);
}

// Within d steps: after the sending, at most d - 1 received.
TEST(CountingSearch, VisitsEveryStateWithinTheDepth_AndNoneBeyond) {
  const std::array<std::uint64_t, 6> within{1, 9, 9 + 12, 9 + 12 + 6, 9 + 12 + 6 + 1, 28};
  for (std::uint64_t depth = 0; depth < within.size(); ++depth) {
    Broadcast model(3, 1, toy::never);
    NoObserver observer;
    const SearchResult result = CountingSearch(model, within_depth(depth)).run(observer);
    const bool is_all = depth == 5;
    EXPECT_EQ(result.progress.distinct, within[depth]);
    EXPECT_EQ(result.stopped_by, is_all ? StopReason::Exhausted : StopReason::Depth);
    EXPECT_EQ(result.progress.depth, is_all ? 5U : depth + 1);
    EXPECT_EQ(result.progress.queue > 0, !is_all);
  }
}

TEST(CountingSearch, FindsAViolation_AtTheVeryDepthOfTheLimit) {
  const auto one_received = [](const std::vector<int>& state) { return state[1] != 0; };
  for (const std::uint64_t depth : {1U, 2U, 3U}) {
    for (const std::size_t threads : {1U, 3U}) {
      Broadcast model(3, 1, one_received);
      NoObserver observer;
      CountingOptions options = within_depth(depth);
      options.threads = threads;
      const SearchResult result = CountingSearch(model, options).run(observer);
      EXPECT_EQ(result.stopped_by, depth < 2 ? StopReason::Depth : StopReason::Violation);
      EXPECT_EQ(result.path.size(), depth < 2 ? 0U : 2U);
    }
  }
}

// A state that is found on a long way first and on a short one later has less than the bound left
// on the first: a depth-first search that does not remember at what depth it saw a state misses
// what follows. From 0 to 9 one by one, or from 0 to 5 at once; the goal lies behind 9.
TEST(CountingSearch, FindsTheGoalWithinTheDepth_ThoughALongerWayToItBranchesOffFirst) {
  for (const bool long_way_first : {true, false}) {
    for (std::uint64_t depth = 0; depth <= 12; ++depth) {
      toy::Table table;
      for (HalfId half = 0; half < 10; ++half) {
        table.internal.push_back({{.next = half + 1, .violation = half == 9 ? toy::kGoal : 0}});
      }
      table.internal[0].insert(long_way_first ? table.internal[0].end() : table.internal[0].begin(),
                               {.next = 5});
      table.internal.emplace_back();
      table.reactions.resize(11);
      toy::TableModel model(table);
      NoObserver observer;
      const CountingOptions options = within_depth(depth);
      const SearchResult result = CountingSearch(model, options).run(observer);
      EXPECT_EQ(result.stopped_by, depth < 6 ? StopReason::Depth : StopReason::Violation);
      EXPECT_EQ(result.path.size(), depth < 6 ? 0U : 6U);
      if (depth < 6) continue;
      EXPECT_EQ(PathChecker(model, &options).fault_of(result), "");
    }
  }
}

// Levels of one state: the question comes all the same.
TEST(CountingSearch, AsksItsObserver_HoweverSmallTheLevels) {
  toy::Table chain;
  for (HalfId half = 0; half < 6'000; ++half) chain.internal.push_back({{.next = half + 1}});
  chain.internal.emplace_back();
  chain.reactions.resize(6'001);
  for (const std::size_t threads : {1U, 2U}) {
    toy::TableModel model(chain);
    GrowthStopper stopper(StopReason::Time, 1);
    CountingOptions options;
    options.threads = threads;
    const SearchResult result = CountingSearch(model, options).run(stopper);
    EXPECT_EQ(result.stopped_by, StopReason::Time);
    EXPECT_LT(result.progress.distinct, 6'000U);
  }
}

// Some 3,000 states are explored when the question comes, in the middle of a level, which goes on
// in the order of groups (found_states.hpp): these are of the first two.
TEST(CountingSearch, ReportsAViolation_ThatItMetBeforeItStops) {
  for (const HalfId violating : {1U, 130U, 1'930U}) {
    toy::Table table;
    table.links = {{0, 1}};
    table.internal.emplace_back();
    for (HalfId half = 1; half < 4096; ++half) {
      table.internal[0].push_back({.next = half});
      table.internal.push_back(
          {{.next = half, .sends = {0}, .violation = half == violating ? toy::kGoal : 0}});
    }
    table.reactions.resize(4096, {std::nullopt});
    toy::TableModel fan(table);
    GrowthStopper stopper(StopReason::Time, 1);
    const CountingOptions options;
    const SearchResult result = CountingSearch(fan, options).run(stopper);
    EXPECT_GT(stopper.last().queue, 0U);  // it was asked, and was to stop
    EXPECT_EQ(result.stopped_by, StopReason::Violation);
    EXPECT_EQ(result.path.size(), 2U);
    EXPECT_EQ(PathChecker(fan, &options).fault_of(result), "");
  }
}

TEST(CoveringSearch, StopsAtTheLimitOfStates_AndDoesNotClaimToBeExhausted) {
  for (const CoverOrder order : kCoverOrders) {
    Broadcast model(kManyReceivers, 1, toy::never);
    const SearchResult result = cover(model, order, {.depth = {}, .states = 1100});
    EXPECT_EQ(result.stopped_by, StopReason::States);
    EXPECT_GE(result.progress.distinct, 1100U);
    EXPECT_LT(result.progress.distinct, kHalves);
    EXPECT_GT(result.progress.queue, 0U);
    EXPECT_TRUE(result.path.empty());
  }
}

TEST(CoveringSearch, IsExhausted_WhenTheLimitOfStatesIsNeverReached) {
  for (const CoverOrder order : kCoverOrders) {
    Broadcast model(kManyReceivers, 1, toy::never);
    const SearchResult result = cover(model, order, {.depth = {}, .states = kHalves + 1});
    EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
    EXPECT_EQ(result.progress.distinct, kHalves);
  }
}

TEST(CoveringSearch, StopsForItsObserver_AndSaysWhyAndHowFarItCame) {
  for (const CoverOrder order : kCoverOrders) {
    for (const StopReason reason : {StopReason::Time, StopReason::Interrupted}) {
      for (const int polls : {1, 3}) {
        Broadcast model(kManyReceivers, 1, toy::never);
        GrowthStopper stopper(reason, polls);
        const SearchResult result =
            CoveringSearch(model, {.order = order, .symmetry = nullptr, .limits = {}}).run(stopper);
        EXPECT_EQ(result.stopped_by, reason);
        EXPECT_EQ(result.progress.distinct, stopper.last().distinct);
        EXPECT_EQ(result.progress.generated, stopper.last().generated);
        EXPECT_GT(result.progress.queue, 0U);
        EXPECT_TRUE(result.path.empty());
      }
    }
  }
}

TEST(CoveringSearch, ReachesEveryHalfWithinTheDepth_AndNoneBeyond_InTheOrderShortest) {
  const std::array<std::uint64_t, 7> within{
      1, 2, 2 + 4, 2 + 4 + 6, 2 + 4 + 6 + 4, 2 + 4 + 6 + 4 + 1, 17};
  for (std::uint64_t depth = 0; depth < within.size(); ++depth) {
    Broadcast model(4, 1, toy::never);
    const SearchResult result = cover(model, CoverOrder::Shortest, {.depth = depth, .states = {}});
    EXPECT_EQ(result.halves, within[depth]);
    EXPECT_EQ(result.stopped_by, depth < 6 ? StopReason::Depth : StopReason::Exhausted);
    EXPECT_EQ(result.progress.queue > 0, depth < 6);
  }
}

}  // namespace
}  // namespace engine
