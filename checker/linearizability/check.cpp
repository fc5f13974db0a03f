#include "checker/linearizability/check.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "checker/linearizability/explain.hpp"
#include "checker/linearizability/timeline.hpp"

namespace linearizability {
namespace {

struct OfKey {
  Value key;
  std::vector<Task> tasks;
};

std::vector<OfKey> parted(const History& history) {
  std::map<Value, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < history.size(); ++i) places[history[i].key].push_back(i);
  std::vector<OfKey> parts;
  for (const auto& [key, of_key] : places) parts.push_back({key, tasks_of(history, of_key)});
  std::ranges::stable_sort(parts, {}, [](const OfKey& part) { return part.tasks.size(); });
  return parts;
}

}  // namespace

Verdict check(const History& history, Model model, const Limits& limits, Observer* observer) {
  if (const auto valid = validate(history, model); !valid) {
    throw std::invalid_argument("linearizability: " + valid.error());
  }
  std::vector<OfKey> parts = parted(history);
  Budget budget(limits, observer);
  Verdict verdict;
  verdict.answer = Answer::Legal;
  budget.progress().keys = parts.size();
  for (OfKey& part : parts) {
    budget.progress().operations = part.tasks.size();
    budget.progress().placed = 0;
    const Timeline timeline(std::move(part.tasks));
    Decision decision = decide(model, timeline, budget);
    verdict.answer = decision.answer;
    if (decision.answer == Answer::Illegal) {
      verdict.explanation = explain(history, model, timeline, budget);
    }
    if (decision.answer != Answer::Legal) break;
    verdict.linearizations.push_back({part.key, std::move(decision.order)});
    ++budget.progress().keys_decided;
  }
  verdict.stopped_by = budget.stopped_by();
  verdict.progress = budget.progress();
  return verdict;
}

}  // namespace linearizability
