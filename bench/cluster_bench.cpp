// Whole clusters in memory that commit proposals of 16 bytes: entries a second, from an empty log
// on. What each server wants durable is copied to its disk, and each applies all entries.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include "bench/allocations.hpp"
#include "bench/cluster.hpp"

namespace {

// Memory that was freed is kept for the next cluster: asking the system for it page by page would
// be most of what is measured.
void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void commit(benchmark::State& state) {
  keep_memory();
  const auto batch = static_cast<std::uint64_t>(state.range(1));
  const auto entries = static_cast<std::uint64_t>(state.range(2)) / batch * batch;
  double steps = 0;
  const bench::AllocationCount allocations;
  for (auto _ : state) {
    bench::Cluster cluster(bench::batching(static_cast<std::uint32_t>(state.range(0))));
    bench::commit(cluster, entries, batch);
    state.PauseTiming();
    cluster.check_applied(entries);
    cluster.check_disks();
    steps += static_cast<double>(cluster.steps());
    state.ResumeTiming();
  }
  allocations.report(state, static_cast<double>(entries));
  state.counters["steps/s"] = benchmark::Counter(steps, benchmark::Counter::kIsRate);
}
BENCHMARK(commit)
    ->ArgNames({"servers", "batch", "entries"})
    ->ArgsProduct({{3}, {1, 4, 16, 64, 256}, {10000}})
    ->ArgsProduct({{5, 9}, {1, 64}, {10000}})
    ->ArgsProduct({{3}, {1, 64}, {1000, 100000}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
