#include "checker/cluster/simulate.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "checker/cluster/explore.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/runner.hpp"
#include "checker/cluster/server_model.hpp"
#include "checker/cluster/shrink.hpp"

namespace cluster {
namespace {

using engine::WalkStep;

engine::WalkOptions walk_options(const SimulateOptions& options) {
  const WalkBounds& bounds = options.bounds;
  const auto action = [](ActionKind kind) { return static_cast<std::uint16_t>(kind); };
  const auto bound = [](BoundKind kind) { return static_cast<std::uint16_t>(kind); };
  engine::WalkOptions walk{
      .seed = options.seed,
      .depth = options.depth,
      .network = bounds.network == Network::Any         ? engine::WalkNetwork::Any
                 : bounds.network == Network::Unordered ? engine::WalkNetwork::Unordered
                                                        : engine::WalkNetwork::PerLink,
      .inflight = bounds.inflight,
      .losses = bounds.losses,
      .duplicates = bounds.duplicates,
      .cuts = bounds.partitions,
      .budgets = std::vector<std::optional<std::uint32_t>>(action(ActionKind::Deliver)),
      .cut_action = action(ActionKind::Cut),
      .heal_action = action(ActionKind::Heal),
      .inflight_bound = bound(BoundKind::Inflight),
      .losses_bound = bound(BoundKind::Loss),
      .duplicates_bound = bound(BoundKind::Duplicates),
      .cuts_bound = bound(BoundKind::Partitions),
      .budget_bounds = std::vector<std::uint16_t>(action(ActionKind::Deliver))};
  const auto set = [&](ActionKind kind, std::optional<std::uint32_t> budget, BoundKind name) {
    walk.budgets[action(kind)] = budget;
    walk.budget_bounds[action(kind)] = bound(name);
  };
  set(ActionKind::ElectionTimeout, bounds.timeouts, BoundKind::Timeouts);
  set(ActionKind::Propose, bounds.proposals, BoundKind::Proposals);
  set(ActionKind::Crash, bounds.crashes, BoundKind::Crashes);
  set(ActionKind::Transfer, bounds.transfers, BoundKind::Transfers);
  set(ActionKind::Compact, bounds.compactions, BoundKind::Compactions);
  set(ActionKind::ChangeMembership, bounds.changes, BoundKind::Changes);
  return walk;
}

// What is remembered of the steps of servers, and the walks that use it.
class Memo {
 public:
  Memo(node::Node& node, const SimulateOptions& options)
      : model_(node,
               {.servers = options.bounds.servers,
                .terms = options.bounds.terms,
                .log = options.bounds.log,
                .numbers_proposals = options.bounds.proposals.has_value(),
                .has_transfers = options.bounds.transfers > 0,
                .compacts = options.bounds.compactions > 0,
                .changes = options.bounds.changes > 0,
                .joint_changes = options.node.changes == node::Changes::Joint,
                .learners = options.bounds.learners,
                .async_disk = options.node.async_disk},
               options.properties),
        walks_(model_, walk_options(options),
               [scheduler = options.scheduler, faults = options.faults](engine::Random& random,
                                                                        engine::WalkPlan& plan) {
                 draw_plan(scheduler, faults, random, plan);
               }) {}

  [[nodiscard]] ServerModel& model() { return model_; }
  [[nodiscard]] engine::RandomWalks& walks() { return walks_; }

 private:
  ServerModel model_;
  engine::RandomWalks walks_;
};

// Runs a recorded walk on the real code.
class WalkRunner {
 public:
  WalkRunner(node::Node& node, const SimulateOptions& options, const ServerModel& model)
      : node_(node),
        model_(model),
        runner_(node, options.bounds.servers, to_string(options.bounds.network),
                options.properties) {
    trace_.config = trace_config(options.node, options.bounds.network);
    trace_.shortest = false;
    trace_.initial = runner_.views();
  }

  // `violation`: the model's number of what the walk violates.
  traces::Trace run(const std::vector<WalkStep>& walk, std::uint32_t violation) {
    std::optional<spec::Violation> broken = runner_.initial_violation();
    for (const WalkStep& walk_step : walk) {
      if (broken) throw std::logic_error("a walk violates a property too early on the real code");
      auto taken = runner_.apply(action_of(walk_step));
      if (!taken) throw std::logic_error("a walk cannot be run: " + taken.error());
      for (const std::size_t position : walk_step.lost) {
        taken->step.sent[position].lost = true;
        runner_.lose(position);
      }
      trace_.steps.push_back(std::move(taken->step));
      broken = std::move(taken->violation);
    }
    if (!broken || violation != 1 + static_cast<std::uint32_t>(broken->property)) {
      throw std::logic_error("a walk violates something else on the real code");
    }
    trace_.violation = {to_string(broken->property), broken->message, trace_.steps.size()};
    return std::move(trace_);
  }

