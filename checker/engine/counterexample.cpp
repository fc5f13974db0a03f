#include "checker/engine/counterexample.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace engine {

void Counterexample::Stage::add(State state) {
  if (has(state)) return;
  if (state.half >= halves.size()) halves.resize(state.half + std::size_t{1}, false);
  halves[state.half] = true;
  states.insert(pair_key(state.half, state.network), 0);
}

std::vector<bool> Counterexample::sources(const Stage* next) const {
  const HalfGraph& graph = system_.graph();
  // With a budget of losses a step's half is not yet the one it ends in.
  const bool is_blurred = system_.options().loss == Loss::Budgeted;
  std::vector<bool> sources;
  for (EdgeId id = 0; id < graph.edge_count(); ++id) {
    const HalfId to = graph.edge(id).next;
    if (to == kNone) continue;
    const bool leads_there =
        next == nullptr || is_blurred || (to < next->halves.size() && next->halves[to]);
    if (!leads_there || !can_lead_on(id, next)) continue;
    const HalfId from = graph.detail(id).from;
    if (from >= sources.size()) sources.resize(from + std::size_t{1}, false);
    sources[from] = true;
  }
  return sources;
}

bool Counterexample::leads_on(State state, const Stage* next) {
  bool found = false;
  const auto visit = [&](const Taken& taken) {
    if (found || !can_lead_on(taken.edge, next)) return;
    system_.for_each_outcome(taken, [&](const Outcome& outcome) {
      found = found || next == nullptr || next->has(outcome.to);
    });
  };
  system_.for_each_step(state, visit, [](unsigned) {});
  return found;
}

PathStep Counterexample::step_of(const Taken& taken, const Outcome& outcome, Renaming names) {
  HalfGraph& graph = system_.graph();
  const EdgeDetail& detail = graph.detail(taken.edge);
  PathStep step{.label = detail.label, .renaming = names, .alternative = detail.alternative};
  if (detail.message != kNone) step.message = graph.renamed(detail.message, names);
  const std::span<const MessageId> sent = graph.sends(graph.edge(taken.edge).sends);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if ((outcome.lost >> i & 1U) != 0) step.lost.push_back(graph.renamed(sent[i], names));
  }
  return step;
}

std::vector<PathStep> Counterexample::path(std::size_t level) {
  std::vector<Stage> stages(level + 1);
  for (std::size_t at = level + 1; at-- > 0;) {
    const Stage* next = at == level ? nullptr : &stages[at + 1];
    const std::vector<bool> is_source = sources(next);
    const auto is_wanted = [&](HalfId half) { return half < is_source.size() && is_source[half]; };
    for (const LevelLog* log : logs_) {
      log->for_each(at, is_wanted, [&](HalfId half, std::span<const NetworkId> networks) {
        for (const NetworkId network : networks) {
          if (leads_on({half, network}, next)) stages[at].add({half, network});
        }
      });
    }
  }
  Model& model = system_.graph().model();
  const Permutations* symmetry = system_.options().symmetry;
  Renaming names = 0;  // from the names at the state to those of the run
  if (symmetry != nullptr) names = symmetry->inverse(system_.graph().initial().renaming);
  std::vector<PathStep> path;
  State state = system_.initial();
  for (std::size_t at = 0; at <= level; ++at) {
    const Stage* next = at == level ? nullptr : &stages[at + 1];
    std::optional<std::string> least;
    Outcome chosen;
    const auto visit = [&](const Taken& taken) {
      if (!can_lead_on(taken.edge, next)) return;
      system_.for_each_outcome(taken, [&](const Outcome& outcome) {
        if (next != nullptr && !next->has(outcome.to)) return;
        PathStep step = step_of(taken, outcome, names);
        std::string key = model.key_of(step);
        if (least && *least <= key) return;
        if (!least) path.emplace_back();
        least = std::move(key);
        path.back() = std::move(step);
        chosen = outcome;
      });
    };
    system_.for_each_step(state, visit, [](unsigned) {});
    if (!least) throw std::logic_error("no run leads to the violation that was found");
    if (symmetry != nullptr) {
      names = symmetry->then(symmetry->inverse(system_.renaming_of(chosen)), names);
    }
    state = chosen.to;
  }
  return path;
}

}  // namespace engine
