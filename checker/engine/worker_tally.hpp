// What one thread of a breadth-first search counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/engine/half_graph.hpp"
#include "checker/engine/line_vector.hpp"

namespace engine {

// Its thread alone changes it. Any thread may ask for the shown counts while the search goes on,
// and for the rest while it stands still.
class WorkerTally {
 public:
  explicit WorkerTally(HalfGraph& graph)
      : action_counts_(graph.model().action_names().size(), 0),
        cut_off_(graph.model().bound_names().size(), 0) {}

  // As they were when show() was last called.
  [[nodiscard]] std::uint64_t generated() const {
    return shown_generated_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t expanded() const {
    return shown_expanded_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t distinct() const {
    return shown_distinct_.load(std::memory_order_relaxed);
  }
  // How much was done, in states expanded or what takes as long.
  [[nodiscard]] std::uint64_t work() const { return shown_work_.load(std::memory_order_relaxed); }

  // The least number of a violation met, 0 if there was none.
  [[nodiscard]] std::uint32_t violation() const { return violation_; }
  [[nodiscard]] std::span<const std::uint64_t> action_counts() const { return action_counts_; }
  [[nodiscard]] std::span<const std::uint64_t> cut_off() const { return cut_off_; }

  // For a search that goes on from a checkpoint; show() is left to who owns this.
  void restore(std::uint64_t generated, std::uint64_t expanded, std::uint32_t violation) {
    generated_ = generated;
    expanded_ = expanded;
    violation_ = violation;
  }
  void restore_counts(const std::vector<std::uint64_t>& actions,
                      const std::vector<std::uint64_t>& cut_off) {
    action_counts_.assign(actions.begin(), actions.end());
    cut_off_.assign(cut_off.begin(), cut_off.end());
  }

 protected:
  ~WorkerTally() = default;

  // A step is taken in one of its ways: only then does it violate something and fire witnesses.
  void note_step(HalfGraph& graph, EdgeId id, const Edge& edge) {
    ++generated_;
    ++action_counts_[edge.action];
    graph.take(id);
    if (edge.is_violation) note_violation(graph.detail(id).violation);
  }
  void note_expanded(std::uint64_t states) { expanded_ += states; }
  // What takes as long as expanding so many states.
  void note_work(std::uint64_t states) { other_work_ += states; }
  void note_cut(unsigned bound) { ++cut_off_[bound]; }
  // The internal steps of so many states of a half that bounds forbid.
  void note_cut_off(const HalfGraph& graph, HalfId half, std::uint64_t states) {
    graph.count_cut_off(half, states, cut_off_);
  }
  void show(std::uint64_t distinct) {
    shown_generated_.store(generated_, std::memory_order_relaxed);
    shown_expanded_.store(expanded_, std::memory_order_relaxed);
    shown_distinct_.store(distinct, std::memory_order_relaxed);
    shown_work_.store(expanded_ + other_work_, std::memory_order_relaxed);
  }

 private:
  void note_violation(std::uint32_t violation) {
    violation_ = violation_ == 0 ? violation : std::min(violation_, violation);
  }

  alignas(64) std::uint64_t generated_ = 0;
  std::uint64_t expanded_ = 0;
  std::uint64_t other_work_ = 0;
  std::uint32_t violation_ = 0;
  LineVector<std::uint64_t> action_counts_;
  LineVector<std::uint64_t> cut_off_;
  alignas(64) std::atomic<std::uint64_t> shown_generated_{0};
  std::atomic<std::uint64_t> shown_expanded_{0};
  std::atomic<std::uint64_t> shown_distinct_{0};
  std::atomic<std::uint64_t> shown_work_{0};
};

}  // namespace engine
