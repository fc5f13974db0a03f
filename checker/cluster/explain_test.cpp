// What explains a violation: the slice, the faults, where implementations part, and the rule.
#include <gtest/gtest.h>

#include <algorithm>

#include "checker/cluster/broken_rule.hpp"
#include "checker/cluster/causes.hpp"
#include "checker/cluster/choice_plans.hpp"
#include "checker/cluster/choices.hpp"
#include "checker/cluster/divergence.hpp"
#include "checker/cluster/explore.hpp"
#include "checker/cluster/faults.hpp"
#include "checker/cluster/hand_made.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/scenario.hpp"
#include "checker/cluster/test_nodes.hpp"

namespace cluster {
namespace {

using spec::PaperRule;
using spec::Property;
using traces::Action;

constexpr auto kGoOn = [](std::size_t, std::size_t) { return true; };

std::vector<std::size_t> steps_of(const Causes& causes) {
  std::vector<std::size_t> steps;
  for (const Cause& cause : causes.steps) steps.push_back(cause.step);
  return steps;
}

const Fault* find(const std::vector<Fault>& faults, FaultKind kind, std::size_t step) {
  const auto found = std::ranges::find_if(
      faults, [&](const Fault& fault) { return fault.kind == kind && fault.step == step; });
  return found == faults.end() ? nullptr : &*found;
}

// Server 3 votes for 1 and then for 2, and both lead term 1; a heartbeat and a crash of server 1
// after its election have no part in it.
traces::Trace two_leaders(node::Node& node) {
  return HandMade(node, Property::ElectionSafety)
      .act(traces::ActionKind::ElectionTimeout, 1)
      .act(traces::ActionKind::ElectionTimeout, 2)
      .deliver(1, 3)
      .deliver(3, 1)
      .act(traces::ActionKind::HeartbeatTimeout, 1)
      .act(traces::ActionKind::Crash, 1)
      .deliver(2, 3)
      .deliver(7, 2)
      .trace();
}

TEST(Causes, AreTheStepsBehindBothLeaders_AndNoOthers) {
  DoubleVotingNode node({.servers = 3});
  const traces::Trace trace = two_leaders(node);
  ASSERT_TRUE(trace.violation);
  const Causes causes = causes_of(node, trace);
  // The heartbeat changes nothing and sends nothing that is received. The crash does change its
  // server; what that had come to before is what counts, and that it leads is history.
  EXPECT_EQ(std::ranges::count(steps_of(causes), 5U), 0);
  for (const std::size_t step : {1U, 2U, 3U, 4U, 7U, 8U}) {
    EXPECT_EQ(std::ranges::count(steps_of(causes), step), 1) << step;
  }
  EXPECT_EQ(causes.roots.back(), 8U);
  const auto& last = causes.steps.back();
  EXPECT_EQ(last, (Cause{.step = 8, .message = 7, .local = 2}));
}

TEST(Causes, OfARunOfTheirOwn_StillViolate) {
  // Random runs of a node that votes twice: the slice alone, run again, violates the same.
  DoubleVotingNode node({.servers = 3});
  std::size_t violating = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    engine::Random random(seed, 0);
    ChosenRun run(node, {.servers = 3});
    run.take(draw_choices({.servers = 3}, random, 150));
    const traces::Trace trace = run.trace();
    if (!trace.violation) continue;
    ++violating;
    const Causes causes = causes_of(node, trace);
    std::vector<bool> dropped(trace.steps.size(), true);
    for (const Cause& cause : causes.steps) {
      dropped[cause.step - 1] = false;
      for (const std::size_t before : {cause.message, cause.local}) {
        EXPECT_TRUE(before == 0 || !dropped[before - 1]) << before << " behind " << cause.step;
      }
    }
    const ScriptRun again = run_script(node, without(script_of(trace), dropped),
                                       {.properties = recorded_properties(trace)});
    ASSERT_TRUE(again.trace.violation) << seed;
    EXPECT_EQ(again.trace.violation->property, trace.violation->property);
  }
  EXPECT_GT(violating, 5U);
}

TEST(Faults, AreTriedOnTheRealCode) {
  DoubleVotingNode node({.servers = 3});
  const std::vector<Fault> faults = try_faults(node, two_leaders(node), kGoOn).faults;
  // Nobody needs the crash; that the first leader's heartbeat does not arrive is needed.
  const Fault* crash = find(faults, FaultKind::Crash, 6);
  ASSERT_NE(crash, nullptr);
  EXPECT_FALSE(crash->is_needed);
  const Fault* announcement = find(faults, FaultKind::Loss, 4);
  ASSERT_NE(announcement, nullptr);
  EXPECT_TRUE(std::ranges::any_of(faults, [](const Fault& fault) {
    return fault.kind == FaultKind::Loss && fault.step == 4 && fault.is_needed;
  }));
  EXPECT_TRUE(std::ranges::is_sorted(faults, {}, &Fault::step));
}

TEST(Faults, NeedTheCrash_WhereAVoteIsForgotten) {
  ForgetfulNode node({.servers = 3});
  const traces::Trace trace = HandMade(node, Property::TermMonotonic)
                                  .act(traces::ActionKind::ElectionTimeout, 1)
                                  .deliver(1, 2)
                                  .act(traces::ActionKind::Crash, 2)
                                  .trace();
  ASSERT_TRUE(trace.violation);
  const std::vector<Fault> faults = try_faults(node, trace, kGoOn).faults;
  ASSERT_NE(find(faults, FaultKind::Crash, 3), nullptr);
  EXPECT_TRUE(find(faults, FaultKind::Crash, 3)->is_needed);
  EXPECT_FALSE(find(faults, FaultKind::Loss, 2)->is_needed);  // the answer that is not received
}

TEST(Faults, TellCutsCopiesAndDelays) {
  DoubleVotingNode node({.servers = 3});
  const traces::Trace trace = HandMade(node, Property::ElectionSafety, "unordered")
                                  .cut({{1, 3}, {2}})
                                  .act(traces::ActionKind::ElectionTimeout, 1)  // not to server 2
                                  .deliver(2, 3, true)
                                  .heal()
                                  .act(traces::ActionKind::ElectionTimeout, 2)
                                  .deliver(2, 3)  // once more
                                  .deliver(3, 1)
                                  .deliver(5, 3)
                                  .deliver(8, 2)
                                  .trace();
  ASSERT_TRUE(trace.violation);
  const std::vector<Fault> faults = try_faults(node, trace, kGoOn).faults;
  const Fault* cut = find(faults, FaultKind::Cut, 1);
  ASSERT_NE(cut, nullptr);
  EXPECT_FALSE(cut->is_needed);  // what it lost is lost without it too: nobody receives it
  const Fault* copy = find(faults, FaultKind::Duplicate, 2);
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(copy->received, 6U);
  EXPECT_FALSE(copy->is_needed);
  const Fault* late = find(faults, FaultKind::Delay, 5);
  ASSERT_NE(late, nullptr);
  EXPECT_EQ(late->received, 8U);
  // What the cut kept from server 2 is the cut's doing, and no loss.
  EXPECT_EQ(find(faults, FaultKind::Loss, 2), nullptr);
}

TEST(Faults, StopWhenToldTo) {
  DoubleVotingNode node({.servers = 3});
  const traces::Trace trace = two_leaders(node);
  const std::size_t all = try_faults(node, trace, kGoOn).faults.size();
  const FaultsTried some =
      try_faults(node, trace, [](std::size_t tried, std::size_t) { return tried < 2; });
  EXPECT_EQ(some.faults.size(), 2U);
  EXPECT_EQ(some.untried, all - 2);
}

TEST(Divergence, IsTheFirstStepThatDiffers) {
  DoubleVotingNode node({.servers = 3});
  const auto core = node::make_raft_node({.servers = 3});
  const auto parting = first_divergence(node, *core, two_leaders(node));
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->here.step.number, 7U);
  EXPECT_EQ(parting->here.step.outcome, "VoteGranted");
  EXPECT_EQ(parting->reference.step.outcome, "VoteRefusedVoted");
  EXPECT_EQ(parting->before.voted_for, 1U);
  EXPECT_EQ(broken_rule(*parting, {}), PaperRule::VoteOnce);
}

