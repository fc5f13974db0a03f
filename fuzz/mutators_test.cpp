// Mutators give the same from the same, never more than there is room for, and something else than
// there was.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "checker/cluster/choice_bytes.hpp"
#include "checker/cluster/choices.hpp"
#include "checker/node/raft_node.hpp"
#include "fuzz/run_mutator.hpp"
#include "fuzz/tree_mutator.hpp"

// Stands in for libFuzzer's own: what is there.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) {
  return size;
}

namespace fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes mutated(Bytes bytes, std::size_t size_max, std::uint64_t seed) {
  const std::size_t size = bytes.size();
  bytes.resize(size_max);
  bytes.resize(mutate_run(bytes, size, seed));
  return bytes;
}

const Bytes& run() {
  static const Bytes made{cluster::kChoiceBytesMark, 2, 0, 0, 0, 15, 0, 0, 1, 0, 5, 20, 7};
  return made;
}

TEST(RunMutator, GivesTheSameFromTheSameSeed_AndMostlySomethingElse) {
  std::set<Bytes> made;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Bytes one = mutated(run(), 200, seed);
    EXPECT_EQ(one, mutated(run(), 200, seed));
    EXPECT_EQ(one[0], cluster::kChoiceBytesMark);
    made.insert(one);
  }
  EXPECT_GT(made.size(), 100U);
}

TEST(RunMutator, StaysWithinItsRoom) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    EXPECT_LE(mutated(run(), run().size(), seed).size(), run().size());
    EXPECT_LE(mutated({}, 3, seed).size(), 3U);
    EXPECT_GE(mutated({}, 100, seed).size(), cluster::kOptionBytes);
    Bytes out(20);
    EXPECT_LE(cross_runs(run(), run(), out, seed), out.size());
  }
}

TEST(RunMutator, CrossesTheChoicesOfBoth) {
  const Bytes one{cluster::kChoiceBytesMark, 2, 0, 0, 0, 15, 0};
  const Bytes other{cluster::kChoiceBytesMark, 2, 0, 0, 0, 20, 7};
  bool has_both = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Bytes out(100);
    out.resize(cross_runs(one, other, out, seed));
    has_both |= out.size() == cluster::kOptionBytes + 4;
  }
  EXPECT_TRUE(has_both);
}

// One change of an empty run may be one in which a leader is elected and commits what it begins
// with: chance alone, a choice at a time, would not come to that.
TEST(RunMutator, InsertsWholeEpisodes) {
  const Bytes empty{cluster::kChoiceBytesMark, 2, 1, 0, 0};  // three servers, with no-ops
  std::size_t committed = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Bytes made = mutated(empty, 200, seed);
    const auto run =
        cluster::run_of_bytes({reinterpret_cast<const char*>(made.data()), made.size()});
    ASSERT_TRUE(run);
    const auto node = node::make_raft_node(run->options);
    cluster::ChosenRun chosen(*node, run->options);
    for (const cluster::Choice& choice : run->choices) chosen.take(choice);
    EXPECT_FALSE(chosen.violation());
    committed += chosen.happened().has(spec::Witness::EntryCommitted) ? 1U : 0U;
  }
  EXPECT_GT(committed, 10U);
}

TEST(TreeMutator, ChangesTextWithinItsRoom) {
  const std::string text = R"({"a":[1,{"b":"x}"}],"c":null})";
  std::set<std::string> made;
  for (unsigned seed = 0; seed < 500; ++seed) {
    std::string changed = text + std::string(20, '.');
    const std::size_t size = mutate_text(reinterpret_cast<std::uint8_t*>(changed.data()),
                                         text.size(), changed.size(), seed);
    ASSERT_LE(size, changed.size());
    made.insert(changed.substr(0, size));
  }
  EXPECT_GT(made.size(), 50U);
  EXPECT_TRUE(made.contains(R"({"a":[1],"c":null})"));
}

}  // namespace
}  // namespace fuzz
