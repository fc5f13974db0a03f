// Memory for the many small arrays of one thread: huge pages, no locks.
//
// Layout: ranges of memory in huge pages are handed out from front to back, in whole pieces of
// 16 bytes; what is given back waits in a list of its size (larger sizes are powers of two) to be
// handed out again. Nothing goes back to the machine before the pool ends. So a search whose memory
// is a few numbers at each of many places needs few entries of the machine's page tables, and two
// threads never meet in the heap.
//
// Threads: a pool is for one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <memory_resource>
#include <vector>

#include "checker/engine/reserved_array.hpp"

namespace engine {

class MemoryPool final : public std::pmr::memory_resource {
 public:
  MemoryPool() = default;
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;
  ~MemoryPool() override = default;

 private:
  static constexpr std::size_t kPiece = 16;
  static constexpr std::size_t kPieces = 64;  // from so many pieces on: powers of two
  static constexpr std::size_t kRange = std::size_t{1} << 30U;
  struct Free {
    Free* next;
  };

  static std::size_t rounded(std::size_t bytes) {
    if (bytes <= kPieces * kPiece)
      return std::max((bytes + kPiece - 1) / kPiece, std::size_t{1}) * kPiece;
    return std::bit_ceil(bytes);
  }
  static std::size_t list_of(std::size_t size) {
    if (size <= kPieces * kPiece) return size / kPiece - 1;
    return kPieces + static_cast<std::size_t>(std::bit_width(size));
  }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (alignment > kPiece) throw std::bad_alloc();
    const std::size_t size = rounded(bytes);
    Free*& first = free_[list_of(size)];
    if (first != nullptr) {
      Free* const taken = first;
      first = taken->next;
      return taken;
    }
    if (size > left_) add_range(size);
    void* const taken = next_;
    next_ += size;
    left_ -= size;
    return taken;
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    Free*& first = free_[list_of(rounded(bytes))];
    first = new (memory) Free{first};
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  void add_range(std::size_t least) {
    const ReservedRange& range =
        ranges_.emplace_back(std::max(kRange, least), Pages::HugeWhereLarge);
    if (range.bytes() < least) throw std::bad_alloc();
    next_ = static_cast<std::byte*>(range.data());
    left_ = range.bytes();
  }

  std::array<Free*, kPieces + 65> free_{};  // by size
  std::vector<ReservedRange> ranges_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace engine
