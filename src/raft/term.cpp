#include "src/raft/handlers.hpp"

namespace raft {

void persist_hard_state(const Server& server, Effects& effects) {
  effects.persist.hard_state = server.hard_state;
}

void adopt_term(Server& server, Term term, Effects& effects) {
  // Figure 2, all servers: a message with a later term: currentTerm := that term, become follower.
  server.hard_state = {term, kNoServer};
  // A leader's election timer is idle and may have fired unheeded; everybody else's still runs.
  if (std::holds_alternative<Leader>(server.role)) effects.timers.reset_election = true;
  // What a follower owes to the leader that it heard from does not end with the term (4.2.3).
  const auto* follower = std::get_if<Follower>(&server.role);
  const bool keeps_lease = server.config.vote_lease && follower != nullptr && follower->lease;
  server.role = Follower{.leader = {}, .lease = keeps_lease};
  persist_hard_state(server, effects);
}

}  // namespace raft
