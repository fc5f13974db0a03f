// The Raft core as somebody else embeds it: three servers in one process elect a leader and commit
// a command. Messages are delivered at once and in order; a real driver would put `persist` on disk
// and `messages` on a network.
#include <deque>
#include <iostream>
#include <utility>
#include <variant>
#include <vector>

#include "src/raft/step.hpp"

namespace {

constexpr std::uint32_t kServers = 3;

class Cluster {
 public:
  Cluster() {
    for (std::uint32_t id = 1; id <= kServers; ++id) {
      servers_.push_back(raft::fresh_server({.servers = kServers}, raft::ServerId{id}));
    }
  }

  // Takes one step of a server, then delivers messages until none is left.
  void run(raft::ServerId id, const raft::Input& input) {
    std::deque<raft::Message> network;
    take(id, input, network);
    while (!network.empty()) {
      const raft::Message message = std::move(network.front());
      network.pop_front();
      take(message.to, raft::Receive{message}, network);
    }
  }

  [[nodiscard]] const raft::Server& server(raft::ServerId id) const {
    return servers_[id.value - 1];
  }

 private:
  void take(raft::ServerId id, const raft::Input& input, std::deque<raft::Message>& network) {
    const raft::Effects effects = raft::step(servers_[id.value - 1], input);
    network.insert(network.end(), effects.messages.begin(), effects.messages.end());
  }

  std::vector<raft::Server> servers_;
};

}  // namespace

int main() {
  const raft::ServerId first{1};
  Cluster cluster;
  cluster.run(first, raft::ElectionTimeout{});
  cluster.run(first, raft::Propose{"x=1"});
  cluster.run(first, raft::HeartbeatTimeout{});

  if (!std::holds_alternative<raft::Leader>(cluster.server(first).role)) {
    std::cerr << "server 1 did not become leader\n";
    return 1;
  }
  for (std::uint32_t id = 1; id <= kServers; ++id) {
    if (cluster.server(raft::ServerId{id}).commit_index != raft::Index{1}) {
      std::cerr << "server " << id << " did not commit the command\n";
      return 1;
    }
  }
  std::cout << "server 1 leads term " << cluster.server(first).current_term().value
            << "; all servers committed x=1\n";
  return 0;
}
