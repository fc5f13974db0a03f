// Everything that can happen to a server. Time and chance are inputs: the core asks for timers
// (Effects::timers) and whoever drives it decides when they fire.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "src/raft/message.hpp"
#include "src/raft/server.hpp"

namespace raft {

struct ElectionTimeout {
  bool operator==(const ElectionTimeout&) const = default;
};

struct HeartbeatTimeout {
  bool operator==(const HeartbeatTimeout&) const = default;
};

// A client asks for a command to be replicated.
struct Propose {
  Command command;
  bool operator==(const Propose&) const = default;
};
RAFT_FIELDS(Propose, command)

// The same for several at once, in this order: all of them are taken, or none is. One step makes
// them durable and sends them together.
struct ProposeBatch {
  std::vector<Command> commands;  // not empty
  bool operator==(const ProposeBatch&) const = default;
};
RAFT_FIELDS(ProposeBatch, commands)

struct Receive {
  Message message;
  bool operator==(const Receive&) const = default;
};

// The server crashed, or starts for the first time: everything but `durable` is lost.
struct Restart {
  Durable durable;
  bool operator==(const Restart&) const = default;
};
RAFT_FIELDS(Restart, durable)

// The minimum election timeout has passed since Effects::timers.reset_lease last asked for it.
struct LeaseTimeout {
  bool operator==(const LeaseTimeout&) const = default;
};

// An operator asks a leader to hand the lead over to `to` (dissertation 3.10). The leader brings
// that server's log up to date, tells it to stand for election and refuses proposals meanwhile, for
// an election timeout at most.
struct Transfer {
  ServerId to{};
  bool operator==(const Transfer&) const = default;
};
RAFT_FIELDS(Transfer, to)

// A client asks for a linearizable read, at a leader or a follower. `id` is the driver's: above 0
// and above those of all reads that were asked at this server before, a restart or not. It comes
// back in Effects::reads once the read may be answered. A read that is lost (the server stops to
// lead or to follow, a message is lost, this server or its leader does not know yet how far entries
// are committed) does not; the driver asks anew, with a new id.
struct Read {
  std::uint64_t id = 0;
  bool operator==(const Read&) const = default;
};
RAFT_FIELDS(Read, id)

// The driver has a snapshot of the state machine as it is after the entry at `through`, which must
// have been applied: the log through it can go (section 7). Each server does so on its own.
struct Compact {
  Index through;
  std::string data;  // Snapshot::data
  bool operator==(const Compact&) const = default;
};
RAFT_FIELDS(Compact, through, data)

// An operator asks for another membership. Where voters change one at a time, the leader refuses
// what changes more; else it goes through joint consensus by itself.
struct ChangeMembership {
  ServerSet voters;
  ServerSet learners;
  bool operator==(const ChangeMembership&) const = default;
};
RAFT_FIELDS(ChangeMembership, voters, learners)

// With Config::async_disk: a write is durable, and all before it. persisted() in disk.hpp makes it.
struct Persisted {
  HardState hard_state;  // that was written; that of term 0 if none was
  Index last_index;      // of the log then: the entry is named by index and term, since another may
  Term last_term;        // have taken its index while the disk was busy
  bool operator==(const Persisted&) const = default;
};
RAFT_FIELDS(Persisted, hard_state, last_index, last_term)

using Input =
    std::variant<ElectionTimeout, HeartbeatTimeout, Propose, Receive, Restart, LeaseTimeout,
                 Transfer, Read, Compact, ChangeMembership, Persisted, ProposeBatch>;

}  // namespace raft
