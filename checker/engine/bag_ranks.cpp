#include "checker/engine/bag_ranks.hpp"

#include <algorithm>

namespace engine {
namespace {
constexpr std::uint64_t kLimitMax = 8192;  // keeps the tables small where bags are

// C(number + at, at + 1), or something above kEnd if that is.
std::uint64_t exact_term(std::uint64_t number, std::size_t at) {
  std::uint64_t term = number;
  for (std::size_t i = 1; i <= at && term <= BagRanks::kEnd; ++i) {
    term = term * (number + i) / (i + 1);
  }
  return term;
}
}  // namespace

BagRanks::BagRanks(std::size_t capacity) : capacity_(capacity) {
  if (capacity == 0 || capacity > kSizeMax) return;
  // The largest bag of the numbers up to n has the rank C(n + capacity, capacity) - 1.
  std::uint64_t limit = 0;
  while (limit < kLimitMax && exact_term(limit + 2, capacity - 1) <= kEnd) ++limit;
  limit_ = static_cast<MessageId>(limit);
  for (std::uint64_t number = 0; number <= limit + 1; ++number) {
    for (std::size_t at = 0; at < capacity; ++at) {
      terms_.push_back(static_cast<Rank>(std::min<std::uint64_t>(exact_term(number, at), kNone)));
    }
  }
  make_guesses();
}

void BagRanks::make_guesses() {
  const std::size_t classes = guess_of(kEnd) + 1;
  guesses_.resize(classes * capacity_);
  for (std::size_t at = 0; at < capacity_; ++at) {
    std::uint32_t number = 0;
    for (std::size_t of = 0; of < classes; ++of) {
      // The least rank of the class, rounded down: no guess is too large.
      const std::uint64_t bits = (static_cast<std::uint64_t>(of) + (1023U << kMantissaBits))
                                 << (52U - kMantissaBits);
      const auto least = static_cast<Rank>(std::bit_cast<double>(bits));
      while (number < limit_ && term(number + 1, at) <= least) ++number;
      guesses_[of * capacity_ + at] = static_cast<std::uint16_t>(number);
    }
  }
}

}  // namespace engine
