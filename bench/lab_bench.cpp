// Runs of the lab: steps of servers a second, with all properties checked after each and with none.
#include <benchmark/benchmark.h>

#include "checker/lab/run.hpp"

namespace {

// Three servers on a reliable network, and a client that submits a command every 10 ms.
lab::Task<void> busy(lab::Lab& lab) {
  const spec::ServerId leader = co_await lab.check_one_leader();
  for (int i = 0; i < 2000; ++i) {
    lab.start(leader, lab.random_command());
    co_await lab.sleep(lab::millis(10));
  }
  lab.require(lab.applied_max() >= 1990, "the commands are not applied");
}

// The same without clients: elections and heartbeats.
lab::Task<void> idle(lab::Lab& lab) { co_await lab.sleep(lab::seconds(100)); }

constexpr lab::Test kBusy{"Busy", 'B', 3, {}, lab::Snapshots::None, 0, busy};
constexpr lab::Test kBusySnapshots{"BusySnapshots", 'D', 3, {}, lab::Snapshots::Every, 0, busy};
constexpr lab::Test kIdle{"Idle", 'A', 3, {}, lab::Snapshots::None, 0, idle};

void run(benchmark::State& state, const lab::Test& test) {
  lab::RunOptions options;
  options.make_live = lab::make_core();
  if (state.range(0) == 0) options.properties = 0;
  double steps = 0;
  std::uint64_t iteration = 0;
  for (auto _ : state) {
    const auto result = lab::run({&test, false, 1, iteration++}, options);
    if (result.failure) {
      state.SkipWithError(result.failure->c_str());
      return;
    }
    steps += static_cast<double>(result.totals.events);
  }
  state.counters["steps/s"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
}

BENCHMARK_CAPTURE(run, idle, kIdle)->ArgName("properties")->Arg(1)->Arg(0);
BENCHMARK_CAPTURE(run, busy, kBusy)->ArgName("properties")->Arg(1)->Arg(0);
BENCHMARK_CAPTURE(run, busy_snapshots, kBusySnapshots)->ArgName("properties")->Arg(1)->Arg(0);

}  // namespace
