// The fingerprint of a state: a hash of its half's id and its messages' ids. Ids are the same
// throughout a search (and after it goes on from a checkpoint); with several threads, not from one
// search to the next, and so neither are the fingerprints.
#pragma once

#include <cstdint>
#include <span>

#include "checker/engine/ids.hpp"
#include "checker/engine/interner.hpp"

namespace engine {

class Fingerprints {
 public:
  // Another seed, another hash. With fewer `bits` than 64 the lowest ones are 0.
  explicit Fingerprints(std::uint64_t seed, unsigned bits = 64)
      : start_(mixed(seed + kStep)), mask_(~std::uint64_t{0} << (64U - bits)) {}

  // Never 0.
  [[nodiscard]] std::uint64_t of(HalfId half, std::span<const MessageId> messages) const {
    std::uint64_t hash =
        mixed(start_ + pair_key(static_cast<std::uint32_t>(messages.size()), half));
    std::size_t at = 0;
    for (; at + 1 < messages.size(); at += 2) {
      hash = folded(hash ^ pair_key(messages[at], messages[at + 1]));
    }
    if (at < messages.size()) hash = folded(hash ^ messages[at]);
    hash = mixed(hash) & mask_;
    return hash == 0 ? ~mask_ + 1 : hash;  // the least that there is, beside 0
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  // A bijection: two lists that differ at one place never meet.
  static std::uint64_t folded(std::uint64_t x) {
    x = (x + kStep) * 0xD6E8FEB86659FD93ULL;
    return x ^ (x >> 32U);
  }

  std::uint64_t start_;
  std::uint64_t mask_;
};

}  // namespace engine
