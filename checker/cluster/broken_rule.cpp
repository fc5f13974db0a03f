#include "checker/cluster/broken_rule.hpp"

#include <algorithm>

namespace cluster {
namespace {

using spec::PaperRule;
using spec::Role;
using spec::ServerView;
using Found = std::optional<PaperRule>;

// The kind of the message that was received; empty for another action.
std::string received(const traces::Step& step) {
  return step.action.message ? step.action.message->kind : std::string();
}

bool is_of_pre_vote(const traces::Step& step) { return received(step).starts_with("pre_vote"); }

bool is_joint(const ServerView& view) { return !view.membership.outgoing.empty(); }

bool has_member(const ServerView& view, spec::ServerId id) {
  return !view.membership.is_known() ||
         std::ranges::find(view.membership.voters, id) != view.membership.voters.end();
}

// Whether an entry of the server's own term is committed.
bool has_committed_own_term(const ServerView& view) {
  const spec::EntryView* entry = spec::entry_at(view, view.commit_index);
  return entry != nullptr && entry->term == view.current_term;
}

const spec::FieldValue* field(const spec::MessageView& message, std::string_view name) {
  const auto found = std::ranges::find(message.fields, name,
                                       [](const auto& one) { return std::string_view(one.first); });
  return found == message.fields.end() ? nullptr : &found->second;
}

bool differ_in(const spec::MessageView& one, const spec::MessageView& other,
               std::string_view name) {
  const spec::FieldValue* a = field(one, name);
  const spec::FieldValue* b = field(other, name);
  return a != nullptr && b != nullptr && *a != *b;
}

// Compares what was done with what the reference does, the most telling differences first.
class Comparison {
 public:
  Comparison(const Divergence& divergence, const traces::Config& config)
      : before_(divergence.before),
        here_(divergence.here.step),
        reference_(divergence.reference.step),
        after_(*here_.view),
        right_(*reference_.view),
        here_timers_(divergence.here.timers),
        right_timers_(divergence.reference.timers),
        config_(config) {}

