// How far two logs agree. Internal to spec.
#pragma once

#include <algorithm>

#include "spec/view.hpp"

namespace spec {

// The last index through which both logs hold the same entries; 0 if they differ from the start.
// Example: logs a b c and a x hold the same through index 1.
inline Index agreed_through(const ServerView& left, const ServerView& right) {
  const auto first_difference = std::ranges::mismatch(left.log, right.log);
  return static_cast<Index>(first_difference.in1 - left.log.begin());
}

}  // namespace spec
