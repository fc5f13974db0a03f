// What a fuzzing engine calls, for programs whose inputs are runs of a cluster.
#include <cstdlib>

#include "fuzz/cluster_harness.hpp"
#include "fuzz/run_mutator.hpp"

namespace {

// Is never destroyed: to take some hundred megabytes apart at the end helps nobody.
fuzz::ClusterHarness& harness() {
  static fuzz::ClusterHarness* const made = [] {
    auto* const fresh = new fuzz::ClusterHarness(fuzz::servers());
    std::atexit([] { harness().report(); });
    return fresh;
  }();
  return *made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return harness().take(data, size) ? 0 : -1;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  // What is not possible anyhow is in the way.
  if (seed % 8 == 0) size = harness().tidy(data, size);
  return fuzz::mutate_run({data, max_size}, size, seed);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size,
                                                 std::uint8_t* out, std::size_t out_max,
                                                 unsigned int seed) {
  return fuzz::cross_runs({one, one_size}, {other, other_size}, {out, out_max}, seed);
}
