// What a step asks of whoever drives the server. The core itself touches no disk, clock or network.
//
// After each step, in this order, a driver must:
//   1. make `persist` durable, in this order: the term with the vote, at once; the snapshot; the
//      log. If that fails or is cut short, the server has crashed: nothing of what follows may be
//      done, and it begins anew with Restart and what is on the disk.
//   2. send `messages`. They may be lost, late, reordered or doubled, but none may leave before 1
//      (Figure 2: "updated on stable storage before responding to RPCs").
//   3. if `restore` is set, replace the state machine by what the server's snapshot holds.
//   4. hand the entries of `apply` to the state machine, in index order, each once. The state
//      machine begins empty with each Restart: entries come again from the first on, or from
//      behind the snapshot that `restore` brings.
//   5. answer `reads`.
//   6. set the timers that `timers` names, each anew and to go off once: the election timer, to a
//      fresh random time of at least the minimum election timeout; the heartbeat timer, well below
//      that; the lease timer, to the minimum election timeout itself, which is the same at all
//      servers. Other timers run on.
// A driver that does not want to wait for its disk sets Config::async_disk and does as disk.hpp
// says.
//
// What it hands in: Restart, before all else, whenever the process starts (at first with an empty
// disk); ElectionTimeout, HeartbeatTimeout, LeaseTimeout when a timer goes off; Receive for what
// arrives; Propose, ProposeBatch, Read, Compact, Transfer, ChangeMembership for what clients and
// operators ask.
// One input at a time, from one thread.
//
// An id is one disk for ever: a server whose disk is replaced is another server, and joins under an
// id that was never used (ChangeMembership). What leaders know of an id outlives its membership.
//
// What it may tell its clients: a proposal is done when the entry at `proposed` is applied here and
// is still the same (its term, or the command itself, tells); until then nobody knows.
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
  ProposalRefused,     // it does not lead, or not for long, or has no room; see Effects::leader
  SteppedDown,         // a reply showed a later term
  StaleReplyIgnored,   // a reply of an earlier term, or to an earlier role
  TimeoutIgnored,      // not this role's timer, or this server is no voter
  TermsExhausted,      // the term counter is at its end; no election can be started
  MalformedIgnored,    // contradicts itself, or is not for this server
  PreVoteStarted,      // became a pre-candidate
  VoteRefusedLease,    // a leader was heard from within the minimum election timeout (4.2.3, 9.6)
  LeaseEnded,          // the minimum election timeout has passed without a word of the leader
  QuorumHeard,         // a leader heard from a majority within an election timeout
  QuorumLost,          // it did not, and is a follower now (6.2)
  TransferStarted,     // the leader hands its lead over (3.10)
  TransferRefused,    // not the leader (see Effects::leader), under way already, to no other voter,
                      // or while the membership changes
  TransferAborted,    // it took longer than an election timeout; the leader leads on
  TimeoutNowIgnored,  // of an earlier term, to a leader, or to who is no voter
  ReadStarted,        // it waits for a majority, or for the leader (6.4)
  ReadAnswered,       // at once: the leader has a lease (6.4.1)
  ReadConfirmed,      // the leader said through which index it must see
  ReadRefused,        // no leader known, nothing committed in its term, or a request come twice
  Compacted,          // the snapshot stands for the log's beginning from now on
  CompactRefused,     // nothing to compact there: not applied yet, or compacted before
  SnapshotInstalled,  // the log begins anew behind the leader's snapshot
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
  bool reset_lease = false;      // wait the minimum election timeout from now, not from later
  bool operator==(const Timers&) const = default;
};

struct Effects {
  Outcome outcome = Outcome::None;
  Persist persist{};
  std::vector<Message> messages{};
  std::vector<Message> after_persist{};  // with async_disk: wait for all writes so far (disk.hpp)
  Apply apply{};
  Timers timers{};
  // ProposalAppended, ChangeAppended: where; committed if this entry ever is. Of a batch of n, the
  // last of its n places.
  Index proposed{};
  // Reads, by their ids, to be answered now: from the state machine after `restore` and `apply`,
  // before anything else is applied to it.
  std::vector<std::uint64_t> reads{};
  // ProposalRefused, TransferRefused, ReadRefused, ChangeRefused: whom to ask instead; kNoServer
  // while unknown, or if nobody.
  ServerId leader{};
  bool restore = false;  // the state machine must become what the server's snapshot holds
  bool operator==(const Effects&) const = default;

  // Empties everything but keeps the memory of what is in vectors.
  void clear();
};

// Brings what is on disk up to what a step wants durable. `server` is the server after that step.
void make_durable(Durable& durable, const Persist& persist, const Server& server);

}  // namespace raft
