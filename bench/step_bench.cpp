// Steps of the core: what an embedder pays for a heartbeat, an append, an acknowledgement, a vote.
// Run by `./dev bench`; one item is one step.
#include <benchmark/benchmark.h>

#include <vector>

#include "src/raft/step.hpp"

namespace {

using raft::Effects;
using raft::Index;
using raft::Message;
using raft::Receive;
using raft::Server;
using raft::Term;

// Server 1 of `servers`, elected in term 1.
Server leader_of(std::uint32_t servers) {
  Server server = raft::fresh_server({.servers = servers}, {1});
  raft::step(server, raft::ElectionTimeout{});
  for (std::uint32_t id = 2; id <= servers; ++id) {
    raft::step(server, Receive{Message{{id}, {1}, raft::RequestVoteReply{{1}, true}}});
  }
  return server;
}

void count(benchmark::State& state) { state.SetItemsProcessed(state.iterations()); }

void leader_heartbeat(benchmark::State& state) {
  Server server = leader_of(static_cast<std::uint32_t>(state.range(0)));
  const raft::Input input = raft::HeartbeatTimeout{};
  Effects effects;
  for (auto _ : state) {
    raft::step(server, input, effects);
    benchmark::DoNotOptimize(effects);
  }
  count(state);
}
BENCHMARK(leader_heartbeat)->Arg(3)->Arg(5)->Arg(9);

void follower_heartbeat(benchmark::State& state) {
  Server server = raft::fresh_server({.servers = 3}, {2});
  const raft::Input input = Receive{Message{{1}, {2}, raft::AppendEntries{.term = {1}}}};
  Effects effects;
  for (auto _ : state) {
    raft::step(server, input, effects);
    benchmark::DoNotOptimize(effects);
  }
  count(state);
}
BENCHMARK(follower_heartbeat);

// A fresh follower takes kAppends requests of `batch` entries each, one after the other.
void follower_append(benchmark::State& state) {
  constexpr std::uint64_t kAppends = 1000;
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  std::vector<raft::Input> inputs;
  for (std::uint64_t i = 0; i < kAppends; ++i) {
    raft::AppendEntries request{
        .term = {1}, .prev_log_index = {i * batch}, .prev_log_term = {i == 0 ? 0U : 1U}};
    request.entries.assign(batch, raft::Entry{.term = {1}, .command = "v1"});
    inputs.emplace_back(Receive{Message{{1}, {2}, std::move(request)}});
  }
  Effects effects;
  while (state.KeepRunningBatch(kAppends)) {
    Server server = raft::fresh_server({.servers = 3}, {2});
    for (const raft::Input& input : inputs) {
      raft::step(server, input, effects);
      benchmark::DoNotOptimize(effects);
    }
  }
  count(state);
}
BENCHMARK(follower_append)->Arg(0)->Arg(1)->Arg(16)->Arg(256);

void leader_acknowledged(benchmark::State& state) {
  Server server = leader_of(3);
  raft::step(server, raft::Propose{"v1"});
  const raft::Input input = Receive{Message{
      {2}, {1}, raft::AppendEntriesReply{.term = {1}, .success = true, .match_index = {1}}}};
  Effects effects;
  for (auto _ : state) {
    raft::step(server, input, effects);
    benchmark::DoNotOptimize(effects);
  }
  count(state);
}
BENCHMARK(leader_acknowledged);

void vote(benchmark::State& state) {
  Server server = raft::fresh_server({.servers = 3}, {2});
  Effects effects;
  std::uint64_t term = 0;
  for (auto _ : state) {
    raft::step(server, Receive{Message{{1}, {2}, raft::RequestVote{.term = {++term}}}}, effects);
    benchmark::DoNotOptimize(effects);
  }
  count(state);
}
BENCHMARK(vote);

}  // namespace
