// Log compaction and InstallSnapshot (section 7, Figure 13).
#include <algorithm>
#include <utility>

#include "src/raft/contract.hpp"
#include "src/raft/handlers.hpp"

namespace raft {
namespace {

InstallSnapshotReply installed(const Server& server, Index index) {
  return {.term = server.current_term(), .last_included_index = index, .installed = true};
}

// Figure 13, InstallSnapshot 2 to 4: collects the chunks. Returns whether the last one is there.
bool store_chunk(Snapshot& incoming, const InstallSnapshot& request) {
  const bool is_same =
      incoming.index == request.last_included_index && incoming.term == request.last_included_term;
  // A leader's later snapshot stands for more; chunks of an earlier one are late.
  if (!is_same && incoming.index > request.last_included_index) return false;
  if (!is_same) {
    incoming = {request.last_included_index, request.last_included_term, {}, request.membership};
  }
  const std::uint64_t end = request.offset + request.data.size();
  if (request.offset > incoming.data.size() || end < incoming.data.size()) return false;
  incoming.data.resize(request.offset);
  incoming.data += request.data;
  return request.done;
}

// Figure 13, InstallSnapshot 5 to 8.
void install(Server& server, Snapshot snapshot, Effects& effects) {
  const bool keeps_suffix = server.log.begin_behind(snapshot.index, snapshot.term);
  effects.outcome = keeps_suffix ? Outcome::SnapshotKeptSuffix : Outcome::SnapshotInstalled;
  if (!keeps_suffix) server.stable_index = {};
  server.commit_index = server.last_applied = snapshot.index;
  server.snapshot = std::move(snapshot);
  effects.persist.snapshot = true;
  effects.restore = true;
  answer_applied_reads(server, effects);
}

}  // namespace

void on_compact(Server& server, const Compact& compact, Effects& effects) {
  // Only what is applied is in the state machine, and so in the snapshot.
  if (compact.through <= server.log.base_index() || compact.through > server.last_applied) {
    effects.outcome = Outcome::CompactRefused;
    return;
  }
  const Membership membership = membership_at(server, compact.through);
  server.log.compact_through(compact.through);
  server.snapshot = {compact.through, server.log.base_term(), compact.data, membership};
  effects.persist.snapshot = true;
  effects.outcome = Outcome::Compacted;
  auto* leader = std::get_if<Leader>(&server.role);
  if (leader == nullptr) return;
  for_each_server(server, [&](ServerId peer) { leader->progress[peer].snapshot_offset = 0; });
}

void send_snapshot(const Server& server, const Progress& progress, ServerId peer,
                   Effects& effects) {
  const Snapshot& snapshot = server.snapshot;
  const std::uint64_t offset = progress.snapshot_offset;
  const std::uint32_t limit = server.config.snapshot_chunk;
  const std::uint64_t rest = snapshot.data.size() - offset;
  const std::uint64_t size = limit == 0 ? rest : std::min<std::uint64_t>(rest, limit);
  send(server, peer,
       InstallSnapshot{server.current_term(), snapshot.index, snapshot.term, offset,
                       snapshot.data.substr(offset, size), size == rest, snapshot.membership},
       effects);
}

void on_install_snapshot(Server& server, ServerId from, const InstallSnapshot& request,
                         Effects& effects) {
  // Figure 13, InstallSnapshot 1.
  if (request.term < server.current_term()) {
    effects.outcome = Outcome::SnapshotRefused;
    send(server, from, InstallSnapshotReply{.term = server.current_term()}, effects);
    return;
  }
  CONTRACT(!std::holds_alternative<Leader>(server.role),
           "a leader received InstallSnapshot of its own term: the term has two leaders");
  follow(server, from, effects);
  effects.timers.reset_election = true;
  const Index index = request.last_included_index;
  // What is committed here is in the leader's log too, and nothing is to be gained or undone.
  if (index <= server.commit_index) {
    effects.outcome = Outcome::SnapshotIgnored;
    send(server, from, installed(server, index), effects);
    return;
  }
  Snapshot& incoming = std::get<Follower>(server.role).incoming;
  if (!store_chunk(incoming, request)) {
    effects.outcome = Outcome::SnapshotStored;
    send(server, from,
         InstallSnapshotReply{.term = server.current_term(),
                              .last_included_index = incoming.index,
                              .stored = incoming.data.size()},
         effects);
    return;
  }
  install(server, std::exchange(incoming, {}), effects);
  send(server, from, installed(server, index), effects);
}

void on_install_snapshot_reply(Server& server, ServerId from, const InstallSnapshotReply& reply,
                               Effects& effects) {
  auto* leader = std::get_if<Leader>(&server.role);
  const bool says_nothing = reply.last_included_index.value == 0;
  if (reply.term < server.current_term() || leader == nullptr || says_nothing) {
    effects.outcome = Outcome::StaleReplyIgnored;
    return;
  }
  if (reply.installed) {
    // As good as an acknowledged AppendEntries through that index.
    on_append_entries_reply(
        server, from,
        {.term = reply.term, .success = true, .match_index = reply.last_included_index}, effects);
    return;
  }
  if (leader->heard) leader->heard->insert(from);
  Progress& progress = leader->progress[from];
  const bool is_present = reply.last_included_index == server.snapshot.index &&
                          reply.stored < server.snapshot.data.size() &&
                          progress.next_index <= server.log.base_index();
  // The piece from there on is on its way already, unless it is lost, for which there are
  // heartbeats: to send it with each answer would make two streams of one.
  if (!is_present || reply.stored == progress.snapshot_offset) {
    effects.outcome = Outcome::StaleReplyIgnored;
    return;
  }
  progress.snapshot_offset = reply.stored;
  effects.outcome = Outcome::SnapshotSent;
  send_snapshot(server, progress, from, effects);
}

void restore_snapshot(Server& server, const Snapshot& snapshot, Effects& effects) {
  CONTRACT(server.log.base_index() <= snapshot.index,
           "the durable log begins behind the durable snapshot: storage is damaged");
  CONTRACT(snapshot.term <= server.current_term(),
           "the durable snapshot is of a term that the server never reached");
  if (snapshot.index.value == 0) return;
  if (server.log.base_index() < snapshot.index) {
    server.log.begin_behind(snapshot.index, snapshot.term);
    effects.persist.snapshot = true;
  }
  server.snapshot = snapshot;
  server.commit_index = server.last_applied = snapshot.index;
  effects.restore = true;
}

}  // namespace raft
