#include "checker/linearizability/explain.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "checker/linearizability/object.hpp"

namespace linearizability {
namespace {

constexpr std::size_t kShownMax = 16;                  // values that a read could have seen
constexpr std::uint64_t kConfigurationsMax = 100'000;  // to find them

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
  Guesses(Model model, const Operation& misfit, const std::vector<Task>& tasks)
      : model_(model), misfit_(misfit), tasks_(tasks) {
    for (const Task& task : tasks_) {
      if (!is_over(task) || task.operation->kind != Kind::Write) continue;
      last_write_ = std::max(last_write_, task.operation->invoked);
    }
  }

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

  void add_mentioned() {
    std::set<Value> mentioned{taken_as(Value{}, model_)};
    for (const Task& task : tasks_) {
      const Operation& operation = *task.operation;
      if (operation.kind == Kind::Read) mentioned.insert(taken_as(*operation.result, model_));
      if (sets(operation)) mentioned.insert(taken_as(operation.argument, model_));
    }
    for (const Value& value : mentioned) {
      if (may_be_left(value)) add(value);
    }
  }

  [[nodiscard]] const std::vector<Value>& values() const { return values_; }

 private:
  static bool sets(const Operation& operation) {
    return operation.kind == Kind::Write || operation.kind == Kind::Cas;
  }

  [[nodiscard]] bool is_over(const Task& task) const {
    return task.is_answered && task.operation->returned < misfit_.invoked;
  }

  // Whether the value, or what it begins with, may have been there without a write in between that
  // is surely later: such values need not be tried.
  [[nodiscard]] bool may_be_left(const Value& value) const {
    const auto is_made_of = [&](const Value& part) {
      const auto* text = std::get_if<std::string>(&value);
      const auto* beginning = std::get_if<std::string>(&part);
      if (text == nullptr || beginning == nullptr) return value == part;
      return model_ == Model::KeyValue ? text->starts_with(*beginning) : *text == *beginning;
    };
    if (last_write_ == kBegin && is_made_of(taken_as(Value{}, model_))) return true;
    return std::ranges::any_of(tasks_, [&](const Task& task) {
      const Operation& operation = *task.operation;
      if (!sets(operation) || !is_made_of(taken_as(operation.argument, model_))) return false;
      return !task.is_answered || operation.returned >= last_write_;
    });
  }

  void add(const Value& value) {
    if (known_.insert(value).second) values_.push_back(value);
  }

  static constexpr std::int64_t kBegin = std::numeric_limits<std::int64_t>::min();

  Model model_;
  const Operation& misfit_;
  const std::vector<Task>& tasks_;  // what was invoked before the misfit returned, without it
  // The latest invocation of a write that had returned when the misfit was invoked.
  std::int64_t last_write_ = kBegin;
  std::set<Value> known_;
  std::vector<Value> values_;
};

// Whether a read that saw the value would be legal in the place of the misfit.
Answer could_see(Model model, const Timeline& until, std::size_t misfit, const Value& value,
                 Budget& budget) {
  std::vector<Task> tasks;
  Operation read;
  for (std::uint32_t task = 0; task < until.size(); ++task) {
    tasks.push_back(until.task(task));
    if (tasks.back().index != misfit) continue;
    read = *tasks.back().operation;
    read.kind = Kind::Read;
    read.outcome = Outcome::Ok;
    read.result = value;
    tasks.back().operation = &read;
  }
  return decide(model, Timeline(std::move(tasks)), budget).answer;
}

bool can_make_new_values(const Timeline& timeline) {
  for (std::uint32_t task = 0; task < timeline.size(); ++task) {
    if (timeline.task(task).operation->kind == Kind::Append) return true;
  }
  return false;
}

void find_possible(Model model, const Timeline& timeline, const Guesses& guesses,
                   Explanation& explanation, Budget& budget) {
  for (const Value& value : guesses.values()) {
    if (explanation.possible.size() == kShownMax || budget.stopped_by()) return;
    const Answer answer = could_see(model, timeline, explanation.misfit, value, budget);
    if (answer == Answer::Legal) explanation.possible.push_back(value);
  }
  explanation.is_complete = !budget.stopped_by() && !can_make_new_values(timeline);
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
  const std::vector<Task> tasks = timeline.tasks_until(*misfit, false);
  Guesses guesses(model, history[explanation.misfit], tasks);
  guesses.add_met(history, explanation);
  guesses.add_mentioned();
  Budget part = budget.part(kConfigurationsMax);
  const Timeline until(timeline.tasks_until(*misfit, true));
  find_possible(model, until, guesses, explanation, part);
  budget.count(part);
  return explanation;
}

}  // namespace linearizability
