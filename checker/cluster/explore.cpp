#include "checker/cluster/explore.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/recovery_run.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/runner.hpp"
#include "checker/engine/fingerprint_search.hpp"

namespace cluster {
namespace {

using engine::StopReason;

// Turns a path of the engine into a trace by running it.
class TraceMaker {
 public:
  TraceMaker(node::Node& node, const ExploreOptions& options, const ClusterModel& model)
      : node_(node), options_(options), model_(model) {}

  // `violation` is set to what the run violates; throws std::logic_error if it violates nothing.
  traces::Trace make(const engine::SearchResult& result, spec::Violation& violation) {
    Runner runner = new_runner(options_.properties);
    traces::Trace trace = begun(runner, result);
    std::optional<spec::Violation> broken = follow(result, runner, trace);
    if (!broken) throw std::logic_error("the run that was found violates nothing when run again");
    if (result.violation != 1 + static_cast<std::uint32_t>(broken->property)) {
      throw std::logic_error("the run that was found violates another property when run again");
    }
    violation = *broken;
    trace.violation = {to_string(broken->property), broken->message, trace.steps.size()};
    return trace;
  }

  // The run to a state that does not recover, and the schedule that shows it.
  traces::Trace make_unrecovered(const engine::SearchResult& result, Recovery& recovery) {
    Runner runner = new_runner(0);
    traces::Trace trace = begun(runner, result);
    follow(result, runner, trace);
    auto order = recovery.failing_order(runner.states());
    if (!order)
      throw std::logic_error("the state that was found recovers when it is reached again");
    trace.recovery = {trace.steps.size(), recovery.steps_max(), std::move(*order)};
    const auto take = [&](const traces::Action& action) -> std::optional<Runner::Taken> {
      auto taken = runner.apply(action);
      if (!taken) throw std::logic_error("the schedule cannot be run: " + taken.error());
      trace.steps.push_back(taken->step);
      return *taken;
    };
    const ScheduleResult end = run_schedule(runner, *trace.recovery, take);
    if (end.end == ScheduleEnd::Recovered) {
      throw std::logic_error("the state that was found recovers when the schedule is run again");
    }
    trace.violation = {traces::kRecoveryProperty, recovery_failure(trace, end, runner.views()),
                       trace.steps.size()};
    return trace;
  }

 private:
  [[nodiscard]] Runner new_runner(spec::PropertySet properties) const {
    return {node_, options_.node.servers, to_string(options_.bounds.network), properties};
  }

  [[nodiscard]] traces::Trace begun(const Runner& runner,
                                    const engine::SearchResult& result) const {
    traces::Trace trace;
    trace.config = trace_config(options_.node, options_.bounds.network);
    trace.shortest = result.shortest;
    trace.initial = runner.views();
    return trace;
  }

  // Runs the path and returns what its last step violates.
  std::optional<spec::Violation> follow(const engine::SearchResult& result, Runner& runner,
                                        traces::Trace& trace) {
    std::optional<spec::Violation> broken = runner.initial_violation();
    for (const engine::PathStep& path_step : result.path) {
      if (broken) throw std::logic_error("the run that was found violates a property too early");
      auto taken = runner.apply(action_of(path_step));
      if (!taken) throw std::logic_error("the run that was found cannot be run: " + taken.error());
      lose(path_step, runner, taken->step);
      trace.steps.push_back(std::move(taken->step));
      broken = std::move(taken->violation);
    }
    return broken;
  }

  [[nodiscard]] spec::ServerId renamed(spec::ServerId id, engine::Renaming renaming) const {
    if (renaming == 0) return id;
    return model_.permutations()->images(renaming)[id - 1] + 1U;
  }

