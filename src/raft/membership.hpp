// Who belongs to the cluster (section 6; dissertation, chapter 4). A membership is an entry of the
// log, and the latest one in a server's log is in force there, committed or not.
#pragma once

#include "src/raft/types.hpp"

namespace raft {

// How memberships may change.
enum class Changes : std::uint8_t {
  None,          // never: every server of the configuration votes
  SingleServer,  // by one voter at a time (dissertation, section 4.1)
  Joint,         // in any way, through joint consensus (section 6)
};

// Invariants: voters is not empty, and has no server in common with learners.
struct Membership {
  ServerSet voters{};    // a majority of these decides ...
  ServerSet outgoing{};  // ... and, while joint, a majority of these too: C_old
  ServerSet learners{};  // are sent everything and decide nothing
  bool operator==(const Membership&) const = default;

  [[nodiscard]] bool is_joint() const { return !outgoing.empty(); }
  [[nodiscard]] ServerSet all_voters() const { return voters | outgoing; }
  [[nodiscard]] ServerSet members() const { return voters | outgoing | learners; }
};
RAFT_FIELDS(Membership, voters, outgoing, learners)

// Whether these servers are a majority of the voters and, while joint, of the outgoing ones.
bool has_quorum(const Membership& membership, ServerSet servers);

// The highest index that a quorum holds: matches[s] is what server s is known to hold, 0 where
// nothing is known. Example: {1, 3} and {2}, matches 100, 45, 50 -> 45. 0 without voters.
Index quorum_index(const Membership& membership, const PerServer<Index>& matches);

}  // namespace raft
