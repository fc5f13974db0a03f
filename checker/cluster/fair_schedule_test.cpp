// The fair schedule by itself, on servers that do what a table says.
#include "checker/cluster/fair_schedule.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "checker/node/raft_node.hpp"

namespace cluster {
namespace {

// Servers that do what a table says and log what is done to them.
class Puppets {
 public:
  struct Message {
    spec::ServerId receiver = spec::kNoServer;
    std::string name;
  };
  ServerFacts facts(spec::ServerId server) { return facts_of_server[server]; }
  static spec::ServerId to(const Message& message) { return message.receiver; }
  [[nodiscard]] const std::vector<Message>& sent() const { return sent_; }
  std::optional<ScheduledEffect> heartbeat(spec::ServerId server) { return act("beat", server); }
  std::optional<ScheduledEffect> timeout(spec::ServerId server) { return act("timeout", server); }
  std::optional<ScheduledEffect> lease_timeout(spec::ServerId server) {
    facts_of_server[server].has_lease = false;
    return act("lease end", server);
  }
  std::optional<ScheduledEffect> propose(spec::ServerId server) {
    facts_of_server[server].proposed = 1;
    return act("propose", server);
  }
  std::optional<ScheduledEffect> write(spec::ServerId server) {
    facts_of_server[server].writes = false;
    return act("write", server);
  }
  std::optional<ScheduledEffect> receive(const Message& message) {
    return act(message.name, message.receiver);
  }

  std::map<spec::ServerId, ServerFacts> facts_of_server;
  std::map<std::string, std::vector<Message>> sends;  // by what is done: "beat 1"
  std::set<std::string> restarts;                     // what restarts the actor's timer
  std::set<std::string> impossible;
  std::vector<std::string> log;