  traces::Action action_of(const engine::PathStep& step) {
    const Label label = Label::unpacked(step.label);
    traces::Action action;
    action.kind = trace_action_of(label.kind);
    if (action.kind == traces::ActionKind::Heal) return action;
    if (action.kind == traces::ActionKind::Cut) {
      for (auto group : groups_of(model_.partitions()[label.subject])) {
        for (spec::ServerId& id : group) id = renamed(id, step.renaming);
        std::ranges::sort(group);
        action.groups.push_back(std::move(group));
      }
      std::ranges::sort(action.groups);
      return action;
    }
    action.server = renamed(label.server(), step.renaming);
    action.read = label.read_id();
    if (label.target() != 0) action.target = renamed(label.target(), step.renaming);
    if (action.kind == traces::ActionKind::Propose) {
      action.command = command_of(options_.bounds.proposals ? ++proposals_ : 1);
    }
    if (action.kind == traces::ActionKind::Compact) action.index = label.detail;
    if (action.kind == traces::ActionKind::Crash) action.survived = label.detail;
    if (action.kind == traces::ActionKind::ChangeMembership) {
      MembershipChange change = MembershipChange::unpacked(label.detail);
      for (auto* ids : {&change.voters, &change.learners}) {
        for (spec::ServerId& id : *ids) id = renamed(id, step.renaming);
        std::ranges::sort(*ids);
      }
      action.voters = std::move(change.voters);
      action.learners = std::move(change.learners);
    }
    if (step.message != engine::kNone) {
      action.message = node_.message_view(model_.message_bytes(step.message));
      action.keep_copy = step.alternative == static_cast<unsigned>(Receipt::LeavingCopy);
    }
    return action;
  }

  // By content: with symmetry, the search may have seen the messages in another order.
  void lose(const engine::PathStep& path_step, Runner& runner, traces::Step& step) {
    for (const engine::MessageId lost : path_step.lost) {
      const spec::MessageView view = node_.message_view(model_.message_bytes(lost));
      for (std::size_t i = 0; i < step.sent.size(); ++i) {
        if (step.sent[i].lost || step.sent[i].message != view) continue;
        step.sent[i].lost = true;
        runner.lose(i);
        break;
      }
    }
  }

