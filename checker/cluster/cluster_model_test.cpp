// What searches over the memoised, interned, renamed model find, against direct execution.
#include "checker/cluster/cluster_model.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "checker/cluster/direct_cluster.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/test_searches.hpp"
#include "checker/engine/covering_search.hpp"

namespace cluster {
namespace {

engine::SearchResult cover(ClusterModel& model, engine::CoverOrder order) {
  NoObserver observer;
  return engine::CoveringSearch(model,
                                {.order = order, .symmetry = model.permutations(), .limits = {}})
      .run(observer);
}

// Follows the steps of a reported run directly, on a counted network or (Network::Any) over any.
class DirectRun {
 public:
  DirectRun(node::Node& node, const ClusterModel& model, const Bounds& bounds,
            spec::PropertySet properties)
      : model_(model),
        bounds_(bounds),
        cluster_(node, bounds, properties),
        permutations_(bounds.servers),
        half_(cluster_.initial()) {}

  // What is wrong with the run, or nothing.
  std::string fault_of(const engine::SearchResult& result) {
    std::uint32_t violation = 0;
    for (const engine::PathStep& step : result.path) {
      if (violation != 0) return "there are steps after the violation";
      const std::string fault = follow(step, violation);
      if (!fault.empty()) return fault;
    }
    return violation == result.violation ? "" : "the run ends in another violation";
  }

 private:
  std::string follow(const engine::PathStep& step, std::uint32_t& violation) {
    const Label label = Label::unpacked(step.label);
    const auto images = permutations_.images(step.renaming);
    const bool keep_copy = step.alternative == static_cast<unsigned>(Receipt::LeavingCopy);
    DirectAction action{.kind = label.kind, .keep_copy = keep_copy};
    if (label.kind == ActionKind::Cut) {
      const Partition& cut = model_.partitions()[label.subject];
      action.groups.resize(cut.size());
      for (std::size_t i = 0; i < cut.size(); ++i) action.groups[images[i]] = cut[i];
    } else if (label.kind != ActionKind::Heal) {
      action.server = images[label.server() - 1] + 1U;
      if (label.target() != 0) action.target = images[label.target() - 1] + 1U;
      if (label.kind == ActionKind::Compact || label.kind == ActionKind::Crash) {
        action.index = label.detail;
      }
      if (label.kind == ActionKind::ChangeMembership) {
        action.change = renamed(MembershipChange::unpacked(label.detail), images);
      }
    }
    DirectMessage message;
    if (step.message != engine::kNone) {
      if (const std::string fault = receive(step.message, keep_copy, message); !fault.empty())
        return fault;
      if (message.to != action.server) return "the message is for another server";
      action.message = &message;
    }
    const auto taken = cluster_.take(half_, action);
    if (!taken) return "the action can't be taken";
    half_ = taken->half;
    violation = taken->violation;
    return send(taken->sent, step);
  }

  static MembershipChange renamed(MembershipChange change, std::span<const std::uint8_t> images) {
    for (auto* ids : {&change.voters, &change.learners}) {
      for (spec::ServerId& id : *ids) id = images[id - 1] + 1U;
      std::ranges::sort(*ids);
    }
    return change;
  }

  std::string receive(engine::MessageId id, bool keep_copy, DirectMessage& message) {
    const std::string& bytes = model_.message_bytes(id);
    const auto at = std::ranges::find(network_, bytes, &DirectMessage::bytes);
    if (at == network_.end()) return "the message is not on the network";
    const auto first = std::ranges::find_if(network_, [&](const DirectMessage& other) {
      return cluster_.key(other) == cluster_.key(*at);
    });
    if (first != at) return "the message is not the first on its link";
    message = *at;
    if (bounds_.network != Network::Any && !keep_copy) network_.erase(at);
    return "";
  }

  std::string send(std::vector<DirectMessage> sent, const engine::PathStep& step) {
    for (const engine::MessageId lost : step.lost) {
      const auto at = std::ranges::find(sent, model_.message_bytes(lost), &DirectMessage::bytes);
      if (at == sent.end()) return "a message is lost that was not sent";
      sent.erase(at);
    }
    for (const DirectMessage& message : sent) cluster_.put(network_, message);
    const bool fits = bounds_.network == Network::Any || network_.size() <= bounds_.inflight;
    return fits ? "" : "the network holds too much";
  }

