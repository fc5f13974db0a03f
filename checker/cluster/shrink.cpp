#include "checker/cluster/shrink.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <tuple>

#include "checker/cluster/replay.hpp"
#include "checker/cluster/simpler_scripts.hpp"
#include "checker/cluster/trace_size.hpp"
#include "checker/node/memo_node.hpp"

namespace cluster {
namespace {

// What makes one run simpler than another, the first first.
struct Cost {
  std::size_t steps = 0;
  std::uint32_t servers = 0;
  std::size_t faults = 0;  // crashes, cuts, duplicates
  std::size_t elections = 0;
  spec::Term terms = 0;  // of all steps
  auto operator<=>(const Cost&) const = default;
};

Cost cost_of(const traces::Trace& trace, std::uint32_t servers) {
  // The steps of the fair schedule are what they are.
  Cost cost{.steps = trace.recovery ? trace.recovery->after : trace.steps.size(),
            .servers = servers};
  for (const traces::Step& step : trace.steps) {
    const traces::ActionKind kind = step.action.kind;
    const bool is_fault = kind == traces::ActionKind::Crash || kind == traces::ActionKind::Cut;
    cost.faults += (is_fault ? 1U : 0U) + (step.action.keep_copy ? 1U : 0U);
    cost.elections += kind == traces::ActionKind::ElectionTimeout ? 1U : 0U;
    if (step.view) cost.terms += step.view->current_term;
  }
  return cost;
}

// A run that violates the property, and its script.
struct Candidate {
  Script script;
  traces::Trace trace;
  Cost cost;
};

class Shrinker {
 public:
  Shrinker(node::Node& node, const traces::Trace& trace, const ShrinkOptions& options)
      : node_(node), trace_(trace), options_(options) {
    const bool has_property =
        trace.violation && (trace.recovery || spec::property_named(trace.violation->property));
    if (!has_property) throw std::invalid_argument("the trace records no violation of a property");
    auto whole = attempt(script_of(trace));
    if (!whole) {
      throw std::invalid_argument("the trace does not end in the violation that it records");
    }
    best_ = std::move(*whole);
  }

  Shrunk run() {
    for (std::size_t chunk = size() / 2; chunk > 1; chunk /= 2) drop_chunks(best_, chunk);
    drop_singles(best_);
    while (!is_stopped_ && (take_simpler() || drop_some(2) || drop_some(3) || take_other())) {
      drop_singles(best_);
    }
    rename_commands();
    return {finished(), runs_, !is_stopped_};
  }

 private:
  [[nodiscard]] std::size_t size() const { return best_.script.actions.size(); }

  bool may_run() {
    // The first run makes the trace.
    if (runs_ > 0 && !options_.go_on({runs_, entries_, best_.trace.steps.size()}))
      is_stopped_ = true;
    return !is_stopped_;
  }

  // The node for a number of servers; nullptr where there is none.
  node::Node* node_for(std::uint32_t servers) {
    if (servers == trace_.config.servers) return &node_;
    if (!options_.make_node) return nullptr;
    auto& made = made_[servers];
    if (made.memo == nullptr) {
      node::Options options = node_options(trace_.config);
      options.servers = servers;
      made.node = options_.make_node(options);
      made.memo = std::make_unique<node::MemoNode>(*made.node);
    }
    return made.memo.get();
  }

  // The run of a script, if it violates the property.
  std::optional<Candidate> attempt(const Script& script) {
    node::Node* node = node_for(script.config.servers);
    if (node == nullptr || !may_run()) return std::nullopt;
    ++runs_;
    ScriptRun run =
        run_script(*node, script, {.properties = options_.properties, .limits = options_.limits});
    entries_ += entries_in(run.trace);
    if (run.exceeds || !run.trace.violation ||
        run.trace.violation->property != trace_.violation->property) {
      return std::nullopt;
    }
    // Made anew from what happened: a delivery may have been of another step's message.
    Script happened = script_of(run.trace);
    const Cost cost = cost_of(run.trace, script.config.servers);
    return Candidate{std::move(happened), std::move(run.trace), cost};
  }

