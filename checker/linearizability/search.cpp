#include "checker/linearizability/search.hpp"

#include <algorithm>
#include <tuple>

namespace linearizability {
namespace {

constexpr std::uint32_t kWordBits = 64;
constexpr std::uint64_t kPollInterval = 1024;  // configurations

}  // namespace

bool Budget::spend(std::size_t placed, std::size_t memory) {
  if (stopped_by_) return false;
  progress_.placed = std::max(progress_.placed, placed);
  progress_.memory = memory;
  ++progress_.configurations;
  if (limits_.configurations && progress_.configurations > *limits_.configurations) {
    stopped_by_ = StopReason::Configurations;
  } else if (limits_.memory && memory > *limits_.memory) {
    stopped_by_ = StopReason::Memory;
  } else if (observer_ != nullptr && progress_.configurations % kPollInterval == 0) {
    stopped_by_ = observer_->poll(progress_);
  }
  return !stopped_by_;
}

Budget Budget::part(std::uint64_t configurations) const {
  Budget part = *this;
  const std::uint64_t end = progress_.configurations + configurations;
  part.limits_.configurations = std::min(end, limits_.configurations.value_or(end));
  return part;
}

void Budget::count(const Budget& part) {
  progress_ = part.progress_;
  if (part.stopped_by_ != StopReason::Configurations) stopped_by_ = part.stopped_by_;
}

Search::Search(Model model, const Timeline& timeline, Budget& budget)
    : timeline_(timeline), space_(model, timeline), needs_(timeline, space_), budget_(budget) {
  now_.state = space_.initial();
  const std::size_t answered_words = (timeline.answered() + kWordBits - 1) / kWordBits;
  const std::size_t others = timeline.size() - timeline.answered();
  placed_.resize(answered_words + (others + kWordBits - 1) / kWordBits);
  link_events();
  for (std::uint32_t task = 0; task < timeline_.size(); ++task) {
    begun_.push_back(timeline_.call_of(task));
    for (const std::uint32_t before : timeline_.predecessors(task)) {
      begun_.back() = std::max(begun_.back(), timeline_.return_of(before));
    }
  }
}

void Search::link_events() {
  const auto events = timeline_.events();
  const auto count = static_cast<std::uint32_t>(events.size());
  next_.resize(count + 1);
  previous_.resize(count + 1);
  calls_before_.resize(count + 1);
  for (std::uint32_t place = 0; place <= count; ++place) {
    next_[place] = place == count ? 0 : place + 1;
    previous_[place] = place == 0 ? count : place - 1;
    if (place == count) break;
    const bool is_call = !events[place].is_return && timeline_.task(events[place].task).is_answered;
    calls_before_[place + 1] = calls_before_[place] + (is_call ? 1 : 0);
  }
}

void Search::unlink(std::uint32_t event) {
  next_[previous_[event]] = next_[event];
  previous_[next_[event]] = previous_[event];
}

void Search::relink(std::uint32_t event) {
  next_[previous_[event]] = event;
  previous_[next_[event]] = event;
}

void Search::set_placed(std::uint32_t task, bool is_placed) {
  const auto answered = static_cast<std::uint32_t>(timeline_.answered());
  std::uint32_t bit = task;
  if (task >= answered) {
    bit = task - answered + (answered + kWordBits - 1) / kWordBits * kWordBits;
  }
  const std::uint64_t mask = std::uint64_t{1} << (bit % kWordBits);
  std::uint64_t& word = placed_[bit / kWordBits];
  word = is_placed ? word | mask : word & ~mask;
}

template <class Visit>
bool Search::any_next(Visit visit) {
  const auto events = timeline_.events();
  for (std::uint32_t place = next_[events.size()]; place < events.size(); place = next_[place]) {
    if (events[place].is_return) return false;
    const std::uint32_t task = events[place].task;
    const bool is_free = std::ranges::none_of(
        timeline_.predecessors(task), [&](std::uint32_t one) { return !needs_.is_placed(one); });
    if (is_free && visit(task)) return true;
  }
  return false;
}

std::uint32_t Search::first_return() const {
  const auto events = timeline_.events();
  std::uint32_t place = next_[events.size()];
  while (place < events.size() && !events[place].is_return) place = next_[place];
  return place;
}

// A write or an append: what nobody sees if a write follows.
bool Search::is_change(std::uint32_t task) const {
  return space_.overwrites(task) || space_.appends(task);
}

bool Search::can_hide(std::uint32_t task) const {
  return timeline_.task(task).is_answered && is_change(task) && begun_[task] < now_.horizon;
}

// Whether something waits for it: all that was invoked after it returned or, if it returns at the
// same tick as the one that all wait for, what its client does next.
bool Search::is_due(std::uint32_t task, std::uint32_t first_return) const {
  if (timeline_.return_of(task) == first_return) return true;
  if (!timeline_.is_predecessor(task)) return false;
  const std::uint32_t first = timeline_.events()[first_return].task;
  return timeline_.task(task).operation->returned == timeline_.task(first).operation->returned;
}

void Search::mark_placed(std::uint32_t task) {
  unlink(timeline_.call_of(task));
  if (timeline_.task(task).is_answered) unlink(timeline_.return_of(task));
  set_placed(task, true);
  needs_.place(task);
}

void Search::place(std::uint32_t task) {
  const std::uint32_t first = first_return();
  const bool is_answered = timeline_.task(task).is_answered;
  const bool is_forced = is_answered && is_due(task, first) && !can_hide(task);
  const bool can_wait = begun_[task] == timeline_.call_of(task);
  steps_.push_back({.task = task, .hidden_by = kNowhere, .before = now_});
  if (space_.overwrites(task)) {
    now_.last_write = steps_.size() - 1;
    now_.horizon = first;
  }
  now_.state = space_.after(task, now_.state);
  now_.is_unseen = !is_answered || (is_change(task) && !is_forced && can_wait);
  mark_placed(task);
}

void Search::hide(std::uint32_t task) {
  steps_.push_back({.task = task, .hidden_by = now_.last_write, .before = now_});
  mark_placed(task);
}

void Search::take_back_to(std::size_t steps) {
  while (steps_.size() > steps) {
    const Step& step = steps_.back();
    if (timeline_.task(step.task).is_answered) relink(timeline_.return_of(step.task));
    relink(timeline_.call_of(step.task));
    set_placed(step.task, false);
    needs_.take_back(step.task);
    now_ = step.before;
    steps_.pop_back();
  }
}

bool Search::place_one_that_only_looks() {
  return any_next([this](std::uint32_t task) {
    const bool is_due =
        timeline_.task(task).is_answered && !space_.changes(task) && space_.fits(task, now_.state);
    if (is_due) place(task);
    return is_due;
  });
}

// Where somebody needs anything but what is there, a write that nobody else needs may be what
// helps.
bool Search::hide_one_that_nobody_needs() {
  const std::uint32_t first = first_return();
  if (first == timeline_.events().size() || needs_.wants_other()) return false;
  const std::uint32_t task = timeline_.events()[first].task;
  const bool is_unneeded =
      can_hide(task) && space_.overwrites(task) && !needs_.is_live(*space_.set_by(task));
  if (is_unneeded) hide(task);
  return is_unneeded;
}

void Search::settle() {
  while (place_one_that_only_looks() || hide_one_that_nobody_needs()) {
  }
  if (!needs_.is_live(now_.state)) now_.state = State{};
}

// What could not be told now, or could stand behind a later write as well, waits. One without an
// answer has to make a difference; without it the order would be as good. A write that changes
// nothing makes one: others can hide behind it.
bool Search::is_worth_placing(std::uint32_t task, bool is_due) const {
  if (!space_.fits(task, now_.state)) return false;
  if (now_.is_unseen && space_.overwrites(task)) return false;
  const bool is_answered = timeline_.task(task).is_answered;
  if (is_answered && (is_due || !is_change(task))) return true;
  if (is_answered && begun_[task] != timeline_.call_of(task)) return true;
  const State after = space_.after(task, now_.state);
  if (!is_answered && after == now_.state && !space_.overwrites(task)) return false;
  return needs_.is_live(after) || needs_.wants_other();
}

void Search::add_choices(std::uint32_t task, std::uint32_t first_return) {
  const bool due = timeline_.task(task).is_answered && is_due(task, first_return);
  const bool is_hideable = due && can_hide(task);
  if (is_worth_placing(task, due && !is_hideable))
    choices_.push_back({.task = task, .is_hidden = false});
  if (is_hideable) choices_.push_back({.task = task, .is_hidden = true});
}

// Keeps the first of those that do the same: if another one of them came next in an order, the two
// could change places. Not if the other one's client goes on at the tick at which both return,
// which would be another order of what it did; nor if it began something at the tick before which
// the first could hide and it could not.
void Search::drop_doubles(std::size_t first) {
  const auto keeps_out = [this](const Choice& kept, const Choice& choice) {
    if (kept.is_hidden || choice.is_hidden) return false;
    if (space_.deed_of(kept.task) != space_.deed_of(choice.task)) return false;
    if (begun_[choice.task] != timeline_.call_of(choice.task)) return false;
    if (!timeline_.task(kept.task).is_answered || !timeline_.is_predecessor(choice.task))
      return true;
    return timeline_.task(kept.task).operation->returned <
           timeline_.task(choice.task).operation->returned;
  };
  std::size_t kept = first;
  for (std::size_t i = first; i < choices_.size(); ++i) {
    const Choice choice = choices_[i];
    const auto begin = choices_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = choices_.begin() + static_cast<std::ptrdiff_t>(kept);
    const bool is_double =
        std::any_of(begin, end, [&](const Choice& one) { return keeps_out(one, choice); });
    if (!is_double) choices_[kept++] = choice;
  }
  choices_.resize(kept);
}

// What is tried first decides how soon an order is found. All wait for the one that returns first:
// if it saw something, it gets it; if it is a write that somebody can see now, it is seen, else
// hidden.
int Search::rank_of(const Choice& choice, std::uint32_t due) {
  const State after = space_.after(choice.task, now_.state);
  const Sight wanted = space_.sight_of(due);
  if (wanted != kNoSight) return after.first <= wanted && wanted < after.last ? 0 : 2;
  if (choice.is_hidden) return 1;
  const bool is_seen = choice.task == due && any_next([&](std::uint32_t task) {
                         return space_.sight_of(task) != kNoSight && space_.fits(task, after);
                       });
  return is_seen ? 0 : 2;
}

void Search::push_frame() {
  const std::size_t first = choices_.size();
  const std::uint32_t first_returning = first_return();
  any_next([&](std::uint32_t task) {
    add_choices(task, first_returning);
    return false;
  });
  const std::uint32_t due = timeline_.events()[first_returning].task;
  for (std::size_t i = first; i < choices_.size(); ++i) {
    choices_[i].rank = rank_of(choices_[i], due);
  }
  const auto key = [this](const Choice& choice) {
    const Task& task = timeline_.task(choice.task);
    return std::tuple(choice.rank, task.is_answered ? task.operation->returned : kNever,
                      !timeline_.is_predecessor(choice.task), timeline_.return_of(choice.task),
                      choice.task);
  };
  std::sort(choices_.begin() + static_cast<std::ptrdiff_t>(first), choices_.end(),
            [&](const Choice& one, const Choice& other) { return key(one) < key(other); });
  drop_doubles(first);
  frames_.push_back({.steps = steps_.size(), .first = first, .next = first});
}

// Answered tasks in front of the first that has no place all have one, and none that was invoked
// after the first return to come: the words between tell all. Of the horizon it matters only what
// can hide behind it.
bool Search::remember() {
  const auto events = timeline_.events();
  std::uint32_t base = Timeline::kNone;
  std::uint32_t hiding = 0;
  std::uint32_t place = next_[events.size()];
  for (; !events[place].is_return; place = next_[place]) {
    const std::uint32_t task = events[place].task;
    if (base == Timeline::kNone && timeline_.task(task).is_answered) base = task;
    if (can_hide(task)) hiding = std::max(hiding, begun_[task] + 1);
  }
  const std::size_t begin = base / kWordBits;
  const std::size_t end = (calls_before_[place] + kWordBits - 1) / kWordBits;
  const std::size_t answered_words = (timeline_.answered() + kWordBits - 1) / kWordBits;
  // First and length tell the last, but empty text from what nobody can tell.
  const Sight sight = now_.state.first == now_.state.last ? kNoSight : now_.state.first;
  row_.assign({std::uint64_t{sight} << 32 | now_.state.length,
               std::uint64_t{begin} << 33 | std::uint64_t{now_.is_unseen} << 32 | hiding});
  const auto word = [this](std::size_t index) {
    return placed_.begin() + static_cast<std::ptrdiff_t>(index);
  };
  row_.insert(row_.end(), word(begin), word(end));
  row_.insert(row_.end(), word(answered_words), placed_.end());
  return seen_.insert(row_) && budget_.spend(steps_.size(), seen_.bytes());
}

bool Search::advance() {
  Frame& frame = frames_.back();
  take_back_to(frame.steps);
  if (frame.next == choices_.size()) {
    choices_.resize(frame.first);
    frames_.pop_back();
    return false;
  }
  const Choice choice = choices_[frame.next++];
  if (choice.is_hidden) {
    hide(choice.task);
  } else {
    place(choice.task);
  }
  settle();
  if (needs_.open() == 0) return true;
  if (needs_.can_be_met(now_.state) && remember()) push_frame();
  return false;
}

Answer Search::run() {
  settle();
  bool is_explained = needs_.open() == 0;
  if (!is_explained && needs_.can_be_met(now_.state) && remember()) push_frame();
  while (!is_explained && !frames_.empty()) {
    if (budget_.stopped_by()) return Answer::Unknown;
    is_explained = advance();
  }
  if (!is_explained) return budget_.stopped_by() ? Answer::Unknown : Answer::Illegal;
  finish_order();
  return Answer::Legal;
}

// What hides stands in front of the write that hides it. What is left takes effect whatever is
// there, and nobody looks: in the order of the returns.
void Search::finish_order() {
  std::vector<std::vector<std::uint32_t>> hidden(steps_.size());
  for (const Step& step : steps_) {
    if (step.hidden_by != kNowhere) hidden[step.hidden_by].push_back(step.task);
  }
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    order_.insert(order_.end(), hidden[i].begin(), hidden[i].end());
    if (steps_[i].hidden_by == kNowhere) order_.push_back(steps_[i].task);
  }
  for (const Timeline::Event& event : timeline_.events()) {
    if (event.is_return && !needs_.is_placed(event.task)) order_.push_back(event.task);
  }
}

}  // namespace linearizability
