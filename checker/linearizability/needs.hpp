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
  struct OfSight {
    std::vector<std::uint32_t> witnesses;  // answered tasks that saw it
    std::uint32_t open = 0;    // tasks without a place that look for it, answered or not
    std::uint32_t urgent = 0;  // witnesses without a place that have no source left
  };

  void find_sources();
  void count(std::uint32_t task, bool is_placed);
  [[nodiscard]] bool is_witness(std::uint32_t task) const;
  void change_urgent(std::uint32_t witness, bool is_more);

  const Timeline& timeline_;
  const ValueSpace& space_;
  std::vector<OfSight> of_;
  // By task: the witnesses that may have seen what it set, or what was made of it. It was invoked
  // before they returned, and nothing was surely set in between.
  std::vector<std::vector<std::uint32_t>> witnesses_of_;
  std::vector<std::uint32_t> sources_left_;  // by witness: without a place
  std::vector<bool> is_placed_;
  std::size_t open_ = 0;
  std::size_t open_others_ = 0;
  std::vector<std::uint64_t> live_;  // bits of sights that somebody looks for
  std::vector<std::uint64_t>
      urgent_;  // bits of sights that only the value that is there can become
};

}  // namespace linearizability
