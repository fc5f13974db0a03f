// The ways in which shrinking (shrink.hpp) changes a run, besides leaving out pieces of it. None of
// them knows whether the run still violates anything; whoever asks runs them.
#pragma once

#include <optional>
#include <vector>

#include "checker/cluster/script.hpp"

namespace cluster {

// Without all crashes, cuts or duplicates, or one of them; without the elections of one term;
// without what one server does; with one server less. `trace` is the script's run.
std::vector<Script> simpler_scripts(const Script& script, const traces::Trace& trace);

// With two servers exchanged from some place on: what two servers do in turn, one may do alone.
std::vector<Script> scripts_with_other_servers(const Script& script);

// With one message received twice in the place of two messages of a kind.
std::vector<Script> scripts_with_merged_deliveries(const Script& script);

// With the action at `from` moved to the earlier place `to`; nothing where it receives a message
// that is not sent before.
std::optional<Script> moved(const Script& script, std::size_t from, std::size_t to);

// With one action moved to an earlier place.
std::vector<Script> scripts_in_other_order(const Script& script);

// The commands are v1, v2, ... in the order of their first proposal.
Script with_commands_renamed(const Script& script);

}  // namespace cluster
