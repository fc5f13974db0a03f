// A whole cluster of the core in memory, driven as src/raft/effects.hpp demands: what a step wants
// durable is copied to a disk (in memory) before its messages leave, and what is committed is
// handed to a state machine. The network is a queue, and nothing is lost.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/raft/step.hpp"

namespace bench {

// Server 1 of `config.servers`, elected in term 1 by hand: for one server without a cluster.
inline raft::Server leader_of(const raft::Config& config) {
  raft::Server server = raft::fresh_server(config, {1});
  raft::step(server, raft::ElectionTimeout{});
  for (std::uint32_t id = 2; id <= config.servers; ++id) {
    raft::step(server, raft::Receive{{{id}, {1}, raft::RequestVoteReply{{1}, true}}});
  }
  return server;
}

// The state machine: reads every byte of every command that it is given, in order, eight at a time
// where there are as many, since what is to be measured is Raft.
struct Machine {
  std::uint64_t applied = 0;  // entries
  std::uint64_t digest = 0;

  void apply(const raft::Entry& entry) {
    ++applied;
    std::string_view rest = entry.command.bytes();
    for (; rest.size() >= sizeof(std::uint64_t); rest.remove_prefix(sizeof(std::uint64_t))) {
      std::uint64_t word = 0;
      std::memcpy(&word, rest.data(), sizeof word);
      digest = (digest ^ word) * 0x9E3779B97F4A7C15U;
    }
    for (const char byte : rest) digest = (digest ^ static_cast<unsigned char>(byte)) * 31;
  }
};

class Cluster {
 public:
  // Elects server 1. Messages are delivered in the order in which they were sent.
  explicit Cluster(const raft::Config& config) {
    for (std::uint32_t id = 1; id <= config.servers; ++id) {
      nodes_.push_back({raft::fresh_server(config, {id}), {}, {}});
    }
    step<raft::Input>({1}, raft::ElectionTimeout{});
    settle();
  }

  // Submits a command, or several at once, to the leader. What it sends is delivered by settle().
  void propose(std::string_view command) { step<raft::Input>({1}, raft::Propose{command}); }
  void propose(raft::ProposeBatch batch) { step<raft::Input>({1}, std::move(batch)); }
  // Delivers until nobody has anything more to say.
  void settle() {
    while (!sent_.empty()) {
      std::swap(sent_, arriving_);
      for (Letters& letters : arriving_) {
        for (const raft::Message& message : letters) step(message.to, message);
        letters.clear();
        empty_.push_back(std::move(letters));
      }
      arriving_.clear();
    }
  }
  // A heartbeat, which tells the followers what is committed by now.
  void heartbeat() {
    step<raft::Input>({1}, raft::HeartbeatTimeout{});
    settle();
  }

  [[nodiscard]] const raft::Server& server(raft::ServerId id) const {
    return nodes_[id.value - 1].server;
  }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  // Throws unless each server has applied so many entries, the same ones.
  void check_applied(std::uint64_t entries) const {
    for (const Node& node : nodes_) {
      if (node.machine.applied != entries || node.machine.digest != nodes_[0].machine.digest) {
        throw std::logic_error("the servers did not apply what was proposed");
      }
    }
  }
  // Throws unless the disks hold what the servers do.
  void check_disks() const {
    for (const Node& node : nodes_) {
      if (node.disk.log != node.server.log || node.disk.hard_state != node.server.hard_state) {
        throw std::logic_error("a disk does not hold what its server does");
      }
    }
  }

 private:
  struct Node {
    raft::Server server;
    raft::Durable disk;
    Machine machine;
  };

  // What a step sends travels in the vector that the core put it into.
  using Letters = std::vector<raft::Message>;

  // `I`: raft::Input or raft::Message.
  template <class I>
  void step(raft::ServerId id, const I& input) {
    Node& node = nodes_[id.value - 1];
    raft::step(node.server, input, effects_);
    ++steps_;
    raft::make_durable(node.disk, effects_.persist, node.server);
    if (!effects_.messages.empty()) post();
    if (effects_.apply.last.value == 0) return;
    for (raft::Index i = effects_.apply.first; i <= effects_.apply.last; i = i.next()) {
      node.machine.apply(node.server.log.at(i));
    }
  }

  void post() {
    if (empty_.empty()) empty_.emplace_back();
    std::swap(effects_.messages, empty_.back());
    sent_.push_back(std::move(empty_.back()));
    empty_.pop_back();
  }

  std::vector<Node> nodes_;
  std::vector<Letters> sent_;
  std::vector<Letters> arriving_;
  std::vector<Letters> empty_;  // kept for their memory
  raft::Effects effects_;       // of the last step: so is this
  std::uint64_t steps_ = 0;
};

// Proposes `entries` commands of 16 bytes, `batch` of them at once, each batch committed before the
// next is submitted, and all of them everywhere in the end: check_applied() says whether they are.
inline void commit(Cluster& cluster, std::uint64_t entries, std::uint64_t batch) {
  constexpr std::string_view kCommand = "sixteen bytes...";
  for (std::uint64_t i = 0; i < entries; i += batch) {
    if (batch == 1) {
      cluster.propose(kCommand);
    } else {
      cluster.propose({std::vector<raft::Command>(batch, kCommand)});
    }
    cluster.settle();
  }
  cluster.heartbeat();
}

// The configuration of these clusters. One AppendEntries in flight: what is proposed meanwhile goes
// together in the next one.
inline raft::Config batching(std::uint32_t servers) {
  return {.servers = servers, .appends_in_flight = 1};
}

}  // namespace bench
