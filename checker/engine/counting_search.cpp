#include "checker/engine/counting_search.hpp"

#include <algorithm>
#include <thread>

#include "checker/engine/counterexample.hpp"

namespace engine {
namespace {
constexpr std::size_t kChunk = 1024;           // states dealt out at once
constexpr std::uint64_t kPollInterval = 4096;  // states between two questions whether to go on

void add_to(std::vector<std::uint64_t>& sums, const std::vector<std::uint64_t>& counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) sums[i] += counts[i];
}
}  // namespace

CountingSearch::CountingSearch(Model& model, const CountingOptions& options)
    : system_(model, options),
      options_(options),
      shares_(options.threads),
      barrier_(static_cast<std::ptrdiff_t>(options.threads), OnBarrier{this}) {
  for (std::size_t number = 0; number < options.threads; ++number) {
    workers_.push_back(std::make_unique<CountingWorker>(system_, number, shares_, workers_));
  }
}

void CountingSearch::meet(bool done) {
  if (done) done_.fetch_add(1);
  barrier_.arrive_and_wait();
}

void CountingSearch::stop(StopReason reason) {
  stop_reason_ = reason;
  is_stop_wanted_ = true;
  is_pause_wanted_ = true;
}

void CountingSearch::note_failure() {
  const std::lock_guard lock(failure_mutex_);
  if (!failure_) failure_ = std::current_exception();
  is_stop_wanted_ = true;
  is_pause_wanted_ = true;
}

void CountingSearch::poll(Observer& observer) {
  std::uint64_t expanded = 0;
  for (const auto& worker : workers_) expanded += worker->expanded();
  if (expanded - polled_at_ < kPollInterval) return;
  polled_at_ = expanded;
  Progress now = progress();
  // The level being added is copied when it is complete: to the frontier, and to the log of levels.
  now.memory_ahead = 2 * sizeof(NetworkId) * (now.distinct - distinct_before_level_);
  if (options_.limits.states && now.distinct >= *options_.limits.states) {
    stop(StopReason::States);
  } else if (const std::optional<StopReason> reason = observer.poll(now)) {
    stop(*reason);
  } else if (options_.checkpointing != nullptr && options_.checkpointing->is_due()) {
    is_checkpoint_wanted_ = true;
    is_pause_wanted_ = true;
  }
}

void CountingSearch::work_on_level(CountingWorker& worker, Observer* observer) {
  while (phase_ == Phase::Exploring) {
    if (observer != nullptr) poll(*observer);
    if (is_pause_wanted_) {
      worker.flush();
      meet(false);
      continue;
    }
    if (workers_.size() > 1) worker.receive();
    const std::size_t number = next_chunk_.fetch_add(1);
    if (number >= chunks_.size()) {
      worker.flush();
      meet(true);
      continue;
    }
    const Chunk& chunk = chunks_[number];
    const auto frontier = workers_[chunk.worker]->store().frontier();
    worker.explore(chunk.half, frontier.subspan(chunk.first, chunk.size));
    if (system_.wants_growth()) is_pause_wanted_ = true;
  }
}

void CountingSearch::end_level(CountingWorker& worker) {
  worker.receive();
  worker.store().advance();
}

void CountingSearch::work(std::size_t number, Observer* observer) {
  CountingWorker& worker = *workers_[number];
  const auto guarded = [&](auto step) {
    try {
      step();
    } catch (...) {
      note_failure();
    }
  };
  while (phase_ != Phase::Over) {
    if (phase_ == Phase::Exploring) {
      guarded([&] { work_on_level(worker, observer); });
      if (phase_ == Phase::Exploring) meet(false);  // failed: the others are waited for
    } else {
      guarded([&] { end_level(worker); });
      meet(false);
    }
  }
  guarded([&] { worker.receive(); });
}

void CountingSearch::grow_tables() {
  if (!system_.wants_growth()) return;
  Progress now = progress();
  now.memory_ahead = system_.growth_bytes();
  const std::optional<StopReason> reason = observer_->poll(now);
  if (reason) {
    stop(*reason);
  } else {
    system_.grow_tables();
  }
}

void CountingSearch::all_stand_still() noexcept {
  try {
    is_pause_wanted_ = false;
    grow_tables();
    const bool all_done = done_.exchange(0) == workers_.size();
    if (phase_ == Phase::LevelExplored) {
      start_level(level_ + 1);
    } else if (all_done) {
      phase_ = Phase::LevelExplored;
    }
    const bool is_end = stop_reason_.has_value() && least_violation() == 0;
    if ((is_checkpoint_wanted_.exchange(false) || is_end) && !failure_) write_checkpoint();
  } catch (...) {
    note_failure();
  }
  if (is_stop_wanted_) phase_ = Phase::Over;
}

