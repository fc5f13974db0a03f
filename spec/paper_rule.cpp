#include "spec/paper_rule.hpp"

#include <algorithm>
#include <array>

namespace spec {
namespace {

struct Row {
  PaperRule rule;
  const char* name;
  const char* source;
  const char* description;
};

using enum PaperRule;

constexpr std::array<Row, kPaperRuleCount> kRows = {{
    {RejectOldTerms, "reject-old-terms",
     "Figure 2, RequestVote 1 and AppendEntries 1 (section 5.1)",
     "a request of an earlier term is refused, and a reply to an earlier term's request ignored"},
    {AdoptLaterTerms, "adopt-later-terms", "Figure 2, All Servers (section 5.1)",
     "a request or reply with a later term makes the server enter that term as a follower"},
    {ReplySaysCurrentTerm, "reply-says-current-term", "Figure 2, results of both RPCs",
     "a reply bears the term of the server that answers, so that who asked can update itself"},
    {VoteOnce, "vote-once", "Figure 2, RequestVote 2 (section 5.2)",
     "a vote is granted only if votedFor is nobody or this very candidate"},
    {VoteKeptInTerm, "vote-kept-in-term", "Figure 2, votedFor (section 5.2)",
     "votedFor holds for the current term: it is cleared when the term grows, and not before"},
    {ElectionRestriction, "election-restriction", "section 5.4.1; Figure 2, RequestVote 2",
     "a vote is granted only to a candidate whose log is at least as up to date"},
    {RequestSaysLastLog, "request-says-last-log", "Figure 2, RequestVote arguments (section 5.4.1)",
     "a candidate says the index and the term of its last entry"},
    {MajorityElects, "majority-elects", "Figure 2, Candidates (section 5.2)",
     "a candidate leads once more than half of the servers have voted for it"},
    {VotesOfTheTerm, "votes-of-the-term", "section 5.2",
     "a candidate counts only votes that were given in the term that it stands in"},
    {TimerRestart, "timer-restart", "Figure 2, Followers (section 5.2)",
     "the election timer starts anew for the current leader's AppendEntries and for a vote that is "
     "granted, and for nothing else that arrives"},
    {StartAsFollower, "start-as-follower", "section 5.2; Figure 2, State",
     "a server that starts is a follower: its role is volatile"},
    {PersistBeforeResponding, "persist-before-responding", "Figure 2, State",
     "currentTerm, votedFor and the log are on stable storage before an RPC is answered"},
    {TermAndVoteTogether, "term-and-vote-together", "Figure 2, State",
     "the vote on the disk is the vote of the term on the disk: both are written at once"},
    {CountDurableCopies, "count-durable-copies", "dissertation, section 10.2.1",
     "a leader counts its own copy of an entry once it is on its disk"},
    {LeaderAppendOnly, "leader-append-only", "Figure 3 (section 5.3)",
     "a leader never overwrites or deletes entries of its log"},
    {ConsistencyCheck, "consistency-check", "Figure 2, AppendEntries 2 (section 5.3)",
     "AppendEntries is refused unless the log has an entry of prevLogTerm at prevLogIndex"},
    {DeleteOnConflictOnly, "delete-on-conflict-only", "Figure 2, AppendEntries 3 (section 5.3)",
     "entries are deleted from the first one on that conflicts with a new one, and only then"},
    {AppendNewOnly, "append-new-only", "Figure 2, AppendEntries 4",
     "entries that are in the log already, or in the snapshot, are not appended again"},
    {EntriesInSequence, "entries-in-sequence", "Figure 2, AppendEntries arguments (section 5.3)",
     "the entries of a message follow prevLogIndex without a gap"},
    {MatchIndexAcknowledged, "match-index-acknowledged", "Figure 2, matchIndex (section 5.3)",
     "matchIndex is the highest entry that the follower has acknowledged"},
    {RetryFurtherBack, "retry-further-back", "Figure 2, Leaders (section 5.3)",
     "after a rejection for inconsistency the leader lowers nextIndex and tries again"},
    {AcknowledgementsAreCumulative, "acknowledgements-are-cumulative", "section 5.3",
     "a success says that the log agrees through its index: it answers for all earlier messages"},
    {FollowerCommit, "follower-commit", "Figure 2, AppendEntries 5",
     "commitIndex becomes the smaller of leaderCommit and the last new entry, if that is larger"},
    {CommitByMajority, "commit-by-majority", "Figure 2, Leaders (section 5.3)",
     "an entry of the leader's term that a majority holds, the leader included, is committed with "
     "all before it, and no other is"},
    {CommitOwnTerm, "commit-own-term", "section 5.4.2; Figure 2, Leaders",
     "a leader counts copies only of entries of its own term"},
    {UncommittedOfOwnTerm, "uncommitted-of-own-term", "section 5.4.2",
     "what a bound on the uncommitted tail counts are the uncommitted entries of the leader's "
     "term"},
    {ApplyInOrder, "apply-in-order", "Figure 2, All Servers (section 5.3)",
     "committed entries are applied in index order, each once"},
    {PreVoteChangesNothing, "pre-vote-changes-nothing", "dissertation, section 9.6",
     "a pre-vote changes no term and no vote, neither of who asks nor of who is asked"},
    {PreVoteRefusedInTouch, "pre-vote-refused-in-touch", "dissertation, section 9.6",
     "a pre-vote is refused by who has heard from a leader of late, the leader included"},
    {VoteWithheldInLease, "vote-withheld-in-lease", "dissertation, section 4.2.3",
     "who has heard from a leader within the minimum election timeout does not vote"},
    {TransferTargetUpToDate, "transfer-target-up-to-date", "dissertation, section 3.10",
     "the leader tells the target to stand only when the target has its whole log"},
    {TransferStopsProposals, "transfer-stops-proposals", "dissertation, section 3.10",
     "a leader that hands its lead over accepts no proposals"},
    {TransferAborts, "transfer-aborts", "dissertation, section 3.10",
     "a transfer that takes longer than an election timeout is given up"},
    {TimeoutNowOfCurrentTerm, "timeout-now-of-current-term",
     "dissertation, sections 3.10 and 4.2.3",
     "a server stands at once only if the leader of its current term says so"},
    {ReadAfterOwnTermCommit, "read-after-own-term-commit", "dissertation, section 6.4",
     "a leader answers no read before an entry of its own term is committed"},
    {ReadConfirmsLead, "read-confirms-lead", "dissertation, section 6.4",
     "a read is answered only after a majority has confirmed, since it was asked, who leads"},
    {LeaseFromRoundStart, "lease-from-round-start", "dissertation, section 6.4.1",
     "a lease counts from the start of the round that a majority confirms"},
    {LeaseEndsInTransfer, "lease-ends-in-transfer", "dissertation, sections 6.4.1 and 3.10",
     "a leader that hands its lead over has no lease, since votes for its successor do not wait"},
    {LeaseOutlivesRestart, "lease-outlives-restart", "dissertation, sections 6.4.1 and 4.2.3",
     "a server that restarts withholds its vote for a minimum election timeout"},
    {SnapshotWhenCompacted, "snapshot-when-compacted", "section 7",
     "who needs an entry that the leader has compacted is sent the snapshot"},
    {SnapshotBeforeDiscarding, "snapshot-before-discarding", "section 7",
     "the log is discarded once the snapshot that stands for it is saved"},
    {SnapshotKeepsSuffix, "snapshot-keeps-suffix", "Figure 13, 6 (section 7)",
     "entries that follow the snapshot's last one, where the log has that one, stay"},
    {OldSnapshotsIgnored, "old-snapshots-ignored", "Figure 13, 5 (section 7)",
     "a snapshot of what is committed here already changes nothing"},
    {SnapshotBringsMembership, "snapshot-brings-membership", "Figure 13, 8 (section 7)",
     "a snapshot brings the membership along that was in force at its last entry"},
    {SnapshotOfApplied, "snapshot-of-applied", "section 7",
     "a snapshot stands for what was applied through its index, and for nothing else"},
    {ChangeAfterOwnTermCommit, "change-after-own-term-commit",
     "Ongaro's correction of 2015; dissertation, section 4.1",
     "a change of the membership is accepted only after an entry of the leader's term is "
     "committed"},
    {OneChangeAtATime, "one-change-at-a-time", "section 6; dissertation, section 4.1",
     "a change of the membership is accepted only once the one before it is committed"},
    {JointMajorities, "joint-majorities", "section 6",
     "while the membership is joint, it takes a majority of the old one and one of the new one"},
    {RemovedLeaderNotCounted, "removed-leader-not-counted", "section 6",
     "a leader that is no member of the new configuration does not count itself"},
}};

constexpr bool is_complete() {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].rule != static_cast<PaperRule>(i)) return false;
  }
  return true;
}
static_assert(is_complete(), "a row for each rule, in the order of the enumeration");

const Row& row_of(PaperRule rule) { return kRows.at(static_cast<std::size_t>(rule)); }

}  // namespace

const char* to_string(PaperRule rule) { return row_of(rule).name; }
const char* source(PaperRule rule) { return row_of(rule).source; }
const char* description(PaperRule rule) { return row_of(rule).description; }

std::optional<PaperRule> paper_rule_named(std::string_view name) {
  const auto* found = std::ranges::find_if(kRows, [&](const Row& row) { return row.name == name; });
  if (found == kRows.end()) return std::nullopt;
  return found->rule;
}

}  // namespace spec