  node::Node& node_;
  const ExploreOptions& options_;
  const ClusterModel& model_;
  std::uint32_t proposals_ = 0;
};

engine::CountingOptions counting_options(const ExploreOptions& options, const ClusterModel& model) {
  engine::CountingOptions counting;
  const Bounds& bounds = options.bounds;
  counting.order =
      bounds.network == Network::Ordered ? engine::Order::PerLink : engine::Order::Unordered;
  counting.loss = bounds.loss == LossMode::Free   ? engine::Loss::Free
                  : bounds.loss == LossMode::None ? engine::Loss::None
                                                  : engine::Loss::Budgeted;
  counting.inflight = bounds.inflight;
  counting.inflight_bound = static_cast<std::uint16_t>(BoundKind::Inflight);
  counting.loss_bound = static_cast<std::uint16_t>(BoundKind::Loss);
  counting.symmetry = model.permutations();
  counting.limits = options.limits;
  counting.threads = options.threads;
  counting.checkpointing = options.checkpointing;
  counting.store = options.store;
  counting.fingerprint_seed = options.fingerprint_seed;
  return counting;
}

void take_stock(ClusterModel& model, ExploreReport& report) {
  model.complete_renamings();
  report.cluster_states = report.search.halves;
  report.local_states = model.local_states();
  report.messages = model.sent_messages();
  report.step_calls = model.step_calls();
  report.action_names = model.action_names();
  report.bound_names = model.bound_names();
}

// The search for a shortest run to a violation that is known to exist.
std::optional<traces::Trace> shortest_trace(node::Node& node, const ExploreOptions& options,
                                            ExploreObserver& observer, spec::Violation& violation) {
  ClusterModel model(node, options.bounds, options.properties);
  model.set_known(options.known);
  engine::CoveringOptions covering{.order = engine::CoverOrder::Shortest,
                                   .symmetry = model.permutations(),
                                   .limits = {.depth = {}, .states = options.shortest_states_max}};
  engine::CoveringSearch search(model, covering);
  const engine::SearchResult result = search.run(observer);
  if (result.stopped_by == StopReason::Exhausted) {
    throw std::logic_error("breadth first, no violation was found where there is one");
  }
  if (result.stopped_by != StopReason::Violation) return std::nullopt;
  return TraceMaker(node, options, model).make(result, violation);
}

void copy_states(const ClusterModel& model, engine::HalfId half, std::vector<std::string>& states) {
  for (std::size_t server = 0; server < states.size(); ++server) {
    states[server] = model.state_bytes(half, server);
  }
}

// Where memberships change: who belongs to it before any of the log.
std::vector<spec::ServerId> first_members(const ExploreOptions& options) {
  if (options.node.changes == node::Changes::None) return {};
  std::vector<spec::ServerId> members(options.node.voters == 0 ? options.bounds.servers
                                                               : options.node.voters);
  std::iota(members.begin(), members.end(), spec::ServerId{1});
  return members;
}

void let_recover(node::Node& node, const ExploreOptions& options, const ClusterModel& model,
                 const std::vector<engine::HalfId>& halves, ExploreObserver& observer,
                 ExploreReport& report) {
  Recovery recovery(node, options.bounds.servers, *options.recovery_steps, first_members(options));
  std::vector<std::string> states(options.bounds.servers);
  report.recovery = check_recovery(
      recovery, halves.size(),
      [&](std::uint64_t i) -> const std::vector<std::string>& {
        copy_states(model, halves[i], states);
        return states;
      },
      [&](const RecoveryProgress& progress) { return observer.poll_recovery(progress); });
}

struct Unrecovered {
  std::optional<traces::Trace> trace;  // absent: the search was cut short
  StopReason stopped_by = StopReason::Violation;
};

// A search of its own for a run to a state that does not recover. `search` is run on a model in
// which reaching such a state is a violation.
template <class Search>
Unrecovered find_unrecovered(node::Node& node, const ExploreOptions& options, Search search) {
  ClusterModel model(node, options.bounds, 0);
  Recovery recovery(node, options.bounds.servers, *options.recovery_steps, first_members(options));
  std::vector<std::string> states(options.bounds.servers);
  const auto fails = [&](engine::HalfId half) {
    copy_states(model, half, states);
    return !recovery.verdict(states).recovers;
  };
  model.set_goal(fails);
  engine::SearchResult result;  // of no steps: the initial state may be one
  if (!fails(model.canonical(model.initial()).half)) {
    result = search(model);
    if (result.stopped_by == StopReason::Exhausted) {
      throw std::logic_error("no state was found that does not recover where there is one");
    }
    if (result.stopped_by != StopReason::Violation) return {{}, result.stopped_by};
  }
  return {TraceMaker(node, options, model).make_unrecovered(result, recovery)};
}

std::optional<traces::Trace> covering_unrecovered_trace(node::Node& node,
                                                        const ExploreOptions& options,
                                                        ExploreObserver& observer) {
  const auto find = [&](engine::CoverOrder order, engine::Limits limits) {
    return find_unrecovered(node, options, [&](ClusterModel& model) {
      return engine::CoveringSearch(
                 model, {.order = order, .symmetry = model.permutations(), .limits = limits})
          .run(observer);
    });
  };
  Unrecovered found =
      find(engine::CoverOrder::Shortest, {.depth = {}, .states = options.shortest_states_max});
  if (found.stopped_by == StopReason::States) found = find(engine::CoverOrder::Fastest, {});
  return std::move(found.trace);
}

std::optional<traces::Trace> counting_unrecovered_trace(node::Node& node,
                                                        const ExploreOptions& options,
                                                        ExploreObserver& observer) {
  const auto search = [&](ClusterModel& model) {
    engine::CountingOptions counting = counting_options(options, model);
    counting.limits = {};
    return engine::make_counting_search(model, counting)->run(observer);
  };
  return std::move(find_unrecovered(node, options, search).trace);
}

bool is_to_recover(const ExploreOptions& options, const ExploreReport& report) {
  return options.recovery_steps && report.search.stopped_by != StopReason::Violation;
}

void add_unrecovered(std::optional<traces::Trace> trace, ExploreReport& report) {
  report.trace = std::move(trace);
  report.recovery->message = report.trace ? report.trace->violation->message
                                          : "the search for a run to such a state was stopped.";
}

// The search over any network; its memory is free again when this returns.
void cover_once(node::Node& node, const ExploreOptions& options, ExploreObserver& observer,
                ExploreReport& report) {
  ClusterModel model(node, options.bounds, options.properties);
  model.set_known(options.known);
  engine::CoveringSearch search(model, {.order = options.order,
                                        .symmetry = model.permutations(),
                                        .limits = options.limits,
                                        .threads = options.threads,
                                        .checkpointing = options.checkpointing});
  if (options.resume != nullptr) search.resume(*options.resume);
  report.search = search.run(observer);
  report.kept = search.kept();
  take_stock(model, report);
  if (is_to_recover(options, report)) {
    let_recover(node, options, model, search.reached_halves(), observer, report);
  }
  if (report.search.stopped_by != StopReason::Violation) return;
  report.trace = TraceMaker(node, options, model).make(report.search, report.violation.emplace());
}

// Which violation several threads meet first is chance; one thread meets the same every time.
void cover_alone(node::Node& node, const ExploreOptions& options, ExploreObserver& observer,
                 ExploreReport& report) {
  ExploreOptions alone = options;
  alone.threads = 1;
  alone.checkpointing = nullptr;
  alone.resume = nullptr;
  ExploreReport again;
  cover_once(node, alone, observer, again);
  if (!again.violation) return;  // cut short
  report.trace = std::move(again.trace);
  report.violation = again.violation;
}

void cover(node::Node& node, const ExploreOptions& options, ExploreObserver& observer,
           ExploreReport& report) {
  report.covering = true;
  cover_once(node, options, observer, report);
  if (report.recovery && report.recovery->progress.failing > 0) {
    observer.on_recovery_failure(report.recovery->progress);
    add_unrecovered(covering_unrecovered_trace(node, options, observer), report);
  }
  if (!report.violation || report.search.shortest) return;
  observer.on_violation_found(*report.violation);
  spec::Violation violation;
  if (auto shorter = shortest_trace(node, options, observer, violation)) {
    report.trace = std::move(shorter);
    report.violation = violation;
  } else if (options.threads > 1) {
    cover_alone(node, options, observer, report);
  }
}

void count(node::Node& node, const ExploreOptions& options, ExploreObserver& observer,
           ExploreReport& report) {
  ClusterModel model(node, options.bounds, options.properties);
  model.set_known(options.known);
  const auto search = engine::make_counting_search(model, counting_options(options, model));
  if (options.resume != nullptr) search->resume(*options.resume);
  report.search = search->run(observer);
  report.network_halves = search->network_halves();
  take_stock(model, report);
  if (is_to_recover(options, report)) {
    let_recover(node, options, model, search->visited_halves(), observer, report);
    if (report.recovery->progress.failing > 0) {
      observer.on_recovery_failure(report.recovery->progress);
      add_unrecovered(counting_unrecovered_trace(node, options, observer), report);
    }
  }
  if (report.search.stopped_by != StopReason::Violation) return;
  report.trace = TraceMaker(node, options, model).make(report.search, report.violation.emplace());
}

// What symmetry folded must be what there is without it.
void check_symmetry(node::Node& node, const ExploreOptions& options, ExploreObserver& observer,
                    ExploreReport& report) {
  ExploreOptions unfolded = options;
  unfolded.bounds.symmetry = false;
  unfolded.limits = {};
  unfolded.checkpointing = nullptr;
  unfolded.resume = nullptr;
  unfolded.recovery_steps.reset();
  unfolded.check_symmetry = false;
  const engine::SearchResult full = explore(node, unfolded, observer).search;
  if (full.stopped_by != StopReason::Exhausted && full.stopped_by != StopReason::Violation) {
    report.search.stopped_by = full.stopped_by;
    return;
  }
  const engine::SearchResult& folded = report.search;
  const auto require = [](std::uint64_t sum, std::uint64_t count, const char* what) {
    if (sum == count) return;
    throw std::runtime_error(
        "symmetry is not sound here: the orbits add up to " + std::to_string(sum) + " " + what +
        ", but without symmetry there are " + std::to_string(count) + "; use --symmetry off");
  };
  require(folded.violation, full.violation, "as the number of what is violated");
  require(folded.halves, full.halves, "cluster states");
  if (!report.covering) {
    require(folded.orbits, full.progress.distinct, "states");
    require(folded.progress.depth, full.progress.depth, "levels");
  }
  report.without_symmetry = full;
}

}  // namespace

const char* to_string(Network network) {
  switch (network) {
    case Network::Any:
      return "any";
    case Network::Unordered:
      return "unordered";
    case Network::Ordered:
      return "ordered";
  }
  throw std::invalid_argument("no such network");
}

const char* to_string(node::Changes changes) {
  static constexpr std::array kNames = {"none", "single", "joint"};
  return kNames.at(static_cast<std::size_t>(changes));
}

ExploreReport explore(node::Node& node, const ExploreOptions& options, ExploreObserver& observer) {
  ExploreReport report;
  if (options.bounds.network == Network::Any) {
    const bool is_kept = options.checkpointing != nullptr || options.resume != nullptr;
    if (is_kept && options.order == engine::CoverOrder::Shortest) {
      throw std::invalid_argument("the order shortest has no checkpoints");
    }
    cover(node, options, observer, report);
  } else {
    count(node, options, observer, report);
  }
  const bool is_exhausted = report.search.stopped_by == StopReason::Exhausted;
  if (options.check_symmetry && options.bounds.symmetry && is_exhausted) {
    check_symmetry(node, options, observer, report);
  }
  return report;
}

}  // namespace cluster
