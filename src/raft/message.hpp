// The RPCs of Figures 2 and 13 as messages: a request and its reply travel by themselves, and
// either may be lost, late or doubled.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/raft/log.hpp"

namespace raft {

// Figure 2, RequestVote RPC. The candidate is the sender.
struct RequestVote {
  Term term{};             // the candidate's term
  Index last_log_index{};  // of the candidate's last entry, 0 if its log is empty
  Term last_log_term{};
  // The leader itself told the candidate to stand (dissertation 3.10): leases do not count (4.2.3).
  bool leadership_transfer = false;
  bool operator==(const RequestVote&) const = default;
};
RAFT_FIELDS(RequestVote, term, last_log_index, last_log_term, leadership_transfer)

struct RequestVoteReply {
  Term term{};  // the voter's term
  bool vote_granted = false;
  bool operator==(const RequestVoteReply&) const = default;
};
RAFT_FIELDS(RequestVoteReply, term, vote_granted)

// Figure 2, AppendEntries RPC. The leader is the sender; no entries: a heartbeat.
struct AppendEntries {
  Term term{};             // the leader's term
  Index prev_log_index{};  // of the entry right before `entries`, 0 if they start the log
  Term prev_log_term{};
  std::vector<Entry> entries{};
  Index leader_commit{};
  std::uint64_t round = 0;  // of reads, that was begun last (dissertation 6.4); 0: none yet
  bool operator==(const AppendEntries&) const = default;
};
RAFT_FIELDS(AppendEntries, term, prev_log_index, prev_log_term, entries, leader_commit, round)

// A reply does not travel with its request, so it says by itself what it acknowledges:
// - accepted: `match_index` is the last index that the request showed to agree with the leader;
// - rejected in the leader's own term: the leader should go on from `conflict_index`, or, if
//   `conflict_term` is not 0 and it has entries of that term, right after the last of those
//   (section 5.3, "the conflicting term and the first index it stores for that term");
// - rejected because the request's term is stale: only `term` says something.
struct AppendEntriesReply {
  Term term{};
  bool success = false;
  Index match_index{};
  Term conflict_term{};
  Index conflict_index{};
  std::uint64_t round = 0;  // the request's, unless that was stale
  bool operator==(const AppendEntriesReply&) const = default;
};
RAFT_FIELDS(AppendEntriesReply, term, success, match_index, conflict_term, conflict_index, round)

// Would you vote for me in the term after mine (dissertation 9.6)? Changes nothing at the receiver.
struct PreVote {
  Term term{};             // the sender's term; an election would be for the next one
  Index last_log_index{};  // as in RequestVote
  Term last_log_term{};
  bool operator==(const PreVote&) const = default;
};
RAFT_FIELDS(PreVote, term, last_log_index, last_log_term)

struct PreVoteReply {
  Term term{};  // granted: the request's; refused: the voter's, which tells a sender left behind
  bool vote_granted = false;
  bool operator==(const PreVoteReply&) const = default;
};
RAFT_FIELDS(PreVoteReply, term, vote_granted)

// The leader has nothing to add to the receiver's log: stand for election now (dissertation 3.10).
struct TimeoutNow {
  Term term{};  // the leader's term
  bool operator==(const TimeoutNow&) const = default;
};
RAFT_FIELDS(TimeoutNow, term)

// A follower asks its leader how far it must have applied to answer a read (dissertation 6.4).
struct ReadIndex {
  Term term{};
  std::uint64_t id = 0;  // of the read, at the sender
  bool operator==(const ReadIndex&) const = default;
};
RAFT_FIELDS(ReadIndex, term, id)

struct ReadIndexReply {
  Term term{};
  std::uint64_t id = 0;
  Index read_index{};
  bool operator==(const ReadIndexReply&) const = default;
};
RAFT_FIELDS(ReadIndexReply, term, id, read_index)

// Figure 13, InstallSnapshot RPC: a piece of the leader's snapshot for a follower that lacks
// entries which the leader has compacted. The leader is the sender.
struct InstallSnapshot {
  Term term{};                  // the leader's term
  Index last_included_index{};  // the snapshot stands for the entries through this one
  Term last_included_term{};
  std::uint64_t offset = 0;  // of `data` in the snapshot's data
  std::string data{};
  bool done = false;        // this is the last piece
  Membership membership{};  // section 6: in force at the last included index
  bool operator==(const InstallSnapshot&) const = default;
};
RAFT_FIELDS(InstallSnapshot, term, last_included_index, last_included_term, offset, data, done,
            membership)

// Says by itself what it answers, as AppendEntriesReply does:
// - installed: the follower's log agrees with the leader's through `last_included_index`;
// - not installed, but `last_included_index` is not 0: of that snapshot, `stored` bytes are there,
//   and the leader should go on from there;
// - else the request's term is stale: only `term` says something.
struct InstallSnapshotReply {
  Term term{};
  Index last_included_index{};
  std::uint64_t stored = 0;
  bool installed = false;
  bool operator==(const InstallSnapshotReply&) const = default;
};
RAFT_FIELDS(InstallSnapshotReply, term, last_included_index, stored, installed)

using MessageBody = std::variant<RequestVote, RequestVoteReply, AppendEntries, AppendEntriesReply,
                                 PreVote, PreVoteReply, TimeoutNow, ReadIndex, ReadIndexReply,
                                 InstallSnapshot, InstallSnapshotReply>;

struct Message {
  ServerId from{};
  ServerId to{};
  MessageBody body{};
  bool operator==(const Message&) const = default;
};
RAFT_FIELDS(Message, from, to, body)

// Every message carries its sender's term, but for a PreVoteReply that grants.
inline Term term_of(const Message& message) {
  return std::visit([](const auto& body) { return body.term; }, message.body);
}

}  // namespace raft
