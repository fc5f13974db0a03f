#include "checker/cluster/causes.hpp"

#include <algorithm>
#include <set>

#include "checker/cluster/replay.hpp"
#include "checker/node/memo_node.hpp"

namespace cluster {
namespace {

// For each step, by number, what it directly follows from.
class Order {
 public:
  Order(node::Node& node, const traces::Trace& trace, std::size_t end) : causes_(end + 1) {
    Runner runner(node, trace.config.servers, trace.config.network, 0);
    std::vector<std::size_t> latest(trace.config.servers, 0);  // that changed the server's state
    std::size_t cut = 0;
    for (std::size_t number = 1; number <= end; ++number) {
      const traces::Step& step = trace.steps[number - 1];
      Cause& cause = causes_[number];
      cause.step = number;
      const std::vector<std::string> before = runner.states();
      if (!runner.apply(step.action)) return;  // a trace that no longer replays
      if (!traces::acts_on_server(step.action.kind)) {
        cause.local = cut;
        cut = number;
        continue;
      }
      const std::size_t server = step.action.server - 1;
      cause.message = step.action.sent_at;
      cause.local = latest[server];
      if (runner.states()[server] != before[server]) latest[server] = number;
    }
    latest_ = std::move(latest);
  }

  // The last step that changed the server's state; 0: none did.
  [[nodiscard]] std::size_t latest(spec::ServerId server) const { return latest_.at(server - 1); }

  // The steps that lead to any of these, by numbers.
  [[nodiscard]] std::set<std::size_t> slice(const std::vector<std::size_t>& roots) const {
    std::set<std::size_t> found;
    std::vector<std::size_t> open = roots;
    while (!open.empty()) {
      const std::size_t step = open.back();
      open.pop_back();
      if (step == 0 || !found.insert(step).second) continue;
      open.push_back(causes_.at(step).message);
      open.push_back(causes_.at(step).local);
    }
    return found;
  }

  [[nodiscard]] const Cause& operator[](std::size_t step) const { return causes_.at(step); }

 private:
  std::vector<Cause> causes_;  // by number
  std::vector<std::size_t> latest_;
};

class Slicer {
 public:
  Slicer(node::Node& node, const traces::Trace& trace)
      : memo_(node),
        trace_(trace),
        script_(script_of(trace)),
        order_(memo_, trace, script_.actions.size()) {}

  Causes run() {
    if (script_.actions.empty()) return {};
    // All there is to begin with; then what can be done without, one by one.
    std::vector<std::size_t> roots = all_roots();
    for (std::size_t i = roots.size(); i-- > 0;) {
      if (roots[i] == script_.actions.size()) continue;
      std::vector<std::size_t> fewer = roots;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
      if (violates(order_.slice(fewer))) roots = std::move(fewer);
    }
    Causes causes{.steps = {}, .roots = roots};
    for (const std::size_t step : order_.slice(roots)) causes.steps.push_back(order_[step]);
    return causes;
  }

 private:
  // What each server came to, what the network did, and the last step.
  [[nodiscard]] std::vector<std::size_t> all_roots() const {
    std::set<std::size_t> roots{script_.actions.size()};
    for (spec::ServerId server = 1; server <= trace_.config.servers; ++server) {
      roots.insert(order_.latest(server));
    }
    for (std::size_t i = 0; i < script_.actions.size(); ++i) {
      if (!traces::acts_on_server(script_.actions[i].action.kind)) roots.insert(i + 1);
    }
    roots.erase(0);
    return {roots.begin(), roots.end()};
  }

  bool violates(const std::set<std::size_t>& steps) {
    std::vector<bool> dropped(script_.actions.size(), true);
    for (const std::size_t step : steps) dropped[step - 1] = false;
    const ScriptRun run =
        run_script(memo_, without(script_, dropped),
                   {.properties = recorded_properties(trace_), .limits = limits_of(trace_)});
    return run.trace.violation && run.trace.violation->property == trace_.violation->property;
  }

  node::MemoNode memo_;
  const traces::Trace& trace_;
  Script script_;
  Order order_;
};

}  // namespace

Causes causes_of(node::Node& node, const traces::Trace& trace) { return Slicer(node, trace).run(); }

}  // namespace cluster
