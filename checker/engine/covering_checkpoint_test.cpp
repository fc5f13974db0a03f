// A covering search that is interrupted and resumed reaches what one does that is not. Where
// messages are left out is tested with the real cluster (checker/cluster).
#include <gtest/gtest.h>

#include "checker/engine/archive.hpp"
#include "checker/engine/checkpoint_keeper.hpp"
#include "checker/engine/covering_search.hpp"
#include "checker/engine/path_checker.hpp"
#include "checker/engine/temporary_folder.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Broadcast;

// Stops a search once it has generated so many successors.
class WorkStopper final : public Observer {
 public:
  explicit WorkStopper(std::uint64_t generated) : left_(generated) {}
  std::optional<StopReason> poll(const Progress& progress) override {
    if (!first_) first_ = progress.generated;
    if (progress.generated < *first_ + left_) return std::nullopt;
    return StopReason::Interrupted;
  }

 private:
  std::uint64_t left_;
  std::optional<std::uint64_t> first_;
};

struct Ended {
  SearchResult result;
  std::string fault;
};

// `successors`: after how many the search is interrupted; 0: never.
Ended run(Broadcast& model, Keeper& keeper, const std::filesystem::path& directory,
          std::size_t threads, std::uint64_t successors, bool resumes) {
  CoveringSearch search(model, {.order = CoverOrder::Fastest,
                                .symmetry = model.permutations(),
                                .limits = {},
                                .threads = threads,
                                .neighbour_bits = 0,
                                .checkpointing = &keeper.seam});
  if (resumes) {
    ArchiveReader reader(directory);
    search.resume(reader);
  }
  WorkStopper observer(successors == 0 ? std::uint64_t{1} << 40U : successors);
  Ended ended{search.run(observer), {}};
  if (ended.result.stopped_by == StopReason::Violation) {
    ended.fault = PathChecker(model, nullptr).fault_of(ended.result);
  }
  return ended;
}

TEST(CoveringCheckpoint, GoesOnToTheSameHalves_HoweverOftenItIsInterrupted) {
  for (const bool symmetry : {false, true}) {
    const TemporaryFolder folder;
    Broadcast whole_model = toy::wide_broadcast(symmetry);
    Keeper unused(folder.path());
    const SearchResult whole = run(whole_model, unused, folder.path(), 1, 0, false).result;
    ASSERT_EQ(whole.stopped_by, StopReason::Exhausted);
    ASSERT_EQ(unused.written, 0);
    int runs = 0;
    SearchResult result;
    do {
      Broadcast model = toy::wide_broadcast(symmetry);
      Keeper keeper(folder.path());
      const std::size_t threads = 1 + static_cast<std::size_t>(runs) % 3;
      result = run(model, keeper, folder.path(), threads, 300U << runs, runs > 0).result;
      EXPECT_EQ(keeper.written, result.stopped_by == StopReason::Interrupted ? 1 : 0);
      ++runs;
      ASSERT_LT(runs, 100);
    } while (result.stopped_by == StopReason::Interrupted);
    EXPECT_GT(runs, 2);
    EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
    EXPECT_EQ(result.halves, whole.halves);
    EXPECT_EQ(result.progress.distinct, whole.progress.distinct);
    EXPECT_EQ(result.progress.queue, 0U);
    EXPECT_EQ(result.cut_off, whole.cut_off);
    EXPECT_EQ(result.witnesses, whole.witnesses);
  }
}

TEST(CoveringCheckpoint, ChangesNothing_WhereItIsWrittenOnTheWay) {
  for (const std::size_t threads : {1U, 3U}) {
    const TemporaryFolder folder;
    Broadcast plain = toy::wide_broadcast(true);
    Keeper never(folder.path());
    const SearchResult whole = run(plain, never, folder.path(), threads, 0, false).result;
    Broadcast model = toy::wide_broadcast(true);
    Keeper keeper(folder.path(), 4);
    const SearchResult result = run(model, keeper, folder.path(), threads, 0, false).result;
    EXPECT_EQ(result.halves, whole.halves);
    EXPECT_EQ(result.progress.distinct, whole.progress.distinct);
    EXPECT_EQ(keeper.written, 4);
  }
}

TEST(CoveringCheckpoint, FindsAViolationAfterAnInterruption_AndTheWholeRunToIt) {
  const auto got_two_rounds = [](const std::vector<int>& state) {
    return std::all_of(state.begin() + 1, state.end(), [](int rounds) { return rounds >= 2; });
  };
  for (const std::size_t threads : {1U, 2U}) {
    const TemporaryFolder folder;
    Broadcast first_model = toy::wide_broadcast(true, got_two_rounds);
    Keeper keeper(folder.path());
    const Ended first = run(first_model, keeper, folder.path(), threads, 1, false);
    if (first.result.stopped_by == StopReason::Violation) continue;
    Broadcast model = toy::wide_broadcast(true, got_two_rounds);
    const Ended found = run(model, keeper, folder.path(), 3 - threads, 0, true);
    EXPECT_EQ(found.result.stopped_by, StopReason::Violation);
    EXPECT_EQ(found.fault, "");
  }
}

TEST(CoveringCheckpoint, IsRefused_BySearchesThatCannotGoOnWithIt) {
  const TemporaryFolder folder;
  Broadcast model = toy::wide_broadcast(true);
  Keeper keeper(folder.path());
  ASSERT_EQ(run(model, keeper, folder.path(), 1, 1, false).result.stopped_by,
            StopReason::Interrupted);
  Broadcast plain = toy::wide_broadcast(false);
  try {
    run(plain, keeper, folder.path(), 1, 0, true);
    FAIL() << "a search with symmetry was taken for one without";
  } catch (const ArchiveError& error) {
    EXPECT_NE(std::string(error.what()).find("another symmetry"), std::string::npos);
  }
  Broadcast other = toy::wide_broadcast(true);
  CoveringSearch shortest(
      other, {.order = CoverOrder::Shortest, .symmetry = other.permutations(), .limits = {}});
  ArchiveReader reader(folder.path());
  EXPECT_THROW(shortest.resume(reader), std::invalid_argument);
}

}  // namespace
}  // namespace engine