 private:
  [[nodiscard]] traces::Action action_of(const WalkStep& step) {
    traces::Action action;
    switch (step.kind) {
      case WalkStep::Kind::Cut:
        action.kind = traces::ActionKind::Cut;
        action.groups = groups_of(normalised(step.groups));
        return action;
      case WalkStep::Kind::Heal:
        action.kind = traces::ActionKind::Heal;
        return action;
      default:
        break;
    }
    if (step.kind == WalkStep::Kind::Deliver) {
      action.kind = traces::ActionKind::Deliver;
      action.server = step.part + 1;
      action.message = node_.message_view(model_.message_bytes(step.message));
      action.sent_at = step.sent_at;
      action.keep_copy = step.keep_copy;
      return action;
    }
    const ServerLabel label = ServerLabel::unpacked(step.label);
    action.kind = label.kind;
    action.server = label.server;
    if (label.kind == traces::ActionKind::Transfer) action.target = label.number;
    if (label.kind == traces::ActionKind::Propose) action.command = command_of(label.number);
    if (label.kind == traces::ActionKind::Compact) action.index = label.number;
    if (label.kind == traces::ActionKind::Crash) action.survived = label.number;
    if (label.kind == traces::ActionKind::ChangeMembership) {
      MembershipChange change = MembershipChange::unpacked(label.number);
      action.voters = std::move(change.voters);
      action.learners = std::move(change.learners);
    }
    return action;
  }

  node::Node& node_;
  const ServerModel& model_;
  Runner runner_;
  traces::Trace trace_;
};

class Simulation {
 public:
  Simulation(node::Node& node, const SimulateOptions& options, SimulateObserver& observer)
      : node_(node), options_(options), observer_(observer) {}

  SimulateReport run() {
    renew();
    report_.action_names = memo_->model().action_names();
    report_.bound_names = memo_->model().bound_names();
    for (std::uint64_t walk = options_.shard; !options_.walks || walk < *options_.walks;
         walk += options_.shards) {
      if (const auto stop = poll()) {
        report_.stopped_by = *stop;
        break;
      }
      const auto end = memo_->walks().run(walk, report_.totals);
      if (end.violation != 0 && end.steps >= options_.steps_min) {
        report_violation(walk, end);
        break;
      }
      if (memo_->walks().bytes() > options_.memory) renew();
    }
    take_stock();
    return std::move(report_);
  }

 private:
  // Looking at the clock takes longer than a short walk.
  std::optional<WalkStop> poll() {
    constexpr std::uint64_t kStepsBetween = 1 << 16;
    if (report_.totals.steps - polled_at_ < kStepsBetween && report_.totals.walks % 1024 != 0) {
      return std::nullopt;
    }
    polled_at_ = report_.totals.steps;
    return observer_.poll({report_.totals.walks, report_.totals.steps});
  }

  // A violation found just in time is still shrunk.
  bool is_interrupted() {
    const auto stop = observer_.poll({report_.totals.walks, report_.totals.steps});
    return stop == WalkStop::Interrupted;
  }

  void renew() {
    if (memo_) {
      take_stock();
      ++report_.restarts;
    }
    memo_.reset();  // before the next one is made
    memo_ = std::make_unique<Memo>(node_, options_);
  }

  void take_stock() {
    report_.local_states = std::max(report_.local_states, memo_->model().local_states());
    report_.messages = std::max(report_.messages, memo_->model().messages());
    report_.step_calls += memo_->model().step_calls();
    report_.states_checked += memo_->walks().states_checked();
  }

  void report_violation(std::uint64_t walk, const engine::RandomWalks::End& end) {
    report_.stopped_by = WalkStop::Violation;
    observer_.on_violation_found(static_cast<spec::Property>(end.violation - 1), walk, end.steps);
    std::vector<WalkStep> steps;
    engine::WalkTotals ignored;
    memo_->walks().run(walk, ignored, &steps);
    Shrunk shrunk{.trace = WalkRunner(node_, options_, memo_->model()).run(steps, end.violation)};
    if (options_.shrinks) {
      const traces::Trace trace = std::move(shrunk.trace);
      shrunk = shrink(node_, trace,
                      {.properties = options_.properties,
                       .limits = {.losses = options_.bounds.losses,
                                  .inflight = options_.bounds.inflight,
                                  .duplicates = options_.bounds.duplicates},
                       .go_on = [this](const ShrinkProgress&) { return !is_interrupted(); }});
    }
    const auto property = spec::property_named(shrunk.trace.violation->property);
    report_.found = {.violation = {*property, shrunk.trace.violation->message},
                     .walk = walk,
                     .steps = end.steps,
                     .shrink_runs = shrunk.runs,
                     .is_minimal = shrunk.is_minimal,
                     .trace = std::move(shrunk.trace)};
  }

  node::Node& node_;
  const SimulateOptions& options_;
  SimulateObserver& observer_;
  std::unique_ptr<Memo> memo_;
  SimulateReport report_;
  std::uint64_t polled_at_ = 0;
};

}  // namespace

SimulateReport simulate(node::Node& node, const SimulateOptions& options,
                        SimulateObserver& observer) {
  return Simulation(node, options, observer).run();
}

}  // namespace cluster
