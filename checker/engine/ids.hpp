// Names of interned things. Every id is dense, starts at 0 and is never reused within a search.
#pragma once

#include <cstdint>
#include <limits>

namespace engine {

using HalfId = std::uint32_t;     // a cluster half: the servers, history and budgets of a state
using MessageId = std::uint32_t;  // a message's content; two copies in flight share it
using SendsId = std::uint32_t;    // a list of messages sent by one step
using PartId = std::uint32_t;     // what one server's receipts depend on (relevance.hpp)
using NetworkId = std::uint32_t;  // a network half: the messages in flight (network_names.hpp)
using EdgeId = std::uint32_t;     // a memoised step of a cluster half (half_graph.hpp)
using Renaming = std::uint32_t;   // a permutation of the servers (permutations.hpp); 0: identity

inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
inline constexpr SendsId kNoSends = 0;  // the empty list

}  // namespace engine
