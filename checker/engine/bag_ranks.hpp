// A number for each bag of at most k messages: its rank among all such bags. So a bag is told by 32
// bits, exactly, without a table that lists the bags there are: what a step makes of it is worked
// out with a few additions, and nothing is shared between threads.
//
// Layout: the combinatorial number system. A bag of k messages in ascending order, m[0] <= ... <=
// m[k-1], has the rank
//
//     C(m[0] + 0, 1) + C(m[1] + 1, 2) + ... + C(m[k-1] + k - 1, k)
//
// and a smaller bag is filled up with a message below all others, for which message 0 becomes 1.
// Example with k = 2: {} is 0, {0} is 1, {0, 0} is 2, {1} is 3, {0, 1} is 4, {1, 1} is 5, {2} is 6.
// Ranks do not depend on how many messages there are, so messages may become known meanwhile. What
// has no rank below kEnd has none: bags with a message that is too large, and all where k is.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "checker/engine/ids.hpp"

namespace engine {

class BagRanks {
 public:
  using Rank = std::uint32_t;
  static constexpr Rank kEnd = 0xC0000000;
  static constexpr std::size_t kSizeMax = 6;  // of a bag that has a rank

  // For bags of at most `capacity` messages.
  explicit BagRanks(std::size_t capacity);

  // Bags with a message that is not below this have no rank. 0: no bag has one.
  [[nodiscard]] MessageId limit() const { return limit_; }
  // Ranks of bags are below this.
  [[nodiscard]] Rank end() const { return limit_ == 0 ? 0 : term(limit_ + 1, capacity_ - 1); }

  // The rank of a bag whose numbers are ascending: message m is m + 1, and 0 fills it up. kNone if
  // it has none. K must be the capacity.
  template <std::size_t K>
  [[nodiscard]] Rank rank(const std::array<std::uint32_t, K>& numbers) const {
    if (numbers[K - 1] > limit_) return kNone;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (terms_[numbers[I] * K + I] + ...);
    }(std::make_index_sequence<K>());
  }
  // The numbers of a rank below end(). K must be the capacity.
  template <std::size_t K>
  [[nodiscard]] std::array<std::uint32_t, K> numbers(Rank rank) const {
    std::array<std::uint32_t, K> numbers{};
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
      const auto take = [&](auto at) __attribute__((always_inline)) {
        numbers[at] = largest(at, rank);
        rank -= term(numbers[at], at);
        return rank > 0;
      };
      (void)(rank > 0 && (take(std::integral_constant<std::size_t, K - 1 - I>()) && ...));
    }(std::make_index_sequence<K>());
    return numbers;
  }

  // The rank of a bag of messages in ascending order, kNone if it has none.
  [[nodiscard]] Rank rank(std::span<const MessageId> messages) const {
    if (limit_ == 0) return kNone;
    if (messages.empty()) return 0;
    if (messages.back() >= limit_) return kNone;
    const std::size_t filled = capacity_ - messages.size();
    Rank rank = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) rank += term(messages[i] + 1, filled + i);
    return rank;
  }

  // The bag of a rank below end(), in ascending order, in the memory that is given.
  using Bag = std::array<MessageId, kSizeMax>;
  std::span<const MessageId> unrank(Rank rank, Bag& bag) const {
    std::size_t at = capacity_;
    while (rank > 0) {
      const std::uint32_t number = largest(--at, rank);
      rank -= term(number, at);
      bag[at] = number - 1;
    }
    return {bag.data() + at, capacity_ - at};
  }

 private:
  // C(number + at, at + 1): what a message (counted from 1) adds at a place of the bag.
  [[nodiscard]] Rank term(std::uint32_t number, std::size_t at) const {
    return terms_[number * capacity_ + at];
  }
  // The largest number whose term at a place does not exceed `rank`, which is not 0.
  [[nodiscard]] std::uint32_t largest(std::size_t at, Rank rank) const {
    if (at == 0) return rank;
    std::uint32_t number = guesses_[guess_of(rank) * capacity_ + at];
    while (term(number + 1, at) <= rank) ++number;
    return number;
  }
  // Ranks that begin alike have one guess: by exponent and the first bits of the mantissa.
  static constexpr unsigned kMantissaBits = 6;
  static std::size_t guess_of(Rank rank) {
    const auto bits = std::bit_cast<std::uint64_t>(static_cast<double>(rank));
    return static_cast<std::size_t>(bits >> (52U - kMantissaBits)) - (1023U << kMantissaBits);
  }
  void make_guesses();

  std::size_t capacity_;
  MessageId limit_ = 0;
  std::vector<Rank> terms_;             // by number up to limit_ + 1, then by place
  std::vector<std::uint16_t> guesses_;  // by guess_of(), then by place
};

}  // namespace engine