std::uint32_t CountingSearch::least_violation() const {
  std::uint32_t least = 0;
  for (const auto& worker : workers_) {
    if (worker->violation() == 0) continue;
    least = least == 0 ? worker->violation() : std::min(least, worker->violation());
  }
  return least;
}

void CountingSearch::start_level(std::size_t level) {
  phase_ = Phase::Over;
  if (least_violation() != 0) return;
  deal_out();
  if (!chunks_.empty()) go_on(level);
}

void CountingSearch::go_on(std::size_t level) {
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

void CountingSearch::deal_out() {
  chunks_.clear();
  for (std::uint32_t number = 0; number < workers_.size(); ++number) {
    std::size_t first = 0;
    for (const LevelLog::Segment& segment : workers_[number]->store().frontier_segments()) {
      for (std::size_t done = 0; done < segment.size; done += kChunk) {
        const std::size_t size = std::min(kChunk, segment.size - done);
        chunks_.push_back({segment.half, number, first + done, size});
      }
      first += segment.size;
    }
  }
  next_chunk_ = 0;
}

void CountingSearch::begin() {
  const BoundedSystem::State initial = system_.initial();
  for (const auto& worker : workers_) {
    if (worker->owns(initial.half)) worker->add_initial(initial);
    worker->store().advance();
  }
  result_.violation = system_.graph().model().initial_violation();
  if (result_.violation == 0) start_level(0);
}

SearchResult CountingSearch::run(Observer& observer) {
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
    work(0, &observer);
  }
  if (failure_) std::rethrow_exception(failure_);
  finish();
  return result_;
}

void CountingSearch::start_threads(std::vector<std::jthread>& threads) {
  try {
    threads.reserve(workers_.size() - 1);
    for (std::size_t number = 1; number < workers_.size(); ++number) {
      threads.emplace_back([this, number] { work(number, nullptr); });
    }
  } catch (...) {  // the system allows no more: those that run are not to wait for the others
    note_failure();
    for (std::size_t missing = threads.size() + 1; missing < workers_.size(); ++missing) {
      barrier_.arrive_and_drop();
    }
  }
}

Progress CountingSearch::progress() const {
  Progress sum{.generated = 1, .distinct = 0, .queue = 0, .depth = level_ + 1};
  for (const auto& worker : workers_) {
    sum.generated += worker->generated();
    sum.distinct += worker->distinct();
    sum.queue -= worker->expanded();  // wraps; comes out right with the next line
  }
  sum.queue += sum.distinct;
  return sum;
}

void CountingSearch::finish() {
  result_.progress = progress();
  result_.action_counts.assign(system_.graph().model().action_names().size(), 0);
  result_.cut_off.assign(system_.graph().model().bound_names().size(), 0);
  result_.witnesses = system_.graph().witnesses();
  std::vector<const LevelLog*> logs;
  for (const auto& worker : workers_) {
    add_to(result_.action_counts, worker->action_counts());
    add_to(result_.cut_off, worker->cut_off());
    logs.push_back(&worker->store().log());
    worker->store().for_each_half([&](HalfId half, std::uint64_t states) {
      const std::uint64_t orbit = system_.orbit_size({half, NetworkTable::kEmptyNetwork});
      result_.halves += orbit;
      if (system_.graph().automorphisms(half).empty()) {
        result_.orbits += orbit * states;
        return;
      }
      worker->store().for_each_network(
          half, [&](NetworkId network) { result_.orbits += system_.orbit_size({half, network}); });
    });
  }
  if (result_.violation != 0) {  // of the initial state
    result_.stopped_by = StopReason::Violation;
  } else if (result_.violation = least_violation(); result_.violation != 0) {
    // Even if the search was to stop for another reason just then.
    result_.stopped_by = StopReason::Violation;
    result_.path = Counterexample(system_, logs, result_.violation).path(level_);
  } else if (stop_reason_) {
    result_.stopped_by = *stop_reason_;
  }
}

std::vector<HalfId> CountingSearch::visited_halves() const {
  std::vector<HalfId> halves;
  for (const auto& worker : workers_) {
    worker->store().for_each_half([&](HalfId half, std::uint64_t) { halves.push_back(half); });
  }
  std::ranges::sort(halves);
  return halves;
}

}  // namespace engine
