// A vector whose elements lie on cache lines of their own: for short ones that one thread writes
// all the time. On the heap its neighbour might be another thread's, and each would wait for the
// line that the other has just written.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace engine {

inline constexpr std::size_t kCacheLine = 64;  // bytes

template <class T>
struct LineAllocator {
  using value_type = T;  // NOLINT(readability-identifier-naming): the standard asks for it

  LineAllocator() = default;
  template <class Other>
  LineAllocator(const LineAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    if (count > kMost) throw std::bad_array_new_length();
    const std::size_t lines = (count * sizeof(T) + kCacheLine - 1) / kCacheLine;
    return static_cast<T*>(::operator new(lines * kCacheLine, std::align_val_t{kCacheLine}));
  }
  void deallocate(T* memory, std::size_t) {
    ::operator delete(memory, std::align_val_t{kCacheLine});
  }
  friend bool operator==(const LineAllocator&, const LineAllocator&) { return true; }

 private:
  static constexpr std::size_t kMost = ~std::size_t{0} / 2 / sizeof(T);
};

template <class T>
using LineVector = std::vector<T, LineAllocator<T>>;

}  // namespace engine
