// The covering search on several threads: it stops, fails and ends as one. That it reaches the same
// halves is tested beside relevance.hpp.
#include <gtest/gtest.h>

#include "checker/engine/covering_search.hpp"
#include "checker/engine/failing_model.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Broadcast;

CoveringOptions fastest(std::size_t threads, Limits limits = {}) {
  return {.order = CoverOrder::Fastest,
          .symmetry = nullptr,
          .limits = limits,
          .threads = threads,
          .neighbour_bits = 0};
}

class ReasonStopper final : public Observer {
 public:
  ReasonStopper(StopReason reason, int after) : reason_(reason), left_(after) {}
  std::optional<StopReason> poll(const Progress&) override {
    if (--left_ > 0) return std::nullopt;
    return reason_;
  }

 private:
  StopReason reason_;
  int left_;
};

TEST(CoveringThreads, StopTogether_ForTimeMemoryAndInterruptsAlike) {
  for (const StopReason reason : {StopReason::Time, StopReason::Memory, StopReason::Interrupted}) {
    for (const std::size_t threads : {1U, 2U, 4U}) {
      for (const int polls : {1, 4}) {
        Broadcast model(13, 1, toy::never);
        ReasonStopper stopper(reason, polls);
        const SearchResult result = CoveringSearch(model, fastest(threads)).run(stopper);
        EXPECT_EQ(result.stopped_by, reason);
        EXPECT_LT(result.halves, 8193U);
      }
    }
  }
}

TEST(CoveringThreads, StopTogether_AtALimitOfStates) {
  for (const std::size_t threads : {1U, 2U, 4U}) {
    for (const std::uint64_t states : {1U, 2U, 500U}) {
      Broadcast model(12, 1, toy::never);
      toy::NoObserver observer;
      const SearchResult result =
          CoveringSearch(model, fastest(threads, {.depth = {}, .states = states})).run(observer);
      EXPECT_EQ(result.stopped_by, StopReason::States);
      EXPECT_GE(result.progress.distinct, states);
      EXPECT_LT(result.halves, 4097U);
    }
  }
}

TEST(CoveringThreads, ReachEveryHalf_OfABroadcast) {
  for (const std::size_t threads : {1U, 2U, 3U, 8U}) {
    Broadcast model(11, 1, toy::never);
    toy::NoObserver observer;
    const SearchResult result = CoveringSearch(model, fastest(threads)).run(observer);
    EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
    EXPECT_EQ(result.halves, 2049U);
    EXPECT_EQ(result.progress.distinct, 2049U);
    EXPECT_EQ(result.progress.queue, 0U);
  }
}

TEST(CoveringThreads, PassOnWhatTheModelThrows_WhicheverOfThemItMeets) {
  for (std::size_t threads = 1; threads <= 4; ++threads) {
    int failures = 0;
    for (bool is_over = false; !is_over;) {
      Broadcast broadcast(4, 2, toy::never, true);
      Failing model(broadcast, 1 + failures * 3);
      CoveringOptions options = fastest(threads);
      options.symmetry = broadcast.permutations();
      toy::NoObserver observer;
      try {
        CoveringSearch(model, options).run(observer);
        is_over = true;
      } catch (const std::domain_error& error) {
        EXPECT_STREQ(error.what(), "the model has failed");
        ++failures;
      }
    }
    EXPECT_GT(failures, 10);
  }
}

TEST(CoveringThreads, PassOnWhatTheObserverThrows) {
  class Impatient final : public Observer {
   public:
    std::optional<StopReason> poll(const Progress&) override { throw std::domain_error("enough"); }
  };
  for (const std::size_t threads : {1U, 2U, 4U}) {
    Broadcast model(12, 1, toy::never);
    Impatient observer;
    CoveringSearch search(model, fastest(threads));
    EXPECT_THROW(search.run(observer), std::domain_error);
  }
}

}  // namespace
}  // namespace engine