 private:
  std::optional<ScheduledEffect> act(const std::string& what, spec::ServerId server) {
    const std::string name = what + " " + std::to_string(server);
    log.push_back(name);
    sent_ = sends[name];
    if (impossible.contains(name)) return std::nullopt;
    return ScheduledEffect{restarts.contains(name)};
  }
  std::vector<Message> sent_;
};

using Log = std::vector<std::string>;

ScheduleResult run(Puppets& puppets, const TimerOrder& order, std::uint64_t steps_max) {
  return FairSchedule<Puppets>(puppets, order, steps_max).run();
}

TEST(FairSchedule, LetsTimersRunOutByTheirOrder_AndOnceUnlessTheyAreAskedFor) {
  Puppets silent;
  EXPECT_EQ(run(silent, {2, 3, 1}, 100).end, ScheduleEnd::Stuck);
  EXPECT_EQ(silent.log, (Log{"timeout 2", "timeout 3", "timeout 1"}));

  Puppets eager;
  eager.restarts = {"timeout 1", "timeout 2"};
  const ScheduleResult result = run(eager, {1, 2}, 6);
  EXPECT_EQ(result.end, ScheduleEnd::OutOfSteps);
  EXPECT_EQ(result.steps, 6U);
  // Rounds 2, 3, 4, 6, 6, 8: periods of 2 and 3.
  EXPECT_EQ(eager.log,
            (Log{"timeout 1", "timeout 2", "timeout 1", "timeout 1", "timeout 2", "timeout 1"}));
}

TEST(FairSchedule, BeginsWithTheTimersOfAllButLeaders) {
  Puppets puppets;
  puppets.facts_of_server[1] = {.leads = true, .term = 1, .proposed = 1};
  run(puppets, {1, 2}, 6);
  EXPECT_EQ(puppets.log, (Log{"beat 1", "beat 1", "beat 1", "beat 1", "timeout 2", "beat 1"}));
}

TEST(FairSchedule, PutsATimerOff_WhenAMessageRestartsIt) {
  Puppets puppets;
  puppets.sends["timeout 1"] = {{2, "hush"}};
  puppets.restarts = {"timeout 1", "hush 2"};
  run(puppets, {1, 2}, 6);
  EXPECT_EQ(puppets.log,
            (Log{"timeout 1", "hush 2", "timeout 1", "hush 2", "timeout 1", "hush 2"}));
}

TEST(FairSchedule, DeliversFirstInFirstOut_ByTheOrderOfTheServersAndNotToThoseThatAreDown) {
  Puppets puppets;
  puppets.facts_of_server[1] = {.leads = true, .term = 1, .proposed = 1};
  puppets.sends["beat 1"] = {{2, "a"}, {4, "lost"}, {3, "b"}, {2, "c"}};
  puppets.sends["b 3"] = {{1, "answer"}};
  puppets.sends["a 2"] = {{1, "other"}};
  run(puppets, {3, 1, 2}, 6);
  EXPECT_EQ(puppets.log, (Log{"beat 1", "b 3", "a 2", "c 2", "answer 1", "other 1"}));
}

TEST(FairSchedule, ProposesToTheOneLeaderOfTheHighestTerm_Once) {
  Puppets puppets;
  puppets.facts_of_server[1] = {.leads = true, .term = 1};
  puppets.facts_of_server[2] = {.leads = true, .term = 2};
  puppets.facts_of_server[3] = {.term = 2};
  run(puppets, {1, 2, 3}, 7);
  EXPECT_EQ(puppets.log,
            (Log{"beat 1", "beat 2", "propose 2", "beat 1", "beat 2", "beat 1", "beat 2"}));
  Puppets ruled_out;
  ruled_out.facts_of_server[1] = {.leads = true, .term = 1};
  ruled_out.facts_of_server[2] = {.term = 2};  // a later term, without a leader
  run(ruled_out, {1, 2}, 4);
  EXPECT_EQ(std::ranges::count(ruled_out.log, "propose 1"), 0);
}

TEST(FairSchedule, EndsWhereTheClusterCannotTakeAStep) {
  Puppets puppets;
  puppets.impossible = {"timeout 2"};
  const ScheduleResult result = run(puppets, {1, 2, 3}, 100);
  EXPECT_EQ(result.end, ScheduleEnd::Stopped);
  EXPECT_EQ(result.steps, 2U);
}

// What each part of "recovered" is good for.
TEST(FairSchedule, AsksForOneLeaderOneTermAndTheNewCommandCommittedAtAll) {
  const ServerFacts leader{.leads = true, .term = 3, .commit_index = 2, .proposed = 2};
  const ServerFacts follower{.term = 3, .commit_index = 2, .proposed = 2};
  const auto end = [](const ServerFacts& one, const ServerFacts& two) {
    Puppets puppets;
    puppets.facts_of_server[1] = one;
    puppets.facts_of_server[2] = two;
    return run(puppets, {1, 2}, 4).end;
  };
  EXPECT_EQ(end(leader, follower), ScheduleEnd::Recovered);
  EXPECT_EQ(end(follower, leader), ScheduleEnd::Recovered);
  EXPECT_NE(end(leader, leader), ScheduleEnd::Recovered);
  EXPECT_NE(end(follower, follower), ScheduleEnd::Recovered);
  ServerFacts changed = follower;
  changed.term = 2;
  EXPECT_NE(end(leader, changed), ScheduleEnd::Recovered);
  changed = follower;
  changed.commit_index = 1;
  EXPECT_NE(end(leader, changed), ScheduleEnd::Recovered);
  changed = follower;
  changed.proposed = 1;
  EXPECT_NE(end(leader, changed), ScheduleEnd::Recovered);
  changed = leader;
  changed.commit_index = 1;
  EXPECT_NE(end(changed, follower), ScheduleEnd::Recovered);
}

TEST(TimerOrders, PutEveryServerFirst_WithAllUpAndWithEachSmallestMajority) {
  const std::array<std::size_t, 6> sizes{0, 1, 2, 12, 20, 40};
  for (std::uint32_t servers = 1; servers <= 5; ++servers) {
    const std::vector<TimerOrder> orders = timer_orders(servers);
    EXPECT_EQ(orders.size(), sizes[servers]);
    EXPECT_EQ(std::set(orders.begin(), orders.end()).size(), orders.size());
    std::set<std::pair<std::set<spec::ServerId>, spec::ServerId>> firsts;
    for (const TimerOrder& order : orders) {
      const std::set<spec::ServerId> up(order.begin(), order.end());
      EXPECT_EQ(up.size(), order.size());
      EXPECT_TRUE(up.size() == servers || up.size() == spec::majority_of(servers));
      firsts.emplace(up, order.front());
    }
    for (const auto& [up, first] : firsts) {
      for (const spec::ServerId id : up) EXPECT_TRUE(firsts.contains({up, id}));
    }
  }
}

spec::EntryView membership_entry(std::vector<spec::ServerId> voters) {
  spec::EntryView entry;
  entry.term = 1;
  entry.is_membership = true;
  entry.membership.voters = std::move(voters);
  return entry;
}

using Up = std::set<std::set<spec::ServerId>>;

Up who_is_up(const std::vector<spec::ServerView>& views) {
  Up up;
  for (const TimerOrder& order : timer_orders(views, {1, 2, 3})) {
    up.emplace(order.begin(), order.end());
  }
  return up;
}

TEST(TimerOrders, WhereMembershipsChange_AreOfTheMembersThatThereAreOrMayBe) {
  std::vector<spec::ServerView> views(4);
  for (spec::ServerView& view : views) view.membership.voters = {1, 2, 3};
  EXPECT_EQ(who_is_up(views), (Up{{1, 2, 3}, {1, 2}, {1, 3}, {2, 3}}));
  EXPECT_EQ(timer_orders(views, {1, 2, 3}), timer_orders(3));
  views[0].log = {membership_entry({1, 2, 4})};
  views[0].membership.voters = {1, 2, 4};
  EXPECT_EQ(who_is_up(views), (Up{{1, 2, 3, 4}})) << "not committed: either may hold";
  views[0].commit_index = 1;
  EXPECT_EQ(who_is_up(views), (Up{{1, 2, 4}})) << "server 3 is switched off; not all know it yet";
  views[1].membership.voters = views[3].membership.voters = {1, 2, 4};
  EXPECT_EQ(who_is_up(views), (Up{{1, 2, 4}, {1, 2}, {1, 4}, {2, 4}}));
}

TEST(Facts, NameTheNewCommand_OfThePresentTermOnly) {
  spec::ServerView view;
  view.role = spec::Role::Leader;
  view.current_term = 3;
  view.commit_index = 1;
  view.log = {{.term = 2, .command = kRecoveryCommand}, {.term = 3, .command = "v1"}};
  EXPECT_EQ(facts_of(view).proposed, 0U);
  view.log.push_back({.term = 3, .command = kRecoveryCommand});
  view.log.push_back({.term = 3, .command = "v1"});
  EXPECT_EQ(facts_of(view).proposed, 3U);
  EXPECT_TRUE(facts_of(view).leads);
  EXPECT_EQ(facts_of(view).term, 3U);
  EXPECT_EQ(facts_of(view).commit_index, 1U);
}

// An implementation that says nothing of timers is taken at Figure 2's word: for the core, that is
// what it says itself.
RC_GTEST_PROP(ElectionTimer, IsRestartedByTheRuleAsByTheCoreItself, ()) {
  const auto node = node::make_raft_node({.servers = 3});
  std::vector<std::string> states;
  for (spec::ServerId id = 1; id <= 3; ++id) states.push_back(node->initial_state(id));
  std::vector<node::Message> network;
  for (int i = 0; i < 60; ++i) {
    const std::size_t chosen = *rc::gen::inRange<std::size_t>(0, 6 + 3 * network.size());
    std::size_t server = chosen % 3;
    node::Input input{node::InputKind::ElectionTimeout, {}};
    spec::ServerId from = spec::kNoServer;
    std::string payload;
    if (chosen >= 6) {
      const node::Message& message = network[(chosen - 6) / 3];
      payload = message.bytes;
      input = {node::InputKind::Receive, payload};
      from = message.from;
      server = message.to - 1;
    } else if (chosen >= 3) {
      input = {node::InputKind::Propose, "v1"};
    }
    const spec::ServerView before = node->view(states[server]);
    node::StepResult result = node->step(states[server], input);
    const spec::ServerView after = node->view(result.state);
    RC_ASSERT(result.timers.has_value());
    const bool asked = result.timers->reset_election;
    RC_ASSERT(timers_of(result, before, after, from).restarts_timer == asked);
    result.timers.reset();
    const bool derived = timers_of(result, before, after, from).restarts_timer;
    // A vote repeated for the same candidate, and an answer of the leader's, show in no view.
    if (derived != asked) RC_ASSERT(before.voted_for == after.voted_for || after.leader == from);
    if (before != after && input.kind != node::InputKind::Receive) RC_ASSERT(derived == asked);
    states[server] = result.state;
    network.insert(network.end(), result.messages.begin(), result.messages.end());
  }
}

}  // namespace
}  // namespace cluster
