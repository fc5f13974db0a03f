// Elections (section 5.2) and the election restriction (section 5.4.1).
#include <limits>

#include "src/raft/handlers.hpp"

namespace raft {
namespace {

void become_leader(Server& server, Effects& effects) {
  // Figure 2, volatile state on leaders: nextIndex := last log index + 1, matchIndex := 0.
  Leader leader{PerServer<Progress>(server.config.servers)};
  for_each_server(server, [&](ServerId peer) {
    leader.progress[peer] = {.next_index = server.log.last_index().next()};
    if (server.config.appends_in_flight > 0) leader.progress[peer].flow.emplace();
  });
  if (server.config.check_quorum) leader.heard.emplace();
  server.role = std::move(leader);
  effects.outcome = Outcome::BecameLeader;
  effects.timers = {.reset_election = server.config.check_quorum, .reset_heartbeat = true};
  if (server.config.no_op) append_own(server, EntryKind::NoOp, {}, effects);
  auto& role = std::get<Leader>(server.role);
  advance_leader_commit(server, role, effects);
  // Figure 2, leaders: upon election, AppendEntries to each server.
  broadcast_append(server, role, effects);
}

}  // namespace

bool has_majority(const Server& server, ServerSet votes) {
  if (server.config.changes != Changes::None) return has_quorum(membership_of(server), votes);
  return votes.size() >= majority_of(server.config.servers);
}

// Section 5.4.1: the later last term is more up to date; with equal last terms, the longer log.
bool is_up_to_date(const RequestVote& candidate, const Log& log) {
  if (candidate.last_log_term != log.last_term()) return candidate.last_log_term > log.last_term();
  return candidate.last_log_index >= log.last_index();
}

namespace {

Outcome judge(const Server& server, ServerId candidate, const RequestVote& request) {
  // Figure 2, RequestVote 1.
  if (request.term < server.current_term()) return Outcome::VoteRefusedTerm;
  if (refuses_for_lease(server, request)) return Outcome::VoteRefusedLease;
  // Figure 2, RequestVote 2: votedFor is null or this candidate, and its log is up to date.
  const ServerId voted_for = server.hard_state.voted_for;
  if (!voted_for.is_none() && voted_for != candidate) return Outcome::VoteRefusedVoted;
  if (!is_up_to_date(request, server.log)) return Outcome::VoteRefusedLog;
  return Outcome::VoteGranted;
}

}  // namespace

void on_election_timeout(Server& server, Effects& effects) {
  if (auto* leader = std::get_if<Leader>(&server.role)) {
    on_quorum_check(server, *leader, effects);
    return;
  }
  if (!may_campaign(server)) {
    effects.outcome = Outcome::TimeoutIgnored;
    return;
  }
  if (server.current_term().value == std::numeric_limits<std::uint64_t>::max()) {
    effects.outcome = Outcome::TermsExhausted;
    return;
  }
  if (server.config.pre_vote) {
    start_pre_vote(server, effects);
  } else {
    start_election(server, effects);
  }
}

void start_election(Server& server, Effects& effects, bool by_transfer) {
  // Figure 2, candidates: increment currentTerm, vote for self, reset the timer, ask the others.
  server.hard_state = {server.current_term().next(), server.id};
  persist_hard_state(server, effects);
  effects.outcome = Outcome::ElectionStarted;
  effects.timers.reset_election = true;
  Candidate candidate;
  if (!server.config.async_disk) candidate.votes_granted.insert(server.id);
  server.role = candidate;
  if (has_majority(server, candidate.votes_granted)) {
    become_leader(server, effects);
    return;
  }
  for_each_peer(server, [&](ServerId peer) {
    send(server, peer,
         RequestVote{server.current_term(), server.log.last_index(), server.log.last_term(),
                     by_transfer},
         effects);
  });
}

void on_vote_durable(Server& server, Effects& effects) {
  auto* candidate = std::get_if<Candidate>(&server.role);
  if (candidate == nullptr) return;
  candidate->votes_granted.insert(server.id);
  if (has_majority(server, candidate->votes_granted)) become_leader(server, effects);
}

void on_request_vote(Server& server, ServerId from, const RequestVote& request, Effects& effects) {
  effects.outcome = judge(server, from, request);
  const bool granted = effects.outcome == Outcome::VoteGranted;
  if (granted) {
    server.hard_state.voted_for = from;
    persist_hard_state(server, effects);
    // Figure 2, followers: granting a vote restarts the election timeout; a refusal does not.
    effects.timers.reset_election = true;
    if (std::holds_alternative<PreCandidate>(server.role)) server.role = Follower{};  // waits now
  }
  // A refusal in an earlier term than the candidate's would say nothing to it.
  if (request.term > server.current_term()) return;
  send(server, from, RequestVoteReply{server.current_term(), granted}, effects);
}

void on_request_vote_reply(Server& server, ServerId from, const RequestVoteReply& reply,
                           Effects& effects) {
  auto* candidate = std::get_if<Candidate>(&server.role);
  if (reply.term < server.current_term() || candidate == nullptr) {
    effects.outcome = Outcome::StaleReplyIgnored;
    return;
  }
  if (!reply.vote_granted) {
    effects.outcome = Outcome::VoteDenied;
    return;
  }
  effects.outcome = Outcome::VoteCounted;
  candidate->votes_granted.insert(from);  // a set: a vote that arrives twice counts once
  // Figure 2, candidates: votes from a majority of the servers: become leader.
  if (has_majority(server, candidate->votes_granted)) become_leader(server, effects);
}

}  // namespace raft
