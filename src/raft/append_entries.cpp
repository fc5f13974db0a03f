// The receiver of AppendEntries (Figure 2, section 5.3).
#include <algorithm>

#include "src/raft/contract.hpp"
#include "src/raft/handlers.hpp"

namespace raft {
namespace {

// Why prevLogIndex and prevLogTerm do not match this log, as a hint where to go on (section 5.3).
AppendEntriesReply rejection(const Server& server, const AppendEntries& request) {
  AppendEntriesReply reply{.term = server.current_term(), .round = request.round};
  if (server.config.backtracking == Backtracking::Plain) {
    // The leader tries the entry before the one that was refused.
    reply.conflict_index = request.prev_log_index;
  } else if (!server.log.has(request.prev_log_index)) {
    reply.conflict_index = server.log.last_index().next();
  } else {
    reply.conflict_term = server.log.term_at(request.prev_log_index);
    reply.conflict_index = server.log.first_of_term_at(request.prev_log_index);
  }
  return reply;
}

// Figure 2, AppendEntries 3 and 4: an existing entry that conflicts with a new one goes, with all
// that follow it; new entries that are not yet there are appended. Entries that agree stay, and so
// does what follows them: the request may be an old one.
void store(Server& server, const AppendEntries& request, Effects& effects) {
  Index index = request.prev_log_index;
  for (std::size_t i = 0; i < request.entries.size(); ++i) {
    index = index.next();
    if (server.log.has(index) && server.log.term_at(index) == request.entries[i].term) continue;
    if (server.log.has(index)) {
      CONTRACT(index > server.commit_index,
               "AppendEntries conflicts with an entry that is committed here");
      server.log.truncate_from(index);
      forget_stable_from(server, index);
    }
    server.log.append(std::span(request.entries).subspan(i));
    effects.persist.log_from = index;
    return;
  }
}

// What has been collected of a snapshot is of no use once its entries are committed.
void forget_incoming(Server& server) {
  Snapshot& incoming = std::get<Follower>(server.role).incoming;
  if (incoming.index <= server.commit_index && incoming.index.value > 0) incoming = {};
}

// Section 7: what is compacted here is committed, so the log of this term's leader has the same
// (Leader Completeness): it agrees without a comparison, which nobody could make any more.
AppendEntries past_base(const Server& server, const AppendEntries& request) {
  const Index base = server.log.base_index();
  const std::uint64_t compacted = base.value - request.prev_log_index.value;
  const bool has_base = request.entries.size() >= compacted;
  CONTRACT(!has_base || request.entries[compacted - 1].term == server.log.base_term(),
           "AppendEntries conflicts with an entry that is compacted here");
  AppendEntries rest{.term = request.term,
                     .prev_log_index = base,
                     .prev_log_term = server.log.base_term(),
                     .leader_commit = request.leader_commit,
                     .round = request.round};
  if (request.entries.size() > compacted) {
    rest.entries.assign(request.entries.begin() + static_cast<std::ptrdiff_t>(compacted),
                        request.entries.end());
  }
  return rest;
}

}  // namespace

void on_append_entries(Server& server, ServerId from, const AppendEntries& request,
                       Effects& effects) {
  // Figure 2, AppendEntries 1.
  if (request.term < server.current_term()) {
    effects.outcome = Outcome::AppendRejectedTerm;
    send(server, from, AppendEntriesReply{.term = server.current_term()}, effects);
    return;
  }
  CONTRACT(!std::holds_alternative<Leader>(server.role),
           "a leader received AppendEntries of its own term: the term has two leaders");
  // Section 5.2: a candidate that hears from the leader of its term is a follower again.
  follow(server, from, effects);
  effects.timers.reset_election = true;
  if (request.prev_log_index < server.log.base_index()) {
    on_append_entries(server, from, past_base(server, request), effects);
    return;
  }
  // Figure 2, AppendEntries 2: index 0 has term 0 in every log.
  if (request.prev_log_index > server.log.last_index() ||
      server.log.term_at(request.prev_log_index) != request.prev_log_term) {
    effects.outcome = Outcome::AppendRejectedLog;
    send(server, from, rejection(server, request), effects);
    return;
  }
  store(server, request, effects);
  const Index verified{request.prev_log_index.value + request.entries.size()};
  // Figure 2, AppendEntries 5: what lies beyond the last new entry has not been compared.
  commit_through(server, std::min(request.leader_commit, verified), effects);
  answer_applied_reads(server, effects);
  effects.outcome = Outcome::AppendAccepted;
  forget_incoming(server);
  send(server, from,
       AppendEntriesReply{.term = server.current_term(),
                          .success = true,
                          .match_index = verified,
                          .round = request.round},
       effects);
}

}  // namespace raft
