// How often memory was asked for: operator new of a program that links allocations.cpp.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace bench {

// Since the program began, by any thread's operator new.
std::uint64_t allocations();

// Counts from its construction on; report() once the loop is over, which holds `items` steps (or
// whatever an item is) an iteration.
class AllocationCount {
 public:
  void report(benchmark::State& state, double items = 1) const {
    const auto count = static_cast<double>(allocations() - before_);
    state.counters["allocations"] = count / (static_cast<double>(state.iterations()) * items);
    state.SetItemsProcessed(
        static_cast<std::int64_t>(static_cast<double>(state.iterations()) * items));
  }

 private:
  std::uint64_t before_ = allocations();
};

}  // namespace bench
