// What no reachable state of the raft-tla model may break.
#pragma once

#include <string_view>

#include "checker/models/raft_tla_values.hpp"

namespace models {

// In the order in which they are checked. Each is about two servers at a time.
enum class RaftTlaProperty : std::uint32_t {
  OneLeaderPerTerm,        // at a time
  LogMatching,             // logs that have an entry of the same index and term agree up to there
  LeaderCompleteness,      // what is committed in a term, leaders of that and later terms have
  CommittedPrefixesAgree,  // no two servers commit different entries at an index
};
inline constexpr std::size_t kRaftTlaProperties = 4;

const char* to_string(RaftTlaProperty property);

[[nodiscard]] bool holds(RaftTlaProperty property, const RaftTlaValues& values,
                         std::span<const Local> servers);
// 0, or 1 + the first property that does not hold.
[[nodiscard]] std::uint32_t violation_of(const RaftTlaValues& values,
                                         std::span<const Local> servers);

}  // namespace models
