// A run written down in C++, a line for each action: what `raftcheck test-from` makes of a trace,
// and how a test of a few steps is written by hand.
//
//     cluster::Scenario run({.servers = 3});
//     run.election_timeout(1);  // 1
//     run.deliver(2, 1);        // 2: server 2 receives what step 1 sent to it
//     run.deliver(1, 2);        // 3: and server 1 what step 2 sent to it
//     const cluster::ScriptRun now = run.take(*node::make_raft_node({.servers = 3}));
//     EXPECT_FALSE(now.trace.violation) << traces::render_text(now.trace);
//
// As in a script (script.hpp), what cannot be done is passed over, so a scenario can be taken on
// any implementation. Steps are numbered from 1 in the order in which they are added, those that
// are passed over among them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/cluster/script.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/view.hpp"

namespace cluster {

class Scenario {
 public:
  // `network`: "any", "unordered" or "ordered".
  explicit Scenario(const node::Options& options, const std::string& network = "any");

  // Each adds a step and returns its number.
  std::size_t election_timeout(spec::ServerId server);
  std::size_t heartbeat_timeout(spec::ServerId server);
  std::size_t lease_timeout(spec::ServerId server);
  std::size_t propose(spec::ServerId server, std::string command);
  std::size_t read(spec::ServerId server, std::uint64_t id);
  std::size_t transfer(spec::ServerId server, spec::ServerId target);
  std::size_t compact(spec::ServerId server, spec::Index index);
  std::size_t change_membership(spec::ServerId server, std::vector<spec::ServerId> voters,
                                std::vector<spec::ServerId> learners = {});
  std::size_t disk_write(spec::ServerId server);
  // `survived`: so many parts of what was not yet durable are durable after all.
  std::size_t crash(spec::ServerId server, std::uint64_t survived = 0);
  std::size_t cut(std::vector<std::vector<spec::ServerId>> groups);
  std::size_t heal();
  // `receiver` receives the message that step `sent_at` sent to it; of several, the one with the
  // place `ordinal` (from 0) among them. Throws std::invalid_argument if there is no such step
  // before.
  std::size_t deliver(spec::ServerId receiver, std::size_t sent_at, std::size_t ordinal = 0);
  // The same, and a copy stays on the network.
  std::size_t deliver_copy(spec::ServerId receiver, std::size_t sent_at, std::size_t ordinal = 0);

  // Of what the step added last sends, the messages at these positions (from 0) are lost at once.
  void lose(std::vector<std::size_t> positions);
  // So many leases may end early (RunLimits::clock_drifts); beyond that the run ends.
  void allow_clock_drifts(std::uint64_t drifts) { clock_drifts_ = drifts; }
  // In the end faults stop, and the cluster is to recover: within so many steps, with these servers
  // up, whose election timers run out in this order.
  void recover(std::uint64_t steps, std::vector<spec::ServerId> order);

  [[nodiscard]] const Script& script() const { return script_; }

  // Takes the steps until one violates a property. The node must be made with the scenario's
  // options.
  ScriptRun take(node::Node& node, spec::PropertySet properties = spec::kAllProperties) const;

 private:
  std::size_t add(traces::Action action);
  std::size_t add_delivery(traces::Action action, std::size_t sent_at, std::size_t ordinal);

  Script script_;
  std::uint64_t clock_drifts_ = 0;
};

}  // namespace cluster
