// Small spaces of every feature: the memoised, interned, renamed model against direct execution.
#include <gtest/gtest.h>

#include <memory>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/direct_cluster.hpp"
#include "checker/cluster/test_nodes.hpp"
#include "checker/cluster/test_searches.hpp"

namespace cluster {
namespace {

// A small space and its name.
struct Space {
  const char* name;
  Bounds bounds;
  bool no_op = false;
  bool votes_twice = false;  // no property is checked then: states that violate one go on
  node::Options features{};
  [[nodiscard]] std::unique_ptr<node::Node> node() const {
    node::Options options = features;
    options.servers = bounds.servers;
    options.no_op = no_op;
    options.snapshots = bounds.compactions > 0;
    options.snapshot_chunk = 5 * (bounds.snapshot_pieces - 1);
    if (bounds.changes > 0) {
      options.changes = bounds.joint_changes ? node::Changes::Joint : node::Changes::SingleServer;
    }
    options.async_disk = bounds.async_disk;
    options.voters = bounds.voters;
    if (votes_twice) return std::make_unique<DoubleVotingNode>(options);
    return node::make_raft_node(options);
  }
  [[nodiscard]] spec::PropertySet properties() const {
    return votes_twice ? 0 : spec::kAllProperties;
  }
};

// NOLINTNEXTLINE(readability-identifier-naming): GoogleTest looks for this name
void PrintTo(const Space& space, std::ostream* os) { *os << space.name; }

Space with_features(const char* name, const Bounds& bounds, const node::Options& features) {
  return {.name = name, .bounds = bounds, .features = features};
}

std::vector<Space> spaces() {
  const auto ordered = [](Bounds& b) { b.network = Network::Ordered; };
  const auto lossless = [](Bounds& b) { b.loss = LossMode::None; };
  const auto crash = [](Bounds& b) { b.crashes = 1; };
  const Bounds two = counted(2, 2, 1, 2);
  const Bounds three = counted(3, 1, 1, 1);
  return {
      {"OneServer", counted(1, 3, 3, 1)},
      {"TwoServers", two},
      {"TwoServersThreeInFlight", counted(2, 2, 1, 3)},
      {"TwoServersOrdered", with(two, ordered)},
      {"TwoServersNoOp", two, true},
      {"TwoServersLogOfTwo", counted(2, 2, 2, 1)},
      {"TwoServersCrashes", with(two, [](Bounds& b) { b.crashes = 2; })},
      {"TwoServersLossless", with(two, lossless)},
      {"TwoServersOrderedLosslessCrash", with(with(with(two, ordered), lossless), crash)},
      {"TwoServersDuplicates", with(two, [](Bounds& b) { b.duplicates = 2; })},
      {"TwoServersLosses", with(two,
                                [](Bounds& b) {
                                  b.loss = LossMode::Budgeted;
                                  b.losses = 2;
                                })},
      {"TwoServersPartitions", with(two, [](Bounds& b) { b.partitions = 2; })},
      {"TwoServersBudgets", with(two,
                                 [](Bounds& b) {
                                   b.timeouts = 2;
                                   b.proposals = 1;
                                   b.log = 2;
                                 })},
      {"ThreeServers", three},
      {"ThreeServersTwoInFlight", counted(3, 1, 1, 2)},
      {"ThreeServersCrash", with(three, crash)},
      {"ThreeServersOrdered", with(counted(3, 1, 0, 2), ordered)},
      {"ThreeServersOrderedDuplicateCrash", with(with(three, ordered),
                                                 [](Bounds& b) {
                                                   b.duplicates = 1;
                                                   b.crashes = 1;
                                                   b.log = 0;
                                                 })},
      {"ThreeServersLossless", with(counted(3, 1, 1, 3), lossless)},
      {"ThreeServersLosses", with(three,
                                  [](Bounds& b) {
                                    b.loss = LossMode::Budgeted;
                                    b.losses = 3;
                                    b.inflight = 2;
                                  })},
      {"ThreeServersPartition", with(three, [](Bounds& b) { b.partitions = 1; })},
      {"ThreeServersLosslessPartition",
       with(with(counted(3, 1, 0, 2), lossless), [](Bounds& b) { b.partitions = 1; })},
      {"ThreeServersPartitionCrash",
       with(with(counted(3, 1, 0, 1), crash), [](Bounds& b) { b.partitions = 1; })},
      {"ThreeServersLossesPartition", with(three,
                                           [](Bounds& b) {
                                             b.loss = LossMode::Budgeted;
                                             b.losses = 2;
                                             b.partitions = 1;
                                             b.log = 0;
                                             b.inflight = 2;
                                           })},
      {"ThreeServersVotingTwice", with(three, [](Bounds& b) { b.proposals = 2; }), false, true},
      {"FourServers", counted(4, 1, 0, 1)},
      with_features("TwoServersPreVote", with(two, crash), {.pre_vote = true}),
      with_features("TwoServersPreVoteLeaseAndQuorum", with(two, crash),
                    {.pre_vote = true, .check_quorum = true, .vote_lease = true}),
      with_features("ThreeServersPreVote", counted(3, 1, 1, 1), {.pre_vote = true}),
      with_features("ThreeServersCheckQuorum", with(three, [](Bounds& b) { b.timeouts = 3; }),
                    {.check_quorum = true}),
      with_features("TwoServersFlow",
                    with(with(two, crash),
                         [](Bounds& b) {
                           b.log = 3;
                           b.terms = 1;
                           b.proposals = 3;
                         }),
                    {.bytes_per_message = 3, .appends_in_flight = 2, .uncommitted = 2}),
      with_features("TwoServersReads", with(with(two, crash), [](Bounds& b) { b.reads = 2; }), {}),
      with_features("ThreeServersReads", with(three, [](Bounds& b) { b.reads = 1; }), {}),
      with_features("TwoServersLeaseReads",
                    with(counted(2, 1, 1, 2),
                         [](Bounds& b) {
                           b.reads = 2;
                           b.transfers = 1;
                         }),
                    {.vote_lease = true, .lease_reads = true}),
      with_features("TwoServersTransfer",
                    with(with(two, crash), [](Bounds& b) { b.transfers = 1; }),
                    {.pre_vote = true, .check_quorum = true}),
      with_features("ThreeServersTransfer", with(three, [](Bounds& b) { b.transfers = 1; }),
                    {.vote_lease = true}),
      with_features("ThreeServersVoteLease", with(three, crash), {.vote_lease = true}),
      {"OneServerCompactions", with(counted(1, 2, 2, 1), [](Bounds& b) { b.compactions = 2; })},
      {"TwoServersCompactions", with(two,
                                     [](Bounds& b) {
                                       b.compactions = 2;
                                       b.proposals = 2;
                                       b.log = 2;
                                     })},
      {"TwoServersCompactionCrash", with(with(two, crash), [](Bounds& b) { b.compactions = 1; })},
      {"ThreeServersCompaction", with(counted(3, 1, 1, 2), [](Bounds& b) { b.compactions = 1; })},
      {"OneServerAsyncDisk",
       with(with(counted(1, 2, 2, 1), crash), [](Bounds& b) { b.async_disk = true; })},
      {"TwoServersAsyncDisk", with(with(two, crash), [](Bounds& b) { b.async_disk = true; })},
      {"TwoServersAsyncDiskCompaction", with(with(counted(2, 1, 2, 2), crash),
                                             [](Bounds& b) {
                                               b.async_disk = true;
                                               b.compactions = 1;
                                             })},
      {"ThreeServersAsyncDisk",
       with(with(counted(3, 1, 1, 1), crash), [](Bounds& b) { b.async_disk = true; })},
      {"TwoServersChange", with(two, [](Bounds& b) { b.changes = 1; })},
      {"ThreeServersChanges", with(three, [](Bounds& b) { b.changes = 2; })},
      {"ThreeServersOneVoterJoint", with(counted(3, 2, 1, 1),
                                         [](Bounds& b) {
                                           b.changes = 1;
                                           b.voters = 1;
                                           b.joint_changes = true;
                                           b.learners = true;
                                         })},
      {"ThreeServersTwoVotersChangeCompaction", with(counted(3, 1, 1, 2),
                                                     [](Bounds& b) {
                                                       b.changes = 1;
                                                       b.voters = 2;
                                                       b.compactions = 1;
                                                     })},
      {"ThreeServersChunks", with(counted(3, 1, 2, 2),
                                  [](Bounds& b) {
                                    b.compactions = 1;
                                    b.proposals = 2;
                                    b.timeouts = 1;
                                    b.snapshot_pieces = 2;
                                  })},
  };
}

class ClusterSpace : public testing::TestWithParam<Space> {};

INSTANTIATE_TEST_SUITE_P(Small, ClusterSpace, testing::ValuesIn(spaces()),
                         [](const auto& space) { return space.param.name; });

TEST_P(ClusterSpace, HasTheSameCounts_MemoisedAndDirect) {
  const Bounds& bounds = GetParam().bounds;
  const auto node = GetParam().node();
  ClusterModel model(*node, bounds, GetParam().properties());
  const engine::SearchResult result = count(model, bounds);
  const auto direct = DirectCluster(*node, bounds, GetParam().properties()).count();
  EXPECT_EQ(result.stopped_by, engine::StopReason::Exhausted);
  EXPECT_FALSE(direct.violation_depth.has_value());
  EXPECT_EQ(result.progress.distinct, direct.distinct);
  EXPECT_EQ(result.progress.generated, direct.generated);
  EXPECT_EQ(result.progress.depth, direct.depth);
  EXPECT_EQ(result.halves, direct.halves.size());
  // Inputs that do nothing are tried once in each server state.
  EXPECT_LT(model.step_calls(), direct.generated + 60);
}

TEST_P(ClusterSpace, HasOrbitsThatAddUpToAllStates_WithSymmetry) {
  Bounds bounds = GetParam().bounds;
  const auto node = GetParam().node();
  ClusterModel full(*node, bounds, GetParam().properties());
  const engine::SearchResult of_full = count(full, bounds);
  bounds.symmetry = true;
  ClusterModel folded(*node, bounds, GetParam().properties());
  NoObserver observer;
  engine::CountingSearch search(folded, counting_options(bounds, folded));
  const engine::SearchResult of_folded = search.run(observer);
  EXPECT_EQ(of_folded.stopped_by, engine::StopReason::Exhausted);
  EXPECT_EQ(of_folded.orbits, of_full.progress.distinct);
  EXPECT_EQ(of_folded.halves, of_full.halves);
  EXPECT_EQ(of_folded.progress.depth, of_full.progress.depth);
  EXPECT_EQ(of_folded.witnesses, of_full.witnesses);
  for (const engine::HalfId half : search.visited_halves()) {
    EXPECT_EQ(folded.canonical(half).half, half);
    EXPECT_EQ(folded.canonical(half).renaming, 0U);
  }
  if (bounds.servers > 1) {
    EXPECT_LT(of_folded.progress.distinct, of_full.progress.distinct);
  }
}

}  // namespace
}  // namespace cluster
