// A cluster model after a checkpoint is the model before.
#include <gtest/gtest.h>

#include <memory>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/test_searches.hpp"
#include "checker/engine/archive.hpp"
#include "checker/engine/covering_search.hpp"
#include "checker/engine/temporary_folder.hpp"

namespace cluster {
namespace {

// Every kind of value that a model interns: terms, logs, commits, crashes, cuts, losses, copies.
Bounds rich() {
  Bounds bounds;
  bounds.terms = 2;
  bounds.log = 1;
  bounds.crashes = 1;
  bounds.network = Network::Unordered;
  bounds.inflight = 2;
  bounds.loss = LossMode::Budgeted;
  bounds.losses = 1;
  bounds.partitions = 1;
  bounds.duplicates = 1;
  bounds.timeouts = 2;
  bounds.symmetry = true;
  return bounds;
}

void write(const ClusterModel& model, const std::filesystem::path& directory) {
  engine::ArchiveWriter writer(directory);
  model.save(writer);
  writer.commit();
}

void expect_same(const engine::Step& one, const engine::Step& other) {
  EXPECT_EQ(one.next, other.next);
  EXPECT_EQ(one.renaming, other.renaming);
  EXPECT_EQ(one.sends, other.sends);
  EXPECT_EQ(one.action, other.action);
  EXPECT_EQ(one.label, other.label);
  EXPECT_EQ(one.witnesses, other.witnesses);
  EXPECT_EQ(one.violation, other.violation);
  EXPECT_EQ(one.consumes, other.consumes);
  EXPECT_EQ(one.cut_off_by, other.cut_off_by);
}

void expect_same_answers(ClusterModel& one, ClusterModel& other, engine::HalfId half) {
  const engine::Canonical canonical = one.canonical(half);
  EXPECT_EQ(other.canonical(half).half, canonical.half);
  EXPECT_EQ(other.canonical(half).renaming, canonical.renaming);
  const auto same = one.automorphisms(half);
  const std::vector<engine::Renaming> automorphisms(same.begin(), same.end());
  EXPECT_TRUE(std::ranges::equal(other.automorphisms(half), automorphisms));
  std::vector<engine::Step> steps;
  std::vector<engine::Step> again;
  one.internal_steps(half, steps);
  other.internal_steps(half, again);
  ASSERT_EQ(steps.size(), again.size());
  for (std::size_t i = 0; i < steps.size(); ++i) expect_same(steps[i], again[i]);
  const std::size_t messages = one.message_count();
  for (engine::MessageId message = 0; message < messages; ++message) {
    for (unsigned way = 0; way < one.alternatives(); ++way) {
      expect_same(one.deliver(half, message, way), other.deliver(half, message, way));
    }
  }
}

// Where a search stopped, the saved model and the loaded one give the same answers, for what was
// asked before and for what is new, whose ids come up in the order of asking.
TEST(ClusterCheckpoint, GivesTheSameAnswersAfterLoading) {
  const Bounds bounds = rich();
  const auto node = node::make_raft_node({.servers = 3});
  ClusterModel model(*node, bounds, spec::kAllProperties);
  engine::CountingOptions options = counting_options(bounds, model);
  options.limits.depth = 9;
  engine::CountingSearch search(model, options);
  NoObserver observer;
  ASSERT_EQ(search.run(observer).stopped_by, engine::StopReason::Depth);

  const engine::TemporaryFolder folder;
  write(model, folder.path());
  ClusterModel loaded(*node, bounds, spec::kAllProperties);
  engine::ArchiveReader reader(folder.path());
  loaded.load(reader);
  EXPECT_EQ(loaded.local_states(), model.local_states());
  EXPECT_EQ(loaded.step_calls(), model.step_calls());
  ASSERT_EQ(loaded.message_count(), model.message_count());
  for (engine::MessageId message = 0; message < model.message_count(); ++message) {
    EXPECT_EQ(loaded.message_bytes(message), model.message_bytes(message));
    EXPECT_EQ(loaded.link(message), model.link(message));
    EXPECT_EQ(loaded.renamed(message, 3), model.renamed(message, 3));
  }
  const std::vector<engine::HalfId> halves = search.visited_halves();
  ASSERT_GT(halves.size(), 300U);
  for (std::size_t i = 0; i < halves.size(); i += 3) {
    expect_same_answers(model, loaded, halves[i]);
  }
  EXPECT_EQ(loaded.local_states(), model.local_states());
  EXPECT_EQ(loaded.message_count(), model.message_count());
}

struct Counts {
  engine::SearchResult result;
  std::size_t networks = 0;
  std::uint64_t locals = 0;
  std::size_t messages = 0;
};

// A search with a new model; `stop_at` and `resume` may be absent.
Counts count(const Bounds& bounds, const std::filesystem::path& directory,
             std::optional<std::uint64_t> depth, bool resumes) {
  const engine::Checkpointing checkpointing{.is_due = [] { return false; },
                                            .write =
                                                [&](const engine::Checkpointing::Save& save) {
                                                  engine::ArchiveWriter writer(directory);
                                                  save(writer);
                                                  writer.commit();
                                                }};
  const auto node = node::make_raft_node({.servers = bounds.servers});
  ClusterModel model(*node, bounds, spec::kAllProperties);
  engine::CountingOptions options = counting_options(bounds, model);
  options.limits.depth = depth;
  options.checkpointing = &checkpointing;
  engine::CountingSearch search(model, options);
  if (resumes) {
    engine::ArchiveReader reader(directory);
    search.resume(reader);
  }
  NoObserver observer;
  Counts counts{.result = search.run(observer)};
  counts.networks = search.network_halves().value();
  model.complete_renamings();
  counts.locals = model.local_states();
  counts.messages = model.message_count();
  return counts;
}

TEST(ClusterCheckpoint, LetsASearchGoOnToTheSameCounts_FromEveryLevel) {
  for (const bool symmetry : {false, true}) {
    Bounds bounds = rich();
    bounds.symmetry = symmetry;
    bounds.partitions = 0;
    bounds.terms = 1;
    const engine::TemporaryFolder folder;
    const Counts whole = count(bounds, folder.path(), {}, false);
    ASSERT_EQ(whole.result.stopped_by, engine::StopReason::Exhausted);
    ASSERT_EQ(folder.files(), 0U);
    std::uint64_t depth = 2;
    Counts counts = count(bounds, folder.path(), depth, false);
    while (counts.result.stopped_by == engine::StopReason::Depth) {
      depth += 3;
      counts = count(bounds, folder.path(), depth, true);
    }
    EXPECT_GT(depth, 8U);
    EXPECT_EQ(counts.result.stopped_by, engine::StopReason::Exhausted);
    EXPECT_EQ(counts.result.progress.generated, whole.result.progress.generated);
    EXPECT_EQ(counts.result.progress.distinct, whole.result.progress.distinct);
    EXPECT_EQ(counts.result.progress.depth, whole.result.progress.depth);
    EXPECT_EQ(counts.result.orbits, whole.result.orbits);
    EXPECT_EQ(counts.result.halves, whole.result.halves);
    EXPECT_EQ(counts.result.action_counts, whole.result.action_counts);
    EXPECT_EQ(counts.result.cut_off, whole.result.cut_off);
    EXPECT_EQ(counts.result.witnesses, whole.result.witnesses);
    EXPECT_EQ(counts.networks, whole.networks);
    EXPECT_EQ(counts.locals, whole.locals);
    EXPECT_EQ(counts.messages, whole.messages);
  }
}

// Stops a search once it has generated so many successors; 0: never.
class Impatient final : public engine::Observer {
 public:
  explicit Impatient(std::uint64_t generated) : left_(generated) {}
  std::optional<engine::StopReason> poll(const engine::Progress& progress) override {
    if (!first_) first_ = progress.generated;
    if (left_ == 0 || progress.generated < *first_ + left_) return {};
    return engine::StopReason::Interrupted;
  }

