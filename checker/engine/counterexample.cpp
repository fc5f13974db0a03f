#include "checker/engine/counterexample.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include "checker/engine/loose_states.hpp"

namespace engine {

template <class States>
void Counterexample<States>::Stage::add(const State& state) {
  if (has(state)) return;
  if (state.half >= halves.size()) halves.resize(state.half + std::size_t{1}, false);
  halves[state.half] = true;
  states.add(state);
}

template <class States>
std::vector<bool> Counterexample<States>::sources(const Stage* next) {
  const HalfGraph& graph = states_.graph();
  // With a budget of losses a step's half is not yet the one it ends in.
  const bool is_blurred = states_.options().loss == Loss::Budgeted;
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

template <class States>
bool Counterexample<States>::leads_on(const State& state, const Stage* next) {
  bool found = false;
  states_.for_each_step(state, [&](const Taken& taken) {
    if (found || !can_lead_on(taken.edge, next)) return;
    states_.for_each_outcome(taken, [&](const Outcome& outcome) {
      found = found || next == nullptr || next->has(outcome.to);
    });
  });
  return found;
}

template <class States>
PathStep Counterexample<States>::step_of(const Taken& taken, const Outcome& outcome,
                                         Renaming names) {
  HalfGraph& graph = states_.graph();
  const EdgeDetail& detail = graph.detail(taken.edge);
  PathStep step{.label = detail.label, .renaming = names, .alternative = detail.alternative};
  if (detail.message != kNone) step.message = graph.renamed(detail.message, names);
  const std::span<const MessageId> sent = graph.sends(graph.edge(taken.edge).sends);
  for (std::size_t i = 0; i < sent.size(); ++i) {
    if ((outcome.lost >> i & 1U) != 0) step.lost.push_back(graph.renamed(sent[i], names));
  }
  return step;
}

template <class States>
typename Counterexample<States>::Stage Counterexample<States>::stage(std::size_t level,
                                                                     const Stage* next) {
  Stage stage;
  const std::vector<bool> is_source = sources(next);
  const auto is_wanted = [&](HalfId half) { return half < is_source.size() && is_source[half]; };
  states_.for_each(level, is_wanted, [&](const State& state) {
    if (leads_on(state, next)) stage.add(state);
  });
  return stage;
}

template <class States>
typename Counterexample<States>::Chosen Counterexample<States>::choose(const State& state,
                                                                       const Stage* next,
                                                                       Renaming names) {
  std::optional<std::string> least;
  Chosen chosen;
  states_.for_each_step(state, [&](const Taken& taken) {
    if (!can_lead_on(taken.edge, next)) return;
    states_.for_each_outcome(taken, [&](const Outcome& outcome) {
      if (next != nullptr && !next->has(outcome.to)) return;
      PathStep step = step_of(taken, outcome, names);
      std::string key = states_.graph().model().key_of(step);
      if (least && *least <= key) return;
      least = std::move(key);
      chosen = {std::move(step), outcome};
    });
  });
  if (!least) throw std::logic_error("no run leads to the violation that was found");
  return chosen;
}

template <class States>
std::vector<PathStep> Counterexample<States>::path(std::size_t level) {
  std::vector<Stage> stages(level + 1);
  for (std::size_t at = level + 1; at-- > 0;) {
    stages[at] = stage(at, at == level ? nullptr : &stages[at + 1]);
  }
  const Permutations* symmetry = states_.options().symmetry;
  Renaming names = 0;  // from the names at the state to those of the run
  if (symmetry != nullptr) names = symmetry->inverse(states_.graph().initial().renaming);
  std::vector<PathStep> path;
  State state = states_.initial();
  for (std::size_t at = 0; at <= level; ++at) {
    Chosen chosen = choose(state, at == level ? nullptr : &stages[at + 1], names);
    path.push_back(std::move(chosen.step));
    if (symmetry != nullptr) {
      names = symmetry->then(symmetry->inverse(renaming_of(chosen.outcome)), names);
    }
    state = std::move(chosen.outcome.to);
  }
  return path;
}

template class Counterexample<ExactStates>;
template class Counterexample<LooseStates>;

}  // namespace engine
