// Within what a search is exhaustive: every fault and every growth of the state is explicit and has
// its bound.
#pragma once

#include <cstdint>
#include <optional>

namespace cluster {

enum class Network : std::uint8_t {
  Any,        // any message ever sent may arrive at any later time, any number of times, or never
  Unordered,  // bounded: a multiset of messages in flight
  Ordered,    // bounded: a queue for each pair of servers
};

enum class LossMode : std::uint8_t { Free, None, Budgeted };

// Absent: no bound (what it counts is then not part of a state).
struct Bounds {
  std::uint32_t servers = 3;
  std::uint64_t terms = 2;                   // no server goes beyond this term
  std::uint64_t log = 2;                     // a leader accepts a proposal while its log is shorter
  std::optional<std::uint32_t> proposals{};  // accepted client proposals; the k-th carries "vk"
  std::optional<std::uint32_t> timeouts{};   // election timeouts
  std::uint32_t crashes = 1;
  std::uint32_t transfers = 0;  // a leader is asked to hand its lead over
  std::uint32_t reads = 0;      // a server is asked for a read
  // How often a server's minimum election timeout ends although that of a leader's read lease,
  // which began before, does not: a clock runs too fast, or the leader's too slowly.
  std::uint32_t clock_drifts = 0;
  std::uint32_t compactions = 0;      // snapshots that servers take of themselves
  std::uint32_t snapshot_pieces = 1;  // messages that a snapshot takes at most
  std::uint32_t changes = 0;          // of the membership, that a leader accepts
  bool joint_changes = false;         // to any other voters; or by one voter at a time
  bool learners = false;              // members without a vote come and go too
  bool async_disk = false;            // what is written is durable only later
  std::uint32_t voters = 0;           // with changes: servers 1..voters are the first; 0: all
  Network network = Network::Any;

  // Bounded networks only.
  std::uint32_t inflight = 4;
  std::uint32_t duplicates = 0;  // deliveries that leave a copy behind
  std::uint32_t partitions = 0;  // cuts
  LossMode loss = LossMode::Free;
  std::uint32_t losses = 0;  // with LossMode::Budgeted

  bool symmetry = true;
};

}  // namespace cluster
