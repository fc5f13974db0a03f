// Counts by action or by bound, of workers that each keep their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace engine {

// Precondition: there are no more counts than sums.
inline void add_to(std::span<std::uint64_t> sums, std::span<const std::uint64_t> counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) sums[i] += counts[i];
}

}  // namespace engine
