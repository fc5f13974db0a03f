// A property test as somebody else writes it who has a Raft behind the node boundary: here it is
// the core itself. Random runs break nothing; where one does, its trace is in the working
// directory.
#include <rapidcheck.h>

#include "checker/node/raft_node.hpp"
#include "checker/rapidcheck/core_values.hpp"
#include "checker/rapidcheck/failing_run.hpp"
#include "checker/rapidcheck/runs.hpp"

int main() {
  const bool holds = rc::check("runs keep every property", [] {
    const cluster::PlannedRun run = *cluster::rapid::runs();
    const auto node = node::make_raft_node(run.options);
    cluster::ChosenRun chosen(*node, run.options);
    chosen.take(run.choices);
    cluster::rapid::require_no_violation(chosen, "consumer");
  });
  const bool is_total = rc::check("every input has an outcome", [] {
    const raft::rapid::Reached reached = *raft::rapid::reached_servers();
    raft::Server server = reached.server;
    const raft::Effects effects = raft::step(server, raft::HeartbeatTimeout{});
    RC_ASSERT(effects.outcome != raft::Outcome::None);
  });
  return holds && is_total ? 0 : 1;
}
