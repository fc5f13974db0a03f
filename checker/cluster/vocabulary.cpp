#include "checker/cluster/vocabulary.hpp"

#include <algorithm>
#include <array>
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
                                               "deliver_request_vote",
                                               "deliver_request_vote_reply",
                                               "deliver_append_entries",
                                               "deliver_append_entries_reply",
                                               "deliver_pre_vote",
                                               "deliver_pre_vote_reply",
                                               "deliver_timeout_now",
                                               "deliver_read_index",
                                               "deliver_read_index_reply",
                                               "deliver_other"};
  return kNames;
}

const std::vector<std::string>& bound_names() {
  static const std::vector<std::string> kNames{
      "terms",      "log",  "proposals", "timeouts",  "crashes", "inflight",    "duplicates",
      "partitions", "loss", "contract",  "transfers", "reads",   "clock-drifts"};
  return kNames;
}

std::uint16_t delivery_of(const std::string& message_kind) {
  const std::vector<std::string>& names = action_names();
  const auto found = std::ranges::find(names, "deliver_" + message_kind);
  const auto index =
      found == names.end() ? names.size() - 1 : static_cast<std::size_t>(found - names.begin());
  return static_cast<std::uint16_t>(index);
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
  spec::WitnessSet expected = spec::kPlainWitnesses;
  if (options.pre_vote) expected |= spec::set_of(spec::Witness::PreVoteWon);
  if (options.pre_vote || options.vote_lease) expected |= spec::set_of(spec::Witness::LeaseEnded);
  if (options.check_quorum) expected |= spec::set_of(spec::Witness::QuorumLost);
  if (bounds.reads > 0) {
    for (const spec::Witness witness :
         {spec::Witness::LeaderAnsweredRead, spec::Witness::FollowerAnsweredRead,
          spec::Witness::ReadSawCommitted}) {
      expected |= spec::set_of(witness);
    }
  }
  if (bounds.transfers > 0) {
    expected |=
        spec::set_of(spec::Witness::TransferStarted) | spec::set_of(spec::Witness::TransferAborted);
  }
  return expected;
}

}  // namespace cluster
