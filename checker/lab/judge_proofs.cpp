// What can be told from what a step changed: each function here proves that its properties still
// hold, or says that it cannot tell. A false alarm costs time alone; a proof that is not one would
// let a violation pass, so each says what it rests on.
#include <algorithm>
#include <bit>

#include "checker/lab/judge.hpp"

namespace lab {
namespace {

using spec::Index;

bool is_majority(std::uint64_t voters, std::uint64_t servers) {
  return static_cast<std::size_t>(std::popcount(voters & servers)) >=
         spec::majority_of(static_cast<std::size_t>(std::popcount(voters)));
}

// As spec::has_quorum.
bool has_quorum(const node::LiveMembership& membership, std::uint64_t servers) {
  return is_majority(membership.voters, servers) &&
         (membership.outgoing == 0 || is_majority(membership.outgoing, servers));
}

// Whether no quorum of one is apart from a quorum of the other. It is enough to look at how all
// servers can fall into two sets.
bool overlap(const node::LiveMembership& one, const node::LiveMembership& other,
             std::size_t servers) {
  const std::uint64_t all = (std::uint64_t{1} << servers) - 1;
  for (std::uint64_t set = 0; set <= all; ++set) {
    if (has_quorum(one, set) && has_quorum(other, all & ~set)) return false;
  }
  return true;
}

}  // namespace

// OneVotePerTerm, TermMonotonic and LogSurvivesRestart, as they stand in spec: what was durable
// comes back. A log that has lost what was not durable is left to spec.
bool Judge::restart_is_fine(const Server& server) const {
  const node::LiveFacts& after = server.facts;
  if (server.log.first_changed != 0) return false;
  if (!before_.disk) {
    return after.current_term >= before_.current_term &&
           (after.current_term != before_.current_term || after.voted_for == before_.voted_for);
  }
  const node::LiveDisk& disk = *before_.disk;
  return after.current_term >= disk.current_term &&
         (after.current_term != disk.current_term || disk.voted_for == spec::kNoServer ||
          after.voted_for == disk.voted_for);
}

// The properties of spec::check_step, as they stand there.
bool Judge::step_is_fine(const Server& server, const StepCause& cause) const {
  if (cause.restarted) return restart_is_fine(server);
  const node::LiveFacts& after = server.facts;
  const LogMirror& log = server.log;
  if (after.current_term < before_.current_term) return false;
  if (after.current_term == before_.current_term && after.voted_for != before_.voted_for &&
      before_.voted_for != spec::kNoServer) {
    return false;
  }
  if (after.commit_index < before_.commit_index || after.last_applied < before_.last_applied) {
    return false;
  }
  const bool leads_on = before_.role == spec::Role::Leader && after.role == spec::Role::Leader &&
                        before_.current_term == after.current_term;
  if (!leads_on) return true;
  if (log.lost_entries()) return false;
  if (after.match_index.size() != before_.match_index.size()) return false;
  for (std::size_t i = 0; i < before_.match_index.size(); ++i) {
    if (after.match_index[i] < before_.match_index[i]) return false;
  }
  if (before_.transferee != spec::kNoServer && log.size() > log.size_before) return false;
  return after.commit_index == before_.commit_index ||
         (after.commit_index <= log.size() &&
          table_[log.at(after.commit_index)].term == after.current_term);
}

// AppliedInOrder, as it stands in spec; the promises of pre-votes and transfers by spec's own
// rules, on what these look at.
bool Judge::exchange_is_fine(const Server& server, const node::LiveStep& step,
                             const StepCause& cause) const {
  const bool is_judged =
      cause.received != nullptr || std::ranges::any_of(step.sent, &node::LiveMessage::is_judged);
  if (is_judged) return promises_are_kept(server, step, cause);
  const spec::Applied& applied = step.applied;
  const Index stands = applied.anew.value_or(before_.last_applied);
  if (applied.first == 0 && applied.last == 0) return server.facts.last_applied == stands;
  return applied.first == stands + 1 && applied.first <= applied.last &&
         applied.last == server.facts.last_applied;
}

bool Judge::promises_are_kept(const Server& server, const node::LiveStep& step,
                              const StepCause& cause) const {
  std::vector<spec::MessageView> sent = judged_messages(step);
  // Whoever is told to stand for election has all of the leader's log: TransferPromise.
  std::erase_if(sent, [&](const spec::MessageView& message) {
    return message.kind == "timeout_now" && server.facts.role == spec::Role::Leader &&
           server.facts.match_index.at(message.to - 1) == server.log.size();
  });
  if (std::ranges::find(sent, "timeout_now", &spec::MessageView::kind) != sent.end()) return false;
  return !spec::check_exchange(view_of(before_, id_of(server)),
                               view_of(server.facts, id_of(server)),
                               {cause.received, sent, &step.applied}, properties_);
}

// LogMatching: what did not change was seen before. So only entries from the first change on, past
// the logs' agreement, can be of one term at one index.
bool Judge::logs_match(std::size_t at) const {
  const Server& server = servers_[at];
  if (server.log.first_changed == 0) return true;
  for (std::size_t other = 0; other < servers_.size(); ++other) {
    if (other == at) continue;
    const LogMirror& log = servers_[other].log;
    const Index end = std::min(server.log.size(), log.size());
    for (Index i = std::max(server.agrees[other], server.log.first_changed - 1); i < end; ++i) {
      if (table_[server.log.entries[i]].term == table_[log.entries[i]].term) return false;
    }
  }
  return true;
}

// LeaderCompleteness: what was committed since it was last seen to hold.
bool Judge::is_complete(Server& leader) const {
  if (leader.facts.role != spec::Role::Leader) return true;
  for (; leader.complete_through < committed_.size(); ++leader.complete_through) {
    const Committed& committed = committed_[leader.complete_through];
    if (committed.term >= leader.facts.current_term) continue;
    const Index index = leader.complete_through + 1;
    if (index > leader.log.size() || leader.log.at(index) != committed.entry) return false;
  }
  return true;
}

// MatchIndexSound: of the server's followers, and of the server as a follower. What it says was
// seen to hold before the step, so only what the step changed can break it.
bool Judge::matches_are_sound(std::size_t at) const {
  const Server& server = servers_[at];
  const bool is_same = server.log.first_changed == 0 && server.facts.role == before_.role &&
                       server.facts.current_term == before_.current_term;
  if (is_same && server.facts.match_index == before_.match_index) return true;
  const auto is_sound = [&](const Server& leader, std::size_t other) {
    return leader.facts.role != spec::Role::Leader || &leader == &servers_[other] ||
           servers_[other].facts.current_term > leader.facts.current_term ||
           leader.agrees[other] >= leader.facts.match_index[other];
  };
  for (std::size_t other = 0; other < servers_.size(); ++other) {
    if (!is_sound(servers_[at], other) || !is_sound(servers_[other], at)) return false;
  }
  return true;
}

// CommittedOnQuorum and CommittedDurable. Who agrees with what is committed through some index has
// every entry up to it, so of the indices of one membership the last says it all; and once all
// servers have the last index of one, they have those before it. Both were seen to hold before the
// step.
bool Judge::committed_is_held(const Server& changed) const {
  const bool is_same = changed.log.first_changed == 0 && committed_.size() == committed_before_;
  if (is_same && !changed.facts.disk) return true;
  const auto through = [](const Server& server) {
    const std::optional<node::LiveDisk>& disk = server.facts.disk;
    return disk ? std::min(server.agrees_with_committed, disk->log_index)
                : server.agrees_with_committed;
  };
  if (reigns_.empty()) {
    const auto holders = static_cast<std::size_t>(std::ranges::count_if(
        servers_, [&](const Server& any) { return through(any) >= committed_.size(); }));
    return holders >= spec::majority_of(servers_.size());
  }
  Index last = committed_.size();
  for (std::size_t reign = reigns_.size(); reign-- > 0;) {
    std::uint64_t others = 0;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      if (through(servers_[i]) < last) others |= std::uint64_t{1} << i;
    }
    if (others == 0) return true;
    if (has_quorum(reigns_[reign].membership, others)) return false;
    if (reigns_[reign].first == 0) break;
    last = reigns_[reign].first - 1;
  }
  return true;
}

