#include "checker/node/raft_node.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "checker/node/core_config.hpp"
#include "checker/node/rename.hpp"
#include "checker/node/state_machine.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"
#include "src/raft/disk.hpp"
#include "src/raft/step.hpp"

namespace node {

// A write that is not yet durable, and the messages that wait for it. One message waits once: to
// answer twice what came twice is not needed.
struct PendingWrite {
  raft::Write write{};
  std::vector<raft::Message> messages{};
  bool operator==(const PendingWrite&) const = default;
};
RAFT_FIELDS(PendingWrite, write, messages)

// A server, its disk and its state machine: what a state's bytes hold.
struct Machine {
  raft::Server server{};
  raft::Durable durable{};
  std::vector<raft::Entry> applied{};   // where servers take snapshots: all that was applied
  std::vector<PendingWrite> pending{};  // with an asynchronous disk: oldest first
  bool operator==(const Machine&) const = default;
};
RAFT_FIELDS(Machine, server, durable, applied, pending)

namespace {

std::vector<spec::ServerId> view_of(raft::ServerSet set) {
  std::vector<spec::ServerId> ids;
  for (std::uint32_t id = 1; id <= raft::kServersMax; ++id) {
    if (set.contains({id})) ids.push_back(id);
  }
  return ids;
}

spec::MembershipView view_of(const raft::Membership& membership) {
  return {view_of(membership.voters), view_of(membership.outgoing), view_of(membership.learners)};
}

spec::EntryView view_of(const raft::Entry& entry) {
  spec::EntryView view{entry.term.value, entry.kind == raft::EntryKind::NoOp, entry.command};
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
  std::vector<spec::EntryView> log = compacted;
  log.resize(server.log.base_index().value);
  for (const raft::Entry& entry : server.log.entries()) log.push_back(view_of(entry));
  return log;
}

// Whether the names and the sizes in a value are those of a cluster of `servers`: what the core and
// the renaming take for granted. What the protocol promises is not asked here; bugs may break it.
bool is_server(raft::ServerId id, std::uint32_t servers) {
  return !id.is_none() && id.value <= servers;
}
bool is_server_or_none(raft::ServerId id, std::uint32_t servers) { return id.value <= servers; }

bool fits(raft::ServerSet set, std::uint32_t servers) {
  return (set - raft::ServerSet::first(servers)).empty();
}
bool fits(const raft::Membership& membership, std::uint32_t servers) {
  return fits(membership.members(), servers);
}
bool fits(const raft::Follower& follower, std::uint32_t servers) {
  return is_server_or_none(follower.leader, servers) && fits(follower.incoming.membership, servers);
}
bool fits(const raft::Candidate& candidate, std::uint32_t servers) {
  return fits(candidate.votes_granted, servers);
}
bool fits(const raft::PreCandidate& candidate, std::uint32_t servers) {
  return fits(candidate.votes_granted, servers);
}
bool fits(const raft::LeaderReads& reads, std::uint32_t servers) {
  const auto fits_here = [&](const raft::PendingRead& read) {
    return is_server(read.reader, servers) && fits(read.acks, servers);
  };
  return reads.last_ids.size() == servers && std::ranges::all_of(reads.pending, fits_here);
}
bool fits(const raft::Leader& leader, std::uint32_t servers) {
  return leader.progress.size() == servers && is_server_or_none(leader.transferee, servers) &&
         (!leader.heard || fits(*leader.heard, servers)) &&
         (!leader.reads || fits(*leader.reads, servers));
}
bool fits(std::span<const raft::Entry> entries, std::uint32_t servers) {
  return std::ranges::all_of(
      entries, [&](const raft::Entry& entry) { return fits(entry.membership, servers); });
}
bool fits(const raft::Message& message, std::uint32_t servers) {
  const auto* append = std::get_if<raft::AppendEntries>(&message.body);
  const auto* install = std::get_if<raft::InstallSnapshot>(&message.body);
  return is_server(message.from, servers) && is_server(message.to, servers) &&
         (append == nullptr || fits(append->entries, servers)) &&
         (install == nullptr || fits(install->membership, servers));
}
bool fits(const raft::Durable& durable, std::uint32_t servers) {
  return is_server_or_none(durable.hard_state.voted_for, servers) &&
         fits(durable.log.entries(), servers) && fits(durable.snapshot.membership, servers);
}
bool fits(const PendingWrite& pending, std::uint32_t servers) {
  const raft::Write& write = pending.write;
  return (!write.hard_state || is_server_or_none(write.hard_state->voted_for, servers)) &&
         (!write.snapshot || fits(write.snapshot->membership, servers)) &&
         fits(std::span<const raft::Entry>(write.entries), servers) &&
         std::ranges::all_of(pending.messages,
                             [&](const raft::Message& message) { return fits(message, servers); });
}
// What a leader is sending of its snapshot begins within it.
bool has_pieces_that_fit(const raft::Server& server) {
  const auto* leader = std::get_if<raft::Leader>(&server.role);
  for (std::uint32_t id = 1; leader != nullptr && id <= leader->progress.size(); ++id) {
    if (leader->progress[{id}].snapshot_offset > server.snapshot.data.size()) return false;
  }
  return true;
}
bool fits(const Machine& machine, std::uint32_t servers) {
  const raft::Server& server = machine.server;
  // A log begins at an index that a snapshot of this state machine can stand for.
  if (server.log.base_index().value > server.snapshot.data.size() ||
      server.snapshot.index.value > server.snapshot.data.size()) {
    return false;
  }
  return server.config.servers == servers && is_server(server.id, servers) &&
         has_pieces_that_fit(server) && is_server_or_none(server.hard_state.voted_for, servers) &&
         fits(server.config.voters, servers) && fits(server.log.entries(), servers) &&
         fits(server.snapshot.membership, servers) && fits(machine.durable, servers) &&
         fits(std::span<const raft::Entry>(machine.applied), servers) &&
         std::ranges::all_of(machine.pending,
                             [&](const PendingWrite& pending) { return fits(pending, servers); }) &&
         std::visit([&](const auto& role) { return fits(role, servers); }, server.role);
}

template <class T>
T parsed(std::string_view bytes, std::uint32_t servers, const char* what) {
  try {
    auto value = raft::decoded<T>(bytes);
    if (fits(value, servers)) return value;
  } catch (const raft::DecodeError& error) {
    throw std::invalid_argument(std::string(what) + ": " + error.what());
  }
  throw std::invalid_argument(std::string(what) + ": not of this cluster");
}

class RaftNode final : public Node {
 public:
  explicit RaftNode(const Options& options)
      : config_(core_config(options)), has_state_machines_(options.snapshots) {
    raft::fresh_server(config_, {1});  // checks the options
  }

