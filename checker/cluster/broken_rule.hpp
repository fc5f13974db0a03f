// Which rule of the paper a run does not keep, from what can be seen of it.
//
// Where an implementation parts from a correct one (divergence.hpp), the difference says which rule
// is at stake: each of Figure 2's rules is about one field or message in one situation. A vote that
// one server grants and the other refuses for the candidate's log is about the election
// restriction; a commit index that one moves over an entry of an earlier term and the other does
// not is about section 5.4.2. Nothing here knows what was changed in the implementation, or that
// anything was. Without a correct one to compare with, the property that is violated and the step
// that violates it tell as much as they can.
#pragma once

#include <optional>
#include <string>

#include "checker/cluster/divergence.hpp"
#include "spec/paper_rule.hpp"
#include "spec/property.hpp"
#include "traces/trace.hpp"

namespace cluster {

// Nothing if the difference is about no rule that is known here.
std::optional<spec::PaperRule> broken_rule(const Divergence& divergence,
                                           const traces::Config& config);

// What the violated property rests on most directly, by the step that breaks it. Nothing for a run
// that does not recover: that is no property of a step.
std::optional<spec::PaperRule> rule_behind(const traces::Trace& trace);

}  // namespace cluster
