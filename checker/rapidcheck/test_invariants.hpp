// What holds of every server that a correct cluster can bring about. Not part of the library.
#pragma once

#include <algorithm>
#include <string_view>
#include <variant>

#include "src/raft/membership.hpp"
#include "src/raft/server.hpp"

namespace raft::rapid {

// The invariants that server.hpp states, and what each role implies. Empty if all hold.
inline std::string_view broken_invariant(const Server& server) {
  if (server.last_applied != server.commit_index) return "something committed is not applied";
  if (server.commit_index > server.log.last_index()) return "committed beyond the log's end";
  if (server.log.base_index() > server.commit_index) return "compacted what is not committed";
  if (server.log.base_index() != server.snapshot.index) return "the base is not the snapshot's";
  if (server.log.base_term() != server.snapshot.term)
    return "the base's term is not the snapshot's";
  Term term = std::max(Term{1}, server.log.base_term());
  for (const Entry& entry : server.log.entries()) {
    if (entry.term < term) return "terms go back in the log";
    term = entry.term;
  }
  if (server.log.last_term() > server.current_term()) return "an entry of a later term";
  if (server.hard_state.voted_for.value > server.config.servers) return "a vote for a stranger";
  if (const auto* follower = std::get_if<Follower>(&server.role)) {
    if (follower->lease && !server.config.has_lease()) return "a lease where none is kept";
    return follower->leader == server.id ? "a follower follows itself" : "";
  }
  if (const auto* pre_candidate = std::get_if<PreCandidate>(&server.role)) {
    if (!server.config.pre_vote) return "a pre-candidate without pre-vote";
    return pre_candidate->votes_granted.contains(server.id) ? "" : "it would not vote for itself";
  }
  if (server.hard_state.voted_for != server.id) return "a candidate or leader without its own vote";
  if (const auto* candidate = std::get_if<Candidate>(&server.role)) {
    // Its own vote counts once it is durable.
    if (!server.config.async_disk && !candidate->votes_granted.contains(server.id)) {
      return "a candidate does not count itself";
    }
    const Membership all{.voters = ServerSet::first(server.config.servers)};
    const bool changes = server.config.changes != Changes::None;
    const bool has_won =
        has_quorum(changes ? membership_of(server) : all, candidate->votes_granted);
    return has_won ? "a candidate has a majority and does not lead" : "";
  }
  const auto& progress = std::get<Leader>(server.role).progress;
  if (std::get<Leader>(server.role).transferee == server.id) return "a transfer to itself";
  if (std::get<Leader>(server.role).heard.has_value() != server.config.check_quorum) {
    return "a leader notes whom it heard from if and only if it checks its quorum";
  }
  if (progress.size() != server.config.servers) return "a leader does not know all servers";
  for (std::uint32_t id = 1; id <= server.config.servers; ++id) {
    const auto& [next, match, offset, flow] = progress[ServerId{id}];
    if (offset > server.snapshot.data.size()) return "a piece from beyond the snapshot's end";
    const bool bounded = server.config.appends_in_flight > 0 && id != server.id.value;
    if (flow.has_value() != bounded) return "flow without a bound, or a bound without";
    if (flow && flow->in_flight.size() > server.config.appends_in_flight)
      return "too much in flight";
    if (flow && flow->is_probing && flow->in_flight.size() > 1) return "two probes";
    if (id == server.id.value) {
      if (next.value + match.value > 0) return "a leader's own slot is in use";
    } else if (match >= next || next > server.log.last_index().next()) {
      return "not match < next <= last + 1";
    }
  }
  return "";
}

}  // namespace raft::rapid