// In order, nothing is received before what was sent before it, unless that was lost in both.
TEST(Divergence, LosesTheSameMessagesInBoth) {
  Scenario run({.servers = 3}, "ordered");
  for (const spec::ServerId candidate : {1U, 2U}) {
    run.election_timeout(candidate);
    run.lose({0, 1});
    run.deliver(3, run.election_timeout(candidate));  // in term 2
  }
  DoubleVotingNode node({.servers = 3});
  const auto core = node::make_raft_node({.servers = 3});
  const ScriptRun taken = run.take(node, spec::set_of(Property::OneVotePerTerm));
  const auto parting = first_divergence(node, *core, taken.trace);
  ASSERT_TRUE(parting);
  EXPECT_EQ(parting->here.step.number, 6U);
  EXPECT_EQ(parting->reference.step.outcome, "VoteRefusedVoted");
}

TEST(Divergence, IsNowhere_WhereBothDoTheSame) {
  const auto one = node::make_raft_node({.servers = 3});
  const auto other = node::make_raft_node({.servers = 3});
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    engine::Random random(seed, 0);
    ChosenRun run(*one, {.servers = 3});
    run.take(draw_choices({.servers = 3}, random, 150));
    EXPECT_FALSE(first_divergence(*one, *other, run.trace()));
  }
}

// A step of server 1 from one view to two others.
Divergence parting(const spec::ServerView& before, const spec::ServerView& here,
                   const spec::ServerView& reference, Action action = {}) {
  Divergence made{before, {}, {}};
  action.server = 1;
  made.here.step.action = action;
  made.reference.step.action = action;
  made.here.step.view = here;
  made.reference.step.view = reference;
  return made;
}

