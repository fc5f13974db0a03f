// The core of src/raft behind the node boundary.
#pragma once

#include <memory>

#include "checker/node/node.hpp"

namespace node {

// Throws raft::ContractViolation if the options make no cluster.
std::unique_ptr<Node> make_raft_node(const Options& options);

}  // namespace node
