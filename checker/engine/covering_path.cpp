// The covering search: the run to the violation that was found.
#include <algorithm>

#include "checker/engine/covering_search.hpp"

namespace engine {

CoveringSearch::Taken CoveringSearch::taken(EdgeId id, Renaming names) {
  const Edge& edge = ground_.graph.edge(id);
  Taken taken{.edge = id, .names = names, .is_loop = edge.is_loop};
  if (const MessageId message = ground_.graph.detail(id).message; message != kNone) {
    taken.message = ground_.names.renamed(message, names);
  }
  for (const MessageId sent : ground_.graph.sends(edge.sends)) {
    taken.sends.push_back(ground_.names.renamed(sent, names));
  }
  return taken;
}

// All the steps that leave the half as it is and send something new, in an order in which they can
// be taken.
void CoveringSearch::take_loops(HalfId half, Messages& set, Renaming names,
                                std::vector<Taken>& run) {
  const auto take = [&](EdgeId id) {
    bool added = false;
    for (const MessageId sent : ground_.graph.sends(ground_.graph.edge(id).sends)) {
      added |= insert(set, sent);
    }
    if (added) run.push_back(taken(id, names));
    return added;
  };
  const HalfGraph::EdgeRange internal = ground_.graph.internal(half);
  for (EdgeId id = internal.first; id != internal.last; ++id) {
    const Edge& edge = ground_.graph.edge(id);
    if (edge.is_loop && !edge.is_violation && !edge.is_outside) take(id);
  }
  for (bool changed = true; changed;) {
    changed = false;
    const Messages before = set;
    for (const MessageId message : before) {
      const CoveringWorker::Known found = owner_of(half).known(half, message);
      if (found.reception == CoveringWorker::Reception::Answers) changed |= take(found.edge);
    }
  }
}

// The kept states to the violating step, with the steps of the closure in between, in the run's
// names: those of the initial state. The sets are whole: nothing is left out of them here.
std::vector<CoveringSearch::Taken> CoveringSearch::run_to_violation() {
  std::vector<EdgeId> edges{found_edge_};
  for (NodeId id = found_node_; node(id).parent != kNone; id = node(id).parent) {
    edges.push_back(node(id).edge);
  }
  std::ranges::reverse(edges);
  const Canonical initial = ground_.graph.initial();
  Renaming names = ground_.names.inverse(initial.renaming);
  std::vector<Taken> run;
  HalfId half = initial.half;
  Messages set;
  for (const EdgeId id : edges) {
    if (ground_.options.order == CoverOrder::Fastest) take_loops(half, set, names, run);
    run.push_back(taken(id, names));
    const Edge& edge = ground_.graph.edge(id);
    for (const MessageId sent : ground_.graph.sends(edge.sends)) insert(set, sent);
    if (edge.renaming != 0) {
      rename(ground_.names, set, edge.renaming, renamed_);
      set.swap(renamed_);
      names = ground_.names.then(ground_.names.inverse(edge.renaming), names);
    }
    half = edge.next;
  }
  return run;
}

// A step that leaves the half as it is and sends nothing that is received later is left out.
void CoveringSearch::drop_needless(std::vector<Taken>& run) {
  Messages needed;
  std::vector<Taken> kept;
  for (std::size_t i = run.size(); i-- > 0;) {
    Taken& step = run[i];
    const bool is_last = i + 1 == run.size();
    const bool is_needed = std::ranges::any_of(
        step.sends, [&](MessageId message) { return contains(needed, message); });
    if (step.is_loop && !is_needed && !is_last) continue;
    if (step.message != kNone) insert(needed, step.message);
    kept.push_back(std::move(step));
  }
  std::ranges::reverse(kept);
  run.swap(kept);
}

std::vector<PathStep> CoveringSearch::path_to_violation() {
  std::vector<Taken> run = run_to_violation();
  drop_needless(run);
  std::vector<PathStep> path;
  for (const Taken& step : run) {
    path.push_back({.label = ground_.graph.detail(step.edge).label,
                    .renaming = step.names,
                    .message = step.message});
  }
  return path;
}

}  // namespace engine
