// What the steps of servers are called, in reports and coverage, and by numbers for the engine.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/bounds.hpp"
#include "checker/engine/model.hpp"
#include "checker/node/node.hpp"
#include "spec/property.hpp"
#include "spec/witness.hpp"
#include "traces/trace.hpp"

namespace cluster {

// What a step is, for coverage: the index of the action's name.
enum class ActionKind : std::uint16_t {
  ElectionTimeout,
  HeartbeatTimeout,
  Propose,
  Crash,
  Cut,
  Heal,
  LeaseTimeout,
  Transfer,
  Read,
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
  Transfers,
  Reads,
  ClockDrifts,
  Compactions,
  Changes,
};

// By ActionKind, and by BoundKind.
const std::vector<std::string>& action_names();
const std::vector<std::string>& bound_names();

// The action of receiving a message of this kind ("request_vote", ...). A kind that the checker has
// no name for is covered as "deliver_other".
std::uint16_t delivery_of(const std::string& message_kind);

// Whether a server's minimum election timeout would end by this action while a leader counts on its
// not doing so: a clock that runs too fast. `views`: of all servers, in id order.
bool ends_lease_early(const std::vector<spec::ServerView>& views, const traces::Action& action);
// Whether it would by any timeout of this server; `view_of`: from an element of `views`.
template <class Views, class ViewOf = std::identity>
bool is_bound_by_lease(const spec::ServerView& view, const Views& views, ViewOf view_of = {}) {
  const auto leads_by_lease = [](const spec::ServerView& other) {
    return other.role == spec::Role::Leader && other.lease;
  };
  return view.role != spec::Role::Leader && view.lease &&
         std::ranges::any_of(views, leads_by_lease, view_of);
}

// The parts of the writes that are not yet durable: so many different crashes can tear them.
std::uint32_t pending_parts(const spec::ServerView& view);

// Whether the action receives a message of which spec::check_exchange has something to say.
bool is_judged(std::uint16_t action);

// An action of a trace, and back; every delivery is a Deliver there.
ActionKind action_kind_of(traces::ActionKind kind);
traces::ActionKind trace_action_of(ActionKind kind);

// What there is to see in a cluster with these options, and with what is asked of it.
spec::WitnessSet expected_witnesses(const node::Options& options, const Bounds& bounds);

// The engine's number of what a step violates.
constexpr std::uint32_t number_of(spec::Property property) {
  return 1 + static_cast<std::uint32_t>(property);
}

// What is reported of two checks of one step: the first in the order of spec::Property.
inline std::optional<spec::Violation> first_of(std::optional<spec::Violation> one,
                                               std::optional<spec::Violation> other) {
  if (!one) return other;
  return other && other->property < one->property ? other : one;
}

// A step that a bound forbids.
inline engine::Step forbidden(BoundKind bound) {
  return {.cut_off_by = static_cast<std::uint16_t>(1 + static_cast<std::uint16_t>(bound))};
}

}  // namespace cluster
