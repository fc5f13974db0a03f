// What the properties, the traces and the reader see of a cluster: plain values, no implementation.
//
// Any Raft can be shown through these types; the checker's node boundary produces them. They hold
// exactly what some property, witness or rendered trace needs. A server's view is not its identity:
// two different states may look alike here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace spec {

using Term = std::uint64_t;      // 0 before the first election (Figure 2, currentTerm)
using Index = std::uint64_t;     // 1-based position in a log; 0 means "before the first entry"
using ServerId = std::uint32_t;  // 1..n; 0 means "none"

inline constexpr ServerId kNoServer = 0;

// Who belongs to the cluster (section 6): sorted ids. Without voters: nothing is known.
struct MembershipView {
  std::vector<ServerId> voters;
  std::vector<ServerId> outgoing;  // C_old, while joint
  std::vector<ServerId> learners;  // members without a vote
  [[nodiscard]] bool is_known() const { return !voters.empty(); }
  bool operator==(const MembershipView&) const = default;
};

struct EntryView {
  Term term = 0;
  bool no_op = false;   // appended by a new leader, not by a client (paper, section 8)
  std::string command;  // empty but for a client's command
  bool is_membership = false;
  MembershipView membership{};  // of such an entry, unless it is compacted
  // A compacted membership is known by its term alone.
  bool operator==(const EntryView& other) const {
    return term == other.term && no_op == other.no_op && is_membership == other.is_membership &&
           command == other.command &&
           (membership == other.membership || !membership.is_known() ||
            !other.membership.is_known());
  }
};

enum class Role : std::uint8_t { Follower, Candidate, Leader, PreCandidate };

// What a server's snapshot stands for. A right one has as many entries as its index, the last of
// them of its term; index 0: the server has none.
struct SnapshotView {
  Index index = 0;
  Term term = 0;
  std::vector<EntryView> entries;
  MembershipView membership;  // in force at the index, where memberships change
  bool operator==(const SnapshotView&) const = default;
};

// The disk of a server whose writes are not durable at once.
struct DiskView {
  Term current_term = 0;
  ServerId voted_for = kNoServer;
  Index log_index = 0;  // the server's log is durable through here
  // The writes that are not yet durable, oldest first: into how many parts a crash can tear each.
  std::vector<std::uint64_t> pending;
  std::vector<Index> pending_ends;  // where the log ends once each is done
  bool operator==(const DiskView&) const = default;
};

// One server as the paper's Figure 2 lists it. `next_index` and `match_index` have one slot per
// server (slot 0 is server 1; a leader's own slot is 0) and are empty unless the role is Leader.
// `votes_granted` holds sorted ids and is empty unless the role is Candidate or PreCandidate. What
// follows match_index belongs to features that a cluster need not have, and is then as it is here.
struct ServerView {
  ServerId id = kNoServer;
  Role role = Role::Follower;
  Term current_term = 0;
  ServerId voted_for = kNoServer;
  // log[0] is the entry at index 1, compacted or not: those through snapshot.index are shown as the
  // snapshot has them.
  std::vector<EntryView> log;
  Index commit_index = 0;
  Index last_applied = 0;
  ServerId leader = kNoServer;  // the leader a follower knows of in its current term
  std::vector<ServerId> votes_granted;
  std::vector<Index> next_index;
  std::vector<Index> match_index;
  // A follower: the minimum election timeout has not passed since it heard from a leader. A leader
  // that reads by lease: it has not passed since it began the round that the lease counts from.
  bool lease = false;
  // A leader that checks its quorum: the followers heard from since it last did, sorted.
  std::optional<std::vector<ServerId>> heard{};
  ServerId transferee = kNoServer;  // a leader: to whom it is handing its lead over
  // A leader that bounds them: how many AppendEntries are on their way to each server, slots as
  // above, and the servers that are probed, sorted: sent one at a time.
  std::vector<std::uint64_t> in_flight{};
  std::vector<ServerId> probed{};
  std::vector<std::uint64_t> reads{};  // reads that wait here, by their ids
  SnapshotView snapshot;
  std::optional<DiskView> disk;  // absent: what is written is durable at once
  MembershipView membership;     // in force at the server, where memberships change
  bool operator==(const ServerView&) const = default;
};

// A named field of a message, in the order in which the message lists them.
using FieldValue = std::variant<bool, std::uint64_t, std::vector<EntryView>, std::string>;

struct MessageView {
  ServerId from = kNoServer;
  ServerId to = kNoServer;
  std::string kind;  // "request_vote", "append_entries_reply", ... (snake case)
  std::vector<std::pair<std::string, FieldValue>> fields;  // names as in Figure 2, snake case
  bool operator==(const MessageView&) const = default;
};

// "follower", "candidate", "leader", "pre_candidate".
const char* to_string(Role role);

// The entry at a 1-based index, or nullptr where the log has none.
inline const EntryView* entry_at(const ServerView& server, Index index) {
  return index >= 1 && index <= server.log.size() ? &server.log[index - 1] : nullptr;
}

// Whether these (any order) are a majority of the voters and, while joint, of the outgoing ones.
bool has_quorum(const MembershipView& membership, const std::vector<ServerId>& servers);

// How many servers are a majority of n: 2 of 3, 3 of 4, 3 of 5.
constexpr std::size_t majority_of(std::size_t n) { return n / 2 + 1; }

}  // namespace spec