 private:
  std::uint64_t left_;
  std::optional<std::uint64_t> first_;
};

struct Covered {
  engine::SearchResult result;
  std::uint64_t locals = 0;
  std::uint64_t messages = 0;
};

Covered cover(const std::filesystem::path& directory, bool symmetry, std::size_t threads,
              std::uint64_t successors, bool resumes) {
  const engine::Checkpointing checkpointing{.is_due = [] { return false; },
                                            .write =
                                                [&](const engine::Checkpointing::Save& save) {
                                                  engine::ArchiveWriter writer(directory);
                                                  save(writer);
                                                  writer.commit();
                                                }};
  Bounds bounds;
  bounds.terms = 2;
  bounds.log = 1;
  bounds.crashes = symmetry ? 1 : 0;
  bounds.network = Network::Any;
  bounds.symmetry = symmetry;
  const auto node = node::make_raft_node({.servers = bounds.servers});
  ClusterModel model(*node, bounds, spec::kAllProperties);
  engine::CoveringSearch search(model, {.order = engine::CoverOrder::Fastest,
                                        .symmetry = model.permutations(),
                                        .limits = {},
                                        .threads = threads,
                                        .checkpointing = &checkpointing});
  if (resumes) {
    engine::ArchiveReader reader(directory);
    search.resume(reader);
  }
  Impatient observer(successors);
  Covered covered{.result = search.run(observer)};
  model.complete_renamings();
  covered.locals = model.local_states();
  covered.messages = model.sent_messages();
  return covered;
}

TEST(ClusterCheckpoint, LetsASearchOverAnyNetworkGoOnToTheSameStates_WhateverTheThreads) {
  for (const bool symmetry : {false, true}) {
    const engine::TemporaryFolder folder;
    const Covered whole = cover(folder.path(), symmetry, 1, 0, false);
    ASSERT_EQ(whole.result.stopped_by, engine::StopReason::Exhausted);
    int runs = 0;
    Covered found;
    do {
      const std::size_t threads = 1 + static_cast<std::size_t>(runs) % 3;
      found = cover(folder.path(), symmetry, threads, 5000U << runs, runs > 0);
      ++runs;
    } while (found.result.stopped_by == engine::StopReason::Interrupted);
    EXPECT_GT(runs, 3);
    EXPECT_EQ(found.result.stopped_by, engine::StopReason::Exhausted);
    EXPECT_EQ(found.result.halves, whole.result.halves);
    EXPECT_EQ(found.result.cut_off, whole.result.cut_off);
    EXPECT_EQ(found.result.witnesses, whole.result.witnesses);
    EXPECT_EQ(found.locals, whole.locals);
    EXPECT_EQ(found.messages, whole.messages);
  }
}

TEST(ClusterCheckpoint, IsRefused_ByAModelOfAnotherCluster) {
  const engine::TemporaryFolder folder;
  const auto three = node::make_raft_node({.servers = 3});
  write(ClusterModel(*three, rich(), spec::kAllProperties), folder.path());
  Bounds bounds = rich();
  bounds.servers = 2;
  const auto two = node::make_raft_node({.servers = 2});
  ClusterModel model(*two, bounds, spec::kAllProperties);
  engine::ArchiveReader reader(folder.path());
  try {
    model.load(reader);
    FAIL() << "a checkpoint of three servers was taken for one of two";
  } catch (const engine::ArchiveError& error) {
    EXPECT_NE(std::string(error.what()).find("section \"cluster."), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace cluster
