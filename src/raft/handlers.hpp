// The handlers behind step(): one file a concern. Internal to src/raft.
#pragma once

#include <span>

#include "src/raft/effects.hpp"
#include "src/raft/input.hpp"
#include "src/raft/server.hpp"

namespace raft {

// election.cpp
void on_election_timeout(Server& server, Effects& effects);
// With async_disk: the term and the vote are durable, so a candidate counts its own.
void on_vote_durable(Server& server, Effects& effects);
void on_request_vote(Server& server, ServerId from, const RequestVote& request, Effects& effects);
void on_request_vote_reply(Server& server, ServerId from, const RequestVoteReply& reply,
                           Effects& effects);

// Increments the term, votes for itself and asks the others (section 5.2).
// `by_transfer`: since its leader told it to.
void start_election(Server& server, Effects& effects, bool by_transfer = false);
bool has_majority(const Server& server, ServerSet votes);
bool is_up_to_date(const RequestVote& candidate, const Log& log);

// pre_vote.cpp
void start_pre_vote(Server& server, Effects& effects);
void on_pre_vote(Server& server, ServerId from, const PreVote& request, Effects& effects);
void on_pre_vote_reply(Server& server, ServerId from, const PreVoteReply& reply, Effects& effects);

// lease.cpp
// Whether it has heard from a leader within the minimum election timeout, or leads.
bool is_in_lease(const Server& server);
// Whether that alone keeps it from voting: not if the leader itself sent the candidate (4.2.3).
inline bool refuses_for_lease(const Server& server, const RequestVote& request) {
  return server.config.vote_lease && is_in_lease(server) && !request.leadership_transfer;
}
// Follows the leader of its term, which it has just heard from.
void follow(Server& server, ServerId leader, Effects& effects);
void on_lease_timeout(Server& server, Effects& effects);
// The election timeout of a leader.
void on_quorum_check(Server& server, Leader& leader, Effects& effects);

// transfer.cpp
void on_transfer(Server& server, ServerId to, Effects& effects);
void on_timeout_now(Server& server, const TimeoutNow& message, Effects& effects);
// Goes on with a transfer once its target is known to have the whole log.
void continue_transfer(const Server& server, const Leader& leader, ServerId from, Effects& effects);
void abort_transfer(Leader& leader, Effects& effects);

// reads.cpp
LeaderReads fresh_reads(const Server& server);
void on_read(Server& server, std::uint64_t id, Effects& effects);
void on_read_index(Server& server, ServerId from, const ReadIndex& request, Effects& effects);
void on_read_index_reply(Server& server, const ReadIndexReply& reply, Effects& effects);
// `from` has answered an AppendEntries that bore `round`.
void confirm_reads(Server& server, Leader& leader, ServerId from, std::uint64_t round,
                   Effects& effects);
// A follower's reads that wait for no more than to be applied.
void answer_applied_reads(Server& server, Effects& effects);
// Whether there was one, or one to come.
bool end_read_lease(Leader& leader);
void forbid_read_lease(const Server& server, Leader& leader);

// flow.cpp
// The entries that the next AppendEntries to a follower carries.
std::span<const Entry> batch(const Server& server, const Progress& progress);
// Whether one may leave now: a probe is answered first, a pipeline has its bound.
bool may_send_entries(const Server& server, const Progress& progress);
// An AppendEntries with so many entries from nextIndex on is on its way.
void note_sent(Progress& progress, std::size_t entries);
// So is the snapshot: nothing may follow before an answer.
void note_snapshot_sent(const Server& server, Progress& progress);
// The follower's logs agree with the leader's through matchIndex.
void note_accepted(Progress& progress);
// They may not agree right before nextIndex: one message at a time from now on.
void probe(Progress& progress);
// The probe may be lost.
void renew_probe(Progress& progress);
// Whether the uncommitted tail of the log may grow by so many entries.
bool has_room(const Server& server, std::size_t entries);

// append_entries.cpp
void on_append_entries(Server& server, ServerId from, const AppendEntries& request,
                       Effects& effects);

// replication.cpp
void on_append_entries_reply(Server& server, ServerId from, const AppendEntriesReply& reply,
                             Effects& effects);
void on_heartbeat_timeout(Server& server, Effects& effects);
// The commands are appended in this order, all or none.
void on_propose(Server& server, std::span<const Command> commands, Effects& effects);
// Appends an entry of the leader's term to its own log, to be made durable.
void append_own(Server& server, EntryKind kind, const Command& command, Effects& effects);
// AppendEntries to every other server, each from its nextIndex on.
void broadcast_append(const Server& server, Leader& leader, Effects& effects);
// The entries that may leave now, in as many messages as that takes.
void send_entries(const Server& server, Progress& progress, ServerId peer, Effects& effects);
void broadcast_entries(const Server& server, Leader& leader, Effects& effects);
// Figure 2, leaders: AppendEntries with the log entries starting at nextIndex, or the snapshot if
// they are compacted.
void send_append(const Server& server, Progress& progress, ServerId peer, Effects& effects);
// Names whom to ask instead of this server.
void refuse(const Server& server, Outcome outcome, Effects& effects);

// commit.cpp
// Moves the commit index up to `index` (never down) and hands the entries out.
void commit_through(Server& server, Index index, Effects& effects);
// What a leader has of its own log for good.
Index own_match(const Server& server);
// The leader's commit rule (5.3, 5.4).
void advance_leader_commit(Server& server, const Leader& leader, Effects& effects);

// membership_change.cpp
// The membership in force at an index that is not compacted (membership_of: at the last).
Membership membership_at(const Server& server, Index index);
void on_change_membership(Server& server, const ChangeMembership& change, Effects& effects);
// Whether a change of the membership is under way.
bool is_changing(const Server& server);
// Whether the membership in force lets it vote, and so lead.
bool is_voter(const Server& server, ServerId id);
// Dissertation, section 4.2.2: who votes no longer may still be needed, until that is committed.
bool may_campaign(const Server& server);
// After every step: acts on what the step has committed.
void settle_membership(Server& server, Effects& effects);
// Whether it names no server that the configuration lacks.
bool knows_all(const Server& server, const Membership& membership);
// The highest index that a quorum of the membership in force holds.
Index replicated_index(const Server& server, const Leader& leader);

// disk.cpp
void on_persisted(Server& server, const Persisted& done, Effects& effects);
// Entries from here on are about to be replaced.
void forget_stable_from(Server& server, Index index);
// Parts the messages that wait for the disk from those that do not.
void hold_messages(Effects& effects);

// snapshot.cpp
void on_compact(Server& server, const Compact& compact, Effects& effects);
void on_install_snapshot(Server& server, ServerId from, const InstallSnapshot& request,
                         Effects& effects);
void on_install_snapshot_reply(Server& server, ServerId from, const InstallSnapshotReply& reply,
                               Effects& effects);
// The piece of the snapshot that begins at the follower's offset, or all of it.
void send_snapshot(const Server& server, const Progress& progress, ServerId peer, Effects& effects);
// A restart: continues from the durable snapshot, and brings a log behind it that was not yet cut
// when the server crashed.
void restore_snapshot(Server& server, const Snapshot& snapshot, Effects& effects);

// restart.cpp
void on_restart(Server& server, const Durable& durable, Effects& effects);

// term.cpp
// Enters a later term as a follower that has not voted.
void adopt_term(Server& server, Term term, Effects& effects);
// States that the term and the vote must be durable.
void persist_hard_state(const Server& server, Effects& effects);

// Puts one message on its way.
template <class Body>
void send(const Server& server, ServerId to, Body body, Effects& effects) {
  effects.messages.emplace_back(server.id, to, std::move(body));
}

// Calls f(peer) for every other server, in id order.
template <class F>
void for_each_server(const Server& server, const F& f) {
  for (std::uint32_t id = 1; id <= server.config.servers; ++id) {
    if (id != server.id.value) f(ServerId{id});
  }
}

// Calls f(peer) for every other member of the membership in force, in id order.
template <class F>
void for_each_peer(const Server& server, const F& f) {
  const bool has_all = server.config.changes == Changes::None;
  const ServerSet members = has_all ? ServerSet{} : membership_of(server).members();
  for_each_server(server, [&](ServerId peer) {
    if (has_all || members.contains(peer)) f(peer);
  });
}

}  // namespace raft
