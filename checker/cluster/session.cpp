#include "checker/cluster/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "checker/cluster/cluster_model.hpp"
#include "checker/cluster/membership_changes.hpp"
#include "checker/cluster/replay.hpp"
#include "checker/cluster/vocabulary.hpp"
#include "checker/cluster/world.hpp"
#include "checker/engine/random.hpp"

namespace cluster {
namespace {

using traces::Action;

Action server_action(traces::ActionKind kind, spec::ServerId server) {
  Action action;
  action.kind = kind;
  action.server = server;
  return action;
}

// A step on a copy of the runner, and what it showed.
struct Tried {
  Runner::Taken taken;
  spec::WitnessSet witnesses = 0;
  bool has_effect = false;
};

traces::Result<Tried> try_action(Runner& runner, const Action& action) {
  const bool is_server = traces::acts_on_server(action.kind);
  std::optional<spec::ServerView> before;
  std::string bytes;
  if (is_server && action.server >= 1 && action.server <= runner.views().size()) {
    before = runner.views()[action.server - 1];
    bytes = runner.states()[action.server - 1];
  }
  const spec::History history = runner.history();
  auto taken = runner.apply(action);
  if (!taken) return traces::Failure{taken.error()};
  Tried tried{.taken = std::move(taken).value()};
  const traces::Step& step = tried.taken.step;
  tried.has_effect = !is_server || !step.sent.empty() || !step.answered.empty() ||
                     tried.taken.violation || runner.states()[action.server - 1] != bytes;
  if (before && step.view) {
    const bool restarted = action.kind == traces::ActionKind::Crash;
    tried.witnesses = spec::witnesses(*before, *step.view, restarted, history) |
                      spec::read_witnesses(
                          *step.view, {.asked = action.read, .answered = step.answered}, history);
  }
  return tried;
}

bool is_reached(const Goal& goal, const Tried& tried) {
  if (goal.witness) return (tried.witnesses & spec::set_of(*goal.witness)) != 0;
  if (!tried.taken.violation) return false;
  return !goal.property || tried.taken.violation->property == *goal.property;
}

template <class Counts>
std::uint32_t number_of(const Counts& counts, traces::ActionKind kind) {
  return counts.at(static_cast<std::size_t>(kind));
}

// How often a kind of action comes in a walk, drawn anew for each.
using Weights = std::array<std::uint32_t, traces::kActionKinds.size()>;

Weights draw_weights(engine::Random& random) {
  Weights weights{};
  for (const traces::ActionKind kind : traces::kActionKinds) {
    const std::uint32_t most = kind == traces::ActionKind::Deliver ? 400 : 40;
    weights.at(static_cast<std::size_t>(kind)) = random.below(8) == 0 ? 0 : 1 + random.below(most);
  }
  weights.at(static_cast<std::size_t>(traces::ActionKind::Deliver)) += 100;
  return weights;
}

const Action& draw(const std::vector<Action>& actions, const Weights& weights,
                   engine::Random& random) {
  const auto weight_of = [&](const Action& action) {
    return weights.at(static_cast<std::size_t>(action.kind));
  };
  std::uint32_t sum = 0;
  for (const Action& action : actions) sum += weight_of(action);
  if (sum == 0) return actions[random.below(static_cast<std::uint32_t>(actions.size()))];
  std::uint32_t left = random.below(sum);
  for (const Action& action : actions) {
    if (left < weight_of(action)) return action;
    left -= weight_of(action);
  }
  return actions.back();
}

}  // namespace

Session::Session(node::Node& node, SessionOptions options)
    : node_(node), options_(std::move(options)) {
  begin();
}

void Session::begin() {
  runner_.emplace(node_, options_.node.servers, options_.network, options_.properties);
  violation_ = runner_->initial_violation();
  witnesses_ = 0;
  counts_ = {};
  trace_ = {};
  trace_.config = trace_config(options_.node, Network::Any);
  trace_.config.network = options_.network;
  trace_.shortest = false;
  trace_.initial = runner_->views();
}

traces::Trace Session::trace() const {
  traces::Trace trace = trace_;
  if (violation_) {
    trace.violation = {to_string(violation_->property), violation_->message, trace.steps.size()};
  }
  return trace;
}

void Session::add_changes(const spec::ServerView& view, const Counts& counts,
                          std::vector<Action>& actions) const {
  const bool can = options_.node.changes != node::Changes::None &&
                   view.role == spec::Role::Leader &&
                   (!options_.changes ||
                    number_of(counts, traces::ActionKind::ChangeMembership) < *options_.changes);
  if (!can) return;
  for (const MembershipChange& change :
       changes_from(view.membership, options_.node.servers,
                    options_.node.changes == node::Changes::Joint, options_.learners)) {
    Action action = server_action(traces::ActionKind::ChangeMembership, view.id);
    action.voters = change.voters;
    action.learners = change.learners;
    actions.push_back(std::move(action));
  }
}

void Session::add_of_server(const spec::ServerView& view, const Counts& counts,
                            std::vector<Action>& actions) const {
  using Kind = traces::ActionKind;
  for (const Kind kind : {Kind::ElectionTimeout, Kind::HeartbeatTimeout, Kind::LeaseTimeout}) {
    actions.push_back(server_action(kind, view.id));
  }
  Action propose = server_action(Kind::Propose, view.id);
  propose.command = command_of(number_of(counts, Kind::Propose) + 1);
  actions.push_back(std::move(propose));
  Action read = server_action(Kind::Read, view.id);
  read.read = number_of(counts, Kind::Read) + 1;
  if (read.read <= 16) actions.push_back(std::move(read));
  for (spec::ServerId target = 1; target <= options_.node.servers; ++target) {
    if (view.role != spec::Role::Leader || target == view.id) continue;
    actions.push_back(server_action(Kind::Transfer, view.id));
    actions.back().target = target;
  }
  const bool compacts =
      options_.node.snapshots &&
      (!options_.compactions || number_of(counts, Kind::Compact) < *options_.compactions);
  for (spec::Index index = view.snapshot.index + 1; compacts && index <= view.last_applied;
       ++index) {
    actions.push_back(server_action(Kind::Compact, view.id));
    actions.back().index = index;
  }
  add_changes(view, counts, actions);
  if (view.disk && !view.disk->pending.empty()) {
    actions.push_back(server_action(Kind::DiskWrite, view.id));
  }
  for (std::uint32_t survived = 0; survived <= pending_parts(view); ++survived) {
    actions.push_back(server_action(Kind::Crash, view.id));
    actions.back().survived = survived;
  }
}

std::vector<Action> Session::conceivable(const Runner& runner, const Counts& counts) const {
  std::vector<Action> actions;
  for (const Runner::Receivable& receivable : runner.receivable()) {
    Action action = server_action(traces::ActionKind::Deliver, receivable.message.to);
    action.message = receivable.message;
    action.sent_at = receivable.sent_at;
    actions.push_back(action);
    if (options_.network != "unordered") continue;
    action.keep_copy = true;
    actions.push_back(std::move(action));
  }
  for (const spec::ServerView& view : runner.views()) add_of_server(view, counts, actions);
  std::erase_if(actions, [&](const Action& action) {
    return ends_lease_early(runner.views(), action);  // clocks keep to their promise
  });
  if (options_.network == "any") return actions;
  if (runner.is_cut()) {
    actions.push_back(server_action(traces::ActionKind::Heal, spec::kNoServer));
    return actions;
  }
  std::vector<Partition> partitions = all_partitions(options_.node.servers);
  for (std::size_t i = 1; i < partitions.size(); ++i) {
    actions.push_back(server_action(traces::ActionKind::Cut, spec::kNoServer));
    actions.back().groups = groups_of(partitions[i]);
  }
  return actions;
}

std::vector<Action> Session::possible() const {
  if (violation_) return {};
  std::vector<Action> actions = conceivable(*runner_, counts_);
  std::erase_if(actions, [&](const Action& action) {
    Runner runner = *runner_;
    const auto tried = try_action(runner, action);
    return !tried || !tried->has_effect;
  });
  return actions;
}

traces::Result<void> Session::take(const Action& action) {
  if (violation_) {
    return traces::Failure{std::string(to_string(violation_->property)) +
                           " is violated: the run ends here"};
  }
  auto tried = try_action(*runner_, action);
  if (!tried) return traces::Failure{tried.error()};
  witnesses_ |= tried->witnesses;
  violation_ = std::move(tried->taken.violation);
  trace_.steps.push_back(std::move(tried->taken.step));
  ++counts_.at(static_cast<std::size_t>(action.kind));
  deeds_.push_back({.action = trace_.steps.back().action});
  return {};
}

traces::Result<void> Session::lose(std::size_t step, std::size_t position) {
  if (options_.network == "any") {
    return traces::Failure{
        "over any network every message may be lost or not: just do not "
        "deliver it"};
  }
  if (step < 1 || step > trace_.steps.size() || position >= trace_.steps[step - 1].sent.size()) {
    return traces::Failure{"no step sent that"};
  }
  const bool was_received = std::ranges::any_of(trace_.steps, [&](const traces::Step& one) {
    return one.action.kind == traces::ActionKind::Deliver && one.action.sent_at == step &&
           one.action.message == trace_.steps[step - 1].sent[position].message;
  });
  if (was_received) return traces::Failure{"it was received before"};
  if (trace_.steps[step - 1].sent[position].lost) return traces::Failure{"it is lost already"};
  runner_->lose(step, position);
  trace_.steps[step - 1].sent[position].lost = true;
  deeds_.push_back({.losses = {{step, position}}});
  return {};
}

traces::Result<void> Session::follow(const traces::Step& recorded) {
  if (auto taken = take(recorded.action); !taken) return taken;
  const std::size_t number = trace_.steps.size();
  const std::size_t sent = trace_.steps.back().sent.size();
  for (std::size_t i = 0; i < std::min(sent, recorded.sent.size()); ++i) {
    // One that is lost already was cut off.
    if (!recorded.sent[i].lost || !lose(number, i)) continue;
    const Deed loss = std::move(deeds_.back());
    deeds_.pop_back();
    deeds_.back().losses.push_back(loss.losses.front());
  }
  if (trace_.steps.back() == recorded) return {};
  return traces::Failure{"it does something else now"};
}

bool Session::undo() {
  if (deeds_.empty()) return false;
  std::vector<Deed> deeds = std::exchange(deeds_, {});
  deeds.pop_back();
  begin();
  for (const Deed& deed : deeds) {
    if (deed.action) static_cast<void>(take(*deed.action));
    for (const Loss& loss : deed.losses) static_cast<void>(lose(loss.step, loss.position));
  }
  deeds_ = std::move(deeds);  // each as it was, not in pieces
  return true;
}

std::optional<std::vector<Action>> Session::taken(const std::vector<Action>& actions,
                                                  const Goal& goal) const {
  Runner runner = *runner_;
  std::vector<Action> done;
  for (Action action : actions) {
    action.sent_at = 0;  // steps have other numbers where some are left out
    const auto tried = try_action(runner, action);
    if (!tried) continue;
    if (tried->has_effect) done.push_back(action);
    if (is_reached(goal, *tried)) return done;
    if (tried->taken.violation) return std::nullopt;
  }
  return std::nullopt;
}

std::vector<Action> Session::walk(const Goal& goal, std::uint64_t number, std::size_t steps) const {
  engine::Random random(0, number);
  const Weights weights = draw_weights(random);
  Runner runner = *runner_;
  Counts counts = counts_;
  std::vector<Action> done;
  for (std::size_t i = 0; i < steps; ++i) {
    const std::vector<Action> actions = conceivable(runner, counts);
    if (actions.empty()) break;
    const Action& action = draw(actions, weights, random);
    const auto tried = try_action(runner, action);
    if (!tried) continue;
    done.push_back(tried->taken.step.action);
    ++counts.at(static_cast<std::size_t>(action.kind));
    if (is_reached(goal, *tried)) return done;
    if (tried->taken.violation) break;
  }
  return {};
}

std::vector<Action> Session::reduced(std::vector<Action> actions, const Goal& goal) const {
  // In pieces that become smaller, until no single action can be left out.
  for (std::size_t piece = actions.size(); piece > 0;) {
    bool is_smaller = false;
    for (std::size_t first = 0; first < actions.size();) {
      const auto begin = actions.begin() + static_cast<std::ptrdiff_t>(first);
      const auto end = begin + static_cast<std::ptrdiff_t>(std::min(piece, actions.size() - first));
      std::vector<Action> rest(actions.begin(), begin);
      rest.insert(rest.end(), end, actions.end());
      auto fewer = taken(rest, goal);
      if (fewer && fewer->size() < actions.size()) {
        actions = *std::move(fewer);
        is_smaller = true;
      } else {
        first += piece;
      }
    }
    if (piece > 1 || !is_smaller) piece /= 2;
  }
  return actions;
}

std::optional<std::size_t> Session::run_to(const Goal& goal, const GoalSearch& search) {
  constexpr std::size_t kFoundMax = 12;  // walks of which the one that becomes shortest is taken
  std::optional<std::vector<Action>> best;
  std::size_t found = 0;
  for (std::uint64_t i = 0; i < search.walks && found < kFoundMax && search.go_on(i); ++i) {
    auto actions = taken(walk(goal, i, search.steps), goal);
    if (!actions) continue;
    ++found;
    std::vector<Action> fewer = reduced(*std::move(actions), goal);
    if (!best || fewer.size() < best->size()) best = std::move(fewer);
  }
  if (!best) return std::nullopt;
  for (const Action& action : *best) {
    if (const auto done = take(action); !done) {
      throw std::logic_error("a walk cannot be repeated: " + done.error());
    }
  }
  return best->size();
}

}  // namespace cluster
