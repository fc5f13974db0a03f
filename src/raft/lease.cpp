// Who is in touch with whom: a follower with its leader, which then helps nobody else to the lead
// (dissertation 4.2.3, 9.6), and a leader with a majority, without which it does not lead on (6.2).
#include "src/raft/handlers.hpp"

namespace raft {

bool is_in_lease(const Server& server) {
  if (const auto* follower = std::get_if<Follower>(&server.role)) return follower->lease;
  return std::holds_alternative<Leader>(server.role);
}

void follow(Server& server, ServerId leader, Effects& effects) {
  effects.timers.reset_lease = server.config.has_lease();
  auto* follower = std::get_if<Follower>(&server.role);
  if (follower != nullptr && follower->leader == leader) {  // its reads go on
    follower->lease = server.config.has_lease();
  } else {
    server.role = Follower{.leader = leader, .lease = server.config.has_lease()};
  }
}

void on_lease_timeout(Server& server, Effects& effects) {
  auto* leader = std::get_if<Leader>(&server.role);
  if (leader != nullptr && end_read_lease(*leader)) {
    effects.outcome = Outcome::LeaseEnded;
    return;
  }
  auto* follower = std::get_if<Follower>(&server.role);
  if (follower == nullptr || !follower->lease) {
    effects.outcome = Outcome::TimeoutIgnored;
    return;
  }
  follower->lease = false;
  effects.outcome = Outcome::LeaseEnded;
}

void on_quorum_check(Server& server, Leader& leader, Effects& effects) {
  effects.outcome = Outcome::TimeoutIgnored;
  // Dissertation 3.10: a transfer that takes longer than an election timeout has failed.
  abort_transfer(leader, effects);
  if (!leader.heard) return;
  effects.timers.reset_election = true;
  ServerSet heard = *leader.heard;
  heard.insert(server.id);
  if (has_majority(server, heard)) {
    leader.heard.emplace();
    if (effects.outcome == Outcome::TimeoutIgnored) effects.outcome = Outcome::QuorumHeard;
    return;
  }
  // Dissertation 6.2: it steps down. Its term has not ended, and so it keeps its vote (Figure 2).
  server.role = Follower{};
  effects.outcome = Outcome::QuorumLost;
}

}  // namespace raft
