// Values to bytes and back: the canonical bytes that identify a state (src/raft/canonical.hpp), and
// the frames that travel and are stored (src/wire). One item is one value.
#include <benchmark/benchmark.h>

#include "bench/allocations.hpp"
#include "bench/cluster.hpp"
#include "src/raft/canonical.hpp"
#include "src/wire/values.hpp"

namespace {

// A leader of three servers with so many entries in its log.
raft::Server server_of(const benchmark::State& state) {
  bench::Cluster cluster({.servers = 3});
  bench::commit(cluster, static_cast<std::uint64_t>(state.range(0)), 1);
  return cluster.server({1});
}

raft::Message message_of(const benchmark::State& state) {
  raft::AppendEntries request{.term = {1}, .prev_log_index = {4}, .prev_log_term = {1}};
  request.entries.assign(static_cast<std::size_t>(state.range(0)),
                         {.term = {1}, .command = "sixteen bytes..."});
  return {{1}, {2}, std::move(request)};
}

template <class F>
void repeat(benchmark::State& state, std::size_t bytes, F f) {
  const bench::AllocationCount allocations;
  for (auto _ : state) benchmark::DoNotOptimize(f());
  allocations.report(state);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void canonical_encode(benchmark::State& state) {
  const raft::Server server = server_of(state);
  repeat(state, raft::encoded(server).size(), [&] { return raft::encoded(server); });
}
BENCHMARK(canonical_encode)->ArgName("entries")->Arg(0)->Arg(2)->Arg(100);

void canonical_decode(benchmark::State& state) {
  const std::string bytes = raft::encoded(server_of(state));
  repeat(state, bytes.size(), [&] { return raft::decoded<raft::Server>(bytes); });
}
BENCHMARK(canonical_decode)->ArgName("entries")->Arg(0)->Arg(2)->Arg(100);

void frame_encode(benchmark::State& state) {
  const raft::Message message = message_of(state);
  repeat(state, wire::frame_of(message).size(), [&] { return wire::frame_of(message); });
}
BENCHMARK(frame_encode)->ArgName("entries")->Arg(0)->Arg(1)->Arg(64);

void frame_decode(benchmark::State& state) {
  const std::string bytes = wire::frame_of(message_of(state));
  repeat(state, bytes.size(), [&] { return wire::decoded<raft::Message>(bytes); });
}
BENCHMARK(frame_decode)->ArgName("entries")->Arg(0)->Arg(1)->Arg(64);

}  // namespace
