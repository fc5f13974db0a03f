// Bytes choose what happens to a cluster of three: one byte its features, then two bytes an action.
// Every property is checked after every step; a message may be received late, again, or never. The
// bytes are also read as one message, which a server must answer by a named outcome or by a broken
// contract.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "checker/cluster/runner.hpp"
#include "checker/node/raft_node.hpp"
#include "src/raft/canonical.hpp"
#include "src/raft/contract.hpp"
#include "src/raft/step.hpp"

namespace {

constexpr std::uint32_t kServers = 3;
constexpr std::size_t kStepsMax = 300;

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  [[nodiscard]] bool empty() const { return left_ < 2; }
  std::uint8_t next() {
    --left_;
    return *data_++;
  }
  [[nodiscard]] std::string_view rest() const {
    return {reinterpret_cast<const char*>(data_), left_};
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

// A byte chooses among the features that a cluster may have. Snapshots are always there: they are
// taken only where the bytes say so.
node::Options options_of(std::uint8_t choice) {
  constexpr std::array kChanges = {node::Changes::None, node::Changes::SingleServer,
                                   node::Changes::Joint, node::Changes::Joint};
  node::Options options{.servers = kServers, .snapshots = true};
  options.pre_vote = (choice & 1U) != 0;
  options.check_quorum = (choice & 2U) != 0;
  options.vote_lease = (choice & 4U) != 0;
  options.snapshot_chunk = (choice & 8U) != 0 ? 5 : 0;
  options.changes = kChanges[choice >> 4U & 3U];
  options.async_disk = (choice & 64U) != 0;
  return options;
}

traces::Action action_of(std::uint8_t kind, std::uint8_t choice, std::uint64_t read,
                         const std::vector<spec::MessageView>& sent,
                         const std::vector<spec::ServerView>& servers) {
  traces::Action action;
  action.server = choice % kServers + 1;
  action.index = servers[action.server - 1].last_applied;
  if (kind < 24) {
    action.kind = traces::ActionKind::ElectionTimeout;
  } else if (kind < 36) {
    action.kind = traces::ActionKind::HeartbeatTimeout;
  } else if (kind < 40) {
    action.kind = traces::ActionKind::LeaseTimeout;
  } else if (kind < 42) {
    action.kind = traces::ActionKind::Transfer;
    action.target = choice / kServers % kServers + 1;
  } else if (kind < 46) {
    action.kind = traces::ActionKind::Read;
    action.read = read;
  } else if (kind < 56) {
    action.kind = traces::ActionKind::Propose;
    action.command = "v" + std::to_string(choice);
  } else if (kind < 60 && action.index > 0) {
    action.kind = traces::ActionKind::Compact;
  } else if (kind < 61) {
    action.kind = traces::ActionKind::DiskWrite;  // nothing, where disks are not asynchronous
  } else if (kind < 62) {
    action.kind = traces::ActionKind::ChangeMembership;
    for (spec::ServerId id = 1; id <= kServers; ++id) {
      if ((choice >> id & 1U) != 0) action.voters.push_back(id);
    }
  } else if (kind < 64 || sent.empty()) {
    action.kind = traces::ActionKind::Crash;
  } else {
    action.kind = traces::ActionKind::Deliver;
    action.message = sent[sent.size() - 1 - choice % sent.size()];  // low bytes: the latest
    action.server = action.message->to;
  }
  return action;
}

// Hands an arbitrary message to a candidate.
void receive_hostile(std::string_view bytes) {
  raft::Server server = raft::fresh_server({.servers = kServers}, {1});
  raft::step(server, raft::ElectionTimeout{});
  try {
    raft::Message message = raft::decoded<raft::Message>(bytes);
    message.to = server.id;
    const raft::Effects effects = raft::step(server, raft::Receive{message});
    if (effects.outcome == raft::Outcome::None) std::abort();  // every input has an outcome
  } catch (const raft::DecodeError&) {
  } catch (const raft::ContractViolation&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes(data, size);
  receive_hostile(bytes.rest());
  if (bytes.empty()) return 0;
  const auto node = node::make_raft_node(options_of(bytes.next()));
  cluster::Runner runner(*node, kServers, "any", spec::kAllProperties);
  std::vector<spec::MessageView> sent;
  for (std::size_t steps = 0; !bytes.empty() && steps < kStepsMax; ++steps) {
    const std::uint8_t kind = bytes.next();
    const std::uint8_t choice = bytes.next();
    const auto taken = runner.apply(action_of(kind, choice, steps + 1, sent, runner.views()));
    if (!taken) std::abort();  // every action above can be taken
    for (const auto& message : taken->step.sent) sent.push_back(message.message);
    if (taken->violation) {
      std::fprintf(stderr, "%s: %s\n", to_string(taken->violation->property),
                   taken->violation->message.c_str());
      std::abort();
    }
  }
  return 0;
}
