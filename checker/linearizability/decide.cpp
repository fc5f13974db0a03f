#include <algorithm>
#include <stdexcept>

#include "checker/linearizability/explain.hpp"
#include "checker/linearizability/object.hpp"

namespace linearizability {
namespace {

// Nobody comes before one that had returned when it was invoked, and no client overtakes itself.
bool keeps_time(const Timeline& timeline, const std::vector<std::uint32_t>& order) {
  std::vector<bool> is_placed(timeline.size());
  for (const std::uint32_t task : order) {
    for (const std::uint32_t before : timeline.predecessors(task)) {
      if (!is_placed[before]) return false;
    }
    is_placed[task] = true;
  }
  std::uint32_t first_return = Timeline::kNone;
  for (auto task = order.rbegin(); task != order.rend(); ++task) {
    if (timeline.call_of(*task) > first_return) return false;
    first_return = std::min(first_return, timeline.return_of(*task));
  }
  return true;
}

bool places_all_once(const Timeline& timeline, std::vector<std::uint32_t> order) {
  std::ranges::sort(order);
  if (std::ranges::adjacent_find(order) != order.end()) return false;
  return std::ranges::count_if(order, [&](std::uint32_t task) {
           return timeline.task(task).is_answered;
         }) == static_cast<std::ptrdiff_t>(timeline.answered());
}

bool explains_answers(Model model, const Timeline& timeline,
                      const std::vector<std::uint32_t>& order) {
  Object object(model);
  for (const std::uint32_t number : order) {
    const Task& task = timeline.task(number);
    if (task.is_answered && !object.agrees(*task.operation)) return false;
    object.perform(*task.operation);
  }
  return true;
}

}  // namespace

Decision decide(Model model, const Timeline& timeline, Budget& budget) {
  Search search(model, timeline, budget);
  Decision decision{.answer = search.run(), .order = {}};
  if (decision.answer != Answer::Legal) return decision;
  const std::vector<std::uint32_t>& order = search.order();
  if (!places_all_once(timeline, order) || !keeps_time(timeline, order) ||
      !explains_answers(model, timeline, order)) {
    throw std::logic_error("linearizability: the order found does not explain the history");
  }
  for (const std::uint32_t task : order) decision.order.push_back(timeline.task(task).index);
  return decision;
}

}  // namespace linearizability
