// The rules of Raft by name: what an implementation must do so that the properties hold. A closed
// list, from the paper and the dissertation, for saying which of them a run does not keep: in
// `raftcheck explain`, and in the gallery, whose bugs each break one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spec {

enum class PaperRule : std::uint8_t {
  // Elections
  RejectOldTerms,
  AdoptLaterTerms,
  ReplySaysCurrentTerm,
  VoteOnce,
  VoteKeptInTerm,
  ElectionRestriction,
  RequestSaysLastLog,
  MajorityElects,
  VotesOfTheTerm,
  TimerRestart,
  StartAsFollower,
  // Stable storage
  PersistBeforeResponding,
  TermAndVoteTogether,
  CountDurableCopies,
  // Replication
  LeaderAppendOnly,
  ConsistencyCheck,
  DeleteOnConflictOnly,
  AppendNewOnly,
  EntriesInSequence,
  MatchIndexAcknowledged,
  RetryFurtherBack,
  AcknowledgementsAreCumulative,
  // Commitment
  FollowerCommit,
  CommitByMajority,
  CommitOwnTerm,
  UncommittedOfOwnTerm,
  ApplyInOrder,
  // Pre-vote, leases, transfers, reads
  PreVoteChangesNothing,
  PreVoteRefusedInTouch,
  VoteWithheldInLease,
  TransferTargetUpToDate,
  TransferStopsProposals,
  TransferAborts,
  TimeoutNowOfCurrentTerm,
  ReadAfterOwnTermCommit,
  ReadConfirmsLead,
  LeaseFromRoundStart,
  LeaseEndsInTransfer,
  LeaseOutlivesRestart,
  // Snapshots
  SnapshotWhenCompacted,
  SnapshotBeforeDiscarding,
  SnapshotKeepsSuffix,
  OldSnapshotsIgnored,
  SnapshotBringsMembership,
  SnapshotOfApplied,
  // Membership
  ChangeAfterOwnTermCommit,
  OneChangeAtATime,
  JointMajorities,
  RemovedLeaderNotCounted,
};
inline constexpr std::size_t kPaperRuleCount = 49;

const char* to_string(PaperRule rule);                             // "vote-once"
std::optional<PaperRule> paper_rule_named(std::string_view name);  // exactly as to_string prints it
const char* source(PaperRule rule);       // "Figure 2, RequestVote 2 (section 5.2)"
const char* description(PaperRule rule);  // what is to be done, in one sentence without a full stop

}  // namespace spec
