// Linked into every node library: its exported functions.
#include "checker/node/library.hpp"
#include "checker/node/raft_node.hpp"

extern "C" __attribute__((visibility("default"))) node::Node* raftcheck_make_node(
    int boundary_version, const node::Options& options) {
  if (boundary_version != node::kBoundaryVersion) return nullptr;
  return node::make_raft_node(options).release();
}

extern "C" __attribute__((visibility("default"))) node::Live* raftcheck_make_live(
    int boundary_version, const node::Options& options) {
  if (boundary_version != node::kBoundaryVersion) return nullptr;
  return node::make_live_raft(options).release();
}

extern "C" __attribute__((visibility("default"))) node::States* raftcheck_make_states(
    int boundary_version, const node::Options& options) {
  if (boundary_version != node::kBoundaryVersion) return nullptr;
  return node::make_raft_states(options).release();
}
