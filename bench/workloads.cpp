// Fixed amounts of work whose instructions are counted by callgrind and held against ceilings.json:
// see ceilings.py. Each function named workload_* is counted by itself, with all that it calls;
// what it needs is made ready beforehand. Extern "C" and never inlined, so that its name is its
// symbol.
#include <cstdio>
#include <exception>

#include "bench/cluster.hpp"
#include "bench/halves.hpp"
#include "bench/inputs.hpp"
#include "checker/node/raft_node.hpp"
#include "spec/property.hpp"

#define WORKLOAD(name) extern "C" [[gnu::noinline]] void workload_##name

namespace {

using bench::Inputs;

constexpr std::uint64_t kSteps = 10000;

void run(raft::Server& server, const Inputs& inputs, raft::Outcome outcome) {
  raft::Effects effects;
  for (const raft::Input& input : inputs) raft::step(server, input, effects);
  if (effects.outcome != outcome) throw std::logic_error(raft::to_string(effects.outcome));
}

}  // namespace

WORKLOAD(leader_heartbeats)(raft::Server& leader, const Inputs& inputs) {
  run(leader, inputs, raft::Outcome::HeartbeatsSent);
}
WORKLOAD(follower_heartbeats)(raft::Server& follower, const Inputs& inputs) {
  run(follower, inputs, raft::Outcome::AppendAccepted);
}
WORKLOAD(appends_of_1)(raft::Server& follower, const Inputs& inputs) {
  run(follower, inputs, raft::Outcome::AppendAccepted);
}
WORKLOAD(appends_of_16)(raft::Server& follower, const Inputs& inputs) {
  run(follower, inputs, raft::Outcome::AppendAccepted);
}
WORKLOAD(acknowledgements)(raft::Server& leader, const Inputs& inputs) {
  run(leader, inputs, raft::Outcome::Acknowledged);
}
WORKLOAD(cluster_commits)(bench::Cluster& cluster) { bench::commit(cluster, kSteps, 1); }
// What a search computes of a cluster: its steps, judged, and the representatives of its halves.
// The searches themselves reserve more address space than valgrind has.
WORKLOAD(cluster_halves)(cluster::ClusterModel& model) { bench::first_halves(model, 1000); }

namespace {

void step_workloads() {
  raft::Server leader = bench::leader_of({.servers = 3});
  workload_leader_heartbeats(leader, Inputs(kSteps, raft::HeartbeatTimeout{}));

  const raft::Server fresh = raft::fresh_server({.servers = 3}, {2});
  raft::Server follower = fresh;
  const raft::Input heartbeat = raft::Receive{{{1}, {2}, raft::AppendEntries{.term = {1}}}};
  workload_follower_heartbeats(follower, Inputs(kSteps, heartbeat));
  follower = fresh;
  workload_appends_of_1(follower, bench::appends(kSteps, 1));
  follower = fresh;
  workload_appends_of_16(follower, bench::appends(kSteps / 10, 16));

  leader = bench::leader_of(bench::batching(3));
  const Inputs acknowledgements = bench::acknowledgements(leader, kSteps / 2);
  workload_acknowledgements(leader, acknowledgements);
}

void model_workload() {
  cluster::Bounds bounds;
  bounds.terms = 2;
  bounds.log = 1;
  bounds.symmetry = true;
  const auto node = node::make_raft_node({.servers = bounds.servers});
  cluster::ClusterModel model(*node, bounds, spec::kAllProperties);
  workload_cluster_halves(model);
}

}  // namespace

int main() {
  try {
    step_workloads();
    bench::Cluster cluster(bench::batching(3));
    workload_cluster_commits(cluster);
    cluster.check_applied(kSteps);
    cluster.check_disks();
    model_workload();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "workloads: %s\n", error.what());
    return 1;
  }
}
