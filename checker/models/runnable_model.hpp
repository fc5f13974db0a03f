// A model that the program can run by its name: what the search has to be told beside the model
// itself, and words for what it finds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checker/engine/counting_search.hpp"
#include "checker/engine/model.hpp"

namespace models {

class RunnableModel : public engine::Model {
 public:
  [[nodiscard]] virtual engine::Order order() const { return engine::Order::Once; }
  // nullptr: no symmetry.
  [[nodiscard]] virtual const engine::Permutations* permutations() const { return nullptr; }

  // What is checked; Step::violation is 1 + the index of what is broken.
  [[nodiscard]] virtual const std::vector<std::string>& property_names() const = 0;
  // A step in a line, in the names of the run.
  [[nodiscard]] virtual std::string step_text(const engine::PathStep& step) const = 0;
  // What a half holds, in lines ended by newlines.
  [[nodiscard]] virtual std::string half_text(engine::HalfId half) const = 0;

  [[nodiscard]] std::string key_of(const engine::PathStep& step) const override {
    return step_text(step);
  }
  // No loss is ever budgeted.
  engine::HalfId after_losses(engine::HalfId half, unsigned) final { return half; }
};

// How to search the model: no message is lost but by a step of the model, and any number may be on
// the network. Limits and threads are left to the caller.
engine::CountingOptions search_options(const RunnableModel& model);

// A run in words: its steps, a line each, and the half that the last one leads to.
struct RunText {
  std::vector<std::string> steps;
  std::string last_half;
};
// Follows the path of a search on the model itself, from the initial half. Throws std::logic_error
// if the model cannot take a step of it, or if not the last step alone violates what the search
// says.
RunText text_of_run(RunnableModel& model, const engine::SearchResult& result);

}  // namespace models
