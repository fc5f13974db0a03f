#include "bench/allocations.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::uint64_t> count{0};
}  // namespace

std::uint64_t bench::allocations() { return count.load(std::memory_order_relaxed); }

// A load and a store, not an atomic addition: that would cost as much as some steps do. Where
// threads allocate at once some are missed; the programs that link this run their loops on one.
void* operator new(std::size_t size) {
  count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
