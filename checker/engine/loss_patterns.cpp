#include "checker/engine/loss_patterns.hpp"

#include <bit>
#include <numeric>
#include <stdexcept>

namespace engine {

void LossPatterns::make(std::size_t sent) {
  if (sent > kSentMax) throw std::length_error("one step sends more than 15 messages");
  Patterns& made = all_[sent];
  made.lost.resize(1U << sent);
  std::iota(made.lost.begin(), made.lost.end(), 0U);
  const auto losses = [](std::uint32_t lost) { return std::popcount(lost); };
  std::ranges::stable_sort(made.lost, {}, losses);
  for (int count = 0; count <= losses(made.lost.back()) + 1; ++count) {
    const auto first = std::ranges::lower_bound(made.lost, count, {}, losses);
    made.fitting.push_back({std::span(first, made.lost.end()), first != made.lost.begin()});
  }
}

}  // namespace engine
