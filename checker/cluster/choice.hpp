// A run as plain values: a cluster's options, and a list of choices of what to try next. Each
// choice names what it wants by servers and links, never by a position in the run, and one that is
// not possible when its turn comes is passed over. So any list of choices is a run, any part of one
// is a run too, and what is left out of a run changes little of what the rest of it means: which is
// what lets somebody else draw runs at random and make failing ones smaller.
//
// The network is unordered and bounded by nothing: messages are late, overtaken, doubled, lost, and
// cut off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <vector>

#include "checker/node/node.hpp"

namespace cluster {

enum class ChoiceKind : std::uint8_t {
  Deliver,    // the oldest message from `other` to `server`, but for `number` older ones
  Duplicate,  // the same, and a copy of it stays on the network
  Lose,       // the same message is lost
  ElectionTimeout,
  HeartbeatTimeout,  // of a leader
  LeaseTimeout,      // of a server that has a lease
  Propose,           // to a leader: "v`number`"; if that is 0, the k-th of a run carries "vk"
  Read,              // at a leader, or at a follower that knows one; the k-th of a run has the id k
  Crash,             // `number`, cyclically: so many parts of what was not yet durable survive
  Cut,               // into the `number`-th partition, cyclically
  Heal,
  DiskWrite,         // where something is to be written
  Compact,           // through the `number`-th index that it can, cyclically
  Transfer,          // by a leader to `other`
  ChangeMembership,  // by a leader, the `number`-th change that it can be asked for, cyclically
};
inline constexpr std::size_t kChoiceKinds = 15;
constexpr bool is_of_message(ChoiceKind kind) { return kind <= ChoiceKind::Lose; }

const char* to_string(ChoiceKind kind);

struct Choice {
  ChoiceKind kind{};
  std::uint8_t server = 0;  // 1..n; not of Cut and Heal
  std::uint8_t other = 0;
  std::uint8_t number = 0;
  bool operator==(const Choice&) const = default;
};

struct PlannedRun {
  node::Options options{};
  std::vector<Choice> choices{};
};

std::ostream& operator<<(std::ostream& out, const Choice& choice);
// One line for the options, one for each choice.
std::ostream& operator<<(std::ostream& out, const PlannedRun& run);

}  // namespace cluster
