// An allocator for large tables that are looked up at random: from 2 MiB on they lie in huge pages.
// Smaller ones are where any others are.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>

#include "checker/engine/reserved_array.hpp"

namespace engine {

template <class T>
struct HugeAllocator {
  using value_type = T;  // NOLINT(readability-identifier-naming): the standard asks for it

  HugeAllocator() = default;
  template <class Other>
  HugeAllocator(const HugeAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    if (count > kMost) throw std::bad_array_new_length();
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kHugePage) return static_cast<T*>(::operator new(bytes));
    const std::size_t rounded = (bytes + kHugePage - 1) / kHugePage * kHugePage;
    void* const memory = ::operator new(rounded, std::align_val_t{kHugePage});
    ::madvise(memory, rounded, MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < kHugePage) {
      ::operator delete(memory);
    } else {
      ::operator delete(memory, std::align_val_t{kHugePage});
    }
  }
  friend bool operator==(const HugeAllocator&, const HugeAllocator&) { return true; }

 private:
  static constexpr std::size_t kMost = ~std::size_t{0} / 2 / sizeof(T);
};

}  // namespace engine
