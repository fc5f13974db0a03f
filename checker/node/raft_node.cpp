#include "checker/node/raft_node.hpp"

#include <algorithm>
#include <stdexcept>

#include "checker/node/rename.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"
#include "src/raft/step.hpp"

namespace node {

// A server and its disk: what a state's bytes hold.
struct Machine {
  raft::Server server{};
  raft::Durable durable{};
  bool operator==(const Machine&) const = default;
};
RAFT_FIELDS(Machine, server, durable)

namespace {

spec::EntryView view_of(const raft::Entry& entry) {
  return {entry.term.value, entry.kind == raft::EntryKind::NoOp, entry.command};
}

std::vector<spec::EntryView> view_of(std::span<const raft::Entry> entries) {
  std::vector<spec::EntryView> views;
  views.reserve(entries.size());
  for (const raft::Entry& entry : entries) views.push_back(view_of(entry));
  return views;
}

std::vector<spec::ServerId> ids_of(raft::ServerSet set, std::uint32_t servers) {
  std::vector<spec::ServerId> ids;
  for (std::uint32_t id = 1; id <= servers; ++id) {
    if (set.contains({id})) ids.push_back(id);
  }
  return ids;
}

void add_role(spec::ServerView& view, const raft::Follower& follower, std::uint32_t) {
  view.role = spec::Role::Follower;
  view.leader = follower.leader.value;
  view.lease = follower.lease;
  for (const raft::FollowerRead& read : follower.reads) view.reads.push_back(read.id);
}

void add_role(spec::ServerView& view, const raft::Candidate& candidate, std::uint32_t servers) {
  view.role = spec::Role::Candidate;
  view.votes_granted = ids_of(candidate.votes_granted, servers);
}

void add_role(spec::ServerView& view, const raft::PreCandidate& candidate, std::uint32_t servers) {
  view.role = spec::Role::PreCandidate;
  view.votes_granted = ids_of(candidate.votes_granted, servers);
}

void add_role(spec::ServerView& view, const raft::Leader& leader, std::uint32_t servers) {
  view.role = spec::Role::Leader;
  for (std::uint32_t id = 1; id <= servers; ++id) {
    view.next_index.push_back(leader.progress[{id}].next_index.value);
    view.match_index.push_back(leader.progress[{id}].match_index.value);
  }
  if (leader.heard) view.heard = ids_of(*leader.heard, servers);
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

// Whether the names and the sizes in a value are those of a cluster of `servers`: what the core and
// the renaming take for granted. What the protocol promises is not asked here; bugs may break it.
bool is_server(raft::ServerId id, std::uint32_t servers) {
  return !id.is_none() && id.value <= servers;
}
bool is_server_or_none(raft::ServerId id, std::uint32_t servers) { return id.value <= servers; }

bool fits(const raft::Follower& follower, std::uint32_t servers) {
  return is_server_or_none(follower.leader, servers);
}
bool fits(raft::ServerSet set, std::uint32_t servers) {
  return servers >= 64 || set.bits() >> servers == 0;
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
bool fits(const raft::Message& message, std::uint32_t servers) {
  return is_server(message.from, servers) && is_server(message.to, servers);
}
bool fits(const Machine& machine, std::uint32_t servers) {
  const raft::Server& server = machine.server;
  return server.config.servers == servers && is_server(server.id, servers) &&
         is_server_or_none(server.hard_state.voted_for, servers) &&
         is_server_or_none(machine.durable.hard_state.voted_for, servers) &&
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
      : config_{.servers = options.servers,
                .no_op = options.no_op,
                .backtracking = options.fast_backtracking ? raft::Backtracking::Fast
                                                          : raft::Backtracking::Plain,
                .entries_per_message = options.entries_per_message,
                .pre_vote = options.pre_vote,
                .check_quorum = options.check_quorum,
                .vote_lease = options.vote_lease,
                .lease_reads = options.lease_reads} {
    raft::fresh_server(config_, {1});  // checks the options
  }

  std::string initial_state(spec::ServerId id) override {
    const Machine machine{.server = raft::fresh_server(config_, {id}), .durable = {}};
    return raft::encoded(machine);
  }

  StepResult step(std::string_view state, const Input& input) override {
    auto machine = parsed<Machine>(state, config_.servers, "a server's state");
    const raft::Input made = make_input(machine, input);
    StepResult result;
    try {
      raft::step(machine.server, made, effects_);
    } catch (const raft::ContractViolation& violation) {
      result.contract = violation.what();
      return result;
    }
    raft::make_durable(machine.durable, effects_.persist, machine.server);
    result.state = raft::encoded(machine);
    result.outcome = to_string(effects_.outcome);
    result.reads = effects_.reads;
    result.timers = {effects_.timers.reset_election, effects_.timers.reset_heartbeat,
                     effects_.timers.reset_lease};
    for (const raft::Message& message : effects_.messages) {
      result.messages.push_back({message.from.value, message.to.value, raft::encoded(message)});
    }
    return result;
  }

  spec::ServerView view(std::string_view state) override {
    const auto machine = parsed<Machine>(state, config_.servers, "a server's state");
    const raft::Server& server = machine.server;
    spec::ServerView view;
    view.id = server.id.value;
    view.current_term = server.hard_state.current_term.value;
    view.voted_for = server.hard_state.voted_for.value;
    view.log = view_of(server.log.entries());
    view.commit_index = server.commit_index.value;
    view.last_applied = server.last_applied.value;
    std::visit([&](const auto& role) { add_role(view, role, config_.servers); }, server.role);
    return view;
  }

  spec::MessageView message_view(std::string_view bytes) override {
    const auto message = parsed<raft::Message>(bytes, config_.servers, "a message");
    auto [kind, fields] = std::visit([](const auto& body) { return describe(body); }, message.body);
    return {message.from.value, message.to.value, std::move(kind), std::move(fields)};
  }

  std::string renamed_state(std::string_view state, ServerRenaming renaming) override {
    auto machine = parsed<Machine>(state, config_.servers, "a server's state");
    const Renamer rename(renaming);
    rename(machine);
    return raft::encoded(machine);
  }

  std::string renamed_message(std::string_view bytes, ServerRenaming renaming) override {
    auto message = parsed<raft::Message>(bytes, config_.servers, "a message");
    const Renamer rename(renaming);
    rename(message);
    return raft::encoded(message);
  }

 private:
  static raft::Input make_input(const Machine& machine, const Input& input) {
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
    }
    throw std::invalid_argument("no such kind of input");
  }

  raft::Config config_;
  raft::Effects effects_;
};

}  // namespace

std::unique_ptr<Node> make_raft_node(const Options& options) {
  return std::make_unique<RaftNode>(options);
}

}  // namespace node
