#include "checker/lab/evidence.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "checker/cluster/explore.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/runner.hpp"
#include "checker/cluster/shrink.hpp"
#include "checker/cluster/trace_size.hpp"
#include "checker/lab/rerun.hpp"

namespace lab {
namespace {

// Entries in all the views and messages of a trace: a view is of a whole log. A trace file has 64
// MiB at most, which is 100 bytes an entry.
constexpr std::uint64_t kEntriesMax = 600'000;
// What shrinking may take altogether: steps of servers stepped in place; entries in the runs of
// nodes, each of which is looked at once by every rule.
constexpr std::uint64_t kShortenSteps = 6'000'000;
constexpr std::uint64_t kShrinkEntries = 3'000'000;

// A run whose assertions failed with the properties off may break one all the same.
spec::PropertySet looked_for(spec::PropertySet properties) {
  return properties == 0 ? spec::kAllProperties : properties;
}

// Follows the recorded actions until a property is violated.
class Follower {
 public:
  Follower(node::Node& node, const RunId& id, spec::PropertySet properties)
      : runner_(node, node_options(id).servers, cluster::to_string(cluster::Network::Unordered),
                properties) {
    trace_.config = cluster::trace_config(node_options(id), cluster::Network::Unordered);
    trace_.shortest = false;
    trace_.initial = runner_.views();
    trace_.bounds = {{"lab", id.test->name},
                     {"no-op", id.no_op ? "on" : "off"},
                     {"seed", std::to_string(id.seed)},
                     {"iteration", std::to_string(id.iteration)}};
  }

  // False: too much to be written out.
  bool follow(const std::vector<RecordedAction>& recorded) {
    std::uint64_t entries = 0;
    for (const RecordedAction& one : recorded) {
      auto taken = runner_.apply(action_of(one));
      if (!taken) throw std::logic_error("a run of the lab cannot be followed: " + taken.error());
      entries += cluster::entries_in(taken->step);
      if (entries > kEntriesMax) return false;
      trace_.steps.push_back(std::move(taken->step));
      if (!taken->violation) continue;
      trace_.violation = {to_string(taken->violation->property), taken->violation->message,
                          trace_.steps.size()};
      return true;
    }
    return true;
  }
  [[nodiscard]] traces::Trace& trace() { return trace_; }

 private:
  [[nodiscard]] traces::Action action_of(const RecordedAction& one) const {
    traces::Action action = one.action;
    if (action.kind == traces::ActionKind::Deliver) {
      action.message = trace_.steps.at(action.sent_at - 1).sent.at(one.position).message;
    }
    return action;
  }

  cluster::Runner runner_;
  traces::Trace trace_;
};

}  // namespace

std::optional<Evidence> evidence_of(node::Node& node, const RunId& id, const RunOptions& options,
                                    const RunResult& failed) {
  RunOptions again = options;
  again.is_recorded = true;
  const RunResult result = run(id, again);
  if (result.failure != failed.failure) {
    throw std::logic_error("a failed run of the lab came to something else the second time");
  }
  const spec::PropertySet properties = looked_for(options.properties);
  const std::uint64_t steps = result.recorded.size();
  std::vector<RecordedAction> recorded = result.recorded;
  if (failed.violation) {
    recorded =
        shortened(recorded, node_options(id), options, failed.violation->property, kShortenSteps);
  }
  Follower follower(node, id, properties);
  if (!follower.follow(recorded)) return std::nullopt;
  Evidence evidence{.trace = std::move(follower.trace()), .steps = steps};
  if (!evidence.trace.violation) {
    if (!failed.violation) return evidence;
    throw std::logic_error("a run of the lab violates no property on the real code");
  }
  cluster::Shrunk shrunk = cluster::shrink(
      node, evidence.trace,
      {.properties = properties, .go_on = [](const cluster::ShrinkProgress& progress) {
         return progress.entries <= kShrinkEntries;
       }});
  const auto bounds = std::move(evidence.trace.bounds);
  evidence.trace = std::move(shrunk.trace);
  evidence.trace.bounds = bounds;
  evidence.is_minimal = shrunk.is_minimal;
  return evidence;
}

}  // namespace lab
