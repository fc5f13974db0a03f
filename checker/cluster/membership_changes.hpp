// The changes of the membership that a leader can be asked for, as numbers for labels and as what a
// node is given.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spec/view.hpp"

namespace cluster {

// Up to 9 servers.
struct MembershipChange {
  std::vector<spec::ServerId> voters;          // ascending
  std::vector<spec::ServerId> learners;        // ascending
  [[nodiscard]] std::uint32_t packed() const;  // 18 bits, not 0
  static MembershipChange unpacked(std::uint32_t packed);
  [[nodiscard]] std::string payload() const;  // node::Input::payload: "1 2 3;4"
};

// From this membership: by one voter at a time, or to any other voters; and, if asked for, by one
// learner. What the leader refuses is among them.
std::vector<MembershipChange> changes_from(const spec::MembershipView& membership,
                                           std::uint32_t servers, bool is_joint,
                                           bool with_learners);

}  // namespace cluster
