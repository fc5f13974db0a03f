#include "checker/linearizability/timeline.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace linearizability {

std::vector<Task> tasks_of(const History& history, std::span<const std::size_t> places) {
  std::vector<Task> tasks;
  for (const std::size_t place : places) {
    const Operation& operation = history[place];
    const bool is_answered = operation.outcome != Outcome::Unknown;
    if (operation.outcome == Outcome::Failed) continue;
    if (operation.kind == Kind::Read && !(is_answered && operation.result)) continue;
    tasks.push_back({&operation, place, is_answered});
  }
  return tasks;
}

Timeline::Timeline(std::vector<Task> tasks) : tasks_(std::move(tasks)) {
  std::ranges::sort(tasks_, {}, [](const Task& task) {
    return std::tuple(!task.is_answered, task.operation->invoked, task.index);
  });
  answered_ = static_cast<std::size_t>(std::ranges::count_if(tasks_, &Task::is_answered));
  order_events();
  link_clients();
}

// Among the returns of one tick those of operations that began earlier come first: they may be
// predecessors of those that began and ended there.
void Timeline::order_events() {
  for (std::uint32_t number = 0; number < tasks_.size(); ++number) {
    events_.push_back({.task = number, .is_return = false});
    if (tasks_[number].is_answered) events_.push_back({.task = number, .is_return = true});
  }
  std::ranges::sort(events_, {}, [this](const Event& event) {
    const Task& task = tasks_[event.task];
    const Operation& operation = *task.operation;
    const bool is_passing = operation.invoked == operation.returned;
    return std::tuple(event.is_return ? operation.returned : operation.invoked, event.is_return,
                      event.is_return && is_passing, task.index);
  });
  calls_.assign(tasks_.size(), kNone);
  returns_.assign(tasks_.size(), kNone);
  for (std::uint32_t place = 0; place < events_.size(); ++place) {
    (events_[place].is_return ? returns_ : calls_)[events_[place].task] = place;
  }
}

void Timeline::link_clients() {
  predecessors_.resize(tasks_.size());
  is_predecessor_.resize(tasks_.size());
  struct Meeting {  // of one client's operations, at one tick
    std::vector<std::uint32_t> ended;
    std::vector<std::uint32_t> passed;  // began and ended there
    std::vector<std::uint32_t> begun;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, Meeting> meetings;
  for (std::uint32_t number = 0; number < tasks_.size(); ++number) {
    const Operation& operation = *tasks_[number].operation;
    Meeting& begin = meetings[{operation.client, operation.invoked}];
    if (operation.invoked == operation.returned) {
      begin.passed.push_back(number);
      continue;
    }
    begin.begun.push_back(number);
    if (tasks_[number].is_answered)
      meetings[{operation.client, operation.returned}].ended.push_back(number);
  }
  for (auto& [when, meeting] : meetings) {
    std::ranges::sort(meeting.passed, {},
                      [this](std::uint32_t task) { return tasks_[task].index; });
    link_meeting(meeting.ended, meeting.passed, meeting.begun);
  }
}

void Timeline::link_meeting(std::span<const std::uint32_t> ended,
                            std::span<const std::uint32_t> passed,
                            std::span<const std::uint32_t> begun) {
  std::span<const std::uint32_t> before = ended;
  const auto put_behind = [&](std::uint32_t number) {
    predecessors_[number].assign(before.begin(), before.end());
    for (const std::uint32_t one : before) is_predecessor_[one] = true;
  };
  for (std::size_t i = 0; i < passed.size(); ++i) {
    put_behind(passed[i]);
    if (tasks_[passed[i]].is_answered) before = passed.subspan(i, 1);
  }
  for (const std::uint32_t number : begun) put_behind(number);
}

std::vector<Task> Timeline::tasks_until(std::uint32_t task, bool inclusive) const {
  std::vector<Task> tasks;
  const std::uint32_t end = returns_[task] + (inclusive ? 1 : 0);
  for (std::uint32_t number = 0; number < tasks_.size(); ++number) {
    if (calls_[number] >= end) continue;
    Task kept = tasks_[number];
    kept.is_answered = kept.is_answered && returns_[number] < end;
    if (kept.is_answered || kept.operation->kind != Kind::Read) tasks.push_back(kept);
  }
  return tasks;
}

}  // namespace linearizability
