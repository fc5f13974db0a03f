#include "checker/cluster/vocabulary.hpp"

#include <algorithm>

namespace cluster {

const std::vector<std::string>& action_names() {
  static const std::vector<std::string> kNames{"election_timeout",
                                               "heartbeat_timeout",
                                               "propose",
                                               "crash",
                                               "cut",
                                               "heal",
                                               "compact",
                                               "change_membership",
                                               "disk_write",
                                               "deliver_request_vote",
                                               "deliver_request_vote_reply",
                                               "deliver_append_entries",
                                               "deliver_append_entries_reply",
                                               "deliver_install_snapshot",
                                               "deliver_install_snapshot_reply",
                                               "deliver_other"};
  return kNames;
}

const std::vector<std::string>& bound_names() {
  static const std::vector<std::string> kNames{"terms",   "log",      "proposals",   "timeouts",
                                               "crashes", "inflight", "duplicates",  "partitions",
                                               "loss",    "contract", "compactions", "changes"};
  return kNames;
}

spec::WitnessSet possible_witnesses(const Bounds& bounds) {
  constexpr spec::WitnessSet kOfSnapshots =
      set_of(spec::Witness::LogCompacted) | set_of(spec::Witness::SnapshotInstalled) |
      set_of(spec::Witness::SnapshotKeptSuffix) | set_of(spec::Witness::RestartedFromSnapshot);
  spec::WitnessSet possible = (spec::WitnessSet{1} << spec::kWitnessCount) - 1;
  constexpr spec::WitnessSet kOfChanges =
      set_of(spec::Witness::MembershipCommitted) | set_of(spec::Witness::JointCommitted) |
      set_of(spec::Witness::MembershipRolledBack) | set_of(spec::Witness::LeaderLeft);
  if (bounds.compactions == 0) possible &= ~kOfSnapshots;
  if (bounds.changes == 0) possible &= ~kOfChanges;
  if (!bounds.async_disk) {
    possible &= ~(set_of(spec::Witness::UnsyncedLost) | set_of(spec::Witness::WriteTorn));
  }
  if (!bounds.joint_changes) possible &= ~set_of(spec::Witness::JointCommitted);
  return possible;
}

std::uint16_t delivery_of(const std::string& message_kind) {
  const std::vector<std::string>& names = action_names();
  const auto found = std::ranges::find(names, "deliver_" + message_kind);
  const auto index =
      found == names.end() ? names.size() - 1 : static_cast<std::size_t>(found - names.begin());
  return static_cast<std::uint16_t>(index);
}

}  // namespace cluster
