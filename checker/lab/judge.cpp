#include "checker/lab/judge.hpp"

#include <algorithm>
#include <utility>

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
  const node::LiveMembership& first = servers_.front().facts.membership;
  if (first.is_known()) reigns_.push_back({0, first});
}

// --- what is known ------------------------------------------------------------------------------

// What the server's snapshot says of the log through its base; nothing: what the mirror has there.
// Most of the time it is what was committed, which need not be read again.
std::optional<std::vector<EntryId>> Judge::compacted(Server& server, bool is_changed) {
  const node::LiveFacts& facts = server.facts;
  if (!is_changed) return std::nullopt;
  const bool is_committed = snapshot_is_committed(server);
  server.snapshot_bytes = is_committed ? live_.snapshot_data(id_of(server)).size() : 0;
  if (is_committed && facts.base_index <= server.agrees_with_committed) return std::nullopt;
  if (!is_committed) return entries_of_snapshot(live_.snapshot_data(id_of(server)), table_);
  std::vector<EntryId> ids;
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
         table_[committed_[facts.snapshot_index - 1].entry].term == facts.snapshot_term &&
         (reigns_.empty() || facts.snapshot_membership == membership_at(facts.snapshot_index));
}

// A step says whether it changed the snapshot. Its word is not taken for it: the size is looked at
// each time, and a piece in its turn. What is not as it was, is looked at whole.
bool Judge::snapshot_seems_unchanged(Server& server) const {
  const node::LiveFacts& facts = server.facts;
  if (facts.snapshot_index != before_.snapshot_index ||
      facts.snapshot_term != before_.snapshot_term ||
      facts.snapshot_membership != before_.snapshot_membership) {
    return false;
  }
  const std::string_view data = live_.snapshot_data(id_of(server));
  if (data.size() != server.snapshot_bytes) return false;
  if (data.empty()) return true;
  server.snapshot_looked_at += kSnapshotWindow;
  if (server.snapshot_looked_at >= data.size()) server.snapshot_looked_at = 0;
  const std::size_t at = server.snapshot_looked_at;
  return data.substr(at, kSnapshotWindow) ==
         std::string_view(committed_text_).substr(at, std::min(kSnapshotWindow, data.size() - at));
}

const node::LiveMembership& Judge::membership_at(Index index) const {
  const auto next = std::ranges::upper_bound(reigns_, index, {}, &Reign::first);
  return std::prev(next)->membership;
}

// As spec::extended, which copies what is known.
void Judge::extend_history(const Server& server, const StepCause& cause,
                           const node::LiveStep& step) {
  const node::LiveFacts& facts = server.facts;
  if (cause.asked_read != 0 || !step.reads.empty()) note_reads(server, cause, step);
  if (facts.role == spec::Role::Leader && facts.current_term > 0) {
    if (facts.current_term >= leaders_.size()) leaders_.resize(facts.current_term + 1);
    spec::ServerId& leader = leaders_[facts.current_term];
    if (leader == spec::kNoServer) leader = id_of(server);
  }
  committed_before_ = committed_.size();
  note_commits(server);
}

void Judge::note_reads(const Server& server, const StepCause& cause, const node::LiveStep& step) {
  if (cause.asked_read != 0) asked_reads_.emplace(cause.asked_read, committed_.size());
  for (const std::uint64_t id : step.reads) {
    const auto asked = asked_reads_.find(id);
    if (asked == asked_reads_.end()) continue;
    if (server.facts.last_applied < asked->second && !stale_read_) {
      stale_read_ = {{id, asked->second}, id_of(server), server.facts.last_applied};
    }
    asked_reads_.erase(asked);
  }
}

void Judge::note_commits(const Server& server) {
  const Index last = std::min<Index>(server.facts.commit_index, server.log.size());
  while (committed_.size() < last) {
    const EntryId entry = server.log.at(committed_.size() + 1);
    committed_.push_back({entry, server.facts.current_term});
    if (!reigns_.empty() && table_.membership(entry).is_known()) {
      reigns_.push_back({committed_.size(), table_.membership(entry)});
    }
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
  if (committed_.size() == committed_before_) {
    if (server.log.first_changed != 0) follow_committed(server);
    return;
  }
  for (Server& any : servers_) follow_committed(any);
}

void Judge::follow_committed(Server& server) const {
  Index& through = server.agrees_with_committed;
  const Index end = std::min<Index>(server.log.size(), committed_.size());
  while (through < end && server.log.entries[through] == committed_[through].entry) ++through;
}

// --- the verdict --------------------------------------------------------------------------------

spec::History Judge::history() const {
  spec::History history;
  history.leaders = leaders_;
  if (history.leaders.size() == 1) history.leaders.clear();
  for (const Committed& committed : committed_) {
    history.committed.push_back({table_[committed.entry], committed.term});
  }
  for (const auto& [id, index] : asked_reads_) history.reads.push_back({id, index});
  history.stale_read = stale_read_;
  if (!reigns_.empty()) history.first_membership = lab::view_of(reigns_.front().membership);
  return history;
}

std::vector<spec::MessageView> Judge::judged_messages(const node::LiveStep& step) const {
  std::vector<spec::MessageView> sent;
  for (const node::LiveMessage& message : step.sent) {
    if (message.is_judged) sent.push_back(live_.message_view(message.handle));
  }
  return sent;
}

spec::ServerView Judge::view_of(const node::LiveFacts& facts, spec::ServerId server) {
  spec::ServerView view;
  view.id = server;
  view.role = facts.role;
  view.current_term = facts.current_term;
  view.voted_for = facts.voted_for;
  view.commit_index = facts.commit_index;
  view.last_applied = facts.last_applied;
  view.match_index = facts.match_index;
  view.transferee = facts.transferee;
  view.lease = facts.lease;
  view.leader = facts.leader;
  if (facts.disk) {
    view.disk = spec::DiskView{.current_term = facts.disk->current_term,
                               .voted_for = facts.disk->voted_for,
                               .log_index = facts.disk->log_index,
                               .pending = {},
                               .pending_ends = {}};
  }
  return view;
}

spec::ServerView Judge::view_before(std::size_t at) const {
  spec::ServerView view = view_of(before_, static_cast<spec::ServerId>(at) + 1);
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
  const std::vector<spec::MessageView> sent = judged_messages(step);
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
  const bool snapshot_changed = step.snapshot_changed || !snapshot_seems_unchanged(server);
  update_.apply(id, step, server.facts, compacted(server, snapshot_changed), server.log);
  extend_history(server, cause, step);
  update_agreement(id - 1);
  const bool leads_anew =
      server.facts.role == spec::Role::Leader &&
      (before_.role != spec::Role::Leader || before_.current_term != server.facts.current_term);
  if (leads_anew) server.complete_through = 0;
  if (properties_ == 0) return std::nullopt;
  if (manner_ == Manner::Whole) return judge_in_whole(id, step, cause);
  const bool is_fine = step_is_fine(server, cause) && exchange_is_fine(server, step, cause) &&
                       state_is_fine(id - 1, snapshot_changed);
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
