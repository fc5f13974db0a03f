// Our side of the comparison, alone: the engine's counts against whole states in a std::set, and
// the steps that the two other models must agree with.
#include "bench/peers/peer_raft.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "checker/engine/counting_search.hpp"

namespace peers {
namespace {

using State = std::pair<Cluster, std::multiset<Message>>;

struct Explored {
  std::set<State> states;
  std::uint64_t generated = 1;
  std::uint64_t depth = 0;
  std::map<Action, std::uint64_t> actions;
  bool is_broken = false;
};

// Calls visit(move, network before its messages are sent) for every step of a state.
template <class Visit>
void for_each_move(const State& state, const Bounds& bounds, Visit visit) {
  for (const Move& move : internal_moves(state.first, bounds)) visit(move, state.second);
  const std::set<Message> distinct(state.second.begin(), state.second.end());
  for (const Message& message : distinct) {
    std::multiset<Message> rest = state.second;
    rest.erase(rest.find(message));
    visit(receive(state.first, message), rest);
    visit(Move{.after = state.first, .action = Action::Drop}, rest);
  }
}

Explored explore(const Bounds& bounds) {
  Explored explored;
  explored.states.insert(State{});
  for (std::vector<State> level{{}}; !level.empty(); ++explored.depth) {
    std::vector<State> next;
    for (const State& state : level) {
      for_each_move(state, bounds, [&](const Move& move, std::multiset<Message> network) {
        if (network.size() + move.sent.size() > bounds.inflight) return;
        network.insert(move.sent.begin(), move.sent.end());
        ++explored.generated;
        ++explored.actions[move.action];
        explored.is_broken = explored.is_broken || move.broken != Broken::Nothing;
        const auto [at, added] = explored.states.emplace(move.after, std::move(network));
        if (added) next.push_back(*at);
      });
    }
    level.swap(next);
  }
  return explored;
}

class NoObserver final : public engine::Observer {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return {}; }
};

class PeerRaftCounts : public ::testing::TestWithParam<Bounds> {};

TEST_P(PeerRaftCounts, TheEngineCountsWhatAPlainSearchCounts) {
  const Explored plain = explore(GetParam());
  PeerRaft model(GetParam());
  NoObserver observer;
  engine::CountingOptions options;
  options.loss = engine::Loss::None;
  options.inflight = GetParam().inflight;
  const engine::SearchResult result = engine::CountingSearch(model, options).run(observer);
  EXPECT_EQ(result.stopped_by, engine::StopReason::Exhausted);
  EXPECT_FALSE(plain.is_broken);
  EXPECT_EQ(result.progress.distinct, plain.states.size());
  EXPECT_EQ(result.progress.generated, plain.generated);
  EXPECT_EQ(result.progress.depth, plain.depth);
  ASSERT_EQ(result.action_counts.size(), plain.actions.size());
  for (const auto& [action, count] : plain.actions) {
    EXPECT_GT(count, 0U);
    EXPECT_EQ(result.action_counts[static_cast<std::size_t>(action)], count);
  }
}
INSTANTIATE_TEST_SUITE_P(Spaces, PeerRaftCounts,
                         ::testing::Values(Bounds{1, 1, 2}, Bounds{1, 2, 2}, Bounds{1, 1, 3}),
                         [](const auto& space) {
                           return "Terms" + std::to_string(space.param.terms) + "Logs" +
                                  std::to_string(space.param.log) + "Inflight" +
                                  std::to_string(space.param.inflight);
                         });

// The space would be worth little if nothing happened in it.
TEST(PeerRaftSpace, HoldsElectionsCommitsAndLeadersOfTwoTerms) {
  const Explored explored = explore({.terms = 2, .log = 1, .inflight = 2});
  const auto any = [&](auto holds) {
    return std::ranges::any_of(explored.states, [&](const State& state) {
      return std::ranges::any_of(state.first, [&](const Server& server) { return holds(server); });
    });
  };
  EXPECT_TRUE(any([](const Server& server) {
    return server.role == Role::Leader && server.term == 2 && server.commit == 1;
  }));
  EXPECT_TRUE(any([](const Server& server) {
    return server.role == Role::Follower && server.commit == 1 && server.log[0] == 1;
  }));
}

Server leader_of(std::uint8_t term) {
  Server server;
  server.term = term;
  server.role = Role::Leader;
  return server;
}

TEST(PeerRaftStep, SaysElectionSafety_WhenASecondServerLeadsATerm) {
  Cluster cluster{leader_of(1), Server{.term = 1, .role = Role::Candidate, .vote = 2}, Server{}};
  const Move move =
      receive(cluster, {.kind = Kind::VoteReply, .from = 2, .to = 1, .term = 1, .ok = true});
  EXPECT_EQ(move.after[1].role, Role::Leader);
  EXPECT_EQ(move.broken, Broken::ElectionSafety);
}

TEST(PeerRaftStep, SaysStateMachineSafety_WhenCommittedEntriesDiffer) {
  Cluster cluster;
  cluster[0] = {.term = 2, .commit = 1, .size = 1, .log = {1}};
  cluster[1] = {.term = 2, .size = 1, .log = {2}};
  const Move move = receive(cluster, {.kind = Kind::Append,
                                      .from = 2,
                                      .to = 1,
                                      .term = 2,
                                      .index = 1,
                                      .index_term = 2,
                                      .commit = 1});
  EXPECT_EQ(move.after[1].commit, 1);
  EXPECT_EQ(move.broken, Broken::StateMachineSafety);
}

TEST(PeerRaftStep, SaysThatACommittedEntryIsLost_WhenAnAppendOverwritesIt) {
  Cluster cluster;
  cluster[1] = {.term = 2, .commit = 1, .size = 1, .log = {1}};
  const Move move =
      receive(cluster, {.kind = Kind::Append, .from = 2, .to = 1, .term = 2, .entry = 2});
  EXPECT_EQ(move.broken, Broken::CommittedEntryLost);
}

TEST(PeerRaftStep, AnAppendReplacesTheConflictingEntryAndAllBehindIt) {
  Cluster cluster;
  cluster[1] = {.term = 3, .size = 3, .log = {1, 1, 1}};
  const Move move = receive(cluster, {.kind = Kind::Append,
                                      .from = 2,
                                      .to = 1,
                                      .term = 3,
                                      .index = 1,
                                      .index_term = 1,
                                      .entry = 3});
  EXPECT_EQ(move.after[1].log, (std::array<std::uint8_t, 3>{1, 3, 0}));
  EXPECT_EQ(move.after[1].size, 2);
  ASSERT_EQ(move.sent.size(), 1U);
  EXPECT_TRUE(move.sent[0].ok);
  EXPECT_EQ(move.sent[0].index, 2);
}

TEST(PeerRaftStep, AVoterWithALongerLogRefuses) {
  Cluster cluster;
  cluster[1] = {.term = 1, .size = 1, .log = {1}};
  const Move move = receive(cluster, {.kind = Kind::RequestVote, .from = 0, .to = 1, .term = 2});
  ASSERT_EQ(move.sent.size(), 1U);
  EXPECT_FALSE(move.sent[0].ok);
  EXPECT_EQ(move.after[1].term, 2);
  EXPECT_EQ(move.after[1].vote, 0);
}

TEST(PeerRaftStep, AFailedAppendMakesTheLeaderTryOneEntryEarlier) {
  Cluster cluster;
  cluster[0] = {.term = 2, .role = Role::Leader, .size = 2, .log = {1, 1}, .prev = {0, 2, 2}};
  const Move move = receive(cluster, {.kind = Kind::AppendReply, .from = 2, .to = 0, .term = 2});
  EXPECT_EQ(move.after[0].prev, (std::array<std::uint8_t, 3>{0, 2, 1}));
}

TEST(PeerRaftStep, ALeaderCountsNoEntryOfAnEarlierTerm) {
  Cluster cluster;
  cluster[0] = {.term = 2, .role = Role::Leader, .size = 1, .log = {1}};
  const Message reply{
      .kind = Kind::AppendReply, .from = 2, .to = 0, .term = 2, .index = 1, .ok = true};
  EXPECT_EQ(receive(cluster, reply).after[0].commit, 0);
  cluster[0].log = {2};
  EXPECT_EQ(receive(cluster, reply).after[0].commit, 1);
}

}  // namespace
}  // namespace peers