spec::ServerView leader_with(std::vector<spec::EntryView> log, spec::Term term) {
  spec::ServerView view;
  view.id = 1;
  view.role = spec::Role::Leader;
  view.current_term = term;
  view.log = std::move(log);
  return view;
}

TEST(BrokenRule, OfACommitIndex_DependsOnWhatIsCommitted) {
  spec::ServerView before = leader_with({{1, false, "a"}, {2, false, "b"}}, 2);
  spec::ServerView old = before;
  old.commit_index = 1;
  spec::ServerView own = before;
  own.commit_index = 2;
  EXPECT_EQ(broken_rule(parting(before, old, before), {}), PaperRule::CommitOwnTerm);
  EXPECT_EQ(broken_rule(parting(before, own, before), {}), PaperRule::CommitByMajority);
  EXPECT_EQ(broken_rule(parting(before, before, own), {}), PaperRule::CommitByMajority);
  spec::ServerView removed = own;
  removed.membership.voters = {2, 3};
  EXPECT_EQ(broken_rule(parting(before, removed, before), {}), PaperRule::RemovedLeaderNotCounted);
  spec::ServerView joint = own;
  joint.membership = {{1, 2}, {1, 2, 3}, {}};
  EXPECT_EQ(broken_rule(parting(before, joint, before), {}), PaperRule::JointMajorities);
  before.role = spec::Role::Follower;
  old.role = spec::Role::Follower;
  EXPECT_EQ(broken_rule(parting(before, old, before), {}), PaperRule::FollowerCommit);
}

TEST(BrokenRule, OfALog_DependsOnWhatIsLost) {
  spec::ServerView before;
  before.id = 1;
  before.log = {{1, false, "a"}, {1, false, "b"}};
  spec::ServerView cut = before;
  cut.log.pop_back();
  spec::ServerView longer = before;
  longer.log.push_back({1, false, "b"});
  EXPECT_EQ(broken_rule(parting(before, cut, before), {}), PaperRule::DeleteOnConflictOnly);
  EXPECT_EQ(broken_rule(parting(before, longer, before), {}), PaperRule::AppendNewOnly);
  Action crash;
  crash.kind = traces::ActionKind::Crash;
  EXPECT_EQ(broken_rule(parting(before, cut, before, crash), {}),
            PaperRule::PersistBeforeResponding);
}

TEST(BrokenRule, IsUnknown_WhereTheDifferenceSaysNothing) {
  const spec::ServerView view = leader_with({}, 1);
  Divergence same = parting(view, view, view);
  same.here.step.outcome = "Odd";
  EXPECT_FALSE(broken_rule(same, {}));
  same.here.step.view.reset();
  EXPECT_FALSE(broken_rule(same, {}));
}

// A trace of one server's views, for what a property says without a reference.
traces::Trace trace_of(Property property, std::vector<spec::ServerView> views,
                       traces::ActionKind last = traces::ActionKind::Deliver) {
  traces::Trace trace;
  trace.initial.emplace_back().id = 1;
  for (spec::ServerView& view : views) {
    traces::Step& step = trace.steps.emplace_back();
    step.number = trace.steps.size();
    step.action.kind = step.number == views.size() ? last : traces::ActionKind::Deliver;
    step.action.server = 1;
    view.id = 1;
    step.view = std::move(view);
  }
  trace.violation = {to_string(property), "", trace.steps.size()};
  return trace;
}

spec::ServerView voter(spec::Term term, spec::ServerId voted_for) {
  spec::ServerView view;
  view.current_term = term;
  view.voted_for = voted_for;
  return view;
}

TEST(RuleBehind, ASecondVote_DependsOnHowItCameAbout) {
  const auto rule = [](std::vector<spec::ServerView> views, traces::ActionKind last) {
    return rule_behind(trace_of(Property::OneVotePerTerm, std::move(views), last));
  };
  EXPECT_EQ(rule({voter(1, 2), voter(1, 3)}, traces::ActionKind::Deliver), PaperRule::VoteOnce);
  EXPECT_EQ(rule({voter(1, 2), voter(1, 0), voter(1, 3)}, traces::ActionKind::Deliver),
            PaperRule::VoteKeptInTerm);
  EXPECT_EQ(rule({voter(1, 2), voter(1, 0)}, traces::ActionKind::Crash),
            PaperRule::PersistBeforeResponding);
  EXPECT_EQ(rule_behind(trace_of(Property::ElectionSafety, {voter(1, 2), voter(2, 3)})),
            PaperRule::MajorityElects);
}

TEST(RuleBehind, IsThere_ForEveryPropertyButContracts) {
  for (std::size_t i = 0; i < spec::kPropertyCount; ++i) {
    const auto property = static_cast<Property>(i);
    const bool is_known = rule_behind(trace_of(property, {voter(1, 1)})).has_value();
    EXPECT_EQ(is_known, property != Property::Contract) << to_string(property);
  }
  traces::Trace passing;
  EXPECT_FALSE(rule_behind(passing));
}

}  // namespace
}  // namespace cluster
