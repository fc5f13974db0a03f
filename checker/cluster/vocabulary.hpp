// What the steps of servers are called, in reports and coverage, and by numbers for the engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/cluster/bounds.hpp"
#include "checker/engine/model.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"

namespace cluster {

// What a step is, for coverage: the index of the action's name.
enum class ActionKind : std::uint16_t {
  ElectionTimeout,
  HeartbeatTimeout,
  Propose,
  Crash,
  Cut,
  Heal,
  Compact,
  ChangeMembership,
  DiskWrite,
  Deliver,  // this and the following: one for each kind of message, as the kinds come up
};

// The bounds by which a step can be forbidden, in the order of bound_names().
enum class BoundKind : std::uint16_t {
  Terms,
  Log,
  Proposals,
  Timeouts,
  Crashes,
  Inflight,
  Duplicates,
  Partitions,
  Loss,
  Contract,  // not a bound: a step that broke a contract while contracts were not checked
  Compactions,
  Changes,
};

// By ActionKind, and by BoundKind.
const std::vector<std::string>& action_names();
const std::vector<std::string>& bound_names();

// The witnesses that steps within the bounds can fire at all.
spec::WitnessSet possible_witnesses(const Bounds& bounds);

// The action of receiving a message of this kind ("request_vote", ...). A kind that the checker has
// no name for is covered as "deliver_other".
std::uint16_t delivery_of(const std::string& message_kind);

// The engine's number of what a step violates.
constexpr std::uint32_t number_of(spec::Property property) {
  return 1 + static_cast<std::uint32_t>(property);
}

// A step that a bound forbids.
inline engine::Step forbidden(BoundKind bound) {
  return {.cut_off_by = static_cast<std::uint16_t>(1 + static_cast<std::uint16_t>(bound))};
}

}  // namespace cluster
