#include "checker/models/runnable_model.hpp"

#include <algorithm>
#include <stdexcept>

namespace models {
namespace {

engine::Step taken_step(RunnableModel& model, engine::HalfId half,
                        const engine::PathStep& path_step) {
  if (path_step.message != engine::kNone) {
    return model.deliver(half, path_step.message, path_step.alternative);
  }
  // A label is renamed with its step, so steps are told apart by what they are called.
  const std::string wanted = model.step_text(path_step);
  std::vector<engine::Step> steps;
  model.internal_steps(half, steps);
  const auto found = std::ranges::find_if(steps, [&](const engine::Step& step) {
    return step.next != engine::kNone && model.step_text({.label = step.label}) == wanted;
  });
  return found == steps.end() ? engine::Step{} : *found;
}

}  // namespace

engine::CountingOptions search_options(const RunnableModel& model) {
  engine::CountingOptions options;
  options.order = model.order();
  options.loss = engine::Loss::None;
  options.inflight = engine::kUnlimited;
  options.symmetry = model.permutations();
  return options;
}

RunText text_of_run(RunnableModel& model, const engine::SearchResult& result) {
  RunText text;
  engine::HalfId half = model.initial();
  std::uint32_t violation = model.initial_violation();
  for (const engine::PathStep& path_step : result.path) {
    if (violation != 0) throw std::logic_error("a state before the last one violates a property");
    const engine::Step step = taken_step(model, half, path_step);
    if (step.next == engine::kNone) {
      throw std::logic_error("the model cannot take the step " + model.step_text(path_step));
    }
    text.steps.push_back(model.step_text(path_step));
    half = step.next;
    violation = step.violation;
  }
  if (violation != result.violation) {
    throw std::logic_error("the run does not violate what the search says");
  }
  text.last_half = model.half_text(half);
  return text;
}

}  // namespace models
