// Whole explorations of small spaces: transitions and states a second, all properties on. Bytes a
// state are the most that the process's memory grew by, where the system tells (Linux).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "checker/cluster/explore.hpp"
#include "checker/node/raft_node.hpp"

namespace {

class Silent final : public cluster::ExploreObserver {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return {}; }
  void on_violation_found(const spec::Violation&) override {}
};

// "VmRSS" (now) or "VmHWM" (the most since forget_peak) in bytes; 0 where the system does not say.
double resident(const std::string& what) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(what + ":")) return std::stod(line.substr(what.size() + 1)) * 1024;
  }
  return 0;
}
void forget_peak() { std::ofstream("/proc/self/clear_refs") << 5; }

void run(benchmark::State& state, const cluster::ExploreOptions& options) {
  const auto node = node::make_raft_node(options.node);
  Silent observer;
  double generated = 0;
  double distinct = 0;
  double bytes_per_state = 0;
  for (auto _ : state) {
    forget_peak();
    const double before = resident("VmRSS");
    const auto report = cluster::explore(*node, options, observer);
    if (report.search.stopped_by != engine::StopReason::Exhausted) {
      state.SkipWithError("the space was not exhausted");
      return;
    }
    generated += static_cast<double>(report.search.progress.generated);
    const auto states = static_cast<double>(report.search.progress.distinct);
    distinct += states;
    // Later iterations find memory that the first one left behind.
    bytes_per_state = std::max(bytes_per_state, (resident("VmHWM") - before) / states);
  }
  state.counters["transitions/s"] = benchmark::Counter(generated, benchmark::Counter::kIsRate);
  state.counters["distinct/s"] = benchmark::Counter(distinct, benchmark::Counter::kIsRate);
  state.counters["bytes/state"] = bytes_per_state;
}

cluster::ExploreOptions space(std::uint64_t terms, std::uint64_t log, std::uint32_t crashes,
                              bool symmetry) {
  cluster::ExploreOptions options;
  options.bounds.terms = terms;
  options.bounds.log = log;
  options.bounds.crashes = crashes;
  options.bounds.symmetry = symmetry;
  options.node.servers = options.bounds.servers;
  return options;
}

void covering(benchmark::State& state) {
  run(state, space(2, static_cast<std::uint64_t>(state.range(0)),
                   static_cast<std::uint32_t>(state.range(1)), true));
}
BENCHMARK(covering)->Args({1, 0})->Args({2, 0})->Args({2, 1})->Unit(benchmark::kMillisecond);

void counting(benchmark::State& state) {
  cluster::ExploreOptions options = space(2, 1, 0, state.range(1) != 0);
  options.bounds.network = cluster::Network::Unordered;
  options.bounds.inflight = static_cast<std::uint32_t>(state.range(0));
  run(state, options);
}
BENCHMARK(counting)
    ->ArgNames({"inflight", "symmetry"})
    ->Args({3, 0})
    ->Args({3, 1})
    ->Unit(benchmark::kMillisecond);

}  // namespace