  std::string initial_state(spec::ServerId id) override {
    const Machine machine{.server = raft::fresh_server(config_, {id}), .durable = {}};
    return raft::encoded(machine);
  }

  StepResult step(std::string_view state, const Input& input) override {
    auto machine = parsed<Machine>(state, config_.servers, "a server's state");
    StepResult result;
    if (input.kind == InputKind::DiskWrite && machine.pending.empty()) {
      result.state = state;
      return result;
    }
    if (input.kind == InputKind::Restart) crash(machine, input.payload);
    if (input.kind == InputKind::DiskWrite) add_messages(machine.pending.front().messages, result);
    const raft::Input made = make_input(machine, input);
    try {
      raft::step(machine.server, made, effects_);
    } catch (const raft::ContractViolation& violation) {
      result.contract = violation.what();
      return result;
    }
    if (config_.async_disk) {
      write_later(machine, result);
    } else {
      raft::make_durable(machine.durable, effects_.persist, machine.server);
    }
    if (has_state_machines_) apply(machine);
    result.applied = applied(machine.server);
    result.state = raft::encoded(machine);
    result.outcome = to_string(effects_.outcome);
    result.reads = effects_.reads;
    result.timers = {effects_.timers.reset_election, effects_.timers.reset_heartbeat,
                     effects_.timers.reset_lease};
    add_messages(effects_.messages, result);
    return result;
  }

