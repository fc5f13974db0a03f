// Parts of the JSON summaries that commands share.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "spec/witness.hpp"

namespace cli {

using Json = nlohmann::ordered_json;

// The flags' values: numbers as numbers, null for what has no limit.
Json value_json(const std::string& value);
// By witness: whether it is in the set.
Json witnesses_json(spec::WitnessSet fired);
Json named(const std::vector<std::string>& names, const std::vector<std::uint64_t>& counts);

}  // namespace cli
