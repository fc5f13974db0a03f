// What tests give to searches of the engine.
#pragma once

#include "checker/cluster/cluster_model.hpp"
#include "checker/engine/counting_search.hpp"

namespace cluster {

class NoObserver final : public engine::Observer {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return {}; }
};

// Of a small space over any network.
inline Bounds over_any(std::uint32_t servers, std::uint64_t terms, std::uint64_t log,
                       std::uint32_t crashes) {
  Bounds bounds;
  bounds.servers = servers;
  bounds.terms = terms;
  bounds.log = log;
  bounds.crashes = crashes;
  bounds.network = Network::Any;
  return bounds;
}

// Of one on an unordered network, without crashes and symmetry.
inline Bounds counted(std::uint32_t servers, std::uint64_t terms, std::uint64_t log,
                      std::uint32_t inflight) {
  Bounds bounds = over_any(servers, terms, log, 0);
  bounds.inflight = inflight;
  bounds.network = Network::Unordered;
  bounds.symmetry = false;
  return bounds;
}

template <class Change>
Bounds with(Bounds bounds, Change change) {
  change(bounds);
  return bounds;
}

inline engine::CountingOptions counting_options(const Bounds& bounds, const ClusterModel& model) {
  engine::CountingOptions options;
  options.order =
      bounds.network == Network::Ordered ? engine::Order::PerLink : engine::Order::Unordered;
  if (bounds.loss == LossMode::None) options.loss = engine::Loss::None;
  if (bounds.loss == LossMode::Budgeted) options.loss = engine::Loss::Budgeted;
  options.inflight = bounds.inflight;
  options.inflight_bound = static_cast<std::uint16_t>(BoundKind::Inflight);
  options.loss_bound = static_cast<std::uint16_t>(BoundKind::Loss);
  options.symmetry = model.permutations();
  return options;
}

inline engine::SearchResult count(ClusterModel& model, const Bounds& bounds) {
  NoObserver observer;
  return engine::CountingSearch(model, counting_options(bounds, model)).run(observer);
}

}  // namespace cluster