  spec::ServerView view(std::string_view state) override {
    const auto machine = parsed<Machine>(state, config_.servers, "a server's state");
    const raft::Server& server = machine.server;
    spec::ServerView view;
    view.id = server.id.value;
    view.current_term = server.hard_state.current_term.value;
    view.voted_for = server.hard_state.voted_for.value;
    if (config_.changes != raft::Changes::None) view.membership = view_of(membership_of(server));
    view.snapshot = view_of(server.snapshot);
    view.log = whole_log(server, view.snapshot.entries);
    if (config_.async_disk) view.disk = disk_view(machine, view.log);
    view.commit_index = server.commit_index.value;
    view.last_applied = server.last_applied.value;
    std::visit([&](const auto& role) { add_role(view, role); }, server.role);
    return view;
  }

  spec::MessageView message_view(std::string_view bytes) override {
    const auto message = parsed<raft::Message>(bytes, config_.servers, "a message");
    auto [kind, fields] = std::visit([](const auto& body) { return describe(body); }, message.body);
    if (const auto* snapshot = std::get_if<raft::InstallSnapshot>(&message.body)) {
      add_membership(snapshot->membership, fields);
    }
    return {message.from.value, message.to.value, std::move(kind), std::move(fields)};
  }

  std::string renamed_state(std::string_view state, ServerRenaming renaming) override {
    auto machine = parsed<Machine>(state, config_.servers, "a server's state");
    const Renamer rename(renaming);
    rename(machine);
    for (PendingWrite& pending : machine.pending) sort(pending.messages);
    return raft::encoded(machine);
  }

  std::string renamed_message(std::string_view bytes, ServerRenaming renaming) override {
    auto message = parsed<raft::Message>(bytes, config_.servers, "a message");
    const Renamer rename(renaming);
    rename(message);
    return raft::encoded(message);
  }

 private:
  static raft::Input make_input(Machine& machine, const Input& input) {
    switch (input.kind) {
      case InputKind::ElectionTimeout:
        return raft::ElectionTimeout{};
      case InputKind::HeartbeatTimeout:
        return raft::HeartbeatTimeout{};
      case InputKind::Propose:
        return raft::Propose{std::string(input.payload)};
      case InputKind::Receive:
        return raft::Receive{
            parsed<raft::Message>(input.payload, machine.server.config.servers, "a message")};
      case InputKind::Restart:
        return raft::Restart{machine.durable};
      case InputKind::LeaseTimeout:
        return raft::LeaseTimeout{};
      case InputKind::Transfer:
        return raft::Transfer{{input.target}};
      case InputKind::Read:
        return raft::Read{input.read};
      case InputKind::Compact:
        return compaction(machine, input.payload);
      case InputKind::ChangeMembership:
        return change(input.payload);
      case InputKind::DiskWrite:
        return acknowledged(machine);
    }
    throw std::invalid_argument("no such kind of input");
  }

  static raft::Input acknowledged(Machine& machine) {
    const raft::Write write = machine.pending.front().write;
    machine.pending.erase(machine.pending.begin());
    raft::write_parts(machine.durable, write, raft::parts_of(write));
    return raft::persisted(write);
  }

  static void add_messages(const std::vector<raft::Message>& messages, StepResult& result) {
    for (const raft::Message& message : messages) {
      result.messages.push_back({message.from.value, message.to.value, raft::encoded(message)});
    }
  }

  // Equal situations are equal states: in which order they came does not matter.
  static void sort(std::vector<raft::Message>& waiting) {
    std::ranges::sort(waiting, {},
                      [](const raft::Message& message) { return raft::encoded(message); });
  }

  // Of what is not yet durable, so many parts are on the disk after all.
  static void crash(Machine& machine, std::string_view payload) {
    std::size_t survive = 0;
    std::from_chars(payload.data(), payload.data() + payload.size(), survive);
    for (const PendingWrite& pending : machine.pending) {
      const std::size_t parts = raft::parts_of(pending.write);
      raft::write_parts(machine.durable, pending.write, std::min(survive, parts));
      if (survive <= parts) break;
      survive -= parts;
    }
    machine.pending.clear();
  }

  static raft::HardState last_hard_state(const Machine& machine) {
    raft::HardState last = machine.durable.hard_state;
    for (const PendingWrite& pending : machine.pending) {
      last = pending.write.hard_state.value_or(last);
    }
    return last;
  }

