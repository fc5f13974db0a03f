#include "src/raft/contract.hpp"
#include "src/raft/handlers.hpp"

namespace raft {

Server fresh_server(const Config& config, ServerId id) {
  CONTRACT(config.servers >= 1 && config.servers <= kServersMax,
           "a cluster has between 1 and 64 servers");
  CONTRACT(config.vote_lease || !config.lease_reads, "lease reads need vote leases");
  CONTRACT((config.voters - ServerSet::first(config.servers)).empty(),
           "the first voters lie in 1..servers");
  CONTRACT(id.value >= 1 && id.value <= config.servers, "a server's id lies in 1..servers");
  return Server{.config = config, .id = id};
}

void on_restart(Server& server, const Durable& durable, Effects& effects) {
  Term term = durable.log.base_term();
  for (const Entry& entry : durable.log.entries()) {
    CONTRACT(entry.term >= term && entry.term.value > 0,
             "the durable log's terms go back: storage is damaged");
    term = entry.term;
  }
  CONTRACT(term <= durable.hard_state.current_term,
           "the durable log has an entry of a term that the server never reached");
  // Figure 2: commitIndex and lastApplied are volatile, and servers start up as followers (5.2).
  server = fresh_server(server.config, server.id);
  server.hard_state = durable.hard_state;
  server.log = durable.log;
  restore_snapshot(server, durable.snapshot, effects);
  if (server.config.async_disk) server.stable_index = server.log.last_index();
  effects.outcome = Outcome::Restarted;
  effects.timers.reset_election = true;
  // It may have heard from a leader that counts on it, just before.
  if (server.config.vote_lease) {
    std::get<Follower>(server.role).lease = true;
    effects.timers.reset_lease = true;
  }
}

}  // namespace raft
