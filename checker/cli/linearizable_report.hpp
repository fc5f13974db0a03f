// What `raftcheck linearizable` says: text for people, JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "checker/cli/linearizable_flags.hpp"
#include "checker/linearizability/check.hpp"

namespace cli {

struct LinearizableOutcome {
  const LinearizablePlan& plan;
  const linearizability::HistoryFile& file;
  const linearizability::Verdict& verdict;
  double seconds = 0;
  std::string path;
  std::vector<std::string> arguments;
};

std::string linearizable_text(const LinearizableOutcome& outcome);
std::string linearizable_json(const LinearizableOutcome& outcome);

}  // namespace cli