  void write_later(Machine& machine, StepResult& result) const {
    auto write = raft::write_of(effects_.persist, machine.server);
    // A vote that is given once more is on its way to the disk already.
    if (write && write->hard_state == last_hard_state(machine)) write->hard_state.reset();
    if (write && raft::parts_of(*write) > 0) machine.pending.push_back({*std::move(write), {}});
    if (machine.pending.empty()) {
      add_messages(effects_.after_persist, result);
      return;
    }
    std::vector<raft::Message>& waiting = machine.pending.back().messages;
    for (const raft::Message& message : effects_.after_persist) {
      if (std::ranges::find(waiting, message) == waiting.end()) waiting.push_back(message);
    }
    sort(waiting);
  }

  // How far the server's log is on its disk.
  static spec::DiskView disk_view(const Machine& machine, const std::vector<spec::EntryView>& log) {
    spec::DiskView disk{machine.durable.hard_state.current_term.value,
                        machine.durable.hard_state.voted_for.value,
                        0,
                        {},
                        {}};
    raft::Server on_disk;
    on_disk.snapshot = machine.durable.snapshot;
    on_disk.log = machine.durable.log;
    std::vector<spec::EntryView> stored =
        whole_log(on_disk, view_of(snapshot_entries(on_disk.snapshot.data)));
    const auto differs = std::ranges::mismatch(stored, log);
    disk.log_index = static_cast<spec::Index>(differs.in1 - stored.begin());
    for (const PendingWrite& pending : machine.pending) {
      disk.pending.push_back(raft::parts_of(pending.write));
      disk.pending_ends.push_back(pending.write.last_index.value);
    }
    return disk;
  }

  static raft::ChangeMembership change(std::string_view payload) {
    raft::ChangeMembership made{};
    raft::ServerSet* set = &made.voters;
    std::uint32_t id = 0;
    for (const char c : payload) {
      if (c >= '0' && c <= '9') {
        id = 10 * id + static_cast<std::uint32_t>(c - '0');
        continue;
      }
      if ((c != ' ' && c != ';') || id > raft::kServersMax) break;
      if (id > 0) set->insert({id});
      id = 0;
      if (c == ';') set = &made.learners;
    }
    if (id > raft::kServersMax)
      throw std::invalid_argument("a change with a server that cannot be");
    if (id > 0) set->insert({id});
    return made;
  }

  // The snapshot of what the state machine was after that entry.
  static raft::Compact compaction(const Machine& machine, std::string_view payload) {
    raft::Compact compact{};
    const char* end = payload.data() + payload.size();
    const auto [rest, error] = std::from_chars(payload.data(), end, compact.through.value);
    if (error != std::errc{} || rest != end) {
      throw std::invalid_argument("a compaction without an index");
    }
    std::vector<raft::Entry> applied = machine.applied;
    if (compact.through.value < applied.size()) applied.resize(compact.through.value);
    compact.data = snapshot_text(applied);
    return compact;
  }

  // Hands the state machine what the step says.
  void apply(Machine& machine) const {
    if (effects_.outcome == raft::Outcome::Restarted) machine.applied.clear();
    if (effects_.restore) machine.applied = snapshot_entries(machine.server.snapshot.data);
    const raft::Apply& apply = effects_.apply;
    for (raft::Index index = apply.first; index.value != 0 && index <= apply.last;
         index = index.next()) {
      if (machine.server.log.has(index)) machine.applied.push_back(machine.server.log.at(index));
    }
  }

  [[nodiscard]] spec::Applied applied(const raft::Server& server) const {
    spec::Applied applied{.first = effects_.apply.first.value, .last = effects_.apply.last.value};
    if (effects_.outcome == raft::Outcome::Restarted) applied.anew = 0;
    if (effects_.restore) applied.anew = server.snapshot.index.value;
    return applied;
  }

  raft::Config config_;
  bool has_state_machines_;
  raft::Effects effects_;
};

}  // namespace

std::unique_ptr<Node> make_raft_node(const Options& options) {
  return std::make_unique<RaftNode>(options);
}

}  // namespace node
