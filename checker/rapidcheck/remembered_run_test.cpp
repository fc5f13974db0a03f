// Runs by look-ups are the runs that the Runner takes step by step, on the core and on nodes with a
// bug; and runs are their bytes.
#include "checker/cluster/remembered_run.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <span>

#include "checker/cluster/choice_bytes.hpp"
#include "checker/cluster/choices.hpp"
#include "checker/cluster/likeness.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/vocabulary.hpp"
#include "checker/rapidcheck/runs.hpp"

namespace cluster::rapid {
namespace {

template <class Node>
std::unique_ptr<node::Node> make_changed(const node::Options& options) {
  return std::make_unique<Node>(options);
}

using MakeNode = std::unique_ptr<node::Node> (*)(const node::Options&);

StepMemory::MakeStates states_of(MakeNode make_node) {
  return [=](const node::Options& options) { return node::make_states_of(make_node(options)); };
}

void expect_same(const PlannedRun& run, StepMemory& memory, MakeNode make_node) {
  const auto node = make_node(run.options);
  ChosenRun chosen(*node, run.options);
  RememberedRun remembered(memory);
  remembered.begin(run.options);
  for (const Choice& choice : run.choices) {
    RC_ASSERT(remembered.take(choice) == chosen.take(choice));
    const auto& violation = chosen.violation();
    RC_ASSERT(remembered.violation() == (violation ? number_of(violation->property) : 0));
    RC_ASSERT(remembered.history() == chosen.runner().history());
    for (std::size_t i = 0; i < run.options.servers; ++i) {
      RC_ASSERT(remembered.state(i) == chosen.runner().states()[i]);
    }
  }
  RC_CLASSIFY(chosen.violation().has_value(), "violated something");
  RC_CLASSIFY(chosen.happened().has(spec::Witness::EntryCommitted), "committed");
}

// Memories are shared by all runs of a test, as they are meant to be.
RC_GTEST_PROP(RememberedRun, IsTheChosenRun_OfTheCore, ()) {
  static StepMemory memory(node::make_raft_states);
  expect_same(*runs(), memory, node::make_raft_node);
}

// From where one run has come to another goes on as that one does, whatever it did before.
RC_GTEST_PROP(RememberedRun, GoesOnFromAnyPlaceOfAnother, ()) {
  static StepMemory memory(node::make_raft_states);
  const PlannedRun run = *runs();
  const auto choices = std::span<const Choice>(run.choices);
  const std::size_t parting = *rc::gen::inRange<std::size_t>(0, choices.size() + 1);
  RememberedRun one(memory);
  one.begin(run.options);
  one.take(choices.first(parting));
  RememberedRun other(memory);
  other.begin(run.options);
  other.take(choices.first(*rc::gen::inRange<std::size_t>(0, choices.size() + 1)));
  other.go_on_from(one.place());
  for (const Choice& choice : choices.subspan(parting)) {
    RC_ASSERT(one.take(choice) == other.take(choice));
    RC_ASSERT(one.violation() == other.violation());
    RC_ASSERT(one.history() == other.history());
    RC_ASSERT(one.standing() == other.standing());
    for (std::size_t i = 0; i < run.options.servers; ++i) RC_ASSERT(one.state(i) == other.state(i));
  }
}

RC_GTEST_PROP(RememberedRun, IsTheChosenRun_OfNodesKeptAsBytes, ()) {
  static StepMemory memory(states_of(node::make_raft_node));
  expect_same(*runs(), memory, node::make_raft_node);
}

RC_GTEST_PROP(RememberedRun, IsTheChosenRun_OfNodesThatForget, ()) {
  static StepMemory memory(states_of(make_changed<ForgetfulNode>));
  expect_same(*runs(), memory, make_changed<ForgetfulNode>);
}

RC_GTEST_PROP(RememberedRun, IsTheChosenRun_OfNodesThatVoteTwice, ()) {
  static StepMemory memory(states_of(make_changed<DoubleVotingNode>));
  expect_same(*runs(), memory, make_changed<DoubleVotingNode>);
}

RC_GTEST_PROP(RememberedRun, IsTheSame_WhenTheMemoryWasCleared, ()) {
  const PlannedRun run = *runs();
  StepMemory memory(node::make_raft_states);
  RememberedRun remembered(memory);
  std::vector<std::string> before;
  for (int i = 0; i < 2; ++i) {
    remembered.begin(run.options);
    remembered.take(run.choices);
    std::vector<std::string> states;
    for (std::size_t s = 0; s < run.options.servers; ++s) states.push_back(remembered.state(s));
    if (i > 0) RC_ASSERT(states == before);
    before = std::move(states);
    memory.clear();
    RC_ASSERT(memory.bytes() == 0U);
  }
}

RC_GTEST_PROP(ChoiceBytes, AnyBytesAreARun_AndItsBytesMeanTheSame, (std::string bytes)) {
  RC_ASSERT(!run_of_bytes("{" + bytes));
  bytes.insert(bytes.begin(), static_cast<char>(kChoiceBytesMark));
  const auto run = run_of_bytes(bytes);
  RC_ASSERT(run.has_value());
  const auto again = run_of_bytes(bytes_of_run(*run));
  RC_ASSERT(again.has_value());
  RC_ASSERT(bytes_of_run(*again) == bytes_of_run(*run));
  RC_ASSERT(again->choices == run->choices);
}

// What bytes cannot say is left out: numbers above 79, commands above 3, and servers of choices
// that need none.
Choice as_bytes_say(Choice choice) {
  const bool has_server = choice.kind != ChoiceKind::Cut && choice.kind != ChoiceKind::Heal;
  choice.number = std::min<std::uint8_t>(choice.number, 79);
  if (choice.kind == ChoiceKind::Propose) choice.number %= 4;
  if (!has_server) choice.server = 1;
  if (!is_of_message(choice.kind) && choice.kind != ChoiceKind::Transfer) choice.other = 1;
  return choice;
}

RC_GTEST_PROP(ChoiceBytes, RunsComeBack, ()) {
  const PlannedRun run = *runs();
  const auto again = run_of_bytes(bytes_of_run(run));
  RC_ASSERT(again.has_value());
  RC_ASSERT(node::core_config(again->options) == node::core_config(run.options));
  RC_ASSERT(again->options.snapshots == run.options.snapshots);
  RC_ASSERT(again->choices.size() == run.choices.size());
  for (std::size_t i = 0; i < run.choices.size(); ++i) {
    RC_ASSERT(as_bytes_say(again->choices[i]) == as_bytes_say(run.choices[i]));
  }
}

spec::ServerView follower_of(spec::ServerId id, spec::ServerId leader, spec::Term term) {
  spec::ServerView view;
  view.id = id;
  view.current_term = term;
  view.voted_for = leader;
  view.leader = leader;
  view.log = {{.term = term, .command = "v" + std::to_string(id)}};
  view.commit_index = 1;
  return view;
}

TEST(Likeness, IsTheSame_WhoeverItIsAndWhateverWasSaid) {
  EXPECT_EQ(likeness(follower_of(1, 2, 5)), likeness(follower_of(3, 1, 9)));
}

TEST(Likeness, TellsSituationsApart) {
  const spec::ServerView view = follower_of(1, 2, 5);
  std::set<std::uint64_t> found{likeness(view)};
  const auto add = [&](auto change) {
    spec::ServerView changed = view;
    change(changed);
    EXPECT_TRUE(found.insert(likeness(changed)).second);
  };
  add([](auto& server) { server.role = spec::Role::Candidate; });
  add([](auto& server) { server.voted_for = spec::kNoServer; });
  add([](auto& server) { server.commit_index = 0; });
  add([](auto& server) { server.current_term = 6; });
  add([](auto& server) { server.log.clear(); });
  add([](auto& server) { server.lease = true; });
  add([](auto& server) { server.snapshot.index = 1; });
  add([](auto& server) { server.match_index = {0, 1}; });
}

TEST(Likeness, OfAWholeCluster_IsWhoIsBehindAndGoesByWhat) {
  const spec::ServerView one = follower_of(1, 2, 5);
  const spec::ServerView two = follower_of(2, 2, 5);
  const auto of = [](const spec::ServerView& left, const spec::ServerView& right) {
    const Bearing bearings[] = {bearing(left), bearing(right)};
    return standing(bearings);
  };
  EXPECT_EQ(of(one, two), of(two, one));
  std::set<std::uint64_t> found{of(one, two)};
  const auto add = [&](auto change) {
    spec::ServerView changed = two;
    change(changed);
    EXPECT_TRUE(found.insert(of(one, changed)).second);
  };
  add([](auto& server) { server.role = spec::Role::Leader; });
  add([](auto& server) { server.current_term = 6; });
  add([](auto& server) { server.lease = true; });
  add([](auto& server) { server.reads = {1}; });
  add([](auto& server) { server.membership.voters = {1, 2}; });
  add([](auto& server) { server.commit_index = 0; });
}

TEST(Likeness, OfAWholeCluster_TellsWhetherQuorumsMayHaveNobodyInCommon) {
  const auto of = [](spec::MembershipView left, spec::MembershipView right) {
    spec::ServerView one = follower_of(1, 2, 5);
    spec::ServerView two = follower_of(2, 2, 5);
    one.membership = std::move(left);
    two.membership = std::move(right);
    const Bearing bearings[] = {bearing(one), bearing(two)};
    return standing(bearings);
  };
  const spec::MembershipView four{.voters = {1, 2, 3, 4}};
  const spec::MembershipView without_four{.voters = {1, 2, 3}};
  const spec::MembershipView without_three{.voters = {1, 2, 4}};
  const spec::MembershipView joint{.voters = {1, 2, 4}, .outgoing = {1, 2, 3}};
  const std::uint64_t overlap = of(four, without_four);
  EXPECT_EQ(of(four, without_three), overlap);
  EXPECT_NE(of(without_four, without_three), overlap);
  EXPECT_EQ(of(without_four, joint), overlap);
  EXPECT_EQ(of(without_four, {}), overlap);  // not known
}

TEST(Likeness, OfMessages_IsTheirKindAndAnswer) {
  const auto reply = [](spec::ServerId from, bool granted) {
    return spec::MessageView{from, 3, "request_vote_reply", {{"vote_granted", granted}}};
  };
  EXPECT_EQ(likeness(reply(1, true)), likeness(reply(2, true)));
  EXPECT_NE(likeness(reply(1, true)), likeness(reply(1, false)));
}

}  // namespace
}  // namespace cluster::rapid
