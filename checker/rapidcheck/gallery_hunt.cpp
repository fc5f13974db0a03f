#include "checker/rapidcheck/gallery_hunt.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "checker/cluster/replay.hpp"
#include "checker/node/library.hpp"
#include "checker/node/raft_node.hpp"
#include "checker/rapidcheck/failing_run.hpp"
#include "checker/rapidcheck/runs.hpp"
#include "checker/rapidcheck/silent_listener.hpp"
#include "traces/file.hpp"

namespace cluster::rapid {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The bug's node, or the core as it is.
class Prey {
 public:
  Prey(const SafetyBug& bug, bool is_core) {
    if (is_core) {
      core_ = node::make_raft_node(bug.options);
    } else {
      library_ = std::make_unique<node::LibraryNode>(bug.library, bug.options);
    }
  }
  [[nodiscard]] node::Node& node() { return core_ ? *core_ : library_->node(); }

 private:
  std::unique_ptr<node::Node> core_;
  std::unique_ptr<node::LibraryNode> library_;
};

// A trace that nobody can replay would be worth nothing.
Kill confirmed(node::Node& node, const std::filesystem::path& path) {
  const auto trace = traces::read_trace(path);
  if (!trace) throw std::runtime_error(trace.error());
  const ReplayResult replayed = replay(node, *trace, [](std::size_t) {});
  if (replayed.verdict != ReplayVerdict::Reproduced) {
    throw std::runtime_error(path.string() + " does not replay: " + replayed.path + ": " +
                             replayed.explanation);
  }
  return {.property = trace->violation->property, .steps = trace->steps.size(), .trace = path};
}

// The property that RapidCheck checks: no run violates anything. Counts until one does.
class Property {
 public:
  Property(node::Node& node, const SafetyBug& bug, const Hunt& options)
      : node_(node),
        bug_(bug),
        trace_name_(bug.name + "-" + std::to_string(options.seed)),
        bug_name_(options.is_core ? std::nullopt : std::optional(bug.name)) {}

  void operator()() {
    const PlannedRun run = *runs(bug_.options);
    ChosenRun chosen(node_, run.options);
    chosen.take(run.choices);
    if (!found_after_) {
      ++report_.runs;
      report_.steps += chosen.happened().steps;
      if (chosen.violation()) found_after_ = seconds_since(start_);
    }
    require_no_violation(chosen, trace_name_, bug_name_);
  }

  // After the last run.
  [[nodiscard]] HuntReport report() {
    report_.seconds = found_after_.value_or(seconds_since(start_));
    if (!found_after_) return report_;
    const double all = seconds_since(start_);
    report_.kill = confirmed(node_, trace_path(trace_name_));
    report_.kill->seconds_shrinking = all - report_.seconds;
    return report_;
  }
  [[nodiscard]] double seconds() const { return seconds_since(start_); }
  [[nodiscard]] bool has_found() const { return found_after_.has_value(); }

 private:
  node::Node& node_;
  const SafetyBug& bug_;
  std::string trace_name_;
  std::optional<std::string> bug_name_;
  Clock::time_point start_ = Clock::now();
  std::optional<double> found_after_;
  HuntReport report_;
};

}  // namespace

traces::Result<std::vector<SafetyBug>> safety_bugs(const std::filesystem::path& gallery) {
  std::vector<SafetyBug> bugs;
  std::error_code error;
  for (const auto& folder : std::filesystem::directory_iterator(gallery, error)) {
    const std::filesystem::path path = folder.path() / "trace.json";
    if (!std::filesystem::exists(path)) continue;  // a control
    const auto trace = traces::read_trace(path);
    if (!trace) return traces::Failure{trace.error()};
    if (!trace->violation || trace->recovery) continue;
    bugs.push_back({folder.path().filename().string(), folder.path() / "node.so",
                    node_options(trace->config)});
  }
  if (bugs.empty()) {
    return traces::Failure{gallery.string() +
                           ": there are no bugs here; give the folder `gallery` of a build, and "
                           "build it with ./dev build"};
  }
  std::ranges::sort(bugs, {}, &SafetyBug::name);
  return bugs;
}

HuntReport hunt(const SafetyBug& bug, const Hunt& options) {
  constexpr int kRunsAtOnce = 200;
  Prey prey(bug, options.is_core);
  Property property(prey.node(), bug, options);
  rc::detail::TestMetadata metadata;
  metadata.id = bug.name;
  rc::detail::TestParams params;
  params.maxSuccess = kRunsAtOnce;
  SilentListener listener;  // what is found is in the report
  rc::Random seeds(options.seed);
  while (!property.has_found() && property.seconds() < options.seconds_max) {
    params.seed = seeds.split().next();
    rc::detail::checkTestable([&] { property(); }, metadata, params, listener);
  }
  return property.report();
}

}  // namespace cluster::rapid
