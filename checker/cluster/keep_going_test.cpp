// Several counterexamples: the kinds that are found are those that there are.
#include "checker/cluster/keep_going.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/vocabulary.hpp"
#include "traces/render.hpp"

namespace cluster {
namespace {

class Quiet final : public ExploreObserver {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override {
    return stop ? std::optional(engine::StopReason::Interrupted) : std::nullopt;
  }
  void on_violation_found(const spec::Violation&) override {}
  bool stop = false;
};

ExploreOptions options_of(Network network) {
  ExploreOptions options;
  options.bounds = {.servers = 3, .network = network, .inflight = 3};
  options.bounds.terms = 1;
  options.bounds.log = 1;
  options.bounds.crashes = 1;
  options.node = {.servers = 3};
  return options;
}

using Kind = std::pair<std::string, std::string>;  // property, action

struct All {
  std::map<Kind, std::size_t> depths;
  engine::StopReason stopped_by{};
};

All all_kinds(node::Node& node, const ExploreOptions& options, std::size_t most) {
  Quiet observer;
  const ExploreReport first = explore(node, options, observer);
  All all;
  if (!first.violation) return all;
  const auto note = [&](const traces::Trace& trace) {
    const Kind kind{trace.violation->property, breaking_action(trace)};
    EXPECT_TRUE(all.depths.emplace(kind, trace.steps.size()).second)
        << kind.first << " by " << kind.second << " is reported twice";
    const ReplayResult replayed = replay(node, trace, [](std::size_t) {});
    EXPECT_EQ(replayed.verdict, ReplayVerdict::Reproduced) << replayed.explanation;
  };
  note(*first.trace);
  const Findings findings = keep_going(node, options, first, most, observer);
  for (const Finding& one : findings.further) note(one.trace);
  all.stopped_by = findings.stopped_by;
  return all;
}

TEST(KeepGoing, FindsAllKinds_AndTheSameOverAnyNetworkAndABoundedOne) {
  ForgetfulNode node({.servers = 3});
  const All covered = all_kinds(node, options_of(Network::Any), 50);
  const All counted = all_kinds(node, options_of(Network::Unordered), 50);
  EXPECT_EQ(covered.stopped_by, engine::StopReason::Exhausted);
  EXPECT_EQ(counted.stopped_by, engine::StopReason::Exhausted);
  EXPECT_GE(covered.depths.size(), 3U);
  EXPECT_EQ(covered.depths, counted.depths);
}

TEST(KeepGoing, GoesPastAPropertyThatWasViolated) {
  // The early form hides what it is an early form of.
  DoubleVotingNode node({.servers = 3});
  ExploreOptions options = options_of(Network::Any);
  options.bounds.crashes = 0;
  const All all = all_kinds(node, options, 50);
  EXPECT_TRUE(all.depths.contains({"OneVotePerTerm", "deliver_request_vote"}));
  EXPECT_TRUE(all.depths.contains({"ElectionSafety", "deliver_request_vote_reply"}));
  const auto safety = all.depths.find({"ElectionSafety", "deliver_request_vote_reply"});
  ASSERT_NE(safety, all.depths.end());
  EXPECT_EQ(safety->second, 6U);  // as with --property ElectionSafety
}

TEST(KeepGoing, StopsAtSoMany) {
  ForgetfulNode node({.servers = 3});
  const All all = all_kinds(node, options_of(Network::Any), 1);
  EXPECT_EQ(all.depths.size(), 2U);
  EXPECT_EQ(all.stopped_by, engine::StopReason::Violation);
}

TEST(KeepGoing, StopsWhereASearchIsStopped) {
  ForgetfulNode node({.servers = 3});
  Quiet observer;
  const ExploreOptions options = options_of(Network::Any);
  const ExploreReport first = explore(node, options, observer);
  observer.stop = true;
  EXPECT_EQ(keep_going(node, options, first, 50, observer).stopped_by,
            engine::StopReason::Interrupted);
}

}  // namespace
}  // namespace cluster
