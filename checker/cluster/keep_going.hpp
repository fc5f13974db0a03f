// Several counterexamples of one space that differ in more than the way to them: in the property
// that is violated, or in the action that violates it.
//
// A search ends with the first violation. Here it is followed by others over the same space. In
// each, a step by which a kind of violation was found before is no violation any more, and leads
// nowhere; so what it finds is of a new kind, and its run is one of the shortest to that kind which
// violate nothing on their way. Once there is none, the properties that were violated are not
// looked at any more, and runs go on past what broke them: to the others, which break later.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/explore.hpp"

namespace cluster {

// A violation of a further kind, with its trace (of which the caller fills in the rest).
struct Finding {
  spec::Violation violation;
  std::string action;  // of action_names(), that breaks the property
  traces::Trace trace;
};

struct Findings {
  std::vector<Finding> further{};
  // Why there are no more: Violation (as many as were asked for), Exhausted (there is no further
  // kind within the bounds), or the limit at which a search stopped.
  engine::StopReason stopped_by = engine::StopReason::Exhausted;
};

// The action that breaks the property; empty where the initial state does.
std::string breaking_action(const traces::Trace& trace);

// After a search that reported `first`: up to `most` violations of other kinds. Each of the
// searches has the limits of `options`; there are no checkpoints, and recovery is not looked at.
Findings keep_going(node::Node& node, const ExploreOptions& options, const ExploreReport& first,
                    std::size_t most, ExploreObserver& observer);

}  // namespace cluster
