// What the tasks that have no place yet still need: a look ahead that ends most searches early.
//
// Who saw a value must be placed while it is there. So a value must not go while somebody still
// needs it, unless another task can bring it back in time; and a value that nobody needs any more
// is as good as any other such value.
#pragma once

#include <cstdint>
#include <vector>

#include "checker/linearizability/timeline.hpp"
#include "checker/linearizability/value_space.hpp"

namespace linearizability {

class Needs {
 public:
  Needs(const Timeline& timeline, const ValueSpace& space);

  void place(std::uint32_t task);
  void take_back(std::uint32_t task);

  [[nodiscard]] bool is_placed(std::uint32_t task) const { return is_placed_[task]; }
  // Answered tasks without a place whose answer depends on what is there.
  [[nodiscard]] std::size_t open() const { return open_; }
  // Those of them that want something else to be there.
  [[nodiscard]] bool wants_other() const { return open_others_ != 0; }
  // Whether it makes a difference to any task without a place that this value is there.
  [[nodiscard]] bool is_live(const State& state) const;
  // False: from this state no order places all tasks.
  [[nodiscard]] bool can_be_met(const State& state) const;

 private:
  // Tasks in order, and how many in front have a place.
  struct Queue {
    std::vector<std::uint32_t> tasks;
    std::size_t front = 0;
  };
  struct Spot {
    Sight sight;
    std::uint32_t place;
  };
  struct OfSight {
    Queue sources;           // that set the value or the beginning of it, by invocation
    Queue witnesses;         // answered, that saw it, by return
    std::uint32_t open = 0;  // tasks without a place that look for it, answered or not
  };

  void note(std::uint32_t task);
  void advance(Queue& queue) const;
  void judge(Sight sight);
  void count(std::uint32_t task, bool is_placed);

  const Timeline& timeline_;
  const ValueSpace& space_;
  std::vector<OfSight> of_;
  std::vector<std::vector<Spot>> source_spots_;  // by task
  std::vector<std::uint32_t> witness_spots_;
  std::vector<bool> is_placed_;
  std::size_t open_ = 0;
  std::size_t open_others_ = 0;
  std::vector<std::uint64_t> live_;  // bits of sights that somebody looks for
  std::vector<std::uint64_t>
      urgent_;  // bits of sights that only the value that is there can become
};

}  // namespace linearizability
