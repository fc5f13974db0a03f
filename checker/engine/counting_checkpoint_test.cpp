// A counting search that is interrupted and resumed is the search that is not.
#include <gtest/gtest.h>

#include "checker/engine/archive.hpp"
#include "checker/engine/checkpoint_keeper.hpp"
#include "checker/engine/fingerprint_search.hpp"
#include "checker/engine/temporary_folder.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Broadcast;

CountingOptions options_of(const Broadcast& model, Store store) {
  CountingOptions options;
  options.store = store;
  options.inflight = 6;
  options.symmetry = model.permutations();
  return options;
}

// Stops a search at the n-th question.
class Stopper final : public Observer {
 public:
  explicit Stopper(int after) : left_(after) {}
  std::optional<StopReason> poll(const Progress&) override {
    if (--left_ > 0) return std::nullopt;
    return StopReason::Interrupted;
  }

 private:
  int left_;
};

void expect_same(const SearchResult& one, const SearchResult& other) {
  EXPECT_EQ(one.stopped_by, other.stopped_by);
  EXPECT_EQ(one.progress.generated, other.progress.generated);
  EXPECT_EQ(one.progress.distinct, other.progress.distinct);
  EXPECT_EQ(one.progress.queue, other.progress.queue);
  EXPECT_EQ(one.progress.depth, other.progress.depth);
  EXPECT_EQ(one.orbits, other.orbits);
  EXPECT_EQ(one.halves, other.halves);
  EXPECT_EQ(one.action_counts, other.action_counts);
  EXPECT_EQ(one.cut_off, other.cut_off);
  EXPECT_EQ(one.witnesses, other.witnesses);
  EXPECT_EQ(one.violation, other.violation);
}

SearchResult uninterrupted(bool symmetry, Store store) {
  Broadcast model = toy::wide_broadcast(symmetry);
  toy::NoObserver observer;
  return make_counting_search(model, options_of(model, store))->run(observer);
}

class CountingCheckpoint : public testing::TestWithParam<Store> {};
INSTANTIATE_TEST_SUITE_P(Stores, CountingCheckpoint,
                         testing::Values(Store::Exact, Store::Fingerprint));

TEST_P(CountingCheckpoint, GoesOnToTheSameCounts_HoweverOftenItIsInterrupted) {
  for (const bool symmetry : {false, true}) {
    const SearchResult whole = uninterrupted(symmetry, GetParam());
    ASSERT_EQ(whole.stopped_by, StopReason::Exhausted);
    const TemporaryFolder folder;
    int runs = 0;
    SearchResult result;
    do {
      Broadcast model = toy::wide_broadcast(symmetry);
      Keeper keeper(folder.path());
      CountingOptions options = options_of(model, GetParam());
      options.checkpointing = &keeper.seam;
      options.threads = 1 + static_cast<std::size_t>(runs) % 3;
      const auto search = make_counting_search(model, options);
      if (runs > 0) {
        ArchiveReader reader(folder.path());
        search->resume(reader);
      }
      Stopper observer(1 + runs % 3);
      result = search->run(observer);
      EXPECT_EQ(keeper.written, result.stopped_by == StopReason::Interrupted ? 1 : 0);
      ++runs;
    } while (result.stopped_by == StopReason::Interrupted);
    EXPECT_GT(runs, 2);
    expect_same(result, whole);
  }
}

TEST_P(CountingCheckpoint, GoesOnFromEveryLevel_WhereTheDepthStoppedIt) {
  for (const bool symmetry : {false, true}) {
    const SearchResult whole = uninterrupted(symmetry, GetParam());
    const TemporaryFolder folder;
    for (std::uint64_t depth = 1; depth <= whole.progress.depth; ++depth) {
      Broadcast model = toy::wide_broadcast(symmetry);
      Keeper keeper(folder.path());
      CountingOptions options = options_of(model, GetParam());
      options.checkpointing = &keeper.seam;
      options.limits.depth = depth;
      const auto search = make_counting_search(model, options);
      if (depth > 1) {
        ArchiveReader reader(folder.path());
        search->resume(reader);
      }
      toy::NoObserver observer;
      const SearchResult result = search->run(observer);
      if (depth < whole.progress.depth) {
        EXPECT_EQ(result.stopped_by, StopReason::Depth);
        EXPECT_EQ(result.progress.depth, depth + 1);
      } else {
        expect_same(result, whole);
      }
    }
  }
}

