// Steps of the core, by message and role: what whoever embeds it pays for each. One item is one
// step; `allocations` are those of a step. The argument is the number of servers, where it matters.
#include <benchmark/benchmark.h>

#include <vector>

#include "bench/allocations.hpp"
#include "bench/cluster.hpp"
#include "bench/inputs.hpp"

namespace {

using raft::Effects;
using raft::Input;
using raft::Message;
using raft::Receive;
using raft::Server;

raft::Config config_of(const benchmark::State& state) {
  return {.servers = static_cast<std::uint32_t>(state.range(0))};
}

// The same input again and again: it must leave the server as it was.
void repeat(benchmark::State& state, Server& server, const Input& input, raft::Outcome outcome) {
  Effects effects;
  raft::step(server, input, effects);  // makes room for what it sends
  if (effects.outcome != outcome) {
    state.SkipWithError(raft::to_string(effects.outcome));
    return;
  }
  const bench::AllocationCount allocations;
  for (auto _ : state) {
    raft::step(server, input, effects);
    benchmark::DoNotOptimize(effects);
  }
  allocations.report(state);
}

// `inputs` one after the other, each time to a copy of `server`; taking the copy is not counted.
void replay(benchmark::State& state, const Server& server, const bench::Inputs& inputs,
            raft::Outcome outcome) {
  Effects effects;
  std::uint64_t outside = 0;  // allocations
  const bench::AllocationCount allocations;
  for (auto _ : state) {
    state.PauseTiming();
    const std::uint64_t before = bench::allocations();
    Server copy = server;
    outside += bench::allocations() - before;
    state.ResumeTiming();
    for (const Input& input : inputs) {
      raft::step(copy, input, effects);
      benchmark::DoNotOptimize(effects);
    }
  }
  if (effects.outcome != outcome) state.SkipWithError(raft::to_string(effects.outcome));
  allocations.report(state, static_cast<double>(inputs.size()));
  state.counters["allocations"] -=
      static_cast<double>(outside) / static_cast<double>(state.items_processed());
}

// --- heartbeats and acknowledgements

void leader_heartbeat(benchmark::State& state) {
  Server server = bench::leader_of(config_of(state));
  repeat(state, server, raft::HeartbeatTimeout{}, raft::Outcome::HeartbeatsSent);
}
BENCHMARK(leader_heartbeat)->Arg(3)->Arg(5)->Arg(9);

void follower_heartbeat(benchmark::State& state) {
  Server server = raft::fresh_server(config_of(state), {2});
  repeat(state, server, Receive{Message{{1}, {2}, raft::AppendEntries{.term = {1}}}},
         raft::Outcome::AppendAccepted);
}
BENCHMARK(follower_heartbeat)->Arg(3)->Arg(5)->Arg(9);

constexpr std::uint64_t kSteps = 1000;  // of those that change the server

void leader_acknowledged(benchmark::State& state) {
  Server server = bench::leader_of(bench::batching(static_cast<std::uint32_t>(state.range(0))));
  const bench::Inputs inputs = bench::acknowledgements(server, kSteps);
  replay(state, server, inputs, raft::Outcome::Acknowledged);
}
BENCHMARK(leader_acknowledged)->Arg(3)->Arg(5)->Arg(9);

// --- appending

void leader_proposes(benchmark::State& state) {
  const Server server =
      bench::leader_of(bench::batching(static_cast<std::uint32_t>(state.range(0))));
  replay(state, server, bench::Inputs(kSteps, raft::Propose{"v1"}),
         raft::Outcome::ProposalAppended);
}
BENCHMARK(leader_proposes)->Arg(3)->Arg(5)->Arg(9);

void follower_append(benchmark::State& state) {
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  replay(state, raft::fresh_server({.servers = 3}, {2}), bench::appends(kSteps, batch),
         raft::Outcome::AppendAccepted);
}
BENCHMARK(follower_append)->ArgName("entries")->Arg(1)->Arg(16)->Arg(256);

void follower_rejects(benchmark::State& state) {
  Server server = raft::fresh_server(config_of(state), {2});
  repeat(
      state, server,
      Receive{Message{
          {1}, {2}, raft::AppendEntries{.term = {1}, .prev_log_index = {7}, .prev_log_term = {1}}}},
      raft::Outcome::AppendRejectedLog);
}
BENCHMARK(follower_rejects)->Arg(3)->Arg(5)->Arg(9);

// --- elections, restarts, snapshots

// Each in a term of its own.
void vote(benchmark::State& state) {
  bench::Inputs inputs;
  for (std::uint64_t term = 1; term <= kSteps; ++term) {
    inputs.emplace_back(Receive{Message{{1}, {2}, raft::RequestVote{.term = {term}}}});
  }
  replay(state, raft::fresh_server(config_of(state), {2}), inputs, raft::Outcome::VoteGranted);
}
BENCHMARK(vote)->Arg(3)->Arg(5)->Arg(9);

void election(benchmark::State& state) {
  Server server = raft::fresh_server(config_of(state), {1});
  repeat(state, server, raft::ElectionTimeout{}, raft::Outcome::ElectionStarted);
}
BENCHMARK(election)->Arg(3)->Arg(5)->Arg(9);

// With a log of so many entries on the disk.
void restart(benchmark::State& state) {
  const auto entries = static_cast<std::size_t>(state.range(0));
  raft::Durable disk;
  disk.hard_state.current_term = {1};
  disk.log = raft::Log(std::vector<raft::Entry>(entries, {.term = {1}, .command = "v1"}));
  Server server = raft::fresh_server({.servers = 3}, {1});
  repeat(state, server, raft::Restart{disk}, raft::Outcome::Restarted);
}
BENCHMARK(restart)->ArgName("log")->Arg(0)->Arg(100)->Arg(10000);

// A snapshot of so many bytes, at once, that stands for more than the follower has.
void install_snapshot(benchmark::State& state) {
  bench::Inputs inputs;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    inputs.emplace_back(Receive{Message{
        {1},
        {2},
        raft::InstallSnapshot{.term = {1},
                              .last_included_index = {i},
                              .last_included_term = {1},
                              .data = std::string(static_cast<std::size_t>(state.range(0)), 's'),
                              .done = true}}});
  }
  replay(state, raft::fresh_server({.servers = 3}, {2}), inputs, raft::Outcome::SnapshotInstalled);
}
BENCHMARK(install_snapshot)->ArgName("bytes")->Arg(16)->Arg(65536);

// Forgets all but the last entry of a log of 1000, once.
void compact(benchmark::State& state) {
  bench::Cluster cluster({.servers = 3});
  bench::commit(cluster, kSteps, 1);
  replay(state, cluster.server({1}), {raft::Compact{{kSteps - 1}, "state"}},
         raft::Outcome::Compacted);
}
BENCHMARK(compact);

}  // namespace
