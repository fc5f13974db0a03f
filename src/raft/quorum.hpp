// Quorum arithmetic.
#pragma once

#include <array>

#include "src/raft/types.hpp"

namespace raft {

// What each voter is known to hold (0 where nothing is known), in any order.
class Matches {
 public:
  // Precondition: there are fewer than kServersMax.
  void add(Index match) {
    std::size_t place = count_++;
    for (; place > 0 && falling_[place - 1] < match.value; --place) {
      falling_[place] = falling_[place - 1];
    }
    falling_[place] = match.value;
  }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  // The highest index that a majority holds. Example: {12, 5, 6} -> 6. Precondition: not empty.
  [[nodiscard]] Index quorum_index() const { return {falling_[majority_of(count_) - 1]}; }

 private:
  // Plain numbers, since an array of Index would be zeroed, for 64 servers, with each answer.
  std::array<std::uint64_t, kServersMax> falling_;
  std::size_t count_ = 0;
};

}  // namespace raft
