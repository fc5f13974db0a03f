// Bytes as the source of whatever a harness needs: past the end there are zeros, so that any input
// means something, and one that is cut short means something simpler.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fuzz {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}

  [[nodiscard]] bool empty() const { return left_ == 0; }
  std::uint8_t next() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  // Below `count`, which is at least 1 and at most 256.
  std::uint32_t below(std::uint32_t count) { return next() % count; }
  bool flag() { return (next() & 1U) != 0; }
  // Low byte first.
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes; ++i) number |= std::uint64_t{next()} << (8 * i);
    return number;
  }
  // The next `size` bytes as a source of their own: what is drawn from it moves nothing that
  // follows, so that a change of one byte changes one thing.
  Bytes slot(std::size_t size) {
    const Bytes slot(data_, std::min(size, left_));
    data_ += slot.left_;
    left_ -= slot.left_;
    return slot;
  }
  [[nodiscard]] std::string_view rest() const {
    return {reinterpret_cast<const char*>(data_), left_};
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace fuzz
