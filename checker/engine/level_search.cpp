#include "checker/engine/level_search.hpp"

#include <algorithm>

#include "checker/engine/counts.hpp"

namespace engine {
namespace {
constexpr std::uint64_t kPollInterval = 4096;  // work between two questions whether to go on
}  // namespace

LevelSearch::LevelSearch(const CountingOptions& options)
    : options_(options), barrier_(static_cast<std::ptrdiff_t>(options.threads), OnBarrier{this}) {}

void LevelSearch::meet(bool done) {
  if (done) done_.fetch_add(1);
  barrier_.arrive_and_wait();
}

void LevelSearch::stop(StopReason reason) {
  stop_reason_ = reason;
  is_stop_wanted_ = true;
  is_pause_wanted_ = true;
}

void LevelSearch::note_failure() {
  const std::lock_guard lock(failure_mutex_);
  if (!failure_) failure_ = std::current_exception();
  is_stop_wanted_ = true;
  is_pause_wanted_ = true;
}

void LevelSearch::poll() {
  std::uint64_t work = 0;
  for (std::size_t worker = 0; worker < options_.threads; ++worker) work += tally(worker).work();
  if (work - polled_at_ < kPollInterval) return;
  const std::unique_lock lock(poll_mutex_, std::try_to_lock);
  if (!lock) return;  // another worker is at it
  polled_at_ = work;
  Progress now = progress();
  now.memory_ahead = bytes_ahead(now.distinct - distinct_before_level_);
  if (options_.limits.states && now.distinct >= *options_.limits.states) {
    stop(StopReason::States);
  } else if (const std::optional<StopReason> reason = observer_->poll(now)) {
    stop(*reason);
  } else if (options_.checkpointing != nullptr && options_.checkpointing->is_due()) {
    is_checkpoint_wanted_ = true;
    is_pause_wanted_ = true;
  }
}

bool LevelSearch::explore(std::size_t number) {
  for (;;) {
    poll();
    const bool is_done = !is_pause_wanted_ && !explore_chunk(number);
    if (is_pause_wanted_ || is_done) {
      flush(number);
      return is_done;
    }
    if (wants_pause(number)) is_pause_wanted_ = true;
  }
}

void LevelSearch::work(std::size_t number) {
  while (phase_ != Phase::Over) {
    bool is_done = false;
    try {
      if (phase_ == Phase::Exploring) {
        is_done = explore(number);
      } else if (phase_ == Phase::LookingUp) {
        while (look_up(number)) poll();
      } else {
        end_level(number);
      }
    } catch (...) {
      note_failure();
    }
    meet(is_done);
  }
}

void LevelSearch::let_tables_grow() {
  if (!wants_growth()) return;
  Progress now = progress();
  now.memory_ahead = growth_bytes();
  const std::optional<StopReason> reason = observer_->poll(now);
  if (reason) {
    stop(*reason);
  } else {
    grow_tables();
  }
}

void LevelSearch::all_stand_still() noexcept {
  try {
    is_pause_wanted_ = false;
    const bool all_done = done_.exchange(0) == options_.threads;
    if (phase_ == Phase::Exploring && !failure_) {
      is_level_explored_ = all_done;
      begin_look_up();
      phase_ = Phase::LookingUp;
      return;
    }
    end_phase();
    const bool is_end = stop_reason_.has_value() && least_violation() == 0;
    if ((is_checkpoint_wanted_.exchange(false) || is_end) && !failure_) write_checkpoint();
  } catch (...) {
    note_failure();
  }
  if (is_stop_wanted_) phase_ = Phase::Over;
}

void LevelSearch::end_phase() {
  if (phase_ == Phase::EndingLevel) {
    start_level(level_ + 1);
    return;
  }
  end_look_up();
  let_tables_grow();
  phase_ = is_level_explored_ ? Phase::EndingLevel : Phase::Exploring;
  if (options_.limits.states && progress().distinct >= *options_.limits.states && !stop_reason_) {
    stop(StopReason::States);
  }
}

std::uint32_t LevelSearch::least_violation() {
  std::uint32_t least = 0;
  for (std::size_t worker = 0; worker < options_.threads; ++worker) {
    const std::uint32_t found = tally(worker).violation();
    if (found != 0) least = least == 0 ? found : std::min(least, found);
  }
  return least;
}

void LevelSearch::start_level(std::size_t level) {
  phase_ = Phase::Over;
  if (least_violation() != 0) return;
  next_chunk_ = 0;
  if (deal_out() > 0) go_on(level);
}

void LevelSearch::go_on(std::size_t level) {
  level_ = level;
  distinct_before_level_ = progress().distinct;
  if (options_.limits.depth && level_ >= *options_.limits.depth) {
    stop_reason_ = StopReason::Depth;
  } else if (options_.limits.states && progress().distinct >= *options_.limits.states) {
    stop_reason_ = StopReason::States;
  } else {
    phase_ = Phase::Exploring;
  }
}

void LevelSearch::begin() {
  add_initial();
  result_.violation = graph().model().initial_violation();
  if (result_.violation == 0) start_level(0);
}

SearchResult LevelSearch::run(Observer& observer) {
  observer_ = &observer;
  if (is_resumed_) {
    go_on(level_);
  } else {
    begin();
  }
  if (stop_reason_) write_checkpoint();
  if (phase_ != Phase::Over) {
    std::vector<std::jthread> threads;
    start_threads(threads);
    work(0);
  }
  if (failure_) std::rethrow_exception(failure_);
  finish();
  return result_;
}

void LevelSearch::start_threads(std::vector<std::jthread>& threads) {
  try {
    threads.reserve(options_.threads - 1);
    for (std::size_t number = 1; number < options_.threads; ++number) {
      threads.emplace_back([this, number] { work(number); });
    }
  } catch (...) {  // the system allows no more: those that run are not to wait for the others
    note_failure();
    for (std::size_t missing = threads.size() + 1; missing < options_.threads; ++missing) {
      barrier_.arrive_and_drop();
    }
  }
}

Progress LevelSearch::progress() {
  Progress sum{.generated = 1, .distinct = 0, .queue = 0, .depth = level_ + 1};
  for (std::size_t worker = 0; worker < options_.threads; ++worker) {
    sum.generated += tally(worker).generated();
    sum.distinct += tally(worker).distinct();
    sum.queue -= tally(worker).expanded();  // wraps; comes out right with the next line
  }
  sum.queue += sum.distinct;
  return sum;
}

void LevelSearch::finish() {
  result_.progress = progress();
  result_.action_counts.assign(graph().model().action_names().size(), 0);
  result_.cut_off.assign(graph().model().bound_names().size(), 0);
  result_.witnesses = graph().witnesses();
  for (std::size_t worker = 0; worker < options_.threads; ++worker) {
    add_to(result_.action_counts, tally(worker).action_counts());
    add_to(result_.cut_off, tally(worker).cut_off());
  }
  if (result_.violation != 0) {  // of the initial state
    result_.stopped_by = StopReason::Violation;
  } else if (const std::uint32_t violation = least_violation(); violation != 0) {
    // Even if the search was to stop for another reason just then.
    result_.violation = violation;
    result_.stopped_by = StopReason::Violation;
    result_.path = path_to(violation);
  } else if (stop_reason_) {
    result_.stopped_by = *stop_reason_;
  }
  describe_states(result_);
}

}  // namespace engine
