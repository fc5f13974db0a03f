#include "checker/engine/bounded_system.hpp"

namespace engine {

bool BoundedSystem::spend_losses(Outcome& outcome) {
  const auto count = static_cast<unsigned>(std::popcount(outcome.lost));
  const HalfGraph::AfterLosses after = graph_.after_losses(outcome.to.half, count);
  if (after.half == kNone) return false;
  outcome.to.half = after.half;
  outcome.of_losses = after.renaming;
  return true;
}

// Of the renamings that leave the half as it is, the one that makes the network's id least.
void BoundedSystem::break_ties(Outcome& outcome) {
  const NetworkId first = outcome.to.network;
  for (const Renaming tie : graph_.automorphisms(outcome.to.half)) {
    const NetworkId candidate = networks_.renamed(first, tie);
    if (candidate < outcome.to.network) {
      outcome.to.network = candidate;
      outcome.of_tie = tie;
    }
  }
}

std::uint64_t BoundedSystem::orbit_size(State state) {
  if (options_.symmetry == nullptr) return 1;
  if (once_) {
    OnceSteps steps(graph_, *once_, options_.symmetry);
    return options_.symmetry->size() /
           (1 + steps.count_fixing(state.network, graph_.automorphisms(state.half)));
  }
  std::uint64_t stabiliser = 1;
  for (const Renaming renaming : graph_.automorphisms(state.half)) {
    if (networks_.renamed(state.network, renaming) == state.network) ++stabiliser;
  }
  return options_.symmetry->size() / stabiliser;
}

}  // namespace engine