  [[nodiscard]] Found rule() const {
    for (const auto look :
         {&Comparison::by_contract, &Comparison::by_refusal, &Comparison::by_election,
          &Comparison::by_hard_state, &Comparison::by_reads, &Comparison::by_log,
          &Comparison::by_progress, &Comparison::by_commitment, &Comparison::by_snapshot,
          &Comparison::by_lease, &Comparison::by_disk, &Comparison::by_messages,
          &Comparison::by_timers}) {
      if (const Found found = (this->*look)()) return found;
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool is(traces::ActionKind kind) const { return here_.action.kind == kind; }
  [[nodiscard]] bool outcomes_differ() const { return here_.outcome != reference_.outcome; }

  // The implementation itself says that something is not as it should be; nothing else is to be
  // seen of the step. After a snapshot, what it misses is in neither the log nor the snapshot.
  [[nodiscard]] Found by_contract() const {
    if (here_.outcome != kContractOutcome || !is(traces::ActionKind::Crash)) return std::nullopt;
    return before_.snapshot.index > 0 ? PaperRule::SnapshotBeforeDiscarding
                                      : PaperRule::PersistBeforeResponding;
  }

  // The reference refuses, or gives up, what is done here: the name of its outcome says why.
  [[nodiscard]] Found by_refusal() const {
    if (!outcomes_differ()) return std::nullopt;
    const std::string& why = reference_.outcome;
    const bool is_vote = received(here_) == "request_vote_reply";
    if (why == "VoteRefusedVoted") return PaperRule::VoteOnce;
    if (why == "VoteRefusedLog") return PaperRule::ElectionRestriction;
    if (why == "VoteRefusedTerm" || why == "AppendRejectedTerm" || why == "SnapshotRefused") {
      return PaperRule::RejectOldTerms;
    }
    if (why == "VoteRefusedLease") {
      return is_of_pre_vote(here_) ? PaperRule::PreVoteRefusedInTouch
                                   : PaperRule::VoteWithheldInLease;
    }
    if (why == "AppendRejectedLog") return PaperRule::ConsistencyCheck;
    if (why == "StaleReplyIgnored") {
      return is_vote ? PaperRule::VotesOfTheTerm : PaperRule::RejectOldTerms;
    }
    if (why == "SteppedDown") return PaperRule::AdoptLaterTerms;
    if (why == "BackedUp") return PaperRule::RetryFurtherBack;
    if (why == "SnapshotIgnored") return PaperRule::OldSnapshotsIgnored;
    if (why == "SnapshotKeptSuffix") return PaperRule::SnapshotKeepsSuffix;
    return by_request();
  }

  // The same of what clients and operators ask for.
  [[nodiscard]] Found by_request() const {
    const std::string& why = reference_.outcome;
    if (why == "TimeoutNowIgnored") return PaperRule::TimeoutNowOfCurrentTerm;
    if (why == "TransferAborted") return PaperRule::TransferAborts;
    if (why == "ProposalRefused" && before_.transferee != spec::kNoServer) {
      return PaperRule::TransferStopsProposals;
    }
    if (is(traces::ActionKind::Propose) && config_.options.contains("uncommitted")) {
      return PaperRule::UncommittedOfOwnTerm;
    }
    if (why == "ReadRefused" && !has_committed_own_term(before_)) {
      return PaperRule::ReadAfterOwnTermCommit;
    }
    if (why == "ChangeRefused") {
      return has_committed_own_term(before_) ? PaperRule::OneChangeAtATime
                                             : PaperRule::ChangeAfterOwnTermCommit;
    }
    return std::nullopt;
  }

  [[nodiscard]] Found by_election() const {
    if (after_.role != Role::Leader || right_.role == Role::Leader) return std::nullopt;
    if (before_.role == Role::Leader && !is(traces::ActionKind::Crash)) return std::nullopt;
    if (is(traces::ActionKind::Crash)) return PaperRule::StartAsFollower;
    return is_joint(before_) ? PaperRule::JointMajorities : PaperRule::MajorityElects;
  }

  [[nodiscard]] Found by_hard_state() const {
    const bool restarts = is(traces::ActionKind::Crash);
    if (after_.current_term != right_.current_term) {
      if (restarts) return PaperRule::PersistBeforeResponding;
      if (is_of_pre_vote(here_)) return PaperRule::PreVoteChangesNothing;
      return after_.current_term < right_.current_term ? PaperRule::AdoptLaterTerms
                                                       : PaperRule::RejectOldTerms;
    }
    if (after_.voted_for == right_.voted_for) return std::nullopt;
    if (restarts) return PaperRule::PersistBeforeResponding;
    const bool was_kept =
        right_.voted_for == before_.voted_for && right_.current_term == before_.current_term;
    if (was_kept && after_.voted_for == spec::kNoServer) return PaperRule::VoteKeptInTerm;
    return is_of_pre_vote(here_) ? PaperRule::PreVoteChangesNothing : PaperRule::VoteOnce;
  }

  // Reads that are answered here and must wait.
  [[nodiscard]] Found by_reads() const {
    if (here_.answered == reference_.answered && !outcomes_differ()) return std::nullopt;
    const bool answers_early = here_.answered.size() > reference_.answered.size();
    if (!answers_early) return std::nullopt;
    return has_committed_own_term(before_) ? PaperRule::ReadConfirmsLead
                                           : PaperRule::ReadAfterOwnTermCommit;
  }

  [[nodiscard]] Found by_log() const {
    if (after_.log == right_.log) return std::nullopt;
    if (is(traces::ActionKind::Crash)) return PaperRule::PersistBeforeResponding;
    if (before_.role == Role::Leader) return PaperRule::LeaderAppendOnly;
    const auto kept = std::ranges::mismatch(after_.log, before_.log);
    const auto rightly_kept = std::ranges::mismatch(right_.log, before_.log);
    if (reaches_into_snapshot()) return PaperRule::AppendNewOnly;
    const bool loses_entries = kept.in2 < rightly_kept.in2;
    return loses_entries ? PaperRule::DeleteOnConflictOnly : PaperRule::AppendNewOnly;
  }

  // Whether the message brings entries that the receiver's snapshot stands for.
  [[nodiscard]] bool reaches_into_snapshot() const {
    if (!here_.action.message) return false;
    const spec::FieldValue* value = field(*here_.action.message, "prev_log_index");
    const auto* prev = value == nullptr ? nullptr : std::get_if<spec::Index>(value);
    return prev != nullptr && *prev < before_.snapshot.index;
  }

  // What a leader believes of its followers.
  [[nodiscard]] Found by_progress() const {
    if (after_.role != Role::Leader || right_.role != Role::Leader) return std::nullopt;
    if (after_.match_index != right_.match_index) return PaperRule::MatchIndexAcknowledged;
    if (after_.in_flight != right_.in_flight) return PaperRule::AcknowledgementsAreCumulative;
    if (after_.next_index != right_.next_index) return PaperRule::RetryFurtherBack;
    return std::nullopt;
  }

  [[nodiscard]] Found by_commitment() const {
    if (after_.commit_index == right_.commit_index) {
      return after_.last_applied == right_.last_applied ? Found() : PaperRule::ApplyInOrder;
    }
    if (is(traces::ActionKind::Crash)) return std::nullopt;
    if (before_.role != Role::Leader) return PaperRule::FollowerCommit;
    if (after_.commit_index < right_.commit_index) return PaperRule::CommitByMajority;
    const spec::Index index = after_.commit_index;
    if (is_joint(after_)) return PaperRule::JointMajorities;
    if (!has_member(after_, after_.id)) return PaperRule::RemovedLeaderNotCounted;
    if (after_.disk && after_.disk->log_index < index) return PaperRule::CountDurableCopies;
    const spec::EntryView* entry = spec::entry_at(after_, index);
    const bool is_old = entry != nullptr && entry->term < after_.current_term;
    return is_old ? PaperRule::CommitOwnTerm : PaperRule::CommitByMajority;
  }

  [[nodiscard]] Found by_snapshot() const {
    const bool same_members = after_.membership == right_.membership &&
                              after_.snapshot.membership == right_.snapshot.membership;
    if (!same_members && received(here_) == "install_snapshot") {
      return PaperRule::SnapshotBringsMembership;
    }
    return after_.snapshot == right_.snapshot ? Found() : PaperRule::SnapshotOfApplied;
  }

  [[nodiscard]] Found by_lease() const {
    if (after_.lease == right_.lease) return std::nullopt;
    if (is(traces::ActionKind::Crash)) return PaperRule::LeaseOutlivesRestart;
    if (before_.role != Role::Leader) return PaperRule::VoteWithheldInLease;
    return after_.transferee != spec::kNoServer ? PaperRule::LeaseEndsInTransfer
                                                : PaperRule::LeaseFromRoundStart;
  }

  [[nodiscard]] Found by_disk() const {
    if (after_.disk == right_.disk) return std::nullopt;
    const bool writes_vote =
        after_.current_term != before_.current_term || after_.voted_for != before_.voted_for;
    return writes_vote ? PaperRule::TermAndVoteTogether : PaperRule::PersistBeforeResponding;
  }

  [[nodiscard]] const spec::MessageView* sent(const traces::Step& step, std::string_view kind,
                                              spec::ServerId to) const {
    const auto found = std::ranges::find_if(step.sent, [&](const traces::SentMessage& one) {
      return one.message.kind == kind && one.message.to == to;
    });
    return found == step.sent.end() ? nullptr : &found->message;
  }

  [[nodiscard]] Found by_messages() const {
    for (const traces::SentMessage& one : here_.sent) {
      const spec::MessageView& message = one.message;
      const spec::MessageView* right = sent(reference_, message.kind, message.to);
      const Found found = right == nullptr ? by_extra(message) : by_fields(message, *right);
      if (found) return found;
    }
    return std::nullopt;
  }

  // The reference sends nothing of the kind there.
  [[nodiscard]] Found by_extra(const spec::MessageView& message) const {
    if (message.kind == "timeout_now") return PaperRule::TransferTargetUpToDate;
    if (message.kind == "append_entries" &&
        sent(reference_, "install_snapshot", message.to) != nullptr) {
      return PaperRule::SnapshotWhenCompacted;
    }
    if (after_.disk && !after_.disk->pending.empty()) return PaperRule::PersistBeforeResponding;
    return std::nullopt;
  }

  [[nodiscard]] static Found by_fields(const spec::MessageView& message,
                                       const spec::MessageView& right) {
    if (message == right) return std::nullopt;
    if (differ_in(message, right, "last_log_index") || differ_in(message, right, "last_log_term")) {
      return PaperRule::RequestSaysLastLog;
    }
    if (message.kind.ends_with("_reply") && differ_in(message, right, "term")) {
      return PaperRule::ReplySaysCurrentTerm;
    }
    if (differ_in(message, right, "match_index")) return PaperRule::MatchIndexAcknowledged;
    if (differ_in(message, right, "entries") || differ_in(message, right, "prev_log_index") ||
        differ_in(message, right, "prev_log_term")) {
      return PaperRule::EntriesInSequence;
    }
    return std::nullopt;
  }

  [[nodiscard]] Found by_timers() const {
    if (here_timers_.restarts_timer != right_timers_.restarts_timer) {
      return PaperRule::TimerRestart;
    }
    return std::nullopt;
  }

  const ServerView& before_;
  const traces::Step& here_;
  const traces::Step& reference_;
  const ServerView& after_;
  const ServerView& right_;
  ScheduledEffect here_timers_;
  ScheduledEffect right_timers_;
  const traces::Config& config_;
};

}  // namespace

std::optional<spec::PaperRule> broken_rule(const Divergence& divergence,
                                           const traces::Config& config) {
  if (!divergence.here.step.view || !divergence.reference.step.view) return std::nullopt;
  return Comparison(divergence, config).rule();
}

}  // namespace cluster
