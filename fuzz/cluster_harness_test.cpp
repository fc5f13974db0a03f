// What a fuzzer is told of a run does not depend on the runs before it, though most of a run is
// looked up, and its beginning not even that.
#include "fuzz/cluster_harness.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "checker/node/raft_node.hpp"
#include "fuzz/run_mutator.hpp"

namespace fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

Servers core() { return {.states = node::make_raft_states, .node = node::make_raft_node}; }

Bytes mutated(Bytes bytes, std::uint64_t seed) {
  const std::size_t size = bytes.size();
  bytes.resize(205);
  bytes.resize(mutate_run(bytes, size, seed));
  return bytes;
}

// The longest of some mutants, and so on: runs that begin as others do.
std::vector<Bytes> family(std::uint64_t seed) {
  std::vector<Bytes> runs{{cluster::kChoiceBytesMark, 2, 1, 0, 0}};
  while (runs.size() < 60) {
    Bytes longest = runs.back();
    for (int i = 0; i < 4; ++i) {
      runs.push_back(mutated(runs.back(), ++seed));
      if (runs.back().size() >= longest.size()) longest = runs.back();
    }
    runs.push_back(longest);
  }
  return runs;
}

TEST(ClusterHarness, TellsTheSameOfARun_WhateverWasTakenBefore) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    ClusterHarness warm(core());
    // The third time what is looked up is kept, and gone on from.
    for (int time = 0; time < 3; ++time) {
      for (const Bytes& run : family(1000 * seed)) {
        ASSERT_TRUE(warm.take(run.data(), run.size()));
        ClusterHarness fresh(core());
        ASSERT_TRUE(fresh.take(run.data(), run.size()));
        EXPECT_EQ(warm.seen(), fresh.seen());
      }
    }
    EXPECT_GT(warm.counts().resumed, 0U);
  }
}

TEST(Beginnings, ThatShareAPlace_AreToldApart) {
  Beginnings beginnings;
  Bytes run{cluster::kChoiceBytesMark, 2, 0, 0, 0};
  run.resize(cluster::kOptionBytes + Beginnings::kBytesApart);
  EXPECT_EQ(beginnings.longest(run), nullptr);
  Beginnings::Beginning* const place = beginnings.place_of(run, run.size());
  ASSERT_NE(place, nullptr);
  place->bytes = run;
  EXPECT_EQ(beginnings.longest(run), place);
  std::size_t sharing = 0;
  for (std::uint32_t other = 1; other < 100'000; ++other) {
    for (std::size_t i = 0; i < 4; ++i) {
      run[cluster::kOptionBytes + i] = static_cast<std::uint8_t>(other >> (8 * i));
    }
    ASSERT_EQ(beginnings.longest(run), nullptr);
    sharing += beginnings.place_of(run, run.size()) == place ? 1U : 0U;
  }
  EXPECT_GT(sharing, 0U);
  beginnings.clear();
  EXPECT_EQ(place->bytes.size(), 0U);
}

TEST(ClusterHarness, TakesNothingButRuns) {
  ClusterHarness harness(core());
  const Bytes other{0x7B, 2, 1, 0, 0, 15, 0};
  EXPECT_FALSE(harness.take(other.data(), other.size()));
  EXPECT_FALSE(harness.take(other.data(), 0));
  const Bytes cut{cluster::kChoiceBytesMark, 2};
  EXPECT_TRUE(harness.take(cut.data(), cut.size()));
}

}  // namespace
}  // namespace fuzz
