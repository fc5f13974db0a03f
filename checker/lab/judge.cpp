#include "checker/lab/judge.hpp"

#include <algorithm>

#include "checker/cluster/vocabulary.hpp"
#include "checker/node/state_machine.hpp"

namespace lab {
namespace {

using spec::Index;

raft::Entry raft_entry(const spec::EntryView& view) {
  raft::Entry entry;
  entry.term.value = view.term;
  entry.kind = view.no_op           ? raft::EntryKind::NoOp
               : view.is_membership ? raft::EntryKind::Membership
                                    : raft::EntryKind::Command;
  entry.command = view.command;
  return entry;
}

std::vector<const spec::ServerView*> pointers(const std::vector<spec::ServerView>& views) {
  std::vector<const spec::ServerView*> all;
  for (const spec::ServerView& view : views) all.push_back(&view);
  return all;
}

// From `from` on, the last index through which both hold the same.
template <class Left, class Right>
Index agreement(const Left& left, const Right& right, Index from) {
  const Index end = std::min<Index>(left.size(), right.size());
  while (from < end && left[from] == right[from]) ++from;
  return from;
}

}  // namespace

Judge::Judge(const node::Live& live, std::uint32_t servers, spec::PropertySet properties,
             Manner manner)
    : live_(live),
      properties_(properties),
      manner_(manner),
      update_(live, table_),
      servers_(servers) {
  for (std::uint32_t id = 1; id <= servers; ++id) {
    live_.facts(id, servers_[id - 1].facts);
    servers_[id - 1].agrees.assign(servers, 0);
    if (manner_ == Manner::Whole) {
      views_.push_back(live_.view(id));
      whole_history_ = spec::extended(whole_history_, views_.back());
    }
  }
}

// --- what is known ------------------------------------------------------------------------------

// What the server's snapshot says of the log through its base. Most of the time that is what was
// committed, which need not be read again.
std::vector<EntryId> Judge::compacted(spec::ServerId server, const node::LiveStep& step) {
  const node::LiveFacts& facts = servers_[server - 1].facts;
  std::vector<EntryId> ids;
  if (!step.snapshot_changed || facts.base_index == 0) return ids;
  if (!snapshot_is_committed(servers_[server - 1])) {
    return entries_of_snapshot(live_.snapshot_data(server), table_);
  }
  for (Index index = 1; index <= facts.base_index && index <= committed_.size(); ++index) {
    ids.push_back(committed_[index - 1].entry);
  }
  return ids;
}

bool Judge::snapshot_is_committed(const Server& server) {
  const node::LiveFacts& facts = server.facts;
  if (facts.snapshot_index > committed_.size()) return false;
  while (text_ends_.size() <= facts.snapshot_index) {
    const raft::Entry value = raft_entry(table_[committed_[text_ends_.size() - 1].entry]);
    committed_text_ += node::snapshot_text({&value, 1});
    text_ends_.push_back(committed_text_.size());
  }
  const std::string_view data = live_.snapshot_data(id_of(server));
  if (data.size() != text_ends_[facts.snapshot_index]) return false;
  if (facts.snapshot_index == 0) return true;
  return data == std::string_view(committed_text_).substr(0, data.size()) &&
         table_[committed_[facts.snapshot_index - 1].entry].term == facts.snapshot_term;
}

// As spec::extended, which copies what is known.
void Judge::extend_history(const Server& server, const StepCause& cause,
                           const node::LiveStep& step) {
  const node::LiveFacts& facts = server.facts;
  if (cause.asked_read != 0 || !step.reads.empty()) {
    reads_.committed.resize(committed_.size());
    spec::ServerView after;
    after.id = id_of(server);
    after.last_applied = facts.last_applied;
    reads_ = spec::extended(reads_, after, {cause.asked_read, step.reads});
  }
  if (facts.role == spec::Role::Leader && facts.current_term > 0) {
    if (facts.current_term >= leaders_.size()) leaders_.resize(facts.current_term + 1);
    spec::ServerId& leader = leaders_[facts.current_term];
    if (leader == spec::kNoServer) {
      leader = id_of(server);
    }
  }
  const Index last = std::min<Index>(facts.commit_index, server.log.size());
  while (committed_.size() < last) {
    committed_.push_back({server.log.at(committed_.size() + 1), facts.current_term});
  }
}

// How far logs agree: only what changed, and what follows, can have changed that.
void Judge::update_agreement(std::size_t at) {
  Server& server = servers_[at];
  const Index kept =
      server.log.first_changed == 0 ? server.log.size() : server.log.first_changed - 1;
  if (server.log.first_changed != 0) {
    for (std::size_t other = 0; other < servers_.size(); ++other) {
      if (other == at) continue;
      const Index from = std::min(server.agrees[other], kept);
      server.agrees[other] = agreement(server.log.entries, servers_[other].log.entries, from);
      servers_[other].agrees[at] = server.agrees[other];
    }
    server.agrees_with_committed = std::min(server.agrees_with_committed, kept);
    server.complete_through = std::min(server.complete_through, kept);
  }
  for (Server& any : servers_) {
    Index& through = any.agrees_with_committed;
    const Index end = std::min<Index>(any.log.size(), committed_.size());
    while (through < end && any.log.entries[through] == committed_[through].entry) ++through;
  }
}

// --- the tests ----------------------------------------------------------------------------------

// The properties of spec::check_step, as they stand there; no disk here is slow.
bool Judge::step_is_fine(const Server& server, const StepCause& cause) const {
  const node::LiveFacts& after = server.facts;
  const LogMirror& log = server.log;
  if (after.current_term < before_.current_term) return false;
  if (after.current_term == before_.current_term && after.voted_for != before_.voted_for &&
      (cause.restarted || before_.voted_for != spec::kNoServer)) {
    return false;
  }
  if (cause.restarted) return log.first_changed == 0;
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

// AppliedInOrder, as it stands in spec; the promises of pre-votes and transfers are left to spec.
bool Judge::exchange_is_fine(const Server& server, const node::LiveStep& step) const {
  if (std::ranges::any_of(step.sent, &node::LiveMessage::is_judged)) return false;
  const spec::Applied& applied = step.applied;
  const Index stands = applied.anew.value_or(before_.last_applied);
  if (applied.first == 0 && applied.last == 0) return server.facts.last_applied == stands;
  return applied.first == stands + 1 && applied.first <= applied.last &&
         applied.last == server.facts.last_applied;
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

// MatchIndexSound: of the server's followers, and of the server as a follower.
bool Judge::matches_are_sound(std::size_t at) const {
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

bool Judge::state_is_fine(std::size_t at, const node::LiveStep& step) {
  Server& server = servers_[at];
  const node::LiveFacts& facts = server.facts;
  if (facts.role == spec::Role::Leader) {
    // ElectionSafety.
    if (leaders_[facts.current_term] != at + 1) return false;
  }
  for (Server& any : servers_) {
    if (!is_complete(any)) return false;
  }
  if (!logs_match(at) || !matches_are_sound(at)) return false;
  // StateMachineSafety.
  if (facts.last_applied > server.agrees_with_committed) return false;
  // CommittedOnQuorum; and, as what is written is durable at once, CommittedDurable.
  const auto holders = static_cast<std::size_t>(std::ranges::count_if(
      servers_, [&](const Server& any) { return any.agrees_with_committed >= committed_.size(); }));
  if (holders < spec::majority_of(servers_.size())) return false;
  // SnapshotMatchesApplied: what is committed does not change.
  if (step.snapshot_changed && !snapshot_is_committed(server)) return false;
  return !reads_.stale_read;
}

// --- the verdict --------------------------------------------------------------------------------

spec::History Judge::history() const {
  spec::History history = reads_;
  history.leaders = leaders_;
  if (history.leaders.size() == 1) history.leaders.clear();
  history.committed.clear();
  for (const Committed& committed : committed_) {
    history.committed.push_back({table_[committed.entry], committed.term});
  }
  return history;
}

// Only what the properties of steps look at.
spec::ServerView Judge::view_before(std::size_t at) const {
  spec::ServerView view;
  view.id = static_cast<spec::ServerId>(at) + 1;
  view.role = before_.role;
  view.current_term = before_.current_term;
  view.voted_for = before_.voted_for;
  view.commit_index = before_.commit_index;
  view.last_applied = before_.last_applied;
  view.match_index = before_.match_index;
  view.transferee = before_.transferee;
  view.lease = before_.lease;
  view.leader = before_.leader;
  const LogMirror& log = servers_[at].log;
  const Index kept = log.first_changed == 0 ? log.size() : log.first_changed - 1;
  for (Index index = 1; index <= kept; ++index) view.log.push_back(table_[log.at(index)]);
  for (const EntryId id : log.removed) view.log.push_back(table_[id]);
  return view;
}

std::optional<spec::Violation> Judge::check_by_spec(spec::ServerId server,
                                                    const spec::ServerView& before,
                                                    const node::LiveStep& step,
                                                    const StepCause& cause) {
  ++steps_asked_;
  std::vector<spec::MessageView> sent;
  for (const node::LiveMessage& message : step.sent) {
    if (message.is_judged) sent.push_back(live_.message_view(message.handle));
  }
  const spec::ServerView& after = views_[server - 1];
  const spec::Exchange exchange{cause.received, sent, &step.applied};
  const auto of_step =
      cluster::first_of(spec::check_step(before, after, cause.restarted, properties_),
                        spec::check_exchange(before, after, exchange, properties_));
  return cluster::first_of(of_step,
                           spec::check_state(pointers(views_), whole_history_, properties_));
}

std::optional<spec::Violation> Judge::ask_spec(spec::ServerId server, const node::LiveStep& step,
                                               const StepCause& cause) {
  views_.clear();
  for (std::uint32_t id = 1; id <= servers_.size(); ++id) views_.push_back(live_.view(id));
  whole_history_ = history();
  return check_by_spec(server, view_before(server - 1), step, cause);
}

std::optional<spec::Violation> Judge::judge_in_whole(spec::ServerId server,
                                                     const node::LiveStep& step,
                                                     const StepCause& cause) {
  const spec::ServerView before = std::exchange(views_[server - 1], live_.view(server));
  whole_history_ = spec::extended(whole_history_, views_[server - 1],
                                  {.asked = cause.asked_read, .answered = step.reads});
  return check_by_spec(server, before, step, cause);
}

std::optional<spec::Violation> Judge::judge(spec::ServerId id, const node::LiveStep& step,
                                            const StepCause& cause) {
  ++steps_;
  Server& server = servers_[id - 1];
  if (step.contract) {
    if ((properties_ & spec::set_of(spec::Property::Contract)) == 0) return std::nullopt;
    return spec::Violation{spec::Property::Contract,
                           "server " + std::to_string(id) + ": " + *step.contract};
  }
  std::swap(before_, server.facts);
  live_.facts(id, server.facts);
  update_.apply(id, step, server.facts, compacted(id, step), server.log);
  extend_history(server, cause, step);
  update_agreement(id - 1);
  const bool leads_anew =
      server.facts.role == spec::Role::Leader &&
      (before_.role != spec::Role::Leader || before_.current_term != server.facts.current_term);
  if (leads_anew) server.complete_through = 0;
  if (properties_ == 0) return std::nullopt;
  if (manner_ == Manner::Whole) return judge_in_whole(id, step, cause);
  const bool is_fine = cause.received == nullptr && step_is_fine(server, cause) &&
                       exchange_is_fine(server, step) && state_is_fine(id - 1, step);
  if (is_fine && steps_ % kWholeEvery != 0) return std::nullopt;
  return ask_spec(id, step, cause);
}

std::optional<spec::Violation> Judge::judge_whole() {
  if (properties_ == 0) return std::nullopt;
  for (std::uint32_t id = 1; id <= servers_.size(); ++id) {
    Server& server = servers_[id - 1];
    update_.audit(id, server.facts, server.log);
    update_agreement(id - 1);
  }
  if (manner_ == Manner::Incremental) {
    views_.clear();
    for (std::uint32_t id = 1; id <= servers_.size(); ++id) views_.push_back(live_.view(id));
    whole_history_ = history();
  }
  ++steps_asked_;
  return spec::check_state(pointers(views_), whole_history_, properties_);
}

}  // namespace lab
