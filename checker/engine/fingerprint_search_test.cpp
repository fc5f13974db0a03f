// The store of fingerprints: what it must have in common with the exact one, and what becomes of
// states that have the same fingerprint.
#include "checker/engine/fingerprint_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/path_checker.hpp"
#include "checker/engine/random.hpp"
#include "checker/engine/toy_models.hpp"

namespace engine {
namespace {

using toy::Broadcast;

CountingOptions with_fingerprints(unsigned bits, std::uint64_t seed = 0) {
  CountingOptions options;
  options.inflight = 10;
  options.store = Store::Fingerprint;
  options.fingerprint_bits = bits;
  options.fingerprint_seed = seed;
  return options;
}

SearchResult count_either(Model& model, const CountingOptions& options) {
  toy::NoObserver observer;
  return make_counting_search(model, options)->run(observer);
}

// 59,050 states.
SearchResult broadcast(unsigned bits, std::uint64_t seed = 0) {
  Broadcast model(10, 1, toy::never);
  return count_either(model, with_fingerprints(bits, seed));
}
constexpr std::uint64_t kBroadcastStates = 59'050;

TEST(Fingerprints, AreNeverZero_AndDependOnSeedHalfAndMessages) {
  std::set<std::uint64_t> all;
  std::size_t made = 0;
  for (const std::uint64_t seed : {0U, 1U}) {
    const Fingerprints fingerprints(seed);
    for (HalfId half = 0; half < 20; ++half) {
      all.insert(fingerprints.of(half, {}));
      ++made;
      for (MessageId a = 0; a < 20; ++a) {
        all.insert(fingerprints.of(half, std::vector<MessageId>{a}));
        ++made;
        for (MessageId b = 0; b < 20; ++b) {
          for (MessageId c = 0; c < 3; ++c) {
            all.insert(fingerprints.of(half, std::vector<MessageId>{a, b, c}));
            ++made;
          }
        }
      }
    }
  }
  EXPECT_EQ(all.size(), made);
  EXPECT_FALSE(all.contains(0));
}

// As many distinct ones among so many as random numbers would leave, whichever bits are looked at.
TEST(Fingerprints, ArePlacedAsIfAtRandom) {
  constexpr int kCount = 1 << 16;
  constexpr unsigned kBits = 20;
  for (unsigned from = 0; from + kBits <= 64; from += 11) {
    std::set<std::uint64_t> seen;
    const Fingerprints fingerprints(7);
    for (MessageId a = 0; a < 1 << 8; ++a) {
      for (MessageId b = a; b < a + (1 << 8); ++b) {
        const std::vector<MessageId> messages{a, b, b};
        seen.insert(fingerprints.of(3, messages) >> from & ((1U << kBits) - 1));
      }
    }
    const double places = 1 << kBits;
    const double expected = places * (1 - std::pow(1 - 1 / places, kCount));
    EXPECT_NEAR(static_cast<double>(seen.size()), expected, 4 * std::sqrt(kCount - expected))
        << "from bit " << from;
  }
}

TEST(Fingerprints, AreShort_WhereFewerBitsAreAskedFor) {
  const Fingerprints fingerprints(0, 3);
  std::set<std::uint64_t> seen;
  for (HalfId half = 0; half < 1000; ++half) seen.insert(fingerprints.of(half, {}) >> 61U);
  EXPECT_EQ(seen, (std::set<std::uint64_t>{1, 2, 3, 4, 5, 6, 7}));  // 0 is taken for 1
}

TEST(FingerprintSearch, CountsAll_WithSixtyFourBits_AndSaysThatACollisionIsUnlikely) {
  const SearchResult result = broadcast(64);
  EXPECT_EQ(result.stopped_by, StopReason::Exhausted);
  EXPECT_EQ(result.progress.distinct, kBroadcastStates);
  ASSERT_TRUE(result.collisions);
  const auto distinct = static_cast<double>(result.progress.distinct);
  const auto again = static_cast<double>(result.progress.generated - result.progress.distinct);
  EXPECT_DOUBLE_EQ(result.collisions->from_counts, distinct * again * std::pow(0.5, 64));
  EXPECT_GT(result.collisions->from_gap, 0);
  EXPECT_LT(result.collisions->from_gap, 1e-6);
}

TEST(FingerprintSearch, MissesStates_AsManyAsItSaysAreLikely_WithFewBits) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const SearchResult some = broadcast(28, seed);
    // About 6.5 of the pairs of states are expected to meet. A state that is missed may hide
    // others.
    EXPECT_LE(some.progress.distinct, kBroadcastStates);
    EXPECT_GT(some.progress.distinct, kBroadcastStates - 200);
    EXPECT_EQ(some.collisions->from_counts, 1);
    const SearchResult many = broadcast(12, seed);
    EXPECT_LT(many.progress.distinct, 1U << 12U);
    EXPECT_EQ(many.stopped_by, StopReason::Exhausted);
    EXPECT_EQ(many.collisions->from_counts, 1);
    EXPECT_EQ(many.collisions->from_gap, 1);
  }
}

