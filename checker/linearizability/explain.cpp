#include "checker/linearizability/explain.hpp"

#include <algorithm>
#include <set>

#include "checker/linearizability/object.hpp"

namespace linearizability {
namespace {

constexpr std::size_t kShownMax = 16;  // values that a read could have seen
constexpr std::size_t kTriedMax = 64;

std::vector<std::uint32_t> tasks_by_return(const Timeline& timeline) {
  std::vector<std::uint32_t> tasks;
  for (const Timeline::Event& event : timeline.events()) {
    if (event.is_return) tasks.push_back(event.task);
  }
  return tasks;
}

// The task without whose answer the history up to its return would be legal: the later the return,
// the more is asked, so it is found by halving.
std::optional<std::uint32_t> find_misfit(Model model, const Timeline& timeline, Budget& budget) {
  const std::vector<std::uint32_t> tasks = tasks_by_return(timeline);
  std::size_t low = 0;
  std::size_t high = tasks.size() - 1;
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    const Timeline until(timeline.tasks_until(tasks[middle], true));
    const Answer answer = decide(model, until, budget).answer;
    if (answer == Answer::Unknown) return std::nullopt;
    if (answer == Answer::Legal) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return tasks[low];
}

// Values that a read in the place of the misfit may have seen, to be tried: first those that were
// there while it ran, in the order of the prefix, the latest first, then all that anybody mentions.
class Guesses {
 public:
  explicit Guesses(Model model) : model_(model) {}

  void add_met(const History& history, const Explanation& explanation) {
    Object object(model_);
    std::vector<Value> met{object.value()};
    for (const std::size_t index : explanation.prefix) {
      const Operation& operation = history[index];
      object.perform(operation);
      const bool is_over = operation.outcome != Outcome::Unknown &&
                           operation.returned < history[explanation.misfit].invoked;
      if (is_over) met.clear();
      met.push_back(object.value());
    }
    for (auto value = met.rbegin(); value != met.rend(); ++value) add(*value);
  }

  void add_mentioned(const std::vector<Task>& tasks) {
    std::set<Value> mentioned{taken_as(Value{}, model_)};
    for (const Task& task : tasks) {
      const Operation& operation = *task.operation;
      if (operation.kind == Kind::Read) mentioned.insert(taken_as(*operation.result, model_));
      if (operation.kind == Kind::Write || operation.kind == Kind::Cas) {
        mentioned.insert(taken_as(operation.argument, model_));
      }
    }
    for (const Value& value : mentioned) add(value);
  }

  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  void add(const Value& value) {
    if (known_.insert(value).second) values_.push_back(value);
  }

  Model model_;
  std::set<Value> known_;
  std::vector<Value> values_;
};

// Whether a read that saw the value would be legal in the place of the misfit.
Answer could_see(Model model, const Timeline& timeline, std::uint32_t misfit, const Value& value,
                 Budget& budget) {
  const Task& task = timeline.task(misfit);
  Operation read = *task.operation;
  read.kind = Kind::Read;
  read.outcome = Outcome::Ok;
  read.result = value;
  std::vector<Task> tasks = timeline.tasks_until(misfit, true);
  for (Task& one : tasks) {
    if (one.index == task.index) one.operation = &read;
  }
  return decide(model, Timeline(std::move(tasks)), budget).answer;
}

bool can_make_new_values(const Timeline& timeline) {
  for (std::uint32_t task = 0; task < timeline.size(); ++task) {
    if (timeline.task(task).operation->kind == Kind::Append) return true;
  }
  return false;
}

void find_possible(Model model, const Timeline& timeline, std::uint32_t misfit,
                   const Guesses& guesses, Explanation& explanation, Budget& budget) {
  std::size_t tried = 0;
  for (const Value& value : guesses.values()) {
    if (explanation.possible.size() == kShownMax || tried == kTriedMax) return;
    const Answer answer = could_see(model, timeline, misfit, value, budget);
    if (answer == Answer::Unknown) return;
    if (answer == Answer::Legal) explanation.possible.push_back(value);
    ++tried;
  }
  explanation.is_complete = !can_make_new_values(timeline);
}

}  // namespace

std::optional<Explanation> explain(const History& history, Model model, const Timeline& timeline,
                                   Budget& budget) {
  const auto misfit = find_misfit(model, timeline, budget);
  if (!misfit) return std::nullopt;
  const Timeline before(timeline.tasks_until(*misfit, false));
  Decision decision = decide(model, before, budget);
  if (decision.answer != Answer::Legal) return std::nullopt;

  Explanation explanation{.key = history[timeline.task(*misfit).index].key,
                          .prefix = std::move(decision.order),
                          .value = {},
                          .misfit = timeline.task(*misfit).index};
  Object object(model);
  for (const std::size_t index : explanation.prefix) object.perform(history[index]);
  explanation.value = object.value();
  Guesses guesses(model);
  guesses.add_met(history, explanation);
  guesses.add_mentioned(timeline.tasks_until(*misfit, false));
  find_possible(model, timeline, *misfit, guesses, explanation, budget);
  return explanation;
}

}  // namespace linearizability
