// A violating run made short before it is written out. A run of the lab can have a hundred thousand
// steps with logs of thousands of entries; cluster::shrink, which looks at whole views, is made for
// hundreds. Here actions are left out as there, on servers that are stepped in place and judged by
// what changes, a million steps a second. What is left goes on to cluster::Runner and its shrinker,
// which share nothing with this.
#pragma once

#include "checker/lab/run.hpp"

namespace lab {

// `recorded`: the actions of a run with these servers that violates the property with its last one.
// What is returned does so too, and mostly with far fewer; it is the same if that cannot be shown
// here. Takes about `steps_max` steps of servers at most.
std::vector<RecordedAction> shortened(const std::vector<RecordedAction>& recorded,
                                      const node::Options& node, const RunOptions& options,
                                      spec::Property property, std::uint64_t steps_max);

}  // namespace lab
