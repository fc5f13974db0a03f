// The leader's side of log replication (section 5.3).
#include <algorithm>

#include "src/raft/handlers.hpp"

namespace raft {

void send_append(const Server& server, Progress& progress, ServerId peer, Effects& effects) {
  // Section 7: what the follower needs next may be gone.
  const bool is_gone = progress.next_index <= server.log.base_index();
  if (is_gone && may_send_entries(server, progress)) {
    note_snapshot_sent(server, progress);
    send_snapshot(server, progress, peer, effects);
    return;
  }
  // While the snapshot is on its way: a heartbeat.
  const auto entries = batch(server, progress);
  const Index previous = is_gone ? server.log.base_index() : progress.next_index.previous();
  const auto& reads = std::get<Leader>(server.role).reads;
  send(server, peer,
       AppendEntries{server.current_term(), previous, server.log.term_at(previous),
                     std::vector<Entry>(entries.begin(), entries.end()), server.commit_index,
                     reads ? reads->round : 0},
       effects);
  note_sent(progress, entries.size());
}

void send_entries(const Server& server, Progress& progress, ServerId peer, Effects& effects) {
  if (!progress.flow) {
    send_append(server, progress, peer, effects);
    return;
  }
  while (server.log.last_index() >= progress.next_index && may_send_entries(server, progress)) {
    send_append(server, progress, peer, effects);
  }
}

namespace {

// Where to go on after a rejection (section 5.3): after the last own entry of the conflicting term,
// or where the follower says.
Index retry_index(const Server& server, const AppendEntriesReply& reply) {
  if (reply.conflict_term.value > 0) {
    const Index last = server.log.last_of_term(reply.conflict_term);
    if (last.value > 0) return last.next();
  }
  return reply.conflict_index;
}

// What follows the messages in flight is compacted, and the follower lacks that: they, or the
// answers to them, were lost. Nothing but the snapshot brings it further.
bool is_pipeline_broken(const Server& server, const Progress& progress) {
  return progress.flow && !progress.flow->is_probing &&
         progress.next_index <= server.log.base_index();
}

void on_rejected(const Server& server, Progress& progress, ServerId from,
                 const AppendEntriesReply& reply, Effects& effects) {
  // A rejection may be old: it never moves nextIndex forward, nor below what is acknowledged.
  const Index retry = std::max(progress.match_index.next(),
                               std::min(progress.next_index, retry_index(server, reply)));
  if (retry == progress.next_index && !is_pipeline_broken(server, progress)) {
    effects.outcome = Outcome::StaleReplyIgnored;
    return;
  }
  progress.next_index = retry;
  probe(progress);
  effects.outcome = Outcome::BackedUp;
  send_append(server, progress, from, effects);
}

// Acknowledges entries that this leader never had.
bool is_malformed(const Server& server, const AppendEntriesReply& reply) {
  return reply.success && reply.match_index > server.log.last_index();
}

// Refuses a request of an earlier term: sent by this server before it led this one, so that the
// reply bears the present term and yet says nothing of the present requests.
bool is_refusal_of_term(const AppendEntriesReply& reply) {
  return !reply.success && reply.conflict_index.value == 0;
}

}  // namespace

void on_append_entries_reply(Server& server, ServerId from, const AppendEntriesReply& reply,
                             Effects& effects) {
  auto* leader = std::get_if<Leader>(&server.role);
  if (reply.term < server.current_term() || leader == nullptr || is_refusal_of_term(reply)) {
    effects.outcome = Outcome::StaleReplyIgnored;
    return;
  }
  if (is_malformed(server, reply)) {
    effects.outcome = Outcome::MalformedIgnored;
    return;
  }
  if (leader->heard) leader->heard->insert(from);
  confirm_reads(server, *leader, from, reply.round, effects);
  Progress& progress = leader->progress[from];
  if (!reply.success) {
    on_rejected(server, progress, from, reply, effects);
    return;
  }
  // Figure 2, leaders: success: update nextIndex and matchIndex. A late reply acknowledges less
  // than is known already and changes nothing.
  effects.outcome = Outcome::Acknowledged;
  progress.match_index = std::max(progress.match_index, reply.match_index);
  progress.next_index = std::max(progress.next_index, progress.match_index.next());
  note_accepted(progress);
  advance_leader_commit(server, *leader, effects);
  // Figure 2, leaders: last log index >= nextIndex: send the entries from nextIndex on.
  if (server.log.has(progress.next_index)) send_entries(server, progress, from, effects);
  continue_transfer(server, *leader, from, effects);
}

void broadcast_append(const Server& server, Leader& leader, Effects& effects) {
  for_each_peer(server,
                [&](ServerId peer) { send_append(server, leader.progress[peer], peer, effects); });
}

void broadcast_entries(const Server& server, Leader& leader, Effects& effects) {
  // As good as a heartbeat, if everybody is written to. Where messages in flight are bounded a
  // probe that was lost waits for the heartbeat, and proposals must not put that off for ever.
  effects.timers.reset_heartbeat |= server.config.appends_in_flight == 0;
  for_each_peer(server,
                [&](ServerId peer) { send_entries(server, leader.progress[peer], peer, effects); });
}

void on_heartbeat_timeout(Server& server, Effects& effects) {
  auto* leader = std::get_if<Leader>(&server.role);
  if (leader == nullptr) {
    effects.outcome = Outcome::TimeoutIgnored;
    return;
  }
  effects.outcome = Outcome::HeartbeatsSent;
  effects.timers.reset_heartbeat = true;
  for_each_peer(server, [&](ServerId peer) {
    renew_probe(leader->progress[peer]);
    send_append(server, leader->progress[peer], peer, effects);
  });
}

void append_own(Server& server, EntryKind kind, const Command& command, Effects& effects) {
  server.log.append(Entry{server.current_term(), kind, command});
  // A step may append several.
  if (!effects.persist.log_from) effects.persist.log_from = server.log.last_index();
}

void refuse(const Server& server, Outcome outcome, Effects& effects) {
  effects.outcome = outcome;
  if (const auto* follower = std::get_if<Follower>(&server.role)) effects.leader = follower->leader;
  if (const auto* leader = std::get_if<Leader>(&server.role)) effects.leader = leader->transferee;
}

void on_propose(Server& server, std::span<const Command> commands, Effects& effects) {
  if (commands.empty()) {
    effects.outcome = Outcome::MalformedIgnored;
    return;
  }
  auto* leader = std::get_if<Leader>(&server.role);
  // Dissertation 3.10: the leader stops accepting client requests while it hands its lead over.
  if (leader == nullptr || !leader->transferee.is_none() || !has_room(server, commands.size())) {
    refuse(server, Outcome::ProposalRefused, effects);
    return;
  }
  for (const Command& command : commands) append_own(server, EntryKind::Command, command, effects);
  effects.outcome = Outcome::ProposalAppended;
  effects.proposed = server.log.last_index();
  advance_leader_commit(server, *leader, effects);
  broadcast_entries(server, *leader, effects);
}

}  // namespace raft