  // Takes the script's run in the place of `run` if it is simpler.
  bool improve(Candidate& run, const Script& script) {
    auto found = attempt(script);
    if (!found || found->cost >= run.cost) return false;
    run = std::move(*found);
    return true;
  }

  // Leaves out every piece of so many actions that can be left out, the last first.
  bool drop_chunks(Candidate& run, std::size_t chunk) {
    bool has_dropped = false;
    std::size_t end = run.script.actions.size();
    while (end > 0 && !is_stopped_) {
      const std::size_t begin = end > chunk ? end - chunk : 0;
      std::vector<bool> dropped(run.script.actions.size(), false);
      std::fill(dropped.begin() + static_cast<std::ptrdiff_t>(begin),
                dropped.begin() + static_cast<std::ptrdiff_t>(end), true);
      if (improve(run, without(run.script, dropped))) has_dropped = true;
      end = std::min(begin, run.script.actions.size());
    }
    return has_dropped;
  }

  void drop_singles(Candidate& run) {
    while (drop_chunks(run, 1)) {
    }
  }

  // Two elections that both go up a term can only be left out together. Not in long traces: there
  // are too many tuples.
  bool drop_some(std::size_t how_many) {
    constexpr std::array<std::size_t, 4> kLongest = {0, 0, 64, 30};
    if (size() < how_many || size() > kLongest.at(how_many)) return false;
    std::vector<std::size_t> places(how_many);
    return drop_some(places, 0, size());
  }

  // Chooses places[position], below `end`, and so on.
  bool drop_some(std::vector<std::size_t>& places, std::size_t position, std::size_t end) {
    if (position == places.size()) {
      std::vector<bool> dropped(size(), false);
      for (const std::size_t place : places) dropped[place] = true;
      return improve(best_, without(best_.script, dropped));
    }
    for (std::size_t place = end; place-- > places.size() - 1 - position;) {
      places[position] = place;
      if (drop_some(places, position + 1, place)) return true;
      if (is_stopped_) return false;
    }
    return false;
  }

  bool take_simpler() {
    return std::ranges::any_of(simpler_scripts(best_.script, best_.trace),
                               [&](const Script& simpler) { return improve(best_, simpler); });
  }

  // What is no simpler by itself may be once something can be left out.
  bool take_other(const Script& script) {
    auto other = attempt(script);
    if (!other) return false;
    drop_singles(*other);
    if (other->cost >= best_.cost) return false;
    best_ = std::move(*other);
    return true;
  }

  bool take_other() {
    const auto try_all = [&](const std::vector<Script>& scripts) {
      return std::ranges::any_of(scripts, [&](const Script& one) { return take_other(one); });
    };
    return try_all(scripts_with_merged_deliveries(best_.script)) ||
           try_all(scripts_with_other_servers(best_.script)) ||
           try_all(scripts_in_other_order(best_.script));
  }

  // The commands that are left are v1, v2, ... in the order of their first proposal.
  void rename_commands() {
    auto renamed = attempt(with_commands_renamed(best_.script));
    if (renamed && renamed->cost <= best_.cost) best_ = std::move(*renamed);
  }

  traces::Trace finished() {
    traces::Trace trace = trace_;
    trace.config = best_.script.config;
    trace.shortest = false;
    trace.initial = std::move(best_.trace.initial);
    trace.steps = std::move(best_.trace.steps);
    trace.violation = std::move(best_.trace.violation);
    trace.recovery = std::move(best_.trace.recovery);
    const auto servers = trace.bounds.find("servers");
    if (servers != trace.bounds.end()) servers->second = std::to_string(trace.config.servers);
    return trace;
  }

  struct Made {
    std::shared_ptr<node::Node> node;
    std::unique_ptr<node::MemoNode> memo;
  };

  node::MemoNode node_;
  const traces::Trace& trace_;
  const ShrinkOptions& options_;
  std::map<std::uint32_t, Made> made_;  // by servers
  Candidate best_;
  std::uint64_t runs_ = 0;
  std::uint64_t entries_ = 0;
  bool is_stopped_ = false;
};

}  // namespace

Shrunk shrink(node::Node& node, const traces::Trace& trace, const ShrinkOptions& options) {
  return Shrinker(node, trace, options).run();
}

}  // namespace cluster
