// One server of a Raft cluster as a value: Figure 2's State, and the options it was started with.
#pragma once

#include <optional>
#include <string>
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
  // Once a majority has confirmed a leader, it answers reads without asking again, until the
  // minimum election timeout since it asked (6.4.1). Trusts clocks; needs vote_lease.
  bool lease_reads = false;
  // At most so many bytes of commands an AppendEntries, but always one entry; 0: no limit.
  std::uint32_t bytes_per_message = 0;
  // So many AppendEntries follow each other without waiting for answers (dissertation 10.2.1); 0:
  // no pipeline and no limit, nextIndex moves with answers only.
  std::uint32_t appends_in_flight = 0;
  // Proposals are refused that would make it more entries of the leader's term; 0: no limit.
  std::uint32_t uncommitted = 0;
  std::uint32_t snapshot_chunk = 0;  // at most so many bytes an InstallSnapshot; 0: no limit
  Changes changes = Changes::None;
  bool async_disk = false;  // writes are acknowledged by inputs (disk.hpp)
  ServerSet voters{};       // at the beginning, where memberships change; empty: all servers
  bool operator==(const Config&) const = default;

  // Whether followers keep track of when they heard from their leader.
  [[nodiscard]] bool has_lease() const { return pre_vote || vote_lease; }
};
RAFT_FIELDS(Config, servers, no_op, backtracking, entries_per_message, pre_vote, check_quorum,
            vote_lease, lease_reads, bytes_per_message, appends_in_flight, uncommitted,
            snapshot_chunk, changes, async_disk, voters)

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

// A read that a follower passed on to its leader.
struct FollowerRead {
  std::uint64_t id = 0;
  Index index{};  // through which it must have applied; 0: the leader has not said yet
  bool operator==(const FollowerRead&) const = default;
};
RAFT_FIELDS(FollowerRead, id, index)

struct Follower {
  ServerId leader{};  // of the current term, once it has been heard; kNoServer before
  // The minimum election timeout has not passed since it heard from a leader. After a restart it
  // may have heard from one, too (Config::vote_lease). False unless Config::has_lease().
  bool lease = false;
  std::vector<FollowerRead> reads{};  // that were asked here and are not answered yet
  // What has come of a snapshot that the leader sends in chunks; nothing once it is installed, or
  // committed by other means. Another term's leader begins anew: its bytes may be others.
  Snapshot incoming{};
  bool operator==(const Follower&) const = default;
};
RAFT_FIELDS(Follower, leader, lease, reads, incoming)

struct Candidate {
  ServerSet votes_granted{};  // in the current term, its own vote included
  bool operator==(const Candidate&) const = default;
};
RAFT_FIELDS(Candidate, votes_granted)

// What is on its way to a follower (flow.cpp).
struct Flow {
  bool is_probing = true;          // one message at a time, until one is accepted
  std::vector<Index> in_flight{};  // of each message that is not answered, where its entries end
  bool operator==(const Flow&) const = default;
};
RAFT_FIELDS(Flow, is_probing, in_flight)

// What a leader knows of one follower. Invariant: match_index < next_index <= last index + 1.
struct Progress {
  Index next_index{};
  Index match_index{};
  std::uint64_t snapshot_offset = 0;  // of the piece of the snapshot that was sent last
  std::optional<Flow> flow{};         // with Config::appends_in_flight
  bool operator==(const Progress&) const = default;
};
RAFT_FIELDS(Progress, next_index, match_index, snapshot_offset, flow)

// A read that waits until a majority has confirmed that its leader leads (dissertation 6.4).
struct PendingRead {
  std::uint64_t round = 0;  // which an answer must bear, or a later one, to confirm it
  Index index{};            // the commit index when it was asked
  ServerId reader{};        // the server that was asked
  std::uint64_t id = 0;     // the driver's, there
  ServerSet acks{};         // who has confirmed it, the leader included
  bool operator==(const PendingRead&) const = default;
};
RAFT_FIELDS(PendingRead, round, index, reader, id, acks)

struct LeaderReads {
  std::uint64_t round = 0;              // the last begun
  std::uint64_t lease_round = 0;        // with which its lease timer was started; 0: silent
  bool has_lease = false;               // a majority has answered lease_round or a later one
  bool is_lease_forbidden = false;      // it has told somebody to stand for election
  PerServer<std::uint64_t> last_ids{};  // asked at each server: a request may come twice
  std::vector<PendingRead> pending{};   // by rising rounds
  bool operator==(const LeaderReads&) const = default;
};
RAFT_FIELDS(LeaderReads, round, lease_round, has_lease, is_lease_forbidden, last_ids, pending)

struct Leader {
  PerServer<Progress> progress{};  // the leader's own slot is unused and stays 0
  // With Config::check_quorum: the followers heard from since its election timer last started.
  std::optional<ServerSet> heard{};
  ServerId transferee{};               // to whom the lead is being handed over (dissertation 3.10)
  std::optional<LeaderReads> reads{};  // since the first read of the term
  bool operator==(const Leader&) const = default;
};
RAFT_FIELDS(Leader, progress, heard, transferee, reads)

// Asks whether it could win an election, in the term and with the vote that it has.
struct PreCandidate {
  ServerSet votes_granted{};  // who would vote for it in the next term, itself included
  bool operator==(const PreCandidate&) const = default;
};
RAFT_FIELDS(PreCandidate, votes_granted)

using Role = std::variant<Follower, Candidate, Leader, PreCandidate>;

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

// The membership in force: the latest in the log, else the snapshot's, else the configuration's.
// Empty where memberships do not change (Changes::None): then all servers vote.
Membership membership_of(const Server& server);

// A server that never ran: a follower in term 0 with an empty log.
// Throws ContractViolation unless 1 <= id <= config.servers <= kServersMax.
Server fresh_server(const Config& config, ServerId id);

}  // namespace raft
