#include "src/raft/effects.hpp"

#include <array>
#include <limits>

namespace raft {

const char* to_string(Outcome outcome) {
  static constexpr std::array kNames = {
      "None",
      "Restarted",
      "ElectionStarted",
      "BecameLeader",
      "VoteGranted",
      "VoteRefusedTerm",
      "VoteRefusedVoted",
      "VoteRefusedLog",
      "VoteCounted",
      "VoteDenied",
      "AppendAccepted",
      "AppendRejectedTerm",
      "AppendRejectedLog",
      "Acknowledged",
      "BackedUp",
      "HeartbeatsSent",
      "ProposalAppended",
      "ProposalRefused",
      "SteppedDown",
      "StaleReplyIgnored",
      "TimeoutIgnored",
      "TermsExhausted",
      "MalformedIgnored",
      "PreVoteStarted",
      "VoteRefusedLease",
      "LeaseEnded",
      "QuorumHeard",
      "QuorumLost",
      "TransferStarted",
      "TransferRefused",
      "TransferAborted",
      "TimeoutNowIgnored",
      "ReadStarted",
      "ReadAnswered",
      "ReadConfirmed",
      "ReadRefused",
      "Compacted",
      "CompactRefused",
      "SnapshotInstalled",
      "SnapshotKeptSuffix",
      "SnapshotStored",
      "SnapshotIgnored",
      "SnapshotRefused",
      "SnapshotSent",
      "ChangeAppended",
      "ChangeRefused",
      "WriteAcknowledged",
  };
  static_assert(kNames.size() == static_cast<std::size_t>(Outcome::WriteAcknowledged) + 1);
  return kNames.at(static_cast<std::size_t>(outcome));
}

void Effects::clear() {
  // One by one, since this comes before every step; all are named, or it does not compile.
  auto& [outcome_, persist_, messages_, after_persist_, apply_, timers_, proposed_, reads_, leader_,
         restore_] = *this;
  outcome_ = {};
  persist_ = {};
  messages_.clear();
  after_persist_.clear();
  apply_ = {};
  timers_ = {};
  proposed_ = {};
  reads_.clear();
  leader_ = {};
  restore_ = {};
}

void make_durable(Durable& durable, const Persist& persist, const Server& server) {
  if (persist.hard_state) durable.hard_state = *persist.hard_state;
  if (persist.snapshot) {
    durable.snapshot = server.snapshot;
    durable.log = server.log;
    return;
  }
  if (!persist.log_from) return;
  durable.log.truncate_from(*persist.log_from);
  durable.log.append(
      server.log.from(durable.log.last_index().next(), std::numeric_limits<std::size_t>::max()));
}

}  // namespace raft
