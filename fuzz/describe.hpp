// Any value of the core as text, field by field, for whoever looks at what a fuzzer found:
// {current_term: 2, voted_for: 1}. What is as in a value that was just made is left out.
#pragma once

#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "src/raft/canonical.hpp"
#include "src/raft/effects.hpp"
#include "src/raft/input.hpp"

namespace fuzz {

std::string describe(const raft::Server& server);
std::string describe(const raft::Input& input);
std::string describe(const raft::Effects& effects);

}  // namespace fuzz
