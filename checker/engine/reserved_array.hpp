// An array that grows and never moves: its elements keep their addresses, so that one thread may
// read what is published while another appends.
//
// Layout: one range of virtual memory, reserved at the start and taken from the machine page by
// page as elements are first written. What was never written reads as zero bytes. Appending is for
// one thread at a time; whoever hands an index to another thread must publish it (by a release
// store, a lock, or a thread's start).
#pragma once

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace engine {

inline constexpr std::size_t kHugePage = std::size_t{1} << 21U;  // bytes

// Pages of 2 MiB make random look-ups in large tables cheaper, but are zeroed whole when they are
// first touched. HugeWhereLarge: not the first 2 MiB, for ranges of which a small search has many.
enum class Pages : std::uint8_t { Normal, Huge, HugeWhereLarge };

// A range of zeroed memory that takes nothing from the machine until it is written.
class ReservedRange {
 public:
  explicit ReservedRange(std::size_t bytes, Pages pages = Pages::Normal) {
    // Where the system refuses so much at once (strict overcommit), less is asked for.
    constexpr std::size_t kLeast = std::size_t{1} << 20U;
    for (bytes_ = std::max(std::min(bytes, most()), kLeast);; bytes_ /= 2) {
      void* got = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (got != MAP_FAILED) {
        data_ = got;
        break;
      }
      if (bytes_ <= kLeast) throw std::bad_alloc();
    }
    const std::size_t first = pages == Pages::HugeWhereLarge ? std::min(kHugePage, bytes_) : 0;
    if (pages != Pages::Normal) {
      ::madvise(static_cast<std::byte*>(data_) + first, bytes_ - first, MADV_HUGEPAGE);
    }
  }
  ReservedRange(ReservedRange&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  ReservedRange& operator=(ReservedRange&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ReservedRange(const ReservedRange&) = delete;
  ReservedRange& operator=(const ReservedRange&) = delete;
  ~ReservedRange() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
  }

  [[nodiscard]] void* data() const { return data_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Gives the first `bytes` bytes (whole pages of them) back to the machine.
  void release_front(std::size_t bytes) {
    ::madvise(data_, bytes / kHugePage * kHugePage, MADV_DONTNEED);
  }

 private:
  // RAFTCHECK_RESERVE_MAX: bytes that one range may reserve, for tools that give a program little
  // address space (valgrind).
  static std::size_t most() {
    static const std::size_t asked = [] {
      const char* text = std::getenv("RAFTCHECK_RESERVE_MAX");
      return text == nullptr ? std::size_t{0} : std::strtoull(text, nullptr, 10);
    }();
    return asked == 0 ? kMost : std::min(asked, kMost);
  }
#if defined(__SANITIZE_THREAD__)
  static constexpr std::size_t kMost = std::size_t{1} << 30U;  // its shadow leaves little room
#else
  static constexpr std::size_t kMost = std::size_t{1} << 38U;
#endif

  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

template <class T>
class ReservedArray {
 public:
  // At most so many elements can ever be appended (the system may allow fewer).
  explicit ReservedArray(std::size_t capacity = kDefaultCapacity, Pages pages = Pages::Normal)
      : range_(capacity * sizeof(T), pages) {}
  ReservedArray(ReservedArray&& other) noexcept
      : range_(std::move(other.range_)), size_(std::exchange(other.size_, 0)) {}
  ReservedArray& operator=(ReservedArray&&) = delete;
  ReservedArray(const ReservedArray&) = delete;
  ReservedArray& operator=(const ReservedArray&) = delete;
  ~ReservedArray() {
    if constexpr (!std::is_trivially_destructible_v<T>) std::destroy_n(data(), size_);
  }

  [[nodiscard]] T* data() const { return static_cast<T*>(range_.data()); }
  // Any index below capacity() may be read; beyond size() there are zero bytes.
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }
  // The same for any index: throws std::length_error("too many <what>") from capacity() on.
  T& at(std::size_t i, const char* what) {
    if (i >= capacity()) throw std::length_error(std::string("too many ") + what);
    return data()[i];
  }
  [[nodiscard]] std::span<const T> span(std::size_t first, std::size_t count) const {
    return {data() + first, count};
  }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t capacity() const { return range_.bytes() / sizeof(T); }
  [[nodiscard]] T& back() { return data()[size_ - 1]; }

  // Makes room for `count` more; throws std::length_error if the reserve is used up.
  void require_room(std::size_t count) const {
    if (size_ > capacity() || count > capacity() - size_) refuse();
  }
  template <class... Args>
  T& emplace_back(Args&&... args) {
    require_room(1);
    T* at = new (data() + size_) T{std::forward<Args>(args)...};
    ++size_;
    return *at;
  }
  void push_back(const T& value) { emplace_back(value); }
  void append(std::span<const T> values) {
    require_room(values.size());
    std::uninitialized_copy(values.begin(), values.end(), data() + size_);
    size_ += values.size();
  }
  // Room for `count` more elements in a row, the first of which the result numbers: they are there,
  // as zero bytes, and are the caller's to construct. Any threads may claim at once; nobody else
  // appends then.
  std::size_t claim(std::size_t count)
    requires std::is_trivially_destructible_v<T>
  {
    const std::size_t first = std::atomic_ref(size_).fetch_add(count, std::memory_order_relaxed);
    if (first + count > capacity()) refuse();
    return first;
  }
  // Forgets all elements and gives all memory that was ever used back to the machine.
  void clear()
    requires std::is_trivially_destructible_v<T>
  {
    range_.release_front(range_.bytes());
    size_ = 0;
  }
  // Forgets all elements and keeps their memory, which is not zero bytes then.
  void restart()
    requires std::is_trivially_destructible_v<T>
  {
    size_ = 0;
  }
  // Elements of zero bytes up to the new size, which must not be smaller.
  void extend_to(std::size_t size)
    requires std::is_trivially_default_constructible_v<T>
  {
    require_room(size - size_);
    size_ = size;
  }
  // Forgets all elements and does not end them: for such as own nothing but memory of a pool that
  // ends as a whole.
  void abandon() { size_ = 0; }

 private:
  static constexpr std::size_t kDefaultCapacity = (std::size_t{1} << 33U) / sizeof(T);

  [[noreturn]] static void refuse() {
    throw std::length_error("a table of the search has used up its reserve of memory");
  }

  ReservedRange range_;
  alignas(64) std::size_t size_ = 0;  // apart: readers of elements must not wait for who appends
};

}  // namespace engine
