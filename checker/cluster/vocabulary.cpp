#include "checker/cluster/vocabulary.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace cluster {

const std::vector<std::string>& action_names() {
  static const std::vector<std::string> kNames{"election_timeout",
                                               "heartbeat_timeout",
                                               "propose",
                                               "crash",
                                               "cut",
                                               "heal",
                                               "lease_timeout",
                                               "transfer",
                                               "read",
                                               "compact",
                                               "change_membership",
                                               "disk_write",
                                               "deliver_request_vote",
                                               "deliver_request_vote_reply",
                                               "deliver_append_entries",
                                               "deliver_append_entries_reply",
                                               "deliver_pre_vote",
                                               "deliver_pre_vote_reply",
                                               "deliver_timeout_now",
                                               "deliver_read_index",
                                               "deliver_read_index_reply",
                                               "deliver_install_snapshot",
                                               "deliver_install_snapshot_reply",
                                               "deliver_other"};
  return kNames;
}

const std::vector<std::string>& bound_names() {
  static const std::vector<std::string> kNames{
      "terms",     "log",        "proposals",    "timeouts",    "crashes",
      "inflight",  "duplicates", "partitions",   "loss",        "contract",
      "transfers", "reads",      "clock-drifts", "compactions", "changes"};
  return kNames;
}

std::uint16_t delivery_of(const std::string& message_kind) {
  const std::vector<std::string>& names = action_names();
  const auto found = std::ranges::find(names, "deliver_" + message_kind);
  const auto index =
      found == names.end() ? names.size() - 1 : static_cast<std::size_t>(found - names.begin());
  return static_cast<std::uint16_t>(index);
}

bool ends_lease_early(const std::vector<spec::ServerView>& views, const traces::Action& action) {
  const bool is_timeout = action.kind == traces::ActionKind::ElectionTimeout ||
                          action.kind == traces::ActionKind::LeaseTimeout;
  if (!is_timeout || action.server < 1 || action.server > views.size()) return false;
  return is_bound_by_lease(views[action.server - 1], views);
}

std::uint32_t pending_parts(const spec::ServerView& view) {
  std::uint64_t parts = 0;
  if (view.disk) parts = std::reduce(view.disk->pending.begin(), view.disk->pending.end(), parts);
  return static_cast<std::uint32_t>(parts);
}

bool is_judged(std::uint16_t action) {
  static const std::vector<bool> kJudged = [] {
    constexpr std::string_view kPrefix = "deliver_";
    std::vector<bool> judged;
    for (const std::string& name : action_names()) {
      judged.push_back(name.starts_with(kPrefix) && spec::is_judged(name.substr(kPrefix.size())));
    }
    return judged;
  }();
  return kJudged[action];
}

namespace {

constexpr std::array kActions = {
    std::pair(ActionKind::ElectionTimeout, traces::ActionKind::ElectionTimeout),
    std::pair(ActionKind::HeartbeatTimeout, traces::ActionKind::HeartbeatTimeout),
    std::pair(ActionKind::Propose, traces::ActionKind::Propose),
    std::pair(ActionKind::Crash, traces::ActionKind::Crash),
    std::pair(ActionKind::Cut, traces::ActionKind::Cut),
    std::pair(ActionKind::Heal, traces::ActionKind::Heal),
    std::pair(ActionKind::LeaseTimeout, traces::ActionKind::LeaseTimeout),
    std::pair(ActionKind::Transfer, traces::ActionKind::Transfer),
    std::pair(ActionKind::Read, traces::ActionKind::Read),
    std::pair(ActionKind::Compact, traces::ActionKind::Compact),
    std::pair(ActionKind::ChangeMembership, traces::ActionKind::ChangeMembership),
    std::pair(ActionKind::DiskWrite, traces::ActionKind::DiskWrite),
    std::pair(ActionKind::Deliver, traces::ActionKind::Deliver),
};
static_assert(kActions.size() == traces::kActionKinds.size());

}  // namespace

ActionKind action_kind_of(traces::ActionKind kind) {
  const auto found =
      std::ranges::find(kActions, kind, &std::pair<ActionKind, traces::ActionKind>::second);
  if (found == kActions.end()) throw std::invalid_argument("no such action");
  return found->first;
}

traces::ActionKind trace_action_of(ActionKind kind) {
  const auto found =
      std::ranges::find(kActions, kind, &std::pair<ActionKind, traces::ActionKind>::first);
  return found == kActions.end() ? traces::ActionKind::Deliver : found->second;
}

spec::WitnessSet expected_witnesses(const node::Options& options, const Bounds& bounds) {
  using spec::set_of;
  using spec::Witness;
  const auto when = [](bool is_on, spec::WitnessSet set) { return is_on ? set : 0; };
  return spec::kPlainWitnesses | when(options.pre_vote, set_of(Witness::PreVoteWon)) |
         when(options.pre_vote || options.vote_lease, set_of(Witness::LeaseEnded)) |
         when(options.check_quorum, set_of(Witness::QuorumLost)) |
         when(options.appends_in_flight > 1, set_of(Witness::AppendsPipelined)) |
         when(bounds.reads > 0, set_of(Witness::LeaderAnsweredRead) |
                                    set_of(Witness::FollowerAnsweredRead) |
                                    set_of(Witness::ReadSawCommitted)) |
         when(bounds.transfers > 0,
              set_of(Witness::TransferStarted) | set_of(Witness::TransferAborted)) |
         when(bounds.compactions > 0,
              set_of(Witness::LogCompacted) | set_of(Witness::SnapshotInstalled) |
                  set_of(Witness::SnapshotKeptSuffix) | set_of(Witness::RestartedFromSnapshot)) |
         when(bounds.changes > 0, set_of(Witness::MembershipCommitted) |
                                      set_of(Witness::MembershipRolledBack) |
                                      set_of(Witness::LeaderLeft)) |
         when(bounds.changes > 0 && bounds.learners, set_of(Witness::LearnerPromoted)) |
         when(bounds.changes > 0 && bounds.compactions > 0,
              set_of(Witness::SnapshotBroughtMembership)) |
         when(bounds.changes > 0 && bounds.joint_changes, set_of(Witness::JointCommitted)) |
         when(bounds.async_disk, set_of(Witness::UnsyncedLost) | set_of(Witness::WriteTorn));
}

}  // namespace cluster
