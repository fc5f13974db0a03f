#include "checker/node/raft_node.hpp"

#include <algorithm>
#include <stdexcept>

#include "checker/node/machine.hpp"
#include "checker/node/raft_view.hpp"
#include "checker/node/rename.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"

namespace node {
namespace {

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
  explicit RaftNode(const Options& options) : driver_(options) {}

  std::string initial_state(spec::ServerId id) override {
    return raft::encoded(driver_.initial(id));
  }

  StepResult step(std::string_view state, const Input& input) override {
    auto machine = parsed<Machine>(state, servers(), "a server's state");
    StepResult result;
    if (input.kind == InputKind::DiskWrite && machine.pending.empty()) {
      result.state = state;
      return result;
    }
    sent_.clear();
    const raft::Input made =
        input.kind == InputKind::Receive
            ? raft::Receive{parsed<raft::Message>(input.payload, servers(), "a message")}
            : driver_.begin(machine, input, sent_);
    try {
      const raft::Effects& effects = driver_.step(machine, made, sent_);
      result.outcome = to_string(effects.outcome);
      result.reads = effects.reads;
    } catch (const raft::ContractViolation& violation) {
      result.contract = violation.what();
      sent_.clear();
      return result;
    }
    result.applied = driver_.applied(machine);
    result.state = raft::encoded(machine);
    result.timers = driver_.timers();
    for (const raft::Message& message : sent_) {
      result.messages.push_back({message.from.value, message.to.value, raft::encoded(message)});
    }
    return result;
  }

  spec::ServerView view(std::string_view state) override {
    return server_view(parsed<Machine>(state, servers(), "a server's state"));
  }

  spec::MessageView message_view(std::string_view bytes) override {
    return node::message_view(parsed<raft::Message>(bytes, servers(), "a message"));
  }

  std::string renamed_state(std::string_view state, ServerRenaming renaming) override {
    auto machine = parsed<Machine>(state, servers(), "a server's state");
    const Renamer rename(renaming);
    rename(machine);
    for (PendingWrite& pending : machine.pending) sort_waiting(pending.messages);
    return raft::encoded(machine);
  }

  std::string renamed_message(std::string_view bytes, ServerRenaming renaming) override {
    auto message = parsed<raft::Message>(bytes, servers(), "a message");
    const Renamer rename(renaming);
    rename(message);
    return raft::encoded(message);
  }

 private:
  [[nodiscard]] std::uint32_t servers() const { return driver_.config().servers; }

  Driver driver_;
  std::vector<raft::Message> sent_;
};

}  // namespace

std::unique_ptr<Node> make_raft_node(const Options& options) {
  return std::make_unique<RaftNode>(options);
}

}  // namespace node
