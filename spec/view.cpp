#include "spec/view.hpp"

#include <algorithm>
#include <array>

namespace spec {

namespace {

bool has_majority(const std::vector<ServerId>& voters, const std::vector<ServerId>& servers) {
  const auto count = std::ranges::count_if(
      voters, [&](ServerId voter) { return std::ranges::find(servers, voter) != servers.end(); });
  return static_cast<std::size_t>(count) >= majority_of(voters.size());
}

}  // namespace

bool has_quorum(const MembershipView& membership, const std::vector<ServerId>& servers) {
  return has_majority(membership.voters, servers) &&
         (membership.outgoing.empty() || has_majority(membership.outgoing, servers));
}

const char* to_string(Role role) {
  static constexpr std::array kNames = {"follower", "candidate", "leader", "pre_candidate"};
  return kNames.at(static_cast<std::size_t>(role));
}

}  // namespace spec
