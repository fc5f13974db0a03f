// Bytes choose a cluster and what happens to it (checker/cluster/choice_bytes.hpp): deliveries,
// duplicates, losses, crashes, cuts, timeouts, proposals, reads, transfers, compactions, changes of
// the membership. All properties hold after every step.
#include "checker/node/raft_node.hpp"
#include "fuzz/cluster_harness.hpp"

fuzz::Servers fuzz::servers() {
  return {.states = node::make_raft_states, .node = node::make_raft_node};
}
