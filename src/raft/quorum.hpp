// Quorum arithmetic.
#pragma once

#include <span>

#include "src/raft/types.hpp"

namespace raft {

// The highest index that a majority holds: `matches` is what each voter is known to hold (0 where
// nothing is known), in any order; it is reordered. Example: {12, 5, 6} -> 6. Precondition: not
// empty.
Index quorum_index(std::span<Index> matches);

}  // namespace raft
