// The node boundary: all that the checker needs to know of a Raft implementation.
//
// A node is a pure function over canonical bytes: (state, input) -> (state, messages). The bytes of
// a state are its identity; they hold the server's volatile state and what is on its disk, and
// equal states have equal bytes. The same goes for messages. Nothing else about them is assumed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/property.hpp"
#include "spec/view.hpp"

namespace node {

// How the cluster's membership may change.
enum class Changes : std::uint8_t { None, SingleServer, Joint };

struct Options {
  std::uint32_t servers = 0;              // ids are 1..servers
  bool no_op = false;                     // a new leader appends a no-op
  bool fast_backtracking = true;          // over whole terms; false: one entry at a time
  std::uint32_t entries_per_message = 0;  // 0: no limit
  bool pre_vote = false;
  bool check_quorum = false;
  bool vote_lease = false;
  bool lease_reads = false;
  std::uint32_t bytes_per_message = 0;  // of commands; 0: no limit, as for the next two
  std::uint32_t appends_in_flight = 0;  // AppendEntries to a server that are not answered
  std::uint32_t uncommitted = 0;        // entries of a leader's term
  bool snapshots = false;               // servers have state machines, and take snapshots of them
  std::uint32_t snapshot_chunk = 0;     // bytes of a snapshot in one message; 0: no limit
  Changes changes = Changes::None;
  bool async_disk = false;  // writes are done one by one, and only then what waits for them is sent
  std::uint32_t voters = 0;  // with changes: servers 1..voters are the first members; 0: all
};

// The options that only some clusters have, by the names that traces and flags give them (the
// latter with dashes). Where all are 0, which is off, a cluster is as the paper has it.
struct Feature {
  const char* name;
  std::uint32_t (*get)(const Options& options);
  void (*set)(Options& options, std::uint32_t value);
  std::uint32_t most;  // of its values; 1: a switch
};
std::span<const Feature> features();
// nullptr if there is none.
const Feature* feature_named(std::string_view name);

enum class InputKind : std::uint8_t {
  ElectionTimeout,
  HeartbeatTimeout,
  Propose,
  Receive,
  Restart,
  LeaseTimeout,
  Transfer,
  Read,
  Compact,
  ChangeMembership,
  DiskWrite,
};

struct Input {
  InputKind kind{};
  std::string_view payload;  // Propose: the command. Receive: the message's bytes. Compact: the
                             // index in decimal, through which a snapshot is to stand.
                             // ChangeMembership: voters and learners as "1 2 3;4". Restart with an
                             // asynchronous disk: how many parts of what was not yet durable
                             // survive (ServerView::disk), in decimal. Else empty.
  spec::ServerId target = spec::kNoServer;  // Transfer: to whom
  std::uint64_t read = 0;                   // Read: its id
};

struct Message {
  spec::ServerId from = spec::kNoServer;
  spec::ServerId to = spec::kNoServer;
  std::string bytes;  // the whole message, sender and receiver included
};

// What a step asks of the timers.
struct Timers {
  bool reset_election = false;   // wait a whole election timeout from now
  bool reset_heartbeat = false;  // wait a whole heartbeat interval from now
  bool reset_lease = false;      // wait the minimum election timeout from now
};

struct StepResult {
  std::string state;                    // afterwards; empty if the contract was broken
  std::vector<Message> messages;        // in the order of sending; what they need is durable
  std::string outcome;                  // the implementation's name for what happened; may be empty
  std::vector<std::uint64_t> reads{};   // that are answered, from what is applied after the step
  std::optional<std::string> contract;  // the sentence of a broken contract
  std::optional<Timers> timers;         // absent: the implementation does not say
  std::optional<spec::Applied> applied{};  // the same
};

// Renames servers: server i becomes renaming[i - 1] + 1.
using ServerRenaming = std::span<const std::uint8_t>;

class Node {
 public:
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;

  // A server that starts for the first time.
  virtual std::string initial_state(spec::ServerId id) = 0;
  // Restart: the server loses what is volatile and starts again from its disk.
  // DiskWrite: the oldest write that is not yet durable becomes so; what waited for it is sent.
  // A pure function. Throws std::invalid_argument if the bytes are not a state or a message.
  virtual StepResult step(std::string_view state, const Input& input) = 0;

  virtual spec::ServerView view(std::string_view state) = 0;
  virtual spec::MessageView message_view(std::string_view message) = 0;

  // Symmetry: renamed(step(s, i)) == step(renamed(s), renamed(i)) must hold.
  virtual std::string renamed_state(std::string_view state, ServerRenaming renaming) = 0;
  virtual std::string renamed_message(std::string_view message, ServerRenaming renaming) = 0;
};

}  // namespace node
