// Linearizable reads (dissertation 6.4), ReadIndex and leases, at leaders and followers.
//
// A leader that begins a read notes its commit index and a new round. Every AppendEntries bears the
// last round begun, and its answer the same, so an answer that bears the read's round or a later
// one was given after the read was asked: once a majority has given one, nobody else led when it
// was asked, and the noted index covers all that was committed then.
#include "src/raft/handlers.hpp"

namespace raft {
namespace {

// 6.4, step 1: before an entry of its own term is committed, a leader does not know how far entries
// are committed.
bool knows_what_is_committed(const Server& server) {
  return server.log.term_at(server.commit_index) == server.current_term();
}

// The read may be answered by who asked for it: all that it must see is applied there.
void answer(const Server& server, const PendingRead& read, Effects& effects) {
  if (read.reader == server.id) {
    effects.reads.push_back(read.id);
  } else {
    send(server, read.reader, ReadIndexReply{server.current_term(), read.id, read.index}, effects);
  }
}

// Answers the reads that `from` and others confirm by now, in the order in which they were begun.
void confirm(Server& server, LeaderReads& reads, ServerId from, std::uint64_t round,
             Effects& effects) {
  std::vector<PendingRead> waiting;
  for (PendingRead& read : reads.pending) {
    if (read.round <= round) read.acks.insert(from);
    if (!has_majority(server, read.acks)) {
      waiting.push_back(read);
      continue;
    }
    // 6.4.1: until the minimum election timeout since the round was begun, those who answered it
    // vote for nobody, so that no other leader can come up.
    reads.has_lease |= reads.lease_round != 0 && read.round >= reads.lease_round;
    answer(server, read, effects);
  }
  reads.pending = std::move(waiting);
}

void begin_read(Server& server, Leader& leader, ServerId reader, std::uint64_t id,
                Effects& effects) {
  if (!leader.reads) leader.reads = fresh_reads(server);
  LeaderReads& reads = *leader.reads;
  if (!knows_what_is_committed(server) || id <= reads.last_ids[reader]) {
    effects.outcome = Outcome::ReadRefused;
    return;
  }
  reads.last_ids[reader] = id;
  PendingRead read{.index = server.commit_index, .reader = reader, .id = id};
  if (reads.has_lease) {
    effects.outcome = Outcome::ReadAnswered;
    answer(server, read, effects);
    return;
  }
  read.round = ++reads.round;
  read.acks.insert(server.id);
  if (server.config.lease_reads && !reads.is_lease_forbidden && reads.lease_round == 0) {
    reads.lease_round = read.round;
    effects.timers.reset_lease = true;  // from now, before the round leaves
  }
  reads.pending.push_back(read);
  effects.outcome = Outcome::ReadStarted;
  effects.timers.reset_heartbeat = true;
  broadcast_append(server, leader, effects);
  confirm(server, reads, server.id, read.round, effects);  // it may be alone
}

}  // namespace

LeaderReads fresh_reads(const Server& server) {
  LeaderReads reads;
  reads.last_ids = PerServer<std::uint64_t>(server.config.servers);
  return reads;
}

void on_read(Server& server, std::uint64_t id, Effects& effects) {
  if (auto* leader = std::get_if<Leader>(&server.role)) {
    begin_read(server, *leader, server.id, id, effects);
    return;
  }
  auto* follower = std::get_if<Follower>(&server.role);
  if (follower == nullptr || follower->leader.is_none()) {
    refuse(server, Outcome::ReadRefused, effects);
    return;
  }
  follower->reads.push_back({.id = id, .index = {}});
  effects.outcome = Outcome::ReadStarted;
  send(server, follower->leader, ReadIndex{server.current_term(), id}, effects);
}

void on_read_index(Server& server, ServerId from, const ReadIndex& request, Effects& effects) {
  auto* leader = std::get_if<Leader>(&server.role);
  if (leader == nullptr || request.term < server.current_term()) {
    effects.outcome = Outcome::ReadRefused;
    return;
  }
  begin_read(server, *leader, from, request.id, effects);
}

void on_read_index_reply(Server& server, const ReadIndexReply& reply, Effects& effects) {
  effects.outcome = Outcome::StaleReplyIgnored;
  auto* follower = std::get_if<Follower>(&server.role);
  if (follower == nullptr || reply.term < server.current_term()) return;
  for (FollowerRead& read : follower->reads) {
    if (read.id != reply.id || read.index.value != 0) continue;
    read.index = reply.read_index;
    effects.outcome = Outcome::ReadConfirmed;
  }
  // The leader has refused earlier ones, or its answers are late: they count as lost.
  std::erase_if(follower->reads, [&](const FollowerRead& read) {
    return read.id < reply.id && read.index.value == 0;
  });
  answer_applied_reads(server, effects);
}

void confirm_reads(Server& server, Leader& leader, ServerId from, std::uint64_t round,
                   Effects& effects) {
  if (leader.reads && round != 0) confirm(server, *leader.reads, from, round, effects);
}

// 6.4, step 4: the state machine must have come as far as the read index.
void answer_applied_reads(Server& server, Effects& effects) {
  auto* follower = std::get_if<Follower>(&server.role);
  if (follower == nullptr || follower->reads.empty()) return;
  std::vector<FollowerRead> waiting;
  for (const FollowerRead& read : follower->reads) {
    if (read.index.value != 0 && read.index <= server.last_applied) {
      effects.reads.push_back(read.id);
    } else {
      waiting.push_back(read);
    }
  }
  follower->reads = std::move(waiting);
}

bool end_read_lease(Leader& leader) {
  if (!leader.reads || leader.reads->lease_round == 0) return false;
  leader.reads->lease_round = 0;
  leader.reads->has_lease = false;
  return true;
}

void forbid_read_lease(const Server& server, Leader& leader) {
  if (!server.config.lease_reads) return;
  if (!leader.reads) leader.reads = fresh_reads(server);
  // Whoever is told to stand needs nobody's lease to end, now or when TimeoutNow arrives late.
  end_read_lease(leader);
  leader.reads->is_lease_forbidden = true;
}

}  // namespace raft
