#include "checker/node/raft_view.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "checker/node/state_machine.hpp"

namespace node {
namespace {

std::vector<spec::ServerId> view_of(raft::ServerSet set) {
  std::vector<spec::ServerId> ids;
  ids.reserve(set.size());
  for (std::uint64_t bits = set.bits(); bits != 0; bits &= bits - 1) {
    ids.push_back(static_cast<spec::ServerId>(std::countr_zero(bits)) + 1);
  }
  return ids;
}

spec::MembershipView view_of(const raft::Membership& membership) {
  return {view_of(membership.voters), view_of(membership.outgoing), view_of(membership.learners)};
}

spec::EntryView view_of(const raft::Entry& entry) {
  spec::EntryView view{entry.term.value, entry.kind == raft::EntryKind::NoOp,
                       std::string(entry.command.bytes())};
  view.is_membership = entry.kind == raft::EntryKind::Membership;
  if (view.is_membership) view.membership = view_of(entry.membership);
  return view;
}

std::vector<spec::EntryView> view_of(std::span<const raft::Entry> entries) {
  std::vector<spec::EntryView> views;
  views.reserve(entries.size());
  for (const raft::Entry& entry : entries) views.push_back(view_of(entry));
  return views;
}

void add_role(spec::ServerView& view, const raft::Follower& follower) {
  view.role = spec::Role::Follower;
  view.leader = follower.leader.value;
  view.lease = follower.lease;
  for (const raft::FollowerRead& read : follower.reads) view.reads.push_back(read.id);
}

void add_role(spec::ServerView& view, const raft::Candidate& candidate) {
  view.role = spec::Role::Candidate;
  view.votes_granted = view_of(candidate.votes_granted);
}

void add_role(spec::ServerView& view, const raft::PreCandidate& candidate) {
  view.role = spec::Role::PreCandidate;
  view.votes_granted = view_of(candidate.votes_granted);
}

void add_role(spec::ServerView& view, const raft::Leader& leader) {
  view.role = spec::Role::Leader;
  for (std::uint32_t id = 1; id <= leader.progress.size(); ++id) {
    view.next_index.push_back(leader.progress[{id}].next_index.value);
    view.match_index.push_back(leader.progress[{id}].match_index.value);
    const auto& flow = leader.progress[{id}].flow;
    if (flow) view.in_flight.resize(leader.progress.size());
    if (flow) view.in_flight[id - 1] = flow->in_flight.size();
    if (flow && flow->is_probing) view.probed.push_back(id);
  }
  if (leader.heard) view.heard = view_of(*leader.heard);
  view.transferee = leader.transferee.value;
  if (!leader.reads) return;
  view.lease = leader.reads->lease_round != 0;
  for (const raft::PendingRead& read : leader.reads->pending) view.reads.push_back(read.id);
}

using Fields = std::vector<std::pair<std::string, spec::FieldValue>>;

std::pair<std::string, Fields> describe(const raft::RequestVote& body) {
  std::pair<std::string, Fields> described{"request_vote",
                                           {{"term", body.term.value},
                                            {"last_log_index", body.last_log_index.value},
                                            {"last_log_term", body.last_log_term.value}}};
  // Only where it says something: most clusters never hand over a lead.
  if (body.leadership_transfer) described.second.emplace_back("leadership_transfer", true);
  return described;
}

std::pair<std::string, Fields> describe(const raft::RequestVoteReply& body) {
  return {"request_vote_reply", {{"term", body.term.value}, {"vote_granted", body.vote_granted}}};
}

// A round says something only where reads are asked for.
std::pair<std::string, Fields> with_round(std::pair<std::string, Fields> described,
                                          std::uint64_t round) {
  if (round != 0) described.second.emplace_back("round", round);
  return described;
}

std::pair<std::string, Fields> describe(const raft::AppendEntries& body) {
  return with_round({"append_entries",
                     {{"term", body.term.value},
                      {"prev_log_index", body.prev_log_index.value},
                      {"prev_log_term", body.prev_log_term.value},
                      {"entries", view_of(body.entries)},
                      {"leader_commit", body.leader_commit.value}}},
                    body.round);
}

std::pair<std::string, Fields> describe(const raft::AppendEntriesReply& body) {
  return with_round({"append_entries_reply",
                     {{"term", body.term.value},
                      {"success", body.success},
                      {"match_index", body.match_index.value},
                      {"conflict_term", body.conflict_term.value},
                      {"conflict_index", body.conflict_index.value}}},
                    body.round);
}

std::pair<std::string, Fields> describe(const raft::ReadIndex& body) {
  return {"read_index", {{"term", body.term.value}, {"id", body.id}}};
}

std::pair<std::string, Fields> describe(const raft::ReadIndexReply& body) {
  return {"read_index_reply",
          {{"term", body.term.value}, {"id", body.id}, {"read_index", body.read_index.value}}};
}

std::pair<std::string, Fields> describe(const raft::PreVote& body) {
  return {"pre_vote",
          {{"term", body.term.value},
           {"last_log_index", body.last_log_index.value},
           {"last_log_term", body.last_log_term.value}}};
}

std::pair<std::string, Fields> describe(const raft::PreVoteReply& body) {
  return {"pre_vote_reply", {{"term", body.term.value}, {"vote_granted", body.vote_granted}}};
}

std::pair<std::string, Fields> describe(const raft::TimeoutNow& body) {
  return {"timeout_now", {{"term", body.term.value}}};
}

std::pair<std::string, Fields> describe(const raft::InstallSnapshot& body) {
  return {"install_snapshot",
          {{"term", body.term.value},
           {"last_included_index", body.last_included_index.value},
           {"last_included_term", body.last_included_term.value},
           {"offset", body.offset},
           {"data", body.data},
           {"done", body.done}}};
}

// Where memberships change, a snapshot carries one.
void add_membership(const raft::Membership& membership, Fields& fields) {
  if (membership.voters.empty()) return;
  spec::EntryView entry;
  entry.is_membership = true;
  entry.membership = view_of(membership);
  fields.emplace_back("membership", std::vector<spec::EntryView>{entry});
}

std::pair<std::string, Fields> describe(const raft::InstallSnapshotReply& body) {
  return {"install_snapshot_reply",
          {{"term", body.term.value},
           {"last_included_index", body.last_included_index.value},
           {"stored", body.stored},
           {"installed", body.installed}}};
}

// What the snapshot stands for, if it is one of that many entries: nothing is left out or doubled.
spec::SnapshotView view_of(const raft::Snapshot& snapshot) {
  return {snapshot.index.value, snapshot.term.value, view_of(snapshot_entries(snapshot.data)),
          view_of(snapshot.membership)};
}

// The log from index 1: what is compacted is shown as the snapshot has it. Where that has no entry
// for an index, one of term 0 stands there, which differs from every entry.
std::vector<spec::EntryView> whole_log(const raft::Server& server,
                                       const std::vector<spec::EntryView>& compacted) {
  std::vector<spec::EntryView> log;
  log.reserve(server.log.last_index().value);
  log = compacted;
  log.resize(server.log.base_index().value);
  for (const raft::Entry& entry : server.log.entries()) log.push_back(view_of(entry));
  return log;
}

// How far the server's log is on its disk.
spec::Index disk_log_index(const Machine& machine, const std::vector<spec::EntryView>& log) {
  raft::Server on_disk;
  on_disk.snapshot = machine.durable.snapshot;
  on_disk.log = machine.durable.log;
  std::vector<spec::EntryView> stored =
      whole_log(on_disk, view_of(snapshot_entries(on_disk.snapshot.data)));
  const auto differs = std::ranges::mismatch(stored, log);
  return static_cast<spec::Index>(differs.in1 - stored.begin());
}

spec::DiskView disk_view(const Machine& machine, const std::vector<spec::EntryView>& log) {
  spec::DiskView disk{machine.durable.hard_state.current_term.value,
                      machine.durable.hard_state.voted_for.value,
                      disk_log_index(machine, log),
                      {},
                      {}};
  for (const PendingWrite& pending : machine.pending) {
    disk.pending.push_back(raft::parts_of(pending.write));
    disk.pending_ends.push_back(pending.write.last_index.value);
  }
  return disk;
}

}  // namespace

spec::EntryView entry_view(const raft::Entry& entry) { return view_of(entry); }

spec::Index disk_log_index(const Machine& machine) {
  const raft::Server& server = machine.server;
  return disk_log_index(machine,
                        whole_log(server, view_of(snapshot_entries(server.snapshot.data))));
}

spec::ServerView server_view(const Machine& machine) {
  const raft::Server& server = machine.server;
  spec::ServerView view;
  view.id = server.id.value;
  view.current_term = server.hard_state.current_term.value;
  view.voted_for = server.hard_state.voted_for.value;
  if (server.config.changes != raft::Changes::None) {
    view.membership = view_of(membership_of(server));
  }
  view.snapshot = view_of(server.snapshot);
  view.log = whole_log(server, view.snapshot.entries);
  if (server.config.async_disk) view.disk = disk_view(machine, view.log);
  view.commit_index = server.commit_index.value;
  view.last_applied = server.last_applied.value;
  std::visit([&](const auto& role) { add_role(view, role); }, server.role);
  return view;
}

spec::MessageView message_view(const raft::Message& message) {
  auto [kind, fields] = std::visit([](const auto& body) { return describe(body); }, message.body);
  if (const auto* snapshot = std::get_if<raft::InstallSnapshot>(&message.body)) {
    add_membership(snapshot->membership, fields);
  }
  return {message.from.value, message.to.value, std::move(kind), std::move(fields)};
}

bool is_judged(const raft::Message& message) {
  return std::holds_alternative<raft::PreVote>(message.body) ||
         std::holds_alternative<raft::PreVoteReply>(message.body) ||
         std::holds_alternative<raft::TimeoutNow>(message.body);
}

}  // namespace node
