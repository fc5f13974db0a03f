#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/explain_report.hpp"
#include "checker/cli/output_files.hpp"
#include "checker/cli/process.hpp"
#include "checker/cli/text.hpp"
#include "checker/cli/trace_input.hpp"
#include "checker/cli/usage_error.hpp"
#include "checker/cli/watch.hpp"
#include "checker/cluster/broken_rule.hpp"
#include "checker/cluster/replay.hpp"

namespace cli {
namespace {

void require_reproduced(node::Node& node, const traces::Trace& trace, const std::string& path) {
  if (!trace.violation) {
    throw UsageError(path +
                     ": /violation: the trace violates nothing, so there is nothing to explain");
  }
  const cluster::ReplayResult result = cluster::replay(node, trace, [](std::size_t) {});
  if (result.verdict == cluster::ReplayVerdict::Reproduced) return;
  throw UsageError(replay_failure(path, result));
}

}  // namespace

int run_explain(const ExplainArguments& arguments) {
  if (arguments.json_path && *arguments.json_path != kStdout) {
    require_writable("--json", *arguments.json_path);
  }
  const traces::Trace trace = require_trace("explain", arguments.trace_path);
  const std::optional<Bug> bug = bug_of(trace, arguments.trace_path, arguments.bug);
  const node::Options options = cluster::node_options(trace.config);
  NodeHolder holder(bug, options);
  NodeHolder core(std::nullopt, options);
  require_reproduced(*holder, trace, arguments.trace_path);

  catch_interruptions();
  Watch watch(std::nullopt, memory_bytes() / 4 * 3);
  const auto go_on = [&](std::size_t tried, std::size_t all) {
    const auto now = Watch::Clock::now();
    if (watch.is_time_to_print(now)) {
      watch.print(fmt::format("faults tried: {} of {}", grouped(tried), grouped(all)), now);
    }
    return !watch.reason_to_stop(now);
  };
  ExplainOutcome outcome{.trace = trace,
                         .causes = cluster::causes_of(*holder, trace),
                         .tried = cluster::try_faults(*holder, trace, go_on),
                         .divergence = cluster::first_divergence(*holder, *core, trace),
                         .rule = {}};
  if (outcome.divergence) outcome.rule = cluster::broken_rule(*outcome.divergence, trace.config);
  outcome.is_rule_seen = outcome.rule.has_value();
  if (!outcome.rule) outcome.rule = cluster::rule_behind(trace);
  watch.clear();
  report(explain_text(outcome), [&] { return explain_json(outcome); }, arguments.json_path, {});
  return outcome.tried.untried == 0 ? kHolds : kStopped;
}

}  // namespace cli