// QuorumsOverlap: of each membership that is new in the log with the one before it. What the log
// has compacted was committed, and seen here before that.
bool Judge::quorums_overlap(const LogMirror& log) const {
  if (reigns_.empty() || log.first_changed == 0) return true;
  for (std::size_t i = log.memberships.size(); i-- > 0;) {
    const Index index = log.memberships[i];
    if (index < log.first_changed) return true;
    const node::LiveMembership& membership = table_.membership(log.at(index));
    const node::LiveMembership& before =
        i == 0 ? reigns_.front().membership : table_.membership(log.at(log.memberships[i - 1]));
    if (!membership.is_known() || !before.is_known()) return false;
    if (!overlap(before, membership, servers_.size())) return false;
  }
  return true;
}

bool Judge::state_is_fine(std::size_t at, bool snapshot_changed) {
  Server& server = servers_[at];
  const node::LiveFacts& facts = server.facts;
  // ElectionSafety.
  if (facts.role == spec::Role::Leader && leaders_[facts.current_term] != at + 1) return false;
  for (Server& any : servers_) {
    if (!is_complete(any)) return false;
  }
  if (!logs_match(at) || !matches_are_sound(at)) return false;
  // StateMachineSafety.
  if (facts.last_applied > server.agrees_with_committed) return false;
  if (!committed_is_held(server) || !quorums_overlap(server.log)) return false;
  // SnapshotMatchesApplied: what is committed does not change.
  if (snapshot_changed && !snapshot_is_committed(server)) return false;
  return !stale_read_;
}

}  // namespace lab
