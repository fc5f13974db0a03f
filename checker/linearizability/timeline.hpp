// When the operations of one key began and ended: the order of events, and who must come before
// whom.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "checker/linearizability/history.hpp"

namespace linearizability {

// One operation that a search has to place.
struct Task {
  const Operation* operation = nullptr;
  std::size_t index = 0;  // in the history
  bool is_answered =
      true;  // takes effect before it returns, as it was told; else at any time, or never
};

// The tasks of the operations at these places of a history: those that tell something. A read
// without an answer fits everywhere; what failed is not there.
[[nodiscard]] std::vector<Task> tasks_of(const History& history,
                                         std::span<const std::size_t> places);

// Tasks are numbered: those with an answer first, each kind in the order of invocations. Events are
// numbered in their order; at one tick all invocations come before all returns, so that what
// touches overlaps. What an operation's client did before, and what ended at the very tick at which
// it began, are its `predecessors`, which the order of events does not tell.
class Timeline {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  struct Event {
    std::uint32_t task = 0;
    bool is_return = false;
  };

  explicit Timeline(std::vector<Task> tasks);

  [[nodiscard]] std::size_t size() const { return tasks_.size(); }
  [[nodiscard]] std::size_t answered() const { return answered_; }
  [[nodiscard]] const Task& task(std::uint32_t number) const { return tasks_[number]; }
  [[nodiscard]] std::span<const Event> events() const { return events_; }
  // Places among the events; kNone for a return that never comes.
  [[nodiscard]] std::uint32_t call_of(std::uint32_t task) const { return calls_[task]; }
  [[nodiscard]] std::uint32_t return_of(std::uint32_t task) const { return returns_[task]; }
  [[nodiscard]] std::span<const std::uint32_t> predecessors(std::uint32_t task) const {
    return predecessors_[task];
  }
  [[nodiscard]] bool is_predecessor(std::uint32_t task) const { return is_predecessor_[task]; }

  // The tasks as they were when the task had not yet returned, or just had (`inclusive`): without
  // what began later, and nothing answered that returned later.
  [[nodiscard]] std::vector<Task> tasks_until(std::uint32_t task, bool inclusive) const;

 private:
  void order_events();
  void link_clients();
  void link_meeting(std::span<const std::uint32_t> ended, std::span<const std::uint32_t> passed,
                    std::span<const std::uint32_t> begun);

  std::vector<Task> tasks_;
  std::size_t answered_ = 0;
  std::vector<Event> events_;
  std::vector<std::uint32_t> calls_;
  std::vector<std::uint32_t> returns_;
  std::vector<std::vector<std::uint32_t>> predecessors_;
  std::vector<bool> is_predecessor_;
};

}  // namespace linearizability
