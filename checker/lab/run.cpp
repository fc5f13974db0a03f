#include "checker/lab/run.hpp"

#include <string_view>

namespace lab {
namespace {

// FNV-1a, the same everywhere.
std::uint64_t hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

// Tests, settings and iterations of one seed have nothing in common.
std::uint64_t stream_of(const RunId& id) {
  const std::string name = std::string(id.test->name) + (id.no_op ? " no-op" : "");
  return hash(name) << 32U | (id.iteration & 0xFFFFFFFFU);
}

SimulatorOptions simulation_of(const RunId& id) {
  SimulatorOptions options;
  options.node.servers = id.test->servers;
  options.node.no_op = id.no_op;
  options.node.snapshots = id.test->snapshots != Snapshots::None;
  options.seed = id.seed;
  options.stream = stream_of(id);
  options.network = id.test->network;
  options.snapshots = id.test->snapshots;
  options.snapshot_bytes = id.test->snapshot_bytes;
  if (id.test->configure == nullptr) return options;
  engine::Random dice(id.seed, options.stream * Simulator::kStreams + Simulator::kFreeStream);
  id.test->configure(options, dice);
  return options;
}

}  // namespace

node::Options node_options(const RunId& id) { return simulation_of(id).node; }

RunResult run(const RunId& id, const RunOptions& options) {
  SimulatorOptions simulation = simulation_of(id);
  simulation.properties = options.properties;
  if (options.manner == Judge::Manner::Whole) simulation.manner = options.manner;
  simulation.is_recorded = options.is_recorded;
  const std::shared_ptr<node::Live> live = options.make_live(simulation.node);
  Simulator simulator(*live, simulation);
  Lab lab(simulator);
  RunResult result;
  try {
    simulator.run(id.test->play(lab));
  } catch (const PropertyViolated& broken) {
    result.failure = broken.what();
    result.violation = broken.violation;
  } catch (const NotLinearizable& failed) {
    result.failure = failed.what();
    result.history = failed.history;
  } catch (const TestFailed& failed) {
    result.failure = failed.what();
  }
  result.totals = simulator.totals();
  result.happened = lab.happened();
  result.convergence = lab.convergence();
  result.steps_asked = simulator.judge().steps_asked();
  result.recorded = simulator.recorded();
  return result;
}

MakeLive make_core() {
  return [](const node::Options& options) {
    return std::shared_ptr<node::Live>(node::make_live_raft(options));
  };
}

}  // namespace lab
