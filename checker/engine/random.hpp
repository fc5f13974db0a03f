// Random numbers that are the same on every machine: xoshiro256** (Blackman, Vigna), seeded by
// splitmix64. The distributions are ours too, since those of the standard library are not portable.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "checker/engine/interner.hpp"

namespace engine {

// How likely something is, in 65536ths; 65536 is certain.
using Rate = std::uint32_t;
inline constexpr Rate kCertain = 65536;

// What is drawn depends on (seed, stream) alone: streams of a seed are independent of one another.
class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t at = mixed(mixed(seed + kGolden) ^ (stream + kGolden) * kOdd);
    for (std::uint64_t& word : words_) {
      at += kGolden;
      word = mixed64(at);
    }
  }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(words_[1] * 5, 7) * 9;
    const std::uint64_t shifted = words_[1] << 17U;
    words_[2] ^= words_[0];
    words_[3] ^= words_[1];
    words_[1] ^= words_[2];
    words_[0] ^= words_[3];
    words_[2] ^= shifted;
    words_[3] = std::rotl(words_[3], 45);
    return result;
  }
  // From 0 to n - 1, each as likely as the other to within n / 2^32. Precondition: n > 0.
  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32U) * n) >> 32U);
  }
  bool chance(Rate rate) { return (next() >> 48U) < rate; }

 private:
  static constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;
  static constexpr std::uint64_t kOdd = 0xd1342543de82ef95ULL;

  static std::uint64_t mixed64(std::uint64_t z) {  // of splitmix64
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }

  std::array<std::uint64_t, 4> words_{};
};

}  // namespace engine
