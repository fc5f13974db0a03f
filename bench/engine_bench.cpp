// The engine's parts: values to ids (intern), states to the store, steps and canonical forms of a
// cluster's halves. One item is one value, state or half.
#include <benchmark/benchmark.h>

#include <array>

#include "bench/halves.hpp"
#include "checker/engine/interner.hpp"
#include "checker/engine/state_store.hpp"
#include "checker/node/raft_node.hpp"
#include "spec/property.hpp"

namespace {

constexpr std::uint32_t kValues = 100000;

// Sequences of four numbers; `known` of ten are there already.
void intern(benchmark::State& state) {
  const auto known = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    engine::SequenceInterner<std::uint32_t> interner;
    for (std::uint32_t i = 0; i < kValues; ++i) {
      const std::uint32_t value = i % 10 < known ? i % 10 : i;
      const std::array<std::uint32_t, 4> sequence{value, value ^ 7U, value / 3, 1};
      benchmark::DoNotOptimize(interner.intern(sequence));
    }
  }
  state.SetItemsProcessed(state.iterations() * kValues);
}
BENCHMARK(intern)->ArgName("known_of_ten")->Arg(0)->Arg(9)->Unit(benchmark::kMillisecond);

// `halves` halves with as many networks each as make kValues states, half by half as the counting
// search inserts them, each twice.
void store_insert(benchmark::State& state) {
  const auto halves = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    engine::StateStore store;
    for (std::uint32_t i = 0; i < 2 * kValues; ++i) {
      benchmark::DoNotOptimize(
          store.insert(i / (2 * kValues / halves), engine::mixed(i / 2) & 0xffffffU));
    }
  }
  state.SetItemsProcessed(state.iterations() * kValues * 2);
}
BENCHMARK(store_insert)->ArgName("halves")->Arg(100)->Arg(50000)->Unit(benchmark::kMillisecond);

// The first halves of a cluster, with all that leads there: steps, judged and interned, and with
// symmetry the representative of what each step leads to, which is what that takes longer for.
void cluster_halves(benchmark::State& state) {
  cluster::Bounds bounds;
  bounds.servers = static_cast<std::uint32_t>(state.range(0));
  bounds.terms = 2;
  bounds.log = 1;
  bounds.symmetry = state.range(1) != 0;
  const auto node = node::make_raft_node({.servers = bounds.servers});
  std::size_t count = 0;
  for (auto _ : state) {
    cluster::ClusterModel model(*node, bounds, spec::kAllProperties);
    const auto halves = bench::first_halves(model, 1000);
    benchmark::DoNotOptimize(halves.data());
    count += halves.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
}
BENCHMARK(cluster_halves)
    ->ArgNames({"servers", "canonicalise"})
    ->ArgsProduct({{3, 5}, {0, 1}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
