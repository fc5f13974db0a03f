// One server of a Raft cluster as a value: Figure 2's State, and the options it was started with.
#pragma once

#include <variant>

#include "src/raft/log.hpp"

namespace raft {

// How a follower's rejection moves nextIndex back (section 5.3).
enum class Backtracking : std::uint8_t {
  Fast,   // over a whole conflicting term at once
  Plain,  // one entry at a time
};

struct Config {
  std::uint32_t servers = 0;  // ids are 1..servers; at most kServersMax
  bool no_op = false;         // a new leader appends a no-op entry of its term (section 8)
  Backtracking backtracking = Backtracking::Fast;
  std::uint32_t entries_per_message = 0;  // at most so many entries an AppendEntries; 0: no limit
  std::uint32_t snapshot_chunk =
      0;  // at most so many bytes an InstallSnapshot; 0: a snapshot whole
  Changes changes = Changes::None;
  bool async_disk = false;  // writes are acknowledged by inputs (disk.hpp)
  ServerSet voters{};       // at the beginning, where memberships change; empty: all servers
  bool operator==(const Config&) const = default;
};
RAFT_FIELDS(Config, servers, no_op, backtracking, entries_per_message, snapshot_chunk, changes,
            async_disk, voters)

// What must survive a crash, besides the log (Figure 2, persistent state).
struct HardState {
  Term current_term{};
  ServerId voted_for{};  // kNoServer: no vote given in current_term
  bool operator==(const HardState&) const = default;
};
RAFT_FIELDS(HardState, current_term, voted_for)

// What stands for the entries through `index` (section 7). `data` is the state machine's, opaque
// here: its bytes, or a name under which the driver finds them. Index 0: there is no snapshot.
struct Snapshot {
  Index index{};  // Figure 13, lastIncludedIndex
  Term term{};    // Figure 13, lastIncludedTerm
  std::string data{};
  Membership membership{};  // in force at `index`, where memberships change
  bool operator==(const Snapshot&) const = default;
};
RAFT_FIELDS(Snapshot, index, term, data, membership)

// What is on a server's disk.
struct Durable {
  HardState hard_state{};
  Log log{};
  Snapshot snapshot{};
  bool operator==(const Durable&) const = default;
};
RAFT_FIELDS(Durable, hard_state, log, snapshot)

struct Follower {
  ServerId leader{};  // of the current term, once it has been heard; kNoServer before
  // What has come of a snapshot that the leader sends in chunks; nothing once it is installed, or
  // committed by other means. Another term's leader begins anew: its bytes may be others.
  Snapshot incoming{};
  bool operator==(const Follower&) const = default;
};
RAFT_FIELDS(Follower, leader, incoming)

struct Candidate {
  ServerSet votes_granted{};  // in the current term, its own vote included
  bool operator==(const Candidate&) const = default;
};
RAFT_FIELDS(Candidate, votes_granted)

// What a leader knows of one follower. Invariant: match_index < next_index <= last index + 1.
struct Progress {
  Index next_index{};
  Index match_index{};
  bool operator==(const Progress&) const = default;
};
RAFT_FIELDS(Progress, next_index, match_index)

struct Leader {
  PerServer<Progress> progress{};  // the leader's own slot is unused and stays 0
  bool operator==(const Leader&) const = default;
};
RAFT_FIELDS(Leader, progress)

using Role = std::variant<Follower, Candidate, Leader>;

// Invariants: last_applied == commit_index after every step (what is committed is handed out at
// once), log.base_index() <= commit_index <= log.last_index(), no entry's term is above
// current_term; the log's base is the snapshot's position.
// Each role holds only its own data, so that equal situations are equal values.
struct Server {
  Config config{};
  ServerId id{};
  HardState hard_state{};
  Log log{};
  Index commit_index{};
  Index last_applied{};
  Role role{};
  Snapshot snapshot{};
  Index stable_index{};  // with async_disk: its log is known to be durable through here
  bool operator==(const Server&) const = default;

  [[nodiscard]] Term current_term() const { return hard_state.current_term; }
};
RAFT_FIELDS(Server, config, id, hard_state, log, commit_index, last_applied, role, snapshot,
            stable_index)

// A server that never ran: a follower in term 0 with an empty log.
// Throws ContractViolation unless 1 <= id <= config.servers <= kServersMax.
Server fresh_server(const Config& config, ServerId id);

}  // namespace raft
