// Leadership transfer (dissertation 3.10).
#include <limits>

#include "src/raft/handlers.hpp"

namespace raft {

void on_transfer(Server& server, ServerId to, Effects& effects) {
  auto* leader = std::get_if<Leader>(&server.role);
  // A change under way may yet cost this leader its lead, or append an entry by itself.
  const bool may_hand_over = to != server.id && is_voter(server, to) && !is_changing(server);
  if (leader == nullptr || !may_hand_over || !leader->transferee.is_none()) {
    refuse(server, Outcome::TransferRefused, effects);
    return;
  }
  leader->transferee = to;
  forbid_read_lease(server, *leader);
  effects.outcome = Outcome::TransferStarted;
  effects.timers.reset_election = true;  // when it is over, the transfer is too
  Progress& progress = leader->progress[to];
  if (progress.match_index == server.log.last_index()) {
    send(server, to, TimeoutNow{server.current_term()}, effects);
  } else {
    send_append(server, progress, to, effects);
  }
}

void continue_transfer(const Server& server, const Leader& leader, ServerId from,
                       Effects& effects) {
  if (leader.transferee.is_none() || leader.transferee != from) return;
  // Once more with each answer: the last TimeoutNow may be lost.
  if (leader.progress[from].match_index == server.log.last_index()) {
    send(server, from, TimeoutNow{server.current_term()}, effects);
  }
}

void abort_transfer(Leader& leader, Effects& effects) {
  if (leader.transferee.is_none()) return;
  leader.transferee = kNoServer;
  effects.outcome = Outcome::TransferAborted;
}

void on_timeout_now(Server& server, const TimeoutNow& message, Effects& effects) {
  if (message.term < server.current_term() || std::holds_alternative<Leader>(server.role)) {
    effects.outcome = Outcome::TimeoutNowIgnored;
    return;
  }
  if (server.current_term().value == std::numeric_limits<std::uint64_t>::max()) {
    effects.outcome = Outcome::TermsExhausted;
    return;
  }
  if (!may_campaign(server)) {  // its log has come to say that it is no voter
    effects.outcome = Outcome::TimeoutNowIgnored;
    return;
  }
  // No pre-vote: the leader knows that an election is due.
  start_election(server, effects, /*by_transfer=*/true);
}

}  // namespace raft
