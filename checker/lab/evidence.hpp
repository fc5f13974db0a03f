// A failed run as a trace: the interleaving of the lab, step by step, as exploration writes it.
//
// The run is taken again with its actions written down, and these are taken once more by
// cluster::Runner, which shares nothing with the lab but the code of the servers. What violates a
// property is then made smaller (cluster/shrink.hpp). An assertion of a test is about clocks, which
// a trace does not have: a run that breaks no property is a trace without a violation.
#pragma once

#include "checker/lab/run.hpp"
#include "checker/node/node.hpp"
#include "traces/trace.hpp"

namespace lab {

struct Evidence {
  traces::Trace trace;
  std::uint64_t steps = 0;  // of the run before it was made smaller
  bool is_minimal = false;  // as cluster::Shrunk
};

// `node` must be made for node_options(id), of the same code as options.make_live. Nothing: the run
// is too long to be written out. Throws std::logic_error if it does not come to `failed` again.
std::optional<Evidence> evidence_of(node::Node& node, const RunId& id, const RunOptions& options,
                                    const RunResult& failed);

}  // namespace lab
