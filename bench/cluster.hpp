// A whole cluster of the core in memory, driven as src/raft/effects.hpp demands: what a step wants
// durable is copied to a disk (in memory) before its messages leave, and what is committed is
// handed to a state machine. The network is a queue, and nothing is lost.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
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

// The state machine: reads every byte of every command that it is given, in order.
struct Machine {
  std::uint64_t applied = 0;  // entries
  std::uint64_t digest = 0;

  void apply(const raft::Entry& entry) {
    ++applied;
    for (const char byte : entry.command) {
      digest = digest * 31 + static_cast<unsigned char>(byte);
    }
  }
};

class Cluster {
 public:
  // Elects server 1. Messages are delivered in the order in which they were sent.
  explicit Cluster(const raft::Config& config) {
    for (std::uint32_t id = 1; id <= config.servers; ++id) {
      nodes_.push_back({raft::fresh_server(config, {id}), {}, {}});
    }
    timeout(raft::ElectionTimeout{});
    settle();
  }

  // Submits a command to the leader. What it sends is delivered by settle().
  void propose(const std::string& command) {
    propose_.emplace<raft::Propose>(command);
    step({1}, std::move(propose_));
  }
  // Delivers until nobody has anything more to say.
  void settle() {
    while (!sent_.empty()) {
      std::swap(sent_, arriving_);
      for (raft::Input& input : arriving_) {
        step(std::get<raft::Receive>(input).message.to, std::move(input));
      }
      arriving_.clear();
    }
  }
  // A heartbeat, which tells the followers what is committed by now.
  void heartbeat() {
    timeout(raft::HeartbeatTimeout{});
    settle();
  }

  [[nodiscard]] const raft::Server& server(raft::ServerId id) const {
    return nodes_[id.value - 1].server;
  }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  // Throws unless each server has applied so many entries, the same ones, and has them on disk.
  void check(std::uint64_t applied) const {
    for (const Node& node : nodes_) {
      if (node.machine.applied != applied || node.machine.digest != nodes_[0].machine.digest ||
          node.disk.log != node.server.log || node.disk.hard_state != node.server.hard_state) {
        throw std::logic_error("the cluster did not commit, apply and store what was proposed");
      }
    }
  }

 private:
  struct Node {
    raft::Server server;
    raft::Durable disk;
    Machine machine;
  };

  void timeout(raft::Input input) { step({1}, std::move(input)); }

  void step(raft::ServerId id, raft::Input&& input) {
    Node& node = nodes_[id.value - 1];
    raft::step(node.server, std::move(input), effects_);
    ++steps_;
    raft::make_durable(node.disk, effects_.persist, node.server);
    for (raft::Message& message : effects_.messages) {
      sent_.emplace_back(std::in_place_type<raft::Receive>, std::move(message));
    }
    if (effects_.apply.last.value == 0) return;
    for (raft::Index i = effects_.apply.first; i <= effects_.apply.last; i = i.next()) {
      node.machine.apply(node.server.log.at(i));
    }
  }

  std::vector<Node> nodes_;
  std::vector<raft::Input> sent_;  // each a message that somebody is about to receive
  std::vector<raft::Input> arriving_;
  raft::Effects effects_;  // of the last step: kept for its memory
  raft::Input propose_;
  std::uint64_t steps_ = 0;
};

// Proposes `entries` commands of 16 bytes, `batch` at a time, each batch committed before the next
// is submitted, and all of them everywhere in the end. Throws unless they are.
inline void commit(Cluster& cluster, std::uint64_t entries, std::uint64_t batch) {
  const std::string command = "sixteen bytes...";
  for (std::uint64_t i = 0; i < entries; i += batch) {
    for (std::uint64_t k = 0; k < batch; ++k) cluster.propose(command);
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