TEST(FingerprintSearch, MissesOtherStates_WithAnotherSeed) {
  std::set<std::uint64_t> counts;
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    counts.insert(broadcast(22, seed).progress.distinct);
  EXPECT_GT(counts.size(), 2U);
  for (const std::uint64_t distinct : counts) EXPECT_LT(distinct, kBroadcastStates);
}

// The first estimate, with bits so few that it can be seen to be right: of 40 seeds, the share
// with states missed is near it.
TEST(FingerprintSearch, EstimatesHowOftenStatesAreMissed) {
  constexpr int kSeeds = 60;
  constexpr unsigned kBits = 28;
  int missed = 0;
  double estimate = 0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    Broadcast model(7, 1, toy::never);  // 2,188 states
    CountingOptions options = with_fingerprints(kBits, static_cast<std::uint64_t>(seed));
    const SearchResult result = count_either(model, options);
    EXPECT_LE(result.progress.distinct, 2188U);
    if (result.progress.distinct < 2188) ++missed;
    estimate = result.collisions->from_counts;
  }
  // 2,188 * 9,479 / 2^28 = 0.077: an upper bound of sorts; half the pairs of states are 0.009.
  EXPECT_GT(estimate, 0.02);
  EXPECT_LT(estimate, 0.2);
  EXPECT_LE(missed, 15);
}

TEST(FingerprintSearch, FindsARunThatIsARun_ThoughStatesAreMissed) {
  const auto all_know = [](const std::vector<int>& state) {
    return std::all_of(state.begin() + 1, state.end(), [](int rounds) { return rounds > 0; });
  };
  int found = 0;
  for (unsigned bits = 8; bits <= 20; ++bits) {
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      Broadcast model(7, 1, all_know);
      CountingOptions options = with_fingerprints(bits, seed);
      const SearchResult result = count_either(model, options);
      if (result.stopped_by != StopReason::Violation) continue;
      ++found;
      EXPECT_EQ(PathChecker(model, &options).fault_of(result), "")
          << bits << " bits, seed " << seed;
    }
  }
  EXPECT_GT(found, 20);
}

TEST(FingerprintSearch, RefusesNetworksOnWhichAMessageIsOnceEver) {
  Broadcast model(3, 1, toy::never);
  CountingOptions options = with_fingerprints(64);
  options.order = Order::Once;
  options.loss = Loss::None;
  options.inflight = kUnlimited;
  EXPECT_THROW(make_counting_search(model, options), std::invalid_argument);
}

TEST(FingerprintSearch, AloneSpeaksOfCollisions) {
  Broadcast model(3, 1, toy::never);
  CountingOptions options = with_fingerprints(64);
  EXPECT_TRUE(count_either(model, options).collisions);
  options.store = Store::Exact;
  EXPECT_FALSE(count_either(model, options).collisions);
}

}  // namespace
}  // namespace engine
