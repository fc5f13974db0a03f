#include "src/raft/membership.hpp"

#include <algorithm>

#include "src/raft/quorum.hpp"

namespace raft {
namespace {

bool has_majority(ServerSet voters, ServerSet servers) {
  return (voters & servers).size() >= majority_of(voters.size());
}

Index majority_index(ServerSet voters, const PerServer<Index>& matches) {
  Matches held;
  for (std::uint32_t id = 1; id <= matches.size(); ++id) {
    if (voters.contains({id})) held.add(matches[{id}]);
  }
  return held.empty() ? Index{} : held.quorum_index();
}

}  // namespace

bool has_quorum(const Membership& membership, ServerSet servers) {
  return has_majority(membership.voters, servers) &&
         (!membership.is_joint() || has_majority(membership.outgoing, servers));
}

Index quorum_index(const Membership& membership, const PerServer<Index>& matches) {
  const Index of_voters = majority_index(membership.voters, matches);
  if (!membership.is_joint()) return of_voters;
  return std::min(of_voters, majority_index(membership.outgoing, matches));
}

}  // namespace raft
