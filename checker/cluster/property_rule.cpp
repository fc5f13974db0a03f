// rule_behind (broken_rule.hpp): what a violation says of itself, without a correct implementation
// to compare with. It is looked for in the views and messages of the trace.
#include <algorithm>

#include "checker/cluster/broken_rule.hpp"
#include "checker/cluster/runner.hpp"

namespace cluster {
namespace {

using spec::PaperRule;
using spec::Property;
using spec::ServerView;

const traces::Step& breaking_step(const traces::Trace& trace) {
  return trace.steps[trace.violation->step - 1];
}

// How a server of the trace came to give two votes in a term, if one did.
std::optional<PaperRule> rule_of_second_vote(const traces::Trace& trace) {
  for (const ServerView& initial : trace.initial) {
    const ServerView* before = &initial;
    spec::ServerId voted_for = initial.voted_for;
    bool was_cleared = false;
    bool has_restarted = false;
    for (const traces::Step& step : trace.steps) {
      if (!step.view || step.view->id != initial.id) continue;
      const ServerView& now = *step.view;
      if (now.current_term != before->current_term) {
        voted_for = spec::kNoServer;
        was_cleared = false;
        has_restarted = false;
      }
      has_restarted |= step.action.kind == traces::ActionKind::Crash;
      was_cleared |= voted_for != spec::kNoServer && now.voted_for == spec::kNoServer;
      const bool is_second = voted_for != spec::kNoServer && now.voted_for != spec::kNoServer &&
                             now.voted_for != voted_for;
      if (is_second && has_restarted) return PaperRule::PersistBeforeResponding;
      if (is_second) return was_cleared ? PaperRule::VoteKeptInTerm : PaperRule::VoteOnce;
      if (now.voted_for != spec::kNoServer) voted_for = now.voted_for;
      before = &now;
    }
  }
  return std::nullopt;
}

// Two leaders of one term: by a second vote, by a vote of another term, or by too few votes.
PaperRule behind_two_leaders(const traces::Trace& trace) {
  if (trace.violation->step == 0) return PaperRule::StartAsFollower;
  const traces::Step& last = breaking_step(trace);
  if (last.action.kind == traces::ActionKind::Crash) return PaperRule::StartAsFollower;
  if (const auto rule = rule_of_second_vote(trace)) return *rule;
  if (last.action.message && last.view) {
    for (const auto& [name, value] : last.action.message->fields) {
      const auto* term = std::get_if<spec::Term>(&value);
      if (name == "term" && term != nullptr && *term < last.view->current_term) {
        return PaperRule::VotesOfTheTerm;
      }
    }
  }
  return PaperRule::MajorityElects;
}

// Whether the last entry of one log is older than that of the other (section 5.4.1).
bool is_behind(const ServerView& candidate, const ServerView& voter) {
  const auto position = [](const ServerView& view) {
    return std::pair(view.log.empty() ? spec::Term{0} : view.log.back().term, view.log.size());
  };
  return position(candidate) < position(voter);
}

// A leader without a committed entry: somebody voted for a log that is behind, or the entry was
// never rightly committed.
PaperRule behind_missing_entry(const traces::Trace& trace) {
  std::vector<ServerView> views = trace.initial;
  std::optional<PaperRule> commitment;
  for (const traces::Step& step : trace.steps) {
    if (!step.view) continue;
    ServerView& before = views.at(step.view->id - 1);
    const ServerView& now = *step.view;
    const bool votes = now.voted_for != before.voted_for && now.voted_for != spec::kNoServer &&
                       now.voted_for != now.id && now.voted_for <= views.size();
    if (votes && is_behind(views[now.voted_for - 1], before)) {
      return PaperRule::ElectionRestriction;
    }
    const spec::EntryView* entry = spec::entry_at(now, now.commit_index);
    if (now.role == spec::Role::Leader && now.commit_index > before.commit_index &&
        entry != nullptr && entry->term < now.current_term) {
      commitment = PaperRule::CommitOwnTerm;
    }
    before = now;
  }
  return commitment.value_or(PaperRule::CommitByMajority);
}

PaperRule behind_transfer(const traces::Trace& trace) {
  const traces::Action& action = breaking_step(trace).action;
  if (action.kind == traces::ActionKind::Propose) return PaperRule::TransferStopsProposals;
  const bool is_told = action.message && action.message->kind == "timeout_now";
  return is_told ? PaperRule::TimeoutNowOfCurrentTerm : PaperRule::TransferTargetUpToDate;
}

}  // namespace

std::optional<spec::PaperRule> rule_behind(const traces::Trace& trace) {
  const auto property =
      trace.violation ? spec::property_named(trace.violation->property) : std::nullopt;
  if (!property) return std::nullopt;
  switch (*property) {
    case Property::ElectionSafety:
      return behind_two_leaders(trace);
    case Property::OneVotePerTerm:
      return rule_of_second_vote(trace).value_or(PaperRule::PersistBeforeResponding);
    case Property::LeaderCompleteness:
      return behind_missing_entry(trace);
    case Property::TransferPromise:
      return trace.violation->step == 0 ? std::nullopt : std::optional(behind_transfer(trace));
    case Property::LeaderAppendOnly:
      return PaperRule::LeaderAppendOnly;
    case Property::LogMatching:
      return PaperRule::ConsistencyCheck;
    case Property::StateMachineSafety:
    case Property::CommittedOnQuorum:
      return PaperRule::CommitByMajority;
    case Property::ReadsSeeCommitted:
      return PaperRule::ReadConfirmsLead;
    case Property::OwnTermCommit:
      return PaperRule::CommitOwnTerm;
    case Property::MatchIndexSound:
    case Property::MatchIndexMonotonic:
      return PaperRule::MatchIndexAcknowledged;
    case Property::TermMonotonic:
    case Property::LogSurvivesRestart:
    case Property::CommittedDurable:
      return PaperRule::PersistBeforeResponding;
    case Property::CommitIndexMonotonic:
      return PaperRule::FollowerCommit;
    case Property::LastAppliedMonotonic:
    case Property::AppliedInOrder:
      return PaperRule::ApplyInOrder;
    case Property::PreVotePromise:
      return PaperRule::PreVoteChangesNothing;
    case Property::SnapshotMatchesApplied:
      return PaperRule::SnapshotOfApplied;
    case Property::QuorumsOverlap:
      return PaperRule::JointMajorities;
    case Property::Contract:
      return std::nullopt;  // the implementation's own, of which nothing is known here
  }
  return std::nullopt;
}

}  // namespace cluster
