// The second form of the node boundary: servers that live here and are stepped in place, for runs
// that are far too long to be remembered state by state. What a step did is told, not the whole
// state: where the log may have changed, what was sent, how the small numbers stand.
//
// As with `Node`, no type of an implementation is seen, so that a library can bring the servers
// (library.hpp). A run through Live and the same run through Node are the same run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/view.hpp"

namespace node {

// A message that was sent and neither received nor dropped yet.
using LiveHandle = std::uint32_t;

// What a message is to a network of calls: who calls waits for the reply. One way: a call that is
// answered by other calls, if at all.
enum class LiveKind : std::uint8_t { Request, Reply, OneWay };

struct LiveMessage {
  LiveHandle handle = 0;
  spec::ServerId from = spec::kNoServer;
  spec::ServerId to = spec::kNoServer;
  LiveKind kind{};
  bool is_judged = false;   // see Live::is_judged
  std::uint32_t bytes = 0;  // of its encoding
};

// What an entry of a log is.
enum class EntryKind : std::uint8_t { Command, NoOp, Membership };

// spec::MembershipView as sets of bits: bit i is server i + 1. Without voters nothing is known.
struct LiveMembership {
  std::uint64_t voters = 0;
  std::uint64_t outgoing = 0;
  std::uint64_t learners = 0;
  [[nodiscard]] bool is_known() const { return voters != 0; }
  bool operator==(const LiveMembership&) const = default;
};

// spec::DiskView without what is on its way to the disk.
struct LiveDisk {
  spec::Term current_term = 0;
  spec::ServerId voted_for = spec::kNoServer;
  spec::Index log_index = 0;
};

struct LiveStep {
  std::vector<LiveMessage> sent{};  // in the order of sending
  const char* outcome = "";
  Timers timers{};
  spec::Applied applied{};
  spec::Index proposed = 0;  // a proposal was accepted: where
  std::vector<std::uint64_t> reads{};
  // Below it the log is what it was, unless the implementation lies; 0: nothing is said to differ.
  spec::Index log_from = 0;
  bool snapshot_changed = false;  // the same: else the snapshot is what it was
  // With an asynchronous disk, afterwards: writes that are not durable, and into how many parts a
  // crash can tear them.
  std::size_t writes_pending = 0;
  std::size_t parts_pending = 0;
  std::optional<std::string> contract;  // as StepResult::contract: the servers are of no use then
};

// The small numbers of one server: spec::ServerView without what grows.
struct LiveFacts {
  spec::Role role = spec::Role::Follower;
  spec::Term current_term = 0;
  spec::ServerId voted_for = spec::kNoServer;
  spec::Index base_index = 0;  // the log's entries begin behind it
  spec::Index last_index = 0;
  spec::Index commit_index = 0;
  spec::Index last_applied = 0;
  spec::Index snapshot_index = 0;
  spec::Term snapshot_term = 0;
  spec::ServerId leader = spec::kNoServer;
  bool lease = false;
  spec::ServerId transferee = spec::kNoServer;
  std::vector<spec::Index> match_index{};  // slots as in ServerView; empty unless it leads
  std::optional<LiveDisk> disk{};          // absent: what is written is durable at once
  LiveMembership membership{};             // in force at the server, where memberships change
  LiveMembership snapshot_membership{};    // in force at the snapshot, the same
};

struct LiveEntry {
  spec::Term term = 0;
  EntryKind kind{};
  std::string_view command;     // valid until the server's next step
  LiveMembership membership{};  // of such an entry
  bool operator==(const LiveEntry&) const = default;
};

class Live {
 public:
  Live() = default;
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;
  virtual ~Live() = default;

  // What is returned is valid until the next step of any server.
  virtual const LiveStep& receive(LiveHandle message) = 0;
  // Any other input; `server` is who gets it.
  virtual const LiveStep& step(spec::ServerId server, const Input& input) = 0;
  virtual void drop(LiveHandle message) = 0;

  virtual void facts(spec::ServerId server, LiveFacts& facts) const = 0;
  // Precondition: base_index < index <= last_index.
  [[nodiscard]] virtual LiveEntry entry(spec::ServerId server, spec::Index index) const = 0;
  // Valid until the server's next step.
  [[nodiscard]] virtual std::string_view snapshot_data(spec::ServerId server) const = 0;
  // Of what must survive a crash, without the snapshot: term, vote and log, encoded.
  [[nodiscard]] virtual std::size_t durable_bytes(spec::ServerId server) const = 0;

  [[nodiscard]] virtual spec::ServerView view(spec::ServerId server) const = 0;
  [[nodiscard]] virtual spec::MessageView message_view(LiveHandle message) const = 0;
  // Whether some property says something of such a message (spec::is_judged).
  [[nodiscard]] virtual bool is_judged(LiveHandle message) const = 0;
};

// The core as it is. Throws raft::ContractViolation if the options make no cluster.
std::unique_ptr<Live> make_live_raft(const Options& options);

}  // namespace node
