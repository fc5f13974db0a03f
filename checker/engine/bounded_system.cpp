#include "checker/engine/bounded_system.hpp"

namespace engine {

BoundedSteps::BoundedSteps(BoundedSystem& system) : system_(system) {
  if (system.once() != nullptr) {
    once_.emplace(system.graph(), *system.once(), system.options().symmetry);
  } else {
    lists_.emplace(system.graph(), system.options());
  }
}

void BoundedSteps::start(State state) {
  if (once_) {
    once_->start(state.network);
    return;
  }
  system_.names().read(state.network, messages_);
  lists_->start(state.half, messages_);
}

std::uint64_t BoundedSteps::orbit_size(State state) {
  const Permutations* symmetry = system_.options().symmetry;
  if (symmetry == nullptr) return 1;
  if (once_) {
    const auto ties = system_.graph().automorphisms(state.half);
    return symmetry->size() / (1 + once_->count_fixing(state.network, ties));
  }
  system_.names().read(state.network, messages_);
  return lists_->orbit_size(state.half, messages_);
}

}  // namespace engine