  const ClusterModel& model_;
  Bounds bounds_;
  DirectCluster cluster_;
  engine::Permutations permutations_;
  DirectHalf half_;
  std::vector<DirectMessage> network_;
};

// Searches with and without symmetry; the runs must be as long as the direct explorer's shortest.
template <class Node>
void expect_shortest_violation(Bounds bounds, spec::Property property) {
  Node node({.servers = bounds.servers});
  const spec::PropertySet properties = spec::set_of(property);
  const auto direct = DirectCluster(node, bounds, properties).count();
  ASSERT_TRUE(direct.violation_depth.has_value());
  for (const bool symmetry : {false, true}) {
    bounds.symmetry = symmetry;
    ClusterModel model(node, bounds, properties);
    const engine::SearchResult result = count(model, bounds);
    EXPECT_EQ(result.stopped_by, engine::StopReason::Violation);
    EXPECT_EQ(result.violation, 1 + static_cast<std::uint32_t>(property));
    EXPECT_EQ(result.path.size(), *direct.violation_depth);
    EXPECT_EQ(DirectRun(node, model, bounds, properties).fault_of(result), "");
  }
}

TEST(ClusterModel, FindsTwoLeadersInATerm_WhenServersVoteTwice) {
  for (const Network network : {Network::Unordered, Network::Ordered}) {
    for (const std::uint32_t inflight : {1U, 2U}) {
      Bounds bounds = counted(3, 1, 0, inflight);
      bounds.network = network;
      expect_shortest_violation<DoubleVotingNode>(bounds, spec::Property::ElectionSafety);
      expect_shortest_violation<DoubleVotingNode>(bounds, spec::Property::OneVotePerTerm);
    }
  }
}

TEST(ClusterModel, FindsTwoLeadersInATerm_WhenServersForgetTheirVotesInACrash) {
  Bounds bounds = counted(3, 1, 0, 1);
  bounds.crashes = 1;
  expect_shortest_violation<ForgetfulNode>(bounds, spec::Property::ElectionSafety);
  bounds.loss = LossMode::Budgeted;
  bounds.losses = 3;
  bounds.inflight = 2;
  expect_shortest_violation<ForgetfulNode>(bounds, spec::Property::ElectionSafety);
}

TEST(ClusterModel, FindsTwoLeadersInATerm_OfTwoServersThatBothForget) {
  Bounds bounds = counted(2, 1, 0, 2);
  bounds.crashes = 2;
  for (const LossMode loss : {LossMode::Free, LossMode::None}) {
    bounds.loss = loss;
    expect_shortest_violation<ForgetfulNode>(bounds, spec::Property::ElectionSafety);
    expect_shortest_violation<ForgetfulNode>(bounds, spec::Property::TermMonotonic);
  }
}

TEST(ClusterModel, FindsTwoLeadersInATerm_AcrossACut) {
  Bounds bounds = counted(3, 1, 0, 2);
  bounds.loss = LossMode::None;
  bounds.partitions = 2;
  expect_shortest_violation<DoubleVotingNode>(bounds, spec::Property::ElectionSafety);
}

TEST(ClusterModel, FindsAShortestViolation_OverAnyNetwork) {
  Bounds bounds = counted(3, 1, 0, 0);
  bounds.network = Network::Any;
  const spec::PropertySet properties = spec::set_of(spec::Property::ElectionSafety);
  DoubleVotingNode node({.servers = 3});
  const auto direct = DirectCluster(node, bounds, properties).cover();
  ASSERT_TRUE(direct.violation_depth.has_value());
  for (const auto order : {engine::CoverOrder::Fastest, engine::CoverOrder::Shortest}) {
    for (const bool symmetry : {false, true}) {
      bounds.symmetry = symmetry;
      ClusterModel model(node, bounds, properties);
      const engine::SearchResult result = cover(model, order);
      EXPECT_EQ(result.stopped_by, engine::StopReason::Violation);
      EXPECT_EQ(DirectRun(node, model, bounds, properties).fault_of(result), "");
      EXPECT_GE(result.path.size(), *direct.violation_depth);
      if (order == engine::CoverOrder::Shortest) {
        EXPECT_EQ(result.path.size(), *direct.violation_depth);
      }
    }
  }
}

// Heartbeats and repeated answers, which the order Fastest takes at no cost, are steps of the run
// that is reported, in the run's names.
TEST(ClusterModel, ReportsRunsThatCanBeRun_ToDeepViolationsOverAnyNetwork) {
  Bounds bounds = counted(3, 1, 1, 0);
  bounds.network = Network::Any;
  bounds.symmetry = true;
  bounds.proposals = 2;
  for (const spec::Property property :
       {spec::Property::LogMatching, spec::Property::StateMachineSafety,
        spec::Property::CommittedOnQuorum, spec::Property::MatchIndexSound,
        spec::Property::LeaderCompleteness, spec::Property::Contract}) {
    const spec::PropertySet properties = spec::set_of(property);
    DoubleVotingNode node({.servers = 3});
    for (const auto order : {engine::CoverOrder::Fastest, engine::CoverOrder::Shortest}) {
      ClusterModel model(node, bounds, properties);
      const engine::SearchResult result = cover(model, order);
      if (result.stopped_by != engine::StopReason::Violation) continue;
      EXPECT_GT(result.path.size(), 6U);
      EXPECT_EQ(DirectRun(node, model, bounds, properties).fault_of(result), "")
          << spec::to_string(property);
    }
  }
}

TEST(ClusterModel, ReachesTheHalvesOfThePlainFixpoint_OverAnyNetwork) {
  struct Case {
    std::uint32_t servers;
    std::uint64_t terms;
    std::uint64_t log;
    std::uint32_t crashes;
  };
  for (const Case& c :
       {Case{1, 2, 2, 1}, Case{2, 1, 1, 0}, Case{2, 1, 1, 1}, Case{2, 2, 0, 0}, Case{3, 1, 0, 0}}) {
    Bounds bounds = counted(c.servers, c.terms, c.log, 0);
    bounds.crashes = c.crashes;
    bounds.network = Network::Any;
    const auto node = node::make_raft_node({.servers = c.servers});
    const auto direct = DirectCluster(*node, bounds, spec::kAllProperties).cover();
    for (const auto order : {engine::CoverOrder::Fastest, engine::CoverOrder::Shortest}) {
      ClusterModel model(*node, bounds, spec::kAllProperties);
      NoObserver observer;
      engine::CoveringSearch search(model, {.order = order, .symmetry = nullptr, .limits = {}});
      const engine::SearchResult result = search.run(observer);
      EXPECT_EQ(result.stopped_by, engine::StopReason::Exhausted);
      EXPECT_EQ(result.halves, direct.halves.size());
      const std::vector<engine::HalfId> reached = search.reached_halves();
      const engine::NaiveResult naive = engine::naive_cover(model);
      EXPECT_EQ(std::set(reached.begin(), reached.end()), naive.halves);
      Bounds folded_bounds = bounds;
      folded_bounds.symmetry = true;
      ClusterModel folded(*node, folded_bounds, spec::kAllProperties);
      EXPECT_EQ(cover(folded, order).halves, direct.halves.size());
    }
  }
}

// A bound in flight hides cluster states until it is large enough; then the counted network shows
// just those that any network shows.
TEST(ClusterModel, ReachesTheSameClusterStates_OverAnyNetworkAndFromTwoMessagesInFlightOn) {
  Bounds bounds;
  bounds.terms = 2;
  bounds.log = 1;
  bounds.crashes = 0;
  const auto node = node::make_raft_node({.servers = 3});
  ClusterModel model(*node, bounds, spec::kAllProperties);
  NoObserver observer;
  engine::CoveringSearch covering(
      model,
      {.order = engine::CoverOrder::Fastest, .symmetry = model.permutations(), .limits = {}});
  EXPECT_EQ(covering.run(observer).stopped_by, engine::StopReason::Exhausted);
  const std::vector<engine::HalfId> reached = covering.reached_halves();
  std::size_t fewer = 0;
  for (const std::uint32_t inflight : {1U, 2U, 3U}) {
    bounds.network = Network::Unordered;
    bounds.inflight = inflight;
    engine::CountingSearch counting(model, counting_options(bounds, model));
    EXPECT_EQ(counting.run(observer).stopped_by, engine::StopReason::Exhausted);
    const std::vector<engine::HalfId> visited = counting.visited_halves();
    EXPECT_TRUE(std::ranges::includes(reached, visited));
    EXPECT_EQ(visited == reached, inflight >= 2);
    EXPECT_GT(visited.size(), fewer);
    fewer = std::min(visited.size(), reached.size() - 1);
  }
}

TEST(ClusterModel, FiresTheWitnessesOfAnElectionAndACommit) {
  Bounds bounds = counted(3, 1, 1, 2);
  bounds.crashes = 1;
  bounds.symmetry = true;
  const auto node = node::make_raft_node({.servers = 3});
  ClusterModel model(*node, bounds, spec::kAllProperties);
  const engine::SearchResult result = count(model, bounds);
  for (const spec::Witness witness :
       {spec::Witness::LeaderElected, spec::Witness::EntryCommitted,
        spec::Witness::FollowerCommitted, spec::Witness::ServerRestarted,
        spec::Witness::LeaderRestarted}) {
    EXPECT_NE(result.witnesses & spec::set_of(witness), 0U) << spec::to_string(witness);
  }
  EXPECT_EQ(result.witnesses & spec::set_of(spec::Witness::LaterLeaderElected), 0U);
  for (const BoundKind bound :
       {BoundKind::Terms, BoundKind::Log, BoundKind::Crashes, BoundKind::Inflight}) {
    EXPECT_GT(result.cut_off[static_cast<std::size_t>(bound)], 0U);
  }
  EXPECT_EQ(result.cut_off[static_cast<std::size_t>(BoundKind::Loss)], 0U);
  EXPECT_LT(1000 * model.step_calls(), 100 * result.progress.generated);
}

}  // namespace
}  // namespace cluster
