// What there is to say of a search of one of the models (checker/models), where it differs from
// what there is to say of a cluster.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/cli/flags.hpp"
#include "checker/cli/json_parts.hpp"
#include "checker/models/catalogue.hpp"

namespace cli {

// The flags that say how to search, of those that there are: all others are about clusters.
std::vector<std::string> search_flags(const FlagValues& values);

struct ModelRun {
  const models::ModelEntry& entry;
  std::string variant;        // empty: none
  models::Settings given;     // on the command line
  models::Settings settings;  // of all parameters
  std::vector<std::string> properties;
  std::uint32_t violation = 0;  // 1 + the index of the property
  models::RunText run{};        // with a violation
};

// "raft-tla", "variant two", "max_term=3".
std::vector<std::string> model_words(const ModelRun& model);
// The property that is violated; precondition: there is one.
const std::string& violated_property(const ModelRun& model);
// The run to the violation and where it ends, in lines.
std::string run_text(const ModelRun& model);

// The settings and the limits: numbers as numbers, null for what has no limit.
Json config_json(const ModelRun& model, const FlagValues& values);
Json violation_json(const ModelRun& model);  // null if there is none

}  // namespace cli
