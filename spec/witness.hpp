// Witnesses: things that should happen somewhere in a search that is worth its name. A run in which
// one never fired within generous bounds was vacuous, and its report says so.
#pragma once

#include "spec/history.hpp"
#include "spec/view.hpp"

namespace spec {

enum class Witness : std::uint8_t {
  LeaderElected,          // a server became leader
  LaterLeaderElected,     // ... of a term above one that had a leader
  CandidateYielded,       // a candidate became a follower without a restart
  LeaderDeposed,          // a leader became a follower without a restart
  EntryAppended,          // a leader appended to its own log
  EntryReplicated,        // a follower's log gained an entry
  ConflictTruncated,      // a server lost entries that it had, without a restart
  EntryCommitted,         // an entry was committed for the first time
  OldTermEntryCommitted,  // ... in a later term than its own
  FollowerCommitted,      // a follower moved its commit index
  LeaderBackedUp,         // a leader lowered a follower's nextIndex
  ServerRestarted,        // a server restarted that had a term
  LeaderRestarted,        // ... and was the leader
  // Of features, in a cluster that has them.
  PreVoteWon,          // a pre-candidate became a candidate
  LeaseEnded,          // a follower had not heard from its leader for the minimum election timeout
  QuorumLost,          // a leader that had not heard from a majority became a follower in its term
  TransferStarted,     // a leader began to hand its lead over
  TransferAborted,     // ... and led on
  LeaderAnsweredRead,  // a read was answered by a leader
  FollowerAnsweredRead,       // ... by a follower
  ReadSawCommitted,           // ... that was asked after something had been committed
  AppendsPipelined,           // a leader had two AppendEntries or more on their way to a follower
  LogCompacted,               // a server replaced the beginning of its log by its own snapshot
  SnapshotInstalled,          // a server took over another's snapshot
  SnapshotKeptSuffix,         // ... and kept entries that follow it
  SnapshotBroughtMembership,  // ... and with it a membership that it had not
  RestartedFromSnapshot,      // a server restarted that had a snapshot
  MembershipCommitted,        // a membership was committed for the first time
  JointCommitted,             // ... and it was joint
  MembershipRolledBack,       // a server dropped a membership that it had in force
  LeaderLeft,                 // a leader stepped down since it is no member any more
  LearnerPromoted,            // a server learned that a learner has become a voter
  UnsyncedLost,               // a restart lost entries that were not yet durable
  WriteTorn,                  // ... from within a write: what came before them there is kept
};
inline constexpr std::size_t kWitnessCount = 34;

const char* to_string(Witness witness);    // "LeaderElected", ...
const char* description(Witness witness);  // one line for reports

// Bit i is Witness i.
using WitnessSet = std::uint64_t;
constexpr WitnessSet set_of(Witness witness) {
  return WitnessSet{1} << static_cast<unsigned>(witness);
}

// Those that a cluster without any feature fires.
inline constexpr WitnessSet kPlainWitnesses = set_of(Witness::PreVoteWon) - 1;

// Those that answering reads fires. `history` is the history before the step.
WitnessSet read_witnesses(const ServerView& after, const ReadEvents& reads, const History& history);

// The witnesses that one server's step fires. `history` is the history before the step.
WitnessSet witnesses(const ServerView& before, const ServerView& after, bool restarted,
                     const History& history);

}  // namespace spec
