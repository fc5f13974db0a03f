// What a node's options mean to the core.
#pragma once

#include "checker/node/node.hpp"
#include "src/raft/server.hpp"

namespace node {

inline raft::Config core_config(const Options& options) {
  return {
      .servers = options.servers,
      .no_op = options.no_op,
      .backtracking =
          options.fast_backtracking ? raft::Backtracking::Fast : raft::Backtracking::Plain,
      .entries_per_message = options.entries_per_message,
      .pre_vote = options.pre_vote,
      .check_quorum = options.check_quorum,
      .vote_lease = options.vote_lease,
      .lease_reads = options.lease_reads,
      .bytes_per_message = options.bytes_per_message,
      .appends_in_flight = options.appends_in_flight,
      .uncommitted = options.uncommitted,
      .snapshot_chunk = options.snapshot_chunk,
      .changes = static_cast<raft::Changes>(options.changes),
      .async_disk = options.async_disk,
      .voters = options.voters == 0 ? raft::ServerSet{} : raft::ServerSet::first(options.voters),
  };
}

}  // namespace node
