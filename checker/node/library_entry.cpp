// Linked into every node library: its one exported function.
#include "checker/node/library.hpp"
#include "checker/node/raft_node.hpp"

extern "C" __attribute__((visibility("default"))) node::Node* raftcheck_make_node(
    int boundary_version, const node::Options& options) {
  if (boundary_version != node::kBoundaryVersion) return nullptr;
  return node::make_raft_node(options).release();
}
