#include "spec/witness.hpp"

#include <array>

#include "spec/agreement.hpp"

namespace spec {
namespace {

struct Words {
  const char* name;
  const char* description;
};

// Slot i is Witness i.
constexpr std::array<Words, kWitnessCount> kWords = {{
    {"LeaderElected", "a server became leader"},
    {"LaterLeaderElected", "a server became leader after another term had one"},
    {"CandidateYielded", "a candidate became a follower without a restart"},
    {"LeaderDeposed", "a leader became a follower without a restart"},
    {"EntryAppended", "a leader appended an entry to its own log"},
    {"EntryReplicated", "a follower's log gained an entry"},
    {"ConflictTruncated", "a server dropped entries that it had, without a restart"},
    {"EntryCommitted", "an entry was committed for the first time"},
    {"OldTermEntryCommitted", "an entry was first committed in a later term than its own"},
    {"FollowerCommitted", "a follower moved its commit index"},
    {"LeaderBackedUp", "a leader lowered a follower's next index"},
    {"ServerRestarted", "a server that had a term restarted"},
    {"LeaderRestarted", "a leader restarted"},
    {"PreVoteWon", "a server won a pre-vote and stood for election"},
    {"LeaseEnded", "a follower did not hear from a leader for the minimum election timeout"},
    {"QuorumLost", "a leader that did not hear from a majority stepped down"},
    {"TransferStarted", "a leader began to hand its lead over"},
    {"TransferAborted", "a leader gave up handing its lead over, and led on"},
    {"LeaderAnsweredRead", "a leader answered a read"},
    {"FollowerAnsweredRead", "a follower answered a read"},
    {"ReadSawCommitted", "a read was answered that had a committed entry to see"},
    {"AppendsPipelined", "a leader had two AppendEntries on their way to a follower at once"},
    {"LogCompacted", "a server replaced the beginning of its log by a snapshot"},
    {"SnapshotInstalled", "a server took over another server's snapshot"},
    {"SnapshotKeptSuffix", "a server took over a snapshot and kept entries that follow it"},
    {"SnapshotBroughtMembership", "a server took over a snapshot, and so another membership"},
    {"RestartedFromSnapshot", "a server that had a snapshot restarted"},
    {"MembershipCommitted", "a membership was committed for the first time"},
    {"JointCommitted", "a joint membership was committed for the first time"},
    {"MembershipRolledBack", "a server dropped a membership that it had in force"},
    {"LeaderLeft", "a leader that is not in the committed membership stepped down"},
    {"LearnerPromoted", "a learner became a voter"},
    {"UnsyncedLost", "a restart lost entries that were not yet durable"},
    {"WriteTorn",
     "a restart kept some entries of a write that was not yet durable, and lost others"},
}};

const Words& words(Witness witness) { return kWords.at(static_cast<std::size_t>(witness)); }

WitnessSet when(bool fired, Witness witness) { return fired ? set_of(witness) : 0; }

bool earlier_term_had_leader(Term term, const History& history) {
  for (Term earlier = 0; earlier < term && earlier < history.leaders.size(); ++earlier) {
    if (history.leaders[earlier] != kNoServer) return true;
  }
  return false;
}

WitnessSet role_witnesses(const ServerView& before, const ServerView& after,
                          const History& history) {
  const bool elected = after.role == Role::Leader &&
                       (before.role != Role::Leader || before.current_term != after.current_term);
  const bool follows = after.role == Role::Follower;
  return when(elected, Witness::LeaderElected) |
         when(elected && earlier_term_had_leader(after.current_term, history),
              Witness::LaterLeaderElected) |
         when(follows && before.role == Role::Candidate, Witness::CandidateYielded) |
         when(follows && before.role == Role::Leader, Witness::LeaderDeposed);
}

WitnessSet log_witnesses(const ServerView& before, const ServerView& after) {
  const Index agreed = agreed_through(before, after);
  return when(after.role == Role::Leader && after.log.size() > before.log.size(),
              Witness::EntryAppended) |
         when(after.role == Role::Follower && agreed < after.log.size(), Witness::EntryReplicated) |
         when(agreed < before.log.size(), Witness::ConflictTruncated);
}

// The entries judged here are those that `extended` records.
WitnessSet commit_witnesses(const ServerView& before, const ServerView& after,
                            const History& history) {
  WitnessSet fired = when(after.role == Role::Follower && after.commit_index > before.commit_index,
                          Witness::FollowerCommitted);
  for (Index index = history.committed.size() + 1; index <= after.commit_index; ++index) {
    const EntryView* entry = entry_at(after, index);
    if (entry == nullptr) break;
    fired |= set_of(Witness::EntryCommitted);
    fired |= when(entry->term < after.current_term, Witness::OldTermEntryCommitted) |
             when(entry->is_membership, Witness::MembershipCommitted) |
             when(!entry->membership.outgoing.empty(), Witness::JointCommitted);
  }
  return fired;
}

// Whether it stops to lead in a term that goes on.
bool yields(const ServerView& before, const ServerView& after) {
  return before.role == Role::Leader && after.role == Role::Follower &&
         before.current_term == after.current_term;
}

// Whether the membership in force leaves it out.
bool is_out(const ServerView& server) {
  const std::vector<ServerId>& voters = server.membership.voters;
  return server.membership.is_known() && server.membership.outgoing.empty() &&
         std::ranges::find(voters, server.id) == voters.end();
}

WitnessSet membership_witnesses(const ServerView& before, const ServerView& after) {
  const Index agreed = agreed_through(before, after);
  bool is_dropped = false;
  for (Index index = agreed + 1; index <= before.log.size(); ++index) {
    is_dropped = is_dropped || before.log[index - 1].is_membership;
  }
  const bool is_promoted = std::ranges::any_of(before.membership.learners, [&](ServerId learner) {
    return std::ranges::binary_search(after.membership.voters, learner);
  });
  return when(is_dropped, Witness::MembershipRolledBack) |
         when(is_promoted, Witness::LearnerPromoted) |
         when(yields(before, after) && is_out(after), Witness::LeaderLeft);
}

bool backed_up(const ServerView& before, const ServerView& after) {
  if (before.role != Role::Leader || after.role != Role::Leader) return false;
  if (before.current_term != after.current_term) return false;
  const std::size_t slots = std::min(before.next_index.size(), after.next_index.size());
  for (std::size_t i = 0; i < slots; ++i) {
    if (after.next_index[i] < before.next_index[i]) return true;
  }
  return false;
}

WitnessSet feature_witnesses(const ServerView& before, const ServerView& after) {
  const bool same_term = before.current_term == after.current_term;
  return when(before.role == Role::PreCandidate && after.current_term > before.current_term &&
                  after.voted_for == after.id,
              Witness::PreVoteWon) |
         when(before.lease && !after.lease && same_term && after.role == Role::Follower,
              Witness::LeaseEnded) |
         when(yields(before, after) && !is_out(after), Witness::QuorumLost) |
         when(before.transferee == kNoServer && after.transferee != kNoServer,
              Witness::TransferStarted) |
         when(before.transferee != kNoServer && after.transferee == kNoServer && same_term &&
                  after.role == Role::Leader,
              Witness::TransferAborted) |
         when(std::ranges::any_of(after.in_flight, [](Index messages) { return messages > 1; }),
              Witness::AppendsPipelined);
}

WitnessSet restart_witnesses(const ServerView& before, const ServerView& after) {
  const Index kept = agreed_through(before, after);
  const bool is_lost = before.disk && kept < before.log.size();
  const bool had_term = before.current_term > 0;
  return when(had_term, Witness::ServerRestarted) |
         when(had_term && before.role == Role::Leader, Witness::LeaderRestarted) |
         when(before.snapshot.index > 0, Witness::RestartedFromSnapshot) |
         when(is_lost, Witness::UnsyncedLost) |
         when(is_lost && kept > before.disk->log_index &&
                  std::ranges::find(before.disk->pending_ends, kept) ==
                      before.disk->pending_ends.end(),
              Witness::WriteTorn);
}

// A server compacts what it has applied; another's snapshot brings more than that.
WitnessSet snapshot_witnesses(const ServerView& before, const ServerView& after) {
  if (after.snapshot.index <= before.snapshot.index) return 0;
  const bool is_own = after.snapshot.index <= before.commit_index;
  return when(is_own, Witness::LogCompacted) | when(!is_own, Witness::SnapshotInstalled) |
         when(!is_own && after.log.size() > after.snapshot.index, Witness::SnapshotKeptSuffix) |
         when(!is_own && after.membership != before.membership, Witness::SnapshotBroughtMembership);
}

}  // namespace

const char* to_string(Witness witness) { return words(witness).name; }

const char* description(Witness witness) { return words(witness).description; }

WitnessSet read_witnesses(const ServerView& after, const ReadEvents& reads,
                          const History& history) {
  if (reads.answered.empty()) return 0;
  const bool had_to_see = std::ranges::any_of(history.reads, [&](const AskedRead& asked) {
    return asked.committed > 0 &&
           std::ranges::find(reads.answered, asked.id) != reads.answered.end();
  });
  return when(after.role == Role::Leader, Witness::LeaderAnsweredRead) |
         when(after.role == Role::Follower, Witness::FollowerAnsweredRead) |
         when(had_to_see, Witness::ReadSawCommitted);
}

WitnessSet witnesses(const ServerView& before, const ServerView& after, bool restarted,
                     const History& history) {
  if (restarted) return restart_witnesses(before, after);
  return role_witnesses(before, after, history) | log_witnesses(before, after) |
         commit_witnesses(before, after, history) |
         when(backed_up(before, after), Witness::LeaderBackedUp) |
         feature_witnesses(before, after) | snapshot_witnesses(before, after) |
         membership_witnesses(before, after);
}

}  // namespace spec
