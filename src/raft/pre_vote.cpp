// Pre-vote (dissertation 9.6): a server that cannot win an election learns so without disturbing
// anybody. No pre-vote changes a term or a vote; a majority of them only permits an election.
#include "src/raft/handlers.hpp"

namespace raft {
namespace {

Outcome judge(const Server& server, const PreVote& request) {
  // The election would be for the next term: later than this server's, or it cannot be won here.
  if (request.term < server.current_term()) return Outcome::VoteRefusedTerm;
  // Dissertation 9.6: not while a leader was heard from within the minimum election timeout.
  if (is_in_lease(server)) return Outcome::VoteRefusedLease;
  const RequestVote election{request.term, request.last_log_index, request.last_log_term};
  return is_up_to_date(election, server.log) ? Outcome::VoteGranted : Outcome::VoteRefusedLog;
}

}  // namespace

void start_pre_vote(Server& server, Effects& effects) {
  effects.outcome = Outcome::PreVoteStarted;
  effects.timers.reset_election = true;
  PreCandidate pre_candidate;
  pre_candidate.votes_granted.insert(server.id);
  server.role = pre_candidate;
  if (has_majority(server, pre_candidate.votes_granted)) {
    start_election(server, effects);
    return;
  }
  for_each_peer(server, [&](ServerId peer) {
    send(server, peer,
         PreVote{server.current_term(), server.log.last_index(), server.log.last_term()}, effects);
  });
}

void on_pre_vote(Server& server, ServerId from, const PreVote& request, Effects& effects) {
  effects.outcome = judge(server, request);
  const bool granted = effects.outcome == Outcome::VoteGranted;
  // A refusal bears this server's own term: who is left behind learns of it here and nowhere else.
  send(server, from, PreVoteReply{granted ? request.term : server.current_term(), granted},
       effects);
}

void on_pre_vote_reply(Server& server, ServerId from, const PreVoteReply& reply, Effects& effects) {
  if (reply.term > server.current_term()) {  // grants what this server cannot have asked for
    effects.outcome = Outcome::MalformedIgnored;
    return;
  }
  auto* pre_candidate = std::get_if<PreCandidate>(&server.role);
  if (reply.term < server.current_term() || pre_candidate == nullptr) {
    effects.outcome = Outcome::StaleReplyIgnored;
    return;
  }
  if (!reply.vote_granted) {
    effects.outcome = Outcome::VoteDenied;
    return;
  }
  effects.outcome = Outcome::VoteCounted;
  pre_candidate->votes_granted.insert(from);
  if (has_majority(server, pre_candidate->votes_granted)) start_election(server, effects);
}

}  // namespace raft
