// For the tests: a search of a model to its end.
#pragma once

#include <optional>

#include "checker/engine/counting_search.hpp"
#include "checker/models/runnable_model.hpp"

namespace models {

class NoObserver final : public engine::Observer {
 public:
  std::optional<engine::StopReason> poll(const engine::Progress&) override { return std::nullopt; }
};

inline engine::SearchResult search(RunnableModel& model, std::size_t threads = 1,
                                   std::optional<std::uint64_t> depth = {}) {
  engine::CountingOptions options = search_options(model);
  options.threads = threads;
  options.limits.depth = depth;
  engine::CountingSearch search(model, options);
  NoObserver observer;
  return search.run(observer);
}

}  // namespace models
