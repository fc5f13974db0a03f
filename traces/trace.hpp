// A trace as values: one run of a cluster, step by step, as it is written to JSON
// (traces/FORMAT.md) and replayed. Self-contained: what a replay needs is here. Knows the views of
// spec and nothing of any implementation.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/view.hpp"

namespace traces {

inline constexpr int kFormatVersion = 1;

// What the servers were configured with, and the network between them: what a replay depends on.
struct Config {
  std::uint32_t servers = 0;
  bool no_op = false;                     // a new leader appends a no-op
  std::string backtracking = "fast";      // "fast" (conflict term) or "plain" (one step)
  std::uint64_t entries_per_message = 0;  // at most so many entries a message; 0: no limit
  std::string network = "any";            // "any", "unordered" or "ordered"
  bool snapshots = false;                 // servers take snapshots and compact their logs
  std::uint64_t snapshot_chunk = 0;       // at most so many bytes of one a message; 0: no limit
  std::string changes = "none";           // of the membership: "none", "single" or "joint"
  std::uint32_t voters = 0;               // with changes: the first members are 1..voters; 0: all
  bool async_disk = false;                // what is written is durable only later
  // Options that most clusters do not have, by name ("pre_vote"): 1 for a switch that is on, else
  // the option's number. Those that are off are not here.
  std::map<std::string, std::uint64_t> options{};
  bool operator==(const Config&) const = default;
};

enum class ActionKind : std::uint8_t {
  ElectionTimeout,   // server
  HeartbeatTimeout,  // server
  Propose,           // server, command
  Deliver,           // server (the receiver), message, sent_at, keep_copy
  Crash,             // server: loses what is volatile and restarts from what was durable
  Cut,               // groups: servers in different groups no longer reach each other
  Heal,              // ends the cut
  LeaseTimeout,      // server: the minimum election timeout since it heard from its leader is over
  Transfer,          // server, target: it is asked to hand its lead over to the target
  Read,              // server, read: a client asks for a linearizable read
  Compact,           // server, index: takes a snapshot through an applied index
  ChangeMembership,  // server, voters, learners: is asked for this membership
  DiskWrite,         // server: its oldest write becomes durable
};

// "election_timeout", "heartbeat_timeout", "propose", "deliver", "crash", "cut", "heal",
// "lease_timeout", "transfer", "read", "compact", "change_membership", "disk_write".
const char* to_string(ActionKind kind);
std::optional<ActionKind> action_kind_named(std::string_view name);  // exactly as to_string prints

inline constexpr std::array kActionKinds = {
    ActionKind::ElectionTimeout,
    ActionKind::HeartbeatTimeout,
    ActionKind::Propose,
    ActionKind::Deliver,
    ActionKind::Crash,
    ActionKind::Cut,
    ActionKind::Heal,
    ActionKind::LeaseTimeout,
    ActionKind::Transfer,
    ActionKind::Read,
    ActionKind::Compact,
    ActionKind::ChangeMembership,
    ActionKind::DiskWrite,
};

// Whether the action is one server's step; the others act on the network.
constexpr bool acts_on_server(ActionKind kind) {
  return kind != ActionKind::Cut && kind != ActionKind::Heal;
}

struct Action {
  ActionKind kind{};
  spec::ServerId server = spec::kNoServer;          // none for Cut and Heal
  std::string command;                              // Propose
  spec::ServerId target = spec::kNoServer;          // Transfer
  std::uint64_t read = 0;                           // Read: its id
  std::optional<spec::MessageView> message;         // Deliver
  std::size_t sent_at = 0;                          // Deliver: number of the step that sent it
  bool keep_copy = false;                           // Deliver: a duplicate stays on the network
  std::vector<std::vector<spec::ServerId>> groups;  // Cut
  spec::Index index = 0;                            // Compact
  std::uint64_t survived = 0;  // Crash with async_disk: parts of pending writes that are durable
  std::vector<spec::ServerId> voters;    // ChangeMembership
  std::vector<spec::ServerId> learners;  // ChangeMembership
  bool operator==(const Action&) const = default;
};

struct SentMessage {
  spec::MessageView message;
  bool lost = false;  // the network lost it at once (bounded networks only)
  bool operator==(const SentMessage&) const = default;
};

struct Step {
  std::size_t number = 0;  // 1-based
  Action action;
  std::string
      outcome;  // what the implementation named the result, e.g. "VoteGranted"; may be empty
  std::vector<SentMessage> sent;
  std::vector<std::uint64_t> answered;   // reads that the server may answer now, by their ids
  std::optional<spec::ServerView> view;  // the acting server after the step; none for Cut and Heal
  bool operator==(const Step&) const = default;
};

struct ViolationRecord {
  std::string property;
  std::string message;
  std::size_t step = 0;  // the step that broke it; 0: the initial state
  bool operator==(const ViolationRecord&) const = default;
};

// The property of a run whose faults stop and that does not recover.
inline constexpr const char* kRecoveryProperty = "Recovery";

// Where faults stop: from there on the steps are those of the fair schedule (FORMAT.md).
struct RecoveryRecord {
  std::size_t after = 0;    // the last step before that; 0: at the start
  std::uint64_t steps = 0;  // within which the cluster should have recovered
  // The servers that are up, a majority at least, in the order in which election timers run out.
  std::vector<spec::ServerId> order;
  bool operator==(const RecoveryRecord&) const = default;
};

struct Trace {
  std::string program_version;  // the raftcheck that wrote it
  Config config;
  std::map<std::string, std::string> bounds;  // the search's flags and values; for the reader only
  std::optional<std::string> bug;             // a bug of the gallery, or none: the core as it is
  bool shortest = true;  // false: found by a search that does not promise a shortest trace
  std::optional<ViolationRecord> violation;
  std::optional<RecoveryRecord> recovery;  // if and only if the violation is of kRecoveryProperty
  std::vector<spec::ServerView> initial;   // in id order
  std::vector<Step> steps;
  bool operator==(const Trace&) const = default;
};

// The view of `server` just before trace.steps[position] (0-based): from its latest earlier step,
// or from the initial views; nullptr where the trace has none. `position` may be steps.size().
const spec::ServerView* view_before(const Trace& trace, std::size_t position,
                                    spec::ServerId server);

}  // namespace traces
