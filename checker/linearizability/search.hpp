// The search for an order: Wing and Gong's, with Lowe's memory of configurations.
//
// A configuration is the set of tasks that have a place and the value after the last of them. From
// each, every task may come next that no task without a place must precede. What is tried is less
// than that; each rule keeps an order if there is one:
//   - Who looks and changes nothing, and sees what it saw, comes at once.
//   - Of tasks that do the same, the one that returns first comes first.
//   - A change that nobody sees before the next write can stand just before that write. So it is
//   not
//     tried where it would not be seen; when it returns, it is put in front of the last write, if
//     it had begun by then (`hide`). One that returns before any write could hide it comes as it
//     is.
//   - An operation without an answer comes only if somebody can tell.
//   - A value that somebody still needs is not overwritten unless it can come back (Needs), and
//     values that nobody needs are one value.
// A search ends well as soon as no answer is left that depends on a value.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/linearizability/check.hpp"
#include "checker/linearizability/configurations.hpp"
#include "checker/linearizability/needs.hpp"
#include "checker/linearizability/timeline.hpp"
#include "checker/linearizability/value_space.hpp"

namespace linearizability {

// What all searches of one check may take together.
class Budget {
 public:
  Budget(const Limits& limits, Observer* observer) : limits_(limits), observer_(observer) {}

  // One more configuration, `memory` bytes in all. False: stop, and from now on.
  bool spend(std::size_t placed, std::size_t memory);
  // What may be spent on something that is not needed: so many configurations at most.
  [[nodiscard]] Budget part(std::uint64_t configurations) const;
  // Counts what a part has spent, and stops for what stopped it, unless that was its own limit.
  void count(const Budget& part);
  [[nodiscard]] const std::optional<StopReason>& stopped_by() const { return stopped_by_; }
  [[nodiscard]] Progress& progress() { return progress_; }

 private:
  Limits limits_;
  Observer* observer_;
  Progress progress_;
  std::optional<StopReason> stopped_by_;
};

class Search {
 public:
  Search(Model model, const Timeline& timeline, Budget& budget);

  // Legal, Illegal, or Unknown if the budget is spent.
  Answer run();
  // Once it is Legal: the tasks in an order that explains all answers. Tasks without an answer that
  // need not take effect are not in it.
  [[nodiscard]] const std::vector<std::uint32_t>& order() const { return order_; }

 private:
  static constexpr std::size_t kNowhere = ~std::size_t{0};

  // What a step may have changed beside the sets of tasks.
  struct Moment {
    State state;
    bool is_unseen = false;  // the last change is one that nobody has seen, and need not be there
    // Of the last write: its step; and changes that had begun before this event can hide behind it.
    std::size_t last_write = kNowhere;
    std::uint32_t horizon = 0;
  };
  struct Step {
    std::uint32_t task;
    std::size_t hidden_by;  // the step in front of which it stands, or kNowhere
    Moment before;
  };
  struct Choice {
    std::uint32_t task;
    bool is_hidden;
    int rank = 0;  // the least comes first
  };
  struct Frame {
    std::size_t steps;  // when it began
    std::size_t first;  // of choices_
    std::size_t next;   // of those that are not tried yet
  };

  // One try more; whether all answers are explained now.
  bool advance();
  void push_frame();
  void add_choices(std::uint32_t task, std::uint32_t first_return);
  [[nodiscard]] bool is_worth_placing(std::uint32_t task, bool is_due) const;
  int rank_of(const Choice& choice, std::uint32_t due);
  void drop_doubles(std::size_t first);

  [[nodiscard]] bool is_change(std::uint32_t task) const;
  [[nodiscard]] bool can_hide(std::uint32_t task) const;
  [[nodiscard]] bool is_due(std::uint32_t task, std::uint32_t first_return) const;
  void place(std::uint32_t task);
  void hide(std::uint32_t task);
  void take_back_to(std::size_t steps);
  void mark_placed(std::uint32_t task);
  // Does what leaves no choice.
  void settle();
  bool place_one_that_only_looks();
  bool hide_one_that_nobody_needs();
  void finish_order();

  // Calls `visit` on each task that may come next, as far as time goes, until it says true.
  template <class Visit>
  bool any_next(Visit visit);
  [[nodiscard]] std::uint32_t first_return() const;
  // False if the configuration is known.
  bool remember();
  void link_events();
  void unlink(std::uint32_t event);
  void relink(std::uint32_t event);
  void set_placed(std::uint32_t task, bool is_placed);

  const Timeline& timeline_;
  ValueSpace space_;
  Needs needs_;
  Budget& budget_;
  Configurations seen_;

  // The events of tasks without a place, as a list; the place behind the last is both its ends.
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> previous_;
  std::vector<std::uint32_t> calls_before_;  // answered ones, by place
  std::vector<std::uint32_t> begun_;         // by task: the event after which it may come
  std::vector<std::uint64_t> placed_;  // bits of answered tasks, then from a new word the others

  Moment now_;
  std::vector<Step> steps_;
  std::vector<Frame> frames_;
  std::vector<Choice> choices_;  // of all frames
  std::vector<std::uint64_t> row_;
  std::vector<std::uint32_t> order_;
};

}  // namespace linearizability
