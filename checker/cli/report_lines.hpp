// Lines that the summaries of all commands are made of.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "checker/cluster/bounds.hpp"
#include "checker/node/node.hpp"
#include "spec/witness.hpp"

namespace cli {

using Out = std::back_insert_iterator<std::string>;

inline constexpr std::size_t kValueColumn = 32;  // where the values begin

// "  name    value".
void line(Out out, std::string_view name, std::string_view value);

// Whether the cluster has the feature that the action belongs to, if it belongs to any. Of the
// bounds, those of features count.
bool has_feature_of(std::string_view action, const node::Options& node,
                    const cluster::Bounds& bounds);

// What happened at least once, and what never did. `fired`: a bit for each spec::Witness.
// `expected`: those that these servers can fire.
void add_witness_lines(Out out, spec::WitnessSet fired, spec::WitnessSet expected);

}  // namespace cli
