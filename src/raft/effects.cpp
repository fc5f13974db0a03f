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
  messages.clear();
  std::vector<Message> kept = std::move(messages);
  *this = Effects{};
  messages = std::move(kept);
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
