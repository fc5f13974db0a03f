#include "checker/cluster/scenario.hpp"

#include <stdexcept>
#include <utility>

#include "checker/cluster/replay.hpp"

namespace cluster {
namespace {

traces::Action of(traces::ActionKind kind, spec::ServerId server = spec::kNoServer) {
  traces::Action action;
  action.kind = kind;
  action.server = server;
  return action;
}

}  // namespace

Scenario::Scenario(const node::Options& options, const std::string& network)
    : script_{.config = trace_config(options, Network::Any), .actions = {}} {
  script_.config.network = network;
}

std::size_t Scenario::add(traces::Action action) {
  script_.actions.push_back({.action = std::move(action)});
  return script_.actions.size();
}

std::size_t Scenario::election_timeout(spec::ServerId server) {
  return add(of(traces::ActionKind::ElectionTimeout, server));
}

std::size_t Scenario::heartbeat_timeout(spec::ServerId server) {
  return add(of(traces::ActionKind::HeartbeatTimeout, server));
}

std::size_t Scenario::lease_timeout(spec::ServerId server) {
  return add(of(traces::ActionKind::LeaseTimeout, server));
}

std::size_t Scenario::propose(spec::ServerId server, std::string command) {
  traces::Action action = of(traces::ActionKind::Propose, server);
  action.command = std::move(command);
  return add(std::move(action));
}

std::size_t Scenario::read(spec::ServerId server, std::uint64_t id) {
  traces::Action action = of(traces::ActionKind::Read, server);
  action.read = id;
  return add(std::move(action));
}

std::size_t Scenario::transfer(spec::ServerId server, spec::ServerId target) {
  traces::Action action = of(traces::ActionKind::Transfer, server);
  action.target = target;
  return add(std::move(action));
}

std::size_t Scenario::compact(spec::ServerId server, spec::Index index) {
  traces::Action action = of(traces::ActionKind::Compact, server);
  action.index = index;
  return add(std::move(action));
}

std::size_t Scenario::change_membership(spec::ServerId server, std::vector<spec::ServerId> voters,
                                        std::vector<spec::ServerId> learners) {
  traces::Action action = of(traces::ActionKind::ChangeMembership, server);
  action.voters = std::move(voters);
  action.learners = std::move(learners);
  return add(std::move(action));
}

std::size_t Scenario::disk_write(spec::ServerId server) {
  return add(of(traces::ActionKind::DiskWrite, server));
}

std::size_t Scenario::crash(spec::ServerId server, std::uint64_t survived) {
  traces::Action action = of(traces::ActionKind::Crash, server);
  action.survived = survived;
  return add(std::move(action));
}

std::size_t Scenario::cut(std::vector<std::vector<spec::ServerId>> groups) {
  traces::Action action = of(traces::ActionKind::Cut);
  action.groups = std::move(groups);
  return add(std::move(action));
}

std::size_t Scenario::heal() { return add(of(traces::ActionKind::Heal)); }

std::size_t Scenario::add_delivery(traces::Action action, std::size_t sent_at,
                                   std::size_t ordinal) {
  if (sent_at < 1 || sent_at > script_.actions.size()) {
    throw std::invalid_argument("step " + std::to_string(script_.actions.size() + 1) +
                                " receives what step " + std::to_string(sent_at) +
                                " sent, and there is no such step before it");
  }
  const std::size_t number = add(std::move(action));
  script_.actions.back().origin = sent_at - 1;
  script_.actions.back().ordinal = ordinal;
  return number;
}

std::size_t Scenario::deliver(spec::ServerId receiver, std::size_t sent_at, std::size_t ordinal) {
  return add_delivery(of(traces::ActionKind::Deliver, receiver), sent_at, ordinal);
}

std::size_t Scenario::deliver_copy(spec::ServerId receiver, std::size_t sent_at,
                                   std::size_t ordinal) {
  traces::Action action = of(traces::ActionKind::Deliver, receiver);
  action.keep_copy = true;
  return add_delivery(std::move(action), sent_at, ordinal);
}

void Scenario::lose(std::vector<std::size_t> positions) {
  if (script_.actions.empty()) throw std::invalid_argument("no step sends what is to be lost");
  script_.actions.back().lost = std::move(positions);
}

void Scenario::recover(std::uint64_t steps, std::vector<spec::ServerId> order) {
  script_.recovery = {script_.actions.size(), steps, std::move(order)};
}

ScriptRun Scenario::take(node::Node& node, spec::PropertySet properties) const {
  // No losses but those that are named: a number of them is what makes a script's count.
  return run_script(node, script_,
                    {.properties = properties,
                     .limits = {.losses = ~std::uint64_t{0}, .clock_drifts = clock_drifts_}});
}

}  // namespace cluster