TEST_P(CountingCheckpoint, ChangesNothing_WhenItIsWrittenAtEveryQuestion) {
  const SearchResult whole = uninterrupted(true, GetParam());
  const TemporaryFolder folder;
  Broadcast model = toy::wide_broadcast(true);
  Keeper keeper(folder.path(), std::numeric_limits<int>::max());
  CountingOptions options = options_of(model, GetParam());
  options.checkpointing = &keeper.seam;
  toy::NoObserver observer;
  expect_same(make_counting_search(model, options)->run(observer), whole);
  EXPECT_GT(keeper.written, 0);
}

bool got_two_rounds(const std::vector<int>& state) {
  return std::all_of(state.begin() + 1, state.end(), [](int rounds) { return rounds == 3; });
}

// Renamings and ties are decided by ids, so the run that is found shows that all ids are the same.
TEST_P(CountingCheckpoint, FindsTheSameRunToAViolation_AfterAnInterruption) {
  for (const bool symmetry : {false, true}) {
    const TemporaryFolder folder;
    std::vector<SearchResult> results;
    for (int run = 0; run < 3; ++run) {  // without a break, up to it, after it
      Broadcast model = toy::wide_broadcast(symmetry, got_two_rounds);
      Keeper keeper(folder.path());
      CountingOptions options = options_of(model, GetParam());
      options.checkpointing = &keeper.seam;
      if (run == 1) options.limits.depth = 9;
      const auto search = make_counting_search(model, options);
      if (run == 2) {
        ArchiveReader reader(folder.path());
        search->resume(reader);
      }
      toy::NoObserver observer;
      results.push_back(search->run(observer));
    }
    ASSERT_EQ(results[0].stopped_by, StopReason::Violation);
    ASSERT_EQ(results[1].stopped_by, StopReason::Depth);
    expect_same(results[0], results[2]);
    ASSERT_EQ(results[0].path.size(), results[2].path.size());
    for (std::size_t i = 0; i < results[0].path.size(); ++i) {
      EXPECT_EQ(results[0].path[i].label, results[2].path[i].label);
      EXPECT_EQ(results[0].path[i].renaming, results[2].path[i].renaming);
      EXPECT_EQ(results[0].path[i].message, results[2].path[i].message);
      EXPECT_EQ(results[0].path[i].lost, results[2].path[i].lost);
    }
  }
}

TEST_P(CountingCheckpoint, RefusesASearchWithOtherOptions_ByName) {
  const TemporaryFolder folder;
  const auto attempt = [&](bool resumes, bool symmetry, auto change) -> std::string {
    Broadcast model = toy::wide_broadcast(symmetry);
    Keeper keeper(folder.path());
    CountingOptions options = options_of(model, GetParam());
    options.checkpointing = &keeper.seam;
    options.limits.depth = 2;
    change(options);
    const auto search = make_counting_search(model, options);
    try {
      if (resumes) {
        ArchiveReader reader(folder.path());
        search->resume(reader);
      } else {
        toy::NoObserver observer;
        search->run(observer);
      }
    } catch (const ArchiveError& error) {
      return error.what();
    }
    return "";
  };
  const auto nothing = [](CountingOptions&) {};
  EXPECT_EQ(attempt(false, true, nothing), "");
  EXPECT_EQ(attempt(true, true, nothing), "");
  const auto expect_named = [](const std::string& refusal, const char* what) {
    EXPECT_NE(refusal.find(what), std::string::npos) << refusal;
  };
  expect_named(attempt(true, false, nothing), "another symmetry");
  expect_named(attempt(true, true, [](CountingOptions& o) { o.order = Order::PerLink; }),
               "another order of messages");
  expect_named(attempt(true, true, [](CountingOptions& o) { o.loss = Loss::None; }),
               "another way to lose");
  expect_named(attempt(true, true, [](CountingOptions& o) { o.inflight = 3; }),
               "another number of messages in flight");
  expect_named(attempt(true, true,
                       [](CountingOptions& o) {
                         o.store = o.store == Store::Exact ? Store::Fingerprint : Store::Exact;
                       }),
               "another store");
  expect_named(attempt(true, true, [](CountingOptions& o) { o.fingerprint_seed = 1; }),
               "another seed");
}

TEST(Checkpoint, IsRefused_ByAModelThatCannotBeSaved) {
  toy::Baton model(3);
  const TemporaryFolder folder;
  ArchiveWriter writer(folder.path());
  EXPECT_THROW(model.Model::save(writer), std::logic_error);
}

}  // namespace
}  // namespace engine
