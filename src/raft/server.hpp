// One server of a Raft cluster as a value: Figure 2's State, and the options it was started with.
#pragma once

#include <optional>
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
  bool pre_vote = false;      // who would stand for election asks first whether it can win (9.6)
  bool check_quorum = false;  // a leader that hears from no majority steps down (6.2)
  bool vote_lease = false;    // nobody votes who heard from a leader lately (4.2.3)
  bool operator==(const Config&) const = default;

  // Whether followers keep track of when they heard from their leader.
  [[nodiscard]] bool has_lease() const { return pre_vote || vote_lease; }
};
RAFT_FIELDS(Config, servers, no_op, backtracking, entries_per_message, pre_vote, check_quorum,
            vote_lease)

// What must survive a crash, besides the log (Figure 2, persistent state).
struct HardState {
  Term current_term{};
  ServerId voted_for{};  // kNoServer: no vote given in current_term
  bool operator==(const HardState&) const = default;
};
RAFT_FIELDS(HardState, current_term, voted_for)

// What is on a server's disk.
struct Durable {
  HardState hard_state{};
  Log log{};
  bool operator==(const Durable&) const = default;
};
RAFT_FIELDS(Durable, hard_state, log)

struct Follower {
  ServerId leader{};  // of the current term, once it has been heard; kNoServer before
  // The minimum election timeout has not passed since it heard from a leader. After a restart it
  // may have heard from one, too (Config::vote_lease). False unless Config::has_lease().
  bool lease = false;
  bool operator==(const Follower&) const = default;
};
RAFT_FIELDS(Follower, leader, lease)

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
  // With Config::check_quorum: the followers heard from since its election timer last started.
  std::optional<ServerSet> heard{};
  ServerId transferee{};  // to whom the lead is being handed over (dissertation 3.10)
  bool operator==(const Leader&) const = default;
};
RAFT_FIELDS(Leader, progress, heard, transferee)

// Asks whether it could win an election, in the term and with the vote that it has.
struct PreCandidate {
  ServerSet votes_granted{};  // who would vote for it in the next term, itself included
  bool operator==(const PreCandidate&) const = default;
};
RAFT_FIELDS(PreCandidate, votes_granted)

using Role = std::variant<Follower, Candidate, Leader, PreCandidate>;

// Invariants: last_applied == commit_index after every step (what is committed is handed out at
// once), commit_index <= log.last_index(), no entry's term is above current_term.
// Each role holds only its own data, so that equal situations are equal values.
struct Server {
  Config config{};
  ServerId id{};
  HardState hard_state{};
  Log log{};
  Index commit_index{};
  Index last_applied{};
  Role role{};
  bool operator==(const Server&) const = default;

  [[nodiscard]] Term current_term() const { return hard_state.current_term; }
};
RAFT_FIELDS(Server, config, id, hard_state, log, commit_index, last_applied, role)

// A server that never ran: a follower in term 0 with an empty log.
// Throws ContractViolation unless 1 <= id <= config.servers <= kServersMax.
Server fresh_server(const Config& config, ServerId id);

}  // namespace raft
