// What explaining a trace came to, as text and as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/cluster/causes.hpp"
#include "checker/cluster/divergence.hpp"
#include "checker/cluster/faults.hpp"
#include "spec/paper_rule.hpp"
#include "traces/trace.hpp"

namespace cli {

struct ExplainOutcome {
  const traces::Trace& trace;
  cluster::Causes causes;
  cluster::FaultsTried tried;
  std::optional<cluster::Divergence> divergence;  // from the core as it is
  std::optional<spec::PaperRule> rule;
  bool is_rule_seen = false;  // by the divergence; else by the property alone
};

std::string explain_text(const ExplainOutcome& outcome);
// One JSON object, ended by a newline. Its keys are stable: keys stay, new ones may come.
std::string explain_json(const ExplainOutcome& outcome);

}  // namespace cli
