// Shrinking, with runs that are said to fail for what is in them: nothing is run.
#include "checker/rapidcheck/run_shrinks.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace cluster::rapid {
namespace {

using Fails = std::function<bool(const PlannedRun&)>;

// As RapidCheck does: the first candidate that fails too takes the run's place.
PlannedRun shrunk(const PlannedRun& run, bool may_change_options, const Fails& fails) {
  rc::Shrinkable<PlannedRun> best = shrinkable_run(run, may_change_options, 64);
  for (bool is_smaller = true; is_smaller;) {
    is_smaller = false;
    rc::Seq<rc::Shrinkable<PlannedRun>> candidates = best.shrinks();
    while (auto candidate = candidates.next()) {
      if (!fails(candidate->value())) continue;
      best = *candidate;
      is_smaller = true;
      break;
    }
  }
  return best.value();
}

PlannedRun run_of(std::size_t choices) {
  PlannedRun run{.options = {.servers = 3}, .choices = {}};
  for (std::size_t i = 0; i < choices; ++i) {
    run.choices.push_back({ChoiceKind::Crash, static_cast<std::uint8_t>(i + 1)});
  }
  return run;
}

bool has(const PlannedRun& run, std::uint8_t server) {
  return std::ranges::find(run.choices, server, &Choice::server) != run.choices.end();
}

TEST(RunShrinks, LeaveOutWhateverDoesNotMatter) {
  for (const std::size_t size : {3U, 64U, 100U, 129U}) {
    for (const std::size_t place : {std::size_t{1}, size / 2, size}) {
      const auto wanted = static_cast<std::uint8_t>(place);
      const PlannedRun least =
          shrunk(run_of(size), false, [&](const PlannedRun& run) { return has(run, wanted); });
      EXPECT_EQ(least.choices, (std::vector<Choice>{{ChoiceKind::Crash, wanted}}));
    }
  }
}

TEST(RunShrinks, LeaveOutPairs_OfWhichNeitherCanGoAlone) {
  const PlannedRun least = shrunk(run_of(24), false, [](const PlannedRun& run) {
    return has(run, 7) && has(run, 3) == has(run, 20) && has(run, 1) == has(run, 24);
  });
  EXPECT_EQ(least.choices, (std::vector<Choice>{{ChoiceKind::Crash, 7}}));
}

TEST(RunShrinks, MakeChoicesAndOptionsSimpler) {
  PlannedRun run{.options = {.servers = 5, .pre_vote = true, .vote_lease = true, .voters = 4},
                 .choices = {{ChoiceKind::Duplicate, 1, 2, 9}}};
  run.options.lease_reads = true;
  run.options.changes = node::Changes::Joint;
  const Fails needs_leases = [](const PlannedRun& candidate) {
    EXPECT_TRUE(candidate.options.vote_lease || !candidate.options.lease_reads);
    EXPECT_LE(candidate.options.voters, candidate.options.servers);
    return candidate.options.vote_lease && !candidate.choices.empty();
  };
  const PlannedRun least = shrunk(run, true, needs_leases);
  EXPECT_EQ(least.choices, (std::vector<Choice>{{ChoiceKind::Deliver, 1, 2, 0}}));
  EXPECT_EQ(least.options.servers, 1U);
  EXPECT_TRUE(least.options.vote_lease);
  EXPECT_FALSE(least.options.pre_vote || least.options.lease_reads);
  EXPECT_EQ(least.options.changes, node::Changes::None);
  EXPECT_EQ(shrunk(run, false, needs_leases).options.servers, 5U);
}

}  // namespace
}  // namespace cluster::rapid
