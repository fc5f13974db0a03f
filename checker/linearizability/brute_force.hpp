// Linearizability by its definition: every order that time allows, each operation on objects in a
// map. For tests; some eight operations are as many as it can take. Shares nothing with the checker
// but the object itself, and knows nothing of keys being apart.
#pragma once

#include <map>
#include <vector>

#include "checker/linearizability/history.hpp"
#include "checker/linearizability/object.hpp"

namespace linearizability {

class BruteForce {
 public:
  BruteForce(const History& history, Model model) : history_(history), model_(model) {
    for (const Operation& operation : history_) {
      is_done_.push_back(operation.outcome == Outcome::Failed);
    }
  }

  bool is_legal() {
    bool is_complete = true;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (is_done_[i]) continue;
      is_complete = is_complete && history_[i].outcome == Outcome::Unknown;
      if (may_come_next(i) && is_legal_after(i)) return true;
    }
    return is_complete;
  }

 private:
  bool is_legal_after(std::size_t next) {
    const std::map<Value, Object> before = objects_;
    Object& object = objects_.try_emplace(history_[next].key, model_).first->second;
    bool is_legal_so = false;
    if (object.agrees(history_[next])) {
      object.perform(history_[next]);
      is_done_[next] = true;
      is_legal_so = is_legal();
      is_done_[next] = false;
    }
    objects_ = before;
    return is_legal_so;
  }

  [[nodiscard]] bool may_come_next(std::size_t next) const {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (i != next && !is_done_[i] && precedes(i, next)) return false;
    }
    return true;
  }

  [[nodiscard]] bool precedes(std::size_t one, std::size_t other) const {
    const Operation& first = history_[one];
    const Operation& second = history_[other];
    if (first.outcome == Outcome::Unknown) return false;
    if (first.returned < second.invoked) return true;
    if (first.client != second.client || first.returned != second.invoked) return false;
    const bool is_first_passing = first.invoked == first.returned;
    const bool is_second_passing = second.invoked == second.returned;
    return is_first_passing && is_second_passing ? one < other : true;
  }

  const History& history_;
  Model model_;
  std::vector<bool> is_done_;
  std::map<Value, Object> objects_;
};

}  // namespace linearizability
