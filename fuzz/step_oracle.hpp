// Says what is wrong with a step, whatever the server and the input: what holds of every step, and
// which contracts an input can break. Cheap enough for every step of a fuzzer; spec's own
// properties of steps are asked about one step of many (complaint_of_spec).
#pragma once

#include <string>
#include <string_view>

#include "src/raft/effects.hpp"
#include "src/raft/input.hpp"
#include "src/raft/server.hpp"

namespace fuzz {

// Empty, or the first thing that is wrong with what became of `before`.
std::string_view complaint_about(const raft::Server& before, const raft::Input& input,
                                 const raft::Server& after, const raft::Effects& effects);

// Empty, or why the input cannot have broken a contract: nothing but a message of another server
// that contradicts what is committed, or that there is one leader a term, may do that.
std::string complaint_about_contract(const raft::Server& before, const raft::Input& input,
                                     const std::string& contract);

// What spec::check_step and spec::check_exchange say. Ten times slower.
std::string complaint_of_spec(const raft::Server& before, const raft::Input& input,
                              const raft::Server& after, const raft::Effects& effects);

}  // namespace fuzz
