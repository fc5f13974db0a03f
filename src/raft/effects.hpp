// What a step asks of whoever drives the server. The core itself touches no disk, clock or network.
//
// A driver must, in this order: make `persist` durable; then send `messages`; if `restore` is set,
// replace the state machine by what the server's snapshot holds; and hand the entries of `apply` to
// the state machine in index order, each once. Messages may leave, be lost, reordered or doubled in
// any way, but never before what the same step wants persisted is durable (Figure 2: "updated on
// stable storage before responding to RPCs"). A driver that does not want to wait for its disk sets
// Config::async_disk and does as disk.hpp says.
//
// Beside that it fires the timers that `timers` asks for (ElectionTimeout after a randomised time,
// HeartbeatTimeout at an interval), hands in what arrives (Receive), what clients and operators ask
// for (Propose, Compact, ChangeMembership), and after a crash begins with Restart.
#pragma once

#include <optional>
#include <vector>

#include "src/raft/message.hpp"
#include "src/raft/server.hpp"

namespace raft {

// What the step came to, by name. Every input has one of these outcomes in every state.
enum class Outcome : std::uint8_t {
  None,                // no step was taken yet
  Restarted,           // continues from what was durable
  ElectionStarted,     // became a candidate
  BecameLeader,        // won the election
  VoteGranted,         //
  VoteRefusedTerm,     // the candidate's term is over
  VoteRefusedVoted,    // another candidate has this term's vote (or this server leads the term)
  VoteRefusedLog,      // the candidate's log is not up to date (5.4.1)
  VoteCounted,         // one more vote, not yet a majority
  VoteDenied,          // the voter said no
  AppendAccepted,      //
  AppendRejectedTerm,  // the leader's term is over
  AppendRejectedLog,   // no entry at prevLogIndex with prevLogTerm (5.3)
  Acknowledged,        // a follower's progress was noted
  BackedUp,            // nextIndex was lowered after a rejection
  HeartbeatsSent,      //
  ProposalAppended,    // the command is in the leader's log
  ProposalRefused,     // this server does not lead; see Effects::leader
  SteppedDown,         // a reply showed a later term
  StaleReplyIgnored,   // a reply of an earlier term, or to an earlier role
  TimeoutIgnored,      // not this role's timer
  TermsExhausted,      // the term counter is at its end; no election can be started
  MalformedIgnored,    // contradicts itself, or is not for this server
  Compacted,           // the snapshot stands for the log's beginning from now on
  CompactRefused,      // nothing to compact there: not applied yet, or compacted before
  SnapshotInstalled,   // the log begins anew behind the leader's snapshot
  SnapshotKeptSuffix,  // the same, and entries that follow it in the log agree and stay (Figure 13)
  SnapshotStored,      // a chunk, not the last
  SnapshotIgnored,     // this server has committed all that the snapshot stands for
  SnapshotRefused,     // the leader's term is over
  SnapshotSent,        // the follower's answer to a chunk: the next one is on its way
  ChangeAppended,      // the membership (joint, if need be) is in the leader's log and in force
  ChangeRefused,       // not now, or not in this way: see on_change_membership
  WriteAcknowledged,   // what was written is durable
};

const char* to_string(Outcome outcome);  // "VoteGranted", ...

// What must be durable before the step's messages leave.
struct Persist {
  std::optional<HardState> hard_state{};
  // The durable log must equal the server's log from this index on (what it held there before, or
  // beyond the new end, is gone). Covers appending and truncating alike.
  std::optional<Index> log_from{};
  // The durable snapshot must be the server's, and the durable log must begin behind it. Where the
  // two cannot be written at once, the snapshot comes first: a restart makes good the rest.
  bool snapshot = false;
  bool operator==(const Persist&) const = default;
};

// The server's entries first..last are committed and to be applied now; empty while last is 0.
struct Apply {
  Index first{};
  Index last{};
  bool operator==(const Apply&) const = default;
};

struct Timers {
  bool reset_election = false;   // wait a whole, freshly randomised election timeout from now
  bool reset_heartbeat = false;  // wait a whole heartbeat interval from now
  bool operator==(const Timers&) const = default;
};

struct Effects {
  Outcome outcome = Outcome::None;
  Persist persist{};
  std::vector<Message> messages{};
  std::vector<Message> after_persist{};  // with async_disk: wait for all writes so far (disk.hpp)
  Apply apply{};
  Timers timers{};
  Index proposed{};      // ProposalAppended: where; it is committed if this entry ever is
  ServerId leader{};     // ProposalRefused: whom to ask instead; kNoServer while unknown
  bool restore = false;  // the state machine must become what the server's snapshot holds
  bool operator==(const Effects&) const = default;

  // Empties everything but keeps the memory.
  void clear();
};

// Brings what is on disk up to what a step wants durable. `server` is the server after that step.
void make_durable(Durable& durable, const Persist& persist, const Server& server);

}  // namespace raft
