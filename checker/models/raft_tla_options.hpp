// The parameters of the raft-tla model (raft_tla.hpp): the constants, the state constraint, the
// optional actions and what the state remembers. The defaults are those of a TLC run on three
// servers with one client request.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace models {

enum class MessageKind : std::uint8_t { VoteRequest, VoteReply, AppendRequest, AppendReply };
inline constexpr std::size_t kMessageKinds = 4;
inline const std::vector<std::string> kMessageKindNames = {"vote-request", "vote-reply",
                                                           "append-request", "append-reply"};

// A set of kinds of messages.
class MessageKinds {
 public:
  constexpr MessageKinds() = default;
  static constexpr MessageKinds of(MessageKind kind) {
    MessageKinds kinds;
    kinds.insert(kind);
    return kinds;
  }
  constexpr void insert(MessageKind kind) { bits_ |= 1U << static_cast<unsigned>(kind); }
  [[nodiscard]] constexpr bool contains(MessageKind kind) const {
    return (bits_ >> static_cast<unsigned>(kind) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  bool operator==(const MessageKinds&) const = default;

 private:
  unsigned bits_ = 0;
};

struct RaftTlaOptions {
  static constexpr std::size_t kServersMax = 7;

  std::uint32_t servers = 3;
  std::uint32_t values = 1;               // that clients ask for
  std::uint32_t max_term = 2;             // no server goes beyond it
  std::uint32_t max_become_leader = 2;    // times for each server
  std::uint32_t max_client_requests = 1;  // entries created in a run
  std::uint32_t quorum = 0;               // servers that decide; 0: a majority

  // The state constraint: a state outside it is generated and checked, but neither counted as
  // distinct nor explored. Absent: no constraint.
  std::optional<std::uint32_t> constraint_term = 2;  // every server's term is at most this
  std::optional<std::uint32_t> constraint_log = 2;   // every log is at most so long

  bool restart = false;    // any server may restart at any time
  MessageKinds drop;       // pending messages that may be dropped
  MessageKinds duplicate;  // pending messages that may be sent again (which changes nothing)

  bool symmetry = true;
  // History variables, which no step depends on: they tell states apart.
  bool elections = true;    // every election won, with its votes
  bool all_logs = true;     // every log that any server ever had
  bool voter_log = true;    // the logs of a candidate's voters
  bool message_log = true;  // the sender's log in vote replies and append requests

  [[nodiscard]] std::uint32_t quorum_size() const { return quorum != 0 ? quorum : servers / 2 + 1; }
};

}  // namespace models
