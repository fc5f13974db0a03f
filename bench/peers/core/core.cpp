// raftcheck's core in the workload of the other programs here: see run_core.py.
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "bench/cluster.hpp"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: peer_core ENTRIES BATCH ROUNDS\n", stderr);
    return 2;
  }
  const std::uint64_t entries = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t batch = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t rounds = std::strtoull(argv[3], nullptr, 10);
  std::uint64_t steps = 0;
  try {
    for (std::uint64_t round = 0; round < rounds; ++round) {
      bench::Cluster cluster(bench::batching(3));
      bench::commit(cluster, entries, batch);
      cluster.check_applied(entries);
      if (round == 0) cluster.check_disks();
      steps += cluster.steps();
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer_core: %s\n", error.what());
    return 1;
  }
  std::printf("{\"entries\": %llu, \"steps\": %llu}\n",
              static_cast<unsigned long long>(entries * rounds),
              static_cast<unsigned long long>(steps));
}
