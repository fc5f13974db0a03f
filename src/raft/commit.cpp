#include "src/raft/contract.hpp"
#include "src/raft/handlers.hpp"
#include "src/raft/quorum.hpp"

namespace raft {

void commit_through(Server& server, Index index, Effects& effects) {
  // Figure 2: commitIndex increases monotonically.
  if (index <= server.commit_index) return;
  CONTRACT(server.log.has(index), "an index beyond the end of the log was about to be committed");
  server.commit_index = index;
  // Figure 2, all servers: if commitIndex > lastApplied, apply the entries in between, in order.
  // A step that commits twice (section 6: C_old,new, then C_new) goes on where it began.
  if (effects.apply == Apply{}) effects.apply.first = server.last_applied.next();
  effects.apply.last = server.commit_index;
  server.last_applied = server.commit_index;
}

Index own_match(const Server& server) {
  return server.config.async_disk ? server.stable_index : server.log.last_index();
}

namespace {

// The highest index that a majority of all servers holds.
Index majority_index(const Server& server, const Leader& leader) {
  Matches matches;
  matches.add(own_match(server));  // its own log
  for_each_server(server, [&](ServerId peer) { matches.add(leader.progress[peer].match_index); });
  return matches.quorum_index();
}

}  // namespace

void advance_leader_commit(Server& server, const Leader& leader, Effects& effects) {
  if (server.commit_index == server.log.last_index()) return;
  const Index replicated = server.config.changes == Changes::None
                               ? majority_index(server, leader)
                               : replicated_index(server, leader);
  if (replicated <= server.commit_index) return;
  // Section 5.4.2 and Figure 8: only entries of the leader's own term are committed by counting
  // replicas; earlier ones are committed with them. Terms never decrease along the log, so if the
  // highest replicated entry is of an earlier term, all below it are too.
  if (server.log.term_at(replicated) != server.current_term()) return;
  commit_through(server, replicated, effects);
}

}  // namespace raft
